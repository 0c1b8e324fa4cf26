/**
 * How many bytes an element would take in the real server's compact form, the listpack. Encodings
 * are chosen by these sizes, so they are computed exactly, though nothing here is stored that way.
 *
 * An element is its encoding and, behind it, its length written for walking backwards. Source: the
 * listpack format (https://github.com/antirez/listpack/blob/master/listpack.md).
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { isInt64Text, parseSmallInt } from "../bytes/int.ts";

/** Bytes of an empty listpack: total length, element count, end mark. */
export const LISTPACK_OVERHEAD = 7;

/** Bytes of one element in a listpack. O(1): only texts of up to 20 digits are looked at. */
export function listpackEntrySize(value: ByteString): number {
  const length = value.length;
  if (length > 0 && length <= 20) {
    const first = value.charCodeAt(0);
    if (first === 0x2d || (first >= 48 && first <= 57)) {
      const encoded = integerSize(value);
      if (encoded > 0) return encoded + 1;
    }
  }
  const encoded = length < 64 ? 1 + length : length < 4096 ? 2 + length : 5 + length;
  return encoded + backLengthSize(encoded);
}

/** Bytes of the encoding of an integer; 0 when the text is none. */
function integerSize(value: ByteString): number {
  const n = parseSmallInt(value);
  if (n !== n) return isInt64Text(value) ? 9 : 0;
  if (n >= 0 && n <= 127) return 1;
  if (n >= -4096 && n <= 4095) return 2;
  if (n >= -0x8000 && n <= 0x7fff) return 3;
  if (n >= -0x800000 && n <= 0x7fffff) return 4;
  if (n >= -0x80000000 && n <= 0x7fffffff) return 5;
  return 9;
}

/**
 * Seven bits of length a byte. The longest lengths that two, three and four bytes could hold take one
 * more, as in the real server.
 */
function backLengthSize(encoded: number): number {
  if (encoded < 128) return 1;
  if (encoded < 16383) return 2;
  if (encoded < 2097151) return 3;
  return encoded < 268435455 ? 4 : 5;
}
