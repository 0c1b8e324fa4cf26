/**
 * Doubles as integers, the way compiled C converts them on the 64-bit machines that Redis runs on:
 * beyond the range of the type, the language says nothing, and scripts see what the processor does.
 *
 * @module
 */

const INT64_EDGE = 2 ** 63;
const LOWEST = 1n << 63n;

/** `(int64_t) value`: cut; the lowest number for what is out of range. */
export function toInt64(value: number): bigint {
  if (!(value >= -INT64_EDGE && value < INT64_EDGE)) return -LOWEST;
  return BigInt(Math.trunc(value));
}

/** `(uint64_t) value`: cut; 0 from 2^64 on, and as a signed one below zero. */
export function toUint64(value: number): bigint {
  if (value >= INT64_EDGE) return value < 2 * INT64_EDGE ? BigInt(value) : 0n;
  return BigInt.asUintN(64, toInt64(value));
}
