/**
 * What the tests know of the reply protocol: where one reply ends (RESP2 and RESP3), and what is in
 * it. It shares no code with `src/resp` on purpose, so that a bug there cannot hide itself.
 *
 * Left out: RESP3's streamed strings and aggregates, which no Redis server sends.
 *
 * @module
 */

import { Buffer } from "node:buffer";

/** Bytes to text with one char a byte. */
export function fromBytes(bytes: Uint8Array, start = 0, end = bytes.length): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
}

/** Text with one char a byte to its bytes. */
export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

/** A parsed reply: `type` is the marker byte; aggregates have `items`, the rest `text`. */
export interface Reply {
  type: string;
  /** Payload of a scalar; null for the null bulk string, the null array and RESP3's null. */
  text: string | null;
  /** Elements of an aggregate in wire order; a map's are key, value, key, value… */
  items?: Reply[];
  /** Attributes that stood before the reply. */
  attributes?: Reply[];
}

const CR = 13;
const CODES = {
  bulk: new Set([..."$=!"].map((c) => c.charCodeAt(0))),
  list: new Set([..."*~>"].map((c) => c.charCodeAt(0))),
  pairs: new Set([..."%|"].map((c) => c.charCodeAt(0))),
  line: new Set([..."+-:_,#("].map((c) => c.charCodeAt(0))),
};
const ATTRIBUTE = "|".charCodeAt(0);

/**
 * Finds the end of one reply in bytes that arrive piece by piece. It remembers where it stopped, so
 * that a reply of n bytes costs O(n) however it is cut.
 */
export class ReplyScanner {
  /** Values still to come before the reply is whole. */
  #pending = 1;
  #at = 0;

  /**
   * @param buffer the bytes from the reply's first one on; earlier calls' bytes included
   * @param length how many of them are valid
   * @returns the length of the reply, or undefined when more bytes are needed
   * @throws Error when the bytes are no reply
   */
  scan(buffer: Uint8Array, length: number): number | undefined {
    while (this.#pending > 0) {
      const type = buffer[this.#at];
      const lineEnd = this.#at < length ? buffer.subarray(0, length).indexOf(CR, this.#at) : -1;
      if (lineEnd < 0 || lineEnd + 1 >= length) return undefined;
      let next = lineEnd + 2;
      let pending = this.#pending - 1;
      if (!CODES.line.has(type)) {
        let digits = "";
        for (let i = this.#at + 1; i < lineEnd; i++) digits += String.fromCharCode(buffer[i]);
        const count = Number(digits);
        if (!/^-?\d+$/.test(digits)) {
          throw new Error(`not a reply: ${JSON.stringify(String.fromCharCode(type) + digits)}`);
        }
        if (CODES.bulk.has(type)) {
          if (count >= 0) next += count + 2;
        } else if (CODES.list.has(type)) {
          if (count > 0) pending += count;
        } else if (CODES.pairs.has(type)) {
          pending += 2 * count;
          // An attribute comes before the reply that it belongs to, and is not itself one.
          if (type === ATTRIBUTE) pending += 1;
        } else {
          throw new Error(`not a reply: ${JSON.stringify(String.fromCharCode(type) + digits)}`);
        }
      }
      if (next > length) return undefined;
      this.#at = next;
      this.#pending = pending;
    }
    return this.#at;
  }
}

/** Parse one whole reply (one char a byte), as `RawClient.readReply` gives it. */
export function parseReply(raw: string): Reply {
  let at = 0;
  const value = (): Reply => {
    const end = raw.indexOf("\r\n", at);
    const type = raw[at];
    const line = raw.slice(at + 1, end);
    at = end + 2;
    if ("$=!".includes(type)) {
      const size = Number(line);
      if (size < 0) return { type, text: null };
      const text = raw.slice(at, at + size);
      at += size + 2;
      return { type, text };
    }
    if ("*~>%|".includes(type)) {
      const count = Number(line);
      if (count < 0) return { type, text: null };
      const items = Array.from({ length: "%|".includes(type) ? 2 * count : count }, value);
      if (type === "|") return { ...value(), attributes: items };
      return { type, text: "", items };
    }
    return { type, text: type === "_" ? null : line };
  };
  return value();
}

/** The bytes of a command as an array of bulk strings (one char a byte in, one char a byte out). */
export function encodeCommand(args: readonly string[]): string {
  let out = `*${args.length}\r\n`;
  for (const arg of args) out += `$${arg.length}\r\n${arg}\r\n`;
  return out;
}
