/**
 * Byte strings as people may read them: in double quotes, with what is not printable ASCII escaped.
 * What {@linkcode quoteBytes} writes, `splitArgs` reads back to the same bytes; configuration files,
 * MONITOR lines and the command-line client all use this form.
 *
 * @module
 */

import type { ByteString } from "./bytes.ts";

const NAMED: Record<string, string> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\x07": "\\a",
  "\b": "\\b",
};

function escape(char: string): string {
  return NAMED[char] ?? "\\x" + char.charCodeAt(0).toString(16).padStart(2, "0");
}

/**
 * A byte string in double quotes: `"`, `\`, and the control chars `\n \r \t \a \b` behind a
 * backslash, every other byte outside 0x20..0x7e as `\xHH`. O(n).
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(quoteBytes('say "hi"\n\0'), '"say \\"hi\\"\\n\\x00"');
 * ```
 */
export function quoteBytes(value: ByteString): ByteString {
  return '"' + value.replace(/[^ !#-\[\]-~]/g, escape) + '"';
}
