/**
 * DUMP and RESTORE between Redeno and a real server, in both directions; and where a value's bytes
 * are determined, that they are the same bytes.
 *
 * @module
 */

import { asking, valueDigests } from "../support/digest.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { mulberry32 } from "../support/prng.ts";
import type { RawClient } from "../support/raw_client.ts";
import { findRedisServer, startRedeno, startRedis } from "../support/servers.ts";

const installed = findRedisServer() !== undefined;

/** The content of a bulk string reply. */
function bulk(reply: string): string {
  assert(reply.startsWith("$"), reply.slice(0, 100));
  return reply.slice(reply.indexOf("\r\n") + 2, -2);
}

/** Commands that make one key each, whose bytes are determined. */
function packedValues(): string[][] {
  const random = mulberry32(3).next;
  const number = () => String(Math.floor((random() - 0.5) * 2 ** (random() * 53)));
  const text = (length: number) =>
    String.fromCharCode(...Array.from({ length }, () => random() * 256));
  const commands = [
    ["SET", "int8", "-128"],
    ["SET", "int16", "32767"],
    ["SET", "int32", "-2147483648"],
    ["SET", "int33", "2147483648"],
    ["SET", "notint", "007"],
    ["SET", "empty", ""],
    ["SET", "text", "a".repeat(70)],
    ["SET", "long", "x".repeat(20000)],
    ["SETRANGE", "edited", "3", "abc"],
    ["APPEND", "appended", "12"],
    ["SADD", "set16", "1", "-5", "300"],
    ["SADD", "set32", "1", "-70000"],
    ["SADD", "set64", "1", "-9223372036854775808", "9223372036854775807"],
    ["RPUSH", "l", "a", "1", "-1", "4096", "-4097", "123456789012", "9223372036854775807", ""],
    ["RPUSH", "lsizes", ...[63, 64, 120, 127, 4095, 4096].map((size) => text(size))],
    ["RPUSH", "lmany", ...Array.from({ length: 5000 }, number)],
    ["RPUSH", "ltexts", ...Array.from({ length: 300 }, (_, i) => text(i))],
    ["HSET", "h", "field", "value", "n", "12", "", "", "binary", text(64)],
    ["HSET", "hmany", ...Array.from({ length: 600 }, (_, i) => i % 2 ? number() : `f${i}`)],
    ["ZADD", "z", "1", "a", "-2.5", "b", "inf", "c", "-inf", "d", "3000000", "e", "0.1", "f"],
    ["ZADD", "zbig", ...Array.from({ length: 600 }, (_, i) => i % 2 ? `m${i}` : String(random()))],
    ["ZADD", "zlong", "1", "m".repeat(100), "2", "n"],
  ];
  for (let i = 0; i < 300; i++) commands.push(["XADD", "s", `${1000 + 3 * i}-${i}`, "f", number()]);
  return [
    ...commands,
    ["XADD", "s", "5000-0", "other", "field", "and", "more"],
    ["XDEL", "s", "1003-1", "1006-2"],
    ["XGROUP", "CREATE", "s", "g", "0"],
    ["XADD", "trimmed", "1-1", "a", "b"],
    ["XTRIM", "trimmed", "MAXLEN", "0"],
  ];
}

const looseValues = [
  ["SADD", "sl", "a", "b", "1"],
  ["SADD", "sbig", ...Array.from({ length: 600 }, (_, i) => `m${i}`)],
  ["HSET", "hbig", ...Array.from({ length: 1200 }, (_, i) => `x${i}`)],
  ["HSET", "hlong", "f", "v".repeat(100), "n", "1"],
  ["XGROUP", "CREATE", "s2", "g", "0", "MKSTREAM"],
  ["XADD", "s2", "1-1", "a", "b"],
  ["XADD", "s2", "1-2", "a", "b"],
  ["XREADGROUP", "GROUP", "g", "alice", "COUNT", "1", "STREAMS", "s2", ">"],
  ["XREADGROUP", "GROUP", "g", "bob", "COUNT", "1", "STREAMS", "s2", ">"],
  ["XGROUP", "CREATECONSUMER", "s2", "g", "carol"],
  ["XACK", "s2", "g", "1-2"],
];

async function keysOf(client: RawClient): Promise<string[]> {
  const reply = await client.call("KEYS", "*");
  return [...reply.matchAll(/\$\d+\r\n(.*)\r\n/g)].map((match) => match[1]).sort();
}

function digestOf(client: RawClient, key: string): Promise<string[]> {
  return valueDigests(asking(client), key);
}

Deno.test({
  name: `DUMP and RESTORE work with a real server both ways${
    installed ? "" : " (no redis-server)"
  }`,
  ignore: !installed,
  async fn() {
    const args = ["--rdbcompression", "no"];
    await using redis = await startRedis({ args });
    await using redeno = await startRedeno({ args: [...args, "--rdb-version", "10"] });
    await using theirs = await redis.connect();
    await using ours = await redeno.connect();
    for (const command of packedValues()) {
      assertEquals(await ours.call(...command), await theirs.call(...command));
    }
    const packed = await keysOf(ours);
    for (const key of packed) {
      const mine = bulk(await ours.call("DUMP", key));
      assertEquals(mine, bulk(await theirs.call("DUMP", key)), `DUMP ${key}`);
      assertMatch(
        await ours.call("DEBUG", "OBJECT", key),
        new RegExp(` serializedlength:${mine.length - 11} `),
      );
    }
    for (const command of looseValues) {
      await ours.call(...command);
      await theirs.call(...command);
    }
    for (const compression of ["no", "yes"]) {
      for (const client of [ours, theirs]) {
        await client.call("CONFIG", "SET", "rdbcompression", compression);
      }
      for (const key of await keysOf(theirs)) {
        const digest = await digestOf(theirs, key);
        assertEquals(await digestOf(ours, key), digest, key);
        const [mine, other] = [await ours.call("DUMP", key), await theirs.call("DUMP", key)];
        assertEquals(await theirs.call("RESTORE", "x", "0", bulk(mine), "REPLACE"), "+OK\r\n", key);
        assertEquals(await ours.call("RESTORE", "x", "0", bulk(other), "REPLACE"), "+OK\r\n", key);
        assertEquals(await digestOf(theirs, "x"), digest, key);
        assertEquals(await digestOf(ours, "x"), digest, key);
        // A string that was edited in place is "raw", its restored copy need not be.
        if (await theirs.call("TYPE", key) !== "+string\r\n") {
          const encoding = await theirs.call("OBJECT", "ENCODING", key);
          assertEquals(await theirs.call("OBJECT", "ENCODING", "x"), encoding, key);
        }
        if (key === "s2") {
          for (const what of [["XINFO", "GROUPS", "x"], ["XPENDING", "x", "g"]]) {
            assertEquals(await ours.call(...what), await theirs.call(...what));
          }
        }
        await ours.call("DEL", "x");
        await theirs.call("DEL", "x");
      }
    }
  },
});

Deno.test("DEBUG RELOAD keeps everything, and merges when asked to", async () => {
  await using server = await startRedeno();
  await using client = await server.connect();
  for (const command of [...packedValues(), ...looseValues]) await client.call(...command);
  await client.call("HEXPIRE", "h", "1000", "FIELDS", "1", "n");
  await client.call("EXPIRE", "l", "1000");
  const digest = await client.call("DEBUG", "DIGEST");
  assertEquals(await client.call("DEBUG", "RELOAD"), "+OK\r\n");
  assertEquals(await client.call("DEBUG", "DIGEST"), digest);
  assertMatch(await client.call("TTL", "l"), /^:(1000|99\d)\r\n$/);
  assertMatch(await client.call("HTTL", "h", "FIELDS", "1", "n"), /^\*1\r\n:(1000|99\d)\r\n$/);
  await client.call("SET", "new", "1");
  await client.call("SET", "text", "changed");
  assertEquals(await client.call("DEBUG", "RELOAD", "NOSAVE", "NOFLUSH", "MERGE"), "+OK\r\n");
  assertEquals(await client.call("EXISTS", "new"), ":1\r\n");
  await client.call("DEL", "new");
  assertEquals(await client.call("DEBUG", "DIGEST"), digest);
  assertEquals(
    await client.call("DEBUG", "RELOAD", "NOSAVE", "NOFLUSH"),
    "-ERR Error trying to load the RDB dump, check server logs.\r\n",
  );
  assertEquals(
    await client.call("DEBUG", "RELOAD", "FAST"),
    "-ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.\r\n",
  );
});
