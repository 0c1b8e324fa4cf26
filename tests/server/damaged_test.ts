import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { StartError } from "../../src/server.ts";
import { type Damage, damagedFiles, fixtureNames, FIXTURES, readFixture } from "../rdb/fixtures.ts";
import { RawClient } from "../support/raw_client.ts";
import { freePort } from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";
import { inPairs, LocalServer, Program, runToEnd } from "./support.ts";

/** What the log must say of each kind of damage, ahead of the place. */
const SAYS: Record<string, RegExp> = {
  "short-read": /^Unexpected EOF reading RDB file/,
  checksum: /^Wrong RDB checksum expected: \([0-9a-f]+\) but got \([0-9a-f]+\)/,
  magic: /^Wrong signature trying to load DB from file/,
  version: /^(Can't handle RDB format version -?\d+|Pre-release )/,
  module: /^The RDB file contains (AUX )?module data I can't load: no matching module .*'.{9}'/,
  corrupt: /^[A-Z]/,
};

interface Refused extends Pick<Damage, "file" | "category"> {
  path: URL;
}

/** All files that a server must not start with. */
const refused: Refused[] = damagedFiles()
  .filter(({ must }) => must !== "load" && must !== "load-skip")
  .map(({ file, category }) => ({ file, category, path: new URL(`damaged/${file}`, FIXTURES) }));
for (const name of fixtureNames()) {
  const { path, expected } = readFixture(name);
  if (expected.must === "reject") refused.push({ file: name, category: "module", path });
}
const tolerated = damagedFiles().filter(({ must }) => must === "load" || must === "load-skip");

/** A directory with a copy of a dump in it, written long ago. */
async function placed(path: URL): Promise<{ directory: TempDir; unchanged: () => Promise<void> }> {
  const directory = await TempDir.create();
  const copy = `${directory.path}/dump.rdb`;
  const bytes = await Deno.readFile(path);
  await Deno.writeFile(copy, bytes);
  const then = new Date(Date.UTC(2001, 1, 3));
  await Deno.utime(copy, then, then);
  const unchanged = async () => {
    assertEquals(await Deno.readFile(copy), bytes);
    assertEquals((await Deno.stat(copy)).mtime, then);
    const names = Array.from(Deno.readDirSync(directory.path), ({ name }) => name);
    assertEquals(names, ["dump.rdb"]);
  };
  return { directory, unchanged };
}

/** The log says what is wrong with the file, where in it, and that this is the end. */
function assertReason(log: string, { file, category, path }: Refused, place: string): void {
  const lines = log.trimEnd().split("\n");
  const [reason, end] = lines.slice(-2);
  const pattern = /^\d+:M [^#]+ # (.+) at byte offset (\d+) \(file (.+)\)$/;
  const found = pattern.exec(reason);
  assert(found !== null, log);
  const [, what, offset, named] = found;
  // Here a length swallows the end, and what the checksum's bytes then mean is chance.
  if (file !== "len-off-by-one.rdb") assertMatch(what, SAYS[category]);
  assert(Number(offset) <= Deno.statSync(path).size, reason);
  assertEquals(named, `${place}/dump.rdb`);
  assert(end.endsWith(" # Fatal error loading the DB, check server logs. Exiting."), end);
  assert(!log.includes("Ready to accept connections"), log);
}

for (const each of refused) {
  Deno.test(`${each.file} stops the start, and stays as it is`, async () => {
    const { directory, unchanged } = await placed(each.path);
    await using _ = directory;
    // With save points too: what was not loaded must not be saved.
    const local = LocalServer.make({ dir: directory.path, save: "1 1", pidfile: "x.pid" });
    await assertRejects(() => local.server.begin(), StartError);
    assertReason(local.log, each, directory.path);
    // Nothing is left open: not the port either.
    assertEquals(local.server.port, 0);
    await unchanged();
  });
}

/** One of each kind, as the program. */
const AS_PROGRAM = [
  "zero-length.rdb",
  "trunc-in-value.rdb",
  "flip-value-byte-v6.rdb",
  "magic-text.rdb",
  "version-0099.rdb",
  "duplicate-key.rdb",
  "module-unknown.rdb",
];

Deno.test("the program ends with status 1 over a damaged file", async () => {
  const some = refused.filter(({ file }) => AS_PROGRAM.includes(file));
  assertEquals(some.length, AS_PROGRAM.length);
  await inPairs(some, async (each) => {
    const { directory, unchanged } = await placed(each.path);
    await using _ = directory;
    const { code, stdout, stderr } = await runToEnd([
      ...["--port", `${freePort()}`, "--bind", "127.0.0.1", "--dir", directory.path],
      ...["--save", "1 1"],
    ]);
    assertEquals([code, stderr], [1, ""], stdout);
    assertReason(stdout, each, directory.path);
    await unchanged();
  });
});

for (const { file, change, must } of tolerated) {
  Deno.test(`${file} (${change}) is loaded for what is in it`, async () => {
    const { directory, unchanged } = await placed(new URL(`damaged/${file}`, FIXTURES));
    await using _ = directory;
    const local = LocalServer.make({ dir: directory.path });
    await local.server.begin();
    await using _local = local;
    await using client = await local.connect();
    if (must === "load-skip") {
      assertStringIncludes(local.log, " * rdbLoadObject skipping empty key: e\n");
      assertEquals(await client.call("GET", "key"), "$5\r\nhello\r\n");
      assertEquals(await client.call("DBSIZE"), ":1\r\n");
    } else {
      assertEquals(await client.call("GET", "s"), "$5\r\nHello\r\n");
    }
    await unchanged();
  });
}

Deno.test("a wrong checksum does not matter where checksums are switched off", async () => {
  const { directory, unchanged } = await placed(
    new URL("damaged/flip-value-byte-v6.rdb", FIXTURES),
  );
  await using _ = directory;
  const port = freePort();
  await using program = new Program([
    ...["--port", `${port}`, "--bind", "127.0.0.1", "--dir", directory.path, "--save", ""],
    ...["--rdbchecksum", "no"],
  ]);
  await program.logs("Ready to accept connections");
  await using client = await RawClient.connect(port);
  assert(await client.call("DBSIZE") !== ":0\r\n");
  program.kill("SIGTERM");
  assertEquals(await program.exitCode(), 0);
  await unchanged();
});
