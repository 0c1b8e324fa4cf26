/**
 * The client's side of the protocol: bytes in, replies out, for RESP2 and RESP3 alike.
 *
 * The parser is incremental: bytes may be cut anywhere, and what has been understood of a half-read
 * reply is kept on a stack of open aggregates, so that a reply of any size is read in linear time.
 * A reply keeps the kind that was on the wire (a status is no string, a set is no array), because
 * printing it depends on that.
 *
 * Left out: RESP3's streamed strings and aggregates (`$?`, `*?`), which no Redis server sends.
 *
 * Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
 *
 * @module
 */

import { type ByteString, fromBytes } from "../bytes/bytes.ts";
import { parseInteger } from "../bytes/int.ts";

/** What every reply may carry: a RESP3 attribute that came before it, flat: key, value, key, value… */
interface Attributed {
  attributes?: ClientReply[];
}

/** `+OK`: a status line. */
export interface StatusReply extends Attributed {
  type: "status";
  value: ByteString;
}

/** `-ERR …` or the RESP3 blob error: the text without its dash. */
export interface ErrorTextReply extends Attributed {
  type: "error";
  value: ByteString;
}

/** `$3`: a bulk string. */
export interface StringReply extends Attributed {
  type: "string";
  value: ByteString;
}

/** `=8`: a verbatim string; `format` is its three letters, `value` the text behind the colon. */
export interface VerbatimTextReply extends Attributed {
  type: "verbatim";
  format: ByteString;
  value: ByteString;
}

/** `:1`: an integer, a bigint beyond 2^53. */
export interface IntegerReply extends Attributed {
  type: "integer";
  value: number | bigint;
}

/** `,1.5`: a double; `value` is its text as sent, so that nothing is lost when it is printed. */
export interface DoubleTextReply extends Attributed {
  type: "double";
  value: ByteString;
}

/** `(123`: a big number, as its digits. */
export interface BigNumberTextReply extends Attributed {
  type: "bignum";
  value: ByteString;
}

/** `#t` or `#f`. */
export interface BoolReply extends Attributed {
  type: "bool";
  value: boolean;
}

/** `$-1`, `*-1` or `_`: nothing. */
export interface NilReply extends Attributed {
  type: "nil";
}

/** `*2`, `~2`, `>2` or `%1`: an aggregate. A map's items are flat: key, value, key, value… */
export interface AggregateReply extends Attributed {
  type: "array" | "set" | "push" | "map";
  items: ClientReply[];
}

/** Any reply, told apart by `type`. */
export type ClientReply =
  | StatusReply
  | ErrorTextReply
  | StringReply
  | VerbatimTextReply
  | IntegerReply
  | DoubleTextReply
  | BigNumberTextReply
  | BoolReply
  | NilReply
  | AggregateReply;

/** The bytes are no protocol. Nothing more can be read from this parser. */
export class ProtocolError extends Error {
  override name = "ProtocolError";
}

/** An aggregate whose items are still coming; `attribute` is one that belongs to what follows. */
interface Frame {
  kind: AggregateReply["type"] | "attribute";
  items: ClientReply[];
  missing: number;
  attributes: ClientReply[] | undefined;
}

const CR = 0x0d;
const LF = 0x0a;

const AGGREGATES: Record<string, Frame["kind"]> = {
  "*": "array",
  "~": "set",
  ">": "push",
  "%": "map",
  "|": "attribute",
};

/**
 * Parser of a stream of replies.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const parser = new ReplyParser();
 * parser.push(new TextEncoder().encode("*2\r\n:1\r\n$2\r\no"));
 * assertEquals(parser.next(), undefined);
 * parser.push(new TextEncoder().encode("k\r\n"));
 * assertEquals(parser.next(), {
 *   type: "array",
 *   items: [{ type: "integer", value: 1 }, { type: "string", value: "ok" }],
 * });
 * ```
 */
export class ReplyParser {
  #buffer: Uint8Array = new Uint8Array(4096);
  #start = 0;
  #end = 0;
  /** How far the line at `#start` has been searched for its end. */
  #searched = 0;
  /** A bulk string whose header has been read: its type and length; else null. */
  #bulk: { kind: string; length: number } | null = null;
  #stack: Frame[] = [];
  #attributes: ClientReply[] | undefined = undefined;

  /** Add bytes; they are copied. O(n), amortised. */
  push(bytes: Uint8Array): void {
    if (this.#start === this.#end) this.#start = this.#end = this.#searched = 0;
    if (this.#end + bytes.length > this.#buffer.length) this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /**
   * The next whole reply, or undefined when more bytes are needed.
   *
   * @throws {ProtocolError} when the bytes are no protocol
   */
  next(): ClientReply | undefined {
    for (;;) {
      const reply = this.#bulk === null ? this.#line() : this.#body(this.#bulk);
      if (reply === undefined) return undefined;
      if (reply === OPENED) continue;
      const whole = this.#close(reply);
      if (whole !== undefined) return whole;
    }
  }

  /** Whether no part of a reply is waiting for its rest. */
  get idle(): boolean {
    return this.#start === this.#end && this.#stack.length === 0 && this.#bulk === null &&
      this.#attributes === undefined;
  }

  #makeRoom(extra: number): void {
    const used = this.#end - this.#start;
    const target = used + extra > this.#buffer.length / 2
      ? new Uint8Array(2 * (used + extra))
      : this.#buffer;
    target.set(this.#buffer.subarray(this.#start, this.#end));
    this.#buffer = target;
    this.#searched -= this.#start;
    this.#start = 0;
    this.#end = used;
  }

  /** Read one header line. */
  #line(): ClientReply | typeof OPENED | undefined {
    const buffer = this.#buffer;
    let at = Math.max(this.#searched, this.#start);
    while (at + 1 < this.#end && !(buffer[at] === CR && buffer[at + 1] === LF)) at++;
    this.#searched = at;
    if (at + 1 >= this.#end) {
      if (this.#end > this.#start) this.#checkType(String.fromCharCode(buffer[this.#start]));
      return undefined;
    }
    const kind = String.fromCharCode(buffer[this.#start]);
    const text = fromBytes(buffer, this.#start + 1, at);
    this.#start = this.#searched = at + 2;
    return this.#header(kind, text);
  }

  #checkType(kind: string): void {
    if ("+-:$*_,#(=!~%>|".includes(kind)) return;
    const code = kind.charCodeAt(0);
    const shown = code >= 0x20 && code < 0x7f
      ? kind === '"' || kind === "\\" ? "\\" + kind : kind
      : "\\x" + code.toString(16).padStart(2, "0");
    throw new ProtocolError(`Protocol error, got "${shown}" as reply type byte`);
  }

  #header(kind: string, text: ByteString): ClientReply | typeof OPENED | undefined {
    switch (kind) {
      case "+":
        return { type: "status", value: text };
      case "-":
        return { type: "error", value: text };
      case ":": {
        const value = parseInteger(text);
        if (value === null) throw new ProtocolError("Bad integer value");
        return { type: "integer", value };
      }
      case ",":
        if (!/^(?:-?inf|-?nan|[-+]?[0-9.]+(?:e[-+]?[0-9]+)?)$/i.test(text)) {
          throw new ProtocolError("Bad double value");
        }
        return { type: "double", value: text };
      case "(":
        if (!/^-?[0-9]+$/.test(text)) throw new ProtocolError("Bad bignum value");
        return { type: "bignum", value: text };
      case "#":
        if (!/^[tTfF]$/.test(text)) throw new ProtocolError("Bad bool value");
        return { type: "bool", value: text === "t" || text === "T" };
      case "_":
        if (text !== "") throw new ProtocolError("Bad nil value");
        return { type: "nil" };
      case "$":
      case "=":
      case "!": {
        const length = this.#length(
          text,
          "Bad bulk string length",
          "Bulk string length out of range",
        );
        if (length < 0) return { type: "nil" };
        return this.#body(this.#bulk = { kind, length });
      }
      default: {
        this.#checkType(kind);
        const length = this.#length(
          text,
          "Bad multi-bulk length",
          "Multi-bulk length out of range",
        );
        return length < 0 ? { type: "nil" } : this.#open(AGGREGATES[kind], length);
      }
    }
  }

  #length(text: ByteString, bad: string, outOfRange: string): number {
    const length = parseInteger(text);
    if (length === null) throw new ProtocolError(bad);
    if (typeof length === "bigint" || length < -1 || length > 0xffffffff) {
      throw new ProtocolError(outOfRange);
    }
    return length;
  }

  /** Read the bytes of a bulk string whose header has been read. */
  #body({ kind, length }: { kind: string; length: number }): ClientReply | undefined {
    if (this.#end - this.#start < length + 2) return undefined;
    const value = fromBytes(this.#buffer, this.#start, this.#start + length);
    this.#start += length + 2;
    this.#searched = this.#start;
    this.#bulk = null;
    if (kind === "!") return { type: "error", value };
    if (kind === "$") return { type: "string", value };
    if (length < 4 || value[3] !== ":") {
      throw new ProtocolError(
        "Verbatim string 4 bytes of content type are missing or incorrectly encoded.",
      );
    }
    return { type: "verbatim", format: value.slice(0, 3), value: value.slice(4) };
  }

  #open(kind: Frame["kind"], count: number): ClientReply | typeof OPENED {
    const missing = kind === "map" || kind === "attribute" ? count * 2 : count;
    if (missing === 0) {
      // An empty attribute says nothing: what follows is read as if it were not there.
      return kind === "attribute" ? OPENED : { type: kind, items: [] };
    }
    this.#stack.push({ kind, items: [], missing, attributes: this.#attributes });
    this.#attributes = undefined;
    return OPENED;
  }

  /** Put a finished reply where it belongs: into the open aggregates, closing those now full. */
  #close(reply: ClientReply): ClientReply | undefined {
    let done = reply;
    for (;;) {
      if (this.#attributes !== undefined) {
        done.attributes = this.#attributes;
        this.#attributes = undefined;
      }
      const frame = this.#stack.at(-1);
      if (frame === undefined) return done;
      frame.items.push(done);
      if (--frame.missing > 0) return undefined;
      this.#stack.pop();
      if (frame.kind === "attribute") {
        this.#attributes = [...frame.attributes ?? [], ...frame.items];
        return undefined;
      }
      this.#attributes = frame.attributes;
      done = { type: frame.kind, items: frame.items };
    }
  }
}

/** Stands for "an aggregate has been opened, go on". */
const OPENED = Symbol("opened");
