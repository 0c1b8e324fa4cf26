/**
 * Commands that wait, called from several connections at once: who waits longest is served first.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Topic, untilBlocked } from "./clients.ts";

const topic = new Topic("blocking");

topic.ioredis("waiting pops are served in the order they came", async ({ client, connect }) => {
  const waiting: Promise<unknown>[] = [];
  for (let i = 0; i < 6; i++) {
    const other = await connect();
    waiting.push(i % 2 === 0 ? other.blpop("q", 0) : other.brpop("none", "q", 0));
    await untilBlocked(client, i + 1);
  }
  // One push serves all, once it is done: those from the left and those from the right in turn.
  assertEquals(await client.rpush("q", "1", "2", "3", "4", "5", "6", "7"), 7);
  assertEquals(await Promise.all(waiting), [
    ["q", "1"],
    ["q", "7"],
    ["q", "2"],
    ["q", "6"],
    ["q", "3"],
    ["q", "5"],
  ]);
  assertEquals(await client.lrange("q", 0, -1), ["4"]);
});

topic.ioredis("a chain of BLMOVE is one push's work", async ({ client, connect }) => {
  const links: Promise<unknown>[] = [];
  for (let i = 3; i > 0; i--) {
    const other = await connect();
    links.push(other.blmove(`stage:${i - 1}`, `stage:${i}`, "RIGHT", "LEFT", 0));
    await untilBlocked(client, links.length);
  }
  await client.lpush("stage:0", "item");
  assertEquals(await Promise.all(links), ["item", "item", "item"]);
  assertEquals(await client.keys("*"), ["stage:3"]);
});

topic.ioredis("BZPOPMIN and BZPOPMAX wait for members", async ({ client, connect }) => {
  const [least, most] = [await connect(), await connect()];
  const first = least.bzpopmin("z1", "z2", 0);
  await untilBlocked(client, 1);
  const second = most.bzpopmax("z2", 0);
  await untilBlocked(client, 2);
  await client.zadd("z2", 1, "low", 5, "middle", 9, "high");
  assertEquals([await first, await second], [["z2", "low", "1"], ["z2", "high", "9"]]);
  assertEquals(await client.zrange("z2", 0, -1), ["middle"]);
  assertEquals(await least.bzpopmin("z2", 1), ["z2", "middle", "5"]);
});

topic.ioredis("a wait ends in time, and in a transaction there is none", async ({ client }) => {
  const began = performance.now();
  assertEquals(await client.blpop("none", 0.05), null);
  assert(performance.now() - began >= 45);
  assertEquals(await client.blmove("none", "other", "LEFT", "LEFT", 0.01), null);
  assertEquals(await client.bzpopmin("none", 0.01), null);
  assertEquals(await client.multi().blpop("none", 0).bzpopmax("none", 0).exec(), [
    [null, null],
    [null, null],
  ]);
  await client.set("text", "v");
  const error = await client.blpop("text", 1).catch((reason: Error) => reason.message);
  assertEquals(error, "WRONGTYPE Operation against a key holding the wrong kind of value");
});

topic.ioredis("a client that leaves while it waits takes nothing", async ({ client, connect }) => {
  const [leaving, staying] = [await connect(), await connect()];
  const lost = leaving.blpop("q", 0).catch(() => "gone");
  await untilBlocked(client, 1);
  const kept = staying.blpop("q", 0);
  await untilBlocked(client, 2);
  leaving.disconnect();
  assertEquals(await lost, "gone");
  await untilBlocked(client, 1);
  await client.rpush("q", "for the other");
  assertEquals(await kept, ["q", "for the other"]);
});

topic.ioredis("CLIENT UNBLOCK ends a wait from outside", async ({ client, connect }) => {
  const other = await connect();
  const id = await other.client("ID");
  for (const [how, outcome] of [["TIMEOUT", null], ["ERROR", "UNBLOCKED"]] as const) {
    const waiting = other.blpop("q", 0).catch((error: Error) => error.message.split(" ")[0]);
    await untilBlocked(client, 1);
    assertEquals(await client.call("CLIENT", "UNBLOCK", id, how), 1);
    assertEquals(await waiting, outcome);
  }
});

topic.nodeRedis("every blocking pop", async ({ client, connect }) => {
  const other = await connect();
  const served = async <T>(waiting: Promise<T>, serve: () => Promise<unknown>): Promise<T> => {
    await untilBlocked(client, 1);
    await serve();
    return await waiting;
  };
  assertEquals(
    { ...await served(other.blPop(["none", "l"], 0), () => client.rPush("l", ["a", "b"])) },
    { key: "l", element: "a" },
  );
  assertEquals({ ...await other.brPop("l", 1) }, { key: "l", element: "b" });
  assertEquals(
    await served(other.blMove("l", "m", "LEFT", "RIGHT", 0), () => client.lPush("l", "c")),
    "c",
  );
  assertEquals(
    await served(other.blmPop(0, "l", "RIGHT", { COUNT: 2 }), () => client.rPush("l", ["1", "2"])),
    ["l", ["2", "1"]],
  );
  const members = [{ score: 1, value: "x" }, { score: 2.5, value: "y" }, { score: 3, value: "w" }];
  assertEquals(
    { ...await served(other.bzPopMax(["none", "z"], 0), () => client.zAdd("z", members)) },
    { key: "z", value: "w", score: 3 },
  );
  assertEquals({ ...await other.bzPopMin("z", 1) }, { key: "z", value: "x", score: 1 });
  await client.del("z");
  const popped = await served(
    other.bzmPop(0, "z", "MIN", { COUNT: 2 }),
    () => client.zAdd("z", members),
  );
  assertEquals([popped?.key, popped?.members.map((member) => ({ ...member }))], ["z", [
    { value: "x", score: 1 },
    { value: "y", score: 2.5 },
  ]]);
  assertEquals(await other.blPop("l", 0.01), null);
  assertEquals(await other.bzPopMin("none", 0.01), null);
});

topic.nodeRedis("fifty waiting connections, served in order", async ({ client, connect }) => {
  const others = await Promise.all(Array.from({ length: 50 }, () => connect()));
  const waiting: Promise<{ element: string } | null>[] = [];
  for (const other of others) {
    // The order of arrival is what counts: the next one asks when this one waits.
    waiting.push(other.blPop("q", 0));
    await untilBlocked(client, waiting.length);
  }
  const values = others.map((_, i) => `${i}`);
  await Promise.all([client.rPush("q", values.slice(0, 20)), client.rPush("q", values.slice(20))]);
  assertEquals((await Promise.all(waiting)).map((reply) => reply?.element), values);
  assertEquals(await client.exists("q"), 0);
});
