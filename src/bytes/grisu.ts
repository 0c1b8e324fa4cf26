/**
 * Decimal digits of a double, the way Redis 7.2 finds them: the Grisu2 algorithm over 64-bit
 * integers.
 *
 * JavaScript prints the shortest digits that read back as the same number, and the closest of
 * those. Grisu2 gives the same for all but about one number in a thousand, where it prints a digit
 * more or another last digit. Scores are compared as text by clients and stored as text in
 * listpacks, so the exceptions are reproduced rather than improved on. `double.ts` proves for most
 * numbers that JavaScript's digits are the same, and comes here with the others.
 *
 * Source: F. Loitsch, "Printing Floating-Point Numbers Quickly and Accurately with Integers"
 * (PLDI 2010), and the constants that 7.2's digits follow from: cached powers of ten eight apart
 * from 10^-348, scaled exponents within -60..-32.
 *
 * @module
 */

import { bitLength } from "./float_text.ts";

/** `0.digits` style result: the value is `digits × 10^exponent`. */
export interface ShortestDigits {
  digits: string;
  exponent: number;
}

const FIRST_POWER = -348;
const POWER_STEP = 8;
const POWERS = 87;
const MIN_EXPONENT = -60;
const MAX_EXPONENT = -32;
const LOG10_2 = 0.30102999566398114;

const HIDDEN_BIT = 1n << 52n;
const FRACTION = HIDDEN_BIT - 1n;
const LOW = 0xffffffffn;

/** A number with a 64-bit mantissa: `fraction × 2^exponent`. */
interface Power {
  fraction: bigint;
  exponent: number;
}

const powers: (Power | undefined)[] = new Array(POWERS).fill(undefined);

/** 10^(-348 + 8·index), rounded to 64 bits; made when first needed. */
function cachedPower(index: number): Power {
  const known = powers[index];
  if (known !== undefined) return known;
  const power = FIRST_POWER + index * POWER_STEP;
  const ten = 10n ** BigInt(Math.abs(power));
  // A quotient of 66 to 67 bits for the negative powers, the number itself for the others.
  const spare = power < 0 ? bitLength(ten) + 66 : 0;
  const value = power < 0 ? (1n << BigInt(spare)) / ten : ten;
  const drop = bitLength(value) - 64;
  let fraction = drop > 0
    ? (value + (1n << BigInt(drop - 1))) >> BigInt(drop)
    : value << BigInt(-drop);
  let exponent = drop - spare;
  if (fraction >> 64n !== 0n) {
    fraction >>= 1n;
    exponent++;
  }
  return powers[index] = { fraction, exponent };
}

/** Upper 64 bits of a product, rounded from the upper halves of its parts. */
function multiply(a: bigint, b: bigint): bigint {
  const aHigh = a >> 32n, aLow = a & LOW, bHigh = b >> 32n, bLow = b & LOW;
  const highLow = aHigh * bLow, lowHigh = aLow * bHigh;
  const middle = (highLow & LOW) + (lowHigh & LOW) + ((aLow * bLow) >> 32n) + 0x80000000n;
  return aHigh * bHigh + (highLow >> 32n) + (lowHigh >> 32n) + (middle >> 32n);
}

const scratch = new DataView(new ArrayBuffer(8));

/** The digits of a positive finite number. About 1.5 µs. */
export function grisuDigits(value: number): ShortestDigits {
  scratch.setFloat64(0, value);
  const bits = scratch.getBigUint64(0);
  const biased = Number(bits >> 52n);
  const mantissa = biased === 0 ? bits : (bits & FRACTION) | HIDDEN_BIT;
  const exponent = (biased === 0 ? 1 : biased) - 1075;

  // The neighbours' midpoints, all three numbers scaled to the upper one's exponent.
  const upperMantissa = (mantissa << 1n) + 1n;
  const upShift = 64 - bitLength(upperMantissa);
  const shared = exponent - 1 - upShift;
  const lowerShift = mantissa === HIDDEN_BIT ? 2 : 1;
  const lowerMantissa = (mantissa << BigInt(lowerShift)) - 1n;

  let index = Math.trunc((Math.trunc(-(shared + POWERS) * LOG10_2) - FIRST_POWER) / POWER_STEP);
  let power = cachedPower(index);
  for (;;) {
    const scaled = shared + power.exponent + 64;
    if (scaled < MIN_EXPONENT) power = cachedPower(++index);
    else if (scaled > MAX_EXPONENT) power = cachedPower(--index);
    else break;
  }
  const factor = power.fraction;
  const middle = multiply(mantissa << BigInt(exponent - shared), factor);
  const upper = multiply(upperMantissa << BigInt(upShift), factor) - 1n;
  const lower = multiply(lowerMantissa << BigInt(exponent - lowerShift - shared), factor) + 1n;

  return generate(
    upper,
    upper - middle,
    upper - lower,
    -(shared + power.exponent + 64),
    -(FIRST_POWER + index * POWER_STEP),
  );
}

/** Digits of `upper` until what is left lies within `width`; then move towards the number. */
function generate(
  upper: bigint,
  toNumber: bigint,
  width: bigint,
  pointAt: number,
  power: number,
): ShortestDigits {
  const shift = BigInt(pointAt);
  const one = 1n << shift;
  const whole = String(upper >> shift);
  let rest = upper & (one - 1n);

  // Digits before the binary point: only here can a number with few bits end early.
  if (width >= one || rest <= width) {
    let divisor = one * 10n ** BigInt(whole.length - 1);
    let left = upper;
    for (let i = 0; i < whole.length; i++) {
      left %= divisor;
      if (left <= width) {
        const digits = whole.substring(0, i + 1);
        return {
          digits: approach(digits, toNumber, width, left, divisor),
          exponent: power + whole.length - 1 - i,
        };
      }
      divisor /= 10n;
    }
  }

  let digits = whole === "0" ? "" : whole;
  let unit = 1n;
  let exponent = power;
  for (;;) {
    rest *= 10n;
    width *= 10n;
    unit *= 10n;
    exponent--;
    const digit = rest >> shift;
    if (digit !== 0n || digits !== "") digits += digit;
    rest -= digit << shift;
    if (rest < width) {
      return { digits: approach(digits, toNumber * unit, width, rest, one), exponent };
    }
  }
}

/** Lower the last digit while that comes closer to the number and stays within the width. */
function approach(
  digits: string,
  toNumber: bigint,
  width: bigint,
  rest: bigint,
  step: bigint,
): string {
  let last = digits.charCodeAt(digits.length - 1);
  const before = last;
  while (
    rest < toNumber && width - rest >= step &&
    (rest + step < toNumber || toNumber - rest > rest + step - toNumber)
  ) {
    last--;
    rest += step;
  }
  return last === before ? digits : digits.slice(0, -1) + String.fromCharCode(last);
}
