import { assert, assertEquals, assertThrows } from "@std/assert";
import { RdbError } from "../../src/rdb/error.ts";
import type { RdbStream } from "../../src/rdb/records.ts";
import { mulberry32 } from "../support/prng.ts";
import { decodeAll } from "./canonical.ts";
import { type Element, file, length, listpack, little, string } from "./writers.ts";

type Id = [ms: bigint, seq: bigint];

/** An id's sixteen bytes, big endian. */
function rawId([ms, seq]: Id): string {
  return [ms, seq].map((n) => [...little(n, 8)].reverse().join("")).join("");
}

interface Entry {
  id: Id;
  fields: string[];
  deleted?: boolean;
}

function difference(a: bigint, b: bigint): bigint {
  return BigInt.asIntN(64, a - b);
}

/** A node; `change` may damage its elements. */
function node(entries: Entry[], change: (elements: Element[]) => void = () => {}): string {
  const master = entries[0];
  const names = master.fields.filter((_, i) => i % 2 === 0);
  const deleted = entries.filter((entry) => entry.deleted).length;
  const elements: Element[] = [BigInt(entries.length - deleted), BigInt(deleted)];
  elements.push(BigInt(names.length), ...names, 0n);
  for (const { id, fields, deleted } of entries) {
    const same = fields.length === names.length * 2 && names.every((n, i) => n === fields[2 * i]);
    elements.push((same ? 2n : 0n) + (deleted ? 1n : 0n));
    elements.push(difference(id[0], master.id[0]), difference(id[1], master.id[1]));
    const body = same ? fields.filter((_, i) => i % 2 === 1) : fields;
    if (!same) elements.push(BigInt(fields.length / 2));
    elements.push(...body, BigInt(body.length + (same ? 3 : 4)));
  }
  change(elements);
  return string(rawId(master.id)) + string(listpack(elements));
}

/** A stream of the third format. */
function stream(
  nodes: string[],
  count: number,
  last: Id,
  groups = "\x00",
  type = "\x15",
): Uint8Array {
  return file(
    type + string("s") + length(nodes.length) + nodes.join("") + length(count) +
      length(last[0]) + length(last[1]) + "\0\0" + "\0\0" + length(count) + groups,
  );
}

function decode(bytes: Uint8Array): RdbStream {
  const key = decodeAll(bytes).find((record) => record.kind === "key");
  assert(key?.kind === "key" && key.value.type === "stream");
  return key.value;
}

Deno.test("ids are exact over their whole range, deleted entries are left out", () => {
  const random = mulberry32(31);
  const top = 2n ** 64n - 1n;
  const steps = [
    1n,
    2n,
    255n,
    2n ** 31n,
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 40n,
    2n ** 53n,
    2n ** 60n,
  ];
  for (let round = 0; round < 300; round++) {
    const nodes: string[] = [];
    const expected: Entry[] = [];
    let id: Id = [BigInt(1 + random.int(999)), random.pick([0n, 5n, top - 3n])];
    for (let n = 1 + random.int(3); n > 0; n--) {
      const entries: Entry[] = [];
      for (let e = 1 + random.int(5); e > 0; e--) {
        const fields = random.pick([["a", "1"], ["a", "2"], ["b", "3", "c", "4"], ["", ""]]);
        entries.push({ id, fields, deleted: random.int(4) === 0 });
        const step = random.pick(steps);
        if (random.int(2) === 0 && id[1] + step <= top) id = [id[0], id[1] + step];
        else if (id[0] + step <= top) id = [id[0] + step, BigInt(random.int(9))];
        else break;
      }
      nodes.push(node(entries));
      expected.push(...entries.filter((entry) => !entry.deleted));
      if (id[0] > top - 2n ** 61n) break;
    }
    if (expected.length === 0) continue;
    const got = decode(stream(nodes, expected.length, id));
    assertEquals([...got.ids], expected.flatMap((entry) => entry.id));
    assertEquals(got.entries, expected.map((entry) => entry.fields));
    assertEquals(got.lastId, { ms: id[0], seq: id[1] });
  }
});

const ONE: Entry[] = [{ id: [5n, 1n], fields: ["f", "v"] }, { id: [5n, 2n], fields: ["g", "w"] }];

const NODE_FAULTS: [what: string, change: (elements: Element[]) => void][] = [
  ["an entry too many", (e) => e[0] = 3n],
  ["an entry too few", (e) => e[0] = 1n],
  ["a deleted entry that is not there", (e) => e[1] = 1n],
  ["a count that is text", (e) => e[0] = "2"],
  ["more field names than there are", (e) => e[2] = 100n],
  ["no end of the field names", (e) => e[4] = 1n],
  ["a wrong entry length", (e) => e[e.length - 1] = 9n],
  ["no entry length", (e) => e.pop()],
  ["something behind the entries", (e) => e.push("x")],
  ["an id that is text", (e) => e[6] = "1"],
  ["ids that do not ascend", (e) => e[7] = 1n],
];
for (const [what, change] of NODE_FAULTS) {
  Deno.test(`a stream node with ${what} is refused`, () => {
    const bytes = stream([node(ONE, change)], 2, [5n, 2n]);
    const error = assertThrows(() => decode(bytes), RdbError, "Stream listpack integrity");
    assertEquals(error.kind, "corrupt");
  });
}

Deno.test("a stream whose parts contradict each other is refused", () => {
  assertEquals(decode(stream([node(ONE)], 2, [5n, 2n])).entries.length, 2);
  const twice = stream([node(ONE), node(ONE)], 4, [5n, 2n]);
  assertThrows(() => decode(twice), RdbError, "Stream listpack integrity");
  assertThrows(() => decode(stream([], 2, [5n, 2n])), RdbError, "inconsistent");
  assertThrows(() => decode(stream([node(ONE)], 1, [5n, 2n])), RdbError, "inconsistent");
});

Deno.test("a stream that could not be written as commands is refused", () => {
  const last = "\x05\x02";
  const counters = (lastId: string, maxDeleted: string, added: string) =>
    file(
      "\x15" + string("s") + "\x01" + node(ONE) + "\x02" + lastId + "\0\0" + maxDeleted + added +
        "\0",
    );
  assertEquals(decode(counters(last, last, "\x02")).entries.length, 2);
  const faults: [Uint8Array, string][] = [
    [counters("\x05\x01", "\0\0", "\x02"), "last ID"],
    [counters(last, "\x05\x03", "\x02"), "last ID"],
    [counters(last, last, "\x01"), "entries added"],
    [counters(last, last, length(2n ** 63n)), "entries added"],
    [stream([node([{ id: [0n, 0n], fields: ["a", "1"] }])], 1, [5n, 2n]), "integrity"],
    [stream([node([{ id: [5n, 1n], fields: [] }])], 1, [5n, 2n]), "integrity"],
  ];
  for (const [bytes, message] of faults) {
    assertEquals(assertThrows(() => decode(bytes), RdbError, message).kind, "corrupt");
  }
});

Deno.test("times and counts beyond 64 bits with a sign stay below that", () => {
  const id = rawId([5n, 1n]);
  const far = "\xff".repeat(7) + "\x7f";
  const groups = "\x01" + string("g") + "\0\0\0\x01" + id + far + length(2n ** 64n - 1n) +
    "\x01" + string("c") + far + far + "\x01" + id;
  const [{ pending, consumers }] = decode(stream([node(ONE)], 2, [5n, 2n], groups)).groups;
  for (const value of [pending[0].deliveryTime, pending[0].deliveryCount, consumers[0].seenTime]) {
    assert(value < 2 ** 63 && value > 9.22e18, `${value}`);
  }
});

Deno.test("before there were two times of a consumer, one that makes no sense is no other time", () => {
  const groups = (seen: number) =>
    "\x01" + string("g") + "\0\0\0\0\x01" + string("c") + little(seen, 8) + "\0";
  for (const [seen, active] of [[1000, 1000], [-1000, null]] as const) {
    const [{ consumers }] = decode(stream([node(ONE)], 2, [5n, 2n], groups(seen), "\x13")).groups;
    assertEquals(consumers, [{ name: "c", seenTime: seen, activeTime: active }]);
  }
});

/** A group: name, last id, entries read, pending entries, consumers with the ids they own. */
function group(name: string, pending: Id[], consumers: [string, Id[]][], read = 1n): string {
  const times = little(1000, 8);
  return string(name) + length(5n) + length(1n) + length(read) + length(pending.length) +
    pending.map((id) => rawId(id) + times + length(3)).join("") + length(consumers.length) +
    consumers.map(([consumer, ids]) =>
      string(consumer) + times + little(-1, 8) + length(ids.length) + ids.map(rawId).join("")
    ).join("");
}

Deno.test("groups: pending entries by id, each with its consumer", () => {
  const a: Id = [5n, 1n];
  const b: Id = [5n, 2n];
  const groups = "\x02" + group("g", [b, a], [["c1", [b]], ["c2", [a]]]) +
    group("h", [], [["c1", []]], 2n ** 64n - 1n);
  const [g, h] = decode(stream([node(ONE)], 2, b, groups)).groups;
  assertEquals(g.entriesRead, 1n);
  assertEquals(g.pending, [
    { id: { ms: 5n, seq: 1n }, deliveryTime: 1000, deliveryCount: 3, consumer: 1 },
    { id: { ms: 5n, seq: 2n }, deliveryTime: 1000, deliveryCount: 3, consumer: 0 },
  ]);
  assertEquals(g.consumers[0], { name: "c1", seenTime: 1000, activeTime: null });
  assertEquals([h.name, h.entriesRead, h.pending], ["h", null, []]);
});

Deno.test("groups that contradict themselves are refused", () => {
  const a: Id = [5n, 1n];
  const b: Id = [5n, 2n];
  const faults: [string, string][] = [
    ["\x02" + group("g", [], []) + group("g", [], []), "Duplicated consumer group name 'g'"],
    ["\x01" + group("g", [a, a], [["c", [a]]]), "Duplicated global PEL entry"],
    ["\x01" + group("g", [a], [["c", []], ["c", [a]]]), "Duplicated consumer name 'c'"],
    ["\x01" + group("g", [a], [["c", [a, a]]]), "Duplicated consumer PEL entry"],
    ["\x01" + group("g", [a], [["c", [b]]]), "not found in the stream group's global PEL"],
    ["\x01" + group("g", [a], [["c", []]]), "belongs to no consumer"],
  ];
  for (const [groups, message] of faults) {
    const bytes = stream([node(ONE)], 2, b, groups);
    const error = assertThrows(() => decode(bytes), RdbError, message);
    assertEquals(error.kind, "corrupt");
  }
});
