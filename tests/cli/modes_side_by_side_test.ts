/**
 * The client's modes beside those of the real redis-cli, on a real server and on ours: the bytes on
 * both outputs and the exit code must be the same. Left out of the comparison are the lines that begin
 * with `#`, which are for people.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { freePort, type ServerProcess, startRedeno, startRedis } from "../support/servers.ts";
import {
  HAS_REDIS,
  type Outcome,
  type Run,
  runOurs,
  runOursAsProcess,
  runReal,
  TestIo,
  WITHOUT_REDIS,
} from "./support.ts";
import { runCli } from "../../src/cli/run_client.ts";

const ignore = !HAS_REDIS;

/** A diskless copy at once, without the wait for more replicas. */
const SERVER_ARGS = ["--repl-diskless-sync-delay", "0"];

const TARGETS = [["redis-server", startRedis], ["Redeno", startRedeno]] as const;

/** Keys of all types, of sizes whose averages lie between two hundredths, and with odd names. */
const SETUP = `
set a 12345678901
set "b\\x00\\xff\\n" 1
set empty ""
rpush l 1 2 3
rpush ll 1 2 3 4 5 6
sadd s a b
hset h f 1 g 2 w 3
zadd z 1 a 2 b
xadd x 1-1 f v
` + Array.from({ length: 13 }, (_, i) => `set k${i} ${"v".repeat(i * 3)}\n`).join("");

const PIPED = [
  "",
  "set a 1\r\nget a\r\n",
  "*1\r\n$4\r\nPING\r\n",
  "ping",
  "garbage x\r\nget\r\nset k v\r\n",
  "*abc\r\n",
  "*2\r\n$3\r\nget\r\n",
  "lpush ll 1\nget ll\n",
  "echo 01234567890123456789\r\n".repeat(3),
  "quit\r\nping\r\n",
  "\xc3\xbcnknown \xff\r\n",
  "hello 3\r\nget nokey\r\nclient tracking on\r\nget a\r\nset a 2\r\n",
];

const RUNS: Run[] = [
  { args: ["--bigkeys"] },
  { args: ["--bigkeys", "--pattern", "[a-l]*"] },
  { args: ["--bigkeys", "--csv", "-i", "0.001"] },
  { args: ["-n", "1", "--bigkeys"] },
  { args: ["--bigkeys", "--pattern", "l"] },
  { args: ["--bigkeys", "--pattern", "[al]"] },
  { args: ["--hotkeys"] },
  { args: ["--scan", "--pattern", "k*"] },
  { args: ["--scan", "--no-raw"] },
  { args: ["--scan", "--json", "--quoted-pattern", '"k\\x31"'] },
  { args: ["--scan", "-i", "0.001", "--pattern", "l*"] },
  { args: ["--pattern", "l*", "--scan", "more", "words"] },
  { args: ["--rdb", "/nonexistent/directory/x.rdb"] },
  { args: ["--rdb"] },
  { args: ["--rdb", "x", "--functions-rdb", "y"] },
  { args: ["--functions-rdb"] },
  { args: ["--lru-test"] },
  { args: ["--intrinsic-latency"] },
  { args: ["--pipe-timeout"] },
  ...PIPED.map((input) => ({ args: ["--pipe"], input })),
  { args: ["--pipe", "--csv"], input: "get a\r\n" },
  { args: ["--pipe", "--pipe-timeout", "x"], input: "get a\r\n" },
  { args: [], input: "sync x\n" },
  { args: [], input: "restart\nget a\n" },
];

/** Modes that need a login, and what stands in its way. */
const MODES = [
  ["--scan"],
  ["--bigkeys"],
  ["--memkeys"],
  ["--hotkeys"],
  ["--stat"],
  ["--pipe"],
  ["--replica"],
  ["--rdb", "/nonexistent/x.rdb"],
  ["--functions-rdb", "/nonexistent/x.rdb"],
  ["--latency"],
  ["--latency-dist"],
  ["--lru-test", "10"],
  ["--eval", "/nonexistent/x.lua"],
];

function comparable({ code, out, err }: Outcome): Outcome {
  // Where notes go differs on purpose: never among data.
  const note = "Entering replica output mode...  (press Ctrl-C to quit)\n";
  return {
    code,
    out: out.replace(note, "").split("\n").filter((line) => !line.startsWith("#")).join("\n"),
    err: err.replace(note, ""),
  };
}

async function compare(t: Deno.TestContext, server: ServerProcess, runs: Run[]): Promise<void> {
  for (const run of runs) {
    await t.step([...run.args, JSON.stringify(run.input ?? "")].join(" "), async () => {
      const full = { ...run, args: ["-p", String(server.port), ...run.args] };
      assertEquals(comparable(await runOurs(full)), comparable(await runReal(full)));
    });
  }
}

for (const [name, start] of TARGETS) {
  Deno.test({
    name: `modes that end, on ${name}: the same as redis-cli` + WITHOUT_REDIS,
    ignore,
    async fn(t) {
      await using server = await start({ args: SERVER_ARGS });
      const port = String(server.port);
      await runReal({ args: ["-p", port], input: SETUP });
      await compare(t, server, RUNS);
      await t.step("with access counters", async () => {
        await runReal({ args: ["-p", port, "config", "set", "maxmemory-policy", "allkeys-lfu"] });
        await runReal({ args: ["-p", port], input: "flushall\n" + SETUP });
        await runReal({ args: ["-p", port, "-r", "300", "get", "k3"] });
        const run = { args: ["-p", port, "--hotkeys"] };
        const ours = comparable(await runOurs(run));
        assertEquals(ours, comparable(await runReal(run)));
        assertMatch(ours.out, /\nhot key found with counter: \d+\tkeyname: "k3"\n/);
      });
      await t.step("memory", async () => {
        for (const more of [["--memkeys"], ["--memkeys-samples", "2"]]) {
          const run = { args: ["-p", port, ...more] };
          assertEquals(comparable(await runOurs(run)), comparable(await runReal(run)));
        }
      });
    },
  });

  Deno.test({
    name: `files of --rdb and --functions-rdb, from ${name}` + WITHOUT_REDIS,
    ignore,
    async fn() {
      await using server = await start({ args: SERVER_ARGS });
      const port = String(server.port);
      await runReal({ args: ["-p", port], input: SETUP });
      const path = `${server.dir}/fetched.rdb`;
      const blank = (text: string) => text.replace(/\d+ bytes/, "N bytes");
      for (const diskless of ["yes", "no"]) {
        await runReal({ args: ["-p", port, "config", "set", "repl-diskless-sync", diskless] });
        for (const option of ["--rdb", "--functions-rdb"]) {
          const run = { args: ["-p", port, option, path] };
          const real = await runReal(run);
          await Deno.writeTextFile(path, "x".repeat(100_000));
          const ours = await runOurs(run);
          assertEquals(
            { ...ours, err: blank(ours.err) },
            { ...real, err: blank(real.err) },
          );
          await using loaded = await startRedis({
            args: ["--dir", server.dir, "--dbfilename", "fetched.rdb"],
          });
          const size = await runReal({ args: ["-p", String(loaded.port), "dbsize"] });
          assertEquals(size.out, option === "--rdb" ? "21\n" : "0\n");
          if (option === "--functions-rdb") continue;
          const digest = (at: string) => runReal({ args: ["-p", at, "debug", "digest"] });
          assertEquals(await digest(String(loaded.port)), await digest(port));
        }
      }
    },
  });

  Deno.test({
    name: `--replica shows the stream of ${name}` + WITHOUT_REDIS,
    ignore,
    async fn() {
      const server = await start({ args: SERVER_ARGS });
      try {
        const port = String(server.port);
        for (const mode of [["--replica"], ["sync"]]) {
          const io = new TestIo("");
          const running = runCli(["-p", port, ...mode], { version: "", commands: () => [], io });
          // Whether the first write is part of the copy or of the stream is left open.
          while (!io.out.includes('"set","first"')) {
            await runReal({ args: ["-p", port, "set", "first", "v"] });
          }
          const lines = 'select 1\nset k "\\x00\\xff"\nmulti\nincr n\nincr n\nexec\nset last v\n';
          await runReal({ args: ["-p", port], input: lines });
          await io.until((out) => out.includes('"set","last","v"\n'));
          const stream = io.out.split("\n").filter((line) => !line.includes("ping"));
          const from = stream.indexOf('"SELECT","1"');
          assertEquals(stream.slice(from), [
            '"SELECT","1"',
            '"set","k","\\x00\\xff"',
            '"MULTI"',
            '"incr","n"',
            '"incr","n"',
            '"EXEC"',
            '"set","last","v"',
            "",
          ]);
          assert(io.out.startsWith('"SELECT","0"\n"set","first","v"\n'), io.out);
          await runReal({ args: ["-p", port, "client", "kill", "type", "replica"] });
          assertEquals(await running, 1);
          assertMatch(io.err, /\nError: [^\n]+\n$/);
        }
      } finally {
        await server[Symbol.asyncDispose]();
      }
    },
  });
}

Deno.test({
  name: "modes without a server or without a login: the same as redis-cli" + WITHOUT_REDIS,
  ignore,
  async fn(t) {
    await using server = await startRedis({ args: ["--requirepass", "secret"] });
    const unused = String(freePort());
    for (const args of MODES) {
      const runs = [
        { args: ["-p", unused, ...args] },
        { args: ["-p", String(server.port), "-a", "wrong", ...args] },
      ];
      // Without a password they all get as far as the first command, where the server refuses.
      const asks = !/latency|lru|eval|pipe/.test(args[0]);
      if (asks) runs.push({ args: ["-p", String(server.port), ...args] });
      for (const run of runs) {
        await t.step(
          run.args.join(" ").replace(unused, "UNUSED").replace(String(server.port), "PORT"),
          async () => assertEquals(comparable(await runOurs(run)), comparable(await runReal(run))),
        );
      }
    }
  },
});

Deno.test({
  name: "--eval: the same as redis-cli" + WITHOUT_REDIS,
  ignore,
  async fn(t) {
    await using server = await startRedis();
    const script = `${server.dir}/s.lua`;
    const binary = `${server.dir}/binary.lua`;
    const broken = `${server.dir}/broken.lua`;
    await Deno.writeTextFile(script, "return {KEYS, ARGV, redis.error_reply('E x')}");
    await Deno.writeFile(
      binary,
      Uint8Array.from([...new TextEncoder().encode("return '"), 255, 39]),
    );
    await Deno.writeTextFile(broken, "return (");
    const runs: Run[] = [
      { args: ["--eval", script] },
      { args: ["--eval", script, "a", "b", ",", "c"] },
      { args: ["--eval", script, ",", "c"] },
      { args: ["--eval", script, ",", ","] },
      { args: ["--eval", script, "a,", "b"] },
      { args: ["-r", "2", "--no-raw", "--eval", script, "k"] },
      { args: ["--csv", "--eval", script, "k", ",", "v"] },
      { args: ["--json", "--eval", script, "k", ",", "v"] },
      { args: ["--eval", binary] },
      { args: ["--eval", broken] },
      { args: ["-e", "--eval", broken] },
      { args: ["--eval", server.dir + "/none.lua"] },
    ];
    await compare(t, server, runs);
  },
});

Deno.test({
  name: "modes as a process: standard input, output and signals" + WITHOUT_REDIS,
  ignore,
  async fn() {
    await using server = await startRedis({ args: SERVER_ARGS });
    const port = String(server.port);
    let input = "";
    for (let i = 0; i < 20_000; i++) {
      input += `*3\r\n$3\r\nSET\r\n$6\r\nk${10_000 + i}\r\n$1\r\nv\r\n`;
    }
    const piped = await runOursAsProcess({ args: ["-p", port, "--pipe"], input });
    assertEquals(piped, await runReal({ args: ["-p", port, "--pipe"], input }));
    assertMatch(piped.out, /errors: 0, replies: 20000\n$/);
    const fetched = await runOursAsProcess({ args: ["-p", port, "--rdb", "-"] });
    assertEquals([fetched.code, fetched.out.slice(0, 5)], [0, "REDIS"]);
    // The checksum is the end: there is no mark behind it.
    assertMatch(fetched.out.slice(-9), /^\xff/);
    const measured = await runOursAsProcess({
      args: ["-p", port, "--latency", "-i", "0.1", "--csv"],
    });
    assertMatch(measured.out, /^\d+,\d+,\d+\.\d\d,\d+\n$/);
  },
});
