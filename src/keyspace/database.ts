/**
 * One numbered database: a table of keys with expiry, as command handlers use it.
 *
 * A read that meets a key past its time hides and removes it (lazy expiry); the active side is in
 * `active_expire.ts`. What a handler changes it reports once through {@linkcode Database.changed},
 * from which watched keys, notifications and the counter of changes follow.
 *
 * What it leaves out: replies, journal entries and blocking; the keyspace's listeners do the latter
 * two.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { wrongType } from "../resp/reply.ts";
import { HashValue } from "../values/hash.ts";
import { StringBuffer } from "../values/string_buffer.ts";
import type { ObjectValue, Value } from "../values/value.ts";
import { EventClass } from "./events.ts";
import { scheduleFields } from "./field_expire.ts";
import { type KeyTable, NO_ENTRY, NO_EXPIRY, type PlainRecord } from "./key_table.ts";
import type { Keyspace } from "./keyspace.ts";

/** A database. Operations on one key are O(1) unless they say otherwise. */
export class Database {
  readonly index: number;
  readonly keyspace: Keyspace;
  /** The keys; SWAPDB exchanges the tables of two databases. */
  table: KeyTable;
  /** Number of keys that clients are blocked on here; while 0, changes need not be announced. */
  blockedKeys = 0;

  constructor(index: number, keyspace: Keyspace, table: KeyTable) {
    this.index = index;
    this.keyspace = keyspace;
    this.table = table;
  }

  /** Number of keys, including those whose time has come but that nobody met yet. */
  get size(): number {
    return this.table.size;
  }

  /** The entry of a key that is not past its time, or {@linkcode NO_ENTRY}. Counts nothing. */
  entryOf(key: ByteString): number {
    const entry = this.table.find(key);
    if (entry === NO_ENTRY || this.table.expiring === 0) return entry;
    const at = this.table.expireAt(entry);
    if (at === NO_EXPIRY || at >= this.keyspace.clock.ms || this.keyspace.expiryPaused) {
      return entry;
    }
    if (this.keyspace.hidesExpired && !this.keyspace.removesHidden) return NO_ENTRY;
    this.expireEntry(entry, key);
    return NO_ENTRY;
  }

  /**
   * The value or expiry of a live entry is about to change or to go: a snapshot that is being taken
   * writes it first. All code that changes a key's value or expiry calls this before.
   */
  beforeChange(entry: number): void {
    const { snapshot } = this.keyspace;
    if (snapshot !== null) snapshot.beforeChange(this.table, entry);
  }

  /** Whether a key is still in the table though its time has come. Removes nothing. */
  isPastItsTime(key: ByteString): boolean {
    const entry = this.table.find(key);
    if (entry === NO_ENTRY) return false;
    const at = this.table.expireAt(entry);
    return at !== NO_EXPIRY && at < this.keyspace.clock.ms;
  }

  /** Remove a key whose time has come, with all that follows from it. */
  expireEntry(entry: number, key: ByteString): void {
    this.beforeChange(entry);
    this.table.deleteAt(entry);
    if (this.blockedKeys !== 0) this.keyspace.listeners.ready(this, key);
    this.keyspace.stats.expiredKeys++;
    this.keyspace.listeners.expired(this, key);
    this.keyspace.listeners.notify(this, EventClass.EXPIRED, "expired", key);
    this.keyspace.listeners.modified(this, key);
  }

  /** Remove a key to free its memory, with all that follows from it. */
  evictEntry(entry: number, key: ByteString): void {
    this.beforeChange(entry);
    this.table.deleteAt(entry);
    if (this.blockedKeys !== 0) this.keyspace.listeners.ready(this, key);
    this.keyspace.stats.evictedKeys++;
    this.keyspace.listeners.modified(this, key);
    this.keyspace.listeners.notify(this, EventClass.EVICTED, "evicted", key);
    this.keyspace.listeners.evicted(this, key);
  }

  /** The value of a key for a command that reads it: counts hit or miss and the access. */
  get(key: ByteString): Value | undefined {
    const entry = this.entryOf(key);
    if (entry === NO_ENTRY) {
      this.keyspace.stats.misses++;
      this.keyspace.listeners.notify(this, EventClass.KEY_MISS, "keymiss", key);
      return undefined;
    }
    this.keyspace.stats.hits++;
    this.keyspace.recordAccess(this.table, entry);
    return this.table.valueAt(entry);
  }

  /** The value of a key for a command that will change it: no hit or miss is counted. */
  getForWrite(key: ByteString): Value | undefined {
    const entry = this.entryOf(key);
    if (entry === NO_ENTRY) return undefined;
    this.beforeChange(entry);
    this.keyspace.recordAccess(this.table, entry);
    return this.table.valueAt(entry);
  }

  /** The value of a key; no hit, miss or access is recorded. */
  peek(key: ByteString): Value | undefined {
    const entry = this.entryOf(key);
    return entry === NO_ENTRY ? undefined : this.table.valueAt(entry);
  }

  /** Whether a key is there. Counts nothing. */
  has(key: ByteString): boolean {
    return this.entryOf(key) !== NO_ENTRY;
  }

  /**
   * The string at a key, for a command that reads it.
   *
   * @throws RedisError WRONGTYPE
   */
  getString(key: ByteString): ByteString | undefined {
    return asString(this.get(key));
  }

  /**
   * The string at a key, for a command that will change it.
   *
   * @throws RedisError WRONGTYPE
   */
  getStringForWrite(key: ByteString): ByteString | undefined {
    return asString(this.getForWrite(key));
  }

  /**
   * The value at a key if it is of a class (`db.getAs(key, HashValue)`), for a command that reads.
   *
   * @throws RedisError WRONGTYPE
   */
  getAs<T extends ObjectValue>(key: ByteString, type: ValueClass<T>): T | undefined {
    return ofType(this.get(key), type);
  }

  /**
   * As {@linkcode Database.getAs}, for a command that will change the value.
   *
   * @throws RedisError WRONGTYPE
   */
  getForWriteAs<T extends ObjectValue>(key: ByteString, type: ValueClass<T>): T | undefined {
    return ofType(this.getForWrite(key), type);
  }

  /**
   * Put a value at a key, whatever was there; an expiry that it had is gone. The key must be
   * detached from its request when it may be new.
   */
  put(key: ByteString, value: Value): void {
    const entry = this.entryOf(key);
    if (entry === NO_ENTRY) {
      this.add(key, value);
      return;
    }
    this.beforeChange(entry);
    this.table.setValueAt(entry, value);
    if (this.table.expiring !== 0) this.table.setExpireAt(entry, NO_EXPIRY);
    // Under LFU the counter belongs to the key and outlives its value.
    if (!this.keyspace.access.lfu) this.keyspace.recordNew(this.table, entry);
    if (typeof value !== "string") this.#announce(key, value);
    // Even a string may matter: a client may wait for the old value to be deleted.
    else if (this.blockedKeys !== 0) this.keyspace.listeners.ready(this, key);
  }

  /** As {@linkcode Database.put}, but an expiry stays. */
  putKeepingExpiry(key: ByteString, value: Value): void {
    const entry = this.entryOf(key);
    if (entry === NO_ENTRY) {
      this.add(key, value);
      return;
    }
    this.beforeChange(entry);
    this.table.setValueAt(entry, value);
    if (this.blockedKeys !== 0) this.keyspace.listeners.ready(this, key);
  }

  /** Replace the value in an entry that `entryOf` gave for `key`; an expiry stays. */
  replaceAt(entry: number, value: ByteString): void {
    this.beforeChange(entry);
    this.table.setValueAt(entry, value);
    this.keyspace.recordAccess(this.table, entry);
  }

  /** Add a key that is known to be absent. @returns its entry */
  add(key: ByteString, value: Value): number {
    const entry = this.table.insert(key, value);
    const { snapshot } = this.keyspace;
    if (snapshot !== null) snapshot.added(this.table, entry);
    this.keyspace.recordNew(this.table, entry);
    if (typeof value !== "string") this.#announce(key, value);
    this.keyspace.listeners.notify(this, EventClass.NEW, "new", key);
    return entry;
  }

  /**
   * Add a key out of a file, whose bytes lie in memory, unless it is there. No event is emitted.
   *
   * @param value a collection without fields that expire; null: the plain value in the record
   * @returns its entry; {@linkcode NO_ENTRY} when there is such a key
   */
  addRecord(record: PlainRecord, value: ObjectValue | null): number {
    const { table, keyspace } = this;
    const entry = table.insertRecord(record, value);
    if (entry === NO_ENTRY) return entry;
    if (keyspace.snapshot !== null) keyspace.snapshot.added(table, entry);
    keyspace.recordNew(table, entry);
    if (this.blockedKeys !== 0 && value !== null) {
      keyspace.listeners.ready(this, table.keyAt(entry));
    }
    return entry;
  }

  /** A whole collection was put at a key. */
  #announce(key: ByteString, value: ObjectValue): void {
    if (this.blockedKeys !== 0) this.keyspace.listeners.ready(this, key);
    if (value instanceof HashValue && value.expiringCount > 0) {
      scheduleFields(this, key, value.nextExpiry);
    }
  }

  /** Say that a value a client may be blocked on has grown (XADD to a stream that was there). */
  signalReady(key: ByteString): void {
    if (this.blockedKeys !== 0) this.keyspace.listeners.ready(this, key);
  }

  /** Remove a key. Emits no event: the caller calls {@linkcode Database.changed}. */
  delete(key: ByteString): boolean {
    return this.#deleteAt(this.entryOf(key), key);
  }

  /**
   * As {@linkcode Database.delete}, but a key past its time goes and counts like any other: where
   * a result is empty, what is at its place is not looked at.
   */
  deleteEvenExpired(key: ByteString): boolean {
    return this.#deleteAt(this.table.find(key), key);
  }

  #deleteAt(entry: number, key: ByteString): boolean {
    if (entry === NO_ENTRY) return false;
    this.beforeChange(entry);
    this.table.deleteAt(entry);
    if (this.blockedKeys !== 0) this.keyspace.listeners.ready(this, key);
    return true;
  }

  /** Remove a collection that a command emptied, with its "del" event. */
  deleteEmptied(key: ByteString): void {
    this.delete(key);
    this.keyspace.listeners.notify(this, EventClass.GENERIC, "del", key);
  }

  /** Expiry of a key in unix milliseconds; {@linkcode NO_EXPIRY} without one or without the key. */
  expireAt(key: ByteString): number {
    const entry = this.entryOf(key);
    return entry === NO_ENTRY ? NO_EXPIRY : this.table.expireAt(entry);
  }

  /** Set the expiry of a key that is there, in unix milliseconds. */
  setExpireAt(key: ByteString, ms: number): void {
    const entry = this.table.find(key);
    if (entry !== NO_ENTRY) this.setEntryExpireAt(entry, ms);
  }

  /** Remove the expiry of a key. @returns whether it had one */
  persist(key: ByteString): boolean {
    const entry = this.entryOf(key);
    if (entry === NO_ENTRY || this.table.expireAt(entry) === NO_EXPIRY) return false;
    this.setEntryExpireAt(entry, NO_EXPIRY);
    return true;
  }

  /** Set the expiry of a live entry, or remove it with {@linkcode NO_EXPIRY}. */
  setEntryExpireAt(entry: number, ms: number): void {
    this.beforeChange(entry);
    this.table.setExpireAt(entry, ms);
  }

  /**
   * Report a change of a key: counter of changes, watched keys, and one event. A change with several
   * events says the others with {@linkcode Database.notify}.
   *
   * @param count by how much the counter of changes goes up
   */
  changed(key: ByteString, eventClass: number, event: string, count = 1): void {
    this.keyspace.changes += count;
    this.keyspace.listeners.modified(this, key);
    this.keyspace.listeners.notify(this, eventClass, event, key);
  }

  /** Emit an event alone. */
  notify(key: ByteString, eventClass: number, event: string): void {
    this.keyspace.listeners.notify(this, eventClass, event, key);
  }

  /** Remove all keys. @returns how many there were */
  clear(): number {
    const count = this.table.size;
    this.keyspace.listeners.allModified(this, null);
    // A snapshot goes on with the table that it began with.
    if (this.keyspace.snapshot === null) this.table.clear();
    else this.table = this.keyspace.newTable();
    return count;
  }

  /**
   * A random key that is not past its time; undefined when there is none. Where such keys are kept (on
   * a replica) and nothing but them is found, one of them.
   */
  randomKey(): ByteString | undefined {
    let key: ByteString | undefined;
    // Among keys that are all past their time the search has to end.
    for (let tries = 0; tries < 100; tries++) {
      const entry = this.table.randomEntry(this.keyspace.random);
      if (entry === NO_ENTRY) return undefined;
      key = this.table.keyAt(entry);
      if (this.entryOf(key) !== NO_ENTRY) return key;
    }
    return this.keyspace.hidesExpired ? key : undefined;
  }

  /**
   * Call `visit` for every key that is not past its time, in no particular order. O(n). `visit` may
   * delete the key it is given.
   */
  forEach(visit: (key: ByteString, entry: number) => void): void {
    const limit = this.table.entryLimit;
    for (let entry = 0; entry < limit; entry++) {
      if (!this.table.isLive(entry)) continue;
      const key = this.table.keyAt(entry);
      if (this.entryOf(key) !== NO_ENTRY) visit(key, entry);
    }
  }

  /**
   * One step of SCAN. Entries never move while a key lives, so walking them upwards returns every key
   * that was there throughout, however the table grows or shrinks meanwhile.
   *
   * @param cursor 0 to begin, then what the last step returned
   * @param count about how many keys to look at
   * @param visit called for each key, past its time or not
   * @returns the next cursor; 0 when the walk is complete
   */
  scan(cursor: number, count: number, visit: (key: ByteString) => void): number {
    const limit = this.table.entryLimit;
    // As a sparse table could make one call look at many free entries, the steps are bounded too.
    let steps = count * 10;
    let entry = cursor;
    for (; entry < limit && count > 0 && steps > 0; entry++, steps--) {
      if (!this.table.isLive(entry)) continue;
      visit(this.table.keyAt(entry));
      count--;
    }
    return entry >= limit ? 0 : entry;
  }
}

/** The constructor of a value class. */
export type ValueClass<T> = abstract new (...args: never[]) => T;

function ofType<T extends ObjectValue>(
  value: Value | undefined,
  type: ValueClass<T>,
): T | undefined {
  if (value === undefined) return undefined;
  if (value instanceof type) return value;
  throw wrongType();
}

/**
 * A value as a byte string.
 *
 * @throws RedisError WRONGTYPE when it is a collection
 */
export function asString(value: Value | undefined): ByteString | undefined {
  if (value === undefined || typeof value === "string") return value;
  if (value instanceof StringBuffer) return value.toByteString();
  throw wrongType();
}
