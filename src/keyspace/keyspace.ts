/**
 * The databases of a server with what they share: clock, hooks, access clocks, counters.
 *
 * @module
 */

import type { Clock } from "../clock/clock.ts";
import { defaultLimits, type EncodingLimits } from "../values/limits.ts";
import { AccessClock } from "./access_clock.ts";
import { Database } from "./database.ts";
import type { KeyspaceHooks } from "./events.ts";
import type { KeyTable } from "./key_table.ts";
import type { SnapshotHook } from "./snapshot_hook.ts";

/** What a keyspace is made of. */
export interface KeyspaceOptions {
  clock: Clock;
  hooks: KeyspaceHooks;
  /** Number of databases. */
  databases: number;
  /** Makes an empty table. */
  newTable: () => KeyTable;
  /** In [0, 1); `Math.random` when absent. */
  random?: () => number;
}

/** Counters of INFO stats that the keyspace keeps. */
export interface KeyspaceStats {
  hits: number;
  misses: number;
  expiredKeys: number;
  evictedKeys: number;
}

/** All databases of a server. */
export class Keyspace {
  readonly clock: Clock;
  readonly hooks: KeyspaceHooks;
  readonly databases: readonly Database[];
  readonly limits: EncodingLimits = defaultLimits();
  readonly access: AccessClock;
  readonly random: () => number;
  readonly stats: KeyspaceStats = { hits: 0, misses: 0, expiredKeys: 0, evictedKeys: 0 };

  /** Changes since the last save. */
  dirty = 0;
  /** The snapshot that is being taken; it is told of changes before they happen. */
  snapshot: SnapshotHook | null = null;
  /** While set, keys past their time stay as they are (loading). */
  expiryPaused = false;
  /** While set, keys past their time are hidden but not removed (a replica waits for the DEL). */
  hidesExpired = false;
  /** While set, such keys are removed after all (a client writes to a writable replica). */
  removesHidden = false;
  /** While set, reads leave no trace in the access clocks (CLIENT NO-TOUCH). */
  noTouch = false;

  readonly #newTable: () => KeyTable;

  constructor(options: KeyspaceOptions) {
    this.clock = options.clock;
    this.hooks = options.hooks;
    this.random = options.random ?? Math.random;
    this.access = new AccessClock(options.clock, this.random);
    this.#newTable = options.newTable;
    this.databases = Array.from(
      { length: options.databases },
      (_, index) => new Database(index, this, options.newTable()),
    );
  }

  /** Number of keys in all databases. */
  get size(): number {
    let sum = 0;
    for (const db of this.databases) sum += db.size;
    return sum;
  }

  /** Set the counters back to zero. */
  resetStats(): void {
    this.stats.hits = 0;
    this.stats.misses = 0;
    this.stats.expiredKeys = 0;
    this.stats.evictedKeys = 0;
  }

  /** Remember that an entry was read or changed. */
  recordAccess(table: KeyTable, entry: number): void {
    if (this.noTouch) return;
    table.setAccessAt(entry, this.access.touched(table.accessAt(entry)));
  }

  /** Give a new value its first access word. */
  recordNew(table: KeyTable, entry: number): void {
    table.setAccessAt(entry, this.access.fresh());
  }

  /** Exchange the contents of two databases. Clients that watch keys of either are told. */
  swap(a: Database, b: Database): void {
    this.hooks.allModified(a, b);
    this.hooks.allModified(b, a);
    [a.table, b.table] = [b.table, a.table];
    this.hooks.swapped(a, b);
  }

  /**
   * Exchange the contents of all databases with those of another keyspace, which has as many. Only
   * this one's clients are told.
   */
  exchange(other: Keyspace): void {
    for (const db of this.databases) {
      const replacement = other.databases[db.index];
      if (db.size === 0 && replacement.size === 0) continue;
      this.hooks.allModified(db, replacement);
      [db.table, replacement.table] = [replacement.table, db.table];
      this.hooks.swapped(db, db);
    }
  }

  /** A table without keys. */
  newTable(): KeyTable {
    return this.#newTable();
  }

  /** Empty every database by giving it a new table. @returns how many keys there were */
  clearAll(): number {
    let count = 0;
    for (const db of this.databases) {
      if (db.size === 0) continue;
      count += db.size;
      this.hooks.allModified(db, null);
      db.table = this.#newTable();
    }
    return count;
  }
}
