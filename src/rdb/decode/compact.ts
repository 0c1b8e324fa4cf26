/**
 * Small collections, straight from the bytes of a file to the structures that a server keeps.
 * Packed strings differ from the file's listpacks only in how an element is marked, so one pass
 * over the bytes is enough, and no element becomes a string of its own.
 *
 * The ordinary readers take what is not small and simple, and also all damaged data, as they have
 * the error messages for it.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { readString } from "../../keyspace/byte_map/text.ts";
import { HashValue } from "../../values/hash.ts";
import { INTSET_MAX } from "../../values/intset.ts";
import type { EncodingLimits } from "../../values/limits.ts";
import { ListValue } from "../../values/list.ts";
import { PACKED_MAX, PACKED_START } from "../../values/packed.ts";
import { SetValue } from "../../values/set.ts";
import type { ObjectValue } from "../../values/value.ts";
import { ZSetValue } from "../../values/zset.ts";
import { ValueType } from "../format.ts";
import type { RdbInput } from "./input.ts";
import { int16, int24, int32, int64Number, uint32 } from "./integers.ts";
import { latin1Alloc, type Latin1Bytes } from "./latin1.ts";
import { LONGEST_ENTRY, putEntry, putInteger } from "./packed_entry.ts";
import { parseScore } from "./score.ts";

/** Bytes in front of a listpack's elements, and of an intset's. */
const LISTPACK_HEADER = 6;
const INTSET_HEADER = 8;
/** Up to here each element is compared with each: cheaper than a Set of strings. */
const FEW = 24;
/** A quicklist's node that is a listpack. */
const PACKED_NODE = 2;
/** Digits of a decimal that, as an integer, a double holds exactly. */
const EXACT_DIGITS = 15;
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, i) => 10 ** i);

/** Whether a value of this type is a plain string, or may be what a {@linkcode CompactReader} reads. */
export function isCompact(type: number): boolean {
  switch (type) {
    case ValueType.STRING:
    case ValueType.SET:
    case ValueType.HASH:
    case ValueType.SET_INTSET:
    case ValueType.HASH_LISTPACK:
    case ValueType.ZSET_LISTPACK:
    case ValueType.LIST_QUICKLIST_2:
    case ValueType.SET_LISTPACK:
      return true;
    default:
      return false;
  }
}

/** Makes small collections; see the module's comment. */
export class CompactReader {
  readonly #limits: EncodingLimits;
  /** The packed string being built, with room for one entry beyond the longest. */
  readonly #out: Latin1Bytes = latin1Alloc(PACKED_MAX + LONGEST_ENTRY + 1);
  /** Where it ends, how many entries it has, and how long the longest is. */
  #end = 0;
  #count = 0;
  #longest = 0;
  /** Arrays to copy from: that makes copies of just the right size. */
  readonly #members: ByteString[] = [];
  readonly #scores: number[] = [0.5];

  /** @param limits decide on the encodings; they may change */
  constructor(limits: EncodingLimits) {
    this.#limits = limits;
  }

  /**
   * Read the value of a key.
   *
   * @returns null when the ordinary reader is to do it; then the input may stand anywhere within the
   * value
   */
  read(type: number, input: RdbInput): ObjectValue | null {
    switch (type) {
      case ValueType.HASH_LISTPACK:
        return this.#listpack(input) ? this.#hash() : null;
      case ValueType.HASH:
        return this.#elements(input, 2, this.#limits.hashMaxListpackEntries) ? this.#hash() : null;
      case ValueType.SET_LISTPACK:
        return this.#listpack(input) ? this.#set() : null;
      case ValueType.SET:
        return this.#elements(input, 1, this.#limits.setMaxListpackEntries) ? this.#set() : null;
      case ValueType.SET_INTSET:
        return this.#intset(input);
      case ValueType.LIST_QUICKLIST_2:
        return this.#list(input);
      case ValueType.ZSET_LISTPACK:
        return this.#listpack(input) ? this.#zset() : null;
      default:
        return null;
    }
  }

  /** Begin a packed string. */
  #begin(): void {
    this.#end = PACKED_START;
    this.#count = 0;
    this.#longest = 0;
  }

  /** Repack a collection that is in the file element by element. */
  #elements(input: RdbInput, stride: 1 | 2, most: number): boolean {
    const count = input.length();
    if (count === 0 || count > most) return false;
    this.#begin();
    const out = this.#out;
    let at = this.#end;
    let longest = 0;
    for (let i = count * stride; i > 0; i--) {
      const end = at > PACKED_MAX ? -1 : input.packEntry(out, at);
      if (end < 0) return false;
      if (out[at] > longest) longest = out[at];
      at = end;
    }
    this.#longest = longest;
    this.#end = at;
    this.#count = count * stride;
    return at <= PACKED_MAX;
  }

  /** Repack the listpack that comes next. */
  #listpack(input: RdbInput): boolean {
    const { bytes, start, end } = input.blob();
    const size = end - start;
    const last = end - 1;
    if (size <= LISTPACK_HEADER || size > PACKED_MAX) return false;
    if (uint32(bytes, start) !== size || bytes[last] !== 0xff) return false;
    this.#begin();
    const out = this.#out;
    let pos = start + LISTPACK_HEADER;
    let at = this.#end;
    let count = 0;
    let longest = 0;
    while (pos < last) {
      if (at > PACKED_MAX) return false;
      const head = bytes[pos];
      const first = at;
      let next: number;
      if (head < 0x80) {
        next = pos + 1;
        at = putInteger(out, at, head);
      } else if (head < 0xc0) {
        next = pos + 1 + (head & 0x3f);
        if (next > last) return false;
        at = putEntry(out, at, bytes, pos + 1, next);
      } else if (head < 0xe0) {
        next = pos + 2;
        at = putInteger(out, at, ((((head & 0x1f) << 8) | bytes[pos + 1]) << 19) >> 19);
      } else if (head < 0xf0) {
        const length = ((head & 0x0f) << 8) | bytes[pos + 1];
        next = pos + 2 + length;
        if (length > LONGEST_ENTRY || next > last) return false;
        at = putEntry(out, at, bytes, pos + 2, next);
      } else if (head === 0xf1) {
        next = pos + 3;
        at = putInteger(out, at, int16(bytes, pos + 1));
      } else if (head === 0xf2) {
        next = pos + 4;
        at = putInteger(out, at, int24(bytes, pos + 1));
      } else if (head === 0xf3) {
        next = pos + 5;
        at = putInteger(out, at, int32(bytes, pos + 1));
      } else {
        next = pos + 9;
        const value = head === 0xf4 && next < last ? int64Number(bytes, pos + 1) : NaN;
        if (!Number.isSafeInteger(value)) return false;
        at = putInteger(out, at, value);
      }
      const length = next - pos;
      if (length <= 127) {
        if (bytes[next] !== length) return false;
        pos = next + 1;
      } else {
        if (bytes[next] !== length >> 7 || bytes[next + 1] !== ((length & 0x7f) | 0x80)) {
          return false;
        }
        pos = next + 2;
      }
      if (out[first] > longest) longest = out[first];
      count++;
    }
    this.#end = at;
    this.#count = count;
    this.#longest = longest;
    const claimed = bytes[start + 4] | (bytes[start + 5] << 8);
    return pos === last && count === claimed && count !== 0 && at <= PACKED_MAX;
  }

  /** The packed string. */
  #text(kind = 0): ByteString {
    const out = this.#out;
    out[0] = kind;
    out[1] = this.#count & 0xff;
    out[2] = this.#count >> 8;
    return readString(out, 0, this.#end);
  }

  /** Whether no two of the entries are equal, looking at every `stride`th. */
  #distinct(stride: 1 | 2): boolean {
    const out = this.#out;
    const end = this.#end;
    if (this.#count > FEW * stride) return this.#manyDistinct(stride);
    for (let at = PACKED_START; at < end;) {
      const length = out[at];
      for (let before = PACKED_START; before < at;) {
        if (out[before] === length) {
          let i = length;
          while (i > 0 && out[before + i] === out[at + i]) i--;
          if (i === 0) return false;
        }
        before += out[before] + 1;
        if (stride === 2) before += out[before] + 1;
      }
      at += length + 1;
      if (stride === 2) at += out[at] + 1;
    }
    return true;
  }

  #manyDistinct(stride: 1 | 2): boolean {
    const out = this.#out;
    const end = this.#end;
    const text = out.latin1Slice(0, end);
    const seen = new Set<ByteString>();
    for (let at = PACKED_START; at < end;) {
      seen.add(text.substring(at + 1, at + 1 + out[at]));
      at += out[at] + 1;
      if (stride === 2) at += out[at] + 1;
    }
    return seen.size * stride === this.#count;
  }

  #hash(): HashValue | null {
    const { hashMaxListpackEntries, hashMaxListpackValue } = this.#limits;
    const count = this.#count;
    if (count % 2 !== 0 || count > hashMaxListpackEntries * 2) return null;
    if (this.#longest > hashMaxListpackValue || !this.#distinct(2)) return null;
    return HashValue.fromPacked(this.#text());
  }

  #set(): SetValue | null {
    const { setMaxListpackEntries, setMaxListpackValue, setMaxIntsetEntries } = this.#limits;
    const count = this.#count;
    if (count > setMaxListpackEntries || this.#longest > setMaxListpackValue) return null;
    // A set that begins with an integer may become an intset for a while, which sorts.
    const first = this.#out[PACKED_START] === 0 ? 0 : this.#out[PACKED_START + 1];
    const integer = first === 0x2d || (first >= 48 && first <= 57);
    if (integer || count > setMaxIntsetEntries || !this.#distinct(1)) return null;
    return SetValue.fromPacked(this.#text());
  }

  #list(input: RdbInput): ListValue | null {
    if (input.length() !== 1 || input.length() !== PACKED_NODE || !this.#listpack(input)) {
      return null;
    }
    return ListValue.takesPacked(this.#end, this.#count, this.#limits)
      ? ListValue.fromPacked(this.#text())
      : null;
  }

  /** The file's form is that in memory, but for the header. */
  #intset(input: RdbInput): SetValue | null {
    const { bytes, start, end } = input.blob();
    if (end - start < INTSET_HEADER || end - start > PACKED_MAX) return null;
    const width = uint32(bytes, start);
    const count = uint32(bytes, start + 4);
    if ((width !== 2 && width !== 4) || count * width !== end - start - INTSET_HEADER) return null;
    if (count === 0 || count > Math.min(INTSET_MAX, this.#limits.setMaxIntsetEntries)) return null;
    const out = this.#out;
    let at = PACKED_START;
    let previous = -Infinity;
    for (let pos = start + INTSET_HEADER; pos < end; pos += width) {
      const value = width === 2 ? int16(bytes, pos) : int32(bytes, pos);
      if (value <= previous) return null;
      previous = value;
      for (let i = 0; i < width; i++) out[at++] = bytes[pos + i];
    }
    this.#end = at;
    this.#count = count;
    return SetValue.fromPacked(this.#text(width));
  }

  #zset(): ZSetValue | null {
    const { zsetMaxListpackEntries, zsetMaxListpackValue } = this.#limits;
    const count = this.#count / 2;
    if (this.#count % 2 !== 0 || count > zsetMaxListpackEntries) return null;
    if (!this.#distinct(2)) return null;
    const out = this.#out;
    const members = this.#members;
    const scores = this.#scores;
    members.length = 0;
    for (let at = PACKED_START, i = 0; i < count; i++) {
      const length = out[at];
      if (length > zsetMaxListpackValue) return null;
      const member = readString(out, at + 1, length);
      at += length + 1;
      const score = scoreIn(out, at + 1, out[at]);
      at += out[at] + 1;
      if (score !== score) return null;
      if (i > 0 && scores[i - 1] >= score) {
        if (scores[i - 1] > score || members[i - 1] > member) return null;
      }
      members.push(member);
      scores[i] = score + 0;
    }
    return ZSetValue.fromSortedFew(members.slice(), scores.slice(0, count));
  }
}

/** The score that the `length` bytes from `start` on stand for; NaN when it is none. */
function scoreIn(bytes: Latin1Bytes, start: number, length: number): number {
  const end = start + length;
  const negative = bytes[start] === 0x2d;
  let value = 0;
  let digits = 0;
  let point = -1;
  for (let at = negative ? start + 1 : start; at < end; at++) {
    const digit = bytes[at] - 48;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digits++;
    } else if (digit === -2 && point < 0 && digits > 0) {
      point = digits;
    } else {
      digits = 0;
      break;
    }
  }
  if (digits === 0 || digits > EXACT_DIGITS) return parseScore(bytes.latin1Slice(start, end));
  // Both are exact, and so the quotient is the nearest double.
  if (point >= 0) value /= POWERS[digits - point];
  return negative ? -value : value;
}
