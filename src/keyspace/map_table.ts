/**
 * The simplest key table: V8's own Map from key to entry, and plain arrays by entry.
 *
 * It is simple enough to be seen to be right, so the tests of the other table compare with it, and
 * it is quick for few keys. For many keys it takes much memory and causes long pauses of the
 * collector, as every key and value is an object in V8's heap, and a Map ends at 2^24 entries:
 * hence `byte_map/`.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { parseSmallInt } from "../bytes/int.ts";
import { detach } from "../bytes/latin1.ts";
import { isPlain, type ObjectValue, type Value } from "../values/value.ts";
import { insertStrings } from "./byte_map/text.ts";
import {
  type KeyTable,
  NO_ENTRY,
  NO_EXPIRY,
  type PlainRecord,
  type TableStats,
} from "./key_table.ts";

/** Tries at a random entry before the live ones are counted off instead. */
const RANDOM_TRIES = 64;
/** Keys that an estimate of the mean time to live looks at. */
const TTL_SAMPLE = 1000;

/** A key table over a V8 Map. `compactStep` has nothing to do; `reserved` is an estimate. */
export class MapTable implements KeyTable {
  #entries = new Map<ByteString, number>();
  #keys: (ByteString | undefined)[] = [];
  #values: (Value | undefined)[] = [];
  #access: number[] = [];
  #expireAt: number[] = [];
  #epochs = new Map<number, number>();
  #free: number[] = [];
  /** The entries with an expiry, in no order, and where in it each entry stands. */
  #expiring: number[] = [];
  #expiringIndex = new Map<number, number>();
  #used = 0;

  get size(): number {
    return this.#entries.size;
  }

  get expiring(): number {
    return this.#expiring.length;
  }

  get entryLimit(): number {
    return this.#keys.length;
  }

  find(key: ByteString): number {
    const entry = this.#entries.get(key);
    return entry === undefined ? NO_ENTRY : entry;
  }

  insert(key: ByteString, value: Value): number {
    const entry = this.#free.pop() ?? this.#keys.length;
    const own = detach(key);
    this.#entries.set(own, entry);
    this.#keys[entry] = own;
    this.#values[entry] = kept(value);
    this.#access[entry] = 0;
    this.#expireAt[entry] = NO_EXPIRY;
    this.#used += key.length + plainLength(value);
    return entry;
  }

  insertRecord(record: PlainRecord, value: ObjectValue | null): number {
    return insertStrings(this, record, value);
  }

  isLive(entry: number): boolean {
    return this.#keys[entry] !== undefined;
  }

  keyAt(entry: number): ByteString {
    return this.#keys[entry]!;
  }

  valueAt(entry: number): Value {
    return this.#values[entry]!;
  }

  setValueAt(entry: number, value: Value): void {
    this.#used += plainLength(value) - plainLength(this.#values[entry]!);
    this.#values[entry] = kept(value);
  }

  deleteAt(entry: number): void {
    this.setExpireAt(entry, NO_EXPIRY);
    const key = this.#keys[entry]!;
    this.#used -= key.length + plainLength(this.#values[entry]!);
    this.#entries.delete(key);
    this.#keys[entry] = undefined;
    this.#values[entry] = undefined;
    this.#epochs.delete(entry);
    this.#free.push(entry);
    if (this.#entries.size === 0) this.clear();
  }

  clear(): void {
    this.#entries = new Map();
    this.#keys = [];
    this.#values = [];
    this.#access = [];
    this.#expireAt = [];
    this.#epochs = new Map();
    this.#free = [];
    this.#expiring = [];
    this.#expiringIndex = new Map();
    this.#used = 0;
  }

  expireAt(entry: number): number {
    return this.#expireAt[entry];
  }

  setExpireAt(entry: number, ms: number): void {
    const before = this.#expireAt[entry];
    this.#expireAt[entry] = ms;
    if (before === NO_EXPIRY && ms !== NO_EXPIRY) {
      this.#expiringIndex.set(entry, this.#expiring.push(entry) - 1);
    } else if (before !== NO_EXPIRY && ms === NO_EXPIRY) {
      const index = this.#expiringIndex.get(entry)!;
      const last = this.#expiring.pop()!;
      if (last !== entry) {
        this.#expiring[index] = last;
        this.#expiringIndex.set(last, index);
      }
      this.#expiringIndex.delete(entry);
    }
  }

  /** As the interface says, but the cost is proportional to the number of keys with an expiry. */
  visitDue(now: number, limit: number, visit: (entry: number) => void): number {
    const due: number[] = [];
    for (const entry of this.#expiring) {
      if (due.length >= limit) break;
      if (this.#expireAt[entry] <= now) due.push(entry);
    }
    for (const entry of due) visit(entry);
    return due.length;
  }

  averageTtl(now: number): number {
    const count = Math.min(this.#expiring.length, TTL_SAMPLE);
    let sum = 0;
    for (let i = 0; i < count; i++) {
      sum += Math.max(0, this.#expireAt[this.#expiring[i]] - now);
    }
    return count === 0 ? 0 : sum / count;
  }

  accessAt(entry: number): number {
    return this.#access[entry];
  }

  setAccessAt(entry: number, word: number): void {
    this.#access[entry] = word >>> 0;
  }

  epochAt(entry: number): number {
    return this.#epochs.get(entry) ?? 0;
  }

  setEpochAt(entry: number, epoch: number): void {
    this.#epochs.set(entry, epoch >>> 0);
  }

  dropEpochs(): void {
    this.#epochs = new Map();
  }

  intAt(entry: number): number {
    const value = this.#values[entry];
    return typeof value === "string" ? parseSmallInt(value) : NaN;
  }

  plainAt(): boolean {
    return false;
  }

  stringLengthAt(entry: number): number {
    const value = this.#values[entry];
    return typeof value === "string" ? value.length : -1;
  }

  entryBytes(entry: number): number {
    return this.#keys[entry]!.length + plainLength(this.#values[entry]!) + ENTRY_OVERHEAD;
  }

  /** O(n). */
  get objects(): number {
    let count = 0;
    for (const entry of this.#entries.values()) {
      if (typeof this.#values[entry] !== "string") count++;
    }
    return count;
  }

  get usedBytes(): number {
    return 0;
  }

  get heldBytes(): number {
    return 0;
  }

  randomEntry(random: () => number): number {
    const limit = this.#keys.length;
    if (this.#entries.size === 0) return NO_ENTRY;
    for (let i = 0; i < RANDOM_TRIES; i++) {
      const entry = Math.floor(random() * limit);
      if (this.#keys[entry] !== undefined) return entry;
    }
    let nth = Math.floor(random() * this.#entries.size);
    for (const entry of this.#entries.values()) if (nth-- === 0) return entry;
    return NO_ENTRY;
  }

  randomExpiringEntry(random: () => number): number {
    const count = this.#expiring.length;
    return count === 0 ? NO_ENTRY : this.#expiring[Math.floor(random() * count)];
  }

  stats(): TableStats {
    const reserved = this.#used + this.#entries.size * ENTRY_OVERHEAD;
    return { reserved, used: this.#used, free: 0, index: 0, columns: 0, classes: [] };
  }

  compactStep(_entries: number): boolean {
    return false;
  }
}

/** What V8 spends on an entry beside the bytes: two string headers, the Map's row, the columns. */
const ENTRY_OVERHEAD = 120;

function plainLength(value: Value): number {
  return isPlain(value) ? value.length : 0;
}

/** A value as it is kept: strings as strings, which keep no request alive. */
function kept(value: Value): Value {
  if (!isPlain(value)) return value;
  return typeof value === "string" ? detach(value) : value.toByteString();
}
