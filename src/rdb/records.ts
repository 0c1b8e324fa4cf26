/**
 * What the decoder gives: a row of records, and in those that hold a key a neutral, plain form of
 * its value. These types know nothing of the structures that a server keeps values in; a loader
 * turns the one into the other, a dump reader prints them.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";

/** A string. */
export interface RdbString {
  readonly type: "string";
  readonly value: ByteString;
}

/** A large string, which a DUMP payload gives as bytes. */
export interface RdbBytes {
  readonly type: "bytes";
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A list, from head to tail; not empty. */
export interface RdbList {
  readonly type: "list";
  readonly items: ByteString[];
}

/** A set in the file's order; not empty, no member twice. */
export interface RdbSet {
  readonly type: "set";
  readonly members: ByteString[];
}

/** A hash in the file's order; not empty, no field twice. */
export interface RdbHash {
  readonly type: "hash";
  /** Field, value, field, value… */
  readonly pairs: ByteString[];
  /**
   * When each field expires, in unix milliseconds; `Infinity` for one that does not. Null when none
   * does. A field may have expired already.
   */
  readonly expires: Float64Array | null;
}

/** A sorted set in the file's order, which need not be that of the scores; not empty. */
export interface RdbZset {
  readonly type: "zset";
  /** No member twice. */
  readonly members: ByteString[];
  /** The members' scores; none is NaN. */
  readonly scores: Float64Array;
}

/** A stream entry's id: two unsigned 64-bit numbers. */
export interface RdbStreamId {
  readonly ms: bigint;
  readonly seq: bigint;
}

/** An entry that was delivered and not acknowledged. Its stream entry may be gone. */
export interface RdbPending {
  readonly id: RdbStreamId;
  /** Last delivery, unix milliseconds. */
  readonly deliveryTime: number;
  readonly deliveryCount: number;
  /** Whose it is: an index into the group's consumers. */
  consumer: number;
}

/** A consumer of a group. */
export interface RdbConsumer {
  readonly name: ByteString;
  /** Last attempt to read, unix milliseconds. */
  readonly seenTime: number;
  /**
   * Last successful read, unix milliseconds; null when there was none. Format 1 and 2 do not have
   * it: then it is `seenTime`.
   */
  readonly activeTime: number | null;
}

/** A consumer group of a stream. */
export interface RdbConsumerGroup {
  readonly name: ByteString;
  readonly lastId: RdbStreamId;
  /**
   * How many entries the group has read; null when that is not known. Format 1 does not have it:
   * then it is worked out where the stream allows that.
   */
  entriesRead: bigint | null;
  /** By ascending id. */
  readonly pending: RdbPending[];
  readonly consumers: RdbConsumer[];
}

/** A stream. It may be empty. */
export interface RdbStream {
  readonly type: "stream";
  /**
   * Layout version: 1 (RDB 9) has no `firstId`, `maxDeletedId`, `entriesAdded` and `entriesRead`, 2
   * (RDB 10) no `activeTime`. What is lacking is filled in as a server does on loading.
   */
  readonly format: 1 | 2 | 3;
  /** The entries' ids in ascending order, two numbers each: milliseconds, sequence. */
  readonly ids: BigUint64Array;
  /** For each entry field, value, field, value… */
  readonly entries: ByteString[][];
  readonly lastId: RdbStreamId;
  readonly firstId: RdbStreamId;
  readonly maxDeletedId: RdbStreamId;
  /** How many entries were ever added. */
  readonly entriesAdded: bigint;
  readonly groups: RdbConsumerGroup[];
}

/** The value of a key. */
export type RdbValue = RdbString | RdbList | RdbSet | RdbHash | RdbZset | RdbStream;

/** The file's header. */
export interface RdbHeaderRecord {
  readonly kind: "header";
  readonly version: number;
}

/** A remark of the writer ("redis-ver", "repl-id", …); one that is not known is to be ignored. */
export interface RdbAuxRecord {
  readonly kind: "aux";
  readonly key: ByteString;
  readonly value: ByteString;
}

/** The keys from here on are in database `db`. */
export interface RdbSelectDbRecord {
  readonly kind: "selectDb";
  readonly db: number;
}

/** How many keys, and keys with an expiry, the database will have: a hint, not a promise. */
export interface RdbResizeDbRecord {
  readonly kind: "resizeDb";
  readonly keys: number;
  readonly expires: number;
}

/** The same for one slot of a cluster. */
export interface RdbSlotInfoRecord {
  readonly kind: "slotInfo";
  readonly slot: number;
  readonly keys: number;
  readonly expires: number;
}

/** A function library's source code. */
export interface RdbFunctionRecord {
  readonly kind: "function";
  readonly code: ByteString;
}

/** A key and its value. */
export interface RdbKeyRecord {
  readonly kind: "key";
  readonly db: number;
  readonly key: ByteString;
  /** Unix milliseconds, perhaps past; null when the key does not expire. */
  readonly expireAt: number | null;
  /** Seconds since the last access, when the writer evicted by age; else null. */
  readonly idle: number | null;
  /** Access frequency (0 to 255), when the writer evicted by it; else null. */
  readonly freq: number | null;
  /** The value type's number in the file. */
  readonly valueType: number;
  readonly value: RdbValue;
  /** Where in the file the record ends. */
  readonly offset: number;
}

/** A collection without elements, which no server keeps: to be logged and left out. */
export interface RdbEmptyKeyRecord {
  readonly kind: "emptyKey";
  readonly db: number;
  readonly key: ByteString;
  readonly valueType: number;
}

/** The end; what follows in the file is not part of it. */
export interface RdbEndRecord {
  readonly kind: "end";
  /** The CRC in the file: 0 when the writer made none, null in versions before 5. */
  readonly crc: bigint | null;
  /** Whether the CRC was there, was not switched off on either side, and fits. */
  readonly verified: boolean;
}

/** One record of an RDB file. */
export type RdbRecord =
  | RdbHeaderRecord
  | RdbAuxRecord
  | RdbSelectDbRecord
  | RdbResizeDbRecord
  | RdbSlotInfoRecord
  | RdbFunctionRecord
  | RdbKeyRecord
  | RdbEmptyKeyRecord
  | RdbEndRecord;
