/**
 * MIGRATE between this server and a real one, in both directions: every type arrives as it was, and
 * options, passwords, errors and connections that break are dealt with as between real servers.
 */

import { asking, valueDigests } from "../support/digest.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/raw_client.ts";
import {
  findRedisServer,
  freePort,
  type ServerOptions,
  type ServerProcess,
  startRedeno,
  startRedis,
} from "../support/servers.ts";
import { until } from "../support/until.ts";

type Start = (options?: ServerOptions) => Promise<ServerProcess>;

const missing = findRedisServer() === undefined;
const ignored = missing ? " (ignored: no redis-server on PATH)" : "";
const PAIRS: [name: string, source: Start, target: Start][] = [
  ["Redeno to redis-server", startRedeno, startRedis],
  ["redis-server to Redeno", startRedis, startRedeno],
  ["Redeno to Redeno", startRedeno, startRedeno],
];

const OK = "+OK\r\n";
const NO_KEY = "+NOKEY\r\n";
const BUSY = "-ERR Target instance replied with error: BUSYKEY Target key name already exists.\r\n";
const IO_ERROR = (what: string) => `-IOERR error or timeout ${what}\r\n`;

/** Two servers with a connection to each. */
class Pair implements AsyncDisposable {
  private constructor(
    readonly source: RawClient,
    readonly target: RawClient,
    readonly servers: [ServerProcess, ServerProcess],
  ) {}

  static async start(source: Start, target: Start, targetArgs: string[] = []): Promise<Pair> {
    const servers = await Promise.all([source(), target({ args: targetArgs })]);
    const clients = await Promise.all(servers.map((server) => server.connect()));
    return new Pair(clients[0], clients[1], servers as [ServerProcess, ServerProcess]);
  }

  /** MIGRATE to the other server: what follows host and port. */
  migrate(...rest: string[]): Promise<string> {
    return this.source.call("MIGRATE", "127.0.0.1", String(this.servers[1].port), ...rest);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.source.close(), this.target.close()]);
    await Promise.all(this.servers.map((server) => server[Symbol.asyncDispose]()));
  }
}

function test(name: string, run: (pair: Pair, name: string) => Promise<void>, args?: string[]) {
  for (const [pairName, source, target] of PAIRS) {
    Deno.test({
      name: `migrate: ${name}, ${pairName}${ignored}`,
      ignore: missing,
      async fn() {
        await using pair = await Pair.start(source, target, args);
        await run(pair, pairName);
      },
    });
  }
}

/** One value of each type and form, by key. */
function sampleValues(): Map<string, string[][]> {
  const numbers = Array.from({ length: 700 }, (_, i) => String(i * 3));
  const words = Array.from({ length: 700 }, (_, i) => `word ${i} ${"x".repeat(i % 90)}`);
  const pairs = words.flatMap((word, i) => [word, String(i)]);
  const scored = words.flatMap((word, i) => [String(i / 7), word]);
  const bytes = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join("");
  const values: Record<string, string[][]> = {
    "integer": [["SET", "-1234567890123456789"]],
    "text": [["SET", "short"]],
    "bytes": [["SET", bytes]],
    "empty": [["SET", ""]],
    "long string": [["SET", "0123456789abcdef".repeat(40_000)]],
    "bits": [["SETBIT", "100000", "1"]],
    "small list": [["RPUSH", "a", "1", "", bytes]],
    "large list": [["RPUSH", ...words, ...numbers]],
    "list of a long element": [["RPUSH", "a", "x".repeat(100_000), "b"]],
    "integer set": [["SADD", "1", "-70000", "5000000000"]],
    "small set": [["SADD", "a", "b", bytes]],
    "large set": [["SADD", ...words]],
    "large integer set": [["SADD", ...numbers]],
    "small hash": [["HSET", "f", "v", bytes, bytes]],
    "large hash": [["HSET", ...pairs]],
    "small sorted set": [["ZADD", "1.5", "a", "-inf", "b", "1e300", bytes]],
    "large sorted set": [["ZADD", ...scored]],
    "hyperloglog": [["PFADD", ...words]],
    "places": [["GEOADD", "13.4", "52.5", "Berlin", "2.35", "48.85", "Paris"]],
    "stream": [
      ["XADD", "1-1", "f", "v"],
      ["XADD", "1-2", "f", "v", "g", bytes],
      ["XADD", "5-0", "other", "w"],
      ["XDEL", "1-2"],
    ],
  };
  for (let i = 0; i < 300; i++) values.stream.push(["XADD", `9-${i}`, "f", `${i}`]);
  return new Map(Object.entries(values));
}

function digests(client: RawClient, keys: readonly string[]): Promise<string[]> {
  return valueDigests(asking(client), ...keys);
}

test("every type arrives as it was", async (pair) => {
  const { source, target } = pair;
  const values = sampleValues();
  const keys = [...values.keys()];
  for (const [key, commands] of values) {
    for (const [name, ...args] of commands) await source.call(name, key, ...args);
  }
  for (const group of ["g", "h"]) await source.call("XGROUP", "CREATE", "stream", group, "0");
  await source.call(..."XREADGROUP GROUP g reader COUNT 5 STREAMS stream >".split(" "));
  await source.call("PEXPIRE", "text", "100000");
  await source.call("PEXPIRE", "stream", "200000");
  const before = await digests(source, keys);
  assertEquals(await pair.migrate("", "3", "10000", "KEYS", "not there", ...keys), OK);
  assertEquals(await source.call("DBSIZE"), ":0\r\n");
  await target.call("SELECT", "3");
  assertEquals(await digests(target, keys), before);
  const ttls: number[] = [];
  for (const key of ["text", "stream", "bytes"]) {
    ttls.push(Number((await target.call("PTTL", key)).slice(1, -2)));
  }
  assert(ttls[0] > 80_000 && ttls[0] <= 100_000 && ttls[1] > 180_000 && ttls[1] <= 200_000);
  assertEquals(ttls[2], -1);
  assertMatch(
    await target.call("XPENDING", "stream", "g"),
    /^\*4\r\n:5\r\n\$3\r\n1-1\r\n\$3\r\n9-2\r\n/,
  );
  assertEquals((await target.call("XINFO", "GROUPS", "stream")).split("pending").length, 3);
});

test("options, and what was there already", async (pair) => {
  const { source, target } = pair;
  await source.call("MSET", "a", "1", "b", "2", "c", "3");
  assertEquals(await pair.migrate("nokey", "0", "1000"), NO_KEY);
  assertEquals(await pair.migrate("a", "0", "1000", "COPY"), OK);
  assertEquals([await source.call("GET", "a"), await target.call("GET", "a")], [
    "$1\r\n1\r\n",
    "$1\r\n1\r\n",
  ]);
  await source.call("SET", "a", "new");
  assertEquals(await pair.migrate("a", "0", "1000"), BUSY);
  assertEquals(await pair.migrate("", "0", "1000", "KEYS", "a", "b", "nokey", "c"), BUSY);
  // Those that were taken are gone; the one that was refused is still here.
  assertEquals(await source.call("KEYS", "*"), "*1\r\n$1\r\na\r\n");
  assertEquals(await pair.migrate("a", "0", "1000", "COPY", "REPLACE"), OK);
  assertEquals(
    await target.call("MGET", "a", "b", "c"),
    "*3\r\n$3\r\nnew\r\n$1\r\n2\r\n$1\r\n3\r\n",
  );
  assertEquals(await pair.migrate("a", "0", "1000", "REPLACE"), OK);
  assertEquals(await source.call("DBSIZE"), ":0\r\n");
  await source.call("SET", "a", "1");
  assertEquals(
    await pair.migrate("a", "99", "1000"),
    "-ERR Target instance replied with error: ERR DB index is out of range\r\n",
  );
  assertEquals(await pair.migrate("a", "1", "1000"), OK);
  assertMatch(await source.call("INFO", "stats"), /migrate_cached_sockets:1\r\n/);
  // A connection that was kept is closed over there: that shows only when it is used again.
  await target.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
  await source.call("SET", "after", "1");
  assertEquals(await pair.migrate("after", "1", "1000"), OK);
});

test(
  "passwords",
  async (pair) => {
    const { source, target } = pair;
    await target.call("AUTH", "secret");
    await source.call("MSET", "a", "1", "b", "2");
    const refused = (why: string) => `-ERR Target instance replied with error: ${why}\r\n`;
    assertEquals(
      await pair.migrate("a", "0", "1000"),
      refused("NOAUTH Authentication required."),
    );
    const wrong = refused("WRONGPASS invalid username-password pair or user is disabled.");
    assertEquals(await pair.migrate("a", "0", "1000", "AUTH", "wrong"), wrong);
    assertEquals(await pair.migrate("a", "0", "1000", "AUTH2", "nobody", "secret"), wrong);
    assertEquals(await source.call("DBSIZE"), ":2\r\n");
    assertEquals(await pair.migrate("a", "0", "1000", "AUTH", "secret"), OK);
    assertEquals(await pair.migrate("b", "0", "1000", "AUTH2", "default", "secret"), OK);
    assertEquals(await target.call("DBSIZE"), ":2\r\n");
  },
  ["--requirepass", "secret"],
);

test("a target that stops answering, and one that is gone", async (pair) => {
  const { source, target } = pair;
  await source.call("SET", "k", "v");
  await target.send("DEBUG", "SLEEP", "0.6");
  assertEquals(await pair.migrate("k", "0", "100"), IO_ERROR("reading to target instance"));
  assertEquals(await target.readReply(), OK);
  assertEquals(
    await source.call("MIGRATE", "127.0.0.1", `${freePort()}`, "k", "0", "100"),
    IO_ERROR("writing to target instance"),
  );
  assertEquals(
    await source.call("MIGRATE", "no.such.host.invalid", "1", "k", "0", "100"),
    IO_ERROR("connecting to the client"),
  );
  assertEquals(await source.call("GET", "k"), "$1\r\nv\r\n");
});

Deno.test("migrate: others are served while a target is slow, and the journal says DEL", async () => {
  await using server = await startRedeno({
    args: ["--appendonly", "yes", "--rdbcompression", "no"],
  });
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using client = await server.connect();
  await using other = await server.connect();
  await using waiting = await server.connect();
  await client.call("MSET", "a", "x".repeat(10_000_000), "b", "2", "c", "3");
  await client.send(
    "MIGRATE",
    "127.0.0.1",
    `${listener.addr.port}`,
    "",
    "0",
    "5000",
    "KEYS",
    "a",
    "b",
  );
  using conn = await listener.accept();
  // Nothing is read yet: the large value does not fit into the sockets' buffers.
  assertEquals(await other.call("INCR", "c"), ":4\r\n");
  await waiting.send("GET", "b");
  await until(
    async () => (await other.call("INFO", "clients")).includes("blocked_clients:1\r\n"),
    "a client that waits",
  );
  const chunk = new Uint8Array(64 * 1024);
  let tail = "";
  while (!/\$1\r\nb\r\n\$1\r\n0\r\n[^]{10,}\r\n$/.test(tail)) {
    const count = await conn.read(chunk);
    if (count === null) break;
    tail = (tail + String.fromCharCode(...chunk.subarray(0, count))).slice(-100);
  }
  await conn.write(new TextEncoder().encode("+OK\r\n+OK\r\n+OK\r\n"));
  assertEquals(await client.readReply(), OK);
  assertEquals(await waiting.readReply(), "$-1\r\n");
  assertEquals(await client.call("KEYS", "*"), "*1\r\n$1\r\nc\r\n");
  await client.call("DEBUG", "LOADAOF");
  assertEquals(await client.call("KEYS", "*"), "*1\r\n$1\r\nc\r\n");
  const files = [...Deno.readDirSync(`${server.dir}/appendonlydir`)].map(({ name }) => name);
  const journal = Deno.readTextFileSync(
    `${server.dir}/appendonlydir/${files.find((name) => name.endsWith("incr.aof"))}`,
  );
  assertMatch(journal, /\*3\r\n\$3\r\nDEL\r\n\$1\r\na\r\n\$1\r\nb\r\n/);
});

Deno.test("migrate: a server that stops in the middle closes what it has open", async () => {
  await using server = await startRedeno();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const client = await RawClient.connect(server.port);
  await client.call("SET", "k", "v");
  await client.send("MIGRATE", "127.0.0.1", `${listener.addr.port}`, "k", "0", "60000");
  using conn = await listener.accept();
  const chunk = new Uint8Array(4096);
  await conn.read(chunk);
  server.kill("SIGTERM");
  assertEquals((await server.status).code, 0);
  assertEquals(await conn.read(chunk).catch(() => null), null);
  await client.close();
});
