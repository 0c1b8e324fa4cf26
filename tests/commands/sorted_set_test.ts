/**
 * What of the sorted set commands a case beside a real server cannot tell: what they journal and
 * announce, and results over many random sorted sets.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { setCommands } from "../../src/commands/set/mod.ts";
import { sortedSetCommands } from "../../src/commands/sorted_set/mod.ts";
import type { ClientConnection } from "../../src/session/client.ts";
import { DoubleReply, NO_REPLY, type Reply } from "../../src/resp/reply.ts";
import { ZSetValue } from "../../src/values/zset.ts";
import { mulberry32, type Prng } from "../support/prng.ts";
import { Probe } from "./probe.ts";

/** A reply with the numbers of its doubles. */
function plain(reply: Reply): unknown {
  if (reply instanceof DoubleReply) return reply.value;
  return Array.isArray(reply) ? reply.map(plain) : reply;
}

/** As much of a connection as a blocked client needs; it keeps what is sent to it. */
function connection(sent: Reply[]): ClientConnection {
  const used: Pick<ClientConnection, "send" | "resume"> = {
    send: (reply) => void sent.push(reply),
    resume() {},
  };
  return used as ClientConnection;
}

Deno.test("sorted set commands journal themselves and announce their events", () => {
  const server = new Probe(sortedSetCommands);
  for (
    const line of [
      "ZADD k 1 a 2 b",
      "ZADD k CH 5 a 2 b",
      "ZADD k 5 a",
      "ZADD k XX 1 q",
      "ZADD k INCR 1 a",
      "ZINCRBY k 2 a",
      "ZINCRBY k 0 a",
      "ZREM k a x",
      "ZREM k b",
    ]
  ) server.run(line);
  assertEquals(server.takeEvents(), [
    "new 0:k",
    "zadd 0:k",
    "zadd 0:k",
    "zincr 0:k",
    "zincr 0:k",
    "zrem 0:k",
    "zrem 0:k",
    "del 0:k",
  ]);
  assertEquals(server.takeEffects(), [
    "0: ZADD k 1 a 2 b",
    "0: ZADD k CH 5 a 2 b",
    "0: ZADD k INCR 1 a",
    "0: ZINCRBY k 2 a",
    "0: ZREM k a x",
    "0: ZREM k b",
  ]);
  assertEquals(server.keyspace.changes, 7);
});

Deno.test("ranges that are removed, and results that are stored or empty, announce events", () => {
  const server = new Probe(sortedSetCommands);
  server.setUp("ZADD k 1 a 2 b 3 c 4 d", "ZADD j 1 a 2 b");
  server.run("ZREMRANGEBYSCORE k 1 1");
  server.run("ZREMRANGEBYSCORE k 1 1");
  server.run("ZREMRANGEBYRANK k 0 0");
  server.run("ZREMRANGEBYLEX k - +");
  assertEquals(server.takeEvents(), [
    "zremrangebyscore 0:k",
    "zremrangebyrank 0:k",
    "zremrangebylex 0:k",
    "del 0:k",
  ]);
  assertEquals(server.takeEffects().length, 3);
  server.run("ZUNIONSTORE d 1 j");
  server.run("ZINTERSTORE d 1 j");
  server.run("ZDIFFSTORE d 1 j");
  server.run("ZRANGESTORE d j 0 -1");
  server.run("ZRANGESTORE d j 7 8");
  server.run("ZUNIONSTORE d 1 nokey");
  server.run("ZINTERSTORE j 1 nokey");
  assertEquals(server.takeEvents(), [
    "new 0:d",
    "zunionstore 0:d",
    "zinterstore 0:d",
    "zdiffstore 0:d",
    "zrangestore 0:d",
    "del 0:d",
    "keymiss 0:nokey",
    "keymiss 0:nokey",
    "del 0:j",
  ]);
  assertEquals(server.takeEffects().length, 6);
});

Deno.test("whatever takes entries off leaves as ZPOPMIN or ZPOPMAX", () => {
  const server = new Probe(sortedSetCommands);
  server.setUp("ZADD k 1 a 2 b 3 c 4 d 5 e 6 f 7 g 8 h 9 i");
  server.run("ZPOPMIN k");
  server.run("ZPOPMAX k 2");
  server.run("ZPOPMIN k 0");
  server.run("BZPOPMIN nokey k 0");
  server.run("BZPOPMAX k 0");
  server.run("BZMPOP 0 2 nokey k MAX COUNT 2");
  server.run("ZMPOP 2 nokey k MIN COUNT 7");
  assertEquals(server.takeEffects(), [
    "0: ZPOPMIN k",
    "0: ZPOPMAX k 2",
    "0: ZPOPMIN k",
    "0: ZPOPMAX k",
    "0: ZPOPMAX k 2",
    "0: ZPOPMIN k 2",
  ]);
  assertEquals(server.takeEvents(), [
    "zpopmin 0:k",
    "zpopmax 0:k",
    "zpopmin 0:k",
    "zpopmax 0:k",
    "zpopmax 0:k",
    "zpopmin 0:k",
    "del 0:k",
  ]);
});

Deno.test("a client that waited is served behind the command that it waited for", () => {
  const server = new Probe(sortedSetCommands);
  const sent: Reply[] = [];
  const waiting = server.createClient(connection(sent));
  assertEquals(server.execute(waiting, ["BZMPOP", "0", "1", "k", "MAX", "COUNT", "2"]), NO_REPLY);
  server.run("ZADD k 1 a 2 b 3 c");
  assertEquals(sent.map(plain), [["k", [["c", 3], ["b", 2]]]]);
  assertEquals(server.takeEffects(), ["0: ZADD k 1 a 2 b 3 c", "0: ZPOPMAX k 2"]);
  assertEquals(server.execute(waiting, ["BZPOPMIN", "j", "1"]), NO_REPLY);
  server.run("ZINCRBY j 5 x");
  assertEquals(sent.map(plain).slice(1), [["j", "x", 5]]);
  assertEquals(server.takeEffects(), ["0: ZINCRBY j 5 x", "0: ZPOPMIN j"]);
  assertEquals(server.execute(waiting, ["BZPOPMAX", "j", "1"]), NO_REPLY);
  server.clock.advance(1001);
  assertEquals(sent.length, 3);
  assertEquals(server.takeEffects(), []);
});

/** A random sorted set or set, as its model. */
type Model = Map<string, number>;

/** Fill a key at random; scores are such that every sum of them is exact. */
function fill(server: Probe, key: string, random: Prng): Model {
  const model: Model = new Map();
  const asSet = random.int(4) === 0;
  const count = random.int(2) === 0 ? random.int(12) : random.int(400);
  for (let i = 0; i < count; i++) {
    const member = `m${random.int(count * 2)}`;
    const score = asSet ? 1 : random.int(64) / 8 - 4;
    model.set(member, score);
    if (asSet) server.send("SADD", key, member);
    else server.send("ZADD", key, `${score}`, member);
  }
  return model;
}

/** Entries by score and member, as one flat array. */
function inOrder(model: Model): unknown[] {
  return [...model].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1)).flat();
}

const AGGREGATES: Record<string, (a: number, b: number) => number> = {
  SUM: (a, b) => a + b,
  MIN: Math.min,
  MAX: Math.max,
};

Deno.test("unions, intersections and differences are those of a model", () => {
  const random = mulberry32(11);
  for (let round = 0; round < 60; round++) {
    const server = new Probe([...sortedSetCommands, ...setCommands]);
    const models = ["a", "b", "c"].map((key) => fill(server, key, random));
    const weights = models.map(() => random.int(9) - 4);
    const name = ["SUM", "MIN", "MAX"][random.int(3)];
    const aggregate = AGGREGATES[name];
    const options = ["WEIGHTS", ...weights.map(String), "AGGREGATE", name];

    const union: Model = new Map();
    models.forEach((model, i) => {
      for (const [member, score] of model) {
        const before = union.get(member);
        const weighted = weights[i] * score + 0;
        union.set(member, before === undefined ? weighted : aggregate(before, weighted));
      }
    });
    const everywhere = (member: string) => models.every((model) => model.has(member));
    const intersection = new Map([...union].filter(([member]) => everywhere(member)));
    const difference = new Map(
      [...models[0]].filter(([member]) => !models[1].has(member) && !models[2].has(member)),
    );

    const ask = (...words: string[]) => {
      const reply = plain(server.send(...words, "WITHSCORES")) as unknown[];
      return reply.map((value) => typeof value === "number" ? value + 0 : value);
    };
    assertEquals(ask("ZUNION", "3", "a", "b", "c", ...options), inOrder(union));
    assertEquals(ask("ZINTER", "3", "a", "b", "c", ...options), inOrder(intersection));
    assertEquals(ask("ZDIFF", "3", "a", "b", "c"), inOrder(difference));
    assertEquals(server.run("ZINTERCARD 3 a b c"), intersection.size);
    const limit = 1 + random.int(5);
    assertEquals(
      server.run(`ZINTERCARD 3 a b c LIMIT ${limit}`),
      Math.min(limit, intersection.size),
    );

    assertEquals(server.send("ZUNIONSTORE", "d", "3", "a", "b", "c", ...options), union.size);
    assertEquals(ask("ZRANGE", "d", "0", "-1"), inOrder(union));
    const stored = server.client.db.peek("d");
    if (union.size > 0) {
      assert(stored instanceof ZSetValue);
      assertEquals(stored.encoding, union.size <= 128 ? "listpack" : "skiplist");
    }
  }
});

Deno.test("a member picked at random can be any, and counts hold", () => {
  const server = new Probe(sortedSetCommands);
  for (const size of [5, 300]) {
    server.setUp("ZREMRANGEBYRANK k 0 -1");
    for (let i = 0; i < size; i++) server.run(`ZADD k ${i} m${i}`);
    const seen = new Set<unknown>();
    for (let i = 0; i < size * 20; i++) seen.add(server.run("ZRANDMEMBER k"));
    assertEquals(seen.size, size);
    const some = server.run("ZRANDMEMBER k 4") as string[];
    assertEquals([some.length, new Set(some).size], [4, 4]);
    assertEquals((server.run(`ZRANDMEMBER k -${size * 2}`) as string[]).length, size * 2);
    const pairs = plain(server.run("ZRANDMEMBER k -50 WITHSCORES")) as unknown[];
    for (let i = 0; i < 100; i += 2) assertEquals(pairs[i], `m${pairs[i + 1]}`);
  }
});
