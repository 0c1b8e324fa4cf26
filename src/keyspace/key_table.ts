/**
 * The interface of a table from keys to values: a Map of byte strings whose entries have numbers.
 *
 * An entry is a number, which stays the same for as long as its key is in the table, whatever else
 * is inserted or deleted; a free entry may be used again. Columns (expiry, access clock) are
 * indexed by entry, and SCAN, RANDOMKEY, eviction sampling and snapshots walk over entries.
 *
 * Nothing outside this folder may depend on what is behind the interface.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { ObjectValue, Value } from "../values/value.ts";

/** No such key. */
export const NO_ENTRY = -1;
/** The key has no expiry. */
export const NO_EXPIRY = -1;

/** Where the bytes of a record with a plain value lie: filled in by {@linkcode KeyTable.plainAt}. */
export class PlainRecord {
  key: Uint8Array = NO_BYTES;
  keyStart = 0;
  keyLength = 0;
  value: Uint8Array = NO_BYTES;
  valueStart = 0;
  valueLength = 0;
}

const NO_BYTES = new Uint8Array(0);

/** A table from keys to values with stable entries. All methods are O(1) unless they say otherwise. */
export interface KeyTable {
  /** Number of keys. */
  readonly size: number;
  /** Number of keys that have an expiry. */
  readonly expiring: number;
  /** Number of keys whose value is an object, not a plain string. */
  readonly objects: number;
  /** All entries are below this number. */
  readonly entryLimit: number;
  /** Bytes outside V8's heap that are in use: asked with every write while there is a limit. */
  readonly usedBytes: number;
  /** Bytes outside V8's heap that are held, in use or not. */
  readonly heldBytes: number;

  /** The entry of a key, or {@linkcode NO_ENTRY}. */
  find(key: ByteString): number;
  /** Add a key that is not in the table; the new entry has no expiry and access word 0. */
  insert(key: ByteString, value: Value): number;
  /**
   * Add a key whose bytes lie in memory, unless it is in the table. The bytes are copied.
   *
   * @param value an object; null: the plain value whose bytes the record has
   * @returns the new entry, as `insert` makes it; {@linkcode NO_ENTRY} when there is such a key
   */
  insertRecord(record: PlainRecord, value: ObjectValue | null): number;
  /** Whether an entry (any number) holds a key now. */
  isLive(entry: number): boolean;
  /** The key of a live entry. */
  keyAt(entry: number): ByteString;
  /**
   * The value of a live entry. A byte string comes back equal, not identical; a large one may come
   * back as a view on its bytes (`StringBuffer.isView`), which then is no object of the table's.
   */
  valueAt(entry: number): Value;
  /** Replace the value of a live entry, whatever its type; expiry and access word stay. */
  setValueAt(entry: number, value: Value): void;
  /** Remove the key of a live entry. */
  deleteAt(entry: number): void;
  /** Remove all. */
  clear(): void;

  /** Expiry of a live entry: unix time in milliseconds, or {@linkcode NO_EXPIRY}. */
  expireAt(entry: number): number;
  /** Set the expiry of a live entry (unix milliseconds), or remove it with {@linkcode NO_EXPIRY}. */
  setExpireAt(entry: number, ms: number): void;
  /**
   * Call `visit` for entries whose expiry is at or before `now`, at most `limit` of them. `visit`
   * may delete the entry. Cost: proportional to what is due, plus one look at each page's earliest
   * expiry.
   *
   * @returns the number of entries visited; fewer than `limit` means that none is left
   */
  visitDue(now: number, limit: number, visit: (entry: number) => void): number;
  /**
   * Mean time to live in milliseconds of the keys with an expiry, for INFO's avg_ttl (0 when there
   * are none); an estimate from a bounded number of keys.
   */
  averageTtl(now: number): number;

  /** The access word of a live entry (unsigned 32 bit: LRU clock or LFU counter; 0 when new). */
  accessAt(entry: number): number;
  /** Set the access word of a live entry. */
  setAccessAt(entry: number, word: number): void;

  /**
   * The epoch of an entry (unsigned 32 bit): 0 for a new key and after {@linkcode dropEpochs}. A
   * snapshot marks with its own number what it has written or need not write.
   */
  epochAt(entry: number): number;
  /** Set the epoch of a live entry. */
  setEpochAt(entry: number, epoch: number): void;
  /** Set all epochs to 0 and give back their memory. */
  dropEpochs(): void;

  /**
   * The value of a live entry when it is a plain string that is a strict decimal integer of up to 15
   * digits (as `parseSmallInt` takes them), else NaN. Makes no string.
   */
  intAt(entry: number): number;
  /**
   * Say where key and value of a live entry lie, without copying them. They lie there until the table
   * is next changed.
   *
   * @returns false, with nothing filled in, when the value is not a plain string or the table does
   * not hold the two as bytes
   */
  plainAt(entry: number, record: PlainRecord): boolean;
  /** Length in bytes of the value of a live entry, or -1 when it is not a plain string. No copy. */
  stringLengthAt(entry: number): number;
  /**
   * Bytes that the table itself spends on a live entry: key, plain value, index and columns, without
   * what an object value holds.
   */
  entryBytes(entry: number): number;

  /**
   * A live entry, uniformly at random; {@linkcode NO_ENTRY} when the table is empty.
   *
   * @param random returns a number in [0, 1)
   */
  randomEntry(random: () => number): number;
  /** As `randomEntry`, among the keys with an expiry. */
  randomExpiringEntry(random: () => number): number;

  /** Memory that the table holds, for INFO and MEMORY STATS. O(pages). */
  stats(): TableStats;
  /**
   * Do a bounded piece of work to give unused memory back; MEMORY PURGE repeats it until it says
   * that nothing is left.
   *
   * @param entries how many entries to look at, at most
   * @returns whether there is more to do
   */
  compactStep(entries: number): boolean;
}

/** Memory of a table in bytes. */
export interface TableStats {
  /** All memory held for keys, plain values, index and columns, in use or not. */
  reserved: number;
  /** Bytes of keys and plain values proper. */
  used: number;
  /** Part of `reserved` that lies free in the pages of keys and values. */
  free: number;
  /** Part of `reserved` that is the index. */
  index: number;
  /** Part of `reserved` that is columns: addresses, access words, expiries, epochs. */
  columns: number;
  /** The size classes of the pages, smallest cell first; empty when there are no such pages. */
  classes: ClassStats[];
}

/** Memory of one size class. */
export interface ClassStats {
  /** Bytes of a cell. */
  cell: number;
  /** Cells in use. */
  live: number;
  /** Bytes of the pages that belong to the class. */
  reserved: number;
}
