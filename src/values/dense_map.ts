/**
 * Hash tables whose items are numbered 0 … size-1 without gaps, which gives members picked at random
 * in O(1) and scans with a guarantee (see `scanRange`). A V8 `Map` finds a key's number; arrays hold
 * the keys and values under it. Removing moves the last item into the gap.
 *
 * In `compact` mode a table stands in for a compact encoding that grew too long to be one string:
 * order of insertion is kept, so removing is O(n).
 *
 * Keys and values are kept as they are given: a slice of something big must be detached first.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { stringBytes } from "./packed.ts";

/** Estimated bytes of one entry of a V8 `Map` and one array element. */
const SLOT_BYTES = 52;
const TABLE_BYTES = 200;

/** A set of byte strings in dense order. */
export class DenseSet {
  /** Whether order is kept on removal. */
  compact: boolean;
  #slots = new Map<ByteString, number>();
  #keys: ByteString[] = [];
  #bytes = 0;

  constructor(compact = false) {
    this.compact = compact;
  }

  /** How many keys there are. */
  get size(): number {
    return this.#keys.length;
  }

  /** O(1). */
  has(key: ByteString): boolean {
    return this.#slots.has(key);
  }

  /** The key number `index`. */
  keyAt(index: number): ByteString {
    return this.#keys[index];
  }

  /** Add a key. O(1) amortised. @returns whether it is new */
  add(key: ByteString): boolean {
    if (this.#slots.has(key)) return false;
    this.#slots.set(key, this.#keys.length);
    this.#keys.push(key);
    this.#bytes += stringBytes(key.length);
    return true;
  }

  /** Remove a key. O(1), or O(n) when compact. @returns whether it was there */
  delete(key: ByteString): boolean {
    const index = this.#slots.get(key);
    if (index === undefined) return false;
    this.#remove(key, index);
    return true;
  }

  /** Remove and return the key number `index`. */
  deleteAt(index: number): ByteString {
    const key = this.#keys[index];
    this.#remove(key, index);
    return key;
  }

  #remove(key: ByteString, index: number): void {
    const keys = this.#keys;
    this.#slots.delete(key);
    this.#bytes -= stringBytes(key.length);
    if (this.compact) {
      keys.splice(index, 1);
      for (let i = index; i < keys.length; i++) this.#slots.set(keys[i], i);
      return;
    }
    const last = keys.pop()!;
    if (index < keys.length) {
      keys[index] = last;
      this.#slots.set(last, index);
    }
  }

  /** A copy of the keys from `start` up to `end`. */
  keys(start = 0, end = this.#keys.length): ByteString[] {
    return this.#keys.slice(start, end);
  }

  clone(): DenseSet {
    const copy = new DenseSet(this.compact);
    copy.#slots = new Map(this.#slots);
    copy.#keys = this.#keys.slice();
    copy.#bytes = this.#bytes;
    return copy;
  }

  /** Estimated bytes, keys included. O(1). */
  memoryBytes(): number {
    return TABLE_BYTES + this.#keys.length * SLOT_BYTES + this.#bytes;
  }
}

/** A map of byte strings to byte strings in dense order. */
export class DenseMap {
  /** Whether order is kept on removal. */
  compact: boolean;
  #slots = new Map<ByteString, number>();
  #keys: ByteString[] = [];
  #values: ByteString[] = [];
  #bytes = 0;

  constructor(compact = false) {
    this.compact = compact;
  }

  /** How many keys there are. */
  get size(): number {
    return this.#keys.length;
  }

  /** O(1). */
  has(key: ByteString): boolean {
    return this.#slots.has(key);
  }

  /** O(1). */
  get(key: ByteString): ByteString | undefined {
    const index = this.#slots.get(key);
    return index === undefined ? undefined : this.#values[index];
  }

  /** The key number `index`. */
  keyAt(index: number): ByteString {
    return this.#keys[index];
  }

  /** The value number `index`. */
  valueAt(index: number): ByteString {
    return this.#values[index];
  }

  /** Set a key's value. O(1) amortised. @returns whether the key is new */
  set(key: ByteString, value: ByteString): boolean {
    const index = this.#slots.get(key);
    if (index !== undefined) {
      this.#bytes += stringBytes(value.length) - stringBytes(this.#values[index].length);
      this.#values[index] = value;
      return false;
    }
    this.#slots.set(key, this.#keys.length);
    this.#keys.push(key);
    this.#values.push(value);
    this.#bytes += stringBytes(key.length) + stringBytes(value.length);
    return true;
  }

  /** Remove a key. O(1), or O(n) when compact. @returns whether it was there */
  delete(key: ByteString): boolean {
    const index = this.#slots.get(key);
    if (index === undefined) return false;
    const keys = this.#keys;
    const values = this.#values;
    this.#slots.delete(key);
    this.#bytes -= stringBytes(key.length) + stringBytes(values[index].length);
    if (this.compact) {
      keys.splice(index, 1);
      values.splice(index, 1);
      for (let i = index; i < keys.length; i++) this.#slots.set(keys[i], i);
      return true;
    }
    const lastKey = keys.pop()!;
    const lastValue = values.pop()!;
    if (index < keys.length) {
      keys[index] = lastKey;
      values[index] = lastValue;
      this.#slots.set(lastKey, index);
    }
    return true;
  }

  /** A copy of the keys. */
  keys(): ByteString[] {
    return this.#keys.slice();
  }

  /** A copy of the values. */
  values(): ByteString[] {
    return this.#values.slice();
  }

  clone(): DenseMap {
    const copy = new DenseMap(this.compact);
    copy.#slots = new Map(this.#slots);
    copy.#keys = this.#keys.slice();
    copy.#values = this.#values.slice();
    copy.#bytes = this.#bytes;
    return copy;
  }

  /** Estimated bytes, keys and values included. O(1). */
  memoryBytes(): number {
    return TABLE_BYTES + this.#keys.length * (SLOT_BYTES + 8) + this.#bytes;
  }
}
