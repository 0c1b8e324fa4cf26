/**
 * Expiry of hash fields: removing those whose time has come, with all that follows from it, and
 * finding the hashes that have such fields though nobody asks for them.
 *
 * Each table of keys has a queue of its own, from key to the time at which its hash is to be looked
 * at. It belongs to the table, so that it moves with the table (SWAPDB) and is dropped with it
 * (FLUSHALL). An entry is a hint and not a fact: the hash may be gone, or its fields may live
 * longer by now, which shows when its time comes. So commands that remove or overwrite keys need
 * not know of the queue, and those that let a field expire only say so with {@linkcode
 * scheduleFields}; `Database` does the same for hashes that come in whole (RENAME, COPY, RESTORE,
 * loading).
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { detach } from "../bytes/latin1.ts";
import { FieldExpiry } from "../values/field_expiry.ts";
import { HashValue } from "../values/hash.ts";
import type { Database } from "./database.ts";
import { EventClass } from "./events.ts";
import { type KeyTable, NO_ENTRY } from "./key_table.ts";
import type { Keyspace } from "./keyspace.ts";

/** Between two looks at the monotonic clock so many fields of one hash are removed. */
const STRIDE = 64;
/** Fields that are reported at once, so that what is journaled is not longer than a request may be. */
const BATCH = 1024;
/** Below this size a queue is not worth looking through for entries that mean nothing any more. */
const SMALL_QUEUE = 1024;

/** The keys of a table whose hashes have fields that expire. */
class FieldQueue {
  readonly times = new FieldExpiry();
  /** The size from which on the queue is looked through. */
  pruneAt = SMALL_QUEUE;
}

const queues = new WeakMap<KeyTable, FieldQueue>();

/**
 * The time that hash fields are measured by, in unix milliseconds; 0, at which none has expired,
 * while expiry holds still.
 */
export function fieldTime(keyspace: Keyspace): number {
  return keyspace.expiryPaused ? 0 : keyspace.clock.ms;
}

/**
 * See to it that the fields of the hash at `key` expire in time; to be called when one of them was
 * given an earlier time than the others have. O(log n) amortised.
 *
 * @param at when the first field expires, in unix milliseconds
 */
export function scheduleFields(db: Database, key: ByteString, at: number): void {
  let queue = queues.get(db.table);
  if (queue === undefined) queues.set(db.table, queue = new FieldQueue());
  const { times } = queue;
  const known = times.get(key);
  if (known === undefined) {
    if (times.size >= queue.pruneAt) prune(db.table, queue);
    times.set(detach(key), at);
  } else if (at < known) {
    times.set(key, at);
  }
}

/** Drop the entries of keys that hold no hash with expiring fields. O(n). */
function prune(table: KeyTable, queue: FieldQueue): void {
  for (const key of queue.times.fields()) {
    if (hashAt(table, key) === null) queue.times.delete(key);
  }
  queue.pruneAt = Math.max(SMALL_QUEUE, 2 * queue.times.size);
}

/**
 * Whether a hash has fields that expire. O(1) for each database and each outdated entry.
 */
export function hasExpiringFields(keyspace: Keyspace): boolean {
  for (const { table } of keyspace.databases) {
    const times = queues.get(table)?.times;
    if (times === undefined) continue;
    for (const key of times.fields()) if (hashAt(table, key) !== null) return true;
  }
  return false;
}

/** The hash at a key if it has fields that expire. */
function hashAt(table: KeyTable, key: ByteString): HashValue | null {
  const entry = table.find(key);
  if (entry === NO_ENTRY) return null;
  const value = table.valueAt(entry);
  return value instanceof HashValue && value.expiringCount > 0 ? value : null;
}

/**
 * Remove fields whose time has come, with journal, events, and the removal of a hash that is left
 * empty. On a replica, and while expiry is paused, nothing is removed. O(log n) for each field.
 *
 * @param limit how many fields to remove at most
 * @returns how many fields were removed
 */
export function removeExpiredFields(
  db: Database,
  key: ByteString,
  hash: HashValue,
  limit = Infinity,
): number {
  const { keyspace } = db;
  if (keyspace.expiryPaused || keyspace.hidesExpired) return 0;
  const { listeners } = keyspace;
  const now = keyspace.clock.ms;
  if (keyspace.snapshot !== null && hash.nextExpiry < now) db.beforeChange(db.table.find(key));
  let removed = 0;
  while (removed < limit) {
    const fields = hash.expireDue(now, Math.min(BATCH, limit - removed));
    if (fields.length === 0) break;
    listeners.fieldsExpired(db, key, fields);
    removed += fields.length;
  }
  if (removed === 0) return 0;
  listeners.notify(db, EventClass.HASH, "hexpired", key);
  listeners.modified(db, key);
  if (hash.size === 0) db.deleteEmptied(key);
  return removed;
}

/**
 * Remove hash fields that are past their time, in all databases.
 *
 * @param budgetMs about how long the step may take
 * @returns whether all that was due is gone
 */
export function expireFieldsStep(keyspace: Keyspace, budgetMs: number): boolean {
  if (keyspace.expiryPaused || keyspace.hidesExpired) return true;
  const { clock } = keyspace;
  const now = clock.tick();
  const deadline = clock.monotonic() + budgetMs;
  for (const db of keyspace.databases) {
    const times = queues.get(db.table)?.times;
    if (times === undefined) continue;
    for (;;) {
      const key = times.takeDue(now);
      if (key === undefined) break;
      const hash = hashAt(db.table, key);
      if (hash === null) continue;
      removeExpiredFields(db, key, hash, STRIDE);
      if (hash.nextExpiry !== Infinity) times.set(key, hash.nextExpiry);
      if (clock.monotonic() >= deadline) return false;
    }
  }
  return true;
}
