/**
 * Many commands at once, of all types and with values of all bytes and sizes.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { RESP_TYPES } from "redis";
import { binary, Topic } from "./clients.ts";

const topic = new Topic("pipelines");

topic.ioredis("commands of every type in one pipeline, replies in order", async ({ client }) => {
  const pipeline = client.pipeline();
  const expected: unknown[] = [];
  const send = (reply: unknown, ...command: (string | number)[]) => {
    pipeline.call(command[0] as string, ...command.slice(1));
    expected.push(reply);
  };
  for (let i = 0; i < 300; i++) {
    send("OK", "SET", `s:${i}`, i);
    send(i + 5, "INCRBY", `s:${i}`, 5);
    send(2, "RPUSH", `l:${i}`, "a", "b");
    send(["a", "b"], "LRANGE", `l:${i}`, 0, -1);
    send(2, "HSET", `h:${i}`, "f", i, "g", "2");
    send([`${i}`, null], "HMGET", `h:${i}`, "f", "none");
    send(2, "SADD", `set:${i}`, "x", "y", "x");
    send([1, 0], "SMISMEMBER", `set:${i}`, "x", "z");
    send(2, "ZADD", `z:${i}`, "1.5", "one", "-inf", "two");
    send(["two", "-inf", "one", "1.5"], "ZRANGE", `z:${i}`, 0, -1, "WITHSCORES");
    send(`${i + 1}-0`, "XADD", `x:${i}`, `${i + 1}-*`, "f", "v");
    send([[`${i + 1}-0`, ["f", "v"]]], "XRANGE", `x:${i}`, "-", "+");
    send(null, "GET", "none");
    send("zset", "TYPE", `z:${i}`);
    send(1, "PEXPIRE", `s:${i}`, 100_000);
    send(0, "EXISTS", "none");
  }
  const replies = (await pipeline.exec())!;
  assertEquals(replies.map(([error, reply]) => error ?? reply), expected);
});

topic.ioredis("an error in a pipeline concerns its command only", async ({ client }) => {
  const replies = await client.pipeline()
    .set("k", "text")
    .lpush("k", "x")
    .get("k")
    .call("NOSUCH", "a")
    .incr("k")
    .call("GET")
    .ping()
    .exec();
  assertEquals(replies!.map(([error, reply]) => error?.message ?? reply), [
    "OK",
    "WRONGTYPE Operation against a key holding the wrong kind of value",
    "text",
    "ERR unknown command 'NOSUCH', with args beginning with: 'a' ",
    "ERR value is not an integer or out of range",
    "ERR wrong number of arguments for 'get' command",
    "PONG",
  ]);
});

topic.ioredis("large values of all bytes, in every kind of key", async ({ client }) => {
  const sizes = [0, 1, 63, 64, 255, 4096, 65_535, 65_536, 1_000_003];
  for (const size of sizes) {
    const bytes = Buffer.from(binary(size));
    const key = Buffer.from(binary(Math.min(size, 70_000)));
    await client.flushall();
    assertEquals(await client.set(key, bytes), "OK");
    await client.rpush("l", "x", bytes, "y");
    await client.hset("h", key, bytes);
    await client.sadd("s", bytes);
    await client.zadd("z", 1, bytes);
    await client.xadd("x", "1-1", key, bytes);
    const [fields, entries] = await Promise.all([
      client.hgetallBuffer("h"),
      client.xrangeBuffer("x", "-", "+"),
    ]);
    const replies = [
      await client.getBuffer(key),
      await client.lindexBuffer("l", 1),
      Object.values(fields)[0],
      (await client.smembersBuffer("s"))[0],
      (await client.zrangeBuffer("z", 0, -1))[0],
      entries[0][1][1],
    ];
    for (const [i, reply] of replies.entries()) assert(reply?.equals(bytes), `${size}, ${i}`);
    assert(entries[0][1][0].equals(key));
    assertEquals(await client.strlen(key), size);
  }
});

topic.ioredis("values of ten megabytes, several at a time", async ({ client, connect }) => {
  const others = await Promise.all([connect(), connect(), connect()]);
  const bytes = Buffer.from(binary(10_000_000));
  await Promise.all(others.map((other, i) => other.set(`k${i}`, bytes)));
  await client.append("k0", Buffer.from(binary(10)));
  await client.setrange("k1", 5_000_000, "in the middle");
  const [first, second, third] = await Promise.all(others.map((o, i) => o.getBuffer(`k${i}`)));
  assert(first!.subarray(0, 10_000_000).equals(bytes));
  assertEquals([...first!.subarray(-10)], [...binary(10)]);
  assertEquals(`${second?.subarray(5_000_000, 5_000_013)}`, "in the middle");
  assert(third?.equals(bytes));
  assertEquals(await client.getrange("k1", 5_000_003, 5_000_005), "the");
});

topic.nodeRedis("commands of every type at once, replies in order", async ({ client }) => {
  const work = Array.from({ length: 200 }, (_, i) =>
    Promise.all([
      client.set(`s:${i}`, `${i}`),
      client.incrBy(`s:${i}`, 5),
      client.rPush(`l:${i}`, ["a", "b"]),
      client.lRange(`l:${i}`, 0, -1),
      client.hSet(`h:${i}`, { f: i, g: 2 }),
      client.hmGet(`h:${i}`, ["f", "none"]),
      client.sAdd(`set:${i}`, ["x", "y", "x"]),
      client.smIsMember(`set:${i}`, ["x", "z"]),
      client.zAdd(`z:${i}`, [{ score: 1.5, value: "one" }, { score: -Infinity, value: "two" }]),
      client.zRangeWithScores(`z:${i}`, 0, -1),
      client.zScore(`z:${i}`, "none"),
      client.xAdd(`x:${i}`, `${i + 1}-*`, { f: "v" }),
      client.type(`z:${i}`),
      client.get("none"),
    ]));
  const replies: unknown = JSON.parse(JSON.stringify(await Promise.all(work)));
  assertEquals(
    replies,
    work.map((_, i) => [
      "OK",
      i + 5,
      2,
      ["a", "b"],
      2,
      [`${i}`, null],
      2,
      // This one is integers with either protocol, and the package leaves it so.
      [1, 0],
      2,
      // JSON has no infinity.
      [{ value: "two", score: null }, { value: "one", score: 1.5 }],
      null,
      `${i + 1}-0`,
      "zset",
      null,
    ]),
  );
});

topic.nodeRedis("large values of all bytes", async ({ client }) => {
  const raw = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  for (const size of [0, 1, 4096, 65_536, 3_000_000]) {
    const bytes = Buffer.from(binary(size));
    await raw.flushAll();
    await raw.set("k", bytes);
    await raw.hSet("h", "f", bytes);
    await raw.lPush("l", bytes);
    assert((await raw.get("k"))?.equals(bytes), `${size}`);
    assert((await raw.hGet("h", "f"))?.equals(bytes), `${size}`);
    assert((await raw.lRange("l", 0, -1))[0].equals(bytes), `${size}`);
    const many = await Promise.all(Array.from({ length: 5 }, () => raw.get("k")));
    assert(many.every((one) => one?.equals(bytes)), `${size}`);
  }
});
