/**
 * A table of keys by their fingerprints, so that files of many keys can be compared without holding
 * the keys: 13 bytes a place, or 33 with values; between 35 and 70 in 100 places are taken.
 *
 * @module
 */

import type { Fingerprint } from "./fingerprint.ts";

const FIRST_CAPACITY = 1024;
const FULLEST = 0.7;

/** Open addressing over typed arrays; entries are never removed. */
export class KeyIndex {
  /** Entries. */
  size = 0;
  readonly #values: boolean;
  readonly #stride: number;
  #capacity = FIRST_CAPACITY;
  #words: Int32Array<ArrayBuffer>;
  /** When each key expires; NaN when it does not. */
  #expires: Float64Array<ArrayBuffer>;
  /** 0: free; 1: taken; 2: taken and marked. */
  #states: Uint8Array<ArrayBuffer>;

  /** @param values whether entries hold a value's fingerprint and an expiry */
  constructor(values: boolean) {
    this.#values = values;
    this.#stride = values ? 6 : 3;
    this.#words = new Int32Array(FIRST_CAPACITY * this.#stride);
    this.#expires = new Float64Array(values ? FIRST_CAPACITY : 0);
    this.#states = new Uint8Array(FIRST_CAPACITY);
  }

  /** Memory that the entries take. */
  get bytes(): number {
    return this.#words.byteLength + this.#expires.byteLength + this.#states.byteLength;
  }

  /**
   * The place of a key, or the free one where it would go. The capacity is at most 2^32: one word of
   * the fingerprint addresses it.
   */
  #place(words: Int32Array, at: number): number {
    const mask = this.#capacity - 1;
    const stride = this.#stride;
    for (let place = words[at] & mask;; place = (place + 1) & mask) {
      if (this.#states[place] === 0) return place;
      const own = place * stride;
      if (
        this.#words[own] === words[at] && this.#words[own + 1] === words[at + 1] &&
        this.#words[own + 2] === words[at + 2]
      ) {
        return place;
      }
    }
  }

  /**
   * Add a key. Amortised O(1).
   *
   * @returns false when it is there already
   */
  add(key: Fingerprint): boolean {
    if (this.size >= this.#capacity * FULLEST) this.#grow();
    const place = this.#place(key, 0);
    if (this.#states[place] !== 0) return false;
    this.#states[place] = 1;
    this.#words.set(key, place * this.#stride);
    if (this.#values) this.#expires[place] = NaN;
    this.size++;
    return true;
  }

  #grow(): void {
    const words = this.#words;
    const expires = this.#expires;
    const states = this.#states;
    const stride = this.#stride;
    this.#capacity *= 2;
    this.#words = new Int32Array(this.#capacity * stride);
    this.#expires = new Float64Array(this.#values ? this.#capacity : 0);
    this.#states = new Uint8Array(this.#capacity);
    for (let old = 0; old < states.length; old++) {
      if (states[old] === 0) continue;
      const place = this.#place(words, old * stride);
      this.#states[place] = states[old];
      for (let i = 0; i < stride; i++) {
        this.#words[place * stride + i] = words[old * stride + i];
      }
      if (this.#values) this.#expires[place] = expires[old];
    }
  }

  /** The place of a key; -1 when it is not there. Valid until the next `add`. O(1). */
  find(key: Fingerprint): number {
    const place = this.#place(key, 0);
    return this.#states[place] === 0 ? -1 : place;
  }

  /** Keep a value's fingerprint and an expiry with the key at a place. */
  setValue(place: number, value: Fingerprint, expireAt: number | null): void {
    this.#words.set(value, place * this.#stride + 3);
    this.#expires[place] = expireAt ?? NaN;
  }

  /** Whether the key at a place has a value with this fingerprint. */
  hasValue(place: number, value: Fingerprint): boolean {
    const at = place * this.#stride + 3;
    return this.#words[at] === value[0] && this.#words[at + 1] === value[1] &&
      this.#words[at + 2] === value[2];
  }

  /** When the key at a place expires; null when it does not. */
  expireAt(place: number): number | null {
    const at = this.#expires[place];
    return at !== at ? null : at;
  }

  /** Mark the key at a place. */
  mark(place: number): void {
    this.#states[place] = 2;
  }

  /** Whether it is marked. */
  isMarked(place: number): boolean {
    return this.#states[place] === 2;
  }
}
