/**
 * The simplest key table: V8's own Map from key to slot, and plain arrays by slot.
 *
 * It is right by inspection, which is why the tests of the other table compare with it, and it is
 * quick for few keys. For many keys its memory and the collector's pauses are what `byte_map.ts`
 * is for: every key and value here is an object in V8's heap, and a Map ends at 2^24 entries.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { parseSmallInt } from "../bytes/int.ts";
import { detach } from "../bytes/latin1.ts";
import type { ObjectValue, Value } from "../values/value.ts";
import { insertStrings } from "./byte_map_text.ts";
import {
  type KeyTable,
  NO_EXPIRY,
  NO_SLOT,
  type PlainRecord,
  type TableStats,
} from "./key_table.ts";

/** Tries at a random slot before the live ones are counted off instead. */
const RANDOM_TRIES = 64;
/** Keys that an estimate of the mean time to live looks at. */
const TTL_SAMPLE = 1000;

/** A key table over a V8 Map. `compactStep` has nothing to do; `reserved` is an estimate. */
export class MapTable implements KeyTable {
  #slots = new Map<ByteString, number>();
  #keys: (ByteString | undefined)[] = [];
  #values: (Value | undefined)[] = [];
  #access: number[] = [];
  #expireAt: number[] = [];
  #epochs = new Map<number, number>();
  #free: number[] = [];
  /** The slots with an expiry, in no order, and where in it each slot stands. */
  #expiring: number[] = [];
  #expiringIndex = new Map<number, number>();
  #used = 0;

  get size(): number {
    return this.#slots.size;
  }

  get expiring(): number {
    return this.#expiring.length;
  }

  get slotLimit(): number {
    return this.#keys.length;
  }

  find(key: ByteString): number {
    const slot = this.#slots.get(key);
    return slot === undefined ? NO_SLOT : slot;
  }

  insert(key: ByteString, value: Value): number {
    const slot = this.#free.pop() ?? this.#keys.length;
    const own = detach(key);
    this.#slots.set(own, slot);
    this.#keys[slot] = own;
    this.#values[slot] = typeof value === "string" ? detach(value) : value;
    this.#access[slot] = 0;
    this.#expireAt[slot] = NO_EXPIRY;
    this.#used += key.length + plainLength(value);
    return slot;
  }

  insertRecord(record: PlainRecord, value: ObjectValue | null): number {
    return insertStrings(this, record, value);
  }

  isLive(slot: number): boolean {
    return this.#keys[slot] !== undefined;
  }

  keyAt(slot: number): ByteString {
    return this.#keys[slot]!;
  }

  valueAt(slot: number): Value {
    return this.#values[slot]!;
  }

  setValueAt(slot: number, value: Value): void {
    this.#used += plainLength(value) - plainLength(this.#values[slot]!);
    this.#values[slot] = typeof value === "string" ? detach(value) : value;
  }

  deleteAt(slot: number): void {
    this.setExpireAt(slot, NO_EXPIRY);
    const key = this.#keys[slot]!;
    this.#used -= key.length + plainLength(this.#values[slot]!);
    this.#slots.delete(key);
    this.#keys[slot] = undefined;
    this.#values[slot] = undefined;
    this.#epochs.delete(slot);
    this.#free.push(slot);
    if (this.#slots.size === 0) this.clear();
  }

  clear(): void {
    this.#slots = new Map();
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

  expireAt(slot: number): number {
    return this.#expireAt[slot];
  }

  setExpireAt(slot: number, ms: number): void {
    const before = this.#expireAt[slot];
    this.#expireAt[slot] = ms;
    if (before === NO_EXPIRY && ms !== NO_EXPIRY) {
      this.#expiringIndex.set(slot, this.#expiring.push(slot) - 1);
    } else if (before !== NO_EXPIRY && ms === NO_EXPIRY) {
      const index = this.#expiringIndex.get(slot)!;
      const last = this.#expiring.pop()!;
      if (last !== slot) {
        this.#expiring[index] = last;
        this.#expiringIndex.set(last, index);
      }
      this.#expiringIndex.delete(slot);
    }
  }

  /** As the interface says, but the cost is proportional to the number of keys with an expiry. */
  visitDue(now: number, limit: number, visit: (slot: number) => void): number {
    const due: number[] = [];
    for (const slot of this.#expiring) {
      if (due.length >= limit) break;
      if (this.#expireAt[slot] <= now) due.push(slot);
    }
    for (const slot of due) visit(slot);
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

  accessAt(slot: number): number {
    return this.#access[slot];
  }

  setAccessAt(slot: number, word: number): void {
    this.#access[slot] = word >>> 0;
  }

  epochAt(slot: number): number {
    return this.#epochs.get(slot) ?? 0;
  }

  setEpochAt(slot: number, epoch: number): void {
    this.#epochs.set(slot, epoch >>> 0);
  }

  dropEpochs(): void {
    this.#epochs = new Map();
  }

  intAt(slot: number): number {
    const value = this.#values[slot];
    return typeof value === "string" ? parseSmallInt(value) : NaN;
  }

  plainAt(): boolean {
    return false;
  }

  stringLengthAt(slot: number): number {
    const value = this.#values[slot];
    return typeof value === "string" ? value.length : -1;
  }

  entryBytes(slot: number): number {
    return this.#keys[slot]!.length + plainLength(this.#values[slot]!) + ENTRY_OVERHEAD;
  }

  /** O(n). */
  get objects(): number {
    let count = 0;
    for (const slot of this.#slots.values()) if (typeof this.#values[slot] !== "string") count++;
    return count;
  }

  get usedBytes(): number {
    return 0;
  }

  get heldBytes(): number {
    return 0;
  }

  randomSlot(random: () => number): number {
    const limit = this.#keys.length;
    if (this.#slots.size === 0) return NO_SLOT;
    for (let i = 0; i < RANDOM_TRIES; i++) {
      const slot = Math.floor(random() * limit);
      if (this.#keys[slot] !== undefined) return slot;
    }
    let nth = Math.floor(random() * this.#slots.size);
    for (const slot of this.#slots.values()) if (nth-- === 0) return slot;
    return NO_SLOT;
  }

  randomExpiringSlot(random: () => number): number {
    const count = this.#expiring.length;
    return count === 0 ? NO_SLOT : this.#expiring[Math.floor(random() * count)];
  }

  stats(): TableStats {
    const reserved = this.#used + this.#slots.size * ENTRY_OVERHEAD;
    return { reserved, used: this.#used, free: 0, index: 0, columns: 0, classes: [] };
  }

  compactStep(_slots: number): boolean {
    return false;
  }
}

/** What V8 spends on an entry beside the bytes: two string headers, the Map's row, the columns. */
const ENTRY_OVERHEAD = 120;

function plainLength(value: Value): number {
  return typeof value === "string" ? value.length : 0;
}
