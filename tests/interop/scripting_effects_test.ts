/**
 * What slow scripts leave for the append-only file and for those that wait.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Topic } from "./clients.ts";

const topic = new Topic("effects of slow scripts");

const SLOW = `redis.call('INCR', KEYS[1]) for i = 1, 10000000 do end
  return redis.call('INCR', KEYS[1])`;

topic.ioredis("a transaction with them, and what follows it, is loaded again", async (session) => {
  const { client } = session;
  await client.config("SET", "appendonly", "yes");
  await client.config("SET", "busy-reply-threshold", "10");
  const replies = await client.multi().set("a", 1).eval(SLOW, 1, "a").incr("a").exec();
  assertEquals(replies!.map(([, reply]) => reply), ["OK", 3, 4]);
  await client.incr("b");
  assertEquals(await client.eval(SLOW, 1, "a"), 6);
  await client.call("DEBUG", "LOADAOF");
  assertEquals(await client.mget("a", "b"), ["6", "1"]);
});
