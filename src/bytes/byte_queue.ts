/**
 * Bytes that wait to be written somewhere, in the order in which they came.
 *
 * Short text is gathered in a string (V8 appends without copying) and turned into bytes some
 * kilobytes at a time; what is long goes to the bytes at once. Nothing is ever joined into one
 * string, nor into one buffer, so that the only bound is memory.
 *
 * @module
 */

import type { ByteString } from "./bytes.ts";
import { writeLatin1 } from "./latin1.ts";

/** Text is turned into bytes beyond this many chars. */
const TEXT_LIMIT = 16 * 1024;
/** Sizes of a chunk. */
const SMALLEST_CHUNK = 64 * 1024;
const LARGEST_CHUNK = 1024 * 1024;

/** A buffer and the part of it that counts. */
interface Chunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether the bytes are the queue's own, so that it may write behind `end`. */
  readonly own: boolean;
  start: number;
  end: number;
}

/**
 * A queue of bytes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromBytes } from "./bytes.ts";
 * const queue = new ByteQueue();
 * queue.append("one two");
 * queue.drop(4);
 * queue.prepend("no ");
 * assertEquals(queue.pieces().map((piece) => fromBytes(piece)), ["no ", "two"]);
 * ```
 */
export class ByteQueue {
  #chunks: Chunk[] = [];
  #text: ByteString = "";
  #length = 0;
  /** The chunk that the next bytes go to when there is none: most queues empty often. */
  #spare: Chunk | null = null;

  /** Bytes that wait. O(1). */
  get length(): number {
    return this.#length;
  }

  /** Add bytes to the end. O(1) usually, O(their number) now and then. */
  append(text: ByteString): void {
    this.#length += text.length;
    if (text.length <= TEXT_LIMIT) {
      this.#text += text;
      if (this.#text.length > TEXT_LIMIT) this.#flush();
    } else {
      this.#flush();
      this.#write(text);
    }
  }

  /** Add bytes to the end that nobody writes to any more: they are not copied. O(1). */
  appendBytes(bytes: Uint8Array<ArrayBuffer>): void {
    this.#flush();
    this.#length += bytes.length;
    this.#chunks.push({ bytes, own: false, start: 0, end: bytes.length });
  }

  /** Put a few bytes before all others. O(chunks). */
  prepend(text: ByteString): void {
    const bytes = new Uint8Array(text.length);
    writeLatin1(text, bytes, 0);
    this.#length += text.length;
    this.#chunks.unshift({ bytes, own: true, start: 0, end: bytes.length });
  }

  /** All that waits, as views that stay as they are until bytes are dropped. O(chunks). */
  pieces(): Uint8Array<ArrayBuffer>[] {
    this.#flush();
    return this.#chunks.map(({ bytes, start, end }) => bytes.subarray(start, end));
  }

  /** Forget so many bytes at the beginning, which have to be there. O(chunks). */
  drop(count: number): void {
    this.#flush();
    this.#length -= count;
    let whole = 0;
    for (const chunk of this.#chunks) {
      const size = chunk.end - chunk.start;
      if (count < size) {
        chunk.start += count;
        break;
      }
      count -= size;
      whole++;
    }
    if (whole === 0) return;
    const last = this.#chunks[whole - 1];
    if (last.own && last.bytes.length === SMALLEST_CHUNK) {
      last.start = last.end = 0;
      this.#spare = last;
    }
    this.#chunks.splice(0, whole);
  }

  /** Forget so many bytes at the end, which have to be there. O(chunks). */
  cut(count: number): void {
    this.#flush();
    this.#length -= count;
    while (count > 0) {
      const last = this.#chunks[this.#chunks.length - 1];
      const size = last.end - last.start;
      if (count < size) {
        last.end -= count;
        return;
      }
      count -= size;
      this.#chunks.pop();
    }
  }

  /** All that waits as one row of bytes, which are forgotten here. O(their number). */
  takeAll(): Uint8Array<ArrayBuffer> {
    this.#flush();
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const { bytes, start, end } of this.#chunks) {
      all.set(bytes.subarray(start, end), at);
      at += end - start;
    }
    this.drop(at);
    return all;
  }

  /** Forget all. O(1). */
  clear(): void {
    this.#chunks = [];
    this.#text = "";
    this.#length = 0;
  }

  #flush(): void {
    const text = this.#text;
    if (text === "") return;
    this.#text = "";
    this.#write(text);
  }

  #write(text: ByteString): void {
    const { length } = text;
    for (let at = 0; at < length;) {
      const chunk = this.#room(length - at);
      const count = Math.min(length - at, chunk.bytes.length - chunk.end);
      const piece = count === length ? text : text.substring(at, at + count);
      writeLatin1(piece, chunk.bytes, chunk.end);
      chunk.end += count;
      at += count;
    }
  }

  /** The last chunk, a new one if it is full. */
  #room(wanted: number): Chunk {
    const { length } = this.#chunks;
    if (length > 0) {
      const last = this.#chunks[length - 1];
      if (last.own && last.end < last.bytes.length) return last;
    }
    let chunk = this.#spare;
    this.#spare = null;
    if (chunk === null || wanted > SMALLEST_CHUNK) {
      const size = Math.min(LARGEST_CHUNK, Math.max(SMALLEST_CHUNK, wanted));
      chunk = { bytes: new Uint8Array(size), own: true, start: 0, end: 0 };
    }
    this.#chunks.push(chunk);
    return chunk;
  }
}
