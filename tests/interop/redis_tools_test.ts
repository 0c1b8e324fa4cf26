/**
 * The real `redis-benchmark` and `redis-cli`, and a telnet-like session, against this server.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { encodeCommand, fromBytes } from "../support/resp.ts";
import { findExecutable, type ServerProcess, startSubject } from "../support/servers.ts";

/** A test that wants a program; without it the test reports itself ignored and says why. */
function withProgram(
  program: string,
  name: string,
  run: (server: ServerProcess, path: string) => Promise<void>,
): void {
  const path = findExecutable(program);
  Deno.test({
    name: `${program}: ${name}${path === undefined ? ` (ignored: no ${program} on PATH)` : ""}`,
    ignore: path === undefined,
    async fn() {
      await using server = await startSubject();
      await run(server, path!);
    },
  });
}

/** Run a program to its end; its standard output. Throws when it fails. */
async function output(path: string, args: string[], input?: string): Promise<string> {
  const child = new Deno.Command(path, {
    args,
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (input !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  }
  const result = await child.output();
  const text = new TextDecoder().decode(result.stdout);
  assert(result.success, `${path} ${args.join(" ")}: ${new TextDecoder().decode(result.stderr)}`);
  return text;
}

for (const depth of ["1", "16"]) {
  withProgram("redis-benchmark", `SET, GET and INCR with -P ${depth}`, async (server, path) => {
    const args = ["-p", `${server.port}`, "-t", "set,get,incr", "-n", "20000", "-c", "50", "-q"];
    const text = await output(path, [...args, "-P", depth]);
    for (const test of ["SET", "GET", "INCR"]) {
      assertMatch(text, new RegExp(`${test}: [0-9.]+ requests per second`));
    }
    await using client = await server.connect();
    assertEquals(await client.call("GET", "counter:__rand_int__"), "$5\r\n20000\r\n");
  });
}

withProgram("redis-cli", "one command a call", async (server, path) => {
  const cli = (...args: string[]) => output(path, ["-p", `${server.port}`, ...args]);
  assertEquals(await cli("PING"), "PONG\n");
  assertEquals(await cli("SET", "k", "a b"), "OK\n");
  assertEquals(await cli("GET", "k"), "a b\n");
  assertEquals(await cli("-n", "3", "EXISTS", "k"), "0\n");
  assertEquals(await cli("RPUSH", "l", "1", "2"), "2\n");
  assertEquals(await cli("--csv", "LRANGE", "l", "0", "-1"), '"1","2"\n');
  assertEquals(await cli("HSET", "h", "f", "v"), "1\n");
  assertEquals(await cli("--json", "HGETALL", "h"), '{"f":"v"}\n');
  assertStringIncludes(await cli("GET"), "ERR wrong number of arguments for 'get' command");
  assertEquals(
    await output(path, ["-p", `${server.port}`, "-x", "SET", "in"], "from stdin"),
    "OK\n",
  );
  assertEquals(await cli("GET", "in"), "from stdin\n");
  assertEquals(await cli("-r", "3", "INCR", "n"), "1\n2\n3\n");
});

withProgram("redis-cli", "mass insertion with --pipe, and --scan", async (server, path) => {
  let commands = "";
  for (let i = 0; i < 5000; i++) commands += encodeCommand(["SET", `key:${i}`, `${i}`]);
  const text = await output(path, ["-p", `${server.port}`, "--pipe"], commands);
  assertStringIncludes(text, "errors: 0, replies: 5000");
  const keys = await output(path, ["-p", `${server.port}`, "--scan", "--pattern", "key:*9"]);
  assertEquals(keys.trim().split("\n").length, 500);
});

Deno.test("inline commands, as typed into nc or telnet", async () => {
  await using server = await startSubject();
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const typed = 'PING\r\nSET greeting "hello world"\nget greeting\r\nQUIT\r\n';
  await conn.write(new TextEncoder().encode(typed));
  let text = "";
  const chunk = new Uint8Array(1024);
  for (;;) {
    const n = await conn.read(chunk);
    if (n === null) break;
    text += fromBytes(chunk, 0, n);
  }
  assertEquals(text, "+PONG\r\n+OK\r\n$11\r\nhello world\r\n+OK\r\n");
});
