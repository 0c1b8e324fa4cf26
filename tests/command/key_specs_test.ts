import { assertEquals } from "@std/assert";
import {
  findKeys,
  keyAfter,
  keyCount,
  keyRange,
  type KeySpec,
  keyUnknown,
  legacyRange,
} from "../../src/command/key_specs.ts";

function keys(specs: KeySpec[], line: string): string[] | null {
  const args = line.split(" ");
  return findKeys(specs, args)?.map(({ index }) => args[index]) ?? null;
}

Deno.test("key specs: a range, from the front and from the end", () => {
  assertEquals(keys([keyRange("RO")], "get a"), ["a"]);
  assertEquals(keys([keyRange("RO", { last: -1 })], "mget a b c"), ["a", "b", "c"]);
  assertEquals(keys([keyRange("OW", { last: -1, step: 2 })], "mset a 1 b 2"), ["a", "b"]);
  assertEquals(keys([keyRange("RO", { last: -2 })], "blpop a b 0"), ["a", "b"]);
  assertEquals(keys([keyRange("RW"), keyRange("OW", { at: 2 })], "rename a b"), ["a", "b"]);
});

Deno.test("key specs: a count, and a count that is wrong", () => {
  const specs = [keyCount("RO", 1)];
  assertEquals(keys(specs, "zunion 2 a b WITHSCORES"), ["a", "b"]);
  assertEquals(keys(specs, "zunion 3 a b"), null);
  assertEquals(keys(specs, "zunion x a b"), null);
  assertEquals(keys(specs, "zunion -1 a"), null);
  assertEquals(keys(specs, "zunion 0 a"), []);
});

Deno.test("key specs: behind a keyword, forwards and backwards, half of what is left", () => {
  const streams = [keyAfter("STREAMS", 1, "RO", { last: -1, limit: 2 })];
  assertEquals(keys(streams, "xread COUNT 2 streams a b 0 0"), ["a", "b"]);
  assertEquals(keys(streams, "xread COUNT 2 a b 0 0"), []);
  const backwards = [keyAfter("KEYS", -2, "RO", { last: -1 })];
  assertEquals(keys(backwards, "migrate h 1 x 0 5 KEYS a b"), ["a", "b"]);
});

Deno.test("key specs: an unknown place says so", () => {
  assertEquals(keys([keyUnknown("RO")], "sort a BY b"), null);
});

Deno.test("key specs: the legacy triple", () => {
  assertEquals(legacyRange([]), [0, 0, 0]);
  assertEquals(legacyRange([keyRange("RO")]), [1, 1, 1]);
  assertEquals(legacyRange([keyRange("RO", { last: -1, step: 2 })]), [1, -1, 2]);
  assertEquals(legacyRange([keyRange("RO"), keyRange("RO", { at: 2 })]), [1, 2, 1]);
  assertEquals(legacyRange([keyRange("OW"), keyCount("RO", 2)]), [1, 1, 1]);
});
