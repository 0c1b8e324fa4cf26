/**
 * The fast ways to move the bytes of a {@linkcode ByteString} out of V8's strings.
 *
 * No single primitive of the runtime is fast for every string, so the choice is made here, once
 * (figures for Deno 2.9, nanoseconds a byte): `TextEncoder.encodeInto` 0.03–0.2, right only when
 * all bytes are below 0x80; `btoa` followed by `Uint8Array.setFromBase64`, both native, 0.3–0.6,
 * right for any bytes; a loop over `charCodeAt` 1.4, which only pays for a few bytes;
 * `Buffer.latin1Write` 1.5–2.5 plus half a microsecond a call.
 *
 * @module
 */

import type { ByteString } from "./bytes.ts";

/** `Uint8Array.prototype.setFromBase64`, where the compiler's library does not declare it. */
interface Base64Target {
  setFromBase64(text: string): { read: number; written: number };
}

const encoder = new TextEncoder();

/** Below these lengths a plain loop wins over the fixed cost of native calls and a view. */
const LOOP_LIMIT = 48;
const LOOP_LIMIT_NOT_ASCII = 192;

/** How many chars are checked before the whole string is tried as ASCII. */
const PROBE = 16;

/** Chars a base64 step: a multiple of 3, small enough for its text to be young and cheap. */
const STEP = 6 * 1024;

/** A view that costs nothing when the whole array is meant. */
function view(target: Uint8Array, start: number, end: number): Uint8Array {
  return start === 0 && end === target.length ? target : target.subarray(start, end);
}

function looksAscii(value: ByteString, length: number): boolean {
  const end = length < PROBE ? length : PROBE;
  for (let i = 0; i < end; i++) if (value.charCodeAt(i) > 0x7f) return false;
  return true;
}

/**
 * Write all bytes of `value` into `target` at `offset`. O(n).
 *
 * @param target must have room for the whole string
 * @returns the number of bytes written, which is the string's length
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const target = new Uint8Array(4);
 * writeLatin1("a\xff", target, 1);
 * assertEquals([...target], [0, 0x61, 0xff, 0]);
 * ```
 */
export function writeLatin1(value: ByteString, target: Uint8Array, offset: number): number {
  const length = value.length;
  const ascii = length >= LOOP_LIMIT && looksAscii(value, length);
  if (length < LOOP_LIMIT || (!ascii && length < LOOP_LIMIT_NOT_ASCII)) {
    for (let i = 0; i < length; i++) target[offset + i] = value.charCodeAt(i);
    return length;
  }
  if (ascii) {
    // The view ends where the bytes must end: a string that is not ASCII stops it early.
    const { read } = encoder.encodeInto(value, view(target, offset, offset + length));
    if (read === length) return length;
  }
  for (let at = 0; at < length; at += STEP) {
    const end = at + STEP < length ? at + STEP : length;
    const part = target.subarray(offset + at, offset + end) as unknown as Base64Target;
    part.setFromBase64(btoa(value.substring(at, end)));
  }
  return length;
}

/** V8 makes a substring that refers to its parent from this length on; shorter ones are copies. */
const SLICE_LENGTH = 13;

/**
 * A copy of a byte string that keeps nothing else alive. O(n), about 100 ns for a short one.
 *
 * A substring of 13 chars or more refers to the string it was cut from, so that one argument of a
 * request that is stored would keep its whole chunk (64 KB) alive. Joining two parts is the
 * cheapest expression that V8 evaluates by copying into a new flat string: concatenation makes a
 * tree over the same parent, and `slice` another reference.
 */
export function detach(value: ByteString): ByteString {
  if (value.length < SLICE_LENGTH) return value;
  return [value.substring(0, 1), value.substring(1)].join("");
}
