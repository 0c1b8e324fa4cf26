/**
 * Commands out of an append-only file.
 *
 * The form is that of requests, but what a server takes from a client is not what it may take from
 * its own file: an inline command, or a count of nothing, is damage here, and a line that begins
 * with `#` is a remark. Where the file is cut matters as well: the end of the last whole command is
 * the place to truncate it at. Hence a reader of its own beside the decoder of requests.
 *
 * As in a real server neither the line feed after a number nor the line end after a string is
 * verified.
 *
 * @module
 */

import { type ByteString, fromBytes } from "../bytes/bytes.ts";
import { writeLatin1 } from "../bytes/latin1.ts";
import { LARGE_LENGTH, LargeArguments, LONGEST_ARGUMENT } from "../resp/large_arguments.ts";

/** The longest line that holds a number, and the longest remark. */
const MAX_LINE = 1024;

const HASH = 0x23;
const STAR = 0x2a;
const DOLLAR = 0x24;
const MINUS = 0x2d;
const ZERO = 0x30;

/** The file is no append-only file, from some place on. */
export class AofFormatError extends Error {
  override name = "AofFormatError";
}

/**
 * Reads commands from bytes that come in chunks. Linear in the bytes however they are cut.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const reader = new CommandReader(0);
 * reader.push(new TextEncoder().encode("#TS:1700000000\r\n*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n*1\r"));
 * assertEquals(reader.next(), ["DEL", "k"]);
 * assertEquals(reader.next(), null);
 * assertEquals([reader.offset, reader.atEnd], [36, false]);
 * ```
 */
export class CommandReader {
  #text: ByteString = "";
  #pos = 0;
  /** Chunks that are not looked at yet, as too little has come for the argument under way. */
  #waiting: ByteString[] = [];
  #waitingBytes = 0;
  /** How much text the argument under way takes at least. */
  #needed = 0;
  #offset: number;
  /** The command under way: its arguments so far, how many are to come, and bytes so far. */
  #args: ByteString[] = [];
  #left = 0;
  #bytes = 0;
  /** The large argument under way, and how much of it has come. */
  #bulk: Uint8Array<ArrayBuffer> | null = null;
  #bulkAt = 0;

  /** @param offset where in the file the bytes begin */
  constructor(offset: number) {
    this.#offset = offset;
  }

  /** Where in the file the last command or remark that was read ends. */
  get offset(): number {
    return this.#offset;
  }

  /** Whether all bytes are read: the file may end here. */
  get atEnd(): boolean {
    return this.#left === 0 && this.#pos === this.#text.length && this.#waitingBytes === 0;
  }

  /** Add bytes. They are copied. */
  push(chunk: Uint8Array): void {
    if (this.#bulk !== null && this.#bulkAt < this.#bulk.length) {
      const count = Math.min(chunk.length, this.#bulk.length - this.#bulkAt);
      this.#bulk.set(chunk.subarray(0, count), this.#bulkAt);
      this.#bulkAt += count;
      if (count === chunk.length) return;
      chunk = chunk.subarray(count);
    }
    this.#waiting.push(fromBytes(chunk));
    this.#waitingBytes += chunk.length;
    if (this.#text.length - this.#pos + this.#waitingBytes < this.#needed) return;
    this.#text = this.#text.substring(this.#pos) + this.#waiting.join("");
    this.#pos = 0;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  /**
   * The next command.
   *
   * @returns null when more bytes are needed
   * @throws AofFormatError
   */
  next(): ByteString[] | null {
    if (this.#waitingBytes > 0) return null;
    while (this.#left === 0) if (!this.#begin()) return null;
    while (this.#left > 0) if (!this.#argument()) return null;
    const args = this.#args;
    this.#args = [];
    this.#offset += this.#bytes;
    this.#bytes = 0;
    return args;
  }

  /** Step over a remark, or over the count of a command's arguments. @returns false at the end */
  #begin(): boolean {
    const start = this.#pos;
    const first = this.#text.charCodeAt(start);
    if (first !== HASH && first !== STAR) {
      if (start === this.#text.length) return false;
      throw new AofFormatError("no command begins here");
    }
    const newline = this.#lineEnd(start);
    if (newline < 0) return false;
    this.#pos = newline + 1;
    if (first === HASH) {
      this.#offset += this.#pos - start;
      return true;
    }
    const count = this.#number(start + 1, newline);
    if (count < 1) throw new AofFormatError("a command of no arguments");
    this.#left = count;
    this.#bytes = this.#pos - start;
    return true;
  }

  /** Take one argument. @returns false when that has not come yet */
  #argument(): boolean {
    if (this.#bulk !== null) return this.#endBulk(this.#bulk);
    const text = this.#text;
    const start = this.#pos;
    if (start === text.length) return this.#need(1);
    if (text.charCodeAt(start) !== DOLLAR) throw new AofFormatError("no length where one is due");
    const newline = this.#lineEnd(start);
    if (newline < 0) return this.#need(text.length + 1 - start);
    const length = this.#number(start + 1, newline);
    if (length < 0 || length > LONGEST_ARGUMENT) throw new AofFormatError("no such length");
    const from = newline + 1;
    const end = from + length + 2;
    if (end > text.length) {
      if (length < LARGE_LENGTH) return this.#need(end - start);
      this.#beginBulk(from, length);
      this.#bytes += end - start;
      return false;
    }
    this.#args.push(text.substring(from, from + length));
    this.#pos = end;
    this.#bytes += end - start;
    this.#left--;
    this.#needed = 0;
    return true;
  }

  /** A large argument is gathered as bytes, and stays them. */
  #beginBulk(from: number, length: number): void {
    const arrived = Math.min(length, this.#text.length - from);
    // Memory that is not written to yet is only promised: a file that ends early costs nothing.
    this.#bulk = new Uint8Array(length);
    writeLatin1(this.#text.substring(from, from + arrived), this.#bulk, 0);
    this.#bulkAt = arrived;
    this.#text = this.#text.substring(from + arrived);
    this.#pos = 0;
    this.#needed = 0;
  }

  #endBulk(bulk: Uint8Array<ArrayBuffer>): boolean {
    if (this.#bulkAt < bulk.length) return false;
    if (this.#text.length - this.#pos < 2) return this.#need(2);
    this.#pos += 2;
    this.#needed = 0;
    const before = this.#args;
    const args = before instanceof LargeArguments ? before : LargeArguments.copyOf(before);
    args.pushBytes(bulk);
    this.#args = args;
    this.#bulk = null;
    this.#left--;
    return true;
  }

  #need(bytes: number): false {
    this.#needed = bytes;
    return false;
  }

  /** Where the line at a place ends; -1 when that has not come yet. */
  #lineEnd(at: number): number {
    const newline = this.#text.indexOf("\n", at);
    if ((newline < 0 ? this.#text.length : newline) - at >= MAX_LINE) {
      throw new AofFormatError("a line that does not end");
    }
    return newline;
  }

  /** The decimal number at a place, as far as there are digits; 0 without one. */
  #number(at: number, end: number): number {
    const text = this.#text;
    const negative = text.charCodeAt(at) === MINUS;
    let value = 0;
    for (let i = negative ? at + 1 : at; i < end; i++) {
      const digit = text.charCodeAt(i) - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    return negative ? -value : value;
  }
}
