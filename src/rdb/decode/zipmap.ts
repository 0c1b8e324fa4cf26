/**
 * The zipmap: the packed small hash of Redis 2.4 and older.
 *
 * Layout: number of pairs (1 byte, 254 and more mean "count them"), then for each pair the field's
 * length and bytes, the value's length, one byte that counts unused bytes, the value and the unused
 * bytes; at last 0xff. A length is one byte up to 253, or 0xfe and four bytes little endian.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { uint32 } from "./integers.ts";
import type { Latin1Bytes } from "./latin1.ts";

/**
 * Append the fields and values, in turn, of the zipmap in the bytes `start` to `end` (exclusive) to
 * `out`. O(n).
 *
 * @returns false when it is not a sound zipmap
 */
export function readZipmap(
  bytes: Latin1Bytes,
  start: number,
  end: number,
  out: ByteString[],
): boolean {
  if (end - start < 2 || bytes[end - 1] !== 0xff) return false;
  const last = end - 1;
  const claimed = bytes[start];
  let pos = start + 1;
  let count = 0;
  while (pos < last) {
    for (let part = 0; part < 2; part++) {
      if (pos >= last) return false;
      let length = bytes[pos++];
      if (length === 0xfe) {
        if (pos + 4 > last) return false;
        length = uint32(bytes, pos);
        pos += 4;
      } else if (length === 0xff) {
        return false;
      }
      let unused = 0;
      if (part === 1) {
        if (pos >= last) return false;
        unused = bytes[pos++];
      }
      if (pos + length + unused > last) return false;
      out.push(bytes.latin1Slice(pos, pos + length));
      pos += length + unused;
    }
    count++;
  }
  return pos === last && (claimed >= 0xfe || claimed === count);
}
