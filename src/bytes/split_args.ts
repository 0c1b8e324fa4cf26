/**
 * A line of text to its arguments, the way a Redis configuration file, an inline command and the
 * command-line client read one: words separated by white space, where a word may be quoted.
 *
 * - `"…"` knows the escapes `\n \r \t \b \a`, `\xHH` (two hexadecimal digits, one byte), and a
 *   backslash before any other char stands for that char.
 * - `'…'` knows `\'` alone.
 * - A closing quote must be followed by white space or by the end of the line.
 * - A NUL byte ends the line, as it ends a C string.
 *
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/management/config-file/ and the
 * behaviour of redis-cli 7.0.
 *
 * @module
 */

import type { ByteString } from "./bytes.ts";

const BACKSLASH = 0x5c;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;

/** Chars that a backslash in double quotes turns into something else than themselves. */
const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };

/** C's `isspace` in the C locale. */
function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** One word, and where the line goes on behind it. */
interface Word {
  text: ByteString;
  next: number;
}

function doubleQuoted(line: ByteString, start: number): Word | null {
  let text = "";
  let at = start;
  while (at < line.length) {
    const code = line.charCodeAt(at);
    if (code === DOUBLE_QUOTE) return { text, next: at + 1 };
    if (code !== BACKSLASH || at + 1 === line.length) {
      text += line[at++];
      continue;
    }
    if (line[at + 1] === "x" && at + 3 < line.length) {
      const high = hexDigit(line.charCodeAt(at + 2));
      const low = hexDigit(line.charCodeAt(at + 3));
      if (high >= 0 && low >= 0) {
        text += String.fromCharCode(high * 16 + low);
        at += 4;
        continue;
      }
    }
    text += ESCAPES[line[at + 1]] ?? line[at + 1];
    at += 2;
  }
  return null;
}

function singleQuoted(line: ByteString, start: number): Word | null {
  let text = "";
  let at = start;
  while (at < line.length) {
    const code = line.charCodeAt(at);
    if (code === SINGLE_QUOTE) return { text, next: at + 1 };
    if (code === BACKSLASH && line.charCodeAt(at + 1) === SINGLE_QUOTE) at++;
    text += line[at++];
  }
  return null;
}

function word(line: ByteString, start: number): Word | null {
  let text = "";
  let at = start;
  while (at < line.length) {
    const code = line.charCodeAt(at);
    // Vertical tab and form feed are skipped before a word, but do not end one.
    if (code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d) break;
    if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) {
      const quoted = code === DOUBLE_QUOTE
        ? doubleQuoted(line, at + 1)
        : singleQuoted(line, at + 1);
      if (quoted === null) return null;
      const { next } = quoted;
      if (next < line.length && !isSpace(line.charCodeAt(next))) return null;
      return { text: text + quoted.text, next };
    }
    text += line[at++];
  }
  return { text, next: at };
}

/**
 * Split a line into its arguments. O(n).
 *
 * @returns the arguments (none for a blank line), or null when its quotes are unbalanced or a
 *   closing quote is followed by something else than white space
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(splitArgs(`set key "a\\x00b"  'it\\'s'`), ["set", "key", "a\0b", "it's"]);
 * assertEquals(splitArgs(`set key "open`), null);
 * ```
 */
export function splitArgs(line: ByteString): ByteString[] | null {
  const nul = line.indexOf("\0");
  if (nul >= 0) line = line.substring(0, nul);
  const args: ByteString[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && isSpace(line.charCodeAt(at))) at++;
    if (at === line.length) return args;
    const found = word(line, at);
    if (found === null) return null;
    args.push(found.text);
    at = found.next;
  }
}
