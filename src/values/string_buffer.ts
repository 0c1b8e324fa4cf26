/**
 * A string value that is edited in place (APPEND, SETRANGE, SETBIT, BITFIELD).
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";

/** What OBJECT ENCODING calls a string that is not an integer. */
export type StringEncoding = "raw" | "embstr";

const unfinished = () => new Error("unfinished");

/** A growable string of bytes. */
export class StringBuffer {
  /** The buffer of a byte string (copied). */
  static from(_value: ByteString, _encoding: StringEncoding = "raw"): StringBuffer {
    throw unfinished();
  }
  /** A buffer over bytes that the caller gives away. */
  static adopt(_bytes: Uint8Array<ArrayBuffer>, _encoding: StringEncoding = "raw"): StringBuffer {
    throw unfinished();
  }
  get type(): "string" {
    return "string";
  }
  get encoding(): StringEncoding {
    throw unfinished();
  }
  /** Length in bytes. O(1). */
  get length(): number {
    throw unfinished();
  }
  /** View of the bytes; valid until the next mutation, not to be written to. */
  get bytes(): Uint8Array {
    throw unfinished();
  }
  toByteString(): ByteString {
    throw unfinished();
  }
  /** Bytes start (inclusive) to end (exclusive), clamped. */
  slice(_start: number, _end: number): ByteString {
    throw unfinished();
  }
  /** @returns the new length */
  append(_value: ByteString): number {
    throw unfinished();
  }
  /** Overwrite from `offset`, zero-filling a gap. @returns the new length */
  setRange(_offset: number, _value: ByteString): number {
    throw unfinished();
  }
  /** Bit `offset`, bit 0 being the highest of byte 0; 0 beyond the end. */
  getBit(_offset: number): 0 | 1 {
    throw unfinished();
  }
  /** Set a bit, growing with zeros. @returns the bit before */
  setBit(_offset: number, _bit: 0 | 1): 0 | 1 {
    throw unfinished();
  }
  /** Make the string at least `length` bytes long, zero filled, and give a writable view of all of it. */
  writable(_length: number): Uint8Array {
    throw unfinished();
  }
  clone(): StringBuffer {
    throw unfinished();
  }
  memoryBytes(): number {
    throw unfinished();
  }
}
