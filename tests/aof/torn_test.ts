/**
 * Files as a crash leaves them: cut at every byte of the end.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { prepareAof } from "../../src/persistence/start_aof.ts";
import { beginAofLoad } from "../../src/persistence/replay.ts";
import { mulberry32 } from "../support/prng.ts";
import { TempDir } from "../support/temp.ts";
import { AofServer } from "./support.ts";

const BASE = "appendonlydir/appendonly.aof.2.base.aof";
const INCR = "appendonlydir/appendonly.aof.2.incr.aof";
/** How many bytes of the end are cut off one by one. */
const TAIL = 4096;
/** Bytes of a remark with the time. */
const REMARK = "#TS:1700000000\r\n".length;

/** Load without opening the file to append to. */
function loadInto(server: AofServer) {
  server.parts.keyspace.clearAll();
  const work = beginAofLoad(server.parts);
  for (let step = work.next();; step = work.next()) if (step.done) return step.value;
}

/** A server that has read the manifest. */
function prepare(dir: string, settings: Record<string, string> = {}): AofServer {
  const server = new AofServer(dir, settings);
  assert(prepareAof(server.parts), server.lines.join("\n"));
  return server;
}

function load(dir: string) {
  const server = prepare(dir);
  return { server, result: loadInto(server) };
}

/**
 * Write files: a base in commands, and a last file with remarks of the time.
 *
 * @returns the sizes of the last file at which a unit ends, and the counter then
 */
async function record(dir: string): Promise<Map<number, number>> {
  const random = mulberry32(7);
  const counter = new Map<number, number>();
  await using server = new AofServer(dir, {
    "appendfsync": "no",
    "aof-use-rdb-preamble": "no",
    "aof-timestamp-enabled": "yes",
    "auto-aof-rewrite-percentage": "0",
  });
  assert(await server.start());
  server.run("INCRBY", "n", "100");
  server.run("RPUSH", "list", ...Array.from({ length: 100 }, (_, i) => `${i}`));
  server.run("BGREWRITEAOF");
  while (server.aof.rewriting) {
    server.clock.advance(1);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assert(server.aof.lastRewriteWentWell && server.aof.size > 500, server.lines.join("\n"));
  const base = server.aof.size;
  counter.set(0, 100);
  let remarked = 0;
  for (let n = 100; server.aof.size < base + TAIL + 600;) {
    const begun = server.aof.size - base;
    const seconds = Math.floor(server.clock.ms / 1000);
    const before = n;
    switch (random.int(4)) {
      case 0:
        server.run("INCR", "n");
        n++;
        break;
      case 1:
        server.run("MULTI");
        server.run("INCR", "n");
        server.run("RPUSH", "list", "\r\n*1\r\n", `${n}`);
        server.run("INCR", "n");
        server.run("EXEC");
        n += 2;
        break;
      case 2:
        server.run("SET", "binary", "\0\xff\r\n$5\r\n".repeat(3));
        break;
      case 3:
        server.run("SELECT", "0");
        server.run("XADD", "stream", "*", "field", "#TS:1\r\n");
    }
    await server.written();
    counter.set(server.aof.size - base, n);
    // A file may end with a remark; the counter is what it was before.
    if (remarked !== seconds) counter.set(begun + REMARK, before);
    remarked = seconds;
    server.clock.advance(random.int(700));
  }
  return counter;
}

Deno.test("aof: a file cut at any byte of its end loads up to its last whole unit, or is refused", async () => {
  await using dir = await TempDir.create();
  const counter = await record(dir.path);
  const path = `${dir.path}/${INCR}`;
  const bytes = Deno.readFileSync(path);
  assert(counter.has(bytes.length) && bytes.length > TAIL);
  const ends = [...counter.keys()].sort((a, b) => a - b);
  const base = Deno.statSync(`${dir.path}/${BASE}`).size;
  const strict = prepare(dir.path, { "aof-load-truncated": "no" });
  const lenient = prepare(dir.path);
  for (let cut = bytes.length - TAIL; cut <= bytes.length; cut++) {
    const end = ends.findLast((at) => at <= cut)!;
    const part = bytes.subarray(0, cut);
    Deno.writeFileSync(path, part);
    assertEquals(loadInto(strict) === null, end !== cut, `cut at ${cut}`);
    assertEquals(Deno.statSync(path).size, cut);
    const size = (loadInto(lenient)?.size ?? 0) - base;
    // A transaction goes with the remark before it.
    const withRemark = size === end - REMARK && counter.get(size) === counter.get(end);
    assert(size === end || withRemark, `cut at ${cut}: ${size}, not ${end}`);
    assertEquals(Deno.statSync(path).size, size);
    assertEquals(Number(lenient.run("GET", "n")), counter.get(end));
  }
});

Deno.test("aof: only the last file may be torn, and another one stays as it is", async () => {
  await using dir = await TempDir.create();
  await record(dir.path);
  const folder = `${dir.path}/appendonlydir`;
  Deno.writeTextFileSync(`${folder}/appendonly.aof.3.incr.aof`, "");
  Deno.writeTextFileSync(
    `${folder}/appendonly.aof.manifest`,
    "file appendonly.aof.2.base.aof seq 2 type b\nfile appendonly.aof.2.incr.aof seq 2 type i\n" +
      "file appendonly.aof.3.incr.aof seq 3 type i\n",
  );
  const path = `${dir.path}/${INCR}`;
  const size = Deno.statSync(path).size - 3;
  Deno.truncateSync(path, size);
  const { server, result } = load(dir.path);
  assertEquals(result, null);
  assertEquals(server.lines.at(-1), "Fatal error: the truncated file is not the last file");
  assertEquals(Deno.statSync(path).size, size);
});

Deno.test("aof: damage in the middle, unknown commands and missing files are refused by name", async () => {
  await using dir = await TempDir.create();
  await record(dir.path);
  const path = `${dir.path}/${INCR}`;
  const bytes = Deno.readFileSync(path);
  const damaged = bytes.slice();
  damaged[damaged.indexOf(0x24)] = 0x25;
  Deno.writeFileSync(path, damaged);
  const bad = load(dir.path);
  assertEquals(bad.result, null);
  assertEquals(
    bad.server.lines.at(-1),
    "Bad file format reading the append only file appendonly.aof.2.incr.aof: make a backup of " +
      "your AOF file, then use ./redis-check-aof --fix <filename.manifest>",
  );
  Deno.writeTextFileSync(path, "*1\r\n$7\r\nNOTHING\r\n");
  const unknown = load(dir.path);
  assertEquals(unknown.result, null);
  assertEquals(
    unknown.server.lines.at(-1),
    "Unknown command 'NOTHING' reading the append only file appendonly.aof.2.incr.aof",
  );
  Deno.removeSync(path);
  const missing = load(dir.path);
  assertEquals(missing.result, null);
  assertEquals(
    missing.server.lines.at(-1),
    "Unable to obtain the AOF file appendonly.aof.2.incr.aof length. stat: " +
      "No such file or directory",
  );
});
