/**
 * What the JSON of decoded values is made of.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";

/** Takes JSON piece by piece. */
export interface JsonOut {
  /** Add JSON as it is; ASCII. */
  raw(text: string): void;
  /** Add a byte string as a value. O(n). */
  bytes(value: ByteString): void;
}

/** A double as JSON: those that JSON has no number for are strings, as the server writes them. */
export function jsonDouble(value: number): string {
  if (value === Infinity) return '"inf"';
  if (value === -Infinity) return '"-inf"';
  return Object.is(value, -0) ? "-0" : String(value);
}

/** An array of so many elements. */
export function array(out: JsonOut, length: number, element: (i: number) => void): void {
  out.raw("[");
  for (let i = 0; i < length; i++) {
    if (i > 0) out.raw(",");
    element(i);
  }
  out.raw("]");
}

/** The `i`th pair of a flat row, and what else is in its array. */
export function pair(out: JsonOut, flat: readonly ByteString[], i: number, more: string): void {
  out.raw("[");
  out.bytes(flat[2 * i]);
  out.raw(",");
  out.bytes(flat[2 * i + 1]);
  out.raw(`${more}]`);
}
