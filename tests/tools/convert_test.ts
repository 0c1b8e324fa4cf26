import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fixtureNames, FIXTURES, readFixture } from "../rdb/fixtures.ts";
import { canonicalContent, comparable, decodeAll, idleAndFrequency } from "../rdb/canonical.ts";
import type { CanonicalContent, CanonicalField } from "../rdb/canonical.ts";
import { findExecutable } from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";
import { run } from "./support.ts";

const path = (name: string) => decodeURIComponent(new URL(name, FIXTURES).pathname);
const CHECKER = findExecutable("redis-check-rdb");
const WITHOUT = CHECKER === undefined ? " (ignored: no redis-check-rdb on PATH)" : "";
const GOOD = fixtureNames().filter((name) => !/modules\/module-(value|aux)/.test(name));

/** Forget what a version cannot hold. */
function fitting(content: CanonicalContent, version: number): CanonicalContent {
  for (const { type, value } of Object.values(content.dbs).flat()) {
    if (type === "hash" && version < 12) {
      for (const field of value as CanonicalField[]) field.length = 2;
    }
    if (type !== "stream") continue;
    const stream = value as Extract<typeof value, { groups: unknown }>;
    if (version < 10) stream.entries_added = stream.max_deleted_id = null;
    for (const group of stream.groups) {
      if (version < 10) group.entries_read = null;
      for (const consumer of group.consumers) if (version < 11) consumer.active_time = null;
    }
  }
  if (version < 10) delete content.functions;
  return content;
}

Deno.test("convert: every dump is the same in every version", async () => {
  await using directory = await TempDir.create();
  const out = `${directory.path}/out.rdb`;
  for (const name of GOOD) {
    const { bytes } = readFixture(name);
    const before = canonicalContent(decodeAll(bytes, { databases: Infinity }));
    for (const version of [9, 10, 11, 12]) {
      const words = ["rdb", "convert", "--lossy", "--force", "--to-version", `${version}`];
      const { code, stdout } = await run([...words, path(name), out]);
      assertEquals(code, 0, name);
      const records = decodeAll(Deno.readFileSync(out), { databases: Infinity });
      const after = canonicalContent(records);
      assertEquals(after.rdb_version, version);
      const count = Object.values(before.dbs).flat().length;
      assertStringIncludes(stdout, `: ${count} key${count === 1 ? "" : "s"} in RDB version`);
      assertEquals(idleAndFrequency(after), idleAndFrequency(before));
      const least = Math.min(version, before.rdb_version);
      const [want, got] = [before, after].map((content) =>
        comparable(fitting(structuredClone(content), least))
      );
      if (want.functions === undefined || got.functions === undefined) {
        delete want.functions;
        delete got.functions;
      }
      assertEquals(got, want, `${name} to ${version}`);
    }
  }
});

Deno.test({
  name: `convert: redis-check-rdb finds nothing wrong${WITHOUT}`,
  ignore: CHECKER === undefined,
  fn: async () => {
    await using directory = await TempDir.create();
    for (const name of ["strings", "zsets", "hashes", "sets", "streams", "multidb"]) {
      const from = GOOD.findLast((each) => each.endsWith(`/${name}.rdb`));
      if (from === undefined) continue;
      for (const version of [9, 10]) {
        const out = `${directory.path}/${name}.${version}.rdb`;
        await run(["rdb", "convert", "--to-version", `${version}`, path(from), out]);
        const { code, stdout } = await new Deno.Command(CHECKER!, { args: [out] }).output();
        assertEquals(code, 0);
        assertStringIncludes(new TextDecoder().decode(stdout), "RDB looks OK!");
      }
    }
  },
});

Deno.test("convert: what a version cannot hold is refused, or left out with a word", async () => {
  await using directory = await TempDir.create();
  const out = `${directory.path}/out.rdb`;
  const from = path("7.4.1/hfe.rdb");
  const refused = await run(["rdb", "convert", "--to-version", "11", from, out]);
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, 'version 11 cannot say that fields of "hfe:');
  assertEquals([...Deno.readDirSync(directory.path)], []);
  const lossy = await run(["rdb", "convert", "--to-version", "11", "--lossy", from, out]);
  assertEquals(lossy.code, 0);
  assertEquals(lossy.stderr, "left out: the expiries of 627 hash fields\n");
  assertEquals((await run(["rdb", "convert", "--to-version=12", from, out + "2"])).stderr, "");
  assertEquals((await run(["rdb", "diff", "-q", from, out + "2"])).code, 0);
  const library = GOOD.find((name) => (readFixture(name).expected.functions?.length ?? 0) > 0);
  if (library === undefined) return;
  const old = await run(["rdb", "convert", "--to-version", "9", path(library), out + "3"]);
  assertEquals(old.code, 1);
  assertStringIncludes(old.stderr, "version 9 has no place for function libraries");
});

Deno.test("convert: a file that is there is kept, and a failure leaves nothing", async () => {
  await using directory = await TempDir.create();
  const out = `${directory.path}/out.rdb`;
  Deno.writeTextFileSync(out, "mine");
  const words = ["rdb", "convert", "--to-version", "11"];
  const kept = await run([...words, path("7.2.6/multidb.rdb"), out]);
  assertEquals(kept.code, 1);
  assertStringIncludes(kept.stderr, "is there already");
  const damaged = await run([...words, "--force", "--lossy", path("damaged/trunc-hfe.rdb"), out]);
  assertEquals(damaged.code, 1);
  assertStringIncludes(damaged.stderr, "trunc-hfe.rdb: ");
  assertEquals(Deno.readTextFileSync(out), "mine");
  assertEquals([...Deno.readDirSync(directory.path)].map(({ name }) => name), ["out.rdb"]);
  // A file can take its own place.
  Deno.copyFileSync(path("7.2.6/multidb.rdb"), out);
  assertEquals((await run([...words, "--force", out, out])).code, 0);
  assert((await run(["rdb", "diff", "-q", path("7.2.6/multidb.rdb"), out])).code === 0);
});
