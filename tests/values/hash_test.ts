import { assert, assertEquals } from "@std/assert";
import { mulberry32, type Prng } from "../support/prng.ts";
import { defaultLimits, type EncodingLimits } from "../../src/values/limits.ts";
import { HashValue } from "../../src/values/hash.ts";
import { assertUniform } from "./statistics.ts";

function limitsOf(entries: number, value: number): EncodingLimits {
  return { ...defaultLimits(), hashMaxListpackEntries: entries, hashMaxListpackValue: value };
}

function text(prng: Prng, longest: number): string {
  const length = prng.int(3) === 0 ? prng.int(longest) : prng.int(12);
  return String.fromCharCode(...Array.from({ length }, () => prng.int(256)));
}

/** A hash as a Map in order of insertion, and the times of its fields. */
class Model {
  values = new Map<string, string>();
  times = new Map<string, number>();

  live(now: number): [string, string][] {
    return [...this.values].filter(([field]) => !((this.times.get(field) ?? Infinity) < now));
  }
}

/** The order of a listpackex: by time, those without last; equals in the order of their coming. */
function place(model: Model, field: string): void {
  const time = (name: string) => model.times.get(name) ?? Infinity;
  const entries = [...model.values].filter(([name]) => name !== field);
  const value = model.values.get(field)!;
  let at = entries.findIndex(([name]) => time(name) > time(field));
  if (at < 0) at = entries.length;
  entries.splice(at, 0, [field, value]);
  model.values = new Map(entries);
}

function assertSame(hash: HashValue, model: Model, now: number): void {
  const live = model.live(now);
  const flat = hash.toFlat(now);
  if (hash.encoding === "hashtable") {
    const got: [string, string][] = [];
    for (let i = 0; i < flat.length; i += 2) got.push([flat[i], flat[i + 1]]);
    const byField = (a: [string, string], b: [string, string]) => a[0] < b[0] ? -1 : 1;
    assertEquals(got.sort(byField), live.sort(byField));
  } else assertEquals(flat, live.flat());
  assertEquals(hash.fields(now).length, live.length);
  const values = hash.values(now);
  assertEquals(hash.fields(now).flatMap((field, i) => [field, values[i]]), flat);
  assertEquals(hash.size, model.values.size);
  assertEquals(hash.expiringCount, model.times.size);
  assertEquals(hash.nextExpiry, Math.min(Infinity, ...model.times.values()));
  const all = hash.scan(0, 1_000_000, now).items;
  assertEquals(all.length, flat.length);
}

for (
  const [name, limits, range, longest, expiring] of [
    ["default limits", limitsOf(512, 64), 400, 64, false],
    ["default limits, many fields", limitsOf(512, 64), 1500, 20, false],
    ["low limits", limitsOf(6, 10), 12, 12, false],
    ["long values in a listpack", limitsOf(10_000, 70_000), 60, 1500, false],
    ["expiring fields", limitsOf(512, 64), 60, 30, true],
    ["expiring fields, low limits", limitsOf(6, 64), 12, 20, true],
    ["expiring fields beyond one packed string", limitsOf(10_000, 70_000), 60, 1500, true],
  ] as const
) {
  Deno.test(`hash: random edits against a Map, ${name}`, () => {
    const prng = mulberry32(range + longest);
    let hash = new HashValue();
    let model = new Model();
    let now = 1000;
    for (let i = 0; i < 10_000; i++) {
      const field = `${prng.int(range)}`;
      const time = model.times.get(field) ?? Infinity;
      const there = model.values.has(field);
      const growing = Math.floor(i / 1200) % 2 === 0;
      const kind = prng.int(expiring ? 14 : 10);
      if (kind < (growing ? 7 : 2)) {
        const value = text(prng, longest);
        const keep = prng.int(4) === 0;
        assertEquals(hash.set(field, value, limits, keep), !there);
        model.values.set(field, value);
        if (!keep && model.times.delete(field)) place(model, field);
      } else if (kind < 5) {
        assertEquals(hash.delete(field), model.values.delete(field));
        model.times.delete(field);
      } else if (kind < 10) {
        const seen = time < now ? undefined : model.values.get(field);
        assertEquals(hash.get(field, now), seen);
        assertEquals(hash.has(field, now), seen !== undefined);
        assertEquals(hash.strlen(field, now), seen?.length ?? 0);
        assertEquals(hash.get(field), model.values.get(field));
      } else if (kind < 12) {
        const at = now + prng.int(300);
        assertEquals(hash.setExpiry(field, at), there);
        if (there) {
          model.times.set(field, at);
          place(model, field);
        }
      } else if (kind === 12) {
        assertEquals(hash.persist(field), model.times.delete(field));
        if (time !== Infinity) place(model, field);
      } else {
        now += prng.int(40);
        const limit = prng.int(2) === 0 ? Infinity : 3;
        const due = [...model.times].filter(([, at]) => at < now).map(([name]) => name);
        const gone = hash.expireDue(now, limit);
        assertEquals(gone.length, Math.min(due.length, limit));
        for (const one of gone) {
          assert(due.includes(one));
          model.times.delete(one);
          model.values.delete(one);
        }
      }
      assertEquals(hash.getExpiry(field), model.times.get(field));
      if (i % 100 === 0) {
        assertSame(hash, model, now);
        const copy = hash.clone();
        assertSame(copy, model, now);
        copy.set("only in the copy", "x", limits);
        copy.setExpiry("only in the copy", 1);
        assertEquals(hash.size, model.values.size);
        const sample = hash.sample(prng.int(9), prng.next, now);
        for (let n = 0; n < sample.length; n += 2) {
          assertEquals(hash.get(sample[n], now), sample[n + 1]);
        }
      }
      if (model.values.size === 0 || i % 1200 === 0) {
        const loaded = HashValue.fromFlat([...model.values].flat(), limits, model.times);
        if (loaded.encoding !== "hashtable" && hash.encoding === "hashtable") {
          const next = new Model();
          const flat = loaded.toFlat();
          for (let n = 0; n < flat.length; n += 2) next.values.set(flat[n], flat[n + 1]);
          next.times = new Map(model.times);
          assertEquals(new Map([...next.values].sort()), new Map([...model.values].sort()));
          model = next;
        }
        hash = loaded;
        assertSame(hash, model, now);
      }
    }
  });
}

Deno.test("hash: encodings change where 7.2 changes them", () => {
  const limits = limitsOf(2, 5);
  const hash = new HashValue();
  hash.set("a", "1", limits);
  hash.set("b", "2", limits);
  assertEquals(hash.encoding, "listpack");
  hash.set("b", "fives", limits);
  assertEquals(hash.encoding, "listpack");
  const other = hash.clone();
  hash.set("c", "3", limits);
  assertEquals([hash.encoding, hash.size], ["hashtable", 3]);
  hash.delete("c");
  assertEquals(hash.encoding, "hashtable", "for good");
  other.set("b", "sixsix", limits);
  assertEquals([other.encoding, other.get("b")], ["hashtable", "sixsix"]);
  const third = HashValue.fromFlat(["a", "1"], limits);
  third.reserve(["HSET", "key", "a", "1", "b", "2"], 2, limits);
  assertEquals(third.encoding, "listpack");
  third.reserve(["HSET", "key", "a", "1", "a", "2", "a", "3"], 2, limits);
  assertEquals(third.encoding, "hashtable", "three pairs are too many, though of one field");
  const fourth = HashValue.fromFlat(["a", "1"], limits);
  fourth.reserve(["a", "sixsix"], 0, limits);
  assertEquals(fourth.encoding, "hashtable");
  assertEquals(HashValue.fromFlat(["a", "1", "b", "2"], limits).encoding, "listpack");
  assertEquals(HashValue.fromFlat(["a", "1", "b", "2", "c", "3"], limits).encoding, "hashtable");
  assertEquals(HashValue.fromFlat(["a", "sixsix"], limits).encoding, "hashtable");
});

Deno.test("hash: a lowered limit converts at the next write", () => {
  const hash = HashValue.fromFlat(["a", "1", "b", "2", "c", "3"], limitsOf(512, 64));
  hash.set("a", "4", limitsOf(2, 64));
  assertEquals([hash.encoding, hash.get("a")], ["hashtable", "4"]);
});

Deno.test("hash: of a field that is loaded twice the last value counts", () => {
  const limits = defaultLimits();
  for (const filler of [0, 60, 400, 600]) {
    const flat = ["a", "1", ...Array.from({ length: 2 * filler }, (_, i) => `${i}`), "a", "2"];
    const hash = HashValue.fromFlat(flat, limits);
    assertEquals([hash.size, hash.get("a")], [filler + 1, "2"]);
  }
});

Deno.test("hash: a listpack with expiring fields is a listpackex, in order of the times", () => {
  const limits = defaultLimits();
  const hash = HashValue.fromFlat(["a", "1", "b", "2", "c", "3", "d", "4"], limits);
  hash.setExpiry("c", 200);
  hash.setExpiry("b", 100);
  assertEquals([hash.encoding, hash.fields()], ["listpackex", ["b", "c", "a", "d"]]);
  hash.set("b", "5", limits);
  assertEquals(hash.fields(), ["c", "a", "d", "b"]);
  hash.set("c", "6", limits, true);
  assertEquals([hash.getExpiry("c"), hash.getExpiry("b")], [200, undefined]);
  assertEquals([hash.has("c", 200), hash.has("c", 201)], [true, false], "expired after its time");
  hash.delete("c");
  assertEquals([hash.nextExpiry, hash.encoding], [Infinity, "listpackex"]);
  const loaded = HashValue.fromFlat(["a", "1", "b", "2"], limits, new Map([["b", 5], ["x", 1]]));
  assertEquals([loaded.fields(), loaded.nextExpiry, loaded.expiringCount], [["b", "a"], 5, 1]);
});

Deno.test("hash: many expiring fields go in order of their times", () => {
  const limits = defaultLimits();
  const prng = mulberry32(3);
  const hash = new HashValue();
  for (let i = 0; i < 5000; i++) {
    hash.set(`f${i}`, "v", limits);
    for (let n = prng.int(3); n >= 0; n--) hash.setExpiry(`f${i}`, 1 + prng.int(100_000));
  }
  let last = 0;
  let gone = 0;
  while (hash.size > 0) {
    assert(hash.nextExpiry >= last);
    last = hash.nextExpiry;
    gone += hash.expireDue(last + 1).length;
  }
  assertEquals([gone, hash.nextExpiry, hash.expiringCount], [5000, Infinity, 0]);
});

Deno.test("hash: a scan returns every field that is there throughout, and none that is expired", () => {
  const limits = defaultLimits();
  const prng = mulberry32(12);
  for (let round = 0; round < 60; round++) {
    const hash = new HashValue();
    for (let i = 0; i < 300; i++) {
      hash.set(`stay${i}`, `${i}`, limits);
      hash.set(`go${i}`, "v", limits);
    }
    hash.set("expired", "v", limits);
    hash.setExpiry("expired", 10);
    const seen = new Map<string, string>();
    let cursor = 0;
    do {
      const page = hash.scan(cursor, 1 + prng.int(30), 1000);
      for (let i = 0; i < page.items.length; i += 2) seen.set(page.items[i], page.items[i + 1]);
      cursor = page.cursor;
      for (let n = prng.int(40); n > 0; n--) {
        const field = `go${prng.int(600)}`;
        if (prng.int(2) === 0) hash.set(field, "v", limits);
        else hash.delete(field);
      }
    } while (cursor !== 0);
    for (let i = 0; i < 300; i++) assertEquals(seen.get(`stay${i}`), `${i}`);
    assert(!seen.has("expired"));
  }
});

for (const size of [40, 700]) {
  Deno.test(`hash: random pairs are uniform, ${size} fields`, () => {
    const limits = defaultLimits();
    const prng = mulberry32(7);
    const flat = Array.from({ length: size }, (_, i) => [`f${i}`, `v${i}`]).flat();
    const hash = HashValue.fromFlat(flat, limits);
    hash.set("hidden", "x", limits);
    hash.setExpiry("hidden", 5);
    for (const now of [6, 0]) {
      if (now === 0) hash.delete("hidden");
      const single = new Array<number>(size).fill(0);
      for (let i = 0; i < size * (now === 0 ? 200 : 20); i++) {
        const [field, value] = hash.random(prng.next, now)!;
        assertEquals(value, field.replace("f", "v"));
        single[Number(field.slice(1))]++;
      }
      assertUniform(single, "random");
      for (const count of [1, Math.floor(size / 3), size - 2]) {
        const sampled = new Array<number>(size).fill(0);
        for (let i = 0; i < 400; i++) {
          const picked = hash.sample(count, prng.next, now);
          assertEquals(picked.length, 2 * count);
          for (let n = 0; n < picked.length; n += 2) sampled[Number(picked[n].slice(1))]++;
        }
        assertUniform(sampled, `sample of ${count}`);
      }
    }
  });
}

Deno.test("hash: a small hash is small", () => {
  const hash = HashValue.fromFlat(["name", "Ada", "born", "1815", "field", "x"], defaultLimits());
  assert(hash.memoryBytes() < 110);
  assertEquals(new HashValue().random(Math.random), undefined);
});
