/**
 * SHA-1, which Redis uses for the digest of a data set and for the names of scripts. It is no longer safe against collisions made on purpose, and
 * nothing here relies on that.
 *
 * Written out because it is called for every element of a data set: a hash of a short text takes
 * about a microsecond here, and ten in `node:crypto`, most of them spent on making an object.
 *
 * Source: FIPS 180-4.
 *
 * @module
 */

import { type ByteString, fromBytes } from "./bytes.ts";

/** A hash: 20 bytes as five 32-bit words, the first byte the highest of the first word. */
export type Sha1Words = Int32Array<ArrayBuffer>;

/** The message schedule; its first 16 words are the block. No call runs inside another. */
const schedule = new Int32Array(80);

/** The hash of no bytes yet. */
function begin(out: Sha1Words): void {
  out[0] = 0x67452301;
  out[1] = 0xefcdab89;
  out[2] = 0x98badcfe;
  out[3] = 0x10325476;
  out[4] = 0xc3d2e1f0;
}

/** Take in the block that the schedule begins with. */
function compress(out: Sha1Words): void {
  const w = schedule;
  for (let i = 16; i < 80; i++) {
    const mixed = w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16];
    w[i] = (mixed << 1) | (mixed >>> 31);
  }
  let a = out[0], b = out[1], c = out[2], d = out[3], e = out[4];
  for (let i = 0; i < 80; i++) {
    let chosen: number;
    if (i < 20) chosen = (d ^ (b & (c ^ d))) + 0x5a827999;
    else if (i < 40) chosen = (b ^ c ^ d) + 0x6ed9eba1;
    else if (i < 60) chosen = ((b & c) | (d & (b | c))) + 0x8f1bbcdc;
    else chosen = (b ^ c ^ d) + 0xca62c1d6;
    const next = (((a << 5) | (a >>> 27)) + chosen + e + w[i]) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  out[0] += a;
  out[1] += b;
  out[2] += c;
  out[3] += d;
  out[4] += e;
}

/** The big-endian word of up to four bytes at an offset, the end mark (0x80) behind the last. */
function tailWord(text: ByteString, at: number): number {
  let word = 0;
  for (let i = at; i < at + 4; i++) {
    const byte = i < text.length ? text.charCodeAt(i) : i === text.length ? 0x80 : 0;
    word = (word << 8) | byte;
  }
  return word;
}

/**
 * Hash a byte string. O(n), without allocation.
 *
 * @param out where the hash goes
 */
export function sha1(text: ByteString, out: Sha1Words): void {
  const w = schedule;
  const length = text.length;
  begin(out);
  let at = 0;
  for (; at + 64 <= length; at += 64) {
    for (let i = 0, p = at; i < 16; i++, p += 4) {
      w[i] = (text.charCodeAt(p) << 24) | (text.charCodeAt(p + 1) << 16) |
        (text.charCodeAt(p + 2) << 8) | text.charCodeAt(p + 3);
    }
    compress(out);
  }
  finish(text, at, length, out);
}

/** As {@linkcode sha1}, of bytes. */
export function sha1Bytes(bytes: Uint8Array, out: Sha1Words): void {
  const w = schedule;
  const { length } = bytes;
  begin(out);
  const whole = length - length % 64;
  for (let at = 0; at < whole; at += 64) {
    for (let i = 0, p = at; i < 16; i++, p += 4) {
      w[i] = (bytes[p] << 24) | (bytes[p + 1] << 16) | (bytes[p + 2] << 8) | bytes[p + 3];
    }
    compress(out);
  }
  finish(fromBytes(bytes, whole, length), 0, length, out);
}

/** Take in the end of a text of `length` bytes: what is behind `at`, and the length. */
function finish(text: ByteString, at: number, length: number, out: Sha1Words): void {
  const w = schedule;
  for (let i = 0; i < 16; i++) w[i] = tailWord(text, at + 4 * i);
  if (text.length - at >= 56) {
    compress(out);
    w.fill(0, 0, 16);
  }
  w[14] = Math.floor(length / 0x20000000);
  w[15] = length << 3;
  compress(out);
}

/** Hash the 20 bytes of a hash in place. */
export function sha1OfHash(words: Sha1Words): void {
  const w = schedule;
  for (let i = 0; i < 5; i++) w[i] = words[i];
  w[5] = 0x80000000;
  w.fill(0, 6, 15);
  w[15] = 160;
  begin(words);
  compress(words);
}

/** A hash as 40 hexadecimal digits, in lower case. */
export function sha1Text(words: Sha1Words): string {
  let text = "";
  for (const word of words) text += (word >>> 0).toString(16).padStart(8, "0");
  return text;
}

/**
 * The hash of a byte string as 40 hexadecimal digits. O(n).
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(sha1Hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
 * ```
 */
export function sha1Hex(text: ByteString): string {
  const words = new Int32Array(5);
  sha1(text, words);
  return sha1Text(words);
}
