/**
 * What C's `strtod` and `strtold` read: the grammar of floating point text, and the rounding of an
 * exact value to a binary mantissa. Shared by the double and the long double readers, which differ
 * in their precision and in what they refuse.
 *
 * @module
 */

import type { ByteString } from "./bytes.ts";

/** A number as written: `digits × base^exponent`, where base is 10, or 2 for hexadecimal digits. */
export interface FloatText {
  kind: "decimal" | "hex";
  negative: boolean;
  /** Decimal or hexadecimal digits without the point, leading zeros kept. */
  digits: string;
  /** Exponent of ten, or of two, of the last digit; ±Infinity when it was written absurdly long. */
  exponent: number;
}

const DECIMAL = /^([+-]?)(?:([0-9]+)\.?([0-9]*)|\.([0-9]+))(?:e([+-]?[0-9]+))?$/i;
const HEX = /^([+-]?)0x(?:([0-9a-f]+)\.?([0-9a-f]*)|\.([0-9a-f]+))(?:p([+-]?[0-9]+))?$/i;
const SPECIAL = /^([+-]?)(?:(inf|infinity)|nan(?:\([0-9a-z_]*\))?)$/i;

/** Whether the text is a decimal floating point number, exponent or not. O(n). */
export function isDecimalText(text: ByteString): boolean {
  return DECIMAL.test(text);
}

/** Infinity, -Infinity or NaN when the text names one of them, else null. */
export function specialValue(text: ByteString): number | null {
  const match = SPECIAL.exec(text);
  if (match === null) return null;
  if (match[2] === undefined) return NaN;
  return match[1] === "-" ? -Infinity : Infinity;
}

/** Take a finite number's text apart. O(n). Null when the text is no number. */
export function scanFloat(text: ByteString): FloatText | null {
  const decimal = DECIMAL.exec(text);
  const match = decimal ?? HEX.exec(text);
  if (match === null) return null;
  const fraction = match[3] ?? match[4] ?? "";
  const scale = decimal === null ? 4 : 1;
  return {
    kind: decimal === null ? "hex" : "decimal",
    negative: match[1] === "-",
    digits: (match[2] ?? "") + fraction,
    exponent: Number(match[5] ?? 0) - fraction.length * scale,
  };
}

/** Number of significant bits of a non-negative integer. */
export function bitLength(value: bigint): number {
  if (value === 0n) return 0;
  const hex = value.toString(16);
  return hex.length * 4 - (Math.clz32(parseInt(hex[0], 16)) - 28);
}

/** A rounded value: `mantissa × 2^exponent`. */
export interface Rounded {
  mantissa: bigint;
  exponent: number;
}

/**
 * Round `numerator / denominator × 2^exponent` to a mantissa of at most `bits` bits whose exponent
 * is at least `minExponent` (below it numbers are subnormal), to nearest, ties to even.
 */
export function roundBinary(
  numerator: bigint,
  denominator: bigint,
  exponent: number,
  bits: number,
  minExponent: number,
): Rounded {
  // Two bits more than asked for, so that what is dropped is never less than a half and a rest.
  const short = bits + 2 - (bitLength(numerator) - bitLength(denominator));
  const shift = short > 0 ? short : 0;
  const scaled = numerator << BigInt(shift);
  const quotient = scaled / denominator;
  const inexact = quotient * denominator !== scaled;
  let result = exponent - shift;
  let drop = bitLength(quotient) - bits;
  if (result + drop < minExponent) drop = minExponent - result;
  if (drop <= 0) return { mantissa: quotient, exponent: result };
  const cut = BigInt(drop);
  let mantissa = quotient >> cut;
  const rest = quotient - (mantissa << cut);
  const half = 1n << (cut - 1n);
  if (rest > half || (rest === half && (inexact || (mantissa & 1n) === 1n))) mantissa += 1n;
  result += drop;
  if (bitLength(mantissa) > bits) {
    mantissa >>= 1n;
    result++;
  }
  return { mantissa, exponent: result };
}
