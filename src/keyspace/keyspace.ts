/**
 * The databases of a server with what they share: clock, listeners, access clocks, counters.
 *
 * @module
 */

import type { Clock } from "../clock/clock.ts";
import { defaultLimits, type EncodingLimits } from "../values/limits.ts";
import { AccessClock } from "./access_clock.ts";
import { Database } from "./database.ts";
import type { KeyTable } from "./key_table.ts";
import { KeyspaceListeners } from "./listeners.ts";
import type { SnapshotHook } from "./snapshot_hook.ts";

/** What a keyspace is made of. */
export interface KeyspaceOptions {
  clock: Clock;
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
  readonly listeners: KeyspaceListeners = new KeyspaceListeners();
  readonly databases: readonly Database[];
  readonly limits: EncodingLimits = defaultLimits();
  readonly access: AccessClock;
  readonly random: () => number;
  readonly stats: KeyspaceStats = { hits: 0, misses: 0, expiredKeys: 0, evictedKeys: 0 };

  /** How many changes there were so far; it only grows. */
  changes = 0;
  /** The snapshot that is being taken; it is told of changes before they happen. */
  snapshot: SnapshotHook | null = null;
  /** While set, such keys are removed after all (a client writes to a writable replica). */
  removesHidden = false;
  /** While set, reads do not change the access clocks (CLIENT NO-TOUCH). */
  noTouch = false;

  readonly #newTable: () => KeyTable;
  /** Why keys past their time are hidden. */
  readonly #hiders = new Set<string>();
  #hidesExpired = false;
  #expiryPauses = 0;

  constructor(options: KeyspaceOptions) {
    this.clock = options.clock;
    this.random = options.random ?? Math.random;
    this.access = new AccessClock(options.clock, this.random);
    this.#newTable = options.newTable;
    this.databases = Array.from(
      { length: options.databases },
      (_, index) => new Database(index, this, options.newTable()),
    );
  }

  /** Whether keys past their time count as there (a file is loaded, a primary's commands run). */
  get expiryPaused(): boolean {
    return this.#expiryPauses > 0;
  }

  /** Let keys past their time count as there for a while. @returns a function that ends this */
  pauseExpiry(): () => void {
    this.#expiryPauses++;
    let ended = false;
    return () => {
      if (!ended) this.#expiryPauses--;
      ended = true;
    };
  }

  /** Whether keys past their time are hidden but not removed (a replica waits for the DEL). */
  get hidesExpired(): boolean {
    return this.#hidesExpired;
  }

  /** Begin or end hiding keys past their time, instead of removing them, for one reason. */
  hideExpired(reason: string, hides: boolean): void {
    if (hides) this.#hiders.add(reason);
    else this.#hiders.delete(reason);
    this.#hidesExpired = this.#hiders.size > 0;
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
    this.listeners.allModified(a, b);
    this.listeners.allModified(b, a);
    [a.table, b.table] = [b.table, a.table];
    this.listeners.swapped(a, b);
  }

  /**
   * Exchange the contents of all databases with those of another keyspace, which has as many. Only
   * this one's clients are told.
   */
  exchange(other: Keyspace): void {
    for (const db of this.databases) {
      const replacement = other.databases[db.index];
      if (db.size === 0 && replacement.size === 0) continue;
      this.listeners.allModified(db, replacement);
      [db.table, replacement.table] = [replacement.table, db.table];
      this.listeners.swapped(db, db);
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
      this.listeners.allModified(db, null);
      db.table = this.#newTable();
    }
    return count;
  }
}
