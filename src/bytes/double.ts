/**
 * Doubles as text, both ways, the way Redis writes and reads scores, coordinates and timeouts.
 *
 * Writing follows 7.2: shortest digits. {@linkcode formatDouble17} is what versions up to 7.0
 * write. Reading is C's `strtod` over the whole text, in the two forms that commands use. Sums of
 * INCRBYFLOAT are not done in doubles: see `long_double.ts`.
 *
 * @module
 */

import type { ByteString } from "./bytes.ts";
import { isDecimalText, roundBinary, scanFloat, specialValue } from "./float_text.ts";
import { grisuDigits } from "./grisu.ts";
import { parseSmallInt } from "./int.ts";

export { addLongDouble, isLongDouble } from "./long_double.ts";

/** Integers up to here in size are written in full. */
const INTEGER_LIMIT = 2 ** 62;

/** The powers of ten that a double holds exactly. */
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, n) => Number(`1e${n}`));

const doubleBits = new Float64Array(1);
const wordBits = new Uint32Array(doubleBits.buffer);

/**
 * A number's text as Redis 7.2 gives it in replies, `nan`, `inf`, `-inf` and `-0` included:
 * integers in full up to ±2^62, otherwise shortest digits, with an exponent when that saves much.
 * About 200 ns for numbers of everyday size.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(formatDouble(3), "3");
 * assertEquals(formatDouble(0.1), "0.1");
 * assertEquals(formatDouble(1e17), "100000000000000000");
 * assertEquals(formatDouble(1e-7), "1e-7");
 * ```
 */
export function formatDouble(value: number): ByteString {
  if (Number.isInteger(value)) {
    if (value === 0) return Object.is(value, -0) ? "-0" : "0";
    if (Number.isSafeInteger(value)) return String(value);
    if (Math.abs(value) <= INTEGER_LIMIT) return String(BigInt(value));
  } else if (value !== value) {
    return "nan";
  } else if (value === Infinity) {
    return "inf";
  } else if (value === -Infinity) {
    return "-inf";
  }
  const negative = value < 0;
  const size = negative ? -value : value;
  const text = String(size);
  const point = text.indexOf(".");
  const decimals = text.length - 1 - point;
  if (point > 0 && decimals < POWERS_OF_TEN.length && isCertain(size, text, point, decimals)) {
    // From 0.001 on, and with few decimals, JavaScript and Redis lay the digits out alike.
    if (decimals < 7 || (size >= 0.001 && size < 10_000)) return negative ? "-" + text : text;
    const digits = (text.substring(0, point) + text.substring(point + 1)).replace(/^0+/, "");
    return (negative ? "-" : "") + layOut(digits, -decimals, negative);
  }
  const { digits, exponent } = grisuDigits(size);
  return (negative ? "-" : "") + layOut(digits, exponent, negative);
}

/**
 * A number's shortest digits, also where {@linkcode formatDouble} writes an integer in full: what
 * DEBUG DIGEST of 7.2 takes of a score.
 */
export function formatShortest(value: number): ByteString {
  if (!Number.isInteger(value) || Number.isSafeInteger(value) && Math.abs(value) < 1e7) {
    return formatDouble(value);
  }
  const { digits, exponent } = grisuDigits(Math.abs(value));
  return (value < 0 ? "-" : "") + layOut(digits, exponent, value < 0);
}

/**
 * Whether the digits that JavaScript prints are those that Grisu2 finds too. They are when the
 * decimal lies clearly within the numbers that read back as `value`, and clearly closer to it than
 * the next decimal of that length: Grisu2 errs by less than 1 % of that range. Only the distance of
 * the two is needed, and it is exact in a pair of doubles.
 */
function isCertain(value: number, text: string, point: number, decimals: number): boolean {
  doubleBits[0] = value;
  const high = wordBits[1];
  if ((high & 0xfffff) === 0 && wordBits[0] === 0) return false; // The range is lopsided there.
  const ten = POWERS_OF_TEN[decimals];
  wordBits[0] = 0;
  wordBits[1] = high & 0x7ff00000;
  const reach = doubleBits[0] * 2 ** -53 * ten;

  const whole = text.substring(0, point);
  const split = text.length - 8;
  let upper: number, lower: number;
  if (split <= point) {
    upper = Number(whole) * ten;
    lower = Number(text.substring(point + 1));
  } else {
    upper = Number(whole + text.substring(point + 1, split)) * 1e8;
    lower = Number(text.substring(split));
  }
  // value × ten as a sum of two doubles (T. J. Dekker's product).
  const product = value * ten;
  let half = 134217729 * value;
  const valueHigh = half - (half - value), valueLow = value - valueHigh;
  half = 134217729 * ten;
  const tenHigh = half - (half - ten), tenLow = ten - tenHigh;
  const rest = valueHigh * tenHigh - product + valueHigh * tenLow + valueLow * tenHigh +
    valueLow * tenLow;
  const distance = Math.abs(upper - product + lower - rest);
  return distance < 0.98 * reach && distance < 0.5 - 0.02 * reach;
}

/** Digits to text: plain where it is short, else with an exponent. */
function layOut(digits: string, exponent: number, negative: boolean): string {
  const count = digits.length;
  const leading = exponent + count - 1;
  const size = Math.abs(leading);
  if (exponent >= 0 && size < count + 7) return digits + "0".repeat(exponent);
  if (exponent < 0 && (exponent > -7 || size < 4)) {
    const whole = count + exponent;
    if (whole <= 0) return "0." + "0".repeat(-whole) + digits;
    return digits.substring(0, whole) + "." + digits.substring(whole);
  }
  const kept = digits.substring(0, negative ? 17 : 18);
  const mantissa = kept.length > 1 ? kept[0] + "." + kept.substring(1) : kept;
  return mantissa + "e" + (leading < 0 ? "-" : "+") + size;
}

/**
 * A number's text as C's `%.17g` gives it, which is what Redis up to 7.0 replies: up to 17 digits,
 * ties rounded to even, trailing zeros dropped.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(formatDouble17(0.1), "0.10000000000000001");
 * assertEquals(formatDouble17(1e-7), "9.9999999999999995e-08");
 * ```
 */
export function formatDouble17(value: number): ByteString {
  return formatPrecision(value, 17);
}

/**
 * A number's text as C's `%.<precision>g` gives it: up to that many digits, ties rounded to even,
 * trailing zeros dropped. Lua's `tostring` is this with 14 digits.
 *
 * @param precision 1 to 17
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(formatPrecision(0.1, 14), "0.1");
 * assertEquals(formatPrecision(2 ** 53, 14), "9.007199254741e+15");
 * ```
 */
export function formatPrecision(value: number, precision: number): ByteString {
  if (value !== value) return "nan";
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa, exponentText] = exponential(value, precision).split("e");
  const negative = mantissa[0] === "-";
  const digits = mantissa.replace(/[-.]/g, "").replace(/0+$/, "");
  const exponent = Number(exponentText);
  const sign = negative ? "-" : "";
  if (exponent < -4 || exponent >= precision) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    const rest = digits.length > 1 ? "." + digits.substring(1) : "";
    return sign + digits[0] + rest + "e" + (exponent < 0 ? "-" : "+") + size;
  }
  if (exponent < 0) return sign + "0." + "0".repeat(-exponent - 1) + digits;
  const whole = digits.substring(0, exponent + 1).padEnd(exponent + 1, "0");
  const fraction = digits.substring(exponent + 1);
  return sign + whole + (fraction === "" ? "" : "." + fraction);
}

/** So many digits, exactly rounded; JavaScript alone would round ties up. */
function exponential(value: number, precision: number): string {
  const up = value.toExponential(precision - 1);
  // A tie has one digit more than asked for, a 5; up to 15 digits JavaScript shows them all.
  if (precision < 15) {
    const shortest = value.toExponential();
    const mantissa = shortest.substring(value < 0 ? 1 : 0, shortest.indexOf("e"));
    if (mantissa.length !== precision + 2 || mantissa[precision + 1] !== "5") {
      return up;
    }
  }
  const [longer, exponent] = value.toExponential(80).split("e");
  const digits = longer.replace(/[-.]/g, "");
  const even = (digits.charCodeAt(precision - 1) & 1) === 0;
  if (!even || digits[precision] !== "5" || !/^0*$/.test(digits.substring(precision + 1))) {
    return up;
  }
  const point = longer.indexOf(".");
  const end = precision === 1 ? point : point + precision;
  return longer.substring(0, end) + "e" + exponent;
}

/**
 * Read a score, an increment or another float argument: the whole text must be a number as
 * `strtod` reads it (decimal, `0x` hexadecimal, `inf`, `infinity`), within a double's range.
 *
 * @returns NaN for the text `nan`, which callers refuse in their own words; null when the text is
 *   no number, or when it is too large or too close to zero for a double
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseDouble("1.5e3"), 1500);
 * assertEquals(parseDouble("-inf"), -Infinity);
 * assertEquals(parseDouble("1e400"), null);
 * assertEquals(parseDouble(" 1"), null);
 * ```
 */
export function parseDouble(text: ByteString): number | null {
  const small = parseSmallInt(text);
  if (small === small) return small;
  const value = readDouble(text);
  if (value === null || value !== value) return value;
  if (value === 0 && !isZeroText(text)) return null;
  if ((value === Infinity || value === -Infinity) && specialValue(text) === null) return null;
  return value;
}

/**
 * Read an end of a score range, which a real server reads with less care: white space may lead, a
 * NUL ends the text, nothing at all is 0, and what is out of range becomes infinite or zero.
 *
 * @returns NaN for `nan`; null when the text is no number
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseRangeDouble("1e400"), Infinity);
 * assertEquals(parseRangeDouble(""), 0);
 * assertEquals(parseRangeDouble("1x"), null);
 * ```
 */
export function parseRangeDouble(text: ByteString): number | null {
  const nul = text.indexOf("\0");
  const whole = nul < 0 ? text : text.substring(0, nul);
  if (whole === "") return 0;
  return readDouble(whole.replace(/^[ \t-\r]+/, ""));
}

/** `strtod` over a whole text: out of range gives an infinity or zero. */
function readDouble(text: ByteString): number | null {
  if (isDecimalText(text)) return Number(text);
  const special = specialValue(text);
  if (special !== null) return special;
  const scanned = scanFloat(text);
  if (scanned === null) return null;
  const digits = BigInt("0x" + scanned.digits);
  if (digits === 0n) return scanned.negative ? -0 : 0;
  const size = scanned.exponent + scanned.digits.replace(/^0+/, "").length * 4;
  let value = size > 1100 ? Infinity : 0;
  if (size <= 1100 && size >= -1200) {
    const { mantissa, exponent } = roundBinary(digits, 1n, scanned.exponent, 53, -1074);
    // In two steps, so that the smallest power is one a double has; both are exact.
    const half = Math.trunc(exponent / 2);
    value = Number(mantissa) * 2 ** half * 2 ** (exponent - half);
  }
  return scanned.negative ? -value : value;
}

/** Whether a number that reads as zero was written as zero, rather than as something tiny. */
function isZeroText(text: ByteString): boolean {
  const hex = /^[+-]?0x/i.test(text);
  return !(hex ? /[1-9a-f]/i : /[1-9]/).test(
    text.replace(/^[+-]?0x/i, "").split(hex ? /p/i : /e/i)[0],
  );
}
