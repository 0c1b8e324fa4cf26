/**
 * Integers as the protocol and the commands take them: exact over the signed 64-bit range.
 *
 * Values up to 2^53 stay `number` (fast); only beyond that is a `bigint` made. What is accepted is
 * the strict form: an optional minus sign, no leading zeros, no plus, no spaces, no "-0".
 *
 * @module
 */

import type { ByteString } from "./bytes.ts";

/** Smallest signed 64-bit integer. */
export const INT64_MIN = -(2n ** 63n);
/** Largest signed 64-bit integer. */
export const INT64_MAX = 2n ** 63n - 1n;
/** Largest unsigned 64-bit integer. */
export const UINT64_MAX = 2n ** 64n - 1n;

/**
 * Parse a strict decimal integer of up to 15 digits, the common case.
 *
 * @returns the number, or NaN when the text is not such an integer (it may still be a longer one)
 */
export function parseSmallInt(text: ByteString): number {
  const length = text.length;
  let i = 0;
  let negative = false;
  if (length > 1 && text.charCodeAt(0) === 0x2d) {
    negative = true;
    i = 1;
  }
  if (length - i === 0 || length - i > 15) return NaN;
  let value = text.charCodeAt(i) - 48;
  if (value < 0 || value > 9) return NaN;
  if (value === 0) return length === 1 ? 0 : NaN;
  for (i++; i < length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

/**
 * Parse a strict decimal signed 64-bit integer.
 *
 * @returns a bigint, or null when the text is no such integer or is out of range
 */
export function parseInt64(text: ByteString): bigint | null {
  if (text.length > 20) return null;
  if (!/^(?:0|-?[1-9][0-9]*)$/.test(text)) return null;
  const value = BigInt(text);
  return value < INT64_MIN || value > INT64_MAX ? null : value;
}

/**
 * Parse a strict decimal signed 64-bit integer into a `number` when it is safe, else a `bigint`.
 *
 * @returns null when the text is no such integer or is out of range
 */
export function parseInteger(text: ByteString): number | bigint | null {
  const small = parseSmallInt(text);
  if (small === small) return small;
  const big = parseInt64(text);
  if (big === null) return null;
  const value = Number(big);
  return Number.isSafeInteger(value) ? value : big;
}

/** Whether the text is the canonical form of a signed 64-bit integer (OBJECT ENCODING "int"). */
export function isInt64Text(text: ByteString): boolean {
  const length = text.length;
  if (length === 0 || length > 20) return false;
  const first = text.charCodeAt(0);
  if (first !== 0x2d && (first < 48 || first > 57)) return false;
  return parseInteger(text) !== null;
}
