import { assert, assertEquals } from "@std/assert";
import { keyspaceContent } from "../rdb/keyspace_content.ts";
import { mulberry32 } from "../support/prng.ts";
import { TempDir } from "../support/temp.ts";
import { AofServer } from "./support.ts";
import { until } from "../support/until.ts";

/** Commands of all types, some of which the journal has to put differently. */
function* randomCommands(seed: number): Generator<string[]> {
  const random = mulberry32(seed);
  const below = (n: number) => Math.floor(random.next() * n);
  const key = (type: string) => `${type}:${below(8)}`;
  for (;;) {
    const word = `w${below(40)}`;
    const commands: string[][] = [
      ["SET", key("string"), word.repeat(below(30))],
      ["SET", key("string"), "v", "PX", `${1 + below(5000)}`],
      ["APPEND", key("string"), word],
      ["INCRBYFLOAT", key("number"), "0.25"],
      ["RPUSH", key("list"), word, word],
      ["LMOVE", key("list"), key("list"), "LEFT", "RIGHT"],
      ["LPOP", key("list")],
      ["SADD", key("set"), word, `${below(100)}`],
      ["SPOP", key("set")],
      ["HSET", key("hash"), word, `${below(1000)}`],
      ["HPEXPIRE", key("hash"), `${1 + below(5000)}`, "FIELDS", "1", word],
      ["HDEL", key("hash"), word],
      ["ZADD", key("zset"), `${below(100) / 4}`, word],
      ["ZPOPMIN", key("zset")],
      ["XADD", key("stream"), "*", word, word],
      ["XADD", key("stream"), "MAXLEN", "5", "*", word, word],
      ["EXPIRE", key("list"), `${1 + below(10)}`],
      ["PERSIST", key("list")],
      ["DEL", key("set")],
      ["RENAME", key("set"), key("set")],
      ["COPY", key("hash"), key("hash"), "DB", `${below(3)}`],
      ["SELECT", `${below(3)}`],
      ["SWAPDB", "0", `${below(3)}`],
    ];
    yield commands[below(commands.length)];
  }
}

function tryRun(server: AofServer, args: string[]): void {
  try {
    server.run(...args);
  } catch (error) {
    // RENAME of a key that is not there, and the like: they leave nothing.
    if (!/: (ERR|WRONGTYPE) /.test(String(error))) throw error;
  }
}

for (const preamble of ["yes", "no"]) {
  Deno.test(`aof: rewriting while writes go on loses and doubles nothing (preamble ${preamble})`, async () => {
    await using dir = await TempDir.create();
    const settings = { "aof-use-rdb-preamble": preamble, "auto-aof-rewrite-percentage": "0" };
    const commands = randomCommands(preamble === "yes" ? 1 : 2);
    await using server = new AofServer(dir.path, settings);
    assert(await server.start(), server.lines.join("\n"));
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < 500; i++) tryRun(server, commands.next().value);
      assertEquals(server.aof.rewriting, false);
      server.run("BGREWRITEAOF");
      while (server.aof.rewriting) {
        for (let i = 0; i < 5; i++) tryRun(server, commands.next().value);
        server.clock.advance(1);
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      assert(server.aof.lastRewriteWentWell, server.lines.join("\n"));
      assertEquals(server.aof.manifest.incr.length, 1);
      for (let i = 0; i < 100; i++) tryRun(server, commands.next().value);
      await server.written();
      const want = withoutTimes(keyspaceContent(server.parts.keyspace));
      const files = [...Deno.readDirSync(`${dir.path}/appendonlydir`)].map(({ name }) => name);
      assertEquals(files.sort(), [
        `appendonly.aof.${round + 2}.base.${preamble === "yes" ? "rdb" : "aof"}`,
        `appendonly.aof.${round + 2}.incr.aof`,
        "appendonly.aof.manifest",
      ]);
      await using again = new AofServer(dir.path, settings, server.clock);
      assert(await again.start(), again.lines.join("\n"));
      assertEquals(withoutTimes(keyspaceContent(again.parts.keyspace)), want);
    }
  });
}

/** Access times are not written down. */
function withoutTimes(dbs: ReturnType<typeof keyspaceContent>) {
  for (const key of Object.values(dbs).flat()) delete key.idle_s;
  return dbs;
}

Deno.test("aof: turned on while it runs, it begins with all data; turned off, it ends", async () => {
  await using dir = await TempDir.create();
  await using server = new AofServer(dir.path, { appendonly: "no" });
  assert(await server.start());
  server.run("SET", "before", "1");
  assertEquals([...Deno.readDirSync(dir.path)], []);
  server.run("CONFIG", "SET", "appendonly", "yes");
  server.run("SET", "meanwhile", "2");
  while (server.aof.rewriting) {
    server.clock.advance(1);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  server.run("SET", "after", "3");
  await server.written();
  {
    await using again = new AofServer(dir.path);
    assert(await again.start(), again.lines.join("\n"));
    assertEquals(again.run("MGET", "before", "meanwhile", "after"), ["1", "2", "3"]);
  }
  server.run("CONFIG", "SET", "appendonly", "no");
  server.run("SET", "later", "4");
  {
    await using again = new AofServer(dir.path);
    assert(await again.start(), again.lines.join("\n"));
    assertEquals(again.run("MGET", "after", "later"), ["3", null]);
  }
  server.run("CONFIG", "SET", "appendonly", "yes");
  // Off again before the first base is written: what was in force before is in force still.
  server.run("CONFIG", "SET", "appendonly", "no");
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(
    [...Deno.readDirSync(`${dir.path}/appendonlydir`)].map(({ name }) => name).sort(),
    ["appendonly.aof.1.base.rdb", "appendonly.aof.1.incr.aof", "appendonly.aof.manifest"],
  );
  assertEquals([...Deno.readDirSync(dir.path)].map(({ name }) => name), ["appendonlydir"]);
});

Deno.test("aof: a rewrite within a transaction waits for its end", async () => {
  await using dir = await TempDir.create();
  await using server = new AofServer(dir.path);
  assert(await server.start());
  server.run("MULTI");
  server.run("INCR", "n");
  server.run("BGREWRITEAOF");
  server.run("INCR", "n");
  server.run("EXEC");
  assertEquals(server.aof.rewriteScheduled, true);
  server.clock.advance(100);
  assertEquals(server.aof.rewriting, true);
  while (server.aof.rewriting) {
    server.clock.advance(1);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await using again = new AofServer(dir.path);
  assert(await again.start(), again.lines.join("\n"));
  assertEquals(again.run("GET", "n"), "2");
});

Deno.test("aof: it is rewritten by itself when it has grown", async () => {
  await using dir = await TempDir.create();
  const settings = { "auto-aof-rewrite-percentage": "100", "auto-aof-rewrite-min-size": "4096" };
  await using server = new AofServer(dir.path, settings);
  assert(await server.start());
  for (let i = 0; i < 50; i++) server.run("SET", "key", "v".repeat(50));
  await server.written();
  server.clock.advance(200);
  assertEquals(server.aof.rewriting, false);
  for (let i = 0; i < 50; i++) server.run("SET", "key", "v".repeat(50));
  await server.written();
  const { size } = server.aof;
  server.takeLines();
  server.clock.advance(100);
  assertEquals(server.aof.rewriting, true);
  assert(server.takeLines()[0].startsWith("Starting automatic rewriting of AOF on "));
  while (server.aof.rewriting) {
    server.clock.advance(1);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assert(server.aof.size < size / 4);
  assertEquals(server.aof.baseSize, server.aof.size);
});

Deno.test("aof: DEBUG LOADAOF loads what was written, and writes nothing", async () => {
  await using dir = await TempDir.create();
  await using server = new AofServer(dir.path, { "enable-debug-command": "yes" });
  assert(await server.start());
  server.run("RPUSH", "list", "a", "b");
  server.run("SELECT", "3");
  server.run("MULTI");
  server.run("SET", "key", "1");
  server.run("SET", "other", "2");
  server.run("EXEC");
  server.parts.keyspace.clearAll();
  await server.written();
  const { size } = server.aof;
  server.run("DEBUG", "LOADAOF");
  await server.written();
  assertEquals(server.aof.size, size);
  assertEquals(server.run("MGET", "key", "other"), ["1", "2"]);
  server.run("SELECT", "0");
  assertEquals(server.run("LRANGE", "list", "0", "-1"), ["a", "b"]);
  server.run("SET", "next", "1");
  await server.written();
  assert(server.aof.size > size);
});

Deno.test("aof: a large file that is replaced stays in the manifest until it is gone", async () => {
  await using dir = await TempDir.create();
  await using server = new AofServer(dir.path, { "auto-aof-rewrite-percentage": "0" });
  assert(await server.start());
  server.run("SET", "big", "v".repeat(5_000_000));
  server.run("DEL", "big");
  await server.written();
  server.run("BGREWRITEAOF");
  while (server.aof.rewriting) {
    server.clock.advance(1);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assertEquals(server.aof.manifest.history.map(({ name }) => name), [
    "appendonly.aof.1.base.rdb",
    "appendonly.aof.1.incr.aof",
  ]);
  const folder = `${dir.path}/appendonlydir`;
  const manifest = () => Deno.readTextFileSync(`${folder}/appendonly.aof.manifest`);
  assert(manifest().includes("appendonly.aof.1.incr.aof seq 1 type h"));
  await until(() => server.aof.manifest.history.length === 0, "the removal");
  assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
    "appendonly.aof.2.base.rdb",
    "appendonly.aof.2.incr.aof",
    "appendonly.aof.manifest",
  ]);
  assertEquals(
    manifest(),
    "file appendonly.aof.2.base.rdb seq 2 type b\nfile appendonly.aof.2.incr.aof seq 2 type i\n",
  );
});
