/**
 * The listpack: the packed list of RDB version 10 and later, and since version 9 the node of a
 * stream.
 *
 * Layout: total bytes (4, little endian), number of elements (2, 65535 when it is not known), the
 * elements, 0xff. An element is an encoding byte (a small integer, or a length or integer width),
 * its data, and its own length once more in a form that can be read backwards.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { int16, int24, int32, int64, int64Number, uint32 } from "./integers.ts";
import type { Latin1Bytes } from "./latin1.ts";

const HEADER_BYTES = 6;

/** {@linkcode ListpackCursor.next} came upon an element; the cursor's fields say what it is. */
export const ELEMENT = 1;
/** There is nothing more, and all of the listpack was sound. */
export const END = 0;
/** The listpack is not sound. */
export const CORRUPT = -1;
/** What {@linkcode ListpackCursor.next} found. */
export type Step = typeof ELEMENT | typeof END | typeof CORRUPT;

/** Walks a listpack from its first element to its last, checking everything on the way. */
export class ListpackCursor {
  /** Whether the element is stored as an integer. */
  isInteger = false;
  /** The integer; beyond 2^53 the nearest number, and then `big` is the exact one. */
  integer = 0;
  /** The integer when it is beyond 2^53, else null. */
  big: bigint | null = null;

  readonly #bytes: Latin1Bytes;
  readonly #last: number;
  readonly #claimed: number;
  readonly #sound: boolean;
  #pos: number;
  #count = 0;
  #from = 0;
  #to = 0;

  /** The listpack is the bytes `start` to `end` (exclusive). */
  constructor(bytes: Latin1Bytes, start: number, end: number) {
    this.#bytes = bytes;
    this.#last = end - 1;
    this.#pos = start + HEADER_BYTES;
    const size = end - start;
    this.#sound = size > HEADER_BYTES && uint32(bytes, start) === size && bytes[end - 1] === 0xff;
    this.#claimed = this.#sound ? bytes[start + 4] | (bytes[start + 5] << 8) : 0;
  }

  /** Go to the next element. O(1). */
  next(): Step {
    const bytes = this.#bytes;
    const last = this.#last;
    const start = this.#pos;
    if (!this.#sound) return CORRUPT;
    if (start >= last) {
      const complete = start === last &&
        (this.#claimed === 0xffff || this.#claimed === this.#count);
      return complete ? END : CORRUPT;
    }
    const head = bytes[start];
    let pos = start + 1;
    if (head < 0x80) {
      this.#setInteger(head);
    } else if (head < 0xc0) {
      this.isInteger = false;
      this.#from = pos;
      pos += head & 0x3f;
    } else {
      // The widest header has four more bytes, the widest integer eight.
      const width = dataWidth(head);
      if (width < 0 || pos + width > last) return CORRUPT;
      if (head < 0xe0) {
        this.#setInteger(((((head & 0x1f) << 8) | bytes[pos]) << 19) >> 19);
      } else if (head < 0xf0) {
        this.isInteger = false;
        this.#from = pos + 1;
        pos += ((head & 0x0f) << 8) | bytes[pos];
      } else if (head === 0xf0) {
        this.isInteger = false;
        this.#from = pos + 4;
        pos += uint32(bytes, pos);
      } else if (head === 0xf4) {
        this.#setInteger(int64Number(bytes, pos));
        if (!Number.isSafeInteger(this.integer)) this.big = int64(bytes, pos);
      } else {
        this.#setInteger(
          head === 0xf1 ? int16(bytes, pos) : head === 0xf2 ? int24(bytes, pos) : int32(bytes, pos),
        );
      }
      pos += width;
    }
    if (pos > last) return CORRUPT;
    this.#to = pos;
    const after = this.#checkBackLength(pos, pos - start);
    if (after < 0) return CORRUPT;
    this.#pos = after;
    this.#count++;
    return ELEMENT;
  }

  /** The element as a byte string: an integer as its decimal text. */
  text(): ByteString {
    if (!this.isInteger) return this.#bytes.latin1Slice(this.#from, this.#to);
    return this.big === null ? String(this.integer) : this.big.toString();
  }

  #setInteger(value: number): void {
    this.isInteger = true;
    this.integer = value;
    this.big = null;
  }

  /** Where the element behind the back length at `pos` begins; -1 when it does not say `length`. */
  #checkBackLength(pos: number, length: number): number {
    const bytes = this.#bytes;
    const end = pos + backLengthBytes(length);
    if (end > this.#last) return -1;
    if (length <= 127) return bytes[pos] === length ? end : -1;
    let rest = length;
    for (let at = end - 1; at >= pos; at--) {
      // The first byte alone has its upper bit clear: that is where a reader going back stops.
      const mark = at === pos ? 0 : 0x80;
      if (bytes[at] !== ((rest & 0x7f) | mark)) return -1;
      rest = Math.floor(rest / 128);
    }
    return rest === 0 ? end : -1;
  }
}

/** Bytes of the length or integer behind an encoding byte of 0xc0 or more; -1 when it is unknown. */
function dataWidth(head: number): number {
  if (head < 0xf0) return 1;
  switch (head) {
    case 0xf0:
    case 0xf3:
      return 4;
    case 0xf1:
      return 2;
    case 0xf2:
      return 3;
    case 0xf4:
      return 8;
    default:
      return -1;
  }
}

/** How many bytes an element of `length` bytes takes for its back length. */
function backLengthBytes(length: number): number {
  // The bounds of two bytes and more are one lower than seven bits a byte would allow: so do the
  // writers count.
  if (length <= 127) return 1;
  if (length < 16383) return 2;
  if (length < 2097151) return 3;
  if (length < 268435455) return 4;
  return 5;
}

/**
 * Append the elements of the listpack in the bytes `start` to `end` (exclusive) to `out`, integers
 * as their decimal text. O(n).
 *
 * @returns false when it is not a sound listpack
 */
export function readListpack(
  bytes: Latin1Bytes,
  start: number,
  end: number,
  out: ByteString[],
): boolean {
  const cursor = new ListpackCursor(bytes, start, end);
  let step = cursor.next();
  for (; step === ELEMENT; step = cursor.next()) out.push(cursor.text());
  return step === END;
}
