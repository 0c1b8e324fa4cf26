/**
 * JSON of byte strings, written in pieces: no value is ever a whole text in memory, so that one of
 * half a gigabyte can be printed.
 *
 * A byte string that is valid UTF-8 is a JSON string; any other is `{"base64":"…"}`. Since JSON
 * escapes ASCII only, valid UTF-8 is escaped byte by byte without being decoded, and the output is
 * gathered as a byte string.
 *
 * @module
 */

import { type ByteString, fromText, toBytes } from "../bytes/bytes.ts";

/** Output is handed out in pieces of about this many bytes. */
export const PIECE_BYTES = 64 * 1024;
/** How much of a string is converted at once; a multiple of 3, which base64 needs. */
const STEP = 48 * 1024;

/** Whether a byte string is valid UTF-8. O(n), with memory for a part of it. */
export function isUtf8(value: ByteString): boolean {
  if (value.length <= STEP && /^[\0-\x7f]*$/.test(value)) return true;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for (let at = 0; at < value.length; at += STEP) {
      decoder.decode(toBytes(value.substring(at, at + STEP)), { stream: true });
    }
    decoder.decode();
    return true;
  } catch {
    return false;
  }
}

/** A byte string as it is in our JSON, for values that are printed as a whole. */
export function jsonBytes(value: ByteString): string | { base64: string } {
  if (!isUtf8(value)) return { base64: btoa(value) };
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(toBytes(value));
}

/** Gathers JSON and hands it out in pieces. */
export class JsonOutput {
  readonly #write: (bytes: Uint8Array) => void;
  #parts: ByteString[] = [];
  #pending = 0;

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  /** Add JSON as it is; ASCII. */
  raw(text: string): void {
    this.#parts.push(text);
    this.#pending += text.length;
    if (this.#pending >= PIECE_BYTES) this.flush();
  }

  /** Add a byte string as a value. O(n). */
  bytes(value: ByteString): void {
    const utf8 = isUtf8(value);
    if (value.length <= STEP) {
      this.raw(utf8 ? JSON.stringify(value) : `{"base64":"${btoa(value)}"}`);
      return;
    }
    this.raw(utf8 ? '"' : '{"base64":"');
    for (let at = 0; at < value.length; at += STEP) {
      const part = value.substring(at, at + STEP);
      this.raw(utf8 ? JSON.stringify(part).slice(1, -1) : btoa(part));
    }
    this.raw(utf8 ? '"' : '"}');
  }

  /** Add a text as a value. */
  text(text: string): void {
    this.bytes(fromText(text));
  }

  /** Hand out what is gathered. */
  flush(): void {
    if (this.#pending === 0) return;
    const all = this.#parts.join("");
    this.#parts = [];
    this.#pending = 0;
    this.#write(toBytes(all));
  }
}
