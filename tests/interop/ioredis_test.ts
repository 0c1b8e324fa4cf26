/**
 * The real `ioredis` package against this server: what an application that uses it does.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { Redis } from "ioredis";
import { type ServerProcess, startSubject } from "../support/servers.ts";

/** A test with a server and a client of its own. */
function withClient(
  name: string,
  run: (client: Redis, server: ServerProcess) => Promise<void>,
): void {
  Deno.test({
    name: `ioredis: ${name}`,
    // The package leaves timers of its own behind when it disconnects.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using server = await startSubject();
      const client = connect(server);
      try {
        await run(client, server);
      } finally {
        client.disconnect();
      }
    },
  });
}

function connect(server: ServerProcess): Redis {
  return new Redis({ host: "127.0.0.1", port: server.port, retryStrategy: () => null });
}

withClient("a pipelined round trip, binary-safe", async (client) => {
  const writes = client.pipeline();
  for (let i = 0; i < 1000; i++) writes.set(`key:${i}`, Buffer.from([0, 13, 10, 255, i % 256]));
  for (const [error, reply] of (await writes.exec())!) assertEquals([error, reply], [null, "OK"]);
  const reads = client.pipeline();
  for (let i = 0; i < 1000; i++) reads.getBuffer(`key:${i}`);
  const replies = (await reads.exec())!;
  for (let i = 0; i < 1000; i++) {
    assertEquals([...replies[i][1] as Buffer], [0, 13, 10, 255, i % 256]);
  }
  assertEquals(await client.dbsize(), 1000);
  const many = await Promise.all(Array.from({ length: 500 }, () => client.incr("counter")));
  assertEquals(many, Array.from({ length: 500 }, (_, i) => i + 1));
});

withClient("the values of every type", async (client) => {
  assertEquals(await client.set("s", "ünï", "GET"), null);
  assertEquals(await client.get("s"), "ünï");
  assertEquals(await client.rpush("l", "a", "b", "c"), 3);
  assertEquals(await client.lrange("l", 0, -1), ["a", "b", "c"]);
  assertEquals(await client.lpop("l", 2), ["a", "b"]);
  assertEquals(await client.hset("h", { f: "1", g: "2" }), 2);
  assertEquals(await client.hgetall("h"), { f: "1", g: "2" });
  assertEquals(await client.sadd("set", "x", "y", "x"), 2);
  assertEquals((await client.smembers("set")).sort(), ["x", "y"]);
  assertEquals(await client.zadd("z", 1.5, "one", "inf", "two"), 2);
  assertEquals(await client.zrange("z", 0, -1, "WITHSCORES"), ["one", "1.5", "two", "inf"]);
  assertEquals(await client.incrbyfloat("float", "0.1"), "0.1");
});

withClient("transactions, and WATCH that sees another client's write", async (client, server) => {
  const replies = await client.multi().set("k", "1").incr("k").get("k").exec();
  assertEquals(replies, [[null, "OK"], [null, 2], [null, "2"]]);
  const failing = await client.multi().set("k", "text").incr("k").exec();
  assertEquals(failing?.[0], [null, "OK"]);
  assert(failing?.[1][0] instanceof Error);

  const other = connect(server);
  await client.watch("k");
  await other.set("k", "changed");
  assertEquals(await client.multi().set("k", "mine").exec(), null);
  assertEquals(await client.get("k"), "changed");
  other.disconnect();
});

withClient("a scan stream gives every key once", async (client) => {
  const keys = Array.from({ length: 500 }, (_, i) => `scan:${i}`);
  await client.mset(...keys.flatMap((key) => [key, "v"]), "other", "v");
  const found = new Set<string>();
  for await (const page of client.scanStream({ match: "scan:*", count: 50 })) {
    for (const key of page as string[]) found.add(key);
  }
  assertEquals([...found].sort(), keys.sort());
});

withClient("keys expire", async (client) => {
  await client.set("k", "v", "PX", 60);
  await client.set("long", "v", "EX", 100);
  const ttl = await client.ttl("long");
  assert(ttl > 95 && ttl <= 100);
  while (await client.exists("k") === 1) await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(await client.get("k"), null);
  assertEquals(await client.pttl("k"), -2);
  assertEquals(await client.persist("long"), 1);
  assertEquals(await client.ttl("long"), -1);
});

withClient("streams: XADD, XRANGE and a blocked XREAD", async (client, server) => {
  const id = await client.xadd("x", "*", "field", "value");
  assertEquals(await client.xrange("x", "-", "+"), [[id!, ["field", "value"]]]);
  const reader = connect(server);
  const waiting = reader.xread("COUNT", 10, "BLOCK", 5000, "STREAMS", "x", "$");
  while (!(await client.info("clients")).includes("blocked_clients:1")) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const next = await client.xadd("x", "*", "a", "b");
  assertEquals(await waiting, [["x", [[next!, ["a", "b"]]]]]);
  assertEquals(await reader.xread("BLOCK", 10, "STREAMS", "x", "$"), null);
  reader.disconnect();
});

withClient("errors come as errors with their text", async (client) => {
  await client.lpush("l", "a");
  const error = await client.get("l").then(() => undefined, (reason: Error) => reason);
  assertEquals(
    error?.message,
    "WRONGTYPE Operation against a key holding the wrong kind of value",
  );
});
