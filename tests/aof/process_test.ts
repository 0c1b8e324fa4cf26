/**
 * Servers as processes: what the other kind makes of the files, and what clients see. What a kill
 * leaves is the crash test's.
 *
 * @module
 */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { mulberry32 } from "../support/prng.ts";
import type { RawClient } from "../support/raw_client.ts";
import { parseReply } from "../support/resp.ts";
import {
  findRedisServer,
  type ServerProcess,
  startRedeno,
  startRedis,
} from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";
import { runToEnd } from "../server/support.ts";
import { until } from "../support/until.ts";

const redis = findRedisServer();

/** Commands that both kinds of servers know. */
function dataCommands(count: number, seed: number): string[][] {
  const random = mulberry32(seed);
  const below = (n: number) => Math.floor(random.next() * n);
  const out: string[][] = [["XGROUP", "CREATE", "stream", "group", "$", "MKSTREAM"]];
  while (out.length < count) {
    const word = `w${below(50)}`;
    const choice: string[][] = [
      ["SET", `s${below(20)}`, `\0\xff\r\n${word}`],
      ["SET", `ttl${below(20)}`, word, "EX", "1000"],
      ["INCRBYFLOAT", "float", "0.1"],
      ["RPUSH", `l${below(3)}`, word],
      ["LPOP", `l${below(3)}`],
      ["SADD", `set${below(3)}`, word, `${below(99)}`],
      ["SPOP", `set${below(3)}`],
      ["HSET", `h${below(3)}`, word, word],
      ["ZADD", `z${below(3)}`, `${below(1000) / 8}`, word],
      ["XADD", "stream", "*", word, word],
      ["XREADGROUP", "GROUP", "group", "consumer", "COUNT", "1", "STREAMS", "stream", ">"],
      ["SELECT", `${below(3)}`],
      ["MULTI"],
      ["COPY", "s1", "s2", "DB", `${below(4)}`, "REPLACE"],
    ];
    const command = choice[below(choice.length)];
    if (command[0] === "MULTI") out.push(command, ["INCR", "m1"], ["INCR", "m2"], ["EXEC"]);
    else if (command[0] === "XREADGROUP") out.push(["SELECT", "0"], command);
    else out.push(command);
  }
  return out;
}

async function digest(server: ServerProcess): Promise<string> {
  await using client = await server.connect();
  return await client.call("DEBUG", "DIGEST");
}

async function runAll(client: RawClient, commands: readonly string[][]): Promise<void> {
  for (const command of commands) await client.call(...command);
}

/** Wait until no rewrite runs. */
async function rewritten(client: RawClient): Promise<void> {
  await until(async () => {
    const text = parseReply(await client.call("INFO", "persistence")).text ?? "";
    assertMatch(text, /aof_last_bgrewrite_status:ok/);
    return text.includes("aof_rewrite_in_progress:0") && text.includes("aof_rewrite_scheduled:0");
  }, "the rewrite");
}

const PAIRS = [
  { from: startRedeno, to: startRedis, what: "a real server loads what this one wrote" },
  { from: startRedis, to: startRedeno, what: "this server loads what a real one wrote" },
];
for (const { from, to, what } of PAIRS) {
  for (const preamble of ["yes", "no"]) {
    const name = `aof: ${what} (preamble ${preamble})`;
    Deno.test({
      name: redis === undefined ? `${name} (ignored: no redis-server on PATH)` : name,
      ignore: redis === undefined,
      async fn() {
        await using dir = await TempDir.create();
        const args = [
          ...["--dir", dir.path, "--appendonly", "yes", "--aof-use-rdb-preamble", preamble],
          ...["--appendfilename", "my data.aof", "--aof-timestamp-enabled", "yes"],
        ];
        // A version that both can read.
        const version = from === startRedeno ? ["--rdb-version", "10"] : [];
        let want: string;
        {
          await using server = await from({ args: [...args, ...version] });
          await using client = await server.connect();
          await runAll(client, dataCommands(400, 1));
          await client.call("BGREWRITEAOF");
          await runAll(client, dataCommands(100, 2));
          await rewritten(client);
          await runAll(client, dataCommands(100, 3));
          want = await digest(server);
        }
        await using server = await to({ args });
        assertEquals(await digest(server), want);
      },
    });
  }
}

/** What servers answer while something is written in the background. */
async function busyReplies(server: ServerProcess): Promise<string[]> {
  await using client = await server.connect();
  const replies: string[] = [];
  const say = async (...args: string[]) => {
    replies.push(`${args.join(" ")}: ${await client.call(...args)}`);
  };
  const idle = () =>
    until(async () => {
      const text = parseReply(await client.call("INFO", "persistence")).text ?? "";
      return /bgsave_in_progress:0.*rewrite_in_progress:0.*rewrite_scheduled:0/s.test(text);
    }, "the background work");
  await client.call("DEBUG", "POPULATE", "10");
  await client.call("CONFIG", "SET", "rdb-key-save-delay", "20000");
  await say("BGREWRITEAOF");
  await say("BGREWRITEAOF");
  await say("BGSAVE");
  await say("BGSAVE", "SCHEDULE");
  await until(
    async () => (await client.call("INFO", "persistence")).includes("bgsave_in_progress:1"),
    "the scheduled save",
  );
  await say("BGREWRITEAOF");
  await say("BGSAVE");
  await idle();
  await say("MULTI");
  await say("BGREWRITEAOF");
  await say("BGSAVE");
  await say("EXEC");
  await idle();
  return replies;
}

Deno.test({
  name: "aof: a rewrite and a save wait for each other, as with a real server" +
    (redis === undefined ? " (ignored: no redis-server on PATH)" : ""),
  ignore: redis === undefined,
  async fn() {
    const args = ["--appendonly", "yes"];
    // What runs in the background may end between two of the commands, on either side: what both
    // answer while it runs has to show within a few tries.
    for (let tries = 1;; tries++) {
      const [want, got] = await Promise.all([startRedis, startRedeno].map(async (start) => {
        await using server = await start({ args });
        return await busyReplies(server);
      }));
      if (tries < 5 && JSON.stringify(got) !== JSON.stringify(want)) continue;
      assertEquals(got, want);
      return;
    }
  },
});

Deno.test("aof: WAITAOF waits for the disk", async () => {
  await using server = await startRedeno({ args: ["--appendonly", "no"] });
  await using client = await server.connect();
  assertEquals(
    await client.call("WAITAOF", "1", "0", "0"),
    "-ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.\r\n",
  );
  assertEquals(await client.call("WAITAOF", "0", "0", "0"), "*2\r\n:0\r\n:0\r\n");
  await client.call("SET", "key", "1");
  assertEquals(await client.call("CONFIG", "SET", "appendonly", "yes"), "+OK\r\n");
  assertEquals(await client.call("WAITAOF", "1", "0", "0"), "*2\r\n:1\r\n:0\r\n");
  await client.call("CONFIG", "SET", "appendfsync", "no");
  await client.call("SET", "key", "2");
  assertEquals(await client.call("WAITAOF", "1", "0", "20"), "*2\r\n:0\r\n:0\r\n");
  await client.send("WAITAOF", "1", "0", "0");
  await using other = await server.connect();
  await other.call("CONFIG", "SET", "appendfsync", "everysec");
  assertEquals(await client.readReply(), "*2\r\n:1\r\n:0\r\n");
  await client.call("CONFIG", "SET", "appendfsync", "no");
  await client.call("SET", "key", "3");
  await client.send("WAITAOF", "1", "0", "0");
  while (!(await other.call("INFO", "clients")).includes("\r\nblocked_clients:1\r\n"));
  await other.call("CONFIG", "SET", "appendonly", "no");
  assertEquals(
    await client.readReply(),
    "-ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.\r\n",
  );
  await other.call("CONFIG", "SET", "appendonly", "yes");
  await client.call("CONFIG", "SET", "appendfsync", "always");
  await client.call("SET", "key", "3");
  assertEquals(await client.call("WAITAOF", "1", "1", "20"), "*2\r\n:1\r\n:0\r\n");
  for (
    const [args, error] of [
      [["2", "0", "0"], "value is out of range, value must between 0 and 1"],
      [["x", "0", "0"], "value is not an integer or out of range"],
      [["1", "-1", "0"], "value is out of range, must be positive"],
      [["1", "0", "-1"], "timeout is negative"],
      [["1", "0", "x"], "timeout is not an integer or out of range"],
    ] as const
  ) {
    assertEquals(await client.call("WAITAOF", ...args), `-ERR ${error}\r\n`);
  }
});

Deno.test("aof: with a file that cannot be loaded the program ends, and says why", async () => {
  await using dir = await TempDir.create();
  Deno.mkdirSync(`${dir.path}/appendonlydir`);
  Deno.writeTextFileSync(`${dir.path}/appendonlydir/appendonly.aof.manifest`, "file x\n");
  const args = ["--port", "0", "--dir", dir.path, "--appendonly", "yes", "--save", ""];
  const socket = ["--unixsocket", `${dir.path}/socket`];
  const { code, stdout } = await runToEnd([...args, ...socket]);
  assertEquals(code, 1);
  assertStringIncludes(stdout, "FATAL AOF MANIFEST FILE ERROR");
  assertStringIncludes(stdout, ">>> 'file x'");
  // As the last thing that it says, whatever it has opened before.
  assertStringIncludes(stdout.trimEnd().split("\n").at(-1)!, "Invalid AOF manifest file format");
});

Deno.test("aof: what follows a slow script in the file runs after it, and clients hear LOADING", async () => {
  await using dir = await TempDir.create();
  const folder = `${dir.path}/appendonlydir`;
  Deno.mkdirSync(folder);
  Deno.writeTextFileSync(
    `${folder}/appendonly.aof.manifest`,
    "file appendonly.aof.1.incr.aof seq 1 type i\n",
  );
  const script = "for i = 1, 300000 do redis.call('get', 'k') end redis.call('append', 'k', 'b')";
  Deno.writeTextFileSync(
    `${folder}/appendonly.aof.1.incr.aof`,
    [["SET", "k", "a"], ["EVAL", script, "1", "k"], ["APPEND", "k", "c"]].map((words) =>
      `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`
    ).join(""),
  );
  const args = ["--dir", dir.path, "--appendonly", "yes", "--busy-reply-threshold", "1"];
  await using server = await startRedeno({ args: [...args, "--enable-debug-command", "yes"] });
  await using client = await server.connect();
  assertEquals(await client.call("GET", "k"), "$3\r\nabc\r\n");
  await client.send("DEBUG", "LOADAOF");
  await using other = await server.connect();
  assertMatch(await other.call("PING"), /^-LOADING /);
  assertEquals(await client.readReply(), "+OK\r\n");
  assertEquals(await client.call("GET", "k"), "$3\r\nabc\r\n");
});
