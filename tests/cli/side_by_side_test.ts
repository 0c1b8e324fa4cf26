/**
 * Our client beside the real redis-cli, against one and the same real server: the bytes on standard
 * output, the ones on standard error, and the exit code must be the same.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import {
  HAS_REDIS,
  type Outcome,
  type Run,
  runOurs,
  runOursAsProcess,
  runReal,
  WITHOUT_REDIS,
} from "./support.ts";
import { freePort, startRedis } from "../support/servers.ts";

const ignore = !HAS_REDIS;

const FORMATS = ["--no-raw", "--raw", "--csv", "--json", "--quoted-json"];
const RESP3_ONLY = ["map", "set", "true", "false", "double", "null", "verbatim", "push"];

const SETUP = `
set a 1
set text "x\\"y\\\\ \\n\\r\\t\\x07\\x00\\x7f\\xff\\xc3\\xa9/"
rpush l 1 2 3 4 5 6 7 8 9 10 11
rpush one x
hset h f1 v1 f2 v2
sadd s m
zadd z 1.5 a 2 b 3e300 c
xadd x 1-1 f v g w
xadd x 1-2 f v
`;

/** Commands whose replies have all shapes; run in each format and protocol. */
const COMMANDS = [
  "ping",
  "get a",
  "get nokey",
  "get text",
  "get l",
  "strlen text",
  "lrange l 0 -1",
  "lrange nokey 0 -1",
  "hgetall h",
  "hgetall nokey",
  "smembers s",
  "smembers nokey",
  "zrange z 0 -1 withscores",
  "zscore z a",
  "xrange x - +",
  "xread streams x nokey 0 0",
  "mget a nokey text",
  "command info get hset nosuch",
  "command docs get",
  "config get maxmemory*",
  "acl getuser default",
  "exec",
  "nosuchcommand a b",
  "object help",
  "eval return{1,{2,{}},'x',redis.status_reply('S')} 0",
  "xinfo stream x full",
  "geopos nokey a b",
];

const words = (line: string) => line.split(" ").filter((word) => word !== "");

const ONE_SHOTS: Run[] = [
  ...COMMANDS.flatMap((line) =>
    FORMATS.flatMap((format) => [
      { args: [format, ...words(line)] },
      { args: ["-3", format, ...words(line)] },
    ])
  ),
  ...FORMATS.flatMap((format) =>
    RESP3_ONLY.map((kind) => ({ args: ["-3", format, "debug", "protocol", kind] }))
  ),
  { args: ["--json", "-2", "hgetall", "h"] },
  { args: ["-2", "--json", "hgetall", "h"] },
  { args: ["-2", "-3", "ping"] },
  { args: ["hgetall", "h", "-3"] },
  { args: ["-e", "get", "l"] },
  { args: ["-e", "get", "a"] },
  { args: ["-e", "-r", "3", "get", "l"] },
  { args: ["-r", "3", "get", "l"] },
  { args: ["-r", "0", "ping"] },
  { args: ["-r", "x", "ping"] },
  { args: ["-i", "0.01", "-r", "2", "ping"] },
  { args: ["-d", ",", "-D", ";", "-r", "2", "lrange", "l", "0", "2"] },
  { args: ["-d", ",", "-3", "hgetall", "h"] },
  { args: ["-d", ",", "-D", ";", "--no-raw", "lrange", "l", "0", "2"] },
  { args: ["-d", ",", "-D", ";", "--csv", "lrange", "l", "0", "2"] },
  { args: ["-D", "", "get", "a"] },
  { args: ["-d", "\\t", "lrange", "l", "0", "2"] },
  { args: ["-n", "3", "set", "k", "v"] },
  { args: ["-n", "3", "get", "k"] },
  { args: ["-n", "99", "get", "a"] },
  { args: ["-n", "x", "get", "a"] },
  { args: ["-x", "set", "fromstdin"], input: "some\nbytes\xff\0" },
  { args: ["get", "fromstdin"] },
  { args: ["-x", "-r", "2", "echo"], input: "z" },
  { args: ["-X", "tag", "set", "tagged", "tag"], input: "in\n" },
  { args: ["-X", "tag", "set", "tag", "tag"], input: "in" },
  { args: ["-X", "tag", "set", "k", "v"], input: "in" },
  { args: ["-x", "-X", "tag", "set", "k", "v"] },
  { args: ["-X"] },
  { args: ["--quoted-input", "set", '"a\\x00b"', "'x y'"] },
  { args: ["--quoted-input", "get", '"a\\x00b"'] },
  { args: ["--quoted-input", "get", '"a'] },
  { args: ["--quoted-input", "get", "'a'b"] },
  { args: ["-a", "secret", "get", "a"] },
  { args: ["-a", "secret", "--no-auth-warning", "get", "a"] },
  { args: ["--no-auth-warning", "-a", "secret", "get", "a"] },
  { args: ["--user", "nobody", "--pass", "secret", "get", "a"] },
  { args: ["--user", "nobody", "get", "a"] },
  { args: ["-a", "secret", "-n", "3", "-3", "get", "a"] },
  { args: ["get", "a"], env: { REDISCLI_AUTH: "secret" } },
  { args: ["--askpass", "get", "a"], input: "secret\n" },
  { args: ["--askpass", "get", "a"] },
  { args: ["--no-such-option", "ping"] },
  { args: ["-z"] },
  { args: ["--show-pushes", "maybe", "ping"] },
  { args: ["--show-pushes", "no", "ping"] },
  { args: ["get", "a"], env: { FAKETTY: "1" } },
  { args: ["2", "ping"] },
  { args: [""] },
  { args: ["quit"] },
  { args: ["-c", "get", "a"] },
  { args: ["-3", "reset"] },
  { args: ["--no-raw", "memory", "doctor"] },
  { args: ["--csv", "memory", "doctor"] },
  { args: ["--no-raw", "cluster", "info"] },
  { args: ["--json", "cluster", "info"] },
  { args: ["--no-raw", "latency", "doctor"] },
  { args: ["--no-raw", "info", "nosuchsection"] },
  { args: ["--no-raw", "info", "cluster"] },
  { args: ["--raw", "info", "cluster"] },
  { args: ["-3", "--csv", "info", "cluster"] },
  { args: ["--no-raw", "acl", "list"] },
  { args: ["--scan", "--pattern", "h*"] },
  { args: ["--scan", "--pattern", "te?t", "--no-raw"] },
  { args: ["--scan", "--quoted-pattern", '"te\\x78t"', "--csv"] },
  { args: ["--scan", "--quoted-pattern", '"te'] },
  { args: ["--scan", "--pattern", "nosuch*"] },
  { args: ["--eval", "/nonexistent/script.lua"] },
  { args: ["help", "get"] },
  { args: ["help", "config", "set"] },
  { args: ["help", "geosearchstore"] },
  { args: ["help", "config"] },
  { args: ["help", "@hash"] },
  { args: ["help", "@stream"] },
  { args: ["help", "nosuch"] },
  { args: ["HELP", "Get"] },
  { args: ["?", "set"] },
  { args: ["help", "get", "x"] },
];

const PIPED: Run[] = [
  { args: [], input: 'get a\nget "a\nset b "x y"\n\n  \nget b\nget l\nhgetall h\nquit\nget a\n' },
  { args: ["--no-raw"], input: "get a\nget l\nhgetall h\n3 ping\nselect 5\nselect 99\nping" },
  { args: ["--no-raw"], input: "multi\nget a\nget nokey\nexec\nmulti\ndiscard\nexec\n" },
  { args: ["--csv"], input: "get a\nget l\nhgetall h\n" },
  { args: ["-e"], input: "get l\nget a\n" },
  { args: ["-r", "2"], input: "ping\n" },
  { args: [], input: '-1 ping\n0 ping\n2x ping\n2 get nokey\n2\n"" a\n' },
  { args: [], input: ":foo\n:set bar\n:set hints\n:set nohints\n:SET HINTS\n" },
  { args: [], input: "clear\nexit\nget a" },
  { args: [], input: "QUIT x\nget a" },
  { args: [], input: 'set bin "\\x00\\xff"\nget bin\nset raw \xff\xfe\nget raw\n' },
  { args: [], input: "get a\r\nget b\r\n" },
  { args: ["-3", "--no-raw"], input: "hgetall h\nreset\nhgetall h\n" },
  { args: ["--no-raw"], input: "client tracking on\nget a\nset a 1\nget a\n" },
  { args: ["-3", "--show-pushes", "yes", "--no-raw"], input: tracking("a") },
  { args: ["-3", "--show-pushes", "yes"], input: tracking("a") },
  { args: ["-3", "--show-pushes", "yes", "--csv"], input: tracking("a") },
  { args: ["-3", "--show-pushes", "yes", "--json"], input: tracking("a") },
  { args: [], input: "client kill type normal skipme no\nget a\nget b\n" },
  { args: [], input: "auth secret\nselect 1\nget a\n" },
  { args: ["--no-raw"], input: "info cluster\nget a\n" },
  { args: ["--no-raw"], input: "help get\nhelp nosuch\n? @hyperloglog\n" },
  { args: ["-x", ""], input: "ping" },
];

function tracking(key: string): string {
  return `client tracking on\nget ${key}\nset ${key} 1\nget ${key}\nflushall async\nset ${key} 1\n`;
}

/** Whether a closed connection shows as its end or as a reset depends on who is quicker. */
function withoutRace(outcome: Outcome): Outcome {
  const err = outcome.err.replace(
    /Connection reset by peer|Broken pipe/,
    "Server closed the connection",
  );
  return { ...outcome, err };
}

async function fill(port: string): Promise<void> {
  await runReal({ args: ["-p", port], input: "flushall\n" + SETUP });
}

Deno.test({
  name: "one command: the same output and exit code as redis-cli" + WITHOUT_REDIS,
  ignore,
  async fn(t) {
    await using server = await startRedis();
    const port = String(server.port);
    await fill(port);
    for (const run of ONE_SHOTS) {
      await t.step([...Object.keys(run.env ?? {}), ...run.args].join(" "), async () => {
        const full = { ...run, args: ["-p", port, ...run.args] };
        assertEquals(await runOurs(full), await runReal(full));
      });
    }
  },
});

Deno.test({
  name: "piped commands: the same output and exit code as redis-cli" + WITHOUT_REDIS,
  ignore,
  async fn(t) {
    await using server = await startRedis();
    const port = String(server.port);
    for (const run of PIPED) {
      await t.step(JSON.stringify(run), async () => {
        const full = { ...run, args: ["-p", port, ...run.args] };
        await fill(port);
        const real = await runReal(full);
        await fill(port);
        assertEquals(withoutRace(await runOurs(full)), withoutRace(real));
      });
    }
  },
});

Deno.test({
  name: "where to connect: the same as redis-cli" + WITHOUT_REDIS,
  ignore,
  async fn(t) {
    await using server = await startRedis({ args: ["--unixsocket", "s.sock"] });
    const port = String(server.port);
    await fill(port);
    const unused = String(freePort());
    const script = `${server.dir}/script.lua`;
    await Deno.writeTextFile(script, "return {KEYS[1], ARGV[1], ARGV[2], #KEYS}");
    const runs: Run[] = [
      { args: ["-p", unused, "ping"] },
      { args: ["-p", unused], input: "ping\nget a\n" },
      { args: ["-p", unused], input: `connect 127.0.0.1 ${port}\nget a\nconnect\nget a\n` },
      { args: ["-h", "localhost", "-p", port, "get", "a"] },
      { args: ["-s", `${server.dir}/s.sock`, "get", "a"] },
      { args: ["-s", `${server.dir}/nosuch`, "get", "a"] },
      { args: ["-u", `redis://127.0.0.1:${port}`, "get", "a"] },
      { args: ["-u", `redis://127.0.0.1:${port}/3`, "get", "a"] },
      { args: ["-u", `redis://secret@127.0.0.1:${port}`, "get", "a"] },
      { args: ["-u", `redis://me:se%63ret@127.0.0.1:${port}/3`, "get", "a"] },
      { args: ["-u", `redis://%zz@127.0.0.1:${port}`, "get", "a"] },
      { args: ["-u", "http://127.0.0.1", "get", "a"] },
      { args: ["-p", port, "--eval", script, "k", ",", "x", "y"] },
      { args: ["-p", port, "--no-raw", "--eval", script, "k,", "x"] },
      { args: ["-p", port, "--json", "--eval", script] },
    ];
    for (const run of runs) {
      await t.step(
        run.args.join(" ").replaceAll(port, "PORT").replaceAll(unused, "UNUSED"),
        async () => {
          assertEquals(await runOurs(run), await runReal(run));
        },
      );
    }
  },
});

Deno.test({
  name: "a password: the same as redis-cli" + WITHOUT_REDIS,
  ignore,
  async fn() {
    await using server = await startRedis({ args: ["--requirepass", "secret"] });
    const port = String(server.port);
    const runs: Run[] = [
      { args: ["get", "a"] },
      { args: ["-3", "get", "a"] },
      { args: ["--json", "get", "a"] },
      { args: ["-a", "secret", "-n", "2", "set", "a", "1"] },
      { args: ["-a", "wrong", "-n", "2", "get", "a"] },
      { args: ["-n", "2"], input: "get a\nauth secret\nget a\nreset\nget a\n" },
      { args: ["-n", "2", "get", "a"], env: { REDISCLI_AUTH: "secret" } },
      { args: ["--scan"] },
    ];
    for (const run of runs) {
      const full = { ...run, args: ["-p", port, ...run.args] };
      assertEquals(await runOurs(full), await runReal(full), full.args.join(" "));
    }
  },
});

Deno.test({
  name: "as a process of its own: the same as redis-cli" + WITHOUT_REDIS,
  ignore,
  async fn() {
    await using server = await startRedis();
    const port = String(server.port);
    await fill(port);
    const runs: Run[] = [
      { args: ["-x", "set", "k"], input: "\xff\0\n" },
      { args: ["--no-raw", "get", "k"] },
      { args: ["-e", "get", "l"] },
      { args: [], input: 'lrange l 0 -1\nget "\n' },
      { args: ["-n", "99", "ping"] },
    ];
    for (const run of runs) {
      const full = { ...run, args: ["-p", port, ...run.args] };
      assertEquals(await runOursAsProcess(full), await runReal(full), full.args.join(" "));
    }
  },
});
