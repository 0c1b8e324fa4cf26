/**
 * The integers of BITFIELD: of 1 to 64 bits, signed or not, at any bit of a string, highest bit
 * first.
 *
 * A field is worked on in the one to nine bytes that it touches. What these hold is a `number` up to
 * six bytes, and a `bigint` beyond; integers are numbers whenever they are safe ones, so that two
 * can be compared with `===`.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { INT64_MAX } from "../../bytes/int.ts";

/** An exact integer: a `bigint` only beyond the safe integers. */
export type Integer = number | bigint;

/** What happens to a value that does not fit. */
export type Overflow = "wrap" | "sat" | "fail";

/** What a field is; `width` is in bits. */
export interface FieldType {
  readonly signed: boolean;
  readonly width: number;
}

/** Where a field is: the bytes from `first` up to `end`, and from which bit of the first one on. */
export interface FieldPlace {
  readonly first: number;
  readonly end: number;
  readonly bit: number;
}

/** Most bytes whose value is a safe integer. */
const NUMBER_BYTES = 6;

/** Where the field of a width at a bit offset is. */
export function placeOf(offset: number, width: number): FieldPlace {
  const bit = offset % 8;
  return { first: (offset - bit) / 8, end: Math.ceil((offset + width) / 8), bit };
}

function normal(value: bigint): Integer {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function smallValue(bytes: ByteString, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) {
    value = value * 256 + (i < bytes.length ? bytes.charCodeAt(i) : 0);
  }
  return value;
}

function largeValue(bytes: ByteString, count: number): bigint {
  let value = 0n;
  for (let i = 0; i < count; i++) {
    value = value << 8n | BigInt(i < bytes.length ? bytes.charCodeAt(i) : 0);
  }
  return value;
}

/**
 * Read a field.
 *
 * @param bytes the bytes of the field's place; what is missing at their end is zeros
 * @param bit at which bit of the first byte it begins
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(readField("\x0f\xf0", 4, { signed: false, width: 8 }), 255);
 * assertEquals(readField("\x0f\xf0", 4, { signed: true, width: 8 }), -1);
 * ```
 */
export function readField(bytes: ByteString, bit: number, type: FieldType): Integer {
  const { signed, width } = type;
  const count = Math.ceil((bit + width) / 8);
  const after = count * 8 - bit - width;
  if (count <= NUMBER_BYTES) {
    const span = 2 ** width;
    const value = Math.floor(smallValue(bytes, count) / 2 ** after) % span;
    return signed && value >= span / 2 ? value - span : value;
  }
  const value = largeValue(bytes, count) >> BigInt(after);
  return normal(signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value));
}

/**
 * Write a field.
 *
 * @param bytes all bytes of the field's place
 * @param bit at which bit of the first byte it begins
 * @param value fits the type
 * @returns the bytes with the field changed
 */
export function writeField(
  bytes: ByteString,
  bit: number,
  width: number,
  value: Integer,
): ByteString {
  const count = bytes.length;
  const after = count * 8 - bit - width;
  let text = "";
  if (count <= NUMBER_BYTES) {
    const unit = 2 ** after;
    const span = 2 ** width;
    let whole = smallValue(bytes, count);
    const old = Math.floor(whole / unit) % span;
    // A value of so few bits is a number.
    const field = value as number;
    whole += ((field < 0 ? field + span : field) - old) * unit;
    for (let i = 0; i < count; i++) {
      text = String.fromCharCode(whole % 256) + text;
      whole = Math.floor(whole / 256);
    }
    return text;
  }
  const mask = (1n << BigInt(width)) - 1n << BigInt(after);
  const field = BigInt.asUintN(width, BigInt(value)) << BigInt(after);
  let whole = largeValue(bytes, count) & ~mask | field;
  for (let i = 0; i < count; i++) {
    text = String.fromCharCode(Number(whole & 0xffn)) + text;
    whole >>= 8n;
  }
  return text;
}

/** The exact sum of two integers. */
export function addIntegers(a: Integer, b: Integer): Integer {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return normal(BigInt(a) + BigInt(b));
}

/**
 * The value of a field that is to take the result of an addition.
 *
 * @returns null when it does not fit and `overflow` is "fail"
 */
export function fitSum(sum: Integer, type: FieldType, overflow: Overflow): Integer | null {
  const { min, max } = limitsOf(type);
  if (sum >= min && sum <= max) return sum;
  return fit(sum, type, overflow, sum > max);
}

/**
 * The value of a field that is to be set to an integer of 64 bits. Where that is far below what the
 * field can hold, it counts as above, as in the real server.
 *
 * @returns null when it does not fit and `overflow` is "fail"
 */
export function fitValue(value: Integer, type: FieldType, overflow: Overflow): Integer | null {
  const { min, max } = limitsOf(type);
  if (value >= min && value <= max) return value;
  const above = value > max || !type.signed || BigInt(max) - BigInt(value) > INT64_MAX;
  return fit(value, type, overflow, above);
}

function fit(value: Integer, type: FieldType, overflow: Overflow, above: boolean): Integer | null {
  if (overflow === "fail") return null;
  if (overflow === "sat") {
    const { min, max } = limitsOf(type);
    return above ? max : min;
  }
  const cut = type.signed ? BigInt.asIntN : BigInt.asUintN;
  return normal(cut(type.width, BigInt(value)));
}

function limitsOf({ signed, width }: FieldType): { min: Integer; max: Integer } {
  const bits = signed ? width - 1 : width;
  // 2^53 is not a safe integer, but one less is.
  const max = bits <= 53 ? 2 ** bits - 1 : 2n ** BigInt(bits) - 1n;
  if (!signed) return { min: 0, max };
  return { min: bits < 53 ? -(2 ** bits) : -(2n ** BigInt(bits)), max };
}
