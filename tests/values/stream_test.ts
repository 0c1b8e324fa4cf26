import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { defaultLimits } from "../../src/values/limits.ts";
import { type StreamEntry, type StreamTrim, StreamValue } from "../../src/values/stream.ts";
import {
  compareStreamIds,
  MAX_STREAM_ID,
  MIN_STREAM_ID,
  nextStreamId,
  type StreamId,
  toUint64,
} from "../../src/values/stream_id.ts";
import { mulberry32, type Prng } from "../support/prng.ts";

const limits = defaultLimits();
const MAX = 2n ** 64n - 1n;

function at(ms: number | bigint, seq: number | bigint = 0): StreamId {
  return { ms: toUint64(BigInt(ms)), seq: toUint64(BigInt(seq)) };
}

/** An id somewhat above another. */
function idAbove(random: Prng, last: StreamId): StreamId {
  const { ms, seq } = last;
  switch (random.int(12)) {
    case 0:
      return at(BigInt(ms) + BigInt(random.int(1_000_000)), BigInt.asUintN(64, BigInt(seq) + 1n));
    case 1:
      // A smaller sequence than the node's: a negative difference.
      return at(BigInt(ms) + 1n, 0);
    case 2:
      return at(BigInt(ms) + 1n, MAX);
    case 3:
      return at(BigInt(ms) + 1n, BigInt(2 ** 53) - 3n + BigInt(random.int(7)));
    default:
      return nextStreamId(last) ?? last;
  }
}

function randomText(random: Prng): string {
  switch (random.int(10)) {
    case 0:
      return "x".repeat(random.int(300));
    case 1:
      return "\xff\x00\x80".repeat(random.int(40));
    case 2:
      return random.pick(["", "0", "-0", "007", "-1", "127", "128", "-4097", "32768", "1e3", " 1"]);
    case 3:
      return String((BigInt(random.int(2 ** 31)) << 33n) - 2n ** 63n + BigInt(random.int(999)));
    case 4:
      return random.pick(["9223372036854775807", "9223372036854775808", "-9223372036854775808"]);
    case 5:
      return String(Math.trunc((random.next() - 0.5) * 2 ** random.int(54)));
    default:
      return `value-${random.int(1000)}`;
  }
}

function randomFields(random: Prng): string[] {
  if (random.int(3) > 0) return ["field", randomText(random), "other", randomText(random)];
  const fields: string[] = [];
  for (let i = random.int(6); i >= 0; i--) fields.push(randomText(random), randomText(random));
  return fields;
}

interface ModelEntry {
  id: StreamId;
  fields: string[];
}

function inRange(entries: ModelEntry[], start: StreamId, end: StreamId): ModelEntry[] {
  return entries.filter(({ id }) =>
    compareStreamIds(id, start) >= 0 && compareStreamIds(id, end) <= 0
  );
}

/** Deep equality, many times as fast as the general one. */
function assertEntries(got: readonly ModelEntry[], expected: readonly ModelEntry[]): void {
  let equal = got.length === expected.length;
  for (let i = 0; equal && i < got.length; i++) {
    const a = got[i];
    const b = expected[i];
    equal = a.id.ms === b.id.ms && a.id.seq === b.id.seq && a.fields.length === b.fields.length;
    for (let j = 0; equal && j < a.fields.length; j++) equal = a.fields[j] === b.fields[j];
  }
  if (!equal) assertEquals(got, expected);
}

Deno.test("stream: add, delete, get, range and trim against an array, 100,000 operations", () => {
  for (const [seed, nodeEntries, nodeBytes] of [[1, 100, 4096], [2, 5, 0], [3, 0, 300]]) {
    const random = mulberry32(seed);
    const own = {
      ...limits,
      streamNodeMaxEntries: nodeEntries,
      streamNodeMaxBytes: nodeBytes,
    };
    let stream = new StreamValue();
    let model: ModelEntry[] = [];
    let last = seed === 2 ? at(2n ** 64n - 2n ** 40n) : at(1_700_000_000_000);
    let added = 0;
    let deletedMax = MIN_STREAM_ID;
    const someId = (): StreamId => {
      if (model.length === 0 || random.int(10) === 0) return at(random.int(10), random.int(3));
      const { ms, seq } = random.pick(model).id;
      return random.int(4) > 0 ? { ms, seq } : at(ms, BigInt.asUintN(64, BigInt(seq) + 1n));
    };
    for (let step = 0; step < 34_000; step++) {
      const growing = Math.floor(step / 1000) % 2 === 0;
      const choice = random.int(100);
      if (choice < (growing ? 60 : 15)) {
        const id = idAbove(random, last);
        const fields = randomFields(random);
        const fits = compareStreamIds(id, last) > 0;
        assertEquals(stream.add(id, fields, own), fits ? "added" : "not-greater");
        if (!fits) continue;
        model.push({ id, fields });
        last = id;
        added++;
      } else if (choice < 80) {
        const id = someId();
        const found = model.findIndex((entry) => compareStreamIds(entry.id, id) === 0);
        assertEquals(stream.has(id), found >= 0);
        assertEquals(stream.get(id), model[found]?.fields);
        if (choice < 70) {
          assertEquals(stream.delete(id), found >= 0);
          if (found >= 0) {
            model.splice(found, 1);
            if (compareStreamIds(id, deletedMax) > 0) deletedMax = id;
          }
        }
      } else if (choice < 92) {
        const start = random.int(4) === 0 ? MIN_STREAM_ID : someId();
        const end = random.int(4) === 0 ? MAX_STREAM_ID : someId();
        const reverse = random.int(2) === 0;
        const count = random.int(2) === 0 ? undefined : random.int(300);
        const expected = inRange(model, start, end);
        if (reverse) expected.reverse();
        const got = stream.range(start, end, { reverse, count });
        assertEntries(got, expected.slice(0, count));
      } else if (choice === 92 && random.int(10) === 0) {
        const trim: StreamTrim = random.int(2) === 0
          ? {
            strategy: "maxlen",
            maxLength: Math.max(0, model.length - random.int(250)),
            approximate: false,
            limit: 0,
          }
          : { strategy: "minid", minId: someId(), approximate: false, limit: 0 };
        const before = model.length;
        model = trim.strategy === "maxlen"
          ? model.slice(Math.max(0, before - trim.maxLength))
          : model.filter(({ id }) => compareStreamIds(id, trim.minId) >= 0);
        assertEquals(stream.trim(trim), before - model.length);
      } else if (choice === 93 && random.int(30) === 0) {
        const copy = stream.clone();
        stream.add(nextStreamId(last)!, ["gone", "with the original"], own);
        stream = copy;
      } else if (choice === 94 && random.int(30) === 0) {
        // Through the form that files have, and back.
        const copy = new StreamValue();
        for (const { id, listpack } of stream.nodes()) copy.loadNode(id, listpack);
        copy.setId(stream.lastId, stream.entriesAdded, stream.maxDeletedId);
        assertEquals(copy.nodeCount, stream.nodeCount);
        stream = copy;
      }
      assertStrictEquals(stream.length, model.length);
      assertStrictEquals(compareStreamIds(stream.firstId, model[0]?.id ?? MIN_STREAM_ID), 0);
      assert(added === 0 || compareStreamIds(stream.lastId, last) === 0);
    }
    assertEquals(stream.entriesAdded, added);
    assertEquals(stream.maxDeletedId, deletedMax);
    assertEntries(stream.range(MIN_STREAM_ID, MAX_STREAM_ID), model);
    assert(added > 5000, `${added} added`);
  }
});

Deno.test("stream: the ids that XADD makes", () => {
  const stream = new StreamValue();
  assertEquals(stream.nextId(7), at(7, 0));
  assertEquals(stream.nextIdWithin(0), at(0, 1));
  stream.add(at(7, 3), ["a", "b"], limits);
  assertEquals(stream.nextId(7), at(7, 4));
  assertEquals(stream.nextId(6), at(7, 4));
  assertEquals(stream.nextId(8), at(8, 0));
  assertEquals(stream.nextIdWithin(7), at(7, 4));
  assertEquals(stream.nextIdWithin(6), at(6, 0));
  stream.setId(at(7, MAX));
  assertEquals(stream.nextId(7), at(8, 0));
  assertEquals(stream.nextIdWithin(7), null);
  stream.setId(at(MAX, MAX));
  assertEquals(stream.nextId(7), null);
  assertEquals(stream.nextIdWithin(MAX), null);
  assertEquals(stream.add(at(MAX, MAX), ["a", "b"], limits), "not-greater");
});

Deno.test("stream: load() takes parts and refuses what does not fit together", () => {
  const entries = [1, 2, 3].map((ms) => ({ ms, seq: 0, fields: ["f", `v${ms}`] }));
  const parts = {
    entries,
    lastId: at(9),
    entriesAdded: 12,
    maxDeletedId: at(2, 5),
    groups: [{
      name: "g",
      lastId: at(2),
      entriesRead: 11,
      consumers: [
        { name: "b", seenTime: 100, activeTime: -1 },
        { name: "a", seenTime: 50, activeTime: 40 },
      ],
      pending: [
        { id: at(2), consumer: 1, deliveryTime: 30, deliveryCount: 2 },
        { id: at(1), consumer: 1, deliveryTime: 20, deliveryCount: 1 },
      ],
    }],
  };
  const stream = StreamValue.load(parts, limits);
  assertEquals([stream.length, stream.firstId, stream.lastId], [3, at(1), at(9)]);
  assertEquals([stream.entriesAdded, stream.maxDeletedId], [12, at(2, 5)]);
  const group = stream.group("g")!;
  assertEquals(group.consumers().map((consumer) => consumer.name), ["a", "b"]);
  assertEquals(group.pending.range(MIN_STREAM_ID, MAX_STREAM_ID).map(({ id }) => id), [
    at(1),
    at(2),
  ]);
  assertEquals(group.consumer("a")!.pending.size, 2);
  assertEquals(group.consumer("b")!.pending.size, 0);

  const bad = (change: Partial<typeof parts>) =>
    assertThrows(() => StreamValue.load({ ...parts, ...change }, limits), RangeError);
  bad({ entries: [entries[1], entries[0]] });
  bad({ lastId: at(2) });
  bad({ groups: [parts.groups[0], parts.groups[0]] });
  bad({
    groups: [{
      ...parts.groups[0],
      consumers: [parts.groups[0].consumers[0], parts.groups[0].consumers[0]],
    }],
  });
});

Deno.test("stream: a damaged node is refused or at least read safely", () => {
  const random = mulberry32(5);
  const stream = new StreamValue();
  for (let i = 1; i < 60; i++) stream.add(at(i, i % 3), randomFields(random), limits);
  stream.delete(at(5, 2));
  const [{ id, listpack }] = [...stream.nodes()];
  const load = (bytes: Uint8Array): StreamEntry[] => {
    const copy = new StreamValue();
    copy.loadNode(id, bytes);
    return copy.range(MIN_STREAM_ID, MAX_STREAM_ID);
  };
  assertEquals(
    load(listpack),
    stream.range(MIN_STREAM_ID, MAX_STREAM_ID).slice(0, load(listpack).length),
  );
  for (const size of [0, 1, 6, 7, 20, listpack.length - 1]) {
    assertThrows(() => load(listpack.slice(0, size)), RangeError);
  }
  let refused = 0;
  for (let i = 0; i < 4000; i++) {
    const bytes = listpack.slice();
    for (let n = random.int(3); n >= 0; n--) bytes[random.int(bytes.length)] = random.int(256);
    try {
      load(bytes);
    } catch (error) {
      assert(error instanceof RangeError, String(error));
      refused++;
    }
  }
  assert(refused > 600, `${refused} of 4000 refused`);
  const after = new StreamValue();
  after.loadNode(id, listpack);
  assertThrows(() => after.loadNode(id, listpack), RangeError);
});

Deno.test("stream groups: pending lists against maps, 60,000 operations", () => {
  const random = mulberry32(6);
  const stream = new StreamValue();
  const group = stream.createGroup("g", MIN_STREAM_ID, 0)!;
  assertEquals(stream.createGroup("g", MIN_STREAM_ID, 0), null);
  const names = ["c", "a", "b", "d"];
  for (const name of names) assert(group.createConsumer(name, 1) !== null);
  assertEquals(group.createConsumer("a", 1), null);
  /** Id → name, time, count. */
  const model = new Map<number, [string, number, number]>();
  const check = (name: string | null, start: number, end: number, count: number) => {
    const expected = [...model.keys()].sort((a, b) => a - b).filter((ms) =>
      ms >= start && ms <= end && (name === null || model.get(ms)![0] === name)
    ).slice(0, count);
    const list = name === null ? group.pending : group.consumer(name)!.pending;
    const got = list.range(at(start), at(end), count);
    assertEquals(got.map(({ id }) => id.ms), expected);
    for (const entry of got) {
      const [owner, time, deliveries] = model.get(Number(entry.id.ms))!;
      assertEquals([entry.consumer.name, entry.deliveryTime, entry.deliveryCount], [
        owner,
        time,
        deliveries,
      ]);
    }
  };
  let next = 0;
  for (let step = 0; step < 60_000; step++) {
    const growing = Math.floor(step / 5000) % 2 === 0;
    const name = random.pick(names);
    const choice = random.int(100);
    if (choice < (growing ? 60 : 20)) {
      const ms = random.int(3) > 0 ? next++ : random.int(next + 50);
      if (model.has(ms)) continue;
      group.addPending(at(ms), group.consumer(name)!, step, 1);
      model.set(ms, [name, step, 1]);
    } else if (choice < 80) {
      const ms = random.int(2) > 0 ? random.int(next + 1) : Number(group.pending.first()?.id.ms);
      if (ms !== ms) continue;
      assertEquals(group.acknowledge(at(ms)), model.delete(ms));
    } else if (choice < 90) {
      const ms = random.int(next + 1);
      const entry = group.pending.get(at(ms));
      assertEquals(entry !== undefined, model.has(ms));
      if (entry === undefined) continue;
      group.reassign(entry, group.consumer(name)!);
      entry.deliveryCount++;
      const known = model.get(ms)!;
      model.set(ms, [name, known[1], known[2] + 1]);
    } else if (random.int(40) === 0) {
      check(random.int(2) === 0 ? null : name, random.int(next + 1), random.int(next + 1), 50);
    }
    assertEquals(group.pending.size, model.size);
  }
  check(null, 0, next, Infinity);
  for (const name of names) check(name, 0, next, Infinity);
  assertEquals(group.pending.last()?.id.ms, Math.max(...model.keys()));

  const copy = stream.clone().group("g")!;
  assertEquals(copy.pending.size, model.size);
  const owned = group.consumer("a")!.pending.size;
  assert(owned > 0);
  assertEquals(group.deleteConsumer("a"), owned);
  assertEquals(group.deleteConsumer("a"), null);
  for (const [ms, [name]] of model) if (name === "a") model.delete(ms);
  check(null, 0, next, Infinity);
  assertEquals(group.consumers().map((consumer) => consumer.name), ["b", "c", "d"]);
  assertEquals(copy.pending.size, model.size + owned);
  assertEquals(copy.consumer("a")!.pending.first()?.consumer, copy.consumer("a"));
  assertEquals([stream.groupCount, stream.destroyGroup("g"), stream.destroyGroup("g")], [
    1,
    true,
    false,
  ]);
});

Deno.test("stream groups: delivering, delivering again, and after the group was set back", () => {
  const stream = new StreamValue();
  for (let ms = 1; ms <= 5; ms++) stream.add(at(ms), ["n", `${ms}`], limits);
  const group = stream.createGroup("g", MIN_STREAM_ID, 0)!;
  const one = group.createConsumer("one", 10)!;
  const two = group.createConsumer("two", 10)!;
  const ids = (entries: readonly { id: StreamId }[]) => entries.map(({ id }) => id.ms);

  assertEquals(ids(stream.deliver(group, one, { count: 2, now: 20 })), [1, 2]);
  assertEquals([group.lastId.ms, group.entriesRead, stream.lag(group)], [2, 2, 3]);
  assertEquals([one.activeTime, two.activeTime], [20, -1]);
  assertEquals(ids(stream.deliver(group, two, { noAck: true, now: 30 })), [3, 4, 5]);
  assertEquals([group.pending.size, two.activeTime, stream.lag(group)], [2, -1, 0]);
  assertEquals(stream.deliver(group, two, { now: 30 }), []);

  stream.delete(at(1));
  assertEquals(stream.redeliver(one, MIN_STREAM_ID, { now: 40 }), [
    { id: at(1), fields: null },
    { id: at(2), fields: ["n", "2"] },
  ]);
  const times = () =>
    group.pending.range(MIN_STREAM_ID, MAX_STREAM_ID).map((entry) => [
      entry.id.ms,
      entry.consumer.name,
      entry.deliveryTime,
      entry.deliveryCount,
    ]);
  assertEquals(times(), [[1, "one", 20, 1], [2, "one", 40, 2]]);

  group.lastId = MIN_STREAM_ID;
  group.entriesRead = null;
  assertEquals(ids(stream.deliver(group, two, { count: 2, now: 50 })), [2, 3]);
  assertEquals(times(), [[1, "one", 20, 1], [2, "two", 50, 1], [3, "two", 50, 1]]);
  assertEquals([one.pending.size, two.pending.size], [1, 2]);
  assert(group.acknowledge(at(1)) && !group.acknowledge(at(1)));
});

Deno.test("stream: memory is counted and falls again", () => {
  const stream = new StreamValue();
  const empty = stream.memoryBytes();
  for (let ms = 1; ms <= 10_000; ms++) stream.add(at(ms), ["field", `value ${ms}`], limits);
  const full = stream.memoryBytes();
  assert(full / 10_000 > 15 && full / 10_000 < 60, `${full / 10_000} bytes an entry`);
  stream.trim({ strategy: "maxlen", maxLength: 0, approximate: false, limit: 0 });
  assertEquals([stream.memoryBytes(), stream.nodeCount], [empty, 0]);
});

Deno.test("stream groups: pending entries are told apart by their sequence, too", () => {
  const group = new StreamValue().createGroup("g", MIN_STREAM_ID, 0)!;
  const consumer = group.createConsumer("c", 1)!;
  const entry = group.addPending(at(5, 1), consumer, 1, 1);
  group.addPending(at(6, 0), consumer, 1, 1);
  for (const list of [group.pending, consumer.pending]) {
    assertStrictEquals(list.get(at(5, 1)), entry);
    for (const other of [at(5, 0), at(5, 2), at(6, 1), at(4, 1)]) {
      assertEquals(list.get(other), undefined);
    }
  }
  assertEquals([group.acknowledge(at(5, 0)), group.acknowledge(at(5, 2))], [false, false]);
  assertEquals([group.acknowledge(at(5, 1)), group.pending.size, consumer.pending.size], [
    true,
    1,
    1,
  ]);
});

Deno.test("stream groups: a copy keeps when its consumers were seen and active", () => {
  const stream = new StreamValue();
  stream.add(at(1), ["f", "v"], limits);
  const group = stream.createGroup("g", at(1), 1)!;
  group.createConsumer("seen", 5);
  group.createConsumer("active", 6, 7);
  const copy = stream.clone().group("g")!;
  assertEquals(
    copy.consumers().map(({ name, seenTime, activeTime }) => [name, seenTime, activeTime]),
    [["active", 6, 7], ["seen", 5, -1]],
  );
  assertEquals([copy.lastId, copy.entriesRead], [at(1), 1]);
});
