/**
 * The RDB decoder: bytes are pushed in as they come, from a file or from a master's socket, and
 * records are taken out. It reads format versions 1 to 12, verifies the packed structures and the
 * checksum, and refuses what a server that sanitizes dumps would refuse.
 *
 * It does not drop expired keys, and does not know modules: their data is refused by naming them.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { NO_EXPIRY, PlainRecord } from "../../keyspace/key_table.ts";
import type { EncodingLimits } from "../../values/limits.ts";
import type { ObjectValue } from "../../values/value.ts";
import { duplicateKeyError, RdbError } from "../error.ts";
import { CompactReader, isCompact } from "./compact.ts";
import { Opcode, RDB_MAGIC, RDB_VERSION_CRC, RDB_VERSION_MAX, ValueType } from "../format.ts";
import { NEED_MORE, RdbInput } from "./input.ts";
import type { ValueReader } from "./plain.ts";
import type { RdbEndRecord, RdbRecord, RdbValue } from "../records.ts";
import { isValueType, moduleName, readPacked, valueReader } from "./value.ts";

/** A key as a {@linkcode KeySink} gets it: one object, filled in anew for each key. */
export class KeyHead extends PlainRecord {
  db = 0;
  /** Unix milliseconds, perhaps past; {@linkcode NO_EXPIRY} when the key does not expire. */
  expireAt = NO_EXPIRY;
  /** As in an {@linkcode RdbKeyRecord}. */
  idle: number | null = null;
  freq: number | null = null;
  /** Where in the file the key's record ends. */
  offset = 0;
}

/** What takes keys as they are decoded, without records being made of them. */
export interface KeySink {
  /** What decides on the encodings of the values. */
  readonly limits: EncodingLimits;
  /**
   * Take a key.
   *
   * @param head valid until the call returns; it has the value's bytes when `value` is null
   * @param value a collection, else null
   * @throws RdbError when the key must not be there
   */
  take(head: KeyHead, value: ObjectValue | null): void;
}

/** Settings of a decoder. */
export interface RdbDecoderOptions {
  /** Number of databases: a higher number in the file is refused. Default 16. */
  databases?: number;
  /** Whether the checksum is verified. Default true. */
  verifyChecksum?: boolean;
  /**
   * Whether a key that comes twice in a database is refused. It takes the memory of all keys;
   * a loader that inserts the keys finds it out by itself. Default false.
   */
  refuseDuplicateKeys?: boolean;
  /**
   * How many bytes there are in all, where that is known: a length beyond it is then refused at once
   * rather than when the bytes end. Default: not known.
   */
  totalBytes?: number;
  /**
   * What takes strings and most small collections on the way to the next record. Keys that it takes
   * are not looked at for `refuseDuplicateKeys`. Default: none, every key is a record.
   */
  sink?: KeySink;
}

/**
 * A synchronous push parser for RDB data.
 *
 * The work is linear in the bytes however they are cut, and memory holds no more than one element
 * of what has arrived (a string, or one packed structure) beside the value that is being built.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { toBytes } from "../../bytes/bytes.ts";
 * const decoder = new RdbDecoder();
 * decoder.push(toBytes("REDIS0003\xfe\x00\x00\x03key\x05hel"));
 * assertEquals(decoder.next(), { kind: "header", version: 3 });
 * assertEquals(decoder.next(), { kind: "selectDb", db: 0 });
 * assertEquals(decoder.next(), null);
 * decoder.push(toBytes("lo\xff"));
 * const record = decoder.next();
 * assertEquals(record?.kind === "key" && record.value, { type: "string", value: "hello" });
 * assertEquals(decoder.next()?.kind, "end");
 * assertEquals(decoder.done, true);
 * ```
 */
export class RdbDecoder {
  readonly #input: RdbInput;
  readonly #databases: number;
  readonly #keys: Map<number, Set<ByteString>> | null;
  readonly #sink: KeySink | null;
  readonly #compact: CompactReader | null;
  readonly #head = new KeyHead();
  #version = 0;
  #db = 0;
  #expireAt: number | null = null;
  #idle: number | null = null;
  #freq: number | null = null;
  /** The key whose value is being read in several goes. */
  #reader: ValueReader | null = null;
  #key: ByteString = "";
  #valueType = 0;
  #done = false;
  #error: RdbError | null = null;

  constructor(options: RdbDecoderOptions = {}) {
    this.#input = new RdbInput(options.totalBytes ?? Infinity, options.verifyChecksum ?? true);
    this.#databases = options.databases ?? 16;
    this.#keys = options.refuseDuplicateKeys ? new Map() : null;
    this.#sink = options.sink ?? null;
    this.#compact = this.#sink === null ? null : new CompactReader(this.#sink.limits);
  }

  /** Offset of the first byte that is not decoded; after the end record, the RDB data's size. */
  get offset(): number {
    return this.#input.offset;
  }

  /** Whether the end record was given. */
  get done(): boolean {
    return this.#done;
  }

  /** Add bytes. They are copied: the caller may use the memory again. */
  push(chunk: Uint8Array): void {
    this.#input.push(chunk);
  }

  /** Say that no more bytes will come. */
  end(): void {
    this.#input.ended = true;
  }

  /** A copy of what was pushed behind the end record: in an append-only file, the commands. */
  rest(): Uint8Array<ArrayBuffer> {
    return this.#input.rest();
  }

  /**
   * Decode one record.
   *
   * @returns null when more bytes are needed, or all is done
   * @throws {RdbError} when the data cannot be decoded; from then on always the same error
   */
  next(): RdbRecord | null {
    if (this.#error !== null) throw this.#error;
    if (this.#done || !this.#input.ready) return null;
    try {
      return this.#reader === null ? this.#record() : this.#continueValue(this.#reader);
    } catch (thrown) {
      if (thrown === NEED_MORE) {
        if (!this.#input.ended) {
          this.#input.rewind();
          return null;
        }
        this.#error = this.#input.shortRead();
      } else if (thrown instanceof RangeError) {
        // V8's own bounds: arrays, strings and sets of more than it can hold.
        this.#error = this.#input.error("limit", `Value too large (${thrown.message})`);
      } else if (thrown instanceof RdbError) {
        this.#error = thrown;
      } else {
        throw thrown;
      }
      throw this.#error;
    }
  }

  #record(): RdbRecord {
    const input = this.#input;
    if (this.#version === 0) return this.#header();
    for (;;) {
      const type = input.byte();
      if (this.#sink !== null && type < Opcode.SLOT_INFO) {
        const start = input.offset;
        if (this.#sunk(type, this.#sink)) continue;
        input.seek(start);
      }
      if (type === ValueType.STRING) {
        const key = input.string();
        return this.#keyRecord(key, type, { type: "string", value: input.string() });
      }
      if (type < Opcode.SLOT_INFO) return this.#startValue(type);
      const record = this.#opcode(type);
      input.commit();
      if (record !== null) return record;
    }
  }

  #header(): RdbRecord {
    const input = this.#input;
    const text = input.text(9);
    if (!text.startsWith(RDB_MAGIC)) {
      input.rewind();
      throw input.error("magic", "Wrong signature trying to load DB from file");
    }
    const digits = /^\s*([+-]?\d+)/.exec(text.slice(RDB_MAGIC.length));
    const version = digits === null ? 0 : Number(digits[1]);
    if (version < 1 || version > RDB_VERSION_MAX) {
      throw input.error("version", `Can't handle RDB format version ${version}`);
    }
    this.#version = version;
    input.commit();
    return { kind: "header", version };
  }

  /** @returns null when the opcode only says something of the key to come */
  #opcode(code: number): RdbRecord | null {
    const input = this.#input;
    switch (code) {
      case Opcode.EXPIRE_TIME:
        this.#setExpiry(input.int32() * 1000);
        return null;
      case Opcode.EXPIRE_TIME_MS:
        this.#setExpiry(input.int64());
        return null;
      case Opcode.IDLE:
        this.#idle = input.length();
        return null;
      case Opcode.FREQ:
        this.#freq = input.byte();
        return null;
      case Opcode.SELECT_DB:
        return this.#selectDb(input.length());
      case Opcode.RESIZE_DB: {
        const keys = input.length();
        return { kind: "resizeDb", keys, expires: input.length() };
      }
      case Opcode.SLOT_INFO: {
        const slot = input.length();
        const keys = input.length();
        return { kind: "slotInfo", slot, keys, expires: input.length() };
      }
      case Opcode.AUX: {
        const key = input.string();
        return { kind: "aux", key, value: input.string() };
      }
      case Opcode.FUNCTION2:
        return { kind: "function", code: input.string() };
      case Opcode.FUNCTION_PRE_GA:
        throw input.error("version", "Pre-release function format not supported");
      case Opcode.MODULE_AUX: {
        const name = moduleName(input.bigLength());
        throw input.error(
          "module",
          `The RDB file contains AUX module data I can't load: no matching module '${name}'`,
        );
      }
      default:
        return this.#end();
    }
  }

  #setExpiry(at: number): void {
    // Loaders take -1 for "none", as it is what they hold when there is no such opcode.
    this.#expireAt = at === -1 ? null : at;
  }

  #selectDb(db: number): RdbRecord {
    if (db >= this.#databases) {
      throw this.#input.corrupt(
        `Database number ${db} is out of range: the data file was created with a Redis server ` +
          `configured to handle more than ${this.#databases} databases`,
      );
    }
    this.#db = db;
    return { kind: "selectDb", db };
  }

  #end(): RdbEndRecord {
    const input = this.#input;
    if (this.#version < RDB_VERSION_CRC) {
      this.#done = true;
      return { kind: "end", crc: null, verified: false };
    }
    const computed = input.checksum();
    const crc = input.uint64();
    const verified = computed !== null && crc !== 0n;
    if (verified && computed !== crc) {
      throw input.error(
        "checksum",
        `Wrong RDB checksum expected: (${computed.toString(16)}) but got (${crc.toString(16)})`,
      );
    }
    this.#done = true;
    return { kind: "end", crc, verified };
  }

  /** Let the sink take the key that comes, if its value is of the simple ones. */
  #sunk(type: number, sink: KeySink): boolean {
    if (!isCompact(type)) return false;
    const input = this.#input;
    const head = this.#head;
    input.key(head);
    let value: ObjectValue | null = null;
    if (type === ValueType.STRING) {
      input.value(head);
    } else {
      value = this.#compact!.read(type, input);
      if (value === null) return false;
      head.valueLength = 0;
    }
    head.db = this.#db;
    head.expireAt = this.#expireAt ?? NO_EXPIRY;
    head.idle = this.#idle;
    head.freq = this.#freq;
    head.offset = input.offset;
    input.commit();
    this.#expireAt = this.#idle = this.#freq = null;
    sink.take(head, value);
    return true;
  }

  #startValue(type: number): RdbRecord {
    const input = this.#input;
    if (!isValueType(type)) {
      throw input.corrupt(
        `Unknown RDB encoding type ${type}: no object type or opcode is ${type},`,
      );
    }
    const key = input.string();
    const packed = readPacked(type, input);
    if (packed !== undefined) return this.#keyRecord(key, type, packed);
    const reader = valueReader(type, input);
    input.commit();
    this.#key = key;
    this.#valueType = type;
    this.#reader = reader;
    return this.#continueValue(reader);
  }

  #continueValue(reader: ValueReader): RdbRecord {
    const value = reader.read(this.#input);
    this.#reader = null;
    return this.#keyRecord(this.#key, this.#valueType, value);
  }

  #keyRecord(key: ByteString, valueType: number, value: RdbValue | null): RdbRecord {
    const db = this.#db;
    const expireAt = this.#expireAt;
    const idle = this.#idle;
    const freq = this.#freq;
    this.#input.commit();
    this.#expireAt = this.#idle = this.#freq = null;
    if (value === null) return { kind: "emptyKey", db, key, valueType };
    if (this.#keys !== null) this.#refuseDuplicate(this.#keys, key);
    return { kind: "key", db, key, expireAt, idle, freq, valueType, value, offset: this.offset };
  }

  #refuseDuplicate(databases: Map<number, Set<ByteString>>, key: ByteString): void {
    let keys = databases.get(this.#db);
    if (keys === undefined) databases.set(this.#db, keys = new Set());
    if (keys.has(key)) throw duplicateKeyError(this.#db, key, this.offset);
    keys.add(key);
  }
}
