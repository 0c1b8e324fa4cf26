/**
 * The hash of keys: HalfSipHash-1-3 over 32-bit words, keyed anew for each process.
 *
 * Clients choose the keys, so that a hash with collisions that hold under every seed (murmur and
 * similar hashes have them) would let one fill a single probe sequence. HalfSipHash is the SipHash
 * family's form for 32-bit machines, which is what JavaScript's integers are; for a key of 16 bytes
 * it took 14 ns where murmur took 7, of some 150 for a look-up.
 *
 * A key is brought once from the string into the words of a buffer; hashing, comparing with the
 * slab and copying into it all work on those words.
 *
 * See J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF" (2012).
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { writeString } from "./text.ts";

/** Bytes of the longest key that {@linkcode loadKey} takes. */
export const LONGEST_LOADED = 8192;
/** Chars up to which packing words in a loop beats encoding the whole string at once. */
const LONGEST_LOOP = 48;

/** The words of the key loaded last, little-endian, zero after its end up to a whole word. */
export const keyWords: Int32Array = new Int32Array(LONGEST_LOADED / 4 + 1);
const keyBytes = new Uint8Array(keyWords.buffer);

const seed = crypto.getRandomValues(new Int32Array(2));
const SEED_0 = seed[0];
const SEED_1 = seed[1];

/** Bring a key of at most {@linkcode LONGEST_LOADED} bytes into {@linkcode keyWords}. O(length). */
export function loadKey(key: ByteString): void {
  const length = key.length;
  const whole = length >>> 2;
  let at = 0;
  if (length > LONGEST_LOOP) {
    keyWords[whole] = 0;
    writeString(key, keyBytes, 0);
    return;
  }
  for (let word = 0; word < whole; word++, at += 4) {
    keyWords[word] = key.charCodeAt(at) | (key.charCodeAt(at + 1) << 8) |
      (key.charCodeAt(at + 2) << 16) | (key.charCodeAt(at + 3) << 24);
  }
  let tail = 0;
  for (let shift = 0; at < length; at++, shift += 8) tail |= key.charCodeAt(at) << shift;
  keyWords[whole] = tail;
}

/**
 * As {@linkcode loadKey}, for `length` bytes (as many at most) of memory from `start` on. O(length).
 */
export function loadBytes(bytes: Uint8Array, start: number, length: number): void {
  const whole = length >>> 2;
  let at = start;
  for (let word = 0; word < whole; word++, at += 4) {
    keyWords[word] = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) |
      (bytes[at + 3] << 24);
  }
  let tail = 0;
  for (let shift = 0; at < start + length; at++, shift += 8) tail |= bytes[at] << shift;
  keyWords[whole] = tail;
}

/**
 * The hash of the `length` bytes that begin with word `start`; what follows them in the last word
 * does not count. O(length).
 *
 * @returns a signed 32-bit integer
 */
export function hashWords(words: Int32Array, start: number, length: number): number {
  let v0 = SEED_0;
  let v1 = SEED_1;
  let v2 = 0x6c796765 ^ SEED_0;
  let v3 = 0x74656462 ^ SEED_1;
  const whole = start + (length >>> 2);
  const rest = (length & 3) << 3;
  for (let i = start; i <= whole; i++) {
    const word = i < whole
      ? words[i]
      : (length << 24) | (rest === 0 ? 0 : words[i] & ((1 << rest) - 1));
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  v2 ^= 0xff;
  for (let i = 0; i < 3; i++) {
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
  }
  return v1 ^ v3;
}

/** Whether the key loaded last, of `length` bytes, is what begins with word `start`. */
export function matchesKey(words: Int32Array, start: number, length: number): boolean {
  const whole = length >>> 2;
  for (let i = 0; i < whole; i++) {
    if (words[start + i] !== keyWords[i]) return false;
  }
  const rest = (length & 3) << 3;
  return rest === 0 || (words[start + whole] & ((1 << rest) - 1)) === keyWords[whole];
}

/** Write the loaded key into `words` from `start` on, sparing the bytes that lie behind it. */
export function storeKey(words: Int32Array, start: number, length: number): void {
  const whole = length >>> 2;
  for (let i = 0; i < whole; i++) words[start + i] = keyWords[i];
  const rest = (length & 3) << 3;
  if (rest === 0) return;
  const mask = (1 << rest) - 1;
  words[start + whole] = (words[start + whole] & ~mask) | keyWords[whole];
}

/** The hash of the empty key. */
export const EMPTY_HASH: number = hashWords(keyWords, 0, 0);
