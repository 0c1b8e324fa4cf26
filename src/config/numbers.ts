/**
 * Numbers as configuration texts write them, with the rules of the C functions that a real server
 * reads them with: 64-bit arithmetic that wraps, units after a size, octal permissions.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { INT64_MAX, INT64_MIN, UINT64_MAX } from "../bytes/int.ts";

/** Largest 32-bit signed integer. */
export const INT_MAX = 2147483647;
/** Smallest 32-bit signed integer. */
export const INT_MIN = -2147483648;
/** Largest 32-bit unsigned integer. */
export const UINT_MAX = 4294967295;

const UNITS: Record<string, bigint> = {
  "": 1n,
  b: 1n,
  k: 1000n,
  kb: 1024n,
  m: 1000n ** 2n,
  mb: 1024n ** 2n,
  g: 1000n ** 3n,
  gb: 1024n ** 3n,
};

/**
 * A size in bytes with an optional unit in either case: `k`, `m` and `g` are powers of 1000, `kb`,
 * `mb` and `gb` powers of 1024. Digits may be missing, which says 0. What is larger than 64 bits
 * becomes the largest number before the unit counts, and wraps after it.
 *
 * @returns null when the text is no size
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseSize("2kb"), 2048n);
 * assertEquals(parseSize("2K"), 2000n);
 * assertEquals(parseSize("-1"), null);
 * ```
 */
export function parseSize(text: ByteString): bigint | null {
  const match = /^([0-9]*)([a-z]*)$/i.exec(text);
  if (match === null || match[1].length > 127) return null;
  const unit = match[2].toLowerCase();
  if (!Object.hasOwn(UNITS, unit)) return null;
  const digits = BigInt(match[1] === "" ? "0" : match[1]);
  const saturated = digits > UINT64_MAX ? UINT64_MAX : digits;
  return BigInt.asUintN(64, saturated * UNITS[unit]);
}

/** A size with the largest binary unit that divides it, as CONFIG REWRITE writes it. */
export function formatSize(bytes: bigint): ByteString {
  if (bytes > 0n) {
    for (const unit of ["gb", "mb", "kb"]) {
      if (bytes % UNITS[unit] === 0n) return `${bytes / UNITS[unit]}${unit}`;
    }
  }
  return `${bytes}`;
}

/**
 * `strtoll` over a whole text, in base 10 or 8: white space and a plus sign may lead, nothing at
 * all is 0, what is too large becomes the nearest 64-bit integer.
 *
 * @returns null when something else follows the digits
 */
export function parseLoose(text: ByteString, base: 8 | 10 = 10): bigint | null {
  if (text === "") return 0n;
  const digits = base === 8 ? "[0-7]" : "[0-9]";
  const match = new RegExp(`^[ \\t-\\r]*([+-]?)(${digits}+)$`).exec(text);
  if (match === null) return null;
  const size = BigInt((base === 8 ? "0o" : "") + match[2]);
  const value = match[1] === "-" ? -size : size;
  return value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : value;
}
