/**
 * Transactions through real client packages: optimistic locking under contention, and what happens
 * to a transaction when something in it fails.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { WatchError } from "redis";
import { Topic } from "./clients.ts";

const topic = new Topic("transactions");

/** Clients that compete, and additions of each. */
const RIVALS = 8;
const ROUNDS = 10;

topic.ioredis("no addition is lost when rivals read, compute and write", async (session) => {
  const { client, connect } = session;
  let conflicts = 0;
  const rivals = Array.from({ length: RIVALS }, async () => {
    const rival = await connect();
    for (let done = 0; done < ROUNDS;) {
      await rival.watch("account");
      const now = Number(await rival.get("account") ?? 0);
      const written = await rival.multi().set("account", now + 1).rpush("log", now + 1).exec();
      if (written === null) conflicts++;
      else done++;
    }
  });
  await Promise.all(rivals);
  assertEquals(await client.get("account"), `${RIVALS * ROUNDS}`);
  const steps = Array.from({ length: RIVALS * ROUNDS }, (_, i) => `${i + 1}`);
  assertEquals(await client.lrange("log", 0, -1), steps);
  assert(conflicts > 0, "the rivals never met");
});

topic.ioredis("what WATCH sees and what it does not", async ({ client, connect }) => {
  const other = await connect();
  const outcome = async (prepare: () => Promise<unknown>, meanwhile: () => Promise<unknown>) => {
    await client.del("k", "z", "s");
    await prepare();
    await client.watch("k", "z", "s");
    await meanwhile();
    return await client.multi().ping().exec() === null ? "stopped" : "done";
  };
  const nothing = () => Promise.resolve();
  assertEquals(await outcome(nothing, nothing), "done");
  assertEquals(await outcome(nothing, () => other.set("elsewhere", "1")), "done");
  assertEquals(await outcome(nothing, () => other.sadd("s", "x")), "stopped");
  assertEquals(await outcome(() => client.set("k", "v"), () => other.get("k")), "done");
  assertEquals(await outcome(() => client.set("k", "v"), () => other.set("k", "v")), "stopped");
  assertEquals(await outcome(() => client.set("k", "v"), () => other.expire("k", 100)), "stopped");
  assertEquals(await outcome(() => client.set("k", "v"), () => other.del("none")), "done");
  assertEquals(await outcome(() => client.set("k", "v"), () => other.flushall()), "stopped");
  assertEquals(await outcome(nothing, () => other.flushall()), "done");
  assertEquals(await outcome(nothing, () => client.zadd("z", 1, "own write")), "stopped");
  const zadd = () => other.zadd("z", 1, "m");
  assertEquals(await outcome(zadd, zadd), "done");
  const unwatched = () => other.set("k", "2").then(() => client.unwatch());
  assertEquals(await outcome(nothing, unwatched), "done");
});

topic.ioredis("errors before EXEC abort, errors within do not", async ({ client }) => {
  const aborted = await client.multi({ pipeline: false }).then(async () => {
    await client.set("k", "v");
    const refusal = await client.call("GET").catch((error: Error) => error.message);
    assertEquals(refusal, "ERR wrong number of arguments for 'get' command");
    return await client.exec().catch((error: Error) => error.message);
  });
  assertEquals(aborted, "EXECABORT Transaction discarded because of previous errors.");
  assertEquals(await client.exists("k"), 0);

  const replies = await client.multi().set("k", "v").lpush("k", "x").incr("n").exec();
  assertEquals(replies?.map(([error]) => error?.message ?? null), [
    null,
    "WRONGTYPE Operation against a key holding the wrong kind of value",
    null,
  ]);
  assertEquals(await client.get("n"), "1");

  await client.multi({ pipeline: false });
  await client.set("k", "forgotten");
  await client.discard();
  assertEquals(await client.get("k"), "v");
});

topic.ioredis("a transaction runs undivided", async ({ client, connect }) => {
  const other = await connect();
  const reads: Promise<[Error | null, unknown][] | null>[] = [];
  const writes: Promise<unknown>[] = [];
  for (let i = 0; i < 200; i++) {
    writes.push(client.multi().set("a", i).set("b", i).exec());
    reads.push(other.multi().get("a").get("b").exec());
  }
  await Promise.all(writes);
  for (const reply of await Promise.all(reads)) {
    const [[, a], [, b]] = reply!;
    assertEquals(a, b);
  }
});

topic.nodeRedis("no addition is lost when rivals read, compute and write", async (session) => {
  const { client, connect } = session;
  const rivals = Array.from({ length: RIVALS }, async () => {
    const rival = await connect();
    for (let done = 0; done < ROUNDS;) {
      await rival.watch("account");
      const now = Number(await rival.get("account") ?? 0);
      try {
        await rival.multi().set("account", `${now + 1}`).exec();
        done++;
      } catch (error) {
        assert(error instanceof WatchError, `${error}`);
      }
    }
  });
  await Promise.all(rivals);
  assertEquals(await client.get("account"), `${RIVALS * ROUNDS}`);
});

topic.nodeRedis("replies of a transaction are mapped as outside of it", async ({ client }) => {
  const replies = await client.multi()
    .hSet("h", { f: "1", g: "2" })
    .hGetAll("h")
    .zAdd("z", { score: 1.5, value: "m" })
    .zScore("z", "m")
    .zRangeWithScores("z", 0, -1)
    .sAdd("s", "x")
    .sMembers("s")
    .exists("none")
    .exec();
  assertEquals(JSON.parse(JSON.stringify(replies)), [
    2,
    { f: "1", g: "2" },
    1,
    1.5,
    [{ value: "m", score: 1.5 }],
    1,
    ["x"],
    0,
  ]);
  const failing = await client.multi().set("k", "v").hGet("k", "f").exec()
    .catch((error: { errorIndexes: number[]; replies: unknown[] }) => error);
  assert(!Array.isArray(failing));
  assertEquals((failing as { errorIndexes: number[] }).errorIndexes, [1]);
});
