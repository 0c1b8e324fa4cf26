/**
 * What a byte map keeps of an entry that does not fit into a cell: a large plain value, and for a
 * huge key both the key and whatever value it has.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { ObjectValue } from "../../values/value.ts";
import { readString, writeString } from "./text.ts";

/** A large value, or a huge key and its value, in buffers of their own. */
export class Box {
  /** A huge key's bytes, zero up to a whole word; null when the key is in a cell. */
  readonly key: Int32Array | null;
  /** Length of a huge key in bytes. */
  readonly keyLength: number;
  /** A plain value's bytes, of which the first `length` count; null when there is none. */
  bytes: Uint8Array | null = null;
  length = 0;
  /** The value of a huge key when it is an object. */
  object: ObjectValue | null = null;

  /** With a huge key as {@linkcode hugeWords} has it and its length in bytes, or with neither. */
  constructor(key: Int32Array | null = null, keyLength = 0) {
    this.key = key;
    this.keyLength = keyLength;
  }

  /** Bytes of the buffers. */
  get held(): number {
    return (this.bytes === null ? 0 : this.bytes.length) +
      (this.key === null ? 0 : this.key.byteLength);
  }

  /** Set a plain value, in the buffer that there is when it fits there and fills half of it. */
  fill(value: ByteString): void {
    const length = value.length;
    const bytes = this.bytes;
    if (bytes === null || length > bytes.length || length * 2 < bytes.length) {
      this.bytes = new Uint8Array(length);
    }
    writeString(value, this.bytes!, 0);
    this.length = length;
  }

  /** Take the plain value away. */
  empty(): void {
    this.bytes = null;
    this.length = 0;
  }

  /** The huge key. */
  readKey(): ByteString {
    return readString(new Uint8Array(this.key!.buffer), 0, this.keyLength);
  }

  /** Whether the huge key is that of these words and length. */
  hasKey(words: Int32Array, length: number): boolean {
    if (this.keyLength !== length) return false;
    const key = this.key!;
    for (let i = 0; i < words.length; i++) if (key[i] !== words[i]) return false;
    return true;
  }
}

/** The words of a key of any length, zero after its end. */
export function hugeWords(key: ByteString): Int32Array {
  const words = new Int32Array((key.length + 3) >>> 2);
  writeString(key, new Uint8Array(words.buffer), 0);
  return words;
}
