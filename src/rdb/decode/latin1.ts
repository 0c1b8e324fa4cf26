/**
 * Bytes that give ranges of themselves as byte strings. `fromBytes` of the bytes module makes a
 * `Buffer` view on each call; the decoder takes millions of strings out of one buffer, so the view
 * is made once and kept.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { ByteString } from "../../bytes/bytes.ts";

/** A byte array with Buffer's one-byte decoder, which Buffer's type declarations leave out. */
export interface Latin1Bytes extends Uint8Array {
  /** The bytes `start` to `end` (exclusive) as a byte string that does not keep the bytes alive. */
  latin1Slice(start: number, end: number): ByteString;
}

/** The same memory as `bytes`, with the decoder. */
export function latin1View(bytes: Uint8Array): Latin1Bytes {
  const view: unknown = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view as Latin1Bytes;
}

/** New zeroed memory of `size` bytes, with the decoder. */
export function latin1Alloc(size: number): Latin1Bytes {
  return latin1View(new Uint8Array(size));
}
