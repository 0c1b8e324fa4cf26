import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { CanonicalStream } from "../rdb/canonical.ts";
import { BiggestKeys, type BigKey, type BigKeyOrder } from "../../src/tools/tally.ts";
import { fixtureNames, FIXTURES, readFixture } from "../rdb/fixtures.ts";
import { mulberry32 } from "../support/prng.ts";
import { NOW, run } from "./support.ts";

const path = (name: string) => decodeURIComponent(new URL(name, FIXTURES).pathname);

interface Report {
  version: number;
  complete: boolean;
  fault: { kind: string; offset: number } | null;
  keys: number;
  expires: number;
  expired: number;
  expiringFields: number;
  aux: [string, string][];
  databases: Record<string, { keys: number; expires: number }>;
  types: Record<string, { keys: number; elements: number; serialised: number; content: number }>;
  encodings: Record<string, number>;
  expiries: Record<string, number>;
  biggest: {
    key: string;
    db: number;
    elements: number;
    serialised: number;
    content: number;
    encoding: string;
  }[];
}

async function inspect(name: string, ...options: string[]): Promise<Report> {
  const { code, stdout, stderr } = await run(["rdb", "inspect", "--json", path(name), ...options]);
  assertEquals([code, stderr], [0, ""], name);
  return JSON.parse(stdout);
}

Deno.test("inspect: the counts of every dump are those of what is in it", async () => {
  for (const name of fixtureNames()) {
    if (/modules\/module-(value|aux)/.test(name)) continue;
    const { expected, bytes } = readFixture(name);
    const report = await inspect(name);
    const keys = Object.values(expected.dbs).flat();
    assertEquals(report.version, expected.rdb_version);
    assertEquals([report.complete, report.fault], [true, null]);
    assertEquals(report.keys, keys.length, name);
    const ttls = keys.flatMap(({ ttl }) => ttl === null ? [] : [ttl]);
    assertEquals(report.expires, ttls.length);
    assertEquals(report.expired, ttls.filter((ttl) => ttl < NOW).length);
    const sum = (counts: number[]) => counts.reduce((a, b) => a + b, 0);
    assertEquals(sum(Object.values(report.expiries)), ttls.length);
    assertEquals(report.expiries.past, report.expired);
    assertEquals(sum(Object.values(report.encodings)), keys.length);
    const types: Record<string, [number, number]> = {};
    for (const { type, value } of keys) {
      const elements = type === "stream"
        ? (value as CanonicalStream).length
        : type === "string"
        ? atob(value as string).length
        : (value as unknown[]).length;
      types[type] ??= [0, 0];
      types[type][0]++;
      types[type][1] += elements;
    }
    const got = Object.entries(report.types).map(([type, { keys, elements }]) => [
      type,
      [keys, elements],
    ]);
    assertEquals(Object.fromEntries(got), types, name);
    for (const [db, { keys, expires }] of Object.entries(report.databases)) {
      assertEquals(keys, expected.dbs[db].length);
      assertEquals(expires, expected.dbs[db].filter(({ ttl }) => ttl !== null).length);
    }
    const serialised = sum(Object.values(report.types).map((count) => count.serialised));
    assert(serialised < bytes.length && serialised >= keys.length * 3);
  }
});

Deno.test("inspect: the bytes of the keys fill the file", async () => {
  // Nothing but the header, a database's number, the end and keys is in files of that age.
  const { serialised } = (await inspect("2.4.18/sets.rdb")).types.set;
  const { bytes } = readFixture("2.4.18/sets.rdb");
  assertEquals(serialised, bytes.length - 9 - 2 - 1);
});

Deno.test("inspect: the biggest keys are those that a sort finds", async () => {
  const all = (await inspect("7.2.6/hashes.rdb", "--top", "1000")).biggest;
  assert(all.length > 5);
  for (const [by, order] of [["bytes", "serialised"], ["elements", "elements"]] as const) {
    const sizes = all.map((key) => key[order]).sort((a, b) => b - a);
    for (const top of [0, 1, 3, 10]) {
      const found = await inspect("7.2.6/hashes.rdb", `--top=${top}`, "--by", by);
      assertEquals(found.biggest.map((key) => key[order]), sizes.slice(0, top));
    }
  }
});

Deno.test("inspect: the heap of biggest keys, beside sorting", () => {
  const random = mulberry32(21);
  for (let round = 0; round < 200; round++) {
    const limit = random.int(12);
    const order: BigKeyOrder = random.pick(["serialised", "content", "elements"]);
    const heap = new BiggestKeys(limit, order);
    const all: BigKey[] = [];
    for (let i = random.int(60); i > 0; i--) {
      const key: BigKey = {
        db: random.int(2),
        key: `k${i}`,
        type: "string",
        encoding: 0,
        elements: random.int(10),
        serialised: random.int(1000),
        content: random.int(1000),
      };
      all.push(key);
      heap.add(key);
      assert(heap.size <= limit);
    }
    const sizes = all.map((key) => key[order]).sort((a, b) => b - a).slice(0, limit);
    assertEquals(heap.list().map((key) => key[order]), sizes);
  }
});

Deno.test("inspect: the report for people", async () => {
  const { code, stdout } = await run(["rdb", "inspect", path("7.4.1/multidb.rdb"), "--top", "2"]);
  assertEquals(code, 0);
  const text = stdout.replace(/ +/g, " ");
  for (
    const line of [
      "RDB version 12, checksum right, 64 keys",
      " redis-ver 7.4.1",
      " 3 22 15",
      " string 19 - 460 B 298 B",
      " list_quicklist_2 9",
      " past 21",
      " 1 year or more 22",
      "Biggest keys by bytes",
    ]
  ) {
    assertStringIncludes(text, `${line}\n`);
  }
  assertMatch(text, /\n 83 B 33 B 1 stream_listpacks_3 0 "db0:past:stream"\n/);
});

Deno.test("inspect: fields that expire are counted", async () => {
  const { expected } = readFixture("7.4.1/hfe.rdb");
  const fields = expected.dbs[0].flatMap(({ value }) => value as unknown[][])
    .filter((field) => field.length === 3);
  assertEquals((await inspect("7.4.1/hfe.rdb")).expiringFields, fields.length);
});

Deno.test("inspect: what is before a fault is counted, and the exit code tells", async () => {
  const name = path("damaged/trunc-hfe.rdb");
  const { code, stdout, stderr } = await run(["rdb", "inspect", "--json", name]);
  assertEquals(code, 1);
  const report: Report = JSON.parse(stdout);
  assertEquals([report.keys, report.complete], [7, false]);
  assertEquals([report.fault?.kind, report.fault?.offset], ["short-read", 17710]);
  assertStringIncludes(stderr, "what is before it is counted");
});
