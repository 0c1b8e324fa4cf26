/**
 * Requests from bytes: RESP arrays of bulk strings, and inline commands.
 *
 * A chunk becomes one byte string by one native call, and arguments are substrings of it (about
 * 10 ns each); only a bulk string that reaches over a chunk's end is collected as bytes, and stays
 * bytes when it is large (`large_arguments.ts`). Commands
 * are decoded one at a time, on request: the limits of unauthenticated clients and of the
 * configuration are looked up when a length is read, and an AUTH or CONFIG SET a few commands
 * earlier in the same chunk has then been executed, as on a real server. For the same reason the
 * good commands before a malformed one are all delivered.
 *
 * **Memory.** An argument of 13 chars or more may refer to its whole chunk (64 KB). What is stored
 * for longer than its command must be copied into bytes, or through `detach` of
 * `src/bytes/latin1.ts`. Requests and their arrays are new for each command: keeping one is safe.
 *
 * What a malformed request answers, and that neither the line feed after a length nor the line end
 * after a bulk string is verified, is the observed behaviour of redis-server 7.0.15. Two limits
 * differ: a command's name and first argument cannot be longer than a V8 string (512 MB less 24
 * bytes); and a line of more than 64 KB is refused always, not only when its end was late.
 *
 * Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
 *
 * @module
 */

import { type ByteString, fromBytes, LONGEST_STRING } from "../bytes/bytes.ts";
import { parseInteger } from "../bytes/int.ts";
import { detach, writeLatin1 } from "../bytes/latin1.ts";
import { splitArgs } from "../bytes/split_args.ts";
import {
  argumentBytes,
  LARGE_LENGTH,
  LargeArguments,
  LONGEST_ARGUMENT,
} from "./large_arguments.ts";

/** The longest argument that is a command's name or first argument, most often a key: a string. */
export const MAX_BULK_LENGTH: number = LONGEST_STRING;

/** The longest inline command, and the longest line that holds a length. */
const MAX_LINE = 64 * 1024;
/** Most arguments of a command. */
const MAX_ARGS = 0x7fffffff;
/** Limits before AUTH, for a server that has a password. */
const UNAUTHENTICATED_ARGS = 10;
const UNAUTHENTICATED_BULK = 16 * 1024;
/** The first piece of memory for a bulk string that has not arrived in full. */
const FIRST_BULK_CAPACITY = 4 * 1024;
/**
 * Once so much of a bulk string has arrived, its memory grows by more than doubling: memory that was
 * not written to yet is only promised by the system, while writing to it the first time costs ten
 * times what copying does.
 */
const LARGE_BULK = 1024 * 1024;
const LARGE_BULK_GROWTH = 16;
/** Text that waits to be decoded is not added to beyond this; more waits as bytes. */
const MOST_TEXT = 1024 * 1024;
/** The rest of a bulk string that is worth reading straight to its place. */
const SMALLEST_TARGET = 64 * 1024;
const LARGEST_TARGET = 4 * 1024 * 1024;
const NO_BYTES = new Uint8Array(0);
/** A chunk up to this size is not worth freeing early. */
const SMALL_CHUNK = 4 * 1024;

/** Kinds of lines: what ends one, and what is said of one without an end. */
const INLINE = 0;
const COUNT = 1;
const LENGTH = 2;
const TOO_LONG = [
  "Protocol error: too big inline request",
  "Protocol error: too big mbulk count string",
  "Protocol error: too big bulk count string",
];
type LineKind = typeof INLINE | typeof COUNT | typeof LENGTH;

const STAR = 0x2a;
const DOLLAR = 0x24;
const CR = 0x0d;
const ZERO = 0x30;

/** What the decoder looks up each time that it matters; the owner may change it at any time. */
export interface RequestLimits {
  /** `proto-max-bulk-len`, bytes; `Infinity` for the link to a master. */
  maxBulkLength: number;
  /** `client-query-buffer-limit`, bytes; `Infinity` for the link to a master. */
  maxQueryBuffer: number;
  /** Whether the client has authenticated, or need not. */
  authenticated: boolean;
  /** Inline commands are an error, as on the link to a master; empty lines are not. */
  refusesInline?: boolean;
}

/** What one chunk brought. */
export interface RequestBatch {
  /**
   * The next complete request: its arguments, the command's name as sent first. Null when more
   * bytes are needed, and for good after an error.
   */
  next(): ByteString[] | null;
  /** After `next` gave null: the protocol error to answer (`-ERR ` goes before it) before closing. */
  readonly error: string | null;
  /** The client sent more than it may without completing a request: close without an answer. */
  readonly queryBufferExceeded: boolean;
  /** Bytes received and not forgotten yet, the chunk under way included (CLIENT LIST's `qbuf`). */
  readonly bufferedBytes: number;
  /** Bytes of the stream from its start to the end of the last request given. */
  readonly consumedBytes: number;
}

/** A decimal length at `at`: its value, or -1 when the fast path does not apply. */
function plainLength(text: ByteString, at: number, end: number): number {
  if (at >= end) return -1;
  let value = text.charCodeAt(at) - ZERO;
  if (value < 0 || value > 9) return -1;
  const last = at + 9 < end ? at + 9 : end;
  for (let i = at + 1; i < last; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) {
      // One char more must be there behind the carriage return.
      return digit === CR - ZERO && i + 1 < end ? value : -1;
    }
    if (value === 0) return -1;
    value = value * 10 + digit;
  }
  return -1;
}

/** Chars from a length's first digit to the end of its line. */
function lengthWidth(value: number): number {
  if (value < 10) return 3;
  if (value < 100) return 4;
  if (value < 1000) return 5;
  let width = 6;
  for (let rest = value; rest >= 10_000; rest = Math.floor(rest / 10)) width++;
  return width;
}

/**
 * Incremental decoder of one connection's requests.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const decoder = new RequestDecoder();
 * decoder.feed(new TextEncoder().encode("*2\r\n$3\r\nGET\r\n$3\r\nkey\r\nPING\r\n*1\r\n$"));
 * assertEquals(decoder.next(), ["GET", "key"]);
 * assertEquals(decoder.next(), ["PING"]);
 * assertEquals(decoder.next(), null);
 * ```
 */
export class RequestDecoder implements RequestBatch {
  readonly limits: RequestLimits;

  /** What is being decoded, from `#pos` on; its end is the end of what was fed. */
  #text: ByteString = "";
  #pos = 0;
  /** Where in `#text` the request under way began. */
  #start = 0;
  /** A line whose end has not arrived (a tree of pieces, made flat once). */
  #line: ByteString = "";
  #lineKind: LineKind = INLINE;
  /** That line has its carriage return, and wants one more byte. */
  #lineEnding = false;
  /** A NUL byte hides the rest of the stream from the search for line ends: bytes so hidden. */
  #hidden = 0;
  /** The request under way, and how many arguments it still wants. */
  #args: ByteString[] | null = null;
  #wanted = 0;
  /** The bulk string under way, when it is longer than the chunk; -1 when there is none. */
  #bulkLength = -1;
  #bulk: Uint8Array<ArrayBuffer> = NO_BYTES;
  /** Bytes of it that have arrived, the two behind its end included. */
  #bulkArrived = 0;
  /** Chunks that arrived while much text was waiting to be decoded, and their bytes. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** Bytes of the stream that were taken out of there, or never waited. */
  #fed = 0;
  #consumed = 0;
  #copied = 0;
  #error: string | null = null;
  #exceeded = false;

  constructor(
    limits: RequestLimits = {
      maxBulkLength: MAX_BULK_LENGTH,
      maxQueryBuffer: Infinity,
      authenticated: true,
    },
  ) {
    this.limits = limits;
  }

  get error(): string | null {
    return this.#error;
  }

  get queryBufferExceeded(): boolean {
    return this.#exceeded;
  }

  get bufferedBytes(): number {
    const bulk = this.#bulkLength < 0 ? 0 : this.#bulkArrived;
    return this.#text.length + this.#line.length + this.#hidden + bulk + this.#waitingBytes;
  }

  /** Bytes of the stream taken in so far. O(1). */
  get fedBytes(): number {
    return this.#fed + this.#waitingBytes;
  }

  /**
   * Where the next bytes of the stream may be read to, so that they need not be copied: what was read
   * is then to be fed as the beginning of this view. Null when there is no use in that.
   */
  get target(): Uint8Array<ArrayBuffer> | null {
    const arrived = this.#bulkArrived;
    if (this.#bulkLength - arrived < SMALLEST_TARGET || this.#text !== "") return null;
    if (arrived === this.#bulk.length) this.#growBulk(arrived, arrived + SMALLEST_TARGET);
    return this.#bulk.subarray(arrived, Math.min(this.#bulk.length, arrived + LARGEST_TARGET));
  }

  get consumedBytes(): number {
    return this.#consumed;
  }

  /** Whether `next` may have something to say. O(1). */
  get hasWork(): boolean {
    return this.#text !== "" || (this.#args !== null && this.#wanted === 0) ||
      this.#error !== null || this.#exceeded;
  }

  /** Bytes of memory held on to: never much more than what has arrived. O(1). */
  get capacity(): number {
    return this.#text.length + this.#line.length + this.#bulk.length + this.#waitingBytes;
  }

  /** Bytes moved while collecting long bulk strings: the measure of linear work. */
  get copiedBytes(): number {
    return this.#copied;
  }

  /**
   * Take in a chunk, which is not referred to afterwards. O(its length). The requests of the chunk
   * before should have been fetched; those that were not are still there.
   */
  feed(chunk: Uint8Array): void {
    if (this.#error !== null || this.#exceeded || chunk.length === 0) return;
    const left = this.#text.length - this.#pos;
    if (this.bufferedBytes - this.#pos + chunk.length > this.limits.maxQueryBuffer) {
      this.#exceeded = true;
      this.#release();
      return;
    }
    if (left > MOST_TEXT || this.#waitingBytes > 0) {
      this.#waiting.push(chunk.slice());
      this.#waitingBytes += chunk.length;
      return;
    }
    this.#take(chunk);
  }

  #take(chunk: Uint8Array): void {
    this.#fed += chunk.length;
    const left = this.#text.length - this.#pos;
    if (this.#hidden > 0) {
      this.#hide(this.#lineKind, chunk.length);
      return;
    }
    if (left > 0) {
      this.#text = this.#text.substring(this.#pos) + fromBytes(chunk);
    } else {
      const at = this.#bulkLength < 0 ? 0 : this.#collect(chunk);
      const text = at === chunk.length ? "" : fromBytes(chunk, at, chunk.length);
      this.#text = this.#line === "" ? text : this.#continueLine(text);
    }
    this.#pos = 0;
    this.#start = 0;
  }

  next(): ByteString[] | null {
    let args = this.#next();
    while (args === null && this.#waitingBytes > 0) {
      const chunk = this.#waiting.shift()!;
      this.#waitingBytes -= chunk.length;
      this.#take(chunk);
      args = this.#next();
    }
    return args;
  }

  #next(): ByteString[] | null {
    const text = this.#text;
    const end = text.length;
    let pos = this.#pos;
    for (;;) {
      let args = this.#args;
      if (args === null) {
        if (pos >= end) return this.#drained();
        this.#start = pos;
        if (text.charCodeAt(pos) !== STAR) {
          const inline = this.#inline(pos);
          if (inline === null) return this.#drained();
          pos = this.#pos;
          if (inline.length === 0) continue;
          if (this.limits.refusesInline) {
            return this.#fail("Master using the inline protocol. Desync?");
          }
          this.#consumed = this.#fed - (end - pos);
          return inline;
        }
        let count = plainLength(text, pos + 1, end);
        if (count >= 0) {
          pos += lengthWidth(count) + 1;
        } else {
          this.#pos = pos;
          count = this.#slowCount();
          if (count < 0) return this.#drained();
          pos = this.#pos;
        }
        if (count === 0) {
          this.#pos = pos;
          continue;
        }
        if (count > UNAUTHENTICATED_ARGS && !this.limits.authenticated) {
          return this.#fail("Protocol error: unauthenticated multibulk length");
        }
        args = [];
        this.#args = args;
        this.#wanted = count;
      }
      let wanted = this.#wanted;
      while (wanted > 0) {
        let length = pos < end && text.charCodeAt(pos) === DOLLAR
          ? plainLength(text, pos + 1, end)
          : -1;
        if (length >= 0) {
          pos += lengthWidth(length) + 1;
        } else {
          this.#wanted = wanted;
          if (pos >= end) return this.#drained();
          this.#pos = pos;
          length = this.#slowLength();
          if (length < 0) return this.#drained();
          pos = this.#pos;
        }
        if (
          length > this.limits.maxBulkLength ||
          length > (args.length < 2 ? MAX_BULK_LENGTH : LONGEST_ARGUMENT)
        ) {
          return this.#fail("Protocol error: invalid bulk length");
        }
        if (length > UNAUTHENTICATED_BULK && !this.limits.authenticated) {
          return this.#fail("Protocol error: unauthenticated bulk length");
        }
        if (pos + length + 2 > end) {
          this.#wanted = wanted;
          this.#startBulk(pos, length);
          return this.#drained();
        }
        args.push(text.substring(pos, pos + length));
        pos += length + 2;
        wanted--;
      }
      this.#args = null;
      this.#pos = pos;
      this.#consumed = this.#fed - (end - pos);
      return args;
    }
  }

  /** All of the text is decoded: let it go. */
  #drained(): null {
    const args = this.#args;
    const size = this.#text.length;
    if (args !== null && size > SMALL_CHUNK && (size - this.#start) * 2 < size) {
      // The first arguments of a request must not keep a chunk alive that belongs to others.
      for (let i = 0; i < args.length; i++) {
        if (argumentBytes(args, i) === null) args[i] = detach(args[i]);
      }
    }
    this.#text = "";
    this.#pos = 0;
    this.#start = 0;
    return null;
  }

  #fail(error: string): null {
    this.#error = error;
    this.#release();
    return null;
  }

  #release(): void {
    this.#text = "";
    this.#pos = 0;
    this.#line = "";
    this.#hidden = 0;
    this.#args = null;
    this.#bulkLength = -1;
    this.#bulk = NO_BYTES;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  /** An inline command at `pos`: its words, or null when its line is incomplete or malformed. */
  #inline(pos: number): ByteString[] | null {
    const text = this.#text;
    const newline = text.indexOf("\n", pos);
    if (newline < 0) return this.#keepLine(INLINE, pos);
    const line = text.substring(
      pos,
      newline > pos && text.charCodeAt(newline - 1) === CR ? newline - 1 : newline,
    );
    if (line.includes("\0")) return this.#hide(INLINE, text.length - pos);
    const words = splitArgs(line);
    if (words === null) return this.#fail("Protocol error: unbalanced quotes in request");
    this.#pos = newline + 1;
    return words;
  }

  /** An unusual `*` line at `#pos`: 0 when it asks for nothing, -1 when it cannot be used. */
  #slowCount(): number {
    const value = this.#slowLine(COUNT);
    if (value === undefined) return -1;
    if (value === null || value > MAX_ARGS) {
      this.#fail("Protocol error: invalid multibulk length");
      return -1;
    }
    return value < 0 ? 0 : Number(value);
  }

  /** An unusual line at `#pos` where `$` is due: -1 when it cannot be used. */
  #slowLength(): number {
    const first = this.#text.charCodeAt(this.#pos);
    const value = this.#slowLine(LENGTH);
    if (value === undefined) return -1;
    if (first !== DOLLAR) {
      const got = first === CR || first === 0x0a ? " " : String.fromCharCode(first);
      this.#fail(`Protocol error: expected '$', got '${got}'`);
      return -1;
    }
    if (value === null || value < 0) {
      this.#fail("Protocol error: invalid bulk length");
      return -1;
    }
    return Number(value);
  }

  /**
   * The number behind the first char of the line at `#pos`, and step behind the line.
   *
   * @returns null when it is no integer, undefined when the line cannot be read (yet)
   */
  #slowLine(kind: LineKind): number | bigint | null | undefined {
    const text = this.#text;
    const pos = this.#pos;
    const cr = text.indexOf("\r", pos);
    if (cr < 0 || cr + 1 >= text.length) {
      this.#lineEnding = cr >= 0;
      this.#keepLine(kind, pos);
      return undefined;
    }
    const line = text.substring(pos, cr);
    if (line.includes("\0")) {
      this.#hide(kind, text.length - pos);
      return undefined;
    }
    this.#pos = cr + 2;
    return parseInteger(line.substring(1));
  }

  /** Keep the rest of the text as the start of a line. */
  #keepLine(kind: LineKind, pos: number): null {
    const rest = this.#text.substring(pos);
    if (rest.includes("\0")) return this.#hide(kind, rest.length);
    if (rest.length > MAX_LINE) return this.#fail(TOO_LONG[kind]);
    this.#line = detach(rest);
    this.#lineKind = kind;
    return null;
  }

  /**
   * More text for the line that was cut: what to decode now, which is nothing while the line has
   * no end. Only the new text is searched, and the pieces stay a tree until then: linear however
   * small they are.
   */
  #continueLine(text: ByteString): ByteString {
    if (text === "") return "";
    const kind = this.#lineKind;
    const found = text.indexOf(kind === INLINE ? "\n" : "\r");
    const line = this.#line + text;
    if (this.#lineEnding || (found >= 0 && (kind === INLINE || found + 1 < text.length))) {
      this.#line = "";
      this.#lineEnding = false;
      return line;
    }
    if (text.includes("\0")) {
      this.#line = "";
      this.#hide(kind, line.length);
    } else if (line.length > MAX_LINE) {
      this.#fail(TOO_LONG[kind]);
    } else {
      this.#line = line;
      this.#lineEnding = found >= 0;
    }
    return "";
  }

  /** From a NUL on, a real server finds no line end any more, and gives up after 64 KB. */
  #hide(kind: LineKind, bytes: number): null {
    this.#lineKind = kind;
    this.#hidden += bytes;
    return this.#hidden > MAX_LINE ? this.#fail(TOO_LONG[kind]) : null;
  }

  /** A bulk string goes on behind this text: keep what is there of it. */
  #startBulk(pos: number, length: number): void {
    const arrived = this.#text.length - pos;
    this.#bulkLength = length;
    this.#bulkArrived = arrived;
    const kept = Math.min(arrived, length);
    this.#bulk = new Uint8Array(Math.min(length, Math.max(kept * 2, FIRST_BULK_CAPACITY)));
    this.#copied += writeLatin1(this.#text.substring(pos, pos + kept), this.#bulk, 0);
  }

  /** Add a chunk's bytes to the bulk string under way: how many of them belonged to it. */
  #collect(chunk: Uint8Array): number {
    const length = this.#bulkLength;
    const arrived = this.#bulkArrived;
    const taken = Math.min(chunk.length, length + 2 - arrived);
    const kept = Math.min(taken, Math.max(0, length - arrived));
    if (kept > 0) {
      if (arrived + kept > this.#bulk.length) this.#growBulk(arrived, arrived + kept);
      // It may have been read to its place at once: see `target`.
      if (chunk.buffer !== this.#bulk.buffer) {
        this.#bulk.set(kept === chunk.length ? chunk : chunk.subarray(0, kept), arrived);
        this.#copied += kept;
      }
    }
    this.#bulkArrived = arrived + taken;
    if (this.#bulkArrived === length + 2) this.#endBulk(length);
    return taken;
  }

  #endBulk(length: number): void {
    if (length < LARGE_LENGTH) {
      this.#args!.push(fromBytes(this.#bulk, 0, length));
      this.#copied += length;
    } else {
      const before = this.#args!;
      const args = before instanceof LargeArguments ? before : LargeArguments.copyOf(before);
      args.pushBytes(this.#bulk);
      this.#args = args;
    }
    this.#wanted--;
    this.#bulkLength = -1;
    this.#bulk = NO_BYTES;
  }

  /** Memory follows what has arrived, never what a length claims; doubling keeps it linear. */
  #growBulk(arrived: number, needed: number): void {
    const size = arrived * (arrived < LARGE_BULK ? 2 : LARGE_BULK_GROWTH);
    const grown = new Uint8Array(Math.min(this.#bulkLength, Math.max(needed, size)));
    grown.set(this.#bulk.subarray(0, Math.min(arrived, this.#bulkLength)));
    this.#copied += arrived;
    this.#bulk = grown;
  }
}
