/**
 * Replies to bytes, in RESP2 or RESP3.
 *
 * Everything that one batch of commands answers is collected and leaves as one write. Short pieces
 * are appended to a string (V8 appends without copying, and one native call then turns the whole
 * of it into bytes: about 40 ns a reply in a pipeline); pieces of some kilobytes go straight into
 * the byte buffer. Large ones are not copied at all: they wait in their place as they are, and leave
 * in writes of their own, a string in pieces. Nothing is ever joined into one string or one buffer.
 *
 * Nothing here knows clients, output-buffer limits or when to write: a connection asks
 * {@linkcode ReplyEncoder.pendingBytes} and {@linkcode ReplyEncoder.take}.
 *
 * Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
 *
 * @module
 */

import { type ByteString, fromBytes } from "../bytes/bytes.ts";
import { formatDouble } from "../bytes/double.ts";
import { writeLatin1 } from "../bytes/latin1.ts";
import {
  AttributeReply,
  BigNumberReply,
  BooleanReply,
  BytesReply,
  DoubleReply,
  ErrorReply,
  MapReply,
  MultiReply,
  NoReply,
  NullArrayReply,
  OK,
  PushReply,
  type Reply,
  SetReply,
  SimpleString,
  VerbatimReply,
} from "./reply.ts";

/** RESP2, or RESP3 after `HELLO 3`. */
export type ProtocolVersion = 2 | 3;

/** Text waiting for the byte buffer is moved into it beyond this many chars. */
const TEXT_LIMIT = 16 * 1024;
/** A string from this length on does not pass through the text. */
const DIRECT_LENGTH = 4 * 1024;
/** From this length on it is not copied at all. */
const LARGE_LENGTH = 64 * 1024;
/** A large string is turned into so many bytes at a time. */
const PIECE_LENGTH = 256 * 1024;
/** First size of the byte buffer. */
const FIRST_CAPACITY = 256;
/** A larger buffer is given away with its content, not kept for the next batch. */
const KEPT_CAPACITY = 64 * 1024;

/** The largest buffer that {@linkcode ReplyEncoder.recycle} keeps for whoever needs one next. */
const SPARE_CAPACITY = 4 * 1024 * 1024;

const EMPTY = new Uint8Array(0);

/** One large buffer for all encoders: making and zeroing one costs more than filling it. */
let spare: Uint8Array = EMPTY;

/** `$0\r\n` … for the lengths of ordinary values. */
const BULK_HEADERS: string[] = Array.from({ length: 1024 }, (_, n) => `$${n}\r\n`);
/** The same behind the line end of the string before: one piece less for each string of a row. */
const NEXT_HEADERS: string[] = BULK_HEADERS.map((header) => `\r\n${header}`);
/** `*0\r\n` … for the counts of ordinary arrays. */
const ARRAY_HEADERS: string[] = Array.from({ length: 256 }, (_, n) => `*${n}\r\n`);
/** `:-1\r\n`, `:0\r\n` …: what counts, flags and small counters answer. */
const INTEGERS: string[] = Array.from({ length: 1025 }, (_, n) => `:${n - 1}\r\n`);

function notAnInteger(value: number | bigint): RangeError {
  return new RangeError(`${value} is no integer of 64 bits, and cannot be a reply`);
}

/** An error is one line: line ends around it go, those inside become spaces, as a server does. */
function errorLine(text: ByteString): ByteString {
  if (!text.includes("\n") && !text.includes("\r")) return text;
  return text.replace(/^[\r\n]+|[\r\n]+$/g, "").replace(/[\r\n]/g, " ");
}

/**
 * The collecting side of a connection's output.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { OK } from "./reply.ts";
 * const encoder = new ReplyEncoder();
 * encoder.write(OK);
 * encoder.write(["value", 7, null]);
 * assertEquals(
 *   new TextDecoder().decode(encoder.take()),
 *   "+OK\r\n*3\r\n$5\r\nvalue\r\n:7\r\n$-1\r\n",
 * );
 * ```
 */
export class ReplyEncoder {
  /** May change between any two replies: the answer to HELLO is already in the new version. */
  protocol: ProtocolVersion;

  #text = "";
  #bytes: Uint8Array = EMPTY;
  #used = 0;
  /** The buffer behind the view that `take` gave last. */
  #given: Uint8Array = EMPTY;
  /** What comes before `#bytes`, when there is anything large; from `#partsAt` on. */
  #parts: (ByteString | Uint8Array)[] | null = null;
  #partsAt = 0;
  /** How much of a first part that is a string was taken. */
  #partTaken = 0;
  #partBytes = 0;
  /** Whether what was taken last is nobody else's. */
  #tookOwn = true;
  /** The texts, in the one use in which these are the result. */
  #texts: ByteString[] | null = null;

  /** A reply was appended in part: what is here cannot be sent. */
  broken = false;

  constructor(protocol: ProtocolVersion = 2) {
    this.protocol = protocol;
  }

  /** Bytes collected and not taken yet. O(1). */
  get pendingBytes(): number {
    return this.#used + this.#text.length + this.#partBytes;
  }

  /** Bytes of memory that this encoder holds on to, beside the view taken last. O(1). */
  get capacity(): number {
    return this.#bytes.length + this.#given.length + this.#text.length;
  }

  /**
   * Append one reply. O(its size); nesting costs no stack.
   *
   * @throws RangeError when there is a number in it that no integer of the protocol can hold; then
   *   nothing of the reply was appended, unless the encoder says that it is
   *   {@linkcode ReplyEncoder.broken}
   */
  write(reply: Reply): void {
    if (typeof reply === "string") this.#bulk(reply);
    else if (typeof reply === "number") this.#integer(reply);
    else if (reply === OK) this.#text += "+OK\r\n";
    else if (reply === null) this.#text += this.protocol === 2 ? "$-1\r\n" : "_\r\n";
    else this.#composed(reply);
    if (this.#text.length > TEXT_LIMIT) this.#flush();
  }

  #composed(reply: Exclude<Reply, string | number | null>): void {
    const text = this.#text;
    const used = this.#used;
    const parts = this.#parts?.length ?? 0;
    try {
      const children = this.#open(reply);
      if (children !== null) this.#all(children);
    } catch (error) {
      // What stood before something large has moved: it cannot be told from the reply any more.
      if ((this.#parts?.length ?? 0) !== parts) this.broken = true;
      this.#text = text;
      this.#used = used;
      throw error;
    }
  }

  /** Append bytes that are already in the protocol's form. O(n), O(1) when they are many. */
  writeRaw(encoded: ByteString): void {
    if (encoded.length >= DIRECT_LENGTH) this.#direct(encoded);
    else if ((this.#text += encoded).length > TEXT_LIMIT) this.#flush();
  }

  /**
   * All bytes collected so far, leaving the encoder empty; the next of them where something is
   * large, until there are none. O(n) at most.
   *
   * @returns a view that stays valid until the next call of `take` (replies may be written
   *   meanwhile): long enough for one write at a time to a socket
   */
  take(): Uint8Array {
    if (this.#parts !== null) return this.#takePart(this.#parts);
    this.#tookOwn = true;
    if (this.#text !== "") this.#flush();
    const used = this.#used;
    if (used === 0) return EMPTY;
    const full = this.#bytes;
    this.#used = 0;
    this.#bytes = this.#given;
    this.#given = full.length <= KEPT_CAPACITY ? full : EMPTY;
    return used === full.length ? full : full.subarray(0, used);
  }

  #takePart(parts: (ByteString | Uint8Array)[]): Uint8Array {
    const part = parts[this.#partsAt];
    let taken: Uint8Array;
    if (typeof part === "string") {
      const from = this.#partTaken;
      const to = Math.min(part.length, from + PIECE_LENGTH);
      const buffer = spare.length >= to - from ? spare : new Uint8Array(PIECE_LENGTH);
      if (buffer === spare) spare = EMPTY;
      writeLatin1(part.substring(from, to), buffer, 0);
      taken = buffer.subarray(0, to - from);
      this.#tookOwn = true;
      this.#partTaken = to === part.length ? 0 : to;
    } else {
      taken = part;
      this.#tookOwn = false;
    }
    this.#partBytes -= taken.length;
    if (this.#partTaken === 0) {
      // Let go of it at once: it may be large.
      parts[this.#partsAt++] = "";
      if (this.#partsAt === parts.length) {
        this.#parts = null;
        this.#partsAt = 0;
      }
    }
    return taken;
  }

  /**
   * Hand back what `take` gave last, after it was written, so that a large buffer serves the next
   * large batch of any connection. Optional; nobody may use the view afterwards. O(1).
   */
  recycle(view: Uint8Array): void {
    if (!this.#tookOwn) return;
    const size = view.buffer.byteLength;
    if (size > KEPT_CAPACITY && size <= SPARE_CAPACITY && size > spare.length) {
      spare = new Uint8Array(view.buffer);
    }
  }

  /** Forget what was collected, and the buffers. O(1). */
  clear(): void {
    this.#text = "";
    this.#used = 0;
    this.#bytes = EMPTY;
    this.#given = EMPTY;
    this.#parts = null;
    this.#partsAt = this.#partTaken = this.#partBytes = 0;
  }

  /**
   * One reply as byte strings, one behind the other: encode once what goes to many (published
   * messages, MONITOR lines). It is one string unless it has a large one in it. O(its size).
   */
  static encode(reply: Reply, protocol: ProtocolVersion): ByteString[] {
    const encoder = new ReplyEncoder(protocol);
    const texts: ByteString[] = [];
    encoder.#texts = texts;
    encoder.write(reply);
    if (encoder.#text !== "" || texts.length === 0) texts.push(encoder.#text);
    return texts;
  }

  #bulk(value: ByteString): void {
    const length = value.length;
    if (length < BULK_HEADERS.length) {
      this.#text += BULK_HEADERS[length] + value + "\r\n";
    } else if (length < DIRECT_LENGTH) {
      this.#text += "$" + length + "\r\n" + value + "\r\n";
    } else {
      this.#text += "$" + length + "\r\n";
      this.#direct(value);
      this.#text += "\r\n";
    }
  }

  #integer(value: number): void {
    const cached = INTEGERS[value + 1];
    if (cached !== undefined) this.#text += cached;
    else if (Number.isSafeInteger(value)) this.#text += ":" + value + "\r\n";
    // Such numbers are whole, too, but JavaScript does not write all their digits.
    else if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63) {
      this.#text += ":" + BigInt(value) + "\r\n";
    } else throw notAnInteger(value);
  }

  /** The header of an aggregate, as RESP3 marks it or as the array RESP2 makes of it. */
  #header(mark3: string, count3: number, count2: number): void {
    if (this.protocol === 3 && mark3 !== "*") this.#text += mark3 + count3 + "\r\n";
    else if (count2 < ARRAY_HEADERS.length) this.#text += ARRAY_HEADERS[count2];
    else this.#text += "*" + count2 + "\r\n";
  }

  /** Every reply of a list, depth first, on a stack of our own. */
  #all(replies: readonly Reply[]): void {
    let items = replies;
    let at = 0;
    let lists: (readonly Reply[])[] | null = null;
    let places: number[] | null = null;
    for (;;) {
      while (at < items.length) {
        const reply = items[at++];
        if (typeof reply === "string") {
          this.#bulk(reply);
          if (at < items.length && typeof items[at] === "string") at = this.#row(items, at);
        } else if (typeof reply === "number") this.#integer(reply);
        else if (reply === null) this.#text += this.protocol === 2 ? "$-1\r\n" : "_\r\n";
        else {
          const children = this.#open(reply);
          if (children !== null) {
            if (at < items.length) {
              if (lists === null || places === null) {
                lists = [];
                places = [];
              }
              lists.push(items);
              places.push(at);
            }
            items = children;
            at = 0;
          }
        }
        if (this.#text.length > TEXT_LIMIT) this.#flush();
      }
      if (lists === null || places === null || lists.length === 0) return;
      items = lists.pop()!;
      at = places.pop()!;
    }
  }

  /** Write the strings of ordinary length from `from` on. @returns where they end */
  #row(items: readonly Reply[], from: number): number {
    let text = "";
    let at = from;
    // The text is flattened when it leaves: a piece for each string less is a fifth of the cost.
    for (; at < items.length && text.length <= TEXT_LIMIT; at++) {
      const item = items[at];
      if (typeof item !== "string" || item.length >= NEXT_HEADERS.length) break;
      text += (at === from ? BULK_HEADERS : NEXT_HEADERS)[item.length] + item;
    }
    if (at > from) this.#text += text + "\r\n";
    return at;
  }

  /** Write a reply that has no parts, or the header of one that has, giving its parts. */
  #open(reply: Exclude<Reply, string | number | null>): readonly Reply[] | null {
    if (Array.isArray(reply)) {
      this.#header("*", reply.length, reply.length);
      return reply;
    }
    if (reply instanceof BytesReply) {
      this.#bulkBytes(reply.bytes);
      return null;
    }
    if (reply instanceof SimpleString) {
      this.#text += "+" + reply.text + "\r\n";
      return null;
    }
    if (reply instanceof ErrorReply) {
      this.#text += "-" + errorLine(reply.text) + "\r\n";
      return null;
    }
    if (reply instanceof MapReply) {
      this.#header("%", reply.flat.length >>> 1, reply.flat.length);
      return reply.flat;
    }
    if (reply instanceof PushReply) {
      this.#header(">", reply.items.length, reply.items.length);
      return reply.items;
    }
    if (reply instanceof SetReply) {
      this.#header("~", reply.items.length, reply.items.length);
      return reply.items;
    }
    if (reply instanceof DoubleReply) {
      const digits = reply.digits ?? formatDouble(reply.value);
      if (this.protocol === 3) this.#text += "," + digits + "\r\n";
      else this.#bulk(digits);
      return null;
    }
    if (reply instanceof NoReply) return null;
    if (reply instanceof MultiReply) return reply.replies;
    return this.#openRare(reply);
  }

  #openRare(
    reply:
      | bigint
      | BooleanReply
      | BigNumberReply
      | VerbatimReply
      | AttributeReply
      | NullArrayReply,
  ): readonly Reply[] | null {
    const resp3 = this.protocol === 3;
    if (typeof reply === "bigint") {
      if (BigInt.asIntN(64, reply) !== reply) throw notAnInteger(reply);
      this.#text += ":" + reply + "\r\n";
    } else if (reply instanceof NullArrayReply) {
      this.#text += resp3 ? "_\r\n" : "*-1\r\n";
    } else if (reply instanceof BooleanReply) {
      if (resp3) this.#text += reply.value ? "#t\r\n" : "#f\r\n";
      else this.#integer(reply.value ? 1 : 0);
    } else if (reply instanceof BigNumberReply) {
      if (resp3) this.#text += "(" + reply.digits + "\r\n";
      else this.#bulk(reply.digits);
    } else if (reply instanceof VerbatimReply) {
      if (!resp3) {
        this.#bulk(reply.text);
      } else {
        this.#text += "=" + (reply.text.length + 4) + "\r\n" + reply.format + ":";
        this.writeRaw(reply.text);
        this.#text += "\r\n";
      }
    } else {
      if (!resp3) return [reply.reply];
      this.#text += "|" + (reply.flat.length >>> 1) + "\r\n";
      return [...reply.flat, reply.reply];
    }
    return null;
  }

  /** Long pieces go to the bytes without a stay in the text, whose flattening would copy them. */
  #direct(value: ByteString): void {
    if (value.length >= LARGE_LENGTH) {
      this.#later(value);
      return;
    }
    if (this.#texts !== null) {
      this.#text += value;
      return;
    }
    const text = this.#text;
    this.#text = "";
    this.#reserve(text.length + value.length);
    this.#used += writeLatin1(text, this.#bytes, this.#used);
    this.#used += writeLatin1(value, this.#bytes, this.#used);
  }

  #bulkBytes(bytes: Uint8Array<ArrayBuffer>): void {
    this.#text += "$" + bytes.length + "\r\n";
    if (bytes.length >= LARGE_LENGTH) this.#later(bytes);
    else this.#direct(fromBytes(bytes));
    this.#text += "\r\n";
  }

  /** Large pieces wait as they are, behind what there is so far. */
  #later(value: ByteString | Uint8Array): void {
    if (this.#texts !== null) {
      this.#texts.push(this.#text, typeof value === "string" ? value : fromBytes(value));
      this.#text = "";
      return;
    }
    if (this.#text !== "") this.#flush();
    const parts = this.#parts ??= [];
    if (this.#used > 0) {
      parts.push(this.#bytes.subarray(0, this.#used));
      this.#partBytes += this.#used;
      this.#bytes = EMPTY;
      this.#used = 0;
    }
    parts.push(value);
    this.#partBytes += value.length;
  }

  #flush(): void {
    if (this.#texts !== null) return;
    const text = this.#text;
    this.#text = "";
    this.#reserve(text.length);
    this.#used += writeLatin1(text, this.#bytes, this.#used);
  }

  /** Room for `more` bytes; the buffer at least doubles, so that growing stays linear. */
  #reserve(more: number): void {
    const needed = this.#used + more;
    const capacity = this.#bytes.length;
    if (needed <= capacity) return;
    let grown = spare;
    if (needed > KEPT_CAPACITY && needed <= grown.length) spare = EMPTY;
    else {
      let size = Math.max(needed, capacity * 2, FIRST_CAPACITY);
      // One that is kept is worth more than one that has a little more room.
      if (size > KEPT_CAPACITY && needed <= KEPT_CAPACITY) size = KEPT_CAPACITY;
      grown = new Uint8Array(size);
    }
    if (this.#used > 0) grown.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = grown;
  }
}

/**
 * A command as a client sends it: an array of bulk strings. O(n). For what speaks to other
 * servers (a replica's handshake, the command-line client) and for what is written down in this
 * form. The whole is one string, which V8 has a limit for: what may be larger goes through
 * `EffectEncoder` of `src/journal/effect_encoder.ts`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(encodeCommand(["GET", "key"]), "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n");
 * ```
 */
export function encodeCommand(args: readonly ByteString[]): ByteString {
  const count = args.length;
  let out = commandHeader(count);
  for (let i = 0; i < count; i++) {
    const arg = args[i];
    const length = arg.length;
    out += (length < BULK_HEADERS.length ? BULK_HEADERS[length] : "$" + length + "\r\n") + arg +
      "\r\n";
  }
  return out;
}

/** What goes before the arguments of a command that has so many, its name included. */
export function commandHeader(count: number): ByteString {
  return count < ARRAY_HEADERS.length ? ARRAY_HEADERS[count] : "*" + count + "\r\n";
}

/** What goes before a bulk string of so many bytes. */
export function bulkHeader(length: number): ByteString {
  return length < BULK_HEADERS.length ? BULK_HEADERS[length] : "$" + length + "\r\n";
}
