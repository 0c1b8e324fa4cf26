/**
 * The access word of a key: when it was last used (LRU) or how often (LFU).
 *
 * As in a real server there is one word of 24 bits a key, read in the way that the eviction policy
 * says: under an LRU policy (and without eviction) the time of the last access in seconds, modulo
 * 2^24; under an LFU policy 16 bits of the last decrement time in minutes and 8 bits of a
 * logarithmic counter.
 *
 * Source: https://redis.io/docs/latest/develop/reference/eviction/
 *
 * @module
 */

import type { Clock } from "../clock/clock.ts";

/** The LRU clock counts seconds modulo this. */
const LRU_MODULUS = 1 << 24;
/** The LFU counter that a new key begins with, so that it is not evicted at once. */
const LFU_INITIAL = 5;

/** Makes and reads access words. */
export class AccessClock {
  /** Whether words are read as LFU counters. */
  lfu = false;
  /** The higher, the more accesses it takes to saturate the counter (`lfu-log-factor`). */
  logFactor = 10;
  /** Minutes for the counter to go down by one (`lfu-decay-time`); 0 never. */
  decayMinutes = 1;

  readonly #clock: Clock;
  readonly #random: () => number;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** The LRU clock now: seconds modulo 2^24. */
  lruClock(): number {
    return Math.floor(this.#clock.ms / 1000) % LRU_MODULUS;
  }

  /** The word of a new value. */
  fresh(): number {
    return this.lfu ? (this.#minutes() << 8) | LFU_INITIAL : this.lruClock();
  }

  /** The word after one more access. */
  touched(word: number): number {
    if (!this.lfu) return this.lruClock();
    let counter = this.frequency(word);
    if (counter < 255) {
      const base = Math.max(0, counter - LFU_INITIAL);
      if (this.#random() < 1 / (base * this.logFactor + 1)) counter++;
    }
    return (this.#minutes() << 8) | counter;
  }

  /** Milliseconds since the last access, read from an LRU word. */
  idleMs(word: number): number {
    const now = this.lruClock();
    const seconds = now >= word ? now - word : now + LRU_MODULUS - word;
    return seconds * 1000;
  }

  /** The LFU counter of a word, decayed to the present. */
  frequency(word: number): number {
    const then = word >>> 8;
    const counter = word & 255;
    if (this.decayMinutes === 0) return counter;
    const now = this.#minutes();
    const elapsed = now >= then ? now - then : 65536 - then + now;
    return Math.max(0, counter - Math.floor(elapsed / this.decayMinutes));
  }

  /** The word of a key that was idle for so many seconds (RESTORE, RDB). */
  wordOfIdle(seconds: number): number {
    const now = this.lruClock();
    const word = (now - seconds) % LRU_MODULUS;
    return word < 0 ? word + LRU_MODULUS : word;
  }

  /** The word of a key with an LFU counter (RESTORE, RDB). */
  wordOfFrequency(counter: number): number {
    return (this.#minutes() << 8) | (counter & 255);
  }

  #minutes(): number {
    return Math.floor(this.#clock.ms / 60000) & 0xffff;
  }
}
