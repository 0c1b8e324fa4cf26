import { assertEquals } from "@std/assert";
import { accessOf, KeyAccess, READ, READ_WRITE, WRITE } from "../../src/command/key_access.ts";
import {
  findKeys,
  keyAfter,
  keyCount,
  keyRange,
  type KeySpec,
} from "../../src/command/key_specs.ts";

/** The keys that are asked for, with what is done to each. */
function asked(specs: readonly KeySpec[], request: string, fixed = true): string {
  const found: string[] = [];
  new KeyAccess(specs, (args) => findKeys(specs, args), fixed).firstRefused(request.split(" "), {
    allowsKey(key, access) {
      found.push(`${key}${["", "r", "w", "rw"][access]}`);
      return true;
    },
  });
  return found.join(" ");
}

Deno.test("flags of keys become reading and writing", () => {
  assertEquals(accessOf(["RO", "access"]), READ);
  assertEquals(accessOf(["OW", "update"]), WRITE);
  assertEquals(accessOf(["RW", "access", "delete"]), READ_WRITE);
  assertEquals(accessOf(["RM", "insert"]), WRITE);
  assertEquals(accessOf(["RO"]), 0);
});

Deno.test("keys at fixed places and those that are searched for are the same", () => {
  const cases: [specs: KeySpec[], request: string, keys: string][] = [
    [[keyRange("RO access")], "get k", "kr"],
    [[keyRange("OW update", { last: -1, step: 2 })], "mset a 1 b 2", "aw bw"],
    [[keyRange("RO access", { last: -2 })], "blpop a b 0", "ar br"],
    [[keyRange("RO access"), keyRange("OW update", { at: 2 })], "copy a b", "ar bw"],
    [
      [keyRange("OW update"), keyRange("RO access", { at: 2, last: -1 })],
      "union d a b",
      "dw ar br",
    ],
    [[keyRange("OW update"), keyRange("RO access", { at: 2, last: -1 })], "union d", ""],
    [[keyRange("OW update"), keyCount("RO access", 2)], "zunion d 2 a b", "dw ar br"],
    [[keyRange("OW update"), keyCount("RO access", 2)], "zunion d 0 a", ""],
    [[keyRange("OW update"), keyCount("RO access", 2)], "zunion d 3 a b", ""],
    [[keyAfter("STORE", 2, "OW update")], "x a store b", "bw"],
    [[], "ping", ""],
  ];
  for (const [specs, request, keys] of cases) {
    assertEquals(asked(specs, request), keys, request);
    assertEquals(asked(specs, request, false), keys, request);
  }
});

Deno.test("asking ends at the first key that is refused", () => {
  const specs = [keyRange("RO access", { last: -1 })];
  const access = new KeyAccess(specs, (args) => findKeys(specs, args), true);
  const judge = { allowsKey: (key: string) => key !== "no" };
  assertEquals(access.firstRefused(["del", "a", "no", "b"], judge), 2);
  assertEquals(access.firstRefused(["del", "a", "b"], judge), 0);
});
