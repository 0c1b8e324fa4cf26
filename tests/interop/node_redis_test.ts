/**
 * The real `redis` package (node-redis) against this server, with RESP2 and with RESP3.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { createClient, WatchError } from "redis";
import { type ServerProcess, startSubject } from "../support/servers.ts";

function newClient(server: ServerProcess, protocol: 2 | 3, path = "", name?: string) {
  const client = createClient({
    url: `redis://127.0.0.1:${server.port}${path}`,
    RESP: protocol,
    // The package guards replies that it may map otherwise later (XREAD's) with this option.
    unstableResp3: true,
    name,
    socket: { reconnectStrategy: false },
  });
  // Without a listener a connection's end would end the test run.
  client.on("error", () => {});
  return client;
}

type Client = ReturnType<typeof newClient>;

/** A test with a server and a connected client of its own, once for each protocol. */
function withClient(
  name: string,
  run: (client: Client, server: ServerProcess, protocol: 2 | 3) => Promise<void>,
): void {
  for (const protocol of [2, 3] as const) {
    Deno.test({
      name: `node-redis, RESP${protocol}: ${name}`,
      // The package leaves timers of its own behind when it disconnects.
      sanitizeOps: false,
      sanitizeResources: false,
      async fn() {
        await using server = await startSubject();
        const client = newClient(server, protocol);
        await client.connect();
        try {
          await run(client, server, protocol);
        } finally {
          client.destroy();
        }
      },
    });
  }
}

withClient("a pipelined round trip", async (client) => {
  const keys = Array.from({ length: 1000 }, (_, i) => `key:${i}`);
  await Promise.all(keys.map((key, i) => client.set(key, `value ${i} ü`)));
  const values = await Promise.all(keys.map((key) => client.get(key)));
  assertEquals(values, keys.map((_, i) => `value ${i} ü`));
  assertEquals(await client.mGet(["key:0", "none"]), ["value 0 ü", null]);
  assertEquals(await client.dbSize(), 1000);
});

withClient("the values of every type", async (client) => {
  assertEquals(await client.hSet("h", { f: "1", g: "2" }), 2);
  assertEquals({ ...await client.hGetAll("h") }, { f: "1", g: "2" });
  assertEquals(await client.rPush("l", ["a", "b", "c"]), 3);
  assertEquals(await client.lRange("l", 0, -1), ["a", "b", "c"]);
  assertEquals(await client.sAdd("s", ["x", "y"]), 2);
  assertEquals([...await client.sMembers("s")].sort(), ["x", "y"]);
  assertEquals(
    await client.zAdd("z", [{ score: 1.5, value: "one" }, { score: 2, value: "two" }]),
    2,
  );
  assertEquals(await client.zRangeWithScores("z", 0, -1), [
    { value: "one", score: 1.5 },
    { value: "two", score: 2 },
  ]);
  assertEquals(await client.zScore("z", "one"), 1.5);
  assertEquals(await client.set("n", "1", { condition: "NX", GET: true }), null);
  assertEquals(await client.incrBy("n", 5), 6);
});

withClient(
  "transactions, and WATCH that sees another client's write",
  async (client, server, p) => {
    const replies = await client.multi().set("k", "1").incr("k").get("k").exec();
    assertEquals([...replies] as unknown[], ["OK", 2, "2"]);
    const other = newClient(server, p);
    await other.connect();
    await client.watch("k");
    await other.set("k", "changed");
    const outcome = await client.multi().set("k", "mine").exec()
      .then(() => "executed", (error: unknown) => error);
    assert(outcome instanceof WatchError);
    assertEquals(await client.get("k"), "changed");
    other.destroy();
  },
);

withClient("a scan iterator gives every key", async (client) => {
  const keys = Array.from({ length: 300 }, (_, i) => `scan:${i}`);
  await client.mSet(keys.map((key) => [key, "v"] as [string, string]));
  await client.hSet("other", "f", "v");
  const found = new Set<string>();
  for await (const page of client.scanIterator({ MATCH: "scan:*", COUNT: 40, TYPE: "string" })) {
    for (const key of page) found.add(key);
  }
  assertEquals([...found].sort(), keys.sort());
});

withClient("keys expire", async (client) => {
  await client.set("k", "v", { expiration: { type: "PX", value: 50 } });
  await client.set("long", "v", { expiration: { type: "EX", value: 100 } });
  assert(await client.ttl("long") > 95);
  while (await client.exists("k") === 1) await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(await client.get("k"), null);
  assertEquals(await client.getEx("long", { type: "PERSIST" }), "v");
  assertEquals(await client.ttl("long"), -1);
});

withClient("streams: XADD, XRANGE and a blocked XREAD", async (client, server, p) => {
  const id = await client.xAdd("x", "*", { field: "value" });
  const entries = await client.xRange("x", "-", "+");
  assertEquals(entries.map((entry) => [entry.id, { ...entry.message }]), [[id, {
    field: "value",
  }]]);
  const reader = newClient(server, p);
  await reader.connect();
  const waiting = reader.xRead([{ key: "x", id: "$" }], { BLOCK: 5000, COUNT: 10 });
  while (!(await client.info("clients")).includes("blocked_clients:1")) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const next = await client.xAdd("x", "*", { a: "b" });
  const streams = await waiting as unknown;
  assert(JSON.stringify(streams).includes(next) && JSON.stringify(streams).includes('"x"'));
  assertEquals(await reader.xRead([{ key: "x", id: "$" }], { BLOCK: 10 }), null);
  reader.destroy();
});

withClient("client settings: name, database, HELLO with a name", async (client, server, p) => {
  await client.clientSetName("me");
  assertEquals(await client.clientGetName(), "me");
  await client.select(3);
  await client.set("here", "v");
  assertEquals(await client.dbSize(), 1);
  const named = newClient(server, p, "/3", "other");
  await named.connect();
  assertEquals(await named.get("here"), "v");
  const info = await named.clientInfo();
  assertEquals([info.name, info.db], ["other", 3]);
  named.destroy();
});
