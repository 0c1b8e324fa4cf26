import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { toBytes } from "../../src/bytes/bytes.ts";
import { RdbDecoder } from "../../src/rdb/decode/decoder.ts";
import { checkRdb } from "../../src/tools/check_rdb.ts";
import { describeRecord } from "../../src/tools/rdb_scan.ts";
import { damagedFiles, fixtureNames, FIXTURES, readBytes, readFixture } from "../rdb/fixtures.ts";
import { TempDir } from "../support/temp.ts";
import { NOW, run } from "./support.ts";

const path = (name: string) => decodeURIComponent(new URL(name, FIXTURES).pathname);

Deno.test("check: every good dump is sound, with the counts of what is in it", async () => {
  const names = fixtureNames();
  assert(names.length > 50);
  for (const name of names) {
    const { expected } = readFixture(name);
    const { code, stdout, stderr } = await run(["check", path(name)]);
    if (expected.must?.startsWith("reject") || /module-(value|aux)/.test(name)) {
      assertEquals(code, 1, name);
      assertStringIncludes(stdout, "a server that has the module");
      continue;
    }
    assertEquals([code, stderr], [0, ""], name + stdout);
    assert(stdout.startsWith(`OK       ${path(name)} (RDB, `), stdout);
    const keys = Object.values(expected.dbs).flat();
    assertMatch(stdout, new RegExp(`^ +${keys.length} keys?(:|$)`, "m"));
    for (const [db, list] of Object.entries(expected.dbs)) {
      const expires = list.filter(({ ttl }) => ttl !== null).length;
      const line = `database ${db}: ${list.length} key${list.length === 1 ? "" : "s"}, ` +
        `${expires} with an expiry`;
      if (list.length > 0) assertStringIncludes(stdout, line);
    }
    for (const type of ["string", "list", "set", "zset", "hash", "stream"]) {
      const count = keys.filter((key) => key.type === type).length;
      if (count > 0) assertStringIncludes(stdout, `${count} ${type}`);
    }
    const ttls = keys.flatMap(({ ttl }) => ttl === null ? [] : [ttl]);
    if (ttls.length > 0) {
      const past = ttls.filter((ttl) => ttl < NOW).length;
      assertStringIncludes(stdout, `${past} of them past`);
    }
  }
});

Deno.test("check: every damaged dump is refused with a byte offset", async () => {
  let refused = 0;
  for (const { file, must } of damagedFiles()) {
    const name = path(`damaged/${file}`);
    const { code, stdout } = await run(["check", "--databases", "16", name]);
    if (must === "load" || must === "load-skip") {
      assertEquals(code, 0, `${file}: ${stdout}`);
      if (must === "load-skip") assertStringIncludes(stdout, "1 collection without elements");
      continue;
    }
    if (must === "either") continue;
    refused++;
    assertEquals(code, 1, file);
    assertMatch(stdout, /^DAMAGED .* at byte offset \d+\n +reading: .*, which begins at byte \d+/);
    const offset = Number(/at byte offset (\d+)/.exec(stdout)![1]);
    assert(offset <= Deno.statSync(name).size, file);
  }
  assert(refused > 30);
});

Deno.test("check: a dump cut anywhere is damaged, in the record that was cut", async () => {
  const bytes = readBytes("7.2.6/multidb.rdb");
  const decoder = new RdbDecoder();
  decoder.push(bytes);
  const ends = [0];
  const keys: string[] = [];
  for (let record = decoder.next(); record !== null; record = decoder.next()) {
    keys.push(record.kind === "key" ? record.key : "");
    ends.push(decoder.offset);
  }
  await using directory = await TempDir.create();
  const file = `${directory.path}/cut.rdb`;
  for (let size = 0; size < bytes.length; size += 13) {
    Deno.writeFileSync(file, bytes.subarray(0, size));
    const { fault, tally } = await checkRdb(file, { now: NOW });
    assert(fault !== null);
    assertEquals(fault.error.kind, "short-read");
    const index = ends.findLastIndex((end) => end <= size);
    assertEquals(fault.start, ends[index]);
    assertEquals(tally.keys, keys.slice(0, index).filter((key) => key !== "").length);
    const key = /of key "(.*)"$/.exec(fault.reading)?.[1];
    if (key !== undefined) assertEquals(key, keys[index]);
    // Ten bytes hold an expiry, a type and a length; the key itself is about as long.
    if (keys[index] !== "" && size > ends[index] + 30) assertEquals(key, keys[index]);
  }
});

Deno.test("check: what was being read is named by type, key or field", () => {
  const say = (bytes: string) => describeRecord(toBytes(bytes), false);
  assertEquals(say(""), "a record's type");
  assertEquals(say("\xfc1234567"), "a key's expiry or access time");
  assertEquals(say("\xfc12345678\x04\x01"), "the name of a key (hash)");
  assertEquals(say("\xfc12345678\xf8\x05\x04\x01h"), 'the value (hash) of key "h"');
  assertEquals(say("\xfd1234\xf9\x05\x00\x02a\n"), 'the value (string) of key "a\\n"');
  assertEquals(say("\xfa\x01"), "an aux field");
  assertEquals(say("\xff"), "the checksum");
  assertEquals(say("\x64"), "a record of type 100");
  assertEquals(say("\x00\xc3\x01\x02"), "the name of a key (string)");
  assertEquals(describeRecord(toBytes("RED"), true), "the header");
});

Deno.test("check: databases and duplicates are looked at as asked", async () => {
  const range = path("damaged/select-out-of-range.rdb");
  assertEquals((await run(["check", range])).code, 0);
  assertEquals((await run(["check", "--databases=16", range])).code, 1);
  const twice = path("damaged/duplicate-key.rdb");
  assertStringIncludes((await run(["check", twice])).stdout, "duplicated key 'key'");
  assertEquals((await run(["check", "--skip-duplicates", twice])).code, 0);
});

Deno.test("check: bytes behind the end are told, and every file has a verdict", async () => {
  const good = path("7.2.6/multidb.rdb");
  const { code, stdout, stderr } = await run([
    "check",
    path("derived/trailing-garbage.rdb"),
    "no-such-file",
    good,
  ]);
  assertEquals(code, 1);
  assertMatch(stdout, /\d+ B behind the end at byte \d+ are not read/);
  assertStringIncludes(stdout, `OK       ${good}`);
  assertEquals(stderr, "check: no-such-file: No such file or directory\n");
});

Deno.test("check: RDB data is not mended", async () => {
  await using directory = await TempDir.create();
  const file = `${directory.path}/dump.rdb`;
  const bytes = readBytes("7.2.6/multidb.rdb").subarray(0, 2000);
  Deno.writeFileSync(file, bytes);
  const { code, stderr } = await run(["check", "--fix", "--yes", file]);
  assertEquals([code, stderr], [1, "not fixed: RDB data cannot be mended\n"]);
  assertEquals(Deno.readFileSync(file), bytes);
});
