import { assert, assertEquals, assertThrows } from "@std/assert";
import { mulberry32, type Prng } from "../support/prng.ts";
import { defaultLimits, type EncodingLimits } from "../../src/values/limits.ts";
import { ListValue } from "../../src/values/list.ts";

function limitsOf(listMaxListpackSize: number): EncodingLimits {
  return { ...defaultLimits(), listMaxListpackSize };
}

/** Few different elements, so that searches find something; some long, some numbers. */
function element(prng: Prng): string {
  const kind = prng.int(10);
  if (kind < 5) return `v${prng.int(8)}`;
  if (kind < 8) return String(prng.int(2000) - 1000);
  return String.fromCharCode(prng.int(256)).repeat(prng.int(kind === 8 ? 40 : 400));
}

function modelPositions(
  model: string[],
  value: string,
  rank: number,
  count: number,
  maxlen: number,
): number[] {
  const indexes = model.map((_, i) => i);
  if (rank < 0) indexes.reverse();
  const seen = maxlen === 0 ? indexes : indexes.slice(0, maxlen);
  const found = seen.filter((i) => model[i] === value).slice(Math.abs(rank) - 1);
  return count === 0 ? found : found.slice(0, count);
}

/** One random edit of both; returns what they answered. */
function edit(
  prng: Prng,
  list: ListValue,
  model: string[],
  limits: EncodingLimits,
  growing: boolean,
): [unknown, unknown] {
  const value = element(prng);
  const index = prng.int(model.length + (prng.int(20) === 0 ? 2 : 0));
  switch (prng.int(growing ? 9 : 16)) {
    case 0:
      return [list.pushLeft(value, limits), void model.unshift(value)];
    case 1:
    case 2:
      return [list.pushRight(value, limits), void model.push(value)];
    case 3: {
      const values = ["skipped", ...Array.from({ length: prng.int(30) }, () => element(prng))];
      list.pushAllRight(values, 1, limits);
      model.push(...values.slice(1));
      return [0, 0];
    }
    case 4: {
      const values = Array.from({ length: prng.int(30) }, () => element(prng));
      list.pushAllLeft(values, 0, limits);
      model.unshift(...values.slice().reverse());
      return [0, 0];
    }
    case 5:
      if (index >= model.length) return [0, 0];
      list.insertBefore(index, value, limits);
      model.splice(index, 0, value);
      return [0, 0];
    case 6:
      if (index >= model.length) return [0, 0];
      list.insertAfter(index, value, limits);
      model.splice(index + 1, 0, value);
      return [0, 0];
    case 7: {
      const exists = index < model.length;
      if (exists) model[index] = value;
      return [list.set(index, value, limits), exists];
    }
    case 8:
      return [list.popLeft(limits), model.shift()];
    case 9:
      return [list.popRight(limits), model.pop()];
    case 10: {
      const count = prng.int(9) - 4;
      let found = model.map((_, i) => i).filter((i) => model[i] === value);
      if (count > 0) found = found.slice(0, count);
      else if (count < 0) found = found.slice(count);
      for (const i of found.reverse()) model.splice(i, 1);
      return [list.remove(count, value, limits), found.length];
    }
    case 11: {
      const to = index + prng.int(40);
      return [list.removeRange(index, to, limits), model.splice(index, to - index).length];
    }
    case 12: {
      const to = Math.max(index, model.length - prng.int(30));
      const from = Math.min(index, prng.int(30));
      list.trim(from, to, limits);
      model.splice(to);
      model.splice(0, from);
      return [0, 0];
    }
    default:
      for (let n = prng.int(40); n > 0; n--) {
        const left = prng.int(2) === 0;
        const got = left ? list.popLeft(limits) : list.popRight(limits);
        const expected = left ? model.shift() : model.pop();
        if (got !== expected) return [got, expected];
      }
      return [0, 0];
  }
}

function compare(prng: Prng, list: ListValue, model: string[]): void {
  assertEquals(list.length, model.length);
  for (let n = 0; n < 4; n++) {
    const index = prng.int(model.length + 1);
    assertEquals(list.get(index), model[index]);
  }
  const from = prng.int(model.length + 1);
  const to = from + prng.int(50);
  assertEquals(list.slice(from, to), model.slice(from, to));
  const value = element(prng);
  assertEquals(list.indexOf(value, from), model.indexOf(value, from));
  const rank = (1 + prng.int(3)) * (prng.int(2) * 2 - 1);
  const count = prng.int(4);
  const maxlen = prng.int(3) * prng.int(model.length + 1);
  assertEquals(
    list.positions(value, { rank, count, maxlen }),
    modelPositions(model, value, rank, count, maxlen),
  );
}

function compareAll(list: ListValue, model: string[]): void {
  assertEquals(list.slice(), model);
  assertEquals([...list], model);
  const start = Math.floor(model.length / 3);
  const forwards: string[] = [];
  list.forEach((value, i) => {
    assert(model[i] === value);
    forwards.push(value);
  }, start);
  assertEquals(forwards, model.slice(start));
  const backwards: string[] = [];
  list.forEachReverse((value, i) => {
    assert(model[i] === value);
    backwards.push(value);
    return backwards.length < 500;
  }, start);
  assertEquals(backwards, model.slice(0, start + 1).reverse().slice(0, 500));
}

for (const max of [-2, -1, -5, 128, 3, 1]) {
  Deno.test(`list: random edits against an array, list-max-listpack-size ${max}`, () => {
    const prng = mulberry32(1000 + max);
    const limits = limitsOf(max);
    let list = new ListValue();
    let model: string[] = [];
    for (let i = 0; i < 12_000; i++) {
      const growing = Math.floor(i / 700) % 2 === 0;
      const [got, expected] = edit(prng, list, model, limits, growing);
      assertEquals(got, expected, `answer to edit ${i}`);
      compare(prng, list, model);
      if (i % 300 === 0) {
        compareAll(list, model);
        const copy = list.clone();
        const loaded = ListValue.from(model, limits);
        compareAll(copy, model);
        compareAll(loaded, model);
        copy.pushLeft("only in the copy", limits);
        assertEquals(list.length, model.length);
        list = loaded;
      }
      if (model.length > 4000) {
        list = new ListValue();
        model = [];
      }
    }
  });
}

Deno.test("list: a large list keeps its order through work at both ends and in the middle", () => {
  const limits = limitsOf(-2);
  const list = new ListValue();
  for (let i = 0; i < 100_000; i++) {
    list.pushRight(`right ${i}`, limits);
    list.pushLeft(`left ${i}`, limits);
  }
  assertEquals(list.length, 200_000);
  assertEquals(list.get(0), "left 99999");
  assertEquals(list.get(99_999), "left 0");
  assertEquals(list.get(100_000), "right 0");
  assertEquals(list.get(150_000), "right 50000");
  list.insertBefore(100_000, "middle", limits);
  assertEquals(list.get(100_000), "middle");
  assertEquals(list.get(100_001), "right 0");
  assertEquals(list.get(199_999), "right 99998");
  list.set(150_000, "changed", limits);
  assertEquals(list.slice(149_999, 150_002), ["right 49998", "changed", "right 50000"]);
  for (let i = 99_999; i >= 0; i--) assertEquals(list.popLeft(limits), `left ${i}`);
  assertEquals(list.popLeft(limits), "middle");
  for (let i = 99_999; i >= 1; i--) {
    assertEquals(list.popRight(limits), i === 49_999 ? "changed" : `right ${i}`);
  }
  assertEquals([list.popRight(limits), list.popRight(limits)], ["right 0", undefined]);
  assertEquals(list.length, 0);
});

Deno.test("list: encoding by count follows the rules of 7.2", () => {
  const limits = limitsOf(4);
  const list = new ListValue();
  list.pushAllRight(["a", "b", "c", "d"], 0, limits);
  assertEquals(list.encoding, "listpack");
  list.pushRight("e", limits);
  assertEquals(list.encoding, "quicklist");
  for (const length of [4, 3]) {
    list.popRight(limits);
    assertEquals([list.length, list.encoding], [length, "quicklist"]);
  }
  list.popRight(limits);
  assertEquals([list.length, list.encoding], [2, "listpack"], "half of the limit");
});

Deno.test("list: two nodes do not make a listpack, however short they are", () => {
  const limits = limitsOf(4);
  const list = ListValue.from(["a", "b", "c", "d", "e", "f"], limits);
  for (let i = 0; i < 3; i++) list.popLeft(limits);
  assertEquals([list.length, list.encoding], [3, "quicklist"], "d | e f");
  list.popLeft(limits);
  assertEquals([list.length, list.encoding], [2, "listpack"]);
});

Deno.test("list: replacing counts as growing when the listpack is full", () => {
  const limits = limitsOf(3);
  const list = ListValue.from(["a", "b", "c"], limits);
  assertEquals(list.encoding, "listpack");
  list.set(0, "x", limits);
  assertEquals(list.encoding, "quicklist");
});

Deno.test("list: encoding by bytes looks at the listpack with what is pushed", () => {
  const limits = limitsOf(-1);
  const list = ListValue.from(["x".repeat(2000)], limits);
  assertEquals(list.encoding, "listpack");
  // 7 for the frame, 2000 + 2 + 2 for the element: 2085 bytes are left of 4096.
  list.clone().pushRight("y".repeat(2085), limits);
  const fits = list.clone();
  fits.pushRight("y".repeat(2085), limits);
  assertEquals(fits.encoding, "listpack");
  list.pushRight("y".repeat(2086), limits);
  assertEquals(list.encoding, "quicklist");
  assertEquals(list.set(1, "small", limits), true);
  assertEquals(list.encoding, "quicklist", "one node of 2011 + 7 bytes and a new one");
  list.popRight(limits);
  assertEquals(list.encoding, "listpack");
  const all = new ListValue();
  all.pushAllRight(["a".repeat(2048), "b".repeat(2048)], 0, limits);
  assertEquals(all.encoding, "quicklist");
});

Deno.test("list: a bulk load is a listpack up to the whole limit", () => {
  const limits = limitsOf(-1);
  const loaded = ListValue.from(Array.from({ length: 39 }, () => "x".repeat(98)), limits);
  assertEquals(loaded.encoding, "listpack", "39 × 101 + 7 bytes in one node");
  assertEquals(ListValue.from([...loaded, ...loaded], limits).encoding, "quicklist");
});

Deno.test("list: inserting needs an element to insert at", () => {
  const limits = limitsOf(-2);
  assertThrows(() => new ListValue().insertBefore(0, "x", limits), RangeError);
});

Deno.test("list: estimated memory grows with the content", () => {
  const limits = limitsOf(-2);
  const small = ListValue.from(["a", "b", "c"], limits);
  assert(small.memoryBytes() < 100);
  const large = ListValue.from(Array.from({ length: 10_000 }, (_, i) => `element ${i}`), limits);
  const bytes = large.memoryBytes();
  assert(bytes > 130_000 && bytes < 400_000, `${bytes}`);
});

Deno.test("list: a queue takes as much memory as is in it, not as went through it", () => {
  const limits = defaultLimits();
  for (const forwards of [true, false]) {
    const list = new ListValue();
    const item = (i: number) => `element:${String(i).padStart(12, "0")}`;
    for (let i = 0; i < 30; i++) list.pushRight(item(forwards ? i : 29 - i), limits);
    const before = list.memoryBytes();
    for (let i = 30; i < 20_000; i++) {
      if (forwards) {
        list.pushRight(item(i), limits);
        assertEquals(list.popLeft(limits), item(i - 30));
      } else {
        list.pushLeft(item(i), limits);
        assertEquals(list.popRight(limits), item(i - 30));
      }
    }
    assert(list.memoryBytes() < 3 * before, `${list.memoryBytes()} after ${before}`);
    assertEquals([list.length, list.indexOf(item(19_990))], [30, forwards ? 20 : 9]);
  }
});

Deno.test("list: the longest lengths that two bytes could hold take three", () => {
  // 7 for the frame; 5 + 16378 = 16383 and three bytes of length for the element: 16375 are left.
  const limits = limitsOf(-4);
  const list = ListValue.from(["x".repeat(16_378)], limits);
  const over = list.clone();
  list.pushRight("y".repeat(16_375), limits);
  over.pushRight("y".repeat(16_376), limits);
  assertEquals([list.encoding, over.encoding], ["listpack", "quicklist"]);
});
