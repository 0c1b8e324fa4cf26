/**
 * Byte strings: how this server holds Redis strings.
 *
 * A Redis string is a sequence of bytes. Here it is a JavaScript string in which every char code is
 * one byte (0..255): V8 keeps such a string at one byte a char, hashes it natively, and `<` on two
 * of them is memcmp order. Text becomes bytes only at the edges (sockets, files, the command line).
 *
 * The alias below documents intent; the compiler does not tell a byte string from text. What must
 * never happen is that text with chars above 255 reaches a value: {@linkcode fromText} is the way in.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { writeLatin1 } from "./latin1.ts";

/** A JavaScript string with one char (0..255) for each byte. */
export type ByteString = string;

/** The longest string that V8 makes: 24 bytes less than 512 MB. */
export const LONGEST_STRING = 0x1fffffe8;

/** Buffer's one-byte decoder, which its type declarations leave out. */
interface Latin1Buffer {
  latin1Slice(start: number, end: number): string;
}

function asLatin1(bytes: Uint8Array): Latin1Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) as unknown as Latin1Buffer;
}

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder();

/**
 * The byte string of a range of bytes. O(n); the result does not keep `bytes` alive.
 *
 * @param bytes where to read
 * @param start first byte, inclusive
 * @param end last byte, exclusive
 */
export function fromBytes(bytes: Uint8Array, start = 0, end = bytes.length): ByteString {
  return asLatin1(bytes).latin1Slice(start, end);
}

/** The bytes of a byte string, in a new array. O(n). */
export function toBytes(value: ByteString): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(value.length);
  writeLatin1(value, out, 0);
  return out;
}

/** Text (any JavaScript string) to the byte string of its UTF-8 form. */
export function fromText(text: string): ByteString {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return fromBytes(utf8Encoder.encode(text));
  }
  return text;
}

/** A byte string, read as UTF-8, to text; invalid sequences become U+FFFD. */
export function toText(value: ByteString): string {
  for (let i = 0; i < value.length; i++) {
    if (value.charCodeAt(i) > 0x7f) return utf8Decoder.decode(toBytes(value));
  }
  return value;
}

/** memcmp order of two byte strings: negative, zero or positive. */
export function compareBytes(a: ByteString, b: ByteString): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Lower case of ASCII letters only, as C's `tolower` in the C locale does; all other bytes stay.
 * (`String.prototype.toLowerCase` would change 0xC0..0xDE.)
 */
export function asciiLower(value: ByteString): ByteString {
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (c >= 0x41 && c <= 0x5a) {
      return value.replace(/[A-Z]+/g, (run) => run.toLowerCase());
    }
  }
  return value;
}

/** Upper case of ASCII letters only. */
export function asciiUpper(value: ByteString): ByteString {
  return value.replace(/[a-z]+/g, (run) => run.toUpperCase());
}
