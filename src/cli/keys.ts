/**
 * The bytes a terminal sends, to keys. UTF-8 chars and escape sequences may be cut anywhere: what is
 * incomplete waits for its rest.
 *
 * Known are the sequences of xterm, the Linux console, rxvt and the Windows terminal for the keys that
 * the line editor has a use for; others are read to their end and dropped.
 *
 * Source: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
 *
 * @module
 */

/** A key: a char of text, or a name. Control keys are named `ctrl-a` … `ctrl-z`. */
export type Key =
  | { kind: "char"; text: string }
  | { kind: "key"; name: string };

const CONTROL: Record<number, string> = {
  0x08: "backspace",
  0x09: "tab",
  0x0a: "enter",
  0x0d: "enter",
  0x7f: "backspace",
};

/** Final bytes of `ESC [ X` and `ESC O X`. */
const FINALS: Record<string, string> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  H: "home",
  F: "end",
};

/** Numbers of `ESC [ n ~`. */
const TILDES: Record<string, string> = {
  "1": "home",
  "3": "delete",
  "4": "end",
  "7": "home",
  "8": "end",
};

const ESC = 0x1b;

/** Bytes to keys. */
export class KeyDecoder {
  #pending: number[] = [];
  #at = 0;

  /** Add bytes read from the terminal. */
  push(bytes: Uint8Array): void {
    this.#pending = this.#pending.slice(this.#at);
    this.#at = 0;
    for (const byte of bytes) this.#pending.push(byte);
  }

  /** Whether bytes wait here, be it for being asked or for their rest. */
  get waiting(): boolean {
    return this.#at < this.#pending.length;
  }

  /** The next whole key, or undefined when more bytes are needed. */
  next(): Key | undefined {
    for (;;) {
      const left = this.#pending.length - this.#at;
      if (left === 0) return undefined;
      const byte = this.#pending[this.#at];
      if (byte === ESC) {
        if (left === 1) return undefined;
        const key = this.#sequence();
        if (key === undefined) return undefined;
        if (key === "") continue;
        return { kind: "key", name: key };
      }
      if (byte < 0x20 || byte === 0x7f) {
        this.#at++;
        const name = CONTROL[byte] ?? "ctrl-" + String.fromCharCode(byte | 0x60);
        return { kind: "key", name };
      }
      return this.#char(byte, left);
    }
  }

  /** Take a lone escape that has nothing behind it: a press of the key of that name. */
  takeEscape(): boolean {
    if (this.#pending.length - this.#at !== 1 || this.#pending[this.#at] !== ESC) return false;
    this.#at++;
    return true;
  }

  /** The name of an escape sequence's key, "" for one to drop, undefined when it is cut. */
  #sequence(): string | undefined {
    const second = this.#pending[this.#at + 1];
    if (second !== 0x5b && second !== 0x4f) {
      this.#at++;
      return "escape";
    }
    let end = this.#at + 2;
    while (end < this.#pending.length && this.#pending[end] >= 0x20 && this.#pending[end] < 0x40) {
      end++;
    }
    if (end === this.#pending.length) return undefined;
    let body = "";
    for (let i = this.#at + 2; i < end; i++) body += String.fromCharCode(this.#pending[i]);
    const final = String.fromCharCode(this.#pending[end]);
    this.#at = end + 1;
    return (final === "~" ? TILDES[body] : body === "" ? FINALS[final] : undefined) ?? "";
  }

  #char(first: number, left: number): Key | undefined {
    const length = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
    if (left < length) {
      const rest = this.#pending.slice(this.#at + 1);
      if (rest.every((byte) => (byte & 0xc0) === 0x80)) return undefined;
    }
    const bytes = this.#pending.slice(this.#at, this.#at + length);
    const text = new TextDecoder().decode(Uint8Array.from(bytes));
    // A broken sequence costs its first byte only, so that what follows it is not swallowed.
    const broken = length > 1 && text.includes("\ufffd") && text.length > 1;
    this.#at += broken ? 1 : length;
    return { kind: "char", text: broken ? "\ufffd" : text };
  }
}
