/**
 * The packages' iterators over SCAN, HSCAN, SSCAN and ZSCAN, on collections of either encoding, and
 * while they change.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Topic } from "./clients.ts";

const topic = new Topic("scanning");

/** Names `prefix:0` … in the order that sorting gives. */
function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}:${i}`).sort();
}

/** All items of a stream of pages. */
async function collect(pages: AsyncIterable<unknown>): Promise<string[]> {
  const items: string[] = [];
  for await (const page of pages) items.push(...page as string[]);
  return items;
}

/** A flat list of names and values as pairs, in the order of the names. */
function pairs(flat: string[]): string[][] {
  const out: string[][] = [];
  for (let i = 0; i < flat.length; i += 2) out.push(flat.slice(i, i + 2));
  return out.sort((a, b) => a[0] < b[0] ? -1 : 1);
}

topic.ioredis("streams of pages over every kind of collection", async ({ client }) => {
  for (const size of [5, 700]) {
    await client.flushall();
    const all = names("m", size);
    await client.hset("h", ...all.flatMap((name) => [name, `v${name}`]));
    await client.sadd("s", ...all);
    await client.zadd("z", ...all.flatMap((name, i) => [i / 2, name]));
    await client.mset(...all.flatMap((name) => [name, "v"]));
    const few = { count: 20 };
    assertEquals((await collect(client.scanStream({ ...few, match: "m:*" }))).sort(), all);
    assertEquals((await collect(client.scanStream({ ...few, type: "zset" }))).sort(), ["z"]);
    assertEquals((await collect(client.sscanStream("s", few))).sort(), all);
    assertEquals(
      pairs(await collect(client.hscanStream("h", few))),
      all.map((name) => [name, `v${name}`]),
    );
    assertEquals(
      pairs(await collect(client.zscanStream("z", few))),
      all.map((name, i) => [name, `${i / 2}`]),
    );
    const matching = all.filter((name) => /^m:.*4$/.test(name));
    assertEquals((await collect(client.sscanStream("s", { match: "m:*4" }))).sort(), matching);
    assertEquals(await collect(client.sscanStream("none", few)), []);
  }
});

topic.ioredis("what stays is found while all else changes", async ({ client, connect }) => {
  const other = await connect();
  const [stay, go] = [names("stay", 400), names("go", 400)];
  type Change = (name: string) => Promise<unknown>;
  const collections: [key: string, add: Change, remove: Change][] = [
    ["s", (m) => other.sadd("s", m), (m) => other.srem("s", m)],
    ["h", (m) => other.hset("h", m, "v"), (m) => other.hdel("h", m)],
    ["z", (m) => other.zadd("z", 1, m), (m) => other.zrem("z", m)],
    ["", (m) => other.set(m, "v"), (m) => other.del(m)],
  ];
  for (const [key, add, remove] of collections) {
    await Promise.all([...stay, ...go].map((name) => add(name)));
    const found = new Set<string>();
    const scan = async (cursor: string) => {
      if (key === "s") return await client.sscan(key, cursor, "COUNT", 25);
      if (key === "h") return await client.hscan(key, cursor, "COUNT", 25);
      if (key === "z") return await client.zscan(key, cursor, "COUNT", 25);
      return await client.scan(cursor, "COUNT", 25);
    };
    let cursor = "0";
    let step = 0;
    do {
      const [next, items] = await scan(cursor);
      for (const item of items) found.add(item);
      cursor = next;
      const leaving = go.slice(step * 10, step * 10 + 10);
      await Promise.all([...leaving.map(remove), ...names(`come:${step}`, 12).map(add)]);
      step++;
      assert(step < 2000, "the scan does not end");
    } while (cursor !== "0");
    assertEquals(stay.filter((name) => !found.has(name)), [], `of the scan of '${key}'`);
    await client.flushall();
  }
});

topic.nodeRedis(
  "iterators over every kind of collection",
  async ({ client }) => {
    for (const size of [5, 700]) {
      await client.flushAll();
      const all = names("m", size);
      await client.hSet("h", all.map((name) => [name, `v${name}`] as [string, string]));
      await client.sAdd("s", all);
      await client.zAdd("z", all.map((value, i) => ({ value, score: i / 2 })));
      await client.mSet(all.map((name) => [name, "v"] as [string, string]));
      const few = { COUNT: 20 };
      assertEquals((await collect(client.scanIterator({ ...few, MATCH: "m:*" }))).sort(), all);
      assertEquals(await collect(client.scanIterator({ ...few, TYPE: "hash" })), ["h"]);
      assertEquals((await collect(client.sScanIterator("s", few))).sort(), all);
      const fields = new Map<string, string>();
      for await (const page of client.hScanIterator("h", few)) {
        for (const { field, value } of page) fields.set(field, value);
      }
      assertEquals(fields, new Map(all.map((name) => [name, `v${name}`])));
      const scores = new Map<string, number>();
      for await (const page of client.zScanIterator("z", few)) {
        for (const { value, score } of page) scores.set(value, score);
      }
      assertEquals(scores, new Map(all.map((name, i) => [name, i / 2])));
    }
  },
);
