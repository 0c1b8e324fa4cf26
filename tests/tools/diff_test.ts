import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { RdbKeyRecord, RdbRecord, RdbValue } from "../../src/rdb/records.ts";
import { compare } from "../../src/tools/diff.ts";
import { hashKey, hashValue } from "../../src/tools/fingerprint.ts";
import { KeyIndex } from "../../src/tools/key_index.ts";
import type { PlacedRecord } from "../../src/tools/rdb_scan.ts";
import { fixtureNames, FIXTURES, readFixture } from "../rdb/fixtures.ts";
import { mulberry32, type Prng } from "../support/prng.ts";
import { TempDir } from "../support/temp.ts";
import { run, writeFiles } from "./support.ts";

const path = (name: string) => decodeURIComponent(new URL(name, FIXTURES).pathname);

Deno.test("diff: a dump is the same as itself", async () => {
  for (const name of fixtureNames()) {
    if (/modules\/module-(value|aux)/.test(name)) continue;
    const { expected } = readFixture(name);
    const count = Object.values(expected.dbs).flat().length + (expected.functions?.length ?? 0);
    const { code, stdout } = await run(["rdb", "diff", path(name), path(name)]);
    assertEquals(
      [code, stdout],
      [0, `0 added, 0 removed, 0 changed, ${count} the same\n`],
      name,
    );
  }
});

Deno.test("diff: other encodings and orders of the same data are no difference", async () => {
  // Recorded from nearly the same data by servers that store it in unlike ways.
  const pairs = [
    ["2.4.18/sets.rdb", "7.2.6/sets.rdb"],
    ["2.4.18/lists.rdb", "7.0.15/lists.rdb"],
    ["2.4.18/packedbig.rdb", "7.2.6/packedbig.rdb"],
    ["2.6.17/hashes.rdb", "7.2.6/hashes.rdb"],
  ];
  let equal = 0;
  for (const [a, b] of pairs) {
    const contents = [a, b].map((name) =>
      Object.entries(readFixture(name).expected.dbs).flatMap(([db, keys]) =>
        keys.map(({ key, type, ttl, value }) => JSON.stringify([db, key, type, ttl, value]))
      )
    );
    const same = contents[0].filter((key) => contents[1].includes(key)).length;
    equal += same;
    const { stdout } = await run(["rdb", "diff", path(a), path(b)]);
    assert(stdout.endsWith(`, ${same} the same\n`), `${a} ${b}\n${stdout}`);
  }
  assert(equal > 20, `${equal}`);
});

Deno.test("diff: each difference is told, and the exit code", async () => {
  const [a, b] = [path("7.2.6/multidb.rdb"), path("7.2.6/hashes.rdb")];
  const { code, stdout } = await run(["rdb", "diff", a, b]);
  assertEquals(code, 1);
  const lines = stdout.split("\n").slice(0, -1);
  const keys = (name: string) => Object.values(readFixture(name).expected.dbs).flat().length;
  assertEquals(lines.filter((line) => line.startsWith("+ ")).length, keys("7.2.6/hashes.rdb"));
  assertEquals(lines.filter((line) => line.startsWith("- ")).length, keys("7.2.6/multidb.rdb"));
  assert(lines.includes('- db 3 hash "db3:far:hash"'), stdout);
  const quiet = await run(["rdb", "diff", "--quiet", a, b]);
  assertEquals([quiet.code, quiet.stdout], [1, ""]);
  const expiries = await run(["rdb", "diff", a, path("derived/past2001-7.2.6.rdb")]);
  assertEquals(expiries.code, 1);
  assert(expiries.stdout.includes('~ db 0 set "db0:past:set": expiry\n'));
  assert(expiries.stdout.endsWith("\n0 added, 0 removed, 21 changed, 43 the same\n"));
});

Deno.test("diff: a file that cannot be read is not a difference", async () => {
  const good = path("7.2.6/multidb.rdb");
  for (const bad of ["no-such-file", path("damaged/trunc-hfe.rdb")]) {
    for (const files of [[good, bad], [bad, good]]) {
      const { code, stdout, stderr } = await run(["rdb", "diff", ...files]);
      assertEquals([code, stdout], [2, ""]);
      assert(stderr.startsWith(`rdb diff: ${bad}: `), stderr);
    }
  }
});

/** A value and the same in another order, or with something else in it. */
function randomValue(random: Prng): RdbValue {
  const text = () => random.pick(["", "a", "b", "ab", "1", "\0", "abcd", "abcde"]);
  const texts = () => [...new Set(Array.from({ length: 1 + random.int(3) }, text))];
  switch (random.int(5)) {
    case 0:
      return { type: "string", value: text() };
    case 1:
      return { type: "list", items: Array.from({ length: 1 + random.int(3) }, text) };
    case 2:
      return { type: "set", members: texts() };
    case 3: {
      const fields = texts();
      const expires = Float64Array.from(fields, () => random.pick([Infinity, 1, 2]));
      const pairs = fields.flatMap((field) => [field, text()]);
      return { type: "hash", pairs, expires: expires.every((at) => at > 2) ? null : expires };
    }
    default: {
      const members = texts();
      return {
        type: "zset",
        members,
        scores: Float64Array.from(members, () => random.int(3) - 1),
      };
    }
  }
}

/** What a value is, whatever the order. */
function meaning(value: RdbValue): string {
  switch (value.type) {
    case "set":
      return `set ${JSON.stringify([...value.members].sort())}`;
    case "hash": {
      const rows = value.pairs.flatMap((field, i) =>
        i % 2 === 1 ? [] : [[field, value.pairs[i + 1], String(value.expires?.[i / 2] ?? Infinity)]]
      );
      return `hash ${JSON.stringify(rows.map((row) => JSON.stringify(row)).sort())}`;
    }
    case "zset":
      return `zset ${
        JSON.stringify(value.members.map((m, i) => `${m} ${value.scores[i]}`).sort())
      }`;
    default:
      return JSON.stringify(value);
  }
}

Deno.test("diff: fingerprints are equal when values mean the same, and only then", () => {
  const random = mulberry32(8);
  const known = new Map<string, string>();
  const meanings = new Map<string, string>();
  for (let i = 0; i < 20_000; i++) {
    const value = randomValue(random);
    const fingerprint = hashValue(value).join();
    const text = meaning(value);
    assertEquals(meanings.get(fingerprint) ?? text, text);
    assertEquals(known.get(text) ?? fingerprint, fingerprint);
    meanings.set(fingerprint, text);
    known.set(text, fingerprint);
  }
  assert(known.size > 1000);
});

Deno.test("diff: streams differ by entries, groups and consumers, not by when these were seen", () => {
  const id = { ms: 5n, seq: 1n };
  const stream = (change: { field?: string; consumer?: string; seen?: number; count?: number }) =>
    hashValue({
      type: "stream",
      format: 3,
      ids: new BigUint64Array([5n, 1n]),
      entries: [["f", change.field ?? "v"]],
      lastId: id,
      firstId: id,
      maxDeletedId: { ms: 0n, seq: 0n },
      entriesAdded: 1n,
      groups: [{
        name: "g",
        lastId: id,
        entriesRead: null,
        pending: [{ id, deliveryTime: 1, deliveryCount: change.count ?? 1, consumer: 0 }],
        consumers: [{
          name: change.consumer ?? "c",
          seenTime: change.seen ?? 1,
          activeTime: null,
        }],
      }],
    }).join();
  assertEquals(stream({}), stream({ seen: 2 }));
  assertNotEquals(stream({}), stream({ field: "w" }));
  assertNotEquals(stream({}), stream({ consumer: "d" }));
  assertNotEquals(stream({}), stream({ count: 2 }));
});

type Model = Map<string, { value: RdbValue; expireAt: number | null }>;

function randomModel(random: Prng): Model {
  const model: Model = new Map();
  for (let i = random.int(40); i > 0; i--) {
    model.set(`${random.int(2)} k${random.int(30)}`, {
      value: { type: "string", value: `${random.int(2)}` },
      expireAt: random.pick([null, 1000]),
    });
  }
  return model;
}

function source(model: Model): (take: (placed: PlacedRecord) => void) => Promise<void> {
  return (take) => {
    for (const [name, { value, expireAt }] of model) {
      const record: RdbKeyRecord = {
        kind: "key",
        db: Number(name[0]),
        key: name.slice(2),
        expireAt,
        idle: null,
        freq: null,
        valueType: 0,
        value,
        offset: 0,
      };
      take({ record, start: 0, end: 0 });
    }
    return Promise.resolve();
  };
}

Deno.test("diff: random contents, beside a comparison of maps", async () => {
  const random = mulberry32(77);
  for (let round = 0; round < 100; round++) {
    const [a, b] = [randomModel(random), randomModel(random)];
    const told: string[] = [];
    const counts = await compare(
      source(a),
      source(b),
      (difference, subject) => told.push(`${difference}: ${subject}`),
    );
    const want: string[] = [];
    let same = 0;
    for (const [name, each] of b) {
      const subject = `db ${name[0]} string "${name.slice(2)}"`;
      const other = a.get(name);
      if (other === undefined) {
        want.push(`added: ${subject}`);
        continue;
      }
      const value = meaning(other.value) !== meaning(each.value);
      const expiry = other.expireAt !== each.expireAt;
      if (!value && !expiry) same++;
      else if (value) want.push(`${expiry ? "value and expiry" : "value"}: ${subject}`);
      else want.push(`expiry: ${subject}`);
    }
    for (const name of a.keys()) {
      if (!b.has(name)) want.push(`removed: db ${name[0]} string "${name.slice(2)}"`);
    }
    assertEquals(told.sort(), want.sort());
    assertEquals(counts.same, same);
  }
});

Deno.test("diff: function libraries are compared by name and code", async () => {
  const libraries = (...codes: string[]) => (take: (placed: PlacedRecord) => void) => {
    for (const code of codes) {
      const record: RdbRecord = { kind: "function", code };
      take({ record, start: 0, end: 0 });
    }
    return Promise.resolve();
  };
  const told: string[] = [];
  await compare(
    libraries("#!lua name=a\n1", "#!lua name=b\n1"),
    libraries("#!lua name=a\n2", "#!lua name=c\n1"),
    (difference, subject) => told.push(`${difference} ${subject}`),
  );
  assertEquals(told, [
    'value function library "a"',
    'added function library "c"',
    'removed function library "b"',
  ]);
});

Deno.test("diff: the index finds what was added, and its memory is bounded by the count", () => {
  for (const values of [true, false]) {
    const index = new KeyIndex(values);
    const value = hashValue({ type: "string", value: "v" }).slice();
    for (let i = 0; i < 50_000; i++) {
      assert(index.add(hashKey(i % 3, `key:${i}`)));
      if (values) {
        index.setValue(index.find(hashKey(i % 3, `key:${i}`)), value, i % 2 ? i : null);
      }
    }
    assert(!index.add(hashKey(0, "key:0")));
    assertEquals(index.size, 50_000);
    const perPlace = values ? 33 : 13;
    assert(index.bytes <= index.size * perPlace / 0.35, `${index.bytes}`);
    assertEquals(index.find(hashKey(1, "key:0")), -1);
    for (let i = 0; i < 50_000; i++) {
      const place = index.find(hashKey(i % 3, `key:${i}`));
      assert(place >= 0);
      if (!values) continue;
      assertEquals(index.expireAt(place), i % 2 ? i : null);
      assert(index.hasValue(place, value) && !index.isMarked(place));
    }
  }
});

Deno.test("diff: keys whose fingerprints agree in part are different keys", () => {
  const index = new KeyIndex(false);
  const prints = [[1, 2, 3], [1, 2, 4], [1, 5, 3], [6, 2, 3]].map((words) =>
    Int32Array.from(words)
  );
  for (const print of prints) assert(index.add(print));
  for (const print of prints) assert(!index.add(print));
  assertEquals(new Set(prints.map((print) => index.find(print))).size, prints.length);
  assertEquals(index.find(Int32Array.of(1, 2, 5)), -1);
});

Deno.test("diff: many differences are printed in pieces, each once", async () => {
  await using directory = await TempDir.create();
  const text = (value: string) => String.fromCharCode(value.length) + value;
  const names = Array.from({ length: 3000 }, (_, i) => `key with a long name:${i}`);
  const rdb = (keys: string[]) =>
    "REDIS0009" + keys.map((key) => "\0" + text(key) + text("v")).join("") + "\xff" +
    "\0".repeat(8);
  writeFiles(directory.path, { "a.rdb": rdb(names), "b.rdb": rdb(names.slice(0, 1)) });
  const { code, io } = await run([
    ...["rdb", "diff", `${directory.path}/a.rdb`, `${directory.path}/b.rdb`],
  ]);
  assertEquals(code, 1);
  assert(io.pieces.length > 2);
  const lines = io.stdout.split("\n");
  assertEquals(lines.slice(0, -2), names.slice(1).map((name) => `- db 0 string "${name}"`));
  assertEquals(lines.at(-2), "0 added, 2999 removed, 0 changed, 1 the same");
});
