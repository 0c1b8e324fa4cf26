/**
 * The replication stream: the bytes that a primary sends to its replicas, counted from the beginning
 * of the data's history.
 *
 * Backlog and replicas share one copy: a chain of blocks that only grows at its end. The backlog
 * holds the first block that it still wants, and each replica the one that it reads from; as blocks
 * only know their successors, what nobody wants any more is garbage. A slow replica therefore costs
 * the memory between its position and the end, whatever the backlog's size is, and a second slow
 * replica costs nothing more.
 *
 * Positions count bytes: at position 10, ten bytes have passed. Where the protocol says "offset 11"
 * (the first byte that is wanted, counted from one), this says position 10.
 *
 * Text is gathered and turned into bytes in larger pieces; `end` counts it at once.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { writeLatin1 } from "../bytes/latin1.ts";

/** Sizes of a block: an eighth of the backlog, within these bounds. */
const SMALLEST_BLOCK = 16 * 1024;
const LARGEST_BLOCK = 1024 * 1024;
/** Text is turned into bytes beyond this many chars. */
const TEXT_LIMIT = 16 * 1024;

const NOTHING = new Uint8Array(0);

/** A piece of the stream. */
class Block {
  used = 0;
  next: Block | null = null;
  readonly bytes: Uint8Array<ArrayBuffer>;

  constructor(readonly start: number, capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Position behind its last byte. */
  get end(): number {
    return this.start + this.used;
  }
}

/**
 * The stream with its backlog.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromBytes } from "../bytes/bytes.ts";
 * const stream = new ReplicationStream(16384);
 * stream.append("PING");
 * const reader = stream.reader(2)!;
 * assertEquals(fromBytes(reader.peek()), "NG");
 * assertEquals(stream.end, 4);
 * ```
 */
export class ReplicationStream {
  #size: number;
  #text: ByteString = "";
  #head: Block;
  #tail: Block;
  #start = 0;
  #end = 0;

  /** @param size bytes that the backlog holds at least, once there are so many */
  constructor(size: number) {
    this.#size = size;
    this.#head = this.#tail = new Block(0, 0);
  }

  /** Position behind the last byte: `master_repl_offset`. */
  get end(): number {
    return this.#end;
  }

  /** Position of the first byte that is still held. */
  get start(): number {
    return this.#start;
  }

  /** Bytes that are held. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Bytes of memory of the backlog. O(blocks). */
  get memory(): number {
    let sum = this.#text.length;
    for (let block: Block | null = this.#head; block !== null; block = block.next) {
      sum += block.bytes.length;
    }
    return sum;
  }

  /** Hold another number of bytes from now on. */
  resize(size: number): void {
    this.#size = size;
    this.flush();
    // A large last block would keep what a smaller backlog does not want.
    if (this.#tail.used > 0) this.#append(new Block(this.#tail.end, 0));
    this.#trim();
  }

  /** Forget all bytes; the next one is at `position`. Readers end where they are. */
  reset(position: number): void {
    this.#text = "";
    this.#start = this.#end = position;
    this.#head = this.#tail = new Block(position, 0);
  }

  /** Add text. O(1) usually, O(its length) now and then. */
  append(text: ByteString): void {
    if (text.length > TEXT_LIMIT) {
      this.flush();
      this.#end += text.length;
      this.#write(text);
      this.#trim();
      return;
    }
    this.#end += text.length;
    this.#text += text;
    if (this.#text.length > TEXT_LIMIT) this.flush();
  }

  /** Add bytes, which are copied. O(their number). */
  appendBytes(bytes: Uint8Array): void {
    this.flush();
    this.#end += bytes.length;
    for (let at = 0; at < bytes.length;) {
      const tail = this.#room(bytes.length - at);
      const count = Math.min(bytes.length - at, tail.bytes.length - tail.used);
      tail.bytes.set(bytes.subarray(at, at + count), tail.used);
      tail.used += count;
      at += count;
    }
    this.#trim();
  }

  /** Turn the text that was gathered into bytes, for the readers to find. */
  flush(): void {
    const text = this.#text;
    if (text === "") return;
    this.#text = "";
    this.#write(text);
    this.#trim();
  }

  #write(text: ByteString): void {
    for (let at = 0; at < text.length;) {
      const tail = this.#room(text.length - at);
      const count = Math.min(text.length - at, tail.bytes.length - tail.used);
      const piece = count === text.length ? text : text.substring(at, at + count);
      writeLatin1(piece, tail.bytes, tail.used);
      tail.used += count;
      at += count;
    }
  }

  /** The last block, a new one if it is full. */
  #room(wanted: number): Block {
    const tail = this.#tail;
    if (tail.used < tail.bytes.length) return tail;
    const usual = Math.min(LARGEST_BLOCK, Math.max(SMALLEST_BLOCK, this.#size >> 3));
    return this.#append(new Block(tail.end, Math.max(usual, Math.min(wanted, LARGEST_BLOCK))));
  }

  #append(block: Block): Block {
    const tail = this.#tail;
    tail.next = block;
    this.#tail = block;
    if (this.#head === tail && tail.used === 0) this.#head = block;
    return block;
  }

  /** Let go of blocks that the backlog does not need. */
  #trim(): void {
    while (this.#head.next !== null && this.#end - this.#head.end >= this.#size) {
      this.#head = this.#head.next;
    }
    if (this.#head.start > this.#start) this.#start = this.#head.start;
  }

  /** Where to read from `position` on; null when the byte there is held no more, or not yet. */
  reader(position: number): StreamReader | null {
    // This may let go of what was held.
    this.flush();
    if (position < this.#start || position > this.#end) return null;
    let block = this.#head;
    while (block.next !== null && position >= block.end) block = block.next;
    return new StreamReader(this, block, position);
  }
}

/** A place in the stream, and all that comes behind it. */
export class StreamReader {
  readonly #stream: ReplicationStream;
  #block: Block;
  #position: number;

  /** Use {@linkcode ReplicationStream.reader}. */
  constructor(stream: ReplicationStream, block: Block, position: number) {
    this.#stream = stream;
    this.#block = block;
    this.#position = position;
  }

  /** Bytes of the stream before this place. */
  get position(): number {
    return this.#position;
  }

  /** Bytes of the stream behind this place. */
  get pending(): number {
    return this.#stream.end - this.#position;
  }

  /**
   * The next bytes that lie together: a view that stays as it is. Empty at the end. O(1).
   */
  peek(): Uint8Array<ArrayBuffer> {
    let block = this.#block;
    while (this.#position >= block.end) {
      if (block.next === null) return NOTHING;
      block = this.#block = block.next;
    }
    return block.bytes.subarray(this.#position - block.start, block.used);
  }

  /** Step over bytes that {@linkcode StreamReader.peek} gave. */
  advance(count: number): void {
    this.#position += count;
  }
}
