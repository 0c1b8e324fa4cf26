/**
 * OBJECT ENCODING side by side with a real server, where Redis 7.0 and 7.2 agree: hashes, and sets
 * of integers (7.0 has no listpack sets). Random limits, random data.
 */

import { assertEquals } from "@std/assert";
import { mulberry32 } from "../support/prng.ts";
import type { RawClient } from "../support/raw_client.ts";
import { findRedisServer, startRedis } from "../support/servers.ts";
import { HashValue } from "../../src/values/hash.ts";
import { defaultLimits } from "../../src/values/limits.ts";
import { SetValue } from "../../src/values/set.ts";

const missing = findRedisServer() === undefined;
const ignored = missing ? " (ignored: no redis-server on PATH)" : "";

async function encodingOf(client: RawClient): Promise<string> {
  const reply = await client.call("OBJECT", "ENCODING", "key");
  return reply.split("\r\n")[1] ?? reply;
}

async function bulks(client: RawClient, ...words: string[]): Promise<string[]> {
  const lines = (await client.call(...words)).split("\r\n");
  return lines.slice(1, -1).filter((_, i) => i % 2 === 1);
}

Deno.test({
  name: `encodings: hashes as in a real server, order included${ignored}`,
  ignore: missing,
  async fn() {
    await using server = await startRedis();
    const client = await server.connect();
    const prng = mulberry32(21);
    for (let round = 0; round < 12; round++) {
      const limits = defaultLimits();
      limits.hashMaxListpackEntries = 2 + prng.int(40);
      limits.hashMaxListpackValue = 5 + prng.int(30);
      await client.call(
        ...["CONFIG", "SET", "hash-max-listpack-entries", `${limits.hashMaxListpackEntries}`],
        ...["hash-max-listpack-value", `${limits.hashMaxListpackValue}`],
      );
      await client.call("DEL", "key");
      const hash = new HashValue();
      for (let i = 0; i < 120; i++) {
        const field = `f${prng.int(45)}`;
        if (prng.int(3) > 0) {
          const value = prng.int(30) === 0 ? "x".repeat(prng.int(40)) : String(prng.int(1e6));
          hash.reserve([field, value], 0, limits);
          hash.set(field, value, limits);
          await client.call("HSET", "key", field, value);
        } else {
          hash.delete(field);
          await client.call("HDEL", "key", field);
          if (hash.size === 0) break;
        }
        const encoding = hash.encoding;
        assertEquals(encoding, await encodingOf(client), `round ${round}, edit ${i}`);
        if (encoding === "listpack") {
          assertEquals(hash.toFlat(), await bulks(client, "HGETALL", "key"));
        }
      }
    }
    await client.close();
  },
});

Deno.test({
  name: `encodings: sets of integers as in a real server, order included${ignored}`,
  ignore: missing,
  async fn() {
    await using server = await startRedis();
    const client = await server.connect();
    const prng = mulberry32(22);
    for (let round = 0; round < 12; round++) {
      const limits = defaultLimits();
      limits.setMaxIntsetEntries = 2 + prng.int(60);
      await client.call("CONFIG", "SET", "set-max-intset-entries", `${limits.setMaxIntsetEntries}`);
      await client.call("DEL", "key");
      const set = new SetValue();
      for (let i = 0; i < 120; i++) {
        const digits = prng.int(10) === 0 ? 18 : prng.int(6);
        const big = BigInt(prng.int(10 ** Math.min(digits, 9))) * BigInt(prng.int(1e9));
        const member = digits === 18
          ? String(big * (prng.int(2) === 0 ? 9n : -9n))
          : String(prng.int(80) - 40);
        if (prng.int(4) > 0) {
          set.add(member, limits);
          await client.call("SADD", "key", member);
        } else {
          set.delete(member);
          await client.call("SREM", "key", member);
          if (set.size === 0) break;
        }
        const encoding = set.encoding;
        assertEquals(encoding, await encodingOf(client), `round ${round}, edit ${i}: ${member}`);
        if (encoding === "intset") {
          assertEquals(set.toArray(), await bulks(client, "SMEMBERS", "key"));
        }
      }
    }
    await client.close();
  },
});
