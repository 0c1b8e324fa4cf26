/**
 * The ziplist: the packed list of RDB versions 2 to 9, for small lists, hashes and sorted sets and
 * as the node of a version 1 quicklist.
 *
 * Layout, little endian: total bytes (4), offset of the last entry (4), number of entries (2, 65535
 * when there are that many or more), the entries, 0xff. An entry is the length of the entry before
 * it (one byte, or 0xfe and four), an encoding with a length or an integer width, and the data.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { int16, int24, int32, int64Text, uint32 } from "./integers.ts";
import type { Latin1Bytes } from "./latin1.ts";

const HEADER_BYTES = 10;

/**
 * Append the entries of the ziplist in the bytes `start` to `end` (exclusive) to `out`, integers as
 * their decimal text. Everything that the layout says twice is checked. O(n).
 *
 * @returns false when it is not a sound ziplist
 */
export function readZiplist(
  bytes: Latin1Bytes,
  start: number,
  end: number,
  out: ByteString[],
): boolean {
  const size = end - start;
  if (size < HEADER_BYTES + 1) return false;
  if (uint32(bytes, start) !== size || bytes[end - 1] !== 0xff) return false;
  const tail = uint32(bytes, start + 4);
  const claimed = bytes[start + 8] | (bytes[start + 9] << 8);
  const last = end - 1;
  let pos = start + HEADER_BYTES;
  let entry = pos;
  let previous = 0;
  let count = 0;
  while (pos < last) {
    entry = pos;
    let before = bytes[pos++];
    if (before === 0xfe) {
      if (pos + 4 > last) return false;
      before = uint32(bytes, pos);
      pos += 4;
    } else if (before === 0xff) {
      return false;
    }
    if (before !== previous || pos >= last) return false;
    const encoding = bytes[pos++];
    if (encoding < 0xc0) {
      let length = encoding & 0x3f;
      if (encoding >= 0x80) {
        if (pos + 4 > last) return false;
        length = ((bytes[pos] << 24) | (bytes[pos + 1] << 16) | (bytes[pos + 2] << 8) |
          bytes[pos + 3]) >>> 0;
        pos += 4;
      } else if (encoding >= 0x40) {
        if (pos >= last) return false;
        length = (length << 8) | bytes[pos++];
      }
      if (pos + length > last) return false;
      out.push(bytes.latin1Slice(pos, pos + length));
      pos += length;
    } else {
      const width = integerWidth(encoding);
      if (width < 0 || pos + width > last) return false;
      out.push(integerText(bytes, pos, encoding));
      pos += width;
    }
    previous = pos - entry;
    count++;
  }
  if (pos !== last) return false;
  if (claimed !== 0xffff && claimed !== count) return false;
  return tail === entry - start;
}

/** Bytes behind an integer's encoding byte; -1 when there is no such encoding. */
function integerWidth(encoding: number): number {
  switch (encoding) {
    case 0xc0:
      return 2;
    case 0xd0:
      return 4;
    case 0xe0:
      return 8;
    case 0xf0:
      return 3;
    case 0xfe:
      return 1;
    default:
      return encoding >= 0xf1 && encoding <= 0xfd ? 0 : -1;
  }
}

function integerText(bytes: Uint8Array, pos: number, encoding: number): ByteString {
  switch (encoding) {
    case 0xc0:
      return String(int16(bytes, pos));
    case 0xd0:
      return String(int32(bytes, pos));
    case 0xe0:
      return int64Text(bytes, pos);
    case 0xf0:
      return String(int24(bytes, pos));
    case 0xfe:
      return String((bytes[pos] << 24) >> 24);
    default:
      return String(encoding - 0xf1);
  }
}
