/**
 * The decoder's input: the bytes that have arrived and are not decoded yet, and the primitives that
 * everything in an RDB file is made of.
 *
 * Decoding goes in *units*: a few primitives that are read together, such as a key's type and name,
 * or one element of a list. A primitive whose bytes have not arrived throws {@linkcode NEED_MORE};
 * the unit is begun again once as many bytes are there as it asked for. As a unit asks only a small
 * number of times, and a collection is many units, the work stays linear however the bytes arrive,
 * and bytes of finished units can be forgotten.
 *
 * Memory grows only by bytes that did arrive: a length field alone never allocates anything.
 *
 * @module
 */

import { type ByteString, LONGEST_STRING } from "../../bytes/bytes.ts";
import { readString } from "../../keyspace/byte_map/text.ts";
import type { PlainRecord } from "../../keyspace/key_table.ts";
import { Crc64 } from "../crc64.ts";
import { RdbError, type RdbErrorKind } from "../error.ts";
import { int16, int32, int64Number, LARGEST_INT64 } from "./integers.ts";
import { latin1Alloc, type Latin1Bytes } from "./latin1.ts";
import { LONGEST_ENTRY, putDigits, putEntry, putInteger } from "./packed_entry.ts";
import { lzfDecompress, lzfPlausible } from "./lzf.ts";

/** Thrown by a primitive whose bytes have not arrived. Not an error: it never leaves the decoder. */
export const NEED_MORE: unique symbol = Symbol("need more bytes");

/** The longest value that is taken as bytes: what one buffer can surely hold. */
const LONGEST_VALUE = 0xffffffff;
const SMALLEST_BUFFER = 64 * 1024;
/** A buffer above this size is given back when little of it is in use. */
const KEPT_BUFFER = 4 * 1024 * 1024;

/** A run of bytes: where {@linkcode RdbInput.blob} put a string. */
export interface ByteRange {
  bytes: Latin1Bytes;
  start: number;
  end: number;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Buffer and primitives; see the module's comment. */
export class RdbInput {
  /** Set when no more bytes will come. */
  ended = false;
  /** The bytes that have arrived; valid from the current unit's start to `#limit`. */
  #bytes: Latin1Bytes = latin1Alloc(SMALLEST_BUFFER);
  #view: DataView = viewOf(this.#bytes);
  /** Next byte to be read. */
  #pos = 0;
  /** Start of the current unit. */
  #unit = 0;
  #limit = 0;
  /** Offset in the file of `#bytes[0]`. */
  #base = 0;
  /** How many bytes the current unit asked for, counted from its start. */
  #wanted = 0;
  /** The CRC is taken up to here. */
  #summed = 0;
  #crc: Crc64 | null;
  readonly #total: number;
  #scratch: Latin1Bytes = latin1Alloc(4096);
  #keyScratch: Latin1Bytes = latin1Alloc(4096);
  readonly #blob: ByteRange = { bytes: this.#scratch, start: 0, end: 0 };

  /**
   * @param total the file's size where it is known, else `Infinity`: lengths beyond it are refused
   * at once
   * @param checksum whether to compute the CRC
   */
  constructor(total: number, checksum: boolean) {
    this.#total = total;
    this.#crc = checksum ? new Crc64() : null;
  }

  /** Offset in the file of the next byte to be read. */
  get offset(): number {
    return this.#base + this.#pos;
  }

  /** Offset in the file of the first byte that has not arrived. */
  get received(): number {
    return this.#base + this.#limit;
  }

  /** Whether what the current unit asked for has arrived, or will never arrive. */
  get ready(): boolean {
    return this.ended || this.#limit - this.#unit >= this.#wanted;
  }

  /** Take in a copy of `chunk`. Amortised O(n). */
  push(chunk: Uint8Array): void {
    if (this.#limit + chunk.length > this.#bytes.length) this.#makeRoom(chunk.length);
    this.#bytes.set(chunk, this.#limit);
    this.#limit += chunk.length;
  }

  #makeRoom(extra: number): void {
    this.#sum(this.#unit);
    const kept = this.#limit - this.#unit;
    let size = this.#bytes.length;
    // Doubling when more than half is in use keeps the moving below the arriving.
    while (size < kept * 2 || size < kept + extra) size *= 2;
    if (size > KEPT_BUFFER && kept + extra < size / 16) size = KEPT_BUFFER;
    if (size === this.#bytes.length) {
      this.#bytes.copyWithin(0, this.#unit, this.#limit);
    } else {
      const grown = latin1Alloc(size);
      grown.set(this.#bytes.subarray(this.#unit, this.#limit));
      this.#bytes = grown;
      this.#view = viewOf(grown);
    }
    this.#base += this.#unit;
    this.#summed = 0;
    this.#pos -= this.#unit;
    this.#limit = kept;
    this.#unit = 0;
  }

  #sum(end: number): void {
    this.#crc?.update(this.#bytes, this.#summed, end);
    this.#summed = end;
  }

  /** End the current unit: its bytes are done with. */
  commit(): void {
    this.#unit = this.#pos;
    this.#wanted = 0;
  }

  /** Go back to the start of the current unit. */
  rewind(): void {
    this.#pos = this.#unit;
  }

  /** The CRC of all bytes before the next one; null when none is computed. */
  checksum(): bigint | null {
    this.#sum(this.#pos);
    return this.#crc === null ? null : this.#crc.value;
  }

  /** Stop computing the CRC. */
  skipChecksum(): void {
    this.#crc = null;
  }

  /** A copy of the bytes that have arrived and are not read. */
  rest(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes.subarray(this.#pos, this.#limit));
  }

  /** An error at the next byte. */
  error(kind: RdbErrorKind, what: string): RdbError {
    return new RdbError(kind, what, this.offset);
  }

  /** An error of kind "corrupt" at the next byte. */
  corrupt(what: string): RdbError {
    return this.error("corrupt", what);
  }

  /** The error of data that ends too early. */
  shortRead(): RdbError {
    return new RdbError("short-read", "Unexpected EOF reading RDB file", this.received);
  }

  /**
   * Refuse a count of elements that cannot fit into what is left of a file of known size; each takes
   * at least `bytes`.
   */
  expectAtLeast(count: number, bytes: number): void {
    if (this.offset + count * bytes > this.#total) throw this.#tooLong(count, "elements");
  }

  #tooLong(count: number, what: string): RdbError {
    const left = this.#total - this.offset;
    return this.error(
      "short-read",
      `Unexpected EOF reading RDB file: ${count} ${what} are claimed where ${left} bytes are left,`,
    );
  }

  /** Make sure that `count` bytes are there. */
  #need(count: number): void {
    const end = this.#pos + count;
    if (end <= this.#limit) return;
    if (this.#base + end > this.#total) throw this.#tooLong(count, "bytes");
    this.#wanted = end - this.#unit;
    throw NEED_MORE;
  }

  /** One byte. */
  byte(): number {
    if (this.#pos >= this.#limit) this.#need(1);
    return this.#bytes[this.#pos++];
  }

  /** Signed 32 bits, little endian. */
  int32(): number {
    this.#need(4);
    const value = int32(this.#bytes, this.#pos);
    this.#pos += 4;
    return value;
  }

  /** Signed 64 bits, little endian; beyond 2^53 the nearest number that is one of 64 bits still. */
  int64(): number {
    this.#need(8);
    const value = int64Number(this.#bytes, this.#pos);
    this.#pos += 8;
    return value > LARGEST_INT64 ? LARGEST_INT64 : value;
  }

  /** Unsigned 64 bits, little endian, exactly. */
  uint64(): bigint {
    this.#need(8);
    this.#pos += 8;
    return this.#view.getBigUint64(this.#pos - 8, true);
  }

  /** A double, little endian. */
  double(): number {
    this.#need(8);
    this.#pos += 8;
    return this.#view.getFloat64(this.#pos - 8, true);
  }

  /** The next `count` bytes as a byte string. */
  text(count: number): ByteString {
    this.#need(count);
    const start = this.#pos;
    this.#pos = start + count;
    return this.#bytes.latin1Slice(start, start + count);
  }

  /** The next `count` bytes; valid until the next call. */
  raw(count: number): ByteRange {
    this.#need(count);
    const blob = this.#blob;
    blob.bytes = this.#bytes;
    blob.start = this.#pos;
    blob.end = this.#pos += count;
    return blob;
  }

  /** A length or count; beyond 2^53 the nearest number. */
  length(): number {
    const first = this.byte();
    if (first < 0x40) return first;
    if (first < 0x80) return ((first & 0x3f) << 8) | this.byte();
    return this.#longLength(first);
  }

  /** An unsigned number of up to 64 bits in the form of a length, exactly. */
  bigLength(): bigint {
    this.#need(1);
    if (this.#bytes[this.#pos] !== 0x81) return BigInt(this.length());
    this.#pos++;
    const high = this.#bigEndian32();
    return (BigInt(high) << 32n) | BigInt(this.#bigEndian32());
  }

  #longLength(first: number): number {
    if (first === 0x80) return this.#bigEndian32();
    if (first === 0x81) return this.#bigEndian32() * 4294967296 + this.#bigEndian32();
    this.#pos--;
    if (first >= 0xc0) {
      throw this.corrupt(`Bad length: the mark of a specially encoded string (${first & 0x3f})`);
    }
    throw this.corrupt(`Unknown length encoding ${first & 0x3f}`);
  }

  #bigEndian32(): number {
    this.#need(4);
    const bytes = this.#bytes;
    const pos = this.#pos;
    this.#pos = pos + 4;
    return ((bytes[pos] << 24) | (bytes[pos + 1] << 16) | (bytes[pos + 2] << 8) |
      bytes[pos + 3]) >>>
      0;
  }

  /** A string in any of its forms. */
  string(): ByteString {
    const first = this.byte();
    let length = first;
    if (first >= 0x40) {
      if (first >= 0xc0) return this.#encodedString(first);
      length = first < 0x80 ? ((first & 0x3f) << 8) | this.byte() : this.#longLength(first);
    }
    const start = this.#pos;
    const end = start + length;
    if (end > this.#limit) this.#needString(length);
    this.#pos = end;
    return readString(this.#bytes, start, length);
  }

  #needString(length: number, limit = LONGEST_STRING): void {
    if (length > limit && this.offset + length <= this.#total) throw this.#unfit(length, limit);
    this.#need(length);
  }

  #unfit(length: number, limit: number): RdbError {
    return this.error("limit", `A string of ${length} bytes is longer than ${limit} bytes`);
  }

  #encodedString(first: number): ByteString {
    switch (first & 0x3f) {
      case 0:
        return String((this.byte() << 24) >> 24);
      case 1:
        this.#need(2);
        this.#pos += 2;
        return String(int16(this.#bytes, this.#pos - 2));
      case 2:
        return String(this.int32());
      case 3: {
        const size = this.#unpack();
        return this.#scratch.latin1Slice(0, size);
      }
      default:
        this.#pos--;
        throw this.corrupt(`Unknown RDB string encoding type ${first & 0x3f}`);
    }
  }

  /** Unpack an LZF string into the scratch buffer, and give its size. */
  #unpack(limit = LONGEST_STRING): number {
    const packed = this.length();
    const size = this.length();
    if (size === 0) {
      // Nobody writes that; a real server does not mind it, whatever was packed.
      this.#need(packed);
      this.#pos += packed;
      return 0;
    }
    if (!lzfPlausible(packed, size)) throw this.corrupt("Invalid LZF compressed string");
    if (size > limit) throw this.#unfit(size, limit);
    this.#need(packed);
    const room = this.#scratch.length;
    if (room < size || (room > KEPT_BUFFER && size < room / 16)) {
      this.#scratch = latin1Alloc(Math.max(4096, size));
    }
    const start = this.#pos;
    if (!lzfDecompress(this.#bytes, start, start + packed, this.#scratch, size)) {
      throw this.corrupt("Invalid LZF compressed string");
    }
    this.#pos = start + packed;
    return size;
  }

  /**
   * Copy the next string into an entry of a packed string (`packed_entry.ts`).
   *
   * @returns where the entry ends; -1 when the string is compressed, is longer than such an entry may
   * be, or has not arrived as a whole
   */
  packEntry(out: Uint8Array, at: number): number {
    const bytes = this.#bytes;
    const pos = this.#pos;
    const first = bytes[pos];
    let start = pos + 1;
    let length = first;
    if (first >= 0x40) {
      if (first >= 0x80) return this.#packInteger(out, at, first);
      length = ((first & 0x3f) << 8) | bytes[start++];
    }
    const end = start + length;
    if (end > this.#limit || length > LONGEST_ENTRY) return -1;
    this.#pos = end;
    return putEntry(out, at, bytes, start, end);
  }

  #packInteger(out: Uint8Array, at: number, first: number): number {
    const pos = this.#pos + 1;
    if (first < 0xc0 || first > 0xc2) return -1;
    const width = 1 << (first & 3);
    if (pos + width > this.#limit) return -1;
    this.#pos = pos + width;
    return putInteger(out, at, this.#integer(pos, width));
  }

  #integer(pos: number, width: number): number {
    const bytes = this.#bytes;
    if (width === 1) return (bytes[pos] << 24) >> 24;
    return width === 2 ? int16(bytes, pos) : int32(bytes, pos);
  }

  /** Go back to an offset within the current unit. */
  seek(offset: number): void {
    this.#pos = offset - this.#base;
  }

  /** The next string, in any of its forms, as a key's bytes; they are valid until the next key. */
  key(record: PlainRecord): void {
    const blob = this.blob();
    if (blob.bytes === this.#scratch) {
      // The value may need the memory that the key was unpacked into.
      this.#scratch = this.#keyScratch;
      this.#keyScratch = blob.bytes;
    }
    record.key = blob.bytes;
    record.keyStart = blob.start;
    record.keyLength = blob.end - blob.start;
  }

  /** The next string, in any of its forms, as a value's bytes; they are valid until the next call. */
  value(record: PlainRecord): void {
    const blob = this.blob(LONGEST_VALUE);
    record.value = blob.bytes;
    record.valueStart = blob.start;
    record.valueLength = blob.end - blob.start;
  }

  /**
   * A string in any of its forms, as bytes; valid until the next call.
   *
   * @param limit the longest that is not refused
   */
  blob(limit: number = LONGEST_STRING): ByteRange {
    this.#need(1);
    const first = this.#bytes[this.#pos];
    if (first < 0xc0) {
      const length = this.length();
      if (this.#pos + length > this.#limit) this.#needString(length, limit);
      return this.raw(length);
    }
    const blob = this.#blob;
    if (first === 0xc3) {
      this.#pos++;
      blob.end = this.#unpack(limit);
    } else {
      if (first > 0xc2) throw this.corrupt(`Unknown RDB string encoding type ${first & 0x3f}`);
      const pos = this.#pos + 1;
      const width = 1 << (first & 3);
      this.#need(1 + width);
      this.#pos = pos + width;
      blob.end = putDigits(this.#scratch, 0, this.#integer(pos, width));
    }
    blob.bytes = this.#scratch;
    blob.start = 0;
    return blob;
  }
}
