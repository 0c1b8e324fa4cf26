import { assert, assertEquals } from "@std/assert";
import { DenseKeys, NO_ENTRY } from "../../src/values/dense_keys.ts";
import { DenseMap, DenseSet } from "../../src/values/dense_map.ts";
import { ZSetMembers } from "../../src/values/zset_members.ts";
import { mulberry32 } from "../support/prng.ts";

/** Keys of many lengths: what differs may be anywhere. */
function keyOf(i: number): string {
  return i % 3 === 0 ? `${i}` : i % 3 === 1 ? `prefix:${i}` : `${i}`.padEnd(20 + (i % 9), "\xff");
}

/** That a table finds its keys where they are, and no others. */
function assertSound(table: DenseKeys, others: Iterable<string>): void {
  for (const [entry, key] of table.keys.entries()) assertEquals(table.find(key), entry);
  for (const key of others) assertEquals(table.find(key), NO_ENTRY);
}

Deno.test("a table of keys does what a model does, growing and shrinking", () => {
  const prng = mulberry32(7);
  const table = new DenseKeys();
  let model: string[] = [];
  for (let step = 0; step < 60_000; step++) {
    // Phases of growth and of decline, down to nothing.
    const growing = (step >> 13) % 2 === 0;
    const key = keyOf(prng.int(growing ? 6000 : 3000));
    const entry = model.indexOf(key);
    assertEquals(table.find(key), entry);
    if (growing || prng.int(4) === 0) {
      assertEquals(table.entryFor(key, true), entry < 0 ? model.length : entry);
      if (entry < 0) model.push(key);
      continue;
    }
    if (model.length === 0) continue;
    const gone = entry < 0 ? prng.int(model.length) : entry;
    if (model.length < 50 && prng.int(2) === 0) {
      table.removeInOrder(gone);
      model = model.filter((_, i) => i !== gone);
    } else {
      assertEquals(table.removeAt(gone), gone !== model.length - 1);
      const last = model.pop()!;
      if (gone < model.length) model[gone] = last;
    }
    if (step % 1000 === 0) {
      assertEquals(table.keys, model);
      assertSound(table, Array.from({ length: 50 }, (_, i) => `absent:${i}`));
    }
  }
  assertEquals(table.size, model.length);
  assertSound(table, []);
});

Deno.test("keys that differ in one byte anywhere are different keys", () => {
  const table = new DenseKeys();
  const keys = [""];
  for (let length = 1; length < 24; length++) {
    for (let i = 0; i < length; i++) {
      for (const char of ["\0", "\x01", "\x80", "\xff"]) {
        keys.push("a".repeat(i) + char + "a".repeat(length - i - 1));
      }
    }
  }
  for (const key of keys) table.append(key, true);
  assertEquals(new Set(table.keys).size, keys.length);
  assertSound(table, ["a", "aa", "a".repeat(24)]);
});

Deno.test("a table gives memory back, and keeps what is left", () => {
  const set = new DenseSet();
  for (let i = 0; i < 20_000; i++) set.add(`member:${i}`);
  const full = set.memoryBytes();
  while (set.size > 10) set.deleteAt(0);
  assert(set.memoryBytes() < full / 100, `${set.memoryBytes()} of ${full}`);
  assertSound(set, ["member:0"]);
  for (let i = 0; i < 500; i++) set.add(`again:${i}`);
  assertSound(set, []);
});

Deno.test("values and scores go with their keys", () => {
  const prng = mulberry32(99);
  for (const compact of [false, true]) {
    const map = new DenseMap(compact);
    const members = new ZSetMembers(0);
    const model = new Map<string, string>();
    for (let step = 0; step < 6000; step++) {
      const key = keyOf(prng.int(200));
      if (prng.int(5) < 2) {
        assertEquals(map.delete(key), model.delete(key));
        const entry = members.find(key);
        if (entry !== NO_ENTRY) members.remove(entry);
      } else {
        assertEquals(map.set(key, `${step}`), !model.has(key));
        model.set(key, `${step}`);
        members.scores[members.place(key, step)] = step;
      }
    }
    for (const [key, value] of model) {
      assertEquals(map.get(key), value);
      assertEquals(members.scores[members.find(key)], Number(value));
    }
    assertEquals([map.size, members.size], [model.size, model.size]);
    // A Map keeps a key's place when its value changes, as the compact mode does.
    if (compact) assertEquals([map.keys, map.values], [[...model.keys()], [...model.values()]]);
    const copy = map.clone();
    copy.set("new", "v");
    assertEquals([map.has("new"), copy.get("new"), copy.size], [false, "v", map.size + 1]);
    assertSound(copy, ["none"]);
  }
});
