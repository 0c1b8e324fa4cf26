/**
 * What fingerprints of values are made of: 96 bits that are equal when the content is, whatever
 * encoding and whatever order of unordered elements the file has them in. With a hundred million keys
 * the odds of two different ones with one fingerprint are below one in a trillion; it is no defence
 * against somebody who makes such a pair on purpose.
 *
 * The mixing step is that of the MurmurHash3 family (multiply, rotate, multiply; three words of
 * state that each step feeds into the next), four bytes a step.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";

/** Three words. Those that the functions here return are valid until the next call. */
export type Fingerprint = Int32Array<ArrayBuffer>;

const doubles = new Float64Array(1);
const doubleWords = new Int32Array(doubles.buffer);

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Spread every bit over the word. */
function avalanche(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return word ^ (word >>> 16);
}

/** Takes in words, strings and numbers in order. */
export class Hasher {
  readonly result: Fingerprint = new Int32Array(3);
  #a = 0;
  #b = 0;
  #c = 0;

  /** Begin anew; different seeds make for different fingerprints of the same. */
  begin(seed: number): this {
    this.#a = seed;
    this.#b = seed ^ 0x2f6b1e35;
    this.#c = seed ^ 0x5bd1e995;
    return this;
  }

  /** Take in 32 bits. */
  word(word: number): this {
    const mixed = Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
    const a = (Math.imul(rotate(this.#a ^ mixed, 19), 5) + this.#b + 0x561ccd1b) | 0;
    this.#a = this.#b;
    this.#b = this.#c;
    this.#c = a;
    return this;
  }

  /** Take in a double; all NaNs but no two other numbers are one. */
  double(value: number): this {
    doubles[0] = value;
    return this.word(doubleWords[0]).word(doubleWords[1]);
  }

  /** Take in a byte string and its length. */
  text(text: ByteString): this {
    const length = text.length;
    this.word(length);
    let i = 0;
    for (const last = length - 3; i < last; i += 4) {
      this.word(
        text.charCodeAt(i) | (text.charCodeAt(i + 1) << 8) | (text.charCodeAt(i + 2) << 16) |
          (text.charCodeAt(i + 3) << 24),
      );
    }
    if (i < length) {
      let word = 0;
      for (let shift = 0; i < length; i++, shift += 8) word |= text.charCodeAt(i) << shift;
      this.word(word);
    }
    return this;
  }

  /** The fingerprint of all since `begin`. */
  end(): Fingerprint {
    // Three steps more, so that the last word reaches all of the state.
    this.word(1).word(2).word(3);
    const { result } = this;
    result[0] = avalanche(this.#a + this.#b);
    result[1] = avalanche(this.#b + this.#c);
    result[2] = avalanche(this.#c + Math.imul(this.#a, 5));
    return result;
  }
}

/** For elements. */
export const inner = new Hasher();
/** For what elements are put into. */
export const outer = new Hasher();
const sum: Fingerprint = new Int32Array(3);

/** The fingerprint of elements whose order says nothing: the sum of theirs. */
export function unordered(
  seed: number,
  count: number,
  element: (i: number) => Fingerprint,
): Fingerprint {
  sum.fill(0);
  for (let i = 0; i < count; i++) {
    const part = element(i);
    sum[0] += part[0];
    sum[1] += part[1];
    sum[2] += part[2];
  }
  return outer.begin(seed).word(count).word(sum[0]).word(sum[1]).word(sum[2]).end();
}
