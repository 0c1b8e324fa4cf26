/**
 * The arithmetic of {@linkcode HyperLogLog}: the hash of an element and the estimate from a
 * histogram of register values.
 *
 * The hash is one of 64 bits, computed in halves of 32: a `bigint` would take a hundred times as
 * long. Only its low 14 bits and the number of zeros behind them are ever wanted.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";

/** The multiplier 0xc6a4a7935bd1e995, and the seed that the real server uses. */
const M_HIGH = 0xc6a4a793;
const M_LOW = 0x5bd1e995;
const M_LOW_0 = M_LOW & 0xffff;
const M_LOW_1 = M_LOW >>> 16;
const SEED = 0xadc83b19;
const SHIFT = 47 - 32;

/** Bits of a hash that choose the register. */
const INDEX_BITS = 14;
/** Bits that are left for the run of zeros. */
const RUN_BITS = 50;

/** The result of `multiply`, and the halves that it works on. */
let high = 0;
let low = 0;

/** (high, low) times the multiplier, modulo 2^64. */
function multiply(): void {
  const a0 = low & 0xffff;
  const a1 = low >>> 16;
  const p00 = a0 * M_LOW_0;
  const middle = a0 * M_LOW_1 + Math.floor(p00 / 65536);
  const middle2 = a1 * M_LOW_0 + middle % 65536;
  const carry = a1 * M_LOW_1 + Math.floor(middle / 65536) + Math.floor(middle2 / 65536);
  high = (carry + Math.imul(low, M_HIGH) + Math.imul(high, M_LOW)) | 0;
  low = (middle2 % 65536) * 65536 + (p00 % 65536) | 0;
}

/** Mix 47 bits down: h ^= h >>> 47. */
function fold(): void {
  low ^= high >>> SHIFT;
}

/**
 * Hash an element (MurmurHash64A).
 *
 * @returns the register's number in the low 14 bits, and above them the value for it: one more than
 * the number of zero bits that follow, 1 to 51
 */
export function hashElement(element: ByteString): number {
  const length = element.length;
  high = 0;
  low = length;
  multiply();
  let hashHigh = high;
  let hashLow = low ^ SEED;
  const whole = length & ~7;
  for (let i = 0; i < whole; i += 8) {
    low = word(element, i);
    high = word(element, i + 4);
    multiply();
    fold();
    multiply();
    high ^= hashHigh;
    low ^= hashLow;
    multiply();
    hashHigh = high;
    hashLow = low;
  }
  high = hashHigh;
  low = hashLow;
  if (whole < length) {
    for (let i = whole; i < length; i++) {
      const shift = (i - whole) * 8;
      const byte = element.charCodeAt(i);
      if (shift < 32) low ^= byte << shift;
      else high ^= byte << (shift - 32);
    }
    multiply();
  }
  fold();
  multiply();
  fold();
  const index = low & ((1 << INDEX_BITS) - 1);
  const rest = low >>> INDEX_BITS;
  const zeros = rest !== 0
    ? trailingZeros(rest)
    : high !== 0
    ? 32 - INDEX_BITS + trailingZeros(high)
    : RUN_BITS;
  return index | (zeros + 1) << INDEX_BITS;
}

/** Four bytes, little endian. */
function word(text: ByteString, at: number): number {
  return text.charCodeAt(at) | text.charCodeAt(at + 1) << 8 | text.charCodeAt(at + 2) << 16 |
    text.charCodeAt(at + 3) << 24;
}

function trailingZeros(value: number): number {
  return 31 - Math.clz32(value & -value);
}

/** 1 / (2 ln 2) */
const ALPHA = 0.7213475204444817;

/**
 * Ertl's improved estimator.
 *
 * @param histogram how many registers have each value
 * @param registers how many there are
 * @returns a whole number
 */
export function estimateCardinality(histogram: Int32Array, registers: number): number {
  const m = registers;
  let z = m * tau((m - histogram[RUN_BITS + 1]) / m);
  for (let value = RUN_BITS; value >= 1; value--) {
    z += histogram[value];
    z *= 0.5;
  }
  z += m * sigma(histogram[0] / m);
  return Math.round(ALPHA * m * m / z);
}

function sigma(start: number): number {
  if (start === 1) return Infinity;
  let x = start;
  let y = 1;
  let z = x;
  for (let before = NaN; before !== z;) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(start: number): number {
  if (start === 0 || start === 1) return 0;
  let x = start;
  let y = 1;
  let z = 1 - x;
  for (let before = NaN; before !== z;) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}
