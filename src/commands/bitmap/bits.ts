/**
 * Counting and finding bits in bytes, a word of 32 at a time where possible.
 *
 * @module
 */

/** Number of bits set in 32. */
function popCount(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The first index from `index` on whose byte begins a word of memory. */
function wordStart(bytes: Uint8Array, index: number): number {
  return index + (-(bytes.byteOffset + index) & 3);
}

/** The whole words from a word's start up to `end`. */
function wordsOf(bytes: Uint8Array, start: number, end: number): Int32Array {
  const count = Math.max(0, end - start) >> 2;
  return new Int32Array(bytes.buffer, bytes.byteOffset + start, count);
}

/**
 * How many bits are set from bit `from` to bit `to`, both included and within the bytes. O(n).
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(countBits(new Uint8Array([0xff, 0xff]), 4, 11), 8);
 * ```
 */
export function countBits(bytes: Uint8Array, from: number, to: number): number {
  const first = Math.floor(from / 8);
  const last = Math.floor(to / 8);
  const head = 0xff >> (from % 8);
  const tail = 0xff << (7 - to % 8);
  if (first === last) return popCount(bytes[first] & head & tail);
  let count = popCount(bytes[first] & head) + popCount(bytes[last] & tail & 0xff);
  let i = first + 1;
  const start = wordStart(bytes, i);
  if (start < last) {
    for (; i < start; i++) count += popCount(bytes[i]);
    const words = wordsOf(bytes, start, last);
    for (let w = 0; w < words.length; w++) count += popCount(words[w]);
    i += words.length * 4;
  }
  for (; i < last; i++) count += popCount(bytes[i]);
  return count;
}

/**
 * The first bit that is `bit`, from bit `from` to bit `to`, both included and within the bytes.
 * O(n).
 *
 * @returns its offset, or -1
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(findBit(new Uint8Array([0xff, 0xf0]), 0, 0, 15), 12);
 * assertEquals(findBit(new Uint8Array([0xff, 0xf0]), 0, 0, 11), -1);
 * ```
 */
export function findBit(bytes: Uint8Array, bit: 0 | 1, from: number, to: number): number {
  const flip = bit === 1 ? 0 : 0xff;
  const last = Math.floor(to / 8);
  let i = Math.floor(from / 8);
  let byte = (bytes[i] ^ flip) & (0xff >> (from % 8));
  if (byte === 0 && i < last) {
    i = skip(bytes, flip, i + 1, last);
    byte = bytes[i] ^ flip;
  }
  if (byte === 0) return -1;
  const found = i * 8 + Math.clz32(byte) - 24;
  return found <= to ? found : -1;
}

/** The first byte from `from` on that is not `value`, or `last`. */
function skip(bytes: Uint8Array, value: number, from: number, last: number): number {
  let i = from;
  const start = wordStart(bytes, i);
  if (start < last) {
    for (; i < start; i++) if (bytes[i] !== value) return i;
    const words = wordsOf(bytes, start, last);
    const word = value === 0 ? 0 : -1;
    let w = 0;
    while (w < words.length && words[w] === word) w++;
    i += w * 4;
  }
  while (i < last && bytes[i] === value) i++;
  return i;
}
