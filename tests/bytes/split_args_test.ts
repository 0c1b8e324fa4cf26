/**
 * Splitting and quoting of argument lines.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { quoteBytes } from "../../src/bytes/repr.ts";
import { splitArgs } from "../../src/bytes/split_args.ts";

const cases: [string, string[] | null][] = [
  ["", []],
  [" \t\r\n\v\f", []],
  ["a b", ["a", "b"]],
  ["  get   key \r\n", ["get", "key"]],
  ['""', [""]],
  ["''", [""]],
  ['set k "a b"', ["set", "k", "a b"]],
  ['set k ab"c d"', ["set", "k", "abc d"]],
  ["set k ab'c d' e", ["set", "k", "abc d", "e"]],
  ['"a"b', null],
  ["'a'b", null],
  ['"a""b"', null],
  ['"a', null],
  ["'a", null],
  ['a"', null],
  ["a'", null],
  ['"\\', null],
  ['"a\\"', null],
  ['"\\n\\r\\t\\b\\a"', ["\n\r\t\b\x07"]],
  ['"\\q\\\\\\""', ['q\\"']],
  ['"\\x41\\xfF"', ["A\xff"]],
  ['"\\x4"', ["x4"]],
  ['"\\xzz"', ["xzz"]],
  ["'\\n\\x41'", ["\\n\\x41"]],
  ["'it\\'s'", ["it's"]],
  ["a\\ b", ["a\\", "b"]],
  ["a\vb", ["a\vb"]],
  ['"a"\vb', ["a", "b"]],
  ["a b\0c", ["a", "b"]],
  ['"a\0"', null],
];

for (const [line, expected] of cases) {
  Deno.test(`splitArgs ${JSON.stringify(line)}`, () => assertEquals(splitArgs(line), expected));
}

Deno.test("quoteBytes escapes each byte as a configuration file takes it", () => {
  assertEquals(quoteBytes(""), '""');
  assertEquals(quoteBytes("plain ~!#[]^'"), '"plain ~!#[]^\'"');
  assertEquals(quoteBytes('\\"'), '"\\\\\\""');
  assertEquals(
    quoteBytes("\n\r\t\x07\b\v\x1b\x7f\x80\xff"),
    '"\\n\\r\\t\\a\\b\\x0b\\x1b\\x7f\\x80\\xff"',
  );
});

Deno.test("what quoteBytes writes, splitArgs reads back", () => {
  let all = "";
  for (let i = 0; i < 256; i++) all += String.fromCharCode(i);
  for (const char of [...all, all, all + all]) assertEquals(splitArgs(quoteBytes(char)), [char]);
});
