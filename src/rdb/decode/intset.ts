/**
 * The intset: a small set of integers, packed. Little endian: width of a member in bytes (4 bytes:
 * 2, 4 or 8), number of members (4 bytes), the members in ascending order.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { int16, int32, int64, int64Text, uint32 } from "./integers.ts";

const HEADER_BYTES = 8;

/**
 * Append the members of the intset in the bytes `start` to `end` (exclusive) to `out`, as decimal
 * text in ascending order. O(n).
 *
 * @returns false when it is not a sound intset: the sizes do not fit, it is empty, or the members
 * are not strictly ascending
 */
export function readIntset(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: ByteString[],
): boolean {
  if (end - start < HEADER_BYTES) return false;
  const width = uint32(bytes, start);
  const count = uint32(bytes, start + 4);
  if (width !== 2 && width !== 4 && width !== 8) return false;
  if (count === 0 || count * width !== end - start - HEADER_BYTES) return false;
  const first = start + HEADER_BYTES;
  if (width === 8) {
    let previous = int64(bytes, first);
    out.push(int64Text(bytes, first));
    for (let pos = first + 8; pos < end; pos += 8) {
      const value = int64(bytes, pos);
      if (value <= previous) return false;
      previous = value;
      out.push(int64Text(bytes, pos));
    }
    return true;
  }
  let previous = -Infinity;
  for (let pos = first; pos < end; pos += width) {
    const value = width === 2 ? int16(bytes, pos) : int32(bytes, pos);
    if (value <= previous) return false;
    previous = value;
    out.push(String(value));
  }
  return true;
}
