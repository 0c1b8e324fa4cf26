/**
 * Reading byte strings and integers from memory, and writing byte strings to it, the short ones by
 * their quickest ways.
 *
 * Measured on Deno 2.9 for one string: making 24 chars takes `String.fromCharCode` with as many
 * literal arguments 50 ns, `latin1Slice` 65 ns for any short length, a loop several times as much.
 * Writing by a loop over `charCodeAt` takes about 1.3 ns a char, twice that from a substring.
 *
 * @module
 */
// deno-fmt-ignore-file -- the table of readers would be a column of 528 lines

import { Buffer } from "node:buffer";
import type { ByteString } from "../../bytes/bytes.ts";
import { LARGE_STRING, StringBuffer } from "../../values/string_buffer.ts";
import { writeLatin1 } from "../../bytes/latin1.ts";
import type { ObjectValue } from "../../values/value.ts";
import { type KeyTable, NO_ENTRY, type PlainRecord } from "../key_table.ts";

type Reader = (b: Uint8Array, o: number) => ByteString;

/** The reader of each length from 1. */
const READERS: Reader[] = [
  (b, o) => String.fromCharCode(b[o]),
  (b, o) => String.fromCharCode(b[o], b[o + 1]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12], b[o + 13]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18], b[o + 19]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18], b[o + 19], b[o + 20]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18], b[o + 19], b[o + 20], b[o + 21]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18], b[o + 19], b[o + 20], b[o + 21], b[o + 22]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18], b[o + 19], b[o + 20], b[o + 21], b[o + 22], b[o + 23]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18], b[o + 19], b[o + 20], b[o + 21], b[o + 22], b[o + 23], b[o + 24]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18], b[o + 19], b[o + 20], b[o + 21], b[o + 22], b[o + 23], b[o + 24], b[o + 25]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18], b[o + 19], b[o + 20], b[o + 21], b[o + 22], b[o + 23], b[o + 24], b[o + 25], b[o + 26]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18], b[o + 19], b[o + 20], b[o + 21], b[o + 22], b[o + 23], b[o + 24], b[o + 25], b[o + 26], b[o + 27]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18], b[o + 19], b[o + 20], b[o + 21], b[o + 22], b[o + 23], b[o + 24], b[o + 25], b[o + 26], b[o + 27], b[o + 28]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18], b[o + 19], b[o + 20], b[o + 21], b[o + 22], b[o + 23], b[o + 24], b[o + 25], b[o + 26], b[o + 27], b[o + 28], b[o + 29]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18], b[o + 19], b[o + 20], b[o + 21], b[o + 22], b[o + 23], b[o + 24], b[o + 25], b[o + 26], b[o + 27], b[o + 28], b[o + 29], b[o + 30]),
  (b, o) => String.fromCharCode(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9], b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18], b[o + 19], b[o + 20], b[o + 21], b[o + 22], b[o + 23], b[o + 24], b[o + 25], b[o + 26], b[o + 27], b[o + 28], b[o + 29], b[o + 30], b[o + 31]),
];
const LONGEST_READER = READERS.length;

/** Chars up to which a loop is the quickest way to write, or nearly so. */
const LONGEST_LOOP = 40;

const { latin1Slice } = Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
};

/** The byte string of `length` bytes from `offset`. O(length); copies. */
export function readString(bytes: Uint8Array, offset: number, length: number): ByteString {
  if (length === 0) return "";
  if (length <= LONGEST_READER) return READERS[length - 1](bytes, offset);
  return latin1Slice.call(bytes, offset, offset + length);
}

/** Write a byte string at `offset`; there must be room for it. O(length). */
export function writeString(value: ByteString, bytes: Uint8Array, offset: number): void {
  const length = value.length;
  if (length <= LONGEST_LOOP) {
    for (let i = 0; i < length; i++) bytes[offset + i] = value.charCodeAt(i);
    return;
  }
  writeLatin1(value, bytes, offset);
}

/**
 * The strict decimal integer of up to 15 digits between two offsets, as `parseSmallInt` of
 * `bytes/int.ts` takes it from a string; NaN when there is no such integer.
 */
export function readInt(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > 16 || end === start) return NaN;
  let at = start;
  const negative = bytes[at] === 0x2d;
  if (negative) at++;
  if (at === end || end - at > 15) return NaN;
  let value = bytes[at] - 48;
  if (value < 0 || value > 9) return NaN;
  if (value === 0) return end - start === 1 ? 0 : NaN;
  for (at++; at < end; at++) {
    const digit = bytes[at] - 48;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

/** Bytes up to which a loop copies quicker than a view and `set`. */
const LONGEST_COPY_LOOP = 128;

/** Copy the first `length` bytes of a record's plain value; there must be room for them. O(length). */
export function copyValue(
  { value, valueStart }: PlainRecord,
  length: number,
  to: Uint8Array,
  offset: number,
): void {
  if (length > LONGEST_COPY_LOOP) to.set(value.subarray(valueStart, valueStart + length), offset);
  else for (let i = 0; i < length; i++) to[offset + i] = value[valueStart + i];
}

/** The key of a record that lies in memory. */
export function keyOf({ key, keyStart, keyLength }: PlainRecord): ByteString {
  return readString(key, keyStart, keyLength);
}

/** What `insertRecord` of a table does, by way of strings. */
export function insertStrings(
  table: KeyTable,
  record: PlainRecord,
  object: ObjectValue | null,
): number {
  const key = keyOf(record);
  if (table.find(key) !== NO_ENTRY) return NO_ENTRY;
  const { value, valueStart, valueLength } = record;
  if (object !== null) return table.insert(key, object);
  if (valueLength < LARGE_STRING) {
    return table.insert(key, readString(value, valueStart, valueLength));
  }
  const bytes = new Uint8Array(valueLength);
  bytes.set(value.subarray(valueStart, valueStart + valueLength));
  return table.insert(key, StringBuffer.view(bytes));
}
