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
import { MAX_BULK_LENGTH } from "../resp/decoder.ts";

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
  /** Chunks that are not looked at yet, as too little has come for the command under way. */
  #waiting: ByteString[] = [];
  #waitingBytes = 0;
  /** How much text the command under way takes at least. */
  #needed = 0;
  #offset: number;

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
    return this.#pos === this.#text.length && this.#waitingBytes === 0;
  }

  /** Add bytes. They are copied. */
  push(chunk: Uint8Array): void {
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
    for (;;) {
      const start = this.#pos;
      const args = this.#command(start);
      if (args === null) return null;
      this.#offset += this.#pos - start;
      if (args.length > 0) return args;
    }
  }

  /** The command at a place, and step behind it; an empty one for a remark, null for half a one. */
  #command(start: number): ByteString[] | null {
    const text = this.#text;
    const first = text.charCodeAt(start);
    if (first === HASH) {
      const newline = this.#lineEnd(start);
      if (newline < 0) return null;
      this.#pos = newline + 1;
      return [];
    }
    if (start === text.length) return null;
    if (first !== STAR) throw new AofFormatError("no command begins here");
    let newline = this.#lineEnd(start);
    if (newline < 0) return null;
    const count = this.#number(start + 1, newline);
    if (count < 1) throw new AofFormatError("a command of no arguments");
    const args: ByteString[] = [];
    let at = newline + 1;
    for (let i = 0; i < count; i++) {
      if (at >= text.length) return this.#need(at + 1 - start);
      if (text.charCodeAt(at) !== DOLLAR) throw new AofFormatError("no length where one is due");
      newline = this.#lineEnd(at);
      if (newline < 0) return this.#need(text.length + 1 - start);
      const length = this.#number(at + 1, newline);
      if (length < 0 || length > MAX_BULK_LENGTH) throw new AofFormatError("no such length");
      at = newline + 1;
      if (at + length + 2 > text.length) return this.#need(at + length + 2 - start);
      args.push(text.substring(at, at + length));
      at += length + 2;
    }
    this.#pos = at;
    this.#needed = 0;
    return args;
  }

  #need(bytes: number): null {
    this.#needed = bytes;
    return null;
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
