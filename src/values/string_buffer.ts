/**
 * A string value that is edited in place (APPEND, SETRANGE, SETBIT, BITFIELD), or whose encoding is
 * not the one that its content suggests (the `3` that INCRBYFLOAT leaves is no "int").
 *
 * Up to 128 bytes it is an immutable byte string that an edit replaces: a typed array costs V8 more
 * than 200 bytes by itself. Beyond, it is a `Uint8Array` that grows by doubling (by a quarter above
 * 1 MB), so that n appends of one byte cost O(n).
 *
 * The bytes can be shared (with a reply that is being sent, with a copy of the value): the next edit
 * then works on bytes of its own. A *view* is a large string that was not edited: what a key table
 * gives for the bytes that it holds, and takes without copying them.
 *
 * A string may be longer than one of V8: what needs it as one is refused with an error.
 *
 * | operation | cost |
 * |---|---|
 * | getBit, setBit | O(1) |
 * | append, setRange | O(length written) amortised |
 * | toByteString, slice | O(length read) |
 *
 * @module
 */

import { type ByteString, fromBytes, LONGEST_STRING, toBytes } from "../bytes/bytes.ts";
import { writeLatin1 } from "../bytes/latin1.ts";
import { RedisError } from "../resp/reply.ts";
import { flatten, stringBytes } from "./packed.ts";

/** What OBJECT ENCODING calls a string that is not an integer. */
export type StringEncoding = "raw" | "embstr";

/** Longest string that is held as text. */
const TEXT_MAX = 128;
const MEGABYTE = 1 << 20;
const NO_BYTES = new Uint8Array(0);

/** From this length on a string is handed on as bytes rather than copied. */
export const LARGE_STRING: number = 64 * 1024;

/**
 * A growable string of bytes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const value = StringBuffer.from("Hello");
 * assertEquals(value.append(" World"), 11);
 * value.setRange(6, "Redis");
 * assertEquals(value.toByteString(), "Hello Redis");
 * assertEquals(value.setBit(2, 1), 0); // 0x48 "H" becomes 0x68 "h"
 * assertEquals(value.slice(0, 5), "hello");
 * ```
 */
export class StringBuffer {
  /** The content while it is short; null once it is in `#bytes`. */
  #text: ByteString | null;
  #bytes: Uint8Array<ArrayBuffer> = NO_BYTES;
  #length: number;
  #encoding: StringEncoding;
  /** Others read the bytes, too: they must stay as they are. */
  #shared = false;
  #isView = false;

  private constructor(text: ByteString | null, length: number, encoding: StringEncoding) {
    this.#text = text;
    this.#length = length;
    this.#encoding = encoding;
  }

  /**
   * The buffer of a byte string. O(n).
   *
   * @param encoding what OBJECT ENCODING says until the first edit, which makes it "raw"
   */
  static from(value: ByteString, encoding: StringEncoding = "raw"): StringBuffer {
    if (value.length <= TEXT_MAX) return new StringBuffer(value, value.length, encoding);
    return StringBuffer.adopt(toBytes(value), encoding);
  }

  /** A buffer over bytes that the caller gives away. O(1), or O(n) when they are few. */
  static adopt(bytes: Uint8Array<ArrayBuffer>, encoding: StringEncoding = "raw"): StringBuffer {
    if (bytes.length <= TEXT_MAX) {
      return new StringBuffer(fromBytes(bytes), bytes.length, encoding);
    }
    const buffer = new StringBuffer(null, bytes.length, encoding);
    buffer.#bytes = bytes;
    return buffer;
  }

  /** A view: a string that is a plain one, over bytes that nobody writes to any more. O(1). */
  static view(bytes: Uint8Array<ArrayBuffer>): StringBuffer {
    const buffer = new StringBuffer(null, bytes.length, "raw");
    buffer.#bytes = bytes;
    buffer.#shared = true;
    buffer.#isView = true;
    return buffer;
  }

  /** Whether it is a view: it is to be put into its key's place before it is edited. */
  get isView(): boolean {
    return this.#isView;
  }

  /** Cease to be a view: it is going to be edited. */
  own(): void {
    this.#isView = false;
  }

  /** The bytes, which stay as they are, whatever becomes of the string. O(1), or O(n) when few. */
  share(): Uint8Array<ArrayBuffer> {
    if (this.#text !== null) return toBytes(this.#text);
    this.#shared = true;
    return this.#bytes.subarray(0, this.#length);
  }

  /** The type's name. */
  get type(): "string" {
    return "string";
  }

  /** What OBJECT ENCODING says. */
  get encoding(): StringEncoding {
    return this.#encoding;
  }

  /** Length in bytes. O(1). */
  get length(): number {
    return this.#length;
  }

  /** The bytes, to be read before the next edit and not to be written to. O(1), or O(n) when few. */
  get bytes(): Uint8Array {
    return this.#text !== null ? toBytes(this.#text) : this.#bytes.subarray(0, this.#length);
  }

  /**
   * The whole content. O(n).
   *
   * @throws RedisError when it is longer than a string of V8 can be
   */
  toByteString(): ByteString {
    if (this.#length > LONGEST_STRING) throw tooLong(this.#length);
    return this.#text ?? fromBytes(this.#bytes, 0, this.#length);
  }

  /**
   * The bytes from `start` up to but not including `end`, both clamped to the string.
   *
   * @throws RedisError when they are more than a string of V8 can have
   */
  slice(start: number, end: number): ByteString {
    const from = Math.max(0, start);
    const to = Math.min(this.#length, end);
    if (from >= to) return "";
    if (to - from > LONGEST_STRING) throw tooLong(to - from);
    return this.#text !== null ? this.#text.substring(from, to) : fromBytes(this.#bytes, from, to);
  }

  /** Add to the end. @returns the new length */
  append(value: ByteString | Uint8Array): number {
    return this.setRange(this.#length, value);
  }

  /**
   * Overwrite from byte `offset` on; a gap between the old end and `offset` is filled with zeros.
   * Nothing changes when `value` is empty.
   *
   * @returns the new length
   */
  setRange(offset: number, value: ByteString | Uint8Array): number {
    if (value.length === 0) return this.#length;
    this.#encoding = "raw";
    const end = offset + value.length;
    const text = this.#text;
    if (text !== null && end <= TEXT_MAX && typeof value === "string") {
      const gap = offset > text.length ? "\0".repeat(offset - text.length) : "";
      this.#text = flatten(text.substring(0, offset) + gap + value + text.substring(end));
      return this.#length = this.#text.length;
    }
    this.#grow(end);
    if (typeof value === "string") writeLatin1(value, this.#bytes, offset);
    else this.#bytes.set(value, offset);
    return this.#length;
  }

  /** Bit `offset`, where bit 0 is the highest of byte 0; 0 beyond the end. */
  getBit(offset: number): 0 | 1 {
    const low = offset & 7;
    const index = (offset - low) / 8;
    if (index >= this.#length) return 0;
    const byte = this.#text !== null ? this.#text.charCodeAt(index) : this.#bytes[index];
    return ((byte >> (7 - low)) & 1) as 0 | 1;
  }

  /** Set bit `offset`, growing with zeros as far as its byte. @returns the bit before */
  setBit(offset: number, bit: 0 | 1): 0 | 1 {
    const low = offset & 7;
    const index = (offset - low) / 8;
    const mask = 0x80 >> low;
    if (this.#text !== null && index < TEXT_MAX) {
      const old = index < this.#length ? this.#text.charCodeAt(index) : 0;
      const byte = bit === 1 ? old | mask : old & ~mask;
      if (byte !== old || index >= this.#length) this.setRange(index, String.fromCharCode(byte));
      this.#encoding = "raw";
      return (old & mask) === 0 ? 0 : 1;
    }
    this.#encoding = "raw";
    if (index >= this.#length || this.#text !== null || this.#shared) this.#grow(index + 1);
    const old = this.#bytes[index];
    this.#bytes[index] = bit === 1 ? old | mask : old & ~mask;
    return (old & mask) === 0 ? 0 : 1;
  }

  /**
   * Make the string at least `length` bytes long, filling up with zeros, and give all of it for
   * writing, until the next edit through another method.
   */
  writable(length: number): Uint8Array {
    this.#encoding = "raw";
    this.#grow(length);
    return this.#bytes.subarray(0, this.#length);
  }

  /** Hold the content in `#bytes`, at least `length` long, and alone. */
  #grow(length: number): void {
    const needed = Math.max(length, this.#length);
    const capacity = this.#bytes.length;
    if (this.#text !== null || needed > capacity || this.#shared) {
      let step = capacity;
      if (needed > capacity) step = capacity < MEGABYTE ? capacity * 2 : capacity + capacity / 4;
      const grown = new Uint8Array(Math.max(needed, Math.ceil(step)));
      if (this.#text !== null) writeLatin1(this.#text, grown, 0);
      else grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
      this.#text = null;
      this.#shared = false;
    }
    this.#length = needed;
  }

  /** A copy. Large ones share their bytes until one of them is edited. O(1), or O(n) when short. */
  clone(): StringBuffer {
    if (this.#text !== null) return new StringBuffer(this.#text, this.#length, this.#encoding);
    if (this.#length < LARGE_STRING) {
      return StringBuffer.adopt(this.#bytes.slice(0, this.#length), this.#encoding);
    }
    const copy = StringBuffer.view(this.share());
    copy.#encoding = this.#encoding;
    copy.#isView = this.#isView;
    return copy;
  }

  /** Estimated bytes. O(1). */
  memoryBytes(): number {
    return this.#text !== null ? 56 + stringBytes(this.#length) : 256 + this.#bytes.length;
  }
}

function tooLong(length: number): RedisError {
  return new RedisError(
    `ERR this command cannot take a string of ${length} bytes: the longest is ${LONGEST_STRING}`,
  );
}
