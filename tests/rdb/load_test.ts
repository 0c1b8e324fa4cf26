import "../../src/datatypes/mod.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ManualClock } from "../../src/clock/clock.ts";
import { RdbError } from "../../src/rdb/error.ts";
import { loadRdbFile } from "../../src/rdb/load/load.ts";
import { TempDir } from "../support/temp.ts";
import {
  type CanonicalContent,
  type CanonicalField,
  type CanonicalKey,
  type CanonicalStream,
  comparable,
  idleAndFrequency,
  settleSeenTimes,
} from "./canonical.ts";
import { type ExpectedContent, fixtureNames, readFixture } from "./fixtures.ts";
import { keyspaceContent, silentKeyspace } from "./keyspace_content.ts";
import { file, little, string } from "./writers.ts";

/** Nothing that has an expiry is past at this time. */
const BEFORE_ALL = 1;
/** Every expiry that the recorder meant to be past is, and those meant to be far are not. */
const LATER = Date.UTC(2027, 0, 1);
/** The recorded dumps; RDB_FIXTURES may name another folder of the same form. */
const folder = Deno.env.get("RDB_FIXTURES");
const root = folder === undefined ? undefined : new URL(`file://${folder}/`);

/** Load a file as at a time. */
async function load(path: URL | string, at: number, lfu = false) {
  const clock = new ManualClock(at);
  const keyspace = silentKeyspace(clock);
  keyspace.access.lfu = lfu;
  const result = await loadRdbFile(typeof path === "string" ? path : path.pathname, keyspace);
  return { keyspace, result, dbs: keyspaceContent(keyspace) };
}

/** Set what a file of an older version does not have, and what is made up for it, to null. */
function forgetMadeUp(dbs: CanonicalContent["dbs"], version: number): void {
  for (const { type, value } of Object.values(dbs).flat()) {
    if (type !== "stream") continue;
    const stream = value as CanonicalStream;
    if (version < 10) stream.entries_added = stream.max_deleted_id = null;
    for (const group of stream.groups) {
      if (version < 10) group.entries_read = null;
      if (version < 11) { for (const consumer of group.consumers) consumer.active_time = null; }
    }
  }
}

/** A key as it is at a later time; null when it is gone. */
function at(time: number, key: CanonicalKey): CanonicalKey | null {
  if (key.ttl !== null && key.ttl < time) return null;
  if (key.type !== "hash") return key;
  const fields = (key.value as CanonicalField[]).filter(([, , ms]) =>
    ms === undefined || ms >= time
  );
  return fields.length === 0 ? null : { ...key, value: fields };
}

function contentAt(time: number, expected: ExpectedContent): CanonicalContent["dbs"] {
  const dbs: CanonicalContent["dbs"] = {};
  for (const [db, keys] of Object.entries(expected.dbs)) {
    const left = keys.map((key) => at(time, key)).filter((key) => key !== null);
    if (left.length > 0) dbs[db] = left;
  }
  return dbs;
}

function count(dbs: CanonicalContent["dbs"]): number {
  return Object.values(dbs).flat().length;
}

for (const name of fixtureNames(root)) {
  const { path, expected } = readFixture(name, root);
  if (expected.must === "reject") {
    Deno.test(`${name} is not loaded, for its module data`, async () => {
      const error = await assertRejects(() => load(path, BEFORE_ALL), RdbError);
      assertEquals(error.kind, "module");
    });
    continue;
  }
  Deno.test(`${name} loads into the structures that it describes`, async () => {
    const statistics = idleAndFrequency(expected);
    const lfu = [...statistics.values()].some(({ freq }) => freq !== undefined);
    const { result, dbs } = await load(path, BEFORE_ALL, lfu);
    forgetMadeUp(dbs, expected.rdb_version);
    const got: CanonicalContent = { rdb_version: expected.rdb_version, dbs };
    settleSeenTimes(expected, got);
    assertEquals(comparable(got).dbs, comparable(expected).dbs);
    assertEquals([result.keysLoaded, result.keysExpired], [count(expected.dbs), 0]);
    assertEquals(
      result.functions.map(btoa).sort(),
      (expected.functions ?? []).map(({ code }) => code).sort(),
    );
    const found = idleAndFrequency(got);
    for (const [key, { idle_s, freq }] of statistics) {
      if (freq !== undefined) assertEquals(found.get(key)?.freq, freq, key);
      else assert(Math.abs((found.get(key)?.idle_s ?? -9) - idle_s!) <= 2, key);
    }
  });
  const left = contentAt(LATER, expected);
  if (count(left) === count(expected.dbs) && !name.includes("hfe")) continue;
  Deno.test(`${name} loads without what is past its time`, async () => {
    const { result, dbs } = await load(path, LATER);
    forgetMadeUp(dbs, expected.rdb_version);
    const got: CanonicalContent = { rdb_version: expected.rdb_version, dbs };
    const want = { ...expected, dbs: left };
    settleSeenTimes(want, got);
    assertEquals(comparable(got).dbs, comparable(want).dbs);
    assertEquals(result.keysLoaded, count(left));
    assertEquals(result.keysExpired, count(expected.dbs) - count(left));
  });
}

async function loadBytes(bytes: Uint8Array, time = BEFORE_ALL) {
  await using directory = await TempDir.create();
  const path = `${directory.path}/dump.rdb`;
  await Deno.writeFile(path, bytes);
  return await load(path, time);
}

Deno.test("a key lives through the millisecond that it expires at, and is left out after it", async () => {
  const bytes = file("\xfc" + little(5000, 8) + "\0" + string("key") + string("value"));
  assertEquals((await loadBytes(bytes, 5000)).result.keysLoaded, 1);
  const { result, keyspace } = await loadBytes(bytes, 5001);
  assertEquals([result.keysLoaded, result.keysExpired, keyspace.size], [0, 1, 0]);
});

Deno.test("a key that comes twice is refused by name, unless it was past its time", async () => {
  const key = "\0" + string("twice") + string("value");
  const error = await assertRejects(() => loadBytes(file(key + key)), RdbError);
  assertEquals(error.kind, "corrupt");
  assert(error.message.startsWith("RDB has duplicated key 'twice' in DB 0"), error.message);
  const past = "\xfc" + little(1000, 8) + key;
  assertEquals((await loadBytes(file(past + key), 2000)).result.keysLoaded, 1);
});

Deno.test("an empty collection is reported and left out, and what follows is loaded", async () => {
  await using directory = await TempDir.create();
  const path = `${directory.path}/dump.rdb`;
  await Deno.writeFile(path, file("\x01" + string("e") + "\0" + "\0" + string("s") + string("v")));
  const keyspace = silentKeyspace(new ManualClock(BEFORE_ALL));
  const empty: string[] = [];
  const result = await loadRdbFile(path, keyspace, { onEmptyKey: (key) => empty.push(key) });
  assertEquals([empty, result.keysLoaded, keyspace.databases[0].get("s")], [["e"], 1, "v"]);
});

Deno.test("progress is told after each piece, the remarks once before the first key", async () => {
  await using directory = await TempDir.create();
  const path = `${directory.path}/dump.rdb`;
  const value = "v".repeat(1000);
  let keys = "\xfa" + string("ctime") + string("77");
  for (let i = 0; i < 2000; i++) keys += "\0" + string(`key:${i}`) + string(value);
  const bytes = file(keys + "\xfa" + string("late") + string("remark"));
  await Deno.writeFile(path, bytes);
  const seen: number[] = [];
  const headers: unknown[] = [];
  const result = await loadRdbFile(path, silentKeyspace(new ManualClock(BEFORE_ALL)), {
    onProgress({ bytesRead, totalBytes, keys }) {
      assertEquals(totalBytes, bytes.length);
      assert(keys <= Math.ceil(bytesRead / 1000));
      seen.push(bytesRead);
    },
    onHeader: (aux) => headers.push(Object.fromEntries(aux)),
  });
  assertEquals(headers, [{ ctime: "77" }]);
  assertEquals(result.aux.get("late"), "remark");
  assert(seen.length > 4 && seen.at(-1) === bytes.length);
  assertEquals(seen, [...seen].sort((a, b) => a - b));
});
