import { assert, assertAlmostEquals, assertEquals, assertStrictEquals } from "@std/assert";
import { defaultLimits, type EncodingLimits } from "../../src/values/limits.ts";
import { type LexBound, type LexRange, type ScoreRange, ZSetValue } from "../../src/values/zset.ts";
import { mulberry32, type Prng } from "../support/prng.ts";

interface Pair {
  member: string;
  score: number;
}

/** A sorted array, searched from end to end. */
class NaiveZSet {
  pairs: Pair[] = [];

  add(member: string, score: number): string {
    const at = this.pairs.findIndex((pair) => pair.member === member);
    if (at >= 0) {
      if (this.pairs[at].score === score) return "unchanged";
      this.pairs.splice(at, 1);
    }
    let to = 0;
    while (to < this.pairs.length && before(this.pairs[to], { member, score })) to++;
    this.pairs.splice(to, 0, { member, score });
    return at >= 0 ? "updated" : "added";
  }

  rank(member: string): number {
    return this.pairs.findIndex((pair) => pair.member === member);
  }

  inScores(range: ScoreRange): Pair[] {
    return this.pairs.filter(({ score }) =>
      (range.minExclusive ? score > range.min : score >= range.min) &&
      (range.maxExclusive ? score < range.max : score <= range.max)
    );
  }

  inLex(range: LexRange): Pair[] {
    const above = (member: string, bound: LexBound) =>
      bound.kind === "-" || bound.kind !== "+" &&
        (bound.kind === "[" ? member >= bound.member : member > bound.member);
    const below = (member: string, bound: LexBound) =>
      bound.kind === "+" || bound.kind !== "-" &&
        (bound.kind === "[" ? member <= bound.member : member < bound.member);
    return this.pairs.filter(({ member }) => above(member, range.min) && below(member, range.max));
  }
}

function before(a: Pair, b: Pair): boolean {
  return a.score < b.score || (a.score === b.score && a.member < b.member);
}

function contents(set: ZSetValue, start = 0, end = set.size, reverse = false): Pair[] {
  const pairs: Pair[] = [];
  for (const cursor = set.cursor(start, end, reverse); cursor.next();) {
    pairs.push({ member: cursor.member, score: cursor.score });
  }
  return pairs;
}

function randomScore(random: Prng): number {
  switch (random.int(8)) {
    case 0:
      return random.pick([Infinity, -Infinity, 0, 1.5, -1.5, 5e-324, 1.7976931348623157e308]);
    case 1:
      return random.next() * 1000;
    default:
      return random.int(40) - 20;
  }
}

function randomScoreRange(random: Prng): ScoreRange {
  return {
    min: randomScore(random),
    max: randomScore(random),
    minExclusive: random.int(2) === 0,
    maxExclusive: random.int(2) === 0,
  };
}

function randomLexBound(random: Prng, member: () => string): LexBound {
  switch (random.int(4)) {
    case 0:
      return { kind: "-" };
    case 1:
      return { kind: "+" };
    case 2:
      return { kind: "[", member: member() };
    default:
      return { kind: "(", member: member() };
  }
}

/** Compare everything that can be asked without changing the set. */
function compareAll(set: ZSetValue, model: NaiveZSet): void {
  assertEquals(set.size, model.pairs.length);
  assertEquals(contents(set), model.pairs);
  assertEquals(contents(set, 0, set.size, true), model.pairs.toReversed());
}

function runAgainstModel(
  limits: EncodingLimits,
  seed: number,
  steps: number,
  pool: number,
  oneScore = false,
): ZSetValue {
  const random = mulberry32(seed);
  const model = new NaiveZSet();
  let set = ZSetValue.create(limits);
  const member = () => {
    const n = random.int(pool);
    return n % 7 === 0 ? `a-rather-longer-member-\xff\x00-${n}` : `m${n}`;
  };
  for (let step = 0; step < steps; step++) {
    // Phases of growth and of shrinking take the tree up and down in height.
    const growing = Math.floor(step / (pool * 2)) % 2 === 0;
    const choice = random.int(100);
    if (choice < (growing ? 55 : 15)) {
      const m = member();
      const score = oneScore ? 7 : randomScore(random);
      assertEquals(set.add(m, score, limits), model.add(m, score));
    } else if (choice < 60) {
      const m = member();
      const at = model.rank(m);
      assertEquals(set.delete(m), at >= 0);
      if (at >= 0) model.pairs.splice(at, 1);
    } else if (choice < 70) {
      const m = member();
      const at = model.rank(m);
      assertEquals(set.rank(m), at);
      assertEquals(set.reverseRank(m), at < 0 ? -1 : model.pairs.length - 1 - at);
      assertEquals(set.score(m), model.pairs[at]?.score);
      assertEquals(set.has(m), at >= 0);
    } else if (choice < 78) {
      const range = randomScoreRange(random);
      const expected = model.inScores(range);
      assertEquals(set.countByScore(range), expected.length);
      const ranks = set.scoreRanks(range);
      const reverse = random.int(2) === 0;
      const found = contents(set, ranks.start, ranks.end, reverse);
      assertEquals(found, reverse ? expected.toReversed() : expected);
    } else if (choice < 84 && oneScore) {
      const range = { min: randomLexBound(random, member), max: randomLexBound(random, member) };
      const expected = model.inLex(range);
      assertEquals(set.countByLex(range), expected.length);
      const ranks = set.lexRanks(range, random.int(2) === 0);
      assertEquals(contents(set, ranks.start, ranks.end), expected);
    } else if (choice < 90) {
      if (model.pairs.length === 0) continue;
      const rank = random.int(model.pairs.length);
      assertEquals(set.at(rank), model.pairs[rank]);
    } else if (choice < 94) {
      const max = random.int(2) === 0;
      assertEquals(
        max ? set.popMax() : set.popMin(),
        max ? model.pairs.pop() : model.pairs.shift(),
      );
    } else if (choice < 96) {
      const start = random.int(model.pairs.length + 3) - 1;
      const end = start + random.int(growing ? 8 : 200) - 2;
      const from = Math.max(start, 0);
      const gone = model.pairs.splice(from, Math.max(end - from, 0));
      assertEquals(set.deleteRangeByRank(start, end), gone.length);
    } else if (choice < 97 && !growing) {
      if (oneScore) {
        const range = { min: randomLexBound(random, member), max: randomLexBound(random, member) };
        const gone = new Set(model.inLex(range));
        if (gone.size > 200) continue;
        assertEquals(set.deleteRangeByLex(range), gone.size);
        model.pairs = model.pairs.filter((pair) => !gone.has(pair));
      } else {
        const range = randomScoreRange(random);
        const gone = new Set(model.inScores(range));
        if (gone.size > 200) continue;
        assertEquals(set.deleteRangeByScore(range), gone.size);
        model.pairs = model.pairs.filter((pair) => !gone.has(pair));
      }
    } else if (choice === 98 && random.int(20) === 0) {
      const copy = set.clone();
      set.add("only-in-the-original", 1, limits);
      set = copy;
    } else if (choice === 99 && random.int(20) === 0) {
      compareAll(set, model);
    }
  }
  compareAll(set, model);
  return set;
}

Deno.test("sorted set: large encoding against a sorted array, 60,000 operations", () => {
  const limits = { ...defaultLimits(), zsetMaxListpackEntries: 0 };
  assertEquals(runAgainstModel(limits, 1, 60_000, 1500).encoding, "skiplist");
});

Deno.test("sorted set: one score and ranges of members, 50,000 operations", () => {
  const limits = { ...defaultLimits(), zsetMaxListpackEntries: 0 };
  runAgainstModel(limits, 2, 50_000, 1500, true);
});

Deno.test("sorted set: small encoding against a sorted array, 40,000 operations", () => {
  const limits = { ...defaultLimits(), zsetMaxListpackEntries: 1000 };
  assertEquals(runAgainstModel(limits, 3, 20_000, 100).encoding, "listpack");
  assertEquals(runAgainstModel(limits, 4, 20_000, 100, true).encoding, "listpack");
});

Deno.test("sorted set: conversion on the way, 20,000 operations", () => {
  assertEquals(runAgainstModel(defaultLimits(), 5, 20_000, 400).encoding, "skiplist");
});

Deno.test("sorted set: appended, prepended and emptied at the ends, with a tree of three levels", () => {
  const limits = { ...defaultLimits(), zsetMaxListpackEntries: 0 };
  const set = ZSetValue.create(limits);
  const n = 30_000;
  for (let i = 0; i < n; i++) {
    set.add(`u${i}`, i, limits);
    set.add(`d${i}`, -1 - i, limits);
  }
  for (let i = 0; i < n; i += 997) {
    assertEquals(set.rank(`u${i}`), n + i);
    assertEquals(set.rank(`d${i}`), n - 1 - i);
    assertEquals(set.at(n + i).member, `u${i}`);
  }
  for (let i = n - 1; i >= 0; i--) {
    assertEquals(set.popMin()?.member, `d${i}`);
    assertEquals(set.popMax()?.member, `u${i}`);
  }
  assertEquals([set.size, set.popMin(), set.popMax()], [0, undefined, undefined]);
  for (let i = 0; i < n; i++) set.add(`u${i}`, i, limits);
  assertEquals(set.deleteRangeByRank(1, n - 1), n - 2);
  assertEquals(contents(set).map((pair) => pair.member), ["u0", `u${n - 1}`]);
});

Deno.test("sorted set: from() takes any order and both sorted ones", () => {
  const limits = defaultLimits();
  const random = mulberry32(6);
  for (const size of [0, 1, 5, 128, 129, 4000, 20_000]) {
    const model = Array.from({ length: size }, (_, i) => ({
      member: `m${i}`,
      score: randomScore(random),
    }));
    const sorted = model.toSorted((a, b) => before(a, b) ? -1 : 1);
    for (const input of [model, sorted, sorted.toReversed()]) {
      const set = ZSetValue.from(input.map((p) => p.member), input.map((p) => p.score), limits);
      assertEquals(set.encoding, size <= 128 ? "listpack" : "skiplist");
      assertEquals(contents(set), sorted);
      for (let i = 0; i < size; i += 100) assertEquals(set.rank(sorted[i].member), i);
      set.add("m0", 0.25, limits);
      set.delete("m3");
      assertEquals(set.size, Math.max(size, 1) - (size > 3 ? 1 : 0));
    }
  }
});

Deno.test("sorted set: when it is small and when it is large", () => {
  const limits = { ...defaultLimits(), zsetMaxListpackEntries: 4, zsetMaxListpackValue: 3 };
  assertEquals(ZSetValue.create(limits).encoding, "listpack");
  assertEquals(ZSetValue.create(limits, 4, 3).encoding, "listpack");
  assertEquals(ZSetValue.create(limits, 5, 3).encoding, "skiplist");
  assertEquals(ZSetValue.create(limits, 4, 4).encoding, "skiplist");

  const byCount = ZSetValue.create(limits);
  for (const member of ["a", "b", "c", "d", "a"]) byCount.add(member, 1, limits);
  assertEquals(byCount.encoding, "listpack");
  byCount.prepare(4, limits);
  assertEquals(byCount.encoding, "listpack");
  byCount.add("e", 1, limits);
  assertEquals(byCount.encoding, "skiplist");
  byCount.deleteRangeByRank(1, 5);
  assertEquals([byCount.encoding, byCount.size], ["skiplist", 1]);

  const byLength = ZSetValue.create(limits);
  byLength.add("abc", 1, limits);
  assertEquals(byLength.encoding, "listpack");
  byLength.add("abcd", 1, limits);
  assertEquals(byLength.encoding, "skiplist");

  const prepared = ZSetValue.create(limits);
  prepared.prepare(5, limits);
  assertEquals(prepared.encoding, "skiplist");

  assertEquals(ZSetValue.from(["abcd"], [1], limits).encoding, "skiplist");
  assertEquals(ZSetValue.fromListpack(["abcd"], [1], limits).encoding, "listpack");
  assertEquals(
    ZSetValue.fromListpack([..."abcde"], [1, 2, 3, 4, 5], limits).encoding,
    "skiplist",
  );
});

Deno.test("sorted set: negative zero is zero when small, is kept when large, and never an update", () => {
  const limits = { ...defaultLimits(), zsetMaxListpackEntries: 1 };
  const set = ZSetValue.create(limits);
  set.add("a", -0, limits);
  assertStrictEquals(set.score("a"), 0);
  set.add("b", -0, limits);
  assertStrictEquals(set.score("a"), 0);
  assertStrictEquals(set.score("b"), -0);
  assertEquals(set.add("b", 0, limits), "unchanged");
  assertStrictEquals(set.score("b"), -0);
  assertEquals(contents(set).map((pair) => pair.member), ["a", "b"]);
});

Deno.test("sorted set: small ranges of members with unequal scores depend on the direction", () => {
  const limits = defaultLimits();
  const set = ZSetValue.from(["b", "a", "c"], [1, 2, 3], limits);
  const range: LexRange = { min: { kind: "[", member: "b" }, max: { kind: "[", member: "c" } };
  assertEquals(set.lexRanks(range), { start: 0, end: 3 });
  assertEquals(set.lexRanks(range, true), { start: 2, end: 3 });
});

Deno.test("sorted set: a scan visits every member that stays, whatever comes and goes", () => {
  const random = mulberry32(7);
  for (const entries of [0, 128]) {
    const limits = { ...defaultLimits(), zsetMaxListpackEntries: entries };
    for (let round = 0; round < 60; round++) {
      const set = ZSetValue.create(limits);
      const size = 1 + random.int(entries === 0 ? 2000 : 100);
      for (let i = 0; i < size; i++) set.add(`stay${i}`, random.int(50), limits);
      for (let i = 0; i < size; i++) set.add(`go${i}`, random.int(50), limits);
      const seen = new Set<string>();
      let cursor = 0;
      let fresh = 0;
      do {
        const scanned = set.size;
        const all = set.encoding === "listpack";
        let visited = 0;
        cursor = set.scan(cursor, 10, (member, score) => {
          seen.add(member);
          assertEquals(set.score(member), score);
          visited++;
        });
        assert(all ? visited === scanned : visited <= 10);
        for (let i = random.int(30); i > 0; i--) set.delete(`go${random.int(size)}`);
        for (let i = random.int(30); i > 0; i--) set.add(`new${fresh++}`, random.int(50), limits);
        for (let i = random.int(30); i > 0; i--) set.delete(`new${random.int(fresh + 1)}`);
        set.add(`stay${random.int(size)}`, random.int(50), limits);
      } while (cursor !== 0);
      for (let i = 0; i < size; i++) assert(seen.has(`stay${i}`), `missed stay${i}`);
    }
  }
});

Deno.test("sorted set: a scan survives the deletion of most members", () => {
  const limits = defaultLimits();
  for (const steps of [0, 1, 5, 20]) {
    const set = ZSetValue.create(limits);
    for (let i = 0; i < 3000; i++) set.add(`${i % 3 === 0 ? "stay" : "go"}${i}`, i % 3, limits);
    const seen = new Set<string>();
    let cursor = 0;
    for (let i = 0; i < steps; i++) cursor = set.scan(cursor, 100, (member) => seen.add(member));
    const gone = { min: 1, max: 2, minExclusive: false, maxExclusive: false };
    assertEquals(set.deleteRangeByScore(gone), 2000);
    assertEquals(set.size, 1000);
    do cursor = set.scan(cursor, 100, (member) => seen.add(member)); while (cursor !== 0);
    for (let i = 0; i < 3000; i += 3) {
      assert(seen.has(`stay${i}`), `missed stay${i} after ${steps} steps`);
    }
    assertEquals(set.rank("stay999"), contents(set).findIndex((pair) => pair.member === "stay999"));
    assertEquals(set.deleteRangeByRank(0, 1000), 1000);
    assertEquals([set.size, contents(set).length, set.encoding], [0, 0, "skiplist"]);
    set.add("a", 1, limits);
    assertEquals(set.rank("a"), 0);
  }
});

/** Chi-square of counts against equal shares. */
function chiSquare(counts: number[]): number {
  const share = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - share) ** 2 / share, 0);
}

Deno.test("sorted set: random members and samples are fair", () => {
  const random = mulberry32(8);
  for (const entries of [0, 128]) {
    const limits = { ...defaultLimits(), zsetMaxListpackEntries: entries };
    const set = ZSetValue.create(limits);
    for (let i = 0; i < 200; i++) set.add(`m${i}`, i % 10, limits);
    for (let i = 100; i < 200; i++) set.delete(`m${i}`);
    // 99 degrees of freedom: 0.001 of all fair trials exceed 148.2.
    const single = new Array<number>(100).fill(0);
    for (let i = 0; i < 50_000; i++) {
      single[Number(set.randomEntry(random.next).member.slice(1))]++;
    }
    assert(chiSquare(single) < 148.2, `random members: ${chiSquare(single)}`);
    for (const count of [3, 24, 26, 90]) {
      const counts = new Array<number>(100).fill(0);
      for (let i = 0; i < 60_000 / count; i++) {
        const picked = set.sample(count, random.next);
        assertEquals(new Set(picked.map((entry) => entry.member)).size, count);
        for (const entry of picked) counts[Number(entry.member.slice(1))]++;
      }
      assert(chiSquare(counts) < 148.2, `samples of ${count}: ${chiSquare(counts)}`);
    }
    assertEquals(set.sample(1000, random.next).length, 100);
    assertEquals(set.sample(0, random.next), []);
  }
});

Deno.test("sorted set: memory is counted and falls again", () => {
  const limits = defaultLimits();
  const small = ZSetValue.create(limits);
  small.add("a", 1, limits);
  assert(small.memoryBytes() > 50 && small.memoryBytes() < 400);
  const set = ZSetValue.create(limits);
  for (let i = 0; i < 20_000; i++) set.add(`member-${i}`, i, limits);
  const full = set.memoryBytes();
  assertAlmostEquals(set.memoryBytes(0), full, full / 100);
  assert(full / 20_000 > 50 && full / 20_000 < 200, `${full / 20_000} bytes a member`);
  set.deleteRangeByRank(10, 20_000);
  assert(set.memoryBytes() < full / 2);
  for (let i = 0; i < 10; i++) assertEquals(set.rank(`member-${i}`), i);
});
