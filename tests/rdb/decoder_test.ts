import "../../src/datatypes/mod.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { toBytes } from "../../src/bytes/bytes.ts";
import { RdbDecoder } from "../../src/rdb/decode/decoder.ts";
import { RdbError } from "../../src/rdb/error.ts";
import type { RdbRecord } from "../../src/rdb/records.ts";
import {
  canonicalContent,
  comparable,
  decodeAll,
  idleAndFrequency,
  settleSeenTimes,
  takeAll,
} from "./canonical.ts";
import { fixtureNames, readBytes, readFixture } from "./fixtures.ts";
import { file, length, listpack, little, string } from "./writers.ts";

for (const name of fixtureNames()) {
  const { bytes, expected } = readFixture(name);
  if (expected.must === "reject") {
    Deno.test(`${name} is refused for its module data`, () => {
      const error = assertThrows(() => decodeAll(bytes), RdbError, "no matching module");
      assertEquals(error.kind, "module");
      assert(/'test__.*'/.test(error.message), error.message);
    });
    continue;
  }
  Deno.test(`${name} decodes to its expected content`, () => {
    const records = decodeAll(bytes, { refuseDuplicateKeys: true });
    assertEquals(records[0].kind, "header");
    assertEquals(records[records.length - 1].kind, "end");
    const got = canonicalContent(records);
    settleSeenTimes(expected, got);
    assertEquals(got.rdb_version, expected.rdb_version);
    if (expected.lua_scripts !== undefined && got.lua_scripts === undefined) {
      // From 7.0 on the scripts are not in the file.
      assert(expected.rdb_version >= 10);
      delete expected.lua_scripts;
    }
    assertEquals(comparable(got), comparable(expected));
    const statistics = idleAndFrequency(got);
    for (const [key, { idle_s, freq }] of idleAndFrequency(expected)) {
      const found = statistics.get(key);
      assertEquals(found?.freq, freq, key);
      if (idle_s !== undefined) assert(Math.abs((found?.idle_s ?? -9) - idle_s) <= 2, key);
    }
  });
}

/** Push the bytes in pieces and take what is ready after each. */
function decodePieces(bytes: Uint8Array, cuts: Iterable<number>): RdbRecord[] {
  const decoder = new RdbDecoder();
  const records: RdbRecord[] = [];
  // One piece of memory for all, overwritten after each push: the decoder must not keep it.
  const memory = new Uint8Array(bytes.length);
  let from = 0;
  for (const to of cuts) {
    const piece = memory.subarray(0, to - from);
    piece.set(bytes.subarray(from, to));
    decoder.push(piece);
    records.push(...takeAll(decoder));
    memory.fill(0xee);
    from = to;
  }
  decoder.end();
  records.push(...takeAll(decoder));
  return records;
}

const CUT_UP = [
  "2.4.18/multidb.rdb",
  "2.4.18/nocompress.rdb",
  "2.6.17/nochecksum.rdb",
  "5.0.14/streams.rdb",
  "7.0.15/plainlists.rdb",
  "7.0.15/functions.rdb",
  "7.2.6/streams.rdb",
  "7.2.6/multidb.rdb",
  "7.4.1/cluster.rdb",
  "derived/int-strings.rdb",
  "derived/len64-string.rdb",
  "derived/idle-freq-expire.rdb",
  "derived/zset-ascii-v11.rdb",
];
for (const name of CUT_UP) {
  Deno.test(`${name} decodes the same byte by byte and cut in two anywhere`, () => {
    const bytes = readBytes(name);
    const whole = decodeAll(bytes);
    const every = Array.from(bytes, (_, i) => i + 1);
    assertEquals(decodePieces(bytes, every), whole);
    const step = bytes.length < 1500 ? 1 : 37;
    for (let cut = 0; cut <= bytes.length; cut += step) {
      const decoder = new RdbDecoder();
      decoder.push(bytes.subarray(0, cut));
      const records = takeAll(decoder);
      decoder.push(bytes.subarray(cut));
      decoder.end();
      records.push(...takeAll(decoder));
      assertEquals(records.length, whole.length, `cut at ${cut}`);
      if (cut % 11 === 0) assertEquals(records, whole, `cut at ${cut}`);
    }
  });
}

Deno.test("a record is given as soon as its last byte has come, without waiting for more", () => {
  const bytes = readBytes("7.2.6/streams.rdb");
  const decoder = new RdbDecoder();
  let given = 0;
  let records = 0;
  for (let i = 0; i < bytes.length; i++) {
    decoder.push(bytes.subarray(i, i + 1));
    for (let record = decoder.next(); record !== null; record = decoder.next()) {
      assertEquals(decoder.offset, i + 1);
      records++;
      given = decoder.offset;
    }
  }
  assertEquals(given, bytes.length);
  assertEquals(records, decodeAll(bytes).length);
  assert(decoder.done);
});

Deno.test("what follows the end record is left alone and can be had", () => {
  const bytes = readBytes("derived/trailing-garbage.rdb");
  const decoder = new RdbDecoder();
  decoder.push(bytes);
  takeAll(decoder);
  assert(decoder.done);
  assertEquals(decoder.next(), null);
  assertEquals(decoder.rest(), toBytes("trailing bytes after the checksum"));
  assertEquals(decoder.offset, bytes.length - decoder.rest().length);
});

Deno.test("the end record tells whether the checksum was verified", () => {
  const end = (name: string, verifyChecksum = true) =>
    decodeAll(readBytes(name), { verifyChecksum }).at(-1);
  const good = end("7.2.6/nocompress.rdb");
  assert(good?.kind === "end" && good.verified && good.crc !== 0n);
  assertEquals(end("derived/crc-zero.rdb"), { kind: "end", crc: 0n, verified: false });
  assertEquals(end("2.4.18/empty.rdb"), { kind: "end", crc: null, verified: false });
  const unchecked = end("damaged/flip-value-byte-v6.rdb", false);
  assert(unchecked?.kind === "end" && !unchecked.verified);
});

Deno.test("hints and remarks come as records", () => {
  const records = decodeAll(readBytes("7.4.1/cluster.rdb"));
  const slots = records.filter((record) => record.kind === "slotInfo");
  assert(slots.length > 1);
  assertEquals(slots.reduce((sum, slot) => sum + slot.keys, 0), 14);
  assertEquals(slots.reduce((sum, slot) => sum + slot.expires, 0), 1);
  assert(records.some((record) => record.kind === "resizeDb" && record.keys === 14));
  const aux = records.filter((record) => record.kind === "aux");
  assertEquals(aux[0], { kind: "aux", key: "redis-ver", value: "7.4.1" });
});

Deno.test("access statistics belong to the key that follows them alone", () => {
  const keys = decodeAll(readBytes("derived/idle-freq-expire.rdb"))
    .filter((record) => record.kind === "key");
  assertEquals(
    keys.map(({ key, expireAt, idle, freq }) => ({ key, expireAt, idle, freq })),
    [
      { key: "a", expireAt: 4102444800123, idle: 5, freq: null },
      { key: "key", expireAt: null, idle: null, freq: 127 },
    ],
  );
});

Deno.test("the number of databases is the loader's to say", () => {
  const bytes = readBytes("7.2.6/multidb.rdb");
  const error = assertThrows(() => decodeAll(bytes, { databases: 9 }), RdbError, "out of range");
  assertEquals(error.kind, "corrupt");
  assert(decodeAll(bytes, { databases: 10 }).length > 0);
});

Deno.test("what old streams lack is filled in as far as it can be known", () => {
  const streams = decodeAll(readBytes("5.0.14/streams.rdb")).flatMap((record) =>
    record.kind === "key" && record.value.type === "stream" ? [record.value] : []
  );
  assert(streams.length > 5);
  for (const stream of streams) {
    assertEquals(stream.format, 1);
    assertEquals(stream.entriesAdded, BigInt(stream.entries.length));
    assertEquals(stream.maxDeletedId, { ms: 0n, seq: 0n });
    const first = { ms: stream.ids[0] ?? 0n, seq: stream.ids[1] ?? 0n };
    assertEquals(stream.firstId, first);
    for (const group of stream.groups) {
      for (const consumer of group.consumers) assertEquals(consumer.activeTime, consumer.seenTime);
      const { ms, seq } = group.lastId;
      if (stream.entries.length === 0) assertEquals(group.entriesRead, 0n);
      else if (ms === stream.lastId.ms && seq === stream.lastId.seq) {
        assertEquals(group.entriesRead, stream.entriesAdded);
      } else if (ms === first.ms && seq === first.seq) assertEquals(group.entriesRead, 1n);
      else if (ms === 0n && seq === 0n) assertEquals(group.entriesRead, 0n);
      else assertEquals(group.entriesRead, null);
    }
  }
});

Deno.test("the checksum holds across a file larger than the decoder's buffer", () => {
  let keys = "";
  for (let i = 0; i < 3000; i++) keys += "\x00" + string(`key:${i}`) + string("v".repeat(i % 400));
  const bytes = file(keys);
  for (const size of [1000, 65536, 100_000]) {
    const decoder = new RdbDecoder();
    let count = 0;
    for (let at = 0; at < bytes.length; at += size) {
      decoder.push(bytes.subarray(at, at + size));
      count += takeAll(decoder).length;
    }
    assert(decoder.done);
    assertEquals(count, 3002);
  }
});

Deno.test("one value much larger than the pieces it comes in", () => {
  const value = "0123456789abcdef".repeat(65536);
  const list = "\x01" + string("list") + "\x03" + string(value) + string("x") + string(value);
  const bytes = file("\x00" + string("key") + string(value) + list);
  const decoder = new RdbDecoder();
  const records: RdbRecord[] = [];
  for (let at = 0; at < bytes.length; at += 1000) {
    decoder.push(bytes.subarray(at, at + 1000));
    records.push(...takeAll(decoder));
  }
  const [, first, second, end] = records;
  assert(first.kind === "key" && second.kind === "key" && end.kind === "end" && end.verified);
  assertEquals(first.value, { type: "string", value });
  assertEquals(second.value, { type: "list", items: [value, "x", value] });
});

Deno.test("a time of a hash's field is a whole number that commands can set", () => {
  const packed = (at: string | bigint) =>
    file("\x19" + string("h") + little(1, 8) + string(listpack(["f", "v", at])));
  const plain = (earliest: bigint, after: number) =>
    file("\x18" + string("h") + little(earliest, 8) + "\x01" + length(after) + "\x01f\x01v");
  const latest = 2n ** 46n - 1n;
  for (const bytes of [packed(latest), packed(0n), plain(latest, 1), plain(-1n, 0)]) {
    assertEquals(decodeAll(bytes).filter(({ kind }) => kind === "key").length, 1);
  }
  const refused = [
    ...["1.5", "1e3", "0x10", " 1", "", "Infinity", -1n, latest + 1n].map(packed),
    ...[plain(-1n, 1), plain(latest, 2), plain(1n, 2 ** 46)],
  ];
  for (const bytes of refused) {
    assertEquals(assertThrows(() => decodeAll(bytes), RdbError).kind, "corrupt");
  }
});

Deno.test("an expiry at the end of 64 bits can be saved again", () => {
  const bytes = file("\xfc" + "\xff".repeat(7) + "\x7f\0" + string("k") + string("v"));
  const key = decodeAll(bytes).find((record) => record.kind === "key");
  assert(key?.kind === "key" && key.expireAt !== null);
  assert(key.expireAt < 2 ** 63 && key.expireAt > 9.22e18);
});
