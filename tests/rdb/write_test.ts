/**
 * Every recorded dump, loaded, saved in each version that it fits, and read again: the same content.
 * And what is written is what a writer of that version would have chosen.
 *
 * @module
 */

import "../../src/datatypes/mod.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { scheduleFields } from "../../src/keyspace/field_expire.ts";
import { ValueType } from "../../src/rdb/format.ts";
import { loadRdbFile } from "../../src/rdb/load/load.ts";
import { lzfDecompress } from "../../src/rdb/decode/lzf.ts";
import { lzfCompress } from "../../src/rdb/encode/lzf.ts";
import type { RdbKeyRecord } from "../../src/rdb/records.ts";
import { SaveError, saveRdb } from "../../src/rdb/save/save.ts";
import { decodeDumpPayload } from "../../src/rdb/decode/value.ts";
import { encodeDumpPayload } from "../../src/rdb/encode/value.ts";
import { HashValue } from "../../src/values/hash.ts";
import { defaultLimits } from "../../src/values/limits.ts";
import { ListValue } from "../../src/values/list.ts";
import { SetValue } from "../../src/values/set.ts";
import { ZSetValue } from "../../src/values/zset.ts";
import { mulberry32 } from "../support/prng.ts";
import { TempDir } from "../support/temp.ts";
import { canonicalContent, decodeAll } from "./canonical.ts";
import { fixtureNames, readFixture } from "./fixtures.ts";
import { content, newKeyspace, saveOptions } from "./saving.ts";

for (const name of fixtureNames()) {
  const fixture = readFixture(name);
  if (fixture.expected.must !== undefined) continue;
  Deno.test(`${name} survives being saved in every version`, async () => {
    await using dir = await TempDir.create();
    // Expired keys and fields would be left out: the content was recorded with them.
    const keyspace = newKeyspace(1);
    const { functions } = await loadRdbFile(decodeURIComponent(fixture.path.pathname), keyspace);
    const before = canonicalContent(decodeAll(fixture.bytes));
    const timed = fixture.bytes[8] === 0x32 && name.includes("7.4");
    for (const version of [9, 10, 11, 12] as const) {
      const path = `${dir.path}/${version}.rdb`;
      const keys = saveRdb({ ...saveOptions(keyspace, path, version), functions });
      assertEquals(keys, keyspace.size);
      const records = decodeAll(Deno.readFileSync(path));
      const after = canonicalContent(records);
      if (!timed) assertEquals(after.rdb_version, version);
      const common = Math.min(version, before.rdb_version);
      assertEquals(content(after, common), content(before, common));
      if (version >= 10) assertEquals(after.functions ?? [], before.functions ?? []);
      const end = records[records.length - 1];
      assert(end.kind === "end" && end.verified);
    }
  });
}

Deno.test("value types are those of the version's writers", async () => {
  await using dir = await TempDir.create();
  const keyspace = newKeyspace();
  const { limits } = keyspace;
  const db = keyspace.databases[3];
  const many = Array.from({ length: 600 }, (_, i) => `m${i}`);
  db.add("string", "text");
  db.add("list", ListValue.from(["a", "b"], limits));
  db.add("intset", SetValue.from(["1", "70000", "-9223372036854775808"], limits));
  db.add("set", SetValue.from(["a", "1"], limits));
  db.add("bigset", SetValue.from(many, limits));
  db.add("hash", HashValue.fromFlat(["f", "v"], limits));
  db.add("bighash", HashValue.fromFlat(many.flatMap((m) => [m, m]), limits));
  db.add("zset", ZSetValue.from(["a", "b"], [1.5, -Infinity], limits));
  db.add("bigzset", ZSetValue.from(many, many.map((_, i) => i / 3), limits));
  const path = `${dir.path}/x.rdb`;
  const wanted: Record<number, Record<string, number>> = {
    9: { list: ValueType.LIST_QUICKLIST, set: ValueType.SET, hash: 13, zset: 12 },
    10: { list: ValueType.LIST_QUICKLIST_2, set: ValueType.SET, hash: 16, zset: 17 },
    11: { list: ValueType.LIST_QUICKLIST_2, set: ValueType.SET_LISTPACK, hash: 16, zset: 17 },
    12: { list: ValueType.LIST_QUICKLIST_2, set: ValueType.SET_LISTPACK, hash: 16, zset: 17 },
  };
  for (const version of [9, 10, 11, 12] as const) {
    saveRdb(saveOptions(keyspace, path, version));
    const types = typesIn(Deno.readFileSync(path));
    assertEquals(types, {
      string: ValueType.STRING,
      intset: ValueType.SET_INTSET,
      bigset: ValueType.SET,
      bighash: ValueType.HASH,
      bigzset: ValueType.ZSET_2,
      ...wanted[version],
    });
  }
});

function typesIn(bytes: Uint8Array): Record<string, number> {
  const keys = decodeAll(bytes).filter((record): record is RdbKeyRecord => record.kind === "key");
  return Object.fromEntries(keys.map(({ key, valueType }) => [key, valueType]));
}

Deno.test("fields that expire make it version 12, and the log says so", async () => {
  await using dir = await TempDir.create();
  const keyspace = newKeyspace();
  const db = keyspace.databases[0];
  const small = HashValue.fromFlat(["a", "1", "b", "2"], keyspace.limits);
  small.setExpiry("a", 5000);
  const flat = Array.from({ length: 1200 }, (_, i) => `f${i >> 1}`);
  const large = HashValue.fromFlat(flat, keyspace.limits);
  large.setExpiry("f7", 6000);
  large.setExpiry("f8", 5500);
  db.add("small", small);
  db.add("large", large);
  scheduleFields(db, "small", 5000);
  const notices: string[] = [];
  const path = `${dir.path}/x.rdb`;
  const onNotice = (message: string) => void notices.push(message);
  saveRdb({ ...saveOptions(keyspace, path, 11), onNotice });
  assertEquals(notices.length, 1);
  const bytes = Deno.readFileSync(path);
  assertEquals(typesIn(bytes), { small: 25, large: 24 });
  const again = newKeyspace(1);
  await loadRdbFile(path, again);
  const read = again.databases[0].peek("large") as HashValue;
  assertEquals([read.getExpiry("f7"), read.getExpiry("f8"), read.getExpiry("f9")], [
    6000,
    5500,
    undefined,
  ]);
  assertEquals((again.databases[0].peek("small") as HashValue).getExpiry("a"), 5000);
  db.delete("small");
  db.delete("large");
  saveRdb({ ...saveOptions(keyspace, path, 11), onNotice });
  assertEquals([notices.length, Deno.readFileSync(path)[8]], [1, 0x31]);
});

Deno.test("expiry, idle time and frequency are saved", async () => {
  await using dir = await TempDir.create();
  const keyspace = newKeyspace(1_000_000_000_000);
  const db = keyspace.databases[0];
  const entry = db.add("k", "v");
  db.setExpireAt("k", 1_000_000_123_456);
  db.table.setAccessAt(entry, keyspace.access.wordOfIdle(70));
  const path = `${dir.path}/x.rdb`;
  const options = saveOptions(keyspace, path, 11);
  saveRdb({ ...options, access: "idle" });
  let key = decodeAll(Deno.readFileSync(path)).find((record) => record.kind === "key")!;
  assertEquals([key.expireAt, key.idle, key.freq], [1_000_000_123_456, 70, null]);
  keyspace.access.lfu = true;
  db.table.setAccessAt(entry, keyspace.access.wordOfFrequency(77));
  saveRdb({ ...options, access: "frequency", checksum: false });
  const records = decodeAll(Deno.readFileSync(path));
  key = records.find((record) => record.kind === "key")!;
  assertEquals([key.idle, key.freq], [null, 77]);
  const end = records[records.length - 1];
  assert(end.kind === "end" && end.crc === 0n && !end.verified);
});

Deno.test("DUMP payloads of random values are read as what they were", () => {
  const random = mulberry32(5).next;
  const limits = defaultLimits();
  const text = (): string => {
    switch (Math.floor(random() * 7)) {
      case 0:
        return String(Math.floor((random() - 0.5) * 2 ** (1 + random() * 52)));
      case 1:
        return String(BigInt.asIntN(64, BigInt(Math.floor(random() * 2 ** 53)) * 3001n));
      case 2:
        return "";
      case 3:
        return "ab".repeat(Math.floor(random() * 3000));
      case 4:
        return String.fromCharCode(...Array.from({ length: 300 }, () => random() * 256));
      default:
        return `text-${Math.floor(random() * 1e6)}-\xff`;
    }
  };
  for (let round = 0; round < 400; round++) {
    const items = [...new Set(Array.from({ length: 1 + random() * 40 }, text))];
    const scores = items.map(() =>
      [0.1, 5, -2.5, Infinity, 1e300, 2 ** 53][Math.floor(random() * 6)]
    );
    const flat = items.flatMap((item) => [item, text()]);
    for (const version of [9, 10, 11, 12] as const) {
      const options = { version, compress: random() < 0.5, limits };
      const list = decodeDumpPayload(encodeDumpPayload(ListValue.from(items, limits), options));
      assertEquals(list, { type: "list", items });
      const set = decodeDumpPayload(encodeDumpPayload(SetValue.from(items, limits), options));
      assert(set?.type === "set");
      assertEquals(new Set(set.members), new Set(items));
      const hash = decodeDumpPayload(encodeDumpPayload(HashValue.fromFlat(flat, limits), options));
      assert(hash?.type === "hash");
      assertEquals(hash.pairs, flat);
      const zset = decodeDumpPayload(
        encodeDumpPayload(ZSetValue.from(items, scores, limits), options),
      );
      assert(zset?.type === "zset");
      assertEquals(
        new Map(zset.members.map((member, i) => [member, zset.scores[i]])),
        new Map(items.map((member, i) => [member, scores[i]])),
      );
      assertEquals(decodeDumpPayload(encodeDumpPayload(items[0], options)), {
        type: "string",
        value: items[0],
      });
    }
  }
});

Deno.test("compression gives back what went in, or nothing when it does not pay", () => {
  const random = mulberry32(9).next;
  for (let round = 0; round < 500; round++) {
    const size = Math.floor(random() * 20000);
    const alphabet = 1 + Math.floor(random() * 40);
    const source = Uint8Array.from({ length: size }, () => random() * alphabet);
    if (round % 3 === 0 && size > 200) source.copyWithin(size >> 1, 0, size >> 1);
    const target = new Uint8Array(size + 16);
    const limit = Math.max(0, size - 4);
    const packed = lzfCompress(source, size, target, limit);
    assert(packed <= limit);
    assertEquals(target.subarray(Math.max(packed, limit)).every((byte) => byte === 0), true);
    if (packed === 0) continue;
    const back = new Uint8Array(size);
    assert(lzfDecompress(target, 0, packed, back, size));
    assertEquals(back, source);
  }
  const noise = Uint8Array.from({ length: 1000 }, () => random() * 256);
  assertEquals(lzfCompress(noise, 1000, new Uint8Array(1000), 996), 0);
});

Deno.test("a save that fails leaves the old file and says why", async () => {
  await using dir = await TempDir.create();
  const keyspace = newKeyspace();
  keyspace.databases[0].add("k", "v");
  const missing = `${dir.path}/none/dump.rdb`;
  const failure = assertThrows(
    () => saveRdb(saveOptions(keyspace, missing, 11)),
    SaveError,
    "Failed opening the temp RDB file temp-",
  );
  assert(failure.message.endsWith("for saving: No such file or directory"));
  // A directory cannot be replaced by a file.
  const path = `${dir.path}/dump.rdb`;
  Deno.mkdirSync(`${path}/inside`, { recursive: true });
  assertThrows(
    () => saveRdb(saveOptions(keyspace, path, 11)),
    SaveError,
    "Error moving temp DB file temp-",
  );
  assertEquals([...Deno.readDirSync(dir.path)].map(({ name }) => name), ["dump.rdb"]);
});
