/**
 * Elements of listpacks, as the nodes of streams are written: an encoding byte or more with an
 * integer or a length, the string's bytes, and then the size of all that once more, in a form that
 * can be read from its end.
 *
 * A stream node is kept in these very bytes, so that its size is the real server's to the byte
 * (which decides where the next node begins), and so that saving it is a copy. The owner of the
 * node adds the header and the end mark of a listpack.
 *
 * Reading here trusts the bytes: what comes from a file is checked first, with
 * {@linkcode checkedEnd}.
 *
 * Source: https://github.com/antirez/listpack/blob/master/listpack.md; that the bounds of the
 * backward size are one lower than they could be is how its writers do it.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import type { ByteString } from "../bytes/bytes.ts";
import { isInt64Text, parseSmallInt } from "../bytes/int.ts";
import { writeLatin1 } from "../bytes/latin1.ts";

/** Bytes of a listpack's header: total size (4, little endian) and element count (2). */
export const HEADER_BYTES = 6;
/** The last byte of a listpack. */
export const END_MARK = 0xff;

/** A buffer with the one-byte codec that its type declarations leave out. */
export type ListpackBuffer = Buffer & { latin1Slice(start: number, end: number): string };

const TWO_32 = 4294967296;

/** Bytes of the backward size behind an element of `size` bytes. */
function backBytes(size: number): number {
  if (size <= 127) return 1;
  if (size < 16383) return 2;
  if (size < 2097151) return 3;
  if (size < 268435455) return 4;
  return 5;
}

/** Bytes that an integer's encoding takes, without the backward size. */
function integerBytes(value: number): number {
  if (value >= 0 && value <= 127) return 1;
  if (value >= -4096 && value <= 4095) return 2;
  if (value >= -0x8000 && value <= 0x7fff) return 3;
  if (value >= -0x800000 && value <= 0x7fffff) return 4;
  if (value >= -0x80000000 && value <= 0x7fffffff) return 5;
  return 9;
}

/** Bytes of an element that is an integer. */
export function integerSize(value: number | bigint): number {
  return (typeof value === "number" ? integerBytes(value) : 9) + 1;
}

/**
 * The most bytes that an element with this text can take; no more than six too many. It is what a
 * buffer must have room for before {@linkcode writeText}.
 */
export function textSizeBound(text: ByteString): number {
  return text.length + 10;
}

/** Write an integer as an element at `pos`; gives the position behind it. */
export function writeInteger(bytes: Uint8Array, pos: number, value: number | bigint): number {
  if (typeof value === "bigint") {
    bytes[pos] = 0xf4;
    let rest = BigInt.asUintN(64, value);
    for (let i = 1; i <= 8; i++) {
      bytes[pos + i] = Number(rest & 0xffn);
      rest >>= 8n;
    }
    bytes[pos + 9] = 9;
    return pos + 10;
  }
  const size = integerBytes(value);
  switch (size) {
    case 1:
      bytes[pos] = value;
      break;
    case 2:
      bytes[pos] = 0xc0 | ((value >> 8) & 0x1f);
      bytes[pos + 1] = value;
      break;
    case 3:
      bytes[pos] = 0xf1;
      bytes[pos + 1] = value;
      bytes[pos + 2] = value >> 8;
      break;
    case 4:
      bytes[pos] = 0xf2;
      bytes[pos + 1] = value;
      bytes[pos + 2] = value >> 8;
      bytes[pos + 3] = value >> 16;
      break;
    case 5:
      bytes[pos] = 0xf3;
      writeInt32(bytes, pos + 1, value);
      break;
    default:
      bytes[pos] = 0xf4;
      // The bits of a shift are those of the value modulo 2^32, which is the lower half.
      writeInt32(bytes, pos + 1, value | 0);
      writeInt32(bytes, pos + 5, Math.floor(value / TWO_32));
  }
  bytes[pos + size] = size;
  return pos + size + 1;
}

/** Write a text as an element, as an integer where it is one; gives the position behind it. */
export function writeText(bytes: Uint8Array, pos: number, text: ByteString): number {
  const length = text.length;
  if (length > 0 && length <= 20) {
    const first = text.charCodeAt(0);
    if (first === 0x2d || (first >= 48 && first <= 57)) {
      const small = parseSmallInt(text);
      if (small === small) return writeInteger(bytes, pos, small);
      if (length > 15 && isInt64Text(text)) return writeInteger(bytes, pos, BigInt(text));
    }
  }
  let at = pos;
  if (length < 64) {
    bytes[at++] = 0x80 | length;
  } else if (length < 4096) {
    bytes[at++] = 0xe0 | (length >> 8);
    bytes[at++] = length;
  } else {
    bytes[at++] = 0xf0;
    writeInt32(bytes, at, length);
    at += 4;
  }
  at += writeLatin1(text, bytes, at);
  return writeBack(bytes, at, at - pos);
}

/** The position behind the element at `pos`. */
export function elementEnd(bytes: Uint8Array, pos: number): number {
  // Short ones first: small integers, and strings below 64 bytes.
  const head = bytes[pos];
  if (head < 0x80) return pos + 2;
  if (head < 0xc0) return pos + 2 + (head & 0x3f);
  const size = elementSize(bytes, pos);
  return pos + size + backBytes(size);
}

/** The integer at `pos`; a bigint when it is beyond the safe range. The element must be one. */
export function readInteger(bytes: Uint8Array, pos: number): number | bigint {
  const head = bytes[pos];
  if (head < 0x80) return head;
  if (head < 0xe0) return (((head & 0x1f) << 8 | bytes[pos + 1]) << 19) >> 19;
  switch (head) {
    case 0xf1:
      return (bytes[pos + 1] << 16 | bytes[pos + 2] << 24) >> 16;
    case 0xf2:
      return (bytes[pos + 1] << 8 | bytes[pos + 2] << 16 | bytes[pos + 3] << 24) >> 8;
    case 0xf3:
      return readInt32(bytes, pos + 1);
    default: {
      const low = readInt32(bytes, pos + 1) >>> 0;
      const high = readInt32(bytes, pos + 5);
      const value = high * TWO_32 + low;
      return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low);
    }
  }
}

/** Whether the element at `pos` is an integer. */
export function isIntegerAt(bytes: Uint8Array, pos: number): boolean {
  const head = bytes[pos];
  return head < 0x80 || (head >= 0xc0 && head < 0xe0) || head >= 0xf1;
}

/**
 * The text of the element at `pos`, an integer in decimal.
 *
 * @param source the bytes from `base` on as a string; what is given may keep it alive
 */
export function readText(
  bytes: Uint8Array,
  pos: number,
  source: ByteString,
  base: number,
): ByteString {
  const head = bytes[pos];
  const from = pos - base;
  if (head >= 0x80 && head < 0xc0) {
    return source.substring(from + 1, from + 1 + (head & 0x3f));
  }
  if (isIntegerAt(bytes, pos)) return String(readInteger(bytes, pos));
  return source.substring(from + (head === 0xf0 ? 5 : 2), from + elementSize(bytes, pos));
}

/**
 * The position behind the element at `pos`, of bytes that may be anything.
 *
 * @param end where the elements must end
 * @returns -1 when there is no sound element
 */
export function checkedEnd(bytes: Uint8Array, pos: number, end: number): number {
  const head = bytes[pos];
  // Encodings above 0xf4 do not exist, and the widest length has five bytes in all.
  if (pos >= end || head > 0xf4 || (head === 0xf0 && pos + 5 > end)) return -1;
  const size = elementSize(bytes, pos);
  const back = pos + size;
  if (back + backBytes(size) > end) return -1;
  const scratch = new Uint8Array(5);
  const length = writeBack(scratch, 0, size);
  for (let i = 0; i < length; i++) if (bytes[back + i] !== scratch[i]) return -1;
  return back + length;
}

/** Bytes of the element at `pos` without the backward size. */
function elementSize(bytes: Uint8Array, pos: number): number {
  const head = bytes[pos];
  if (head < 0x80) return 1;
  if (head < 0xc0) return 1 + (head & 0x3f);
  if (head < 0xe0) return 2;
  if (head < 0xf0) return 2 + ((head & 0x0f) << 8 | bytes[pos + 1]);
  switch (head) {
    case 0xf0:
      return 5 + (readInt32(bytes, pos + 1) >>> 0);
    case 0xf1:
      return 3;
    case 0xf2:
      return 4;
    case 0xf3:
      return 5;
    default:
      return 9;
  }
}

/** Seven bits a byte, the highest first; every byte but the first has its top bit set. */
function writeBack(bytes: Uint8Array, pos: number, size: number): number {
  const count = backBytes(size);
  let rest = size;
  for (let i = count - 1; i > 0; i--) {
    bytes[pos + i] = 0x80 | (rest & 0x7f);
    rest = Math.floor(rest / 128);
  }
  bytes[pos] = rest;
  return pos + count;
}

function writeInt32(bytes: Uint8Array, pos: number, value: number): void {
  bytes[pos] = value;
  bytes[pos + 1] = value >> 8;
  bytes[pos + 2] = value >> 16;
  bytes[pos + 3] = value >> 24;
}

function readInt32(bytes: Uint8Array, pos: number): number {
  return bytes[pos] | bytes[pos + 1] << 8 | bytes[pos + 2] << 16 | bytes[pos + 3] << 24;
}
