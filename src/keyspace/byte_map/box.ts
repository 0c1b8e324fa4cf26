/**
 * What a byte map keeps of an entry that does not fit into a cell: a large plain value, and for a
 * huge key both the key and whatever value it has.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { ObjectValue } from "../../values/value.ts";
import { LARGE_STRING, StringBuffer } from "../../values/string_buffer.ts";
import { readString, writeString } from "./text.ts";

/** A large value, or a huge key and its value, in buffers of their own. */
export class Box {
  /** A huge key's bytes, zero up to a whole word; null when the key is in a cell. */
  readonly key: Int32Array | null;
  /** Length of a huge key in bytes. */
  readonly keyLength: number;
  /** A plain value's bytes, of which the first `length` count; null when there is none. */
  bytes: Uint8Array<ArrayBuffer> | null = null;
  length = 0;
  /** Others read the bytes, too: they must stay as they are. */
  #shared = false;
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
    this.object = null;
    const length = value.length;
    const bytes = this.bytes;
    if (
      bytes === null || this.#shared || length > bytes.length || length * 2 < bytes.length
    ) {
      this.bytes = new Uint8Array(length);
      this.#shared = false;
    }
    writeString(value, this.bytes!, 0);
    this.length = length;
  }

  /** Set a plain value by its bytes, which nobody writes to any more. */
  adopt(bytes: Uint8Array<ArrayBuffer>): void {
    this.object = null;
    this.bytes = bytes;
    this.length = bytes.length;
    this.#shared = true;
  }

  /** The plain value: a string, or a view on the bytes when it is large. */
  read(): ByteString | StringBuffer {
    if (this.length < LARGE_STRING) return readString(this.bytes!, 0, this.length);
    this.#shared = true;
    return StringBuffer.view(this.bytes!.subarray(0, this.length));
  }

  /** Take the plain value away. */
  empty(): void {
    this.bytes = null;
    this.#shared = false;
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
