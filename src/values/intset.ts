/**
 * Small sets of integers as one byte string: a header (see `packed.ts`; the kind is the width) and
 * the numbers in ascending order, each in 2, 4 or 8 little-endian bytes. The width is that of the
 * widest number there ever was, as in the real server, and covers all of int64. It is immutable.
 *
 * Finding is O(log n), adding and removing O(n) (a copy).
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { parseInteger } from "../bytes/int.ts";
import { flatten, PACKED_START, packedCount, packedHeader, packedKind } from "./packed.ts";

/** A whole number of int64: `number` when safe, else `bigint`. */
export type Int64 = number | bigint;

/** Most integers that an intset holds, whatever the limits say. */
export const INTSET_MAX = 8192;

/** The intset without members. */
export const EMPTY_INTSET: ByteString = packedHeader(2, 0);

/** A member as an integer; null when it is not the canonical text of an int64. */
export function toInt64(member: ByteString): Int64 | null {
  const length = member.length;
  if (length === 0 || length > 20) return null;
  const first = member.charCodeAt(0);
  if (first !== 0x2d && (first < 48 || first > 57)) return null;
  return parseInteger(member);
}

function widthOf(value: Int64): 2 | 4 | 8 {
  if (typeof value === "bigint") return 8;
  if (value >= -0x8000 && value <= 0x7fff) return 2;
  return value >= -0x80000000 && value <= 0x7fffffff ? 4 : 8;
}

/** The upper 32 bits, signed. */
function highOf(value: Int64): number {
  return typeof value === "bigint" ? Number(value >> 32n) : Math.floor(value / 0x100000000);
}

/** The lower 32 bits, unsigned. */
function lowOf(value: Int64): number {
  return typeof value === "bigint" ? Number(value & 0xffffffffn) : value >>> 0;
}

function int32At(set: ByteString, at: number): number {
  return set.charCodeAt(at) | (set.charCodeAt(at + 1) << 8) | (set.charCodeAt(at + 2) << 16) |
    (set.charCodeAt(at + 3) << 24);
}

function int16At(set: ByteString, at: number): number {
  return ((set.charCodeAt(at) | (set.charCodeAt(at + 1) << 8)) << 16) >> 16;
}

function int32Text(value: number): ByteString {
  return String.fromCharCode(
    value & 0xff,
    (value >> 8) & 0xff,
    (value >> 16) & 0xff,
    (value >> 24) & 0xff,
  );
}

function encode(value: Int64, width: number): ByteString {
  if (width === 8) return int32Text(lowOf(value) | 0) + int32Text(highOf(value));
  const small = value as number;
  return width === 4 ? int32Text(small) : String.fromCharCode(small & 0xff, (small >> 8) & 0xff);
}

function valueAt(set: ByteString, width: number, index: number): Int64 {
  const at = PACKED_START + index * width;
  if (width === 2) return int16At(set, at);
  if (width === 4) return int32At(set, at);
  const low = int32At(set, at) >>> 0;
  const high = int32At(set, at + 4);
  if (high >= -0x200000 && high < 0x200000) {
    const value = high * 0x100000000 + low;
    if (value !== -9007199254740992) return value;
  }
  return (BigInt(high) << 32n) | BigInt(low);
}

/** Member number `index` in ascending order, as text. O(1). */
export function intsetAt(set: ByteString, index: number): ByteString {
  return String(valueAt(set, packedKind(set), index));
}

/** The index of a number, or `~i` where it would be inserted at `i`. O(log n). */
export function intsetFind(set: ByteString, value: Int64): number {
  const width = packedKind(set);
  let low = 0;
  let high = packedCount(set);
  if (widthOf(value) > width) return ~(value < 0 ? 0 : high);
  const wantedHigh = width === 8 ? highOf(value) : 0;
  const wantedLow = width === 8 ? lowOf(value) : 0;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = PACKED_START + middle * width;
    let order: number;
    if (width === 8) {
      order = int32At(set, at + 4) - wantedHigh;
      if (order === 0) order = (int32At(set, at) >>> 0) - wantedLow;
    } else {
      order = (width === 4 ? int32At(set, at) : int16At(set, at)) - (value as number);
    }
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return ~low;
}

/** The set with `value`; the very same string when it was a member already. O(n). */
export function intsetAdd(set: ByteString, value: Int64): ByteString {
  const found = intsetFind(set, value);
  if (found >= 0) return set;
  const index = ~found;
  const count = packedCount(set);
  const width = Math.max(packedKind(set), widthOf(value));
  const source = width === packedKind(set) ? set : widen(set, width);
  const at = PACKED_START + index * width;
  return flatten(
    packedHeader(width, count + 1) + source.substring(PACKED_START, at) + encode(value, width) +
      source.substring(at),
  );
}

/** The set without member number `index`. O(n). */
export function intsetRemoveAt(set: ByteString, index: number): ByteString {
  const width = packedKind(set);
  const at = PACKED_START + index * width;
  return flatten(
    packedHeader(width, packedCount(set) - 1) + set.substring(PACKED_START, at) +
      set.substring(at + width),
  );
}

function widen(set: ByteString, width: number): ByteString {
  const count = packedCount(set);
  const old = packedKind(set);
  let text = packedHeader(width, count);
  for (let i = 0; i < count; i++) text += encode(valueAt(set, old, i), width);
  return flatten(text);
}

/** The set of these numbers, which may repeat. O(n log n). */
export function intsetFrom(values: Int64[]): ByteString {
  values.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  let width = 2;
  for (const value of values) width = Math.max(width, widthOf(value));
  let count = 0;
  let text = "";
  for (let i = 0; i < values.length; i++) {
    if (i > 0 && values[i] === values[i - 1]) continue;
    text += encode(values[i], width);
    count++;
  }
  return flatten(packedHeader(width, count) + text);
}

/** All members, ascending. O(n). */
export function intsetItems(set: ByteString): ByteString[] {
  const width = packedKind(set);
  const count = packedCount(set);
  const out = new Array<ByteString>(count);
  for (let i = 0; i < count; i++) out[i] = String(valueAt(set, width, i));
  return out;
}
