import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromText, toBytes } from "../../src/bytes/bytes.ts";
import type { RdbKeyRecord } from "../../src/rdb/records.ts";
import { writeKey } from "../../src/tools/json.ts";
import { isUtf8, JsonOutput, PIECE_BYTES } from "../../src/tools/json_lines.ts";
import type {
  CanonicalContent,
  CanonicalField,
  CanonicalKey,
  CanonicalStream,
} from "../rdb/canonical.ts";
import { comparable, settleSeenTimes } from "../rdb/canonical.ts";
import { fixtureNames, FIXTURES, readFixture } from "../rdb/fixtures.ts";
import { mulberry32 } from "../support/prng.ts";
import { run } from "./support.ts";

const path = (name: string) => decodeURIComponent(new URL(name, FIXTURES).pathname);

/** A byte string in our JSON. */
type Text = string | { base64: string };

function base64(text: Text): string {
  return typeof text === "string" ? btoa(fromText(text)) : text.base64;
}

/** A line as it is in the output. */
interface Line {
  db: number;
  key: Text;
  type: CanonicalKey["type"];
  expireAt: number | null;
  idle?: number;
  freq?: number;
  value: unknown;
}

interface StreamJson {
  length: number;
  lastId: string;
  maxDeletedId: string;
  entriesAdded: number;
  entries: { id: string; fields: [Text, Text][] }[];
  groups: {
    name: Text;
    lastDeliveredId: string;
    entriesRead: number | null;
    pending: { id: string; consumer: Text; deliveryTime: number; deliveryCount: number }[];
    consumers: { name: Text; seenTime: number; activeTime: number | null }[];
  }[];
}

function byBytes(a: { name: string }, b: { name: string }): number {
  return atob(a.name) < atob(b.name) ? -1 : 1;
}

function canonicalStream(stream: StreamJson, version: number): CanonicalStream {
  return {
    length: stream.length,
    last_id: stream.lastId,
    entries_added: version >= 10 ? stream.entriesAdded : null,
    max_deleted_id: version >= 10 ? stream.maxDeletedId : null,
    entries: stream.entries.map(({ id, fields }) => ({
      id,
      fields: fields.map(([field, value]) => [base64(field), base64(value)]),
    })),
    groups: stream.groups.map((group) => {
      const pel = group.pending.map((pending) => ({
        id: pending.id,
        consumer: base64(pending.consumer),
        delivery_time: pending.deliveryTime,
        delivery_count: pending.deliveryCount,
      }));
      const consumers = group.consumers.map((consumer) => ({
        name: base64(consumer.name),
        seen_time: consumer.seenTime,
        active_time: version >= 11 ? consumer.activeTime : null,
        pending: pel.filter((p) => p.consumer === base64(consumer.name)).map(({ id }) => id),
      }));
      return {
        name: base64(group.name),
        last_delivered_id: group.lastDeliveredId,
        entries_read: version >= 10 ? group.entriesRead : null,
        pel,
        consumers: consumers.sort(byBytes),
      };
    }).sort(byBytes),
  };
}

function canonicalValue({ type, value }: Line, version: number): CanonicalKey["value"] {
  const bytes = (a: string, b: string) => atob(a) < atob(b) ? -1 : 1;
  switch (type) {
    case "string":
      return base64(value as Text);
    case "list":
      return (value as Text[]).map(base64);
    case "set":
      return (value as Text[]).map(base64).sort(bytes);
    case "hash":
      return (value as [Text, Text, number?][]).map(([field, text, at]): CanonicalField =>
        at === undefined ? [base64(field), base64(text)] : [base64(field), base64(text), at]
      ).sort((a, b) => bytes(a[0], b[0]));
    case "zset": {
      const number = (score: number | string) =>
        typeof score === "number" ? score : Number(score.replace("inf", "Infinity"));
      const rows = (value as [Text, number | string][]).map(([member, score]) =>
        [base64(member), number(score)] as const
      );
      rows.sort((a, b) => a[1] - b[1] || bytes(a[0], b[0]));
      return rows.map(([member, score]): CanonicalField => [
        member,
        Object.is(score, -0) ? "-0" : String(score).replace("Infinity", "inf"),
      ]);
    }
    case "stream":
      return canonicalStream(value as StreamJson, version);
  }
}

/** What the lines say in the form of the expected contents. */
function canonical(output: string, version: number): CanonicalContent {
  const dbs: CanonicalContent["dbs"] = {};
  for (const text of output.split("\n").slice(0, -1)) {
    const line: Line = JSON.parse(text);
    (dbs[line.db] ??= []).push({
      key: base64(line.key),
      type: line.type,
      ttl: line.expireAt,
      value: canonicalValue(line, version),
    });
  }
  for (const keys of Object.values(dbs)) {
    keys.sort((a, b) => atob(a.key) < atob(b.key) ? -1 : 1);
  }
  return { rdb_version: version, dbs };
}

Deno.test("json: the lines of every dump say what is expected to be in it", async () => {
  for (const name of fixtureNames()) {
    if (/modules\/module-(value|aux)/.test(name)) continue;
    const { expected } = readFixture(name);
    const { code, stdout, stderr } = await run(["rdb", "json", path(name)]);
    assertEquals([code, stderr], [0, ""], name);
    const got = canonical(stdout, expected.rdb_version);
    settleSeenTimes(expected, got);
    const want = comparable(expected).dbs;
    for (const [db, keys] of Object.entries(want)) if (keys.length === 0) delete want[db];
    assertEquals(comparable(got).dbs, want, name);
  }
});

Deno.test("json: access times are there when the file has them", async () => {
  const { stdout } = await run(["rdb", "json", path("derived/idle-freq-expire.rdb")]);
  const lines = stdout.split("\n").slice(0, -1).map((line): Line => JSON.parse(line));
  const { dbs } = readFixture("derived/idle-freq-expire.rdb").expected;
  assertEquals(lines.map(({ expireAt }) => expireAt), dbs[0].map(({ ttl }) => ttl));
  assertEquals(lines.map(({ idle, freq }) => ({ idle, freq })), [
    { idle: 5, freq: undefined },
    { idle: undefined, freq: 127 },
  ]);
});

Deno.test("json: only the keys that are asked for", async () => {
  const lines = async (...options: string[]): Promise<Line[]> => {
    const { code, stdout } = await run(["rdb", "json", path("7.2.6/multidb.rdb"), ...options]);
    assertEquals(code, 0);
    return stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  };
  const all = await lines();
  const select = (test: (line: Line) => boolean) => all.filter(test);
  assertEquals(await lines("--db", "3"), select(({ db }) => db === 3));
  assertEquals(await lines("--db=3", "--db=9"), select(({ db }) => db === 3 || db === 9));
  assertEquals(
    await lines("--type", "hash", "--type", "list"),
    select(({ type }) => type === "hash" || type === "list"),
  );
  assertEquals(
    await lines("--match", "*:far:*", "--match", "db9*", "--type=set"),
    select(({ key, type }) => type === "set" && /:far:|^db9/.test(String(key))),
  );
  assertEquals(await lines("--db=77"), []);
});

Deno.test("json: what is before a fault is printed, and the exit code tells", async () => {
  const { code, stdout, stderr } = await run(["rdb", "json", path("damaged/trunc-hfe.rdb")]);
  assertEquals(code, 1);
  assertEquals(stdout.split("\n").length, 8);
  assertStringIncludes(stderr, "trunc-hfe.rdb: Unexpected EOF");
  assertStringIncludes(stderr, "at byte offset 17710");
});

Deno.test("json: it ends quietly when nobody reads on", async () => {
  const { code, stderr, io } = await run(["rdb", "json", path("7.2.6/counts.rdb")], {
    closedAfter: 0,
  });
  assertEquals([code, stderr, io.pieces.length], [141, "", 0]);
});

function stringRecord(value: string): RdbKeyRecord {
  return {
    kind: "key",
    db: 0,
    key: "k",
    expireAt: null,
    idle: null,
    freq: null,
    valueType: 0,
    value: { type: "string", value },
    offset: 0,
  };
}

/** A key's line, and the longest piece in which it came. */
function line(record: RdbKeyRecord): { value: unknown; longest: number } {
  const decoder = new TextDecoder();
  let text = "";
  let longest = 0;
  const out = new JsonOutput((bytes) => {
    longest = Math.max(longest, bytes.length);
    text += decoder.decode(bytes, { stream: true });
  });
  writeKey(out, record);
  out.flush();
  return { value: JSON.parse(text).value, longest };
}

Deno.test("json: strings of every kind come back, and large ones in small pieces", () => {
  const random = mulberry32(11);
  const alphabet = ['"', "\\", "\n", "\0", "a", "\x7f", "é", "\u2028", "日", "😀", "\ufeff"];
  for (let round = 0; round < 60; round++) {
    const count = round % 10 === 0 ? 150_000 : random.int(30);
    let text = "";
    for (let i = 0; i < count; i++) text += random.pick(alphabet);
    const bytes = fromText(text);
    const { value, longest } = line(stringRecord(bytes));
    assert(value === text, `round ${round}`);
    // A step of 48 KB of what becomes six chars each, above what was there before.
    assert(longest <= PIECE_BYTES + 6 * 48 * 1024);
    const broken = bytes + "\xc3";
    const other = line(stringRecord(broken));
    assertEquals(other.value, { base64: btoa(broken) });
    assert(other.longest <= PIECE_BYTES + 6 * 48 * 1024);
  }
});

Deno.test("json: what is UTF-8 is found out as the decoder does", () => {
  const strict = new TextDecoder("utf-8", { fatal: true });
  const random = mulberry32(3);
  const parts = ["a", "\xc3\xa9", "\xe6\x97\xa5", "\xf0\x9f\x98\x80", "\xff", "\xc3", "\xa9"];
  for (let round = 0; round < 2000; round++) {
    let text = round % 100 === 0 ? "x".repeat(48 * 1024 - 2) : "";
    for (let i = random.int(6); i > 0; i--) text += random.pick(parts);
    let valid = true;
    try {
      strict.decode(toBytes(text));
    } catch {
      valid = false;
    }
    assertEquals(isUtf8(text), valid);
  }
});
