import { assert, assertEquals } from "@std/assert";
import { mulberry32, type Prng } from "../support/prng.ts";
import { defaultLimits, type EncodingLimits } from "../../src/values/limits.ts";
import { scanRange } from "../../src/values/sampling.ts";
import { SetValue } from "../../src/values/set.ts";
import { assertUniform } from "./statistics.ts";

const INTEGERS = [
  "0",
  "-1",
  "32767",
  "32768",
  "-32768",
  "-32769",
  "2147483647",
  "2147483648",
  "-2147483648",
  "-2147483649",
  "9007199254740991",
  "9007199254740992",
  "9007199254740993",
  "-9007199254740991",
  "-9007199254740992",
  "-9007199254740993",
  "9223372036854775807",
  "-9223372036854775808",
  "4294967296",
  "-4294967296",
  "-4294967297",
];
const NO_INTEGERS = ["-0", "01", "+1", "", " 1", "9223372036854775808", "-9223372036854775809"];

function limitsOf(intset: number, listpack: number, value = 64): EncodingLimits {
  return {
    ...defaultLimits(),
    setMaxIntsetEntries: intset,
    setMaxListpackEntries: listpack,
    setMaxListpackValue: value,
  };
}

function numeric(a: string, b: string): number {
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function member(prng: Prng, integers: boolean, range: number): string {
  if (prng.int(20) === 0) return prng.pick(integers ? INTEGERS : NO_INTEGERS);
  if (integers || prng.int(2) === 0) return String(prng.int(range) - range / 2);
  const text = `member:${prng.int(range)}`;
  return prng.int(40) === 0 ? text.repeat(prng.int(9)) : text;
}

/** The members in the order that the encoding promises. */
function assertMembers(set: SetValue, model: Set<string>): void {
  assertEquals(set.size, model.size);
  const members = set.toArray();
  assertEquals([...set], members);
  const seen: string[] = [];
  set.forEach((one) => void seen.push(one));
  assertEquals(seen, members);
  if (set.encoding === "listpack") assertEquals(members, [...model]);
  else if (set.encoding === "intset") assertEquals(members, [...model].sort(numeric));
  else assertEquals(members.sort(), [...model].sort());
}

for (
  const [name, limits, range, integers] of [
    ["integers", limitsOf(512, 128), 700, true],
    ["texts", limitsOf(512, 128), 200, false],
    ["many integers", limitsOf(512, 128), 5000, true],
    ["low limits", limitsOf(5, 8, 9), 20, false],
    ["listpack without intset", limitsOf(0, 128), 300, true],
    ["texts beyond one packed string", limitsOf(512, 5000), 4000, false],
  ] as const
) {
  Deno.test(`set: random edits against a Set, ${name}`, () => {
    const prng = mulberry32(range);
    let set = new SetValue();
    let model = new Set<string>();
    let encoding = set.encoding;
    for (let i = 0; i < 12_000; i++) {
      const one = member(prng, integers, range);
      const growing = Math.floor(i / 1500) % 2 === 0;
      if (prng.int(10) < (growing ? 8 : 3)) {
        const before = model.size;
        assertEquals(set.add(one, limits), model.add(one).size > before);
      } else if (prng.int(10) < 8) {
        const known = model.size > 0 && prng.int(2) === 0 ? set.random(prng.next)! : one;
        assertEquals(set.has(known), model.has(known));
        assertEquals(set.delete(known), model.delete(known));
      } else if (prng.int(5) > 0) {
        const popped = set.pop(prng.next);
        assertEquals(popped === undefined, model.size === 0);
        if (popped !== undefined) assert(model.delete(popped));
      } else {
        const count = prng.int(model.size + 2) >> prng.int(4);
        const popped = set.popMany(count, prng.next, limits);
        assertEquals(popped.length, Math.min(count, model.size));
        for (const gone of popped) assert(model.delete(gone));
      }
      assertEquals(set.has(one), model.has(one));
      if (set.encoding !== encoding) {
        // What was sorted or in no order keeps that order as a listpack.
        encoding = set.encoding;
        const members = set.toArray();
        assertEquals(members.slice().sort(), [...model].sort());
        model = new Set(members);
      }
      if (i % 100 === 0) {
        assertMembers(set, model);
        const copy = set.clone();
        assertMembers(copy, model);
        copy.add("only in the copy", limits);
        assertEquals(set.size, model.size);
        const sample = set.sample(prng.int(20), prng.next);
        assertEquals(new Set(sample).size, sample.length);
        for (const picked of sample) assert(model.has(picked));
      }
      if (model.size === 0 || (i % 1500 === 0 && prng.int(2) === 0)) {
        set = SetValue.from([...model], limits);
        encoding = "hashtable";
      }
    }
  });
}

Deno.test("set: the whole of int64 in order, and what is no integer", () => {
  const limits = defaultLimits();
  const prng = mulberry32(5);
  for (let round = 0; round < 50; round++) {
    const set = new SetValue();
    const model = new Set<string>();
    for (let i = 0; i < 40; i++) {
      const one = prng.pick(INTEGERS);
      set.add(one, limits);
      model.add(one);
      if (prng.int(3) === 0) {
        const gone = prng.pick(INTEGERS);
        assertEquals(set.delete(gone), model.delete(gone));
      }
      assertEquals(set.encoding, "intset");
      assertMembers(set, model);
      for (const other of NO_INTEGERS) assert(!set.has(other));
    }
    assertMembers(SetValue.from([...model, ...model], limits), model);
  }
  for (const other of NO_INTEGERS) {
    const set = SetValue.from(["1"], limits);
    set.add(other, limits);
    assertEquals([set.encoding, set.toArray()], ["listpack", ["1", other]]);
  }
});

Deno.test("set: encodings change where 7.2 changes them", () => {
  const limits = limitsOf(4, 3, 5);
  const encodingsOf = (...members: string[]) => {
    const set = SetValue.create(members[0], 1, limits);
    return members.map((one) => {
      set.add(one, limits);
      return set.encoding;
    });
  };
  assertEquals(encodingsOf("1", "2", "3", "4", "5"), [
    "intset",
    "intset",
    "intset",
    "intset",
    "hashtable",
  ]);
  assertEquals(encodingsOf("1", "2", "x", "y"), ["intset", "intset", "listpack", "hashtable"]);
  assertEquals(encodingsOf("1", "2", "3", "x").at(-1), "hashtable", "3 members fill a listpack");
  assertEquals(encodingsOf("1", "sixsix"), ["intset", "hashtable"], "a long member");
  assertEquals(encodingsOf("123456", "x"), ["intset", "hashtable"], "a long integer");
  assertEquals(encodingsOf("a", "sixsix"), ["listpack", "hashtable"]);
  assertEquals(SetValue.create("1", 5, limits).encoding, "hashtable", "5 integers expected");
  assertEquals(SetValue.create("1", 4, limits).encoding, "intset");
  assertEquals(SetValue.create("a", 4, limits).encoding, "hashtable");
  assertEquals(SetValue.create("a", 3, limits).encoding, "listpack");
  const set = SetValue.from(["a"], limits);
  set.reserve(3, limits);
  assertEquals(set.encoding, "listpack");
  set.reserve(4, limits);
  assertEquals([set.encoding, set.toArray()], ["hashtable", ["a"]]);
});

Deno.test("set: a set of integers can become an intset, and a popped table a listpack", () => {
  const limits = limitsOf(4, 128);
  const set = SetValue.from(["3", "1", "2"], limits, "listpack");
  assertEquals([set.encoding, set.toArray()], ["listpack", ["3", "1", "2"]]);
  assert(set.toIntset(limits));
  assertEquals([set.encoding, set.toArray()], ["intset", ["1", "2", "3"]]);
  assert(!SetValue.from(["1", "x"], limits).toIntset(limits));
  const many = SetValue.from(Array.from({ length: 200 }, (_, i) => `m${i}`), limits);
  assertEquals(many.encoding, "hashtable");
  assertEquals(many.popMany(100, Math.random, limits).length, 100);
  assertEquals(many.encoding, "hashtable", "as many stay as go");
  assertEquals(many.popMany(90, Math.random, limits).length, 90);
  assertEquals([many.encoding, many.size], ["listpack", 10]);
});

Deno.test("set: a scan returns every member that is there throughout", () => {
  const limits = defaultLimits();
  const prng = mulberry32(11);
  for (let round = 0; round < 60; round++) {
    const stay = Array.from({ length: 300 }, (_, i) => `stay${i}`);
    const set = SetValue.from(stay, limits);
    for (let i = 0; i < 300; i++) set.add(`go${i}`, limits);
    const seen = new Set<string>();
    let cursor = 0;
    let pages = 0;
    do {
      const page = set.scan(cursor, 1 + prng.int(30));
      for (const one of page.items) seen.add(one);
      cursor = page.cursor;
      for (let n = prng.int(40); n > 0; n--) {
        const one = `go${prng.int(600)}`;
        if (prng.int(2) === 0) set.add(one, limits);
        else set.delete(one);
      }
      pages++;
    } while (cursor !== 0);
    assert(pages > 10);
    for (const one of stay) assert(seen.has(one), `${one} was not returned`);
  }
});

Deno.test("set: a scan of a compact set gives all at once, and any cursor is harmless", () => {
  const limits = defaultLimits();
  assertEquals(SetValue.from(["2", "1"], limits).scan(0, 1), { cursor: 0, items: ["1", "2"] });
  const large = SetValue.from(Array.from({ length: 600 }, (_, i) => `m${i}`), limits);
  assertEquals(large.scan(1e15, 5).items.length, 5);
  assertEquals(large.scan(3, 5), { cursor: 0, items: ["m0", "m1", "m2"] });
});

for (
  const [encoding, members] of [
    ["intset", Array.from({ length: 40 }, (_, i) => String(i * 1000))],
    ["listpack", Array.from({ length: 40 }, (_, i) => `m${i}`)],
    ["hashtable", Array.from({ length: 600 }, (_, i) => `m${i}`)],
  ] as const
) {
  Deno.test(`set: random members are uniform, ${encoding}`, () => {
    const limits = defaultLimits();
    const prng = mulberry32(99);
    const set = SetValue.from(members, limits);
    assertEquals(set.encoding, encoding);
    const counts = () => new Map(members.map((one) => [one, 0]));
    const single = counts();
    for (let i = 0; i < members.length * 200; i++) {
      const one = set.random(prng.next)!;
      single.set(one, single.get(one)! + 1);
    }
    assertUniform([...single.values()], "random");
    for (const share of [0.02, 0.3, 0.9]) {
      const count = Math.max(1, Math.floor(share * members.length));
      const sampled = counts();
      const popped = counts();
      for (let i = 0; i < 1000; i++) {
        for (const one of set.sample(count, prng.next)) sampled.set(one, sampled.get(one)! + 1);
        if (i >= 200) continue;
        const gone = set.clone().popMany(count, prng.next, limits);
        for (const one of gone) popped.set(one, popped.get(one)! + 1);
      }
      assertUniform([...sampled.values()], `sample of ${count}`);
      assertUniform([...popped.values()], `popMany of ${count}`);
    }
  });
}

Deno.test("set: a small set is small", () => {
  const limits = defaultLimits();
  assert(SetValue.from(["1", "2", "3"], limits).memoryBytes() <= 64);
  assert(SetValue.from(["a", "b", "c"], limits).memoryBytes() <= 64);
});

Deno.test("set: what stays of an intset after a large pop is one again", () => {
  const limits = defaultLimits();
  const set = SetValue.from(Array.from({ length: 20 }, (_, i) => `${i * 70_000}`), limits);
  assertEquals(set.encoding, "intset");
  assertEquals(set.popMany(18, Math.random, limits).length, 18);
  assertEquals([set.encoding, set.size], ["intset", 2]);
});

Deno.test("set: a page of a scan has at least one place, and a scan comes to its end", () => {
  assertEquals(scanRange(10, 0, 0), { start: 9, end: 10 });
  assertEquals(scanRange(10, 4, -5), { start: 3, end: 4 });
  assertEquals(scanRange(10, 1, 0), { start: 0, end: 1 });
  assertEquals(scanRange(0, 0, 10), { start: 0, end: 0 });
});
