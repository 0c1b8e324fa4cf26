/**
 * Lengths and strings, the elements of all records.
 *
 * A length takes one byte up to 63, two up to 16383, else a mark and four or eight bytes, big
 * endian. A string is its length and its bytes; or, where a length's upper two bits are set, an
 * integer of one, two or four bytes, or LZF: both lengths and the compressed bytes.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { parseSmallInt } from "../../bytes/int.ts";
import { lzfCompress } from "./lzf.ts";
import type { EncodeContext } from "./context.ts";
import type { ByteSink } from "./sink.ts";

const LENGTH_32 = 0x80;
const LENGTH_64 = 0x81;
const INT_8 = 0xc0;
const INT_16 = 0xc1;
const INT_32 = 0xc2;
const LZF = 0xc3;

/** Longer texts are not looked at for being integers: no 32-bit one has more digits. */
const LONGEST_INTEGER = 11;
/** Strings up to this length are not compressed. */
const SHORTEST_COMPRESSED = 20;
/** Bytes that compression has to save. */
const LEAST_SAVING = 4;

/** Write a length, or any other unsigned integer of 64 bits. */
export function writeLength(sink: ByteSink, length: number | bigint): void {
  if (typeof length === "bigint") {
    sink.byte(LENGTH_64);
    sink.uint64BigEndian(length);
  } else if (length < 0x40) {
    sink.byte(length);
  } else if (length < 0x4000) {
    sink.byte(0x40 | (length >> 8));
    sink.byte(length);
  } else if (length <= 0xffffffff) {
    sink.byte(LENGTH_32);
    sink.uint32BigEndian(length | 0);
  } else {
    sink.byte(LENGTH_64);
    sink.uint64BigEndian(length);
  }
}

/** Write a byte string in its shortest form. O(n). */
export function writeString(context: EncodeContext, value: ByteString): void {
  const { sink } = context;
  const length = value.length;
  if (length <= LONGEST_INTEGER && writeInteger(sink, value)) return;
  if (context.compress && length > SHORTEST_COMPRESSED) {
    const { plain } = context;
    plain.length = 0;
    plain.text(value);
    writeBytes(context, plain.bytes, length);
    return;
  }
  writeLength(sink, length);
  sink.text(value);
}

/**
 * As {@linkcode writeString}, of the `length` bytes from `start`: the bytes of keys and values go from
 * the key table to the file without becoming strings, which would cost more than all the rest. O(n).
 */
export function writeRange(
  context: EncodeContext,
  bytes: Uint8Array,
  start: number,
  length: number,
): void {
  const { sink } = context;
  if (length <= LONGEST_INTEGER) {
    if (writeInteger32(sink, integerAt(bytes, start, length))) return;
  } else if (context.compress && length > SHORTEST_COMPRESSED) {
    writeBytes(context, bytes, length, start);
    return;
  }
  writeLength(sink, length);
  sink.raw(bytes, start, start + length);
}

/** @returns the canonical integer of at most eleven bytes from `start`; NaN when there is none */
function integerAt(bytes: Uint8Array, start: number, length: number): number {
  const end = start + length;
  const negative = length > 1 && bytes[start] === 0x2d;
  let at = negative ? start + 1 : start;
  let value = at < end ? bytes[at] - 48 : NaN;
  if (!(value >= 0 && value <= 9)) return NaN;
  if (value === 0) return length === 1 ? 0 : NaN;
  for (at++; at < end; at++) {
    const digit = bytes[at] - 48;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

/** @returns false when the text is no canonical integer of 32 bits; then nothing was written */
function writeInteger(sink: ByteSink, text: ByteString): boolean {
  const first = text.charCodeAt(0);
  if (!(first <= 57 && (first >= 48 || first === 45))) return false;
  return writeInteger32(sink, parseSmallInt(text));
}

/** @returns false when the number is NaN or has more than 32 bits; then nothing was written */
function writeInteger32(sink: ByteSink, value: number): boolean {
  if (value >= -0x80 && value <= 0x7f) {
    sink.byte(INT_8);
    sink.byte(value);
  } else if (value >= -0x8000 && value <= 0x7fff) {
    sink.byte(INT_16);
    sink.uint16(value);
  } else if (value >= -0x80000000 && value <= 0x7fffffff) {
    sink.byte(INT_32);
    sink.uint32(value);
  } else {
    return false;
  }
  return true;
}

/** Write `length` bytes of an array as a string, compressed where that pays. O(n). */
export function writeBytes(
  context: EncodeContext,
  bytes: Uint8Array,
  length: number,
  start = 0,
): void {
  const { sink } = context;
  if (context.compress && length > SHORTEST_COMPRESSED) {
    const { squeezed } = context;
    squeezed.length = 0;
    squeezed.reserve(length);
    const size = lzfCompress(bytes, length, squeezed.bytes, length - LEAST_SAVING, start);
    if (size > 0) {
      sink.byte(LZF);
      writeLength(sink, size);
      writeLength(sink, length);
      sink.raw(squeezed.bytes, 0, size);
      return;
    }
  }
  writeLength(sink, length);
  sink.raw(bytes, start, start + length);
}

/** Write what was put together in `context.packed`. */
export function writePacked(context: EncodeContext): void {
  writeBytes(context, context.packed.bytes, context.packed.length);
}
