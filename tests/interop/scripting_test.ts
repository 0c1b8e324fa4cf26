/**
 * Scripts and functions through real client packages: commands of an application's own, job queues,
 * locks and limits.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Queue, QueueEvents, Worker } from "bullmq";
import { Redis } from "ioredis";
import { RateLimiterRedis } from "rate-limiter-flexible";
import { createClient, defineScript } from "redis";
import Redlock from "redlock";
import { Topic } from "./clients.ts";

const topic = new Topic("scripting");

/** Sets a field and counts how often that was done. */
const SET_COUNTED = `
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  return {redis.call('HINCRBY', KEYS[1], 'count', 1), redis.call('HGET', KEYS[1], ARGV[1])}`;

/** What is new in these clients is not in their types. */
type Extended = Record<string, (...args: unknown[]) => Promise<unknown>>;

topic.ioredis("defineCommand, alone and in a pipeline", async ({ client }) => {
  client.defineCommand("setcounted", { numberOfKeys: 1, lua: SET_COUNTED });
  const extended = client as unknown as Extended;
  assertEquals(await extended.setcounted("h", "a", "x"), [1, "x"]);
  // The server forgets the script: the package sends it again.
  await client.script("FLUSH");
  assertEquals(await extended.setcounted("h", "b", "y"), [2, "y"]);
  const pipeline = client.pipeline();
  const calls = pipeline as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (let i = 0; i < 50; i++) calls.setcounted("h", "f", `${i}`);
  const replies = await pipeline.exec();
  assertEquals(replies!.at(-1), [null, [52, "49"]]);
  const failing = client.eval("return redis.call('INCR', KEYS[1])", 1, "h");
  await assertRejects(() => failing, Error, "WRONGTYPE");
});

topic.nodeRedis("defineScript and functions", async ({ server, protocol }) => {
  const client = createClient({
    url: `redis://127.0.0.1:${server.port}`,
    RESP: protocol,
    scripts: {
      add: defineScript({
        SCRIPT: "return redis.call('INCRBY', KEYS[1], ARGV[1])",
        NUMBER_OF_KEYS: 1,
        parseCommand(parser, key: string, by: number) {
          parser.pushKey(key);
          parser.push(`${by}`);
        },
        transformReply: (reply: unknown) => Number(reply),
      }),
    },
  });
  client.on("error", () => {});
  await client.connect();
  try {
    assertEquals(await client.add("n", 5), 5);
    assertEquals(await client.add("n", 2), 7);
    const code = "#!lua name=sums\nredis.register_function('sum', function(keys, args) " +
      "local n = 0 for _, key in ipairs(keys) do n = n + (redis.call('GET', key) or 0) end " +
      "return n end)";
    assertEquals(await client.functionLoad(code, { REPLACE: true }), "sums");
    await client.set("m", "10");
    assertEquals(await client.fCall("sum", { keys: ["n", "m"], arguments: [] }), 17);
    const list = await client.functionList();
    assertEquals(list[0].library_name, "sums");
    assertEquals(await client.functionDelete("sums"), "OK");
  } finally {
    client.destroy();
  }
});

topic.ioredis("bullmq: jobs, a delayed one, retries and a rate limit", async ({ server }) => {
  const connection = { host: "127.0.0.1", port: server.port, maxRetriesPerRequest: null };
  const queue = new Queue("work", { connection });
  const events = new QueueEvents("work", { connection });
  const seen: string[] = [];
  let attempts = 0;
  const worker = new Worker("work", (job) => {
    seen.push(job.name);
    if (job.name === "flaky" && ++attempts < 3) throw new Error("not yet");
    return Promise.resolve({ doubled: job.data.n * 2 });
  }, { connection, limiter: { max: 5, duration: 100 } });
  try {
    await events.waitUntilReady();
    const begun = performance.now();
    const jobs = await queue.addBulk([
      { name: "later", data: { n: 1 }, opts: { delay: 200 } },
      { name: "flaky", data: { n: 2 }, opts: { attempts: 3, backoff: 10 } },
      ...Array.from({ length: 12 }, (_, n) => ({ name: "plain", data: { n } })),
    ]);
    const results = await Promise.all(jobs.map((job) => job.waitUntilFinished(events)));
    assertEquals(results[0], { doubled: 2 });
    assertEquals(results.at(-1), { doubled: 22 });
    assertEquals(seen.length, 16);
    assertEquals(attempts, 3);
    // 16 runs, five in 100 ms at most; and the delay.
    assert(performance.now() - begun >= 200);
    const counts = await queue.getJobCounts();
    assertEquals([counts.completed, counts.failed, counts.waiting, counts.delayed], [14, 0, 0, 0]);
  } finally {
    await worker.close();
    await events.close();
    await queue.close();
  }
});

topic.ioredis("redlock: one holder at a time", async ({ client, connect }) => {
  const locks = new Redlock([client], { retryCount: 0 });
  const rivals = new Redlock([await connect()], { retryCount: 0 });
  const lock = await locks.lock("resource", 5000);
  await assertRejects(() => Promise.resolve(rivals.lock("resource", 5000)));
  await lock.extend(6000);
  await lock.unlock();
  const other = await rivals.lock("resource", 5000);
  await other.unlock();
  assertEquals(await client.exists("resource"), 0);
});

topic.ioredis("rate-limiter-flexible: points in a time", async ({ client, connect }) => {
  const options = { keyPrefix: "limit", points: 3, duration: 60 };
  const one = new RateLimiterRedis({ ...options, storeClient: client });
  const two = new RateLimiterRedis({ ...options, storeClient: await connect() as Redis });
  assertEquals((await one.consume("user")).remainingPoints, 2);
  assertEquals((await two.consume("user")).remainingPoints, 1);
  assertEquals((await one.consume("user")).remainingPoints, 0);
  const refused = await two.consume("user").then(() => null, (reason) => reason);
  assert(refused.msBeforeNext > 50_000, "it was not refused");
});
