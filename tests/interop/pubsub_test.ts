/**
 * Published messages through real client packages: channels, patterns, RESP3's pushes on a
 * connection that goes on to send commands, and subscriptions that outlive a connection.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { RESP_TYPES } from "redis";
import { binary, Inbox, Topic } from "./clients.ts";
import { until } from "../support/until.ts";

const topic = new Topic("publishing");

topic.ioredis("channels and patterns", async ({ client, connect }) => {
  const listener = await connect();
  const messages = new Inbox<string[]>();
  listener.on("message", (...args: string[]) => messages.put(["message", ...args]));
  listener.on("pmessage", (...args: string[]) => messages.put(["pmessage", ...args]));
  assertEquals(await listener.subscribe("news.art", "other"), 2);
  assertEquals(await listener.psubscribe("news.*", "n?ws.[ab]rt"), 4);
  assertEquals(await client.publish("news.art", "hello"), 3);
  assertEquals(await client.publish("news.tech", "bits"), 1);
  assertEquals(await client.publish("nobody", "listens"), 0);
  // Patterns have no order among themselves.
  const [first, ...others] = await messages.take(4);
  assertEquals(first, ["message", "news.art", "hello"]);
  assertEquals(others.slice(0, 2).sort(), [
    ["pmessage", "n?ws.[ab]rt", "news.art", "hello"],
    ["pmessage", "news.*", "news.art", "hello"],
  ]);
  assertEquals(others[2], ["pmessage", "news.*", "news.tech", "bits"]);
  assertEquals((await client.pubsub("CHANNELS")).sort(), ["news.art", "other"]);
  assertEquals(await client.pubsub("CHANNELS", "news*"), ["news.art"]);
  assertEquals(await client.pubsub("NUMSUB", "news.art", "none"), ["news.art", 1, "none", 0]);
  assertEquals(await client.pubsub("NUMPAT") as unknown, 2);
  assertEquals(await listener.ping("still there") as unknown, ["pong", "still there"]);
  await listener.punsubscribe("news.*", "n?ws.[ab]rt");
  await listener.unsubscribe();
  assertEquals(await client.publish("news.art", "unheard"), 0);
  assertEquals(await listener.set("k", "v"), "OK");
});

topic.ioredis("bytes arrive as they were sent, in order", async ({ client, connect }) => {
  const listener = await connect();
  const messages = new Inbox<Buffer>();
  listener.on("messageBuffer", (_channel: Buffer, message: Buffer) => messages.put(message));
  await listener.subscribe("bytes");
  const large = Buffer.from(binary(300_000));
  await Promise.all([
    ...Array.from({ length: 500 }, (_, i) => client.publish("bytes", `${i}`)),
    client.publish("bytes", large),
    client.publish("bytes", ""),
  ]);
  const got = await messages.take(502);
  assertEquals(got.slice(0, 500).map(String), Array.from({ length: 500 }, (_, i) => `${i}`));
  assert(got[500].equals(large));
  assertEquals(got[501].length, 0);
});

topic.ioredis("subscriptions come back with the connection", async ({ client, connect }) => {
  const listener = await connect({ retryStrategy: () => 1, lazyConnect: true });
  const messages = new Inbox<string>();
  listener.on("message", (_channel: string, message: string) => messages.put(message));
  listener.on("pmessage", (...[, , message]: string[]) => messages.put(message));
  await listener.subscribe("kept");
  await listener.psubscribe("k?pt");
  await client.publish("kept", "before");
  assertEquals(await messages.take(2), ["before", "before"]);
  for (let round = 0; round < 3; round++) {
    assertEquals(await client.client("KILL", "TYPE", "PUBSUB"), 1);
    await until(async () => await client.publish("kept", "") === 2, "the condition");
    await client.publish("kept", "after");
    while ((await messages.take(1))[0] === "");
    assertEquals(await messages.take(1), ["after"]);
  }
});

topic.ioredis("PUBLISH within a transaction, and keyspace events", async ({ client, connect }) => {
  const listener = await connect();
  const messages = new Inbox<string[]>();
  listener.on("pmessage", (...[, channel, message]: string[]) => messages.put([channel, message]));
  await listener.psubscribe("*");
  const replies = await client.multi().publish("a", "1").set("k", "v").publish("b", "2").exec();
  assertEquals(replies, [[null, 1], [null, "OK"], [null, 1]]);
  assertEquals(await messages.take(2), [["a", "1"], ["b", "2"]]);
  await client.config("SET", "notify-keyspace-events", "KEA");
  try {
    await client.multi().lpush("list", "x").lpop("list").expire("k", 100).exec();
    assertEquals(await messages.take(8), [
      ["__keyspace@0__:list", "lpush"],
      ["__keyevent@0__:lpush", "list"],
      ["__keyspace@0__:list", "lpop"],
      ["__keyevent@0__:lpop", "list"],
      ["__keyspace@0__:list", "del"],
      ["__keyevent@0__:del", "list"],
      ["__keyspace@0__:k", "expire"],
      ["__keyevent@0__:expire", "k"],
    ]);
  } finally {
    await client.config("SET", "notify-keyspace-events", "");
  }
});

topic.nodeRedis("channels and patterns", async ({ client, connect }) => {
  const listener = await connect();
  const messages = new Inbox<string[]>();
  const listen = (message: string, channel: string) => messages.put([channel, message]);
  await listener.subscribe(["news.art", "other"], listen);
  await listener.pSubscribe("news.*", listen);
  assertEquals(await client.publish("news.art", "hello"), 2);
  assertEquals(await client.publish("news.ü", "Grüße"), 1);
  assertEquals(await messages.take(3), [
    ["news.art", "hello"],
    ["news.art", "hello"],
    ["news.ü", "Grüße"],
  ]);
  assertEquals((await client.pubSubChannels()).sort(), ["news.art", "other"]);
  assertEquals({ ...await client.pubSubNumSub(["news.art", "none"]) }, { "news.art": 1, none: 0 });
  assertEquals(await client.pubSubNumPat(), 1);
  await listener.unsubscribe("news.art", listen);
  await listener.pUnsubscribe("news.*");
  assertEquals(await client.publish("news.art", "unheard"), 0);
  assertEquals(await client.publish("other", "heard"), 1);
  assertEquals(await messages.take(1), [["other", "heard"]]);
});

topic.nodeRedis("messages as bytes", async ({ client, connect }) => {
  const listener = await connect();
  const messages = new Inbox<Buffer>();
  await listener.subscribe("bytes", (message) => messages.put(message), true);
  const large = Buffer.from(binary(300_000));
  await Promise.all([client.publish("bytes", large), client.publish("bytes", "end")]);
  const [first, second] = await messages.take(2);
  assert(first.equals(large));
  assertEquals(`${second}`, "end");
});

topic.nodeRedis("subscriptions come back with the connection", async ({ client, connect }) => {
  const listener = await connect({ reconnectMs: 1 });
  const messages = new Inbox<string>();
  await listener.subscribe("kept", (message) => messages.put(message));
  await listener.pSubscribe("k?pt", (message) => messages.put(message));
  const killed: unknown = await client.sendCommand(["CLIENT", "KILL", "TYPE", "PUBSUB"]);
  assertEquals(killed, 1);
  await until(async () => await client.publish("kept", "") === 2, "the condition");
  await client.publish("kept", "after");
  while ((await messages.take(1))[0] === "");
  assertEquals(await messages.take(1), ["after"]);
});

topic.nodeRedis("commands beside a subscription", async ({ client, connect }) => {
  const listener = await connect();
  const messages = new Inbox<string>();
  await listener.subscribe("self", (message) => messages.put(message));
  // Its own messages come as pushes between the replies.
  const replies = await Promise.all([
    listener.set("k", "v"),
    listener.publish("self", "one"),
    listener.get("k"),
    listener.hSet("h", { f: "1" }),
    listener.publish("self", "two"),
    listener.withTypeMapping({ [RESP_TYPES.MAP]: Map }).hGetAll("h"),
  ]);
  assertEquals(replies as unknown[], ["OK", 1, "v", 1, 1, new Map([["f", "1"]])]);
  assertEquals(await messages.take(2), ["one", "two"]);
  assertEquals(await listener.ping(), "PONG");
  const waiting = listener.blPop("q", 0);
  await client.publish("self", "while blocked");
  assertEquals(await messages.take(1), ["while blocked"]);
  await client.rPush("q", "x");
  assertEquals({ ...await waiting }, { key: "q", element: "x" });
}, [3]);
