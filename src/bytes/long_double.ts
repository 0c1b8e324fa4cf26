/**
 * INCRBYFLOAT's arithmetic: the 80-bit extended precision of x86's `long double` (a mantissa of 64
 * bits), printed with 17 decimals and without trailing zeros.
 *
 * Done exactly, on big integers: read a decimal and round it to 64 bits, add, round, print. Every
 * rounding is to nearest, ties to even, as the processor and the C library do it, so that sums are
 * the same digit for digit. A few microseconds for ordinary numbers.
 *
 * @module
 */

import type { ByteString } from "./bytes.ts";
import { bitLength, roundBinary, scanFloat, specialValue } from "./float_text.ts";

const MANTISSA_BITS = 64;
/** Exponent of the last bit of the smallest subnormal number. */
const MIN_EXPONENT = -16445;
/** Numbers of more bits before the point than this are infinite. */
const MAX_BITS = 16384;
/** A real server copies the text into a buffer of this size, terminator included. */
const MAX_TEXT = 5 * 1024;
const DECIMALS = 17;
const SCALE = 10n ** BigInt(DECIMALS);

/** `mantissa × 2^exponent`, the mantissa signed; or an infinity. */
type LongDouble = { mantissa: bigint; exponent: number } | "inf" | "-inf";

/** Round and bring into range. */
function fit(mantissa: bigint, denominator: bigint, exponent: number): LongDouble {
  const negative = mantissa < 0n;
  const size = negative ? -mantissa : mantissa;
  const rounded = roundBinary(size, denominator, exponent, MANTISSA_BITS, MIN_EXPONENT);
  if (bitLength(rounded.mantissa) + rounded.exponent > MAX_BITS) return negative ? "-inf" : "inf";
  return negative ? { mantissa: -rounded.mantissa, exponent: rounded.exponent } : rounded;
}

/** The number, or null when the text is none, is `nan`, or is out of range either way. */
function parse(text: ByteString): LongDouble | null {
  if (text.length === 0 || text.length >= MAX_TEXT) return null;
  const scanned = scanFloat(text);
  if (scanned === null) {
    const special = specialValue(text);
    if (special === null || special !== special) return null;
    return special > 0 ? "inf" : "-inf";
  }
  const hex = scanned.kind === "hex";
  const digits = scanned.digits.replace(/^0+/, "");
  if (digits === "") return { mantissa: 0n, exponent: 0 };
  // Sizes in decimal (binary) digits, long before a power would take time or memory.
  const size = digits.length * (hex ? 4 : 1) + scanned.exponent;
  const limit = hex ? 17_000 : 5_100;
  if (!(Math.abs(size) < limit)) return null;
  const value = BigInt((hex ? "0x" : "") + digits) * (scanned.negative ? -1n : 1n);
  let result: LongDouble;
  if (hex) {
    result = fit(value, 1n, scanned.exponent);
  } else if (scanned.exponent >= 0) {
    result = fit(value * 10n ** BigInt(scanned.exponent), 1n, 0);
  } else {
    result = fit(value, 10n ** BigInt(-scanned.exponent), 0);
  }
  if (typeof result === "string" || result.mantissa === 0n) return null;
  return result;
}

function format(mantissa: bigint, exponent: number): ByteString {
  if (exponent >= 0) return String(mantissa << BigInt(exponent));
  const negative = mantissa < 0n;
  const scaled = (negative ? -mantissa : mantissa) * SCALE;
  const shift = BigInt(-exponent);
  let quotient = scaled >> shift;
  const rest = scaled - (quotient << shift);
  const half = 1n << (shift - 1n);
  if (rest > half || (rest === half && (quotient & 1n) === 1n)) quotient += 1n;
  if (quotient === 0n) return "0";
  const digits = String(quotient).padStart(DECIMALS + 1, "0");
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, "");
  const whole = (negative ? "-" : "") + digits.slice(0, -DECIMALS);
  return fraction === "" ? whole : whole + "." + fraction;
}

/**
 * Whether INCRBYFLOAT and the blocking commands' timeouts take this text for a float: `strtold`
 * over the whole of it, infinities included, `nan` and what is out of range not. O(n) for
 * ordinary numbers.
 */
export function isLongDouble(text: ByteString): boolean {
  return parse(text) !== null;
}

/**
 * The sum of two floats, as INCRBYFLOAT stores and replies it.
 *
 * @returns null when the sum is infinite or not a number, or when a text is no float (callers say
 *   which one with {@linkcode isLongDouble} first)
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(addLongDouble("0.1", "0.2"), "0.3");
 * assertEquals(addLongDouble("3.0", "1.1"), "4.1");
 * assertEquals(addLongDouble("5.0e3", "200"), "5200");
 * assertEquals(addLongDouble("inf", "1"), null);
 * ```
 */
export function addLongDouble(a: ByteString, b: ByteString): ByteString | null {
  const left = parse(a);
  const right = parse(b);
  if (left === null || right === null) return null;
  if (typeof left === "string" || typeof right === "string") return null;
  const exponent = Math.min(left.exponent, right.exponent);
  const sum = (left.mantissa << BigInt(left.exponent - exponent)) +
    (right.mantissa << BigInt(right.exponent - exponent));
  if (sum === 0n) return "0";
  const result = fit(sum, 1n, exponent);
  return typeof result === "string" ? null : format(result.mantissa, result.exponent);
}
