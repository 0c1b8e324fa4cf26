/**
 * A growable row of bytes that values are encoded into.
 *
 * Numbers are stored with plain array writes: a `DataView` would have to be made anew with each
 * growth, and calls through it cost as much as the bytes.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { writeLatin1 } from "../../bytes/latin1.ts";

const FIRST_CAPACITY = 1024;
/** Bytes up to which a loop is quicker than making a view for the native copy. */
const LONGEST_LOOP = 96;
const TWO_32 = 4294967296;

const doubleValue = new Float64Array(1);
/** The bytes of `doubleValue`: little endian on every machine that Deno runs on. */
const doubleBytes = new Uint8Array(doubleValue.buffer);

/** Bytes that are appended to. All methods are O(1) amortised, or O(bytes appended). */
export class ByteSink {
  /** The memory, of which the first `length` bytes count. Growth replaces it. */
  bytes: Uint8Array<ArrayBuffer>;
  length = 0;

  constructor(capacity = FIRST_CAPACITY) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Have room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  /** A byte; the upper bits of the number do not matter. */
  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Two bytes, little endian. */
  uint16(value: number): void {
    this.reserve(2);
    this.bytes[this.length++] = value;
    this.bytes[this.length++] = value >> 8;
  }

  /** Four bytes, little endian; the number's lower 32 bits count. */
  uint32(value: number): void {
    this.reserve(4);
    const { bytes, length } = this;
    bytes[length] = value;
    bytes[length + 1] = value >> 8;
    bytes[length + 2] = value >> 16;
    bytes[length + 3] = value >> 24;
    this.length = length + 4;
  }

  /** Four bytes, big endian. */
  uint32BigEndian(value: number): void {
    this.reserve(4);
    const { bytes, length } = this;
    bytes[length] = value >> 24;
    bytes[length + 1] = value >> 16;
    bytes[length + 2] = value >> 8;
    bytes[length + 3] = value;
    this.length = length + 4;
  }

  /** Eight bytes, little endian, of an integer that may be negative. */
  int64(value: number | bigint): void {
    if (typeof value === "bigint") {
      this.uint32(Number(BigInt.asIntN(32, value)));
      this.uint32(Number(BigInt.asIntN(32, value >> 32n)));
    } else {
      // The bits of a shift are those of the number modulo 2^32, which is the lower half.
      this.uint32(value | 0);
      this.uint32(Math.floor(value / TWO_32));
    }
  }

  /** Eight bytes, big endian, of an unsigned integer. */
  uint64BigEndian(value: number | bigint): void {
    if (typeof value === "bigint") {
      this.uint32BigEndian(Number(BigInt.asIntN(32, value >> 32n)));
      this.uint32BigEndian(Number(BigInt.asIntN(32, value)));
    } else {
      this.uint32BigEndian(Math.floor(value / TWO_32) | 0);
      this.uint32BigEndian(value | 0);
    }
  }

  /** Eight bytes: a double, little endian. */
  double(value: number): void {
    doubleValue[0] = value;
    this.raw(doubleBytes, 0, 8);
  }

  /** The bytes of a byte string. */
  text(value: ByteString): void {
    this.reserve(value.length);
    writeLatin1(value, this.bytes, this.length);
    this.length += value.length;
  }

  /** The bytes `start` to `end` (exclusive) of an array. */
  raw(source: Uint8Array, start: number, end: number): void {
    const count = end - start;
    this.reserve(count);
    const { bytes, length } = this;
    if (count <= LONGEST_LOOP) {
      for (let i = 0; i < count; i++) bytes[length + i] = source[start + i];
    } else {
      bytes.set(source.subarray(start, end), length);
    }
    this.length = length + count;
  }

  /** What was appended, as a view that is valid until more is. */
  view(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }
}
