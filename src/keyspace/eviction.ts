/**
 * Eviction: which keys go when there is too much data.
 *
 * Keys are not kept in order of use. Some are picked at random, and of these, and of the good
 * candidates of earlier picks (`eviction_pool.ts`), the one that was idle longest (LRU), is used
 * least (LFU) or has the shortest time to live is evicted. Keys for which there is no room are
 * found in O(samples) whatever their number.
 *
 * A step is bounded in time, so that one write that is far over the limit does not hold up all
 * others; the caller runs another one soon.
 *
 * Source: https://redis.io/docs/latest/develop/reference/eviction/
 *
 * @module
 */

import type { Database } from "./database.ts";
import { EvictionPool } from "./eviction_pool.ts";
import { type KeyTable, NO_ENTRY, NO_EXPIRY } from "./key_table.ts";
import type { Keyspace } from "./keyspace.ts";
import type { MemoryMeter } from "./memory.ts";

/** The policies of `maxmemory-policy`. */
export type EvictionPolicy =
  | "volatile-lru"
  | "volatile-lfu"
  | "volatile-random"
  | "volatile-ttl"
  | "allkeys-lru"
  | "allkeys-lfu"
  | "allkeys-random"
  | "noeviction";

/** How a step ended: there is room, its time was up, or there is nothing that may be evicted. */
export type EvictionResult = "done" | "more" | "stuck";

/** What a step goes by. */
export interface EvictionSettings {
  readonly policy: EvictionPolicy;
  /** Keys that are looked at in each database to find one. */
  readonly samples: number;
  /** 0 to 100: how long a step may take; 100 for as long as it takes. */
  readonly tenacity: number;
}

/** A step looks at the time after so many keys. */
const STRIDE = 16;
/** Rounds of sampling that may find nothing new before there is nothing to be found. */
const FRUITLESS_ROUNDS = 64;

/** How long a step may take, in milliseconds. */
export function evictionBudgetMs(tenacity: number): number {
  if (tenacity >= 100) return Infinity;
  return tenacity <= 10 ? tenacity * 0.05 : 0.5 * 1.15 ** (tenacity - 10);
}

/** Evicts keys of a keyspace. */
export class Evictor {
  readonly #keyspace: Keyspace;
  readonly #meter: MemoryMeter;
  readonly #pool = new EvictionPool();
  #policy: EvictionPolicy = "noeviction";
  #objectsOnly = false;
  #nextDatabase = 0;

  constructor(keyspace: Keyspace, meter: MemoryMeter) {
    this.#keyspace = keyspace;
    this.#meter = meter;
  }

  /**
   * Evict keys while `excess` gives more than 0.
   *
   * @param objectsOnly leave plain strings alone: V8's heap is to become smaller, where they are not
   */
  step(settings: EvictionSettings, excess: () => number, objectsOnly = false): EvictionResult {
    if (excess() <= 0) return "done";
    if (settings.policy === "noeviction") return "stuck";
    if (settings.policy !== this.#policy || objectsOnly !== this.#objectsOnly) {
      this.#policy = settings.policy;
      this.#objectsOnly = objectsOnly;
      this.#pool.clear();
    }
    const { clock } = this.#keyspace;
    const deadline = clock.monotonic() + evictionBudgetMs(settings.tenacity);
    for (let evicted = 1;; evicted++) {
      if (!this.#evictOne(settings.samples)) return "stuck";
      if (excess() <= 0) return "done";
      if (evicted % STRIDE === 0 && clock.monotonic() >= deadline) return "more";
    }
  }

  #evictOne(samples: number): boolean {
    const random = this.#policy.endsWith("-random");
    return random ? this.#evictRandom() : this.#evictBest(samples);
  }

  #evict(db: Database, entry: number): void {
    const { table } = db;
    if (table.stringLengthAt(entry) < 0) {
      const value = table.valueAt(entry);
      if (typeof value !== "string") this.#meter.noteEvicted(value.memoryBytes());
    }
    db.evictEntry(entry, table.keyAt(entry));
  }

  /**
   * A random entry that the policy allows; {@linkcode NO_ENTRY} when there is none, or when the one
   * that was picked is not allowed.
   */
  #pick(table: KeyTable): number {
    const { random } = this.#keyspace;
    const entry = this.#policy.startsWith("allkeys")
      ? table.randomEntry(random)
      : table.randomExpiringEntry(random);
    if (entry === NO_ENTRY || !this.#objectsOnly || table.stringLengthAt(entry) < 0) return entry;
    return NO_ENTRY;
  }

  /** A random key, of each database in its turn. */
  #evictRandom(): boolean {
    const { databases } = this.#keyspace;
    const rounds = this.#objectsOnly ? FRUITLESS_ROUNDS : 1;
    for (let i = 0; i < databases.length * rounds; i++) {
      const db = databases[this.#nextDatabase++ % databases.length];
      if (db.size === 0) continue;
      const entry = this.#pick(db.table);
      if (entry === NO_ENTRY) continue;
      this.#evict(db, entry);
      return true;
    }
    return false;
  }

  #evictBest(samples: number): boolean {
    for (let round = 0; round < FRUITLESS_ROUNDS; round++) {
      let met = 0;
      for (const db of this.#keyspace.databases) {
        if (db.size > 0) met += this.#sample(db, samples);
      }
      for (;;) {
        const candidate = this.#pool.take();
        if (candidate === undefined) break;
        const { db, key, score } = candidate;
        const entry = db.table.find(key);
        // It may be gone, or have been used since.
        if (entry === NO_ENTRY || this.#score(db.table, entry) < score) continue;
        this.#evict(db, entry);
        return true;
      }
      if (met === 0 && !this.#objectsOnly) return false;
    }
    return false;
  }

  /** Look at some keys of a database. @returns how many of them may be evicted */
  #sample(db: Database, samples: number): number {
    const { table } = db;
    const most = Math.min(samples, table.size);
    let met = 0;
    for (let i = 0; i < most; i++) {
      const entry = this.#pick(table);
      if (entry === NO_ENTRY) {
        if (this.#objectsOnly) continue;
        break;
      }
      met++;
      const score = this.#score(table, entry);
      if (this.#pool.accepts(score)) this.#pool.add({ db, key: table.keyAt(entry), score });
    }
    return met;
  }

  /** How much a key deserves to go; -Infinity when the policy spares it. */
  #score(table: KeyTable, entry: number): number {
    const at = table.expireAt(entry);
    if (at === NO_EXPIRY && this.#policy.startsWith("volatile")) return -Infinity;
    if (this.#policy === "volatile-ttl") return -at;
    const { access } = this.#keyspace;
    const word = table.accessAt(entry);
    return access.lfu ? 255 - access.frequency(word) : access.idleMs(word);
  }
}
