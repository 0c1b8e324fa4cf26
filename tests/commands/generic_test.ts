/**
 * What of the generic commands a case beside a real server cannot tell: what they journal and
 * announce, access clocks, and times at a clock that stands still.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { genericCommands } from "../../src/commands/generic/mod.ts";
import { parseDeadline, parseExpireTime } from "../../src/commands/expire_time.ts";
import { ListValue } from "../../src/values/list.ts";
import { SetValue } from "../../src/values/set.ts";
import { mulberry32 } from "../support/prng.ts";
import { NOW, Probe } from "./probe.ts";

/** A probe with the generic commands alone. */
class GenericProbe extends Probe {
  constructor() {
    super(genericCommands);
  }

  /** Put values in place, leaving no trace of it. */
  fill(...pairs: [key: string, value: string][]): void {
    for (const [key, value] of pairs) this.client.db.add(key, value);
    this.events.length = 0;
  }
}

Deno.test("expiry leaves as PEXPIREAT, and as DEL or UNLINK once it has passed", () => {
  const server = new GenericProbe();
  server.fill(["a", "1"], ["b", "2"], ["c", "3"], ["d", "4"]);
  assertEquals(server.run("EXPIRE a 100"), 1);
  assertEquals(server.run("PEXPIRE b 100 NX"), 1);
  assertEquals(server.run("EXPIREAT a 1800000000"), 1);
  assertEquals(server.run("PEXPIREAT b 1800000000001 XX"), 1);
  assertEquals(server.run("PEXPIREAT b 1800000000000 GT"), 0);
  assertEquals(server.takeEffects(), [
    `0: PEXPIREAT a ${NOW + 100_000}`,
    `0: PEXPIREAT b ${NOW + 100} NX`,
    "0: PEXPIREAT a 1800000000000",
    "0: PEXPIREAT b 1800000000001 XX",
  ]);
  assertEquals(server.takeEvents(), ["expire 0:a", "expire 0:b", "expire 0:a", "expire 0:b"]);
  assertEquals(server.run("EXPIRE a 0"), 1);
  server.config.setMany([["lazyfree-lazy-expire", "yes"]]);
  assertEquals(server.run("PEXPIREAT b 1"), 1);
  assertEquals(server.takeEffects(), ["0: DEL a", "0: UNLINK b"]);
  assertEquals(server.takeEvents(), ["del 0:a", "del 0:b"]);
  assertEquals(server.run("PEXPIREAT c 9223372036854775807"), 1);
  assertEquals(server.run("EXPIREAT d 9223372036854775"), 1);
  assertEquals(server.takeEffects(), [
    "0: PEXPIREAT c 9223372036854775807",
    "0: PEXPIREAT d 9223372036854774784",
  ]);
  assertEquals(server.run("PERSIST c"), 1);
  assertEquals(server.run("PERSIST c"), 0);
  assertEquals(server.takeEffects(), ["0: PERSIST c"]);
});

Deno.test("while keys wait for their DEL, a time that has passed is set and not acted on", () => {
  const server = new GenericProbe();
  server.fill(["a", "1"]);
  server.keyspace.hideExpired("test", true);
  assertEquals(server.run("EXPIRE a -5"), 1);
  assertEquals(server.client.db.size, 1);
  assertEquals(server.run("EXISTS a"), 0);
  assertEquals(server.takeEffects(), [`0: PEXPIREAT a ${NOW - 5000}`]);
});

Deno.test("a key is there until the millisecond of its expiry is over", () => {
  const server = new GenericProbe();
  server.fill(["a", "1"]);
  server.run("PEXPIRE a 1500");
  assertEquals([server.run("TTL a"), server.run("PTTL a")], [2, 1500]);
  server.clock.advance(1001);
  assertEquals([server.run("TTL a"), server.run("PTTL a")], [0, 499]);
  server.clock.advance(499);
  assertEquals([server.run("PTTL a"), server.run("EXISTS a")], [0, 1]);
  server.clock.advance(1);
  assertEquals([server.run("PTTL a"), server.run("EXISTS a")], [-2, 0]);
  assertEquals(server.takeEffects().slice(1), ["0: DEL a"]);
});

Deno.test("renaming, copying and moving announce both ends and journal themselves", () => {
  const server = new GenericProbe();
  server.fill(["a", "1"], ["b", "2"]);
  server.run("EXPIRE a 100");
  server.takeEvents();
  server.takeEffects();
  server.run("RENAME a b");
  assertEquals(server.takeEvents(), ["new 0:b", "rename_from 0:a", "rename_to 0:b"]);
  server.run("COPY b c DB 3");
  assertEquals(server.takeEvents(), ["new 3:c", "copy_to 3:c"]);
  server.run("MOVE b 2");
  assertEquals(server.takeEvents(), ["new 2:b", "move_from 0:b", "move_to 2:b"]);
  assertEquals(server.takeEffects(), ["0: RENAME a b", "0: COPY b c DB 3", "0: MOVE b 2"]);
  const [first, , second, third] = server.keyspace.databases;
  assertEquals([first.size, second.size, third.size], [0, 1, 1]);
  assertEquals([second.expireAt("b"), third.expireAt("c")], [NOW + 100_000, NOW + 100_000]);
  assertEquals(server.keyspace.changes, 4);
});

Deno.test("what changes nothing journals nothing", () => {
  const server = new GenericProbe();
  server.fill(["a", "1"], ["b", "2"]);
  const nothing = [
    "RENAME a a",
    "RENAMENX a b",
    "COPY a b",
    "MOVE x 1",
    "EXPIRE a 10 XX",
    "PERSIST a",
    "DEL x y",
    "SORT x STORE y",
    "TOUCH a",
  ];
  for (const line of nothing) server.run(line);
  assertEquals(server.takeEffects(), []);
  assertEquals(server.keyspace.changes, 0);
});

Deno.test("a moved value keeps its frequency, a copy begins anew", () => {
  const server = new GenericProbe();
  server.keyspace.access.lfu = true;
  server.keyspace.access.logFactor = 0;
  server.fill(["a", "1"]);
  for (let i = 0; i < 20; i++) server.run("TOUCH a");
  assertEquals(server.run("OBJECT FREQ a"), 25);
  server.run("EXISTS a");
  server.run("TTL a");
  server.run("TYPE a");
  assertEquals(server.run("OBJECT FREQ a"), 25);
  server.run("COPY a b");
  assertEquals(server.run("OBJECT FREQ b"), 5);
  server.run("RENAME a c");
  assertEquals(server.run("OBJECT FREQ c"), 27); // The copy and the renaming were accesses.
  server.run("MOVE c 1");
  server.client.select(1);
  assertEquals(server.run("OBJECT FREQ c"), 28);
});

Deno.test("a look counts hits and misses; OBJECT does not announce a miss", () => {
  const server = new GenericProbe();
  server.fill(["a", "1"]);
  server.run("EXISTS a x");
  server.run("TTL x");
  server.run("TYPE x");
  server.run("OBJECT ENCODING x");
  assertEquals(server.takeEvents(), ["keymiss 0:x", "keymiss 0:x", "keymiss 0:x"]);
  assertEquals(server.keyspace.stats.hits, 1);
  assertEquals(server.keyspace.stats.misses, 4);
});

Deno.test("OBJECT IDLETIME counts from the last use", () => {
  const server = new GenericProbe();
  server.fill(["a", "1"]);
  server.clock.advance(7000);
  server.run("EXISTS a");
  assertEquals(server.run("OBJECT IDLETIME a"), 7);
  server.run("TOUCH a");
  assertEquals(server.run("OBJECT IDLETIME a"), 0);
});

Deno.test("SORT … STORE puts a list in place and announces it", () => {
  const server = new GenericProbe();
  const { db } = server.client;
  db.add("l", ListValue.from(["3", "1", "2"], server.keyspace.limits));
  server.fill(["d", "old"]);
  server.run("EXPIRE d 100");
  server.takeEvents();
  server.takeEffects();
  assertEquals(server.run("SORT l STORE d"), 3);
  assertEquals(server.run("TTL d"), -1);
  const stored = db.peek("d");
  assert(stored instanceof ListValue);
  assertEquals([...stored], ["1", "2", "3"]);
  assertEquals(server.keyspace.changes, 4);
  assertEquals(server.run("SORT l LIMIT 5 1 STORE d"), 0);
  assertEquals(server.takeEvents(), ["sortstore 0:d", "del 0:d"]);
  assertEquals(server.takeEffects(), ["0: SORT l STORE d", "0: SORT l LIMIT 5 1 STORE d"]);
});

Deno.test("SORT orders numbers like a model, with any limits", () => {
  const server = new GenericProbe();
  const { limits } = server.keyspace;
  const random = mulberry32(7);
  for (let round = 0; round < 200; round++) {
    const size = 1 + random.int(40);
    const items = Array.from({ length: size }, () => `${random.int(30) - 15}`);
    const unique = [...new Set(items)];
    const asSet = random.int(2) === 0;
    const { db } = server.client;
    db.delete("k");
    if (asSet) {
      const set = SetValue.create(unique[0], unique.length, limits);
      for (const item of unique) set.add(item, limits);
      db.add("k", set);
    } else {
      db.add("k", ListValue.from(items, limits));
    }
    const offset = random.int(size + 6) - 3;
    const count = random.int(size + 4) - 2;
    const down = random.int(2) === 0;
    const model = (asSet ? unique : items).map(Number).sort((a, b) => down ? b - a : a - b)
      .slice(Math.max(0, offset), count < 0 ? undefined : Math.max(0, offset) + count);
    assertEquals(
      server.run(`SORT k LIMIT ${offset} ${count} ${down ? "DESC" : "ASC"}`),
      model.map(String),
    );
  }
});

Deno.test("the keys of SORT are the one to sort and the last STORE", () => {
  const sort = genericCommands.find((command) => command.name === "sort");
  const find = (line: string) => sort?.spec.getKeys?.(line.split(" "))?.map(({ index }) => index);
  assertEquals(find("SORT k"), [1]);
  assertEquals(find("SORT k BY store GET store STORE d"), [1, 7]);
  assertEquals(find("SORT k STORE a LIMIT store store STORE b"), [1, 8]);
  assertEquals(find("SORT k STORE"), [1]);
});

Deno.test("expire times at the edge of 64 bits", () => {
  const { clock } = new GenericProbe();
  const limit = (2n ** 63n - 1n - BigInt(NOW)) / 1000n;
  const over = { name: "RedisError", message: "ERR invalid expire time in 'set' command" };
  const attempt = (text: string, unit: "s" | "ms", relative: boolean, positive = true) => {
    const parse = positive ? parseExpireTime : parseDeadline;
    try {
      return parse({ clock }, text, unit, relative, "set");
    } catch (error) {
      assert(error instanceof Error);
      return { name: error.name, message: error.message };
    }
  };
  assertEquals(attempt("10", "s", true), NOW + 10_000);
  assertEquals(attempt("10", "ms", false), 10);
  assertEquals(attempt("0", "s", true), over);
  assertEquals(attempt("-1", "ms", false), over);
  assertEquals(attempt(`${limit}`, "s", true), Number(limit * 1000n + BigInt(NOW)));
  assertEquals(attempt(`${limit + 1n}`, "s", true), over);
  assertEquals(attempt("9223372036854775807", "ms", true), over);
  assertEquals(attempt("9223372036854775807", "ms", false), 2 ** 63);
  assertEquals(attempt("-9223372036854775808", "ms", true, false), NOW - 2 ** 63);
  assertEquals(attempt("-9223372036854776", "s", true, false), over);
  assertEquals(attempt("-1", "s", false, false), -1000);
  assertEquals(
    attempt("9223372036854775808", "ms", false),
    { name: "RedisError", message: "ERR value is not an integer or out of range" },
  );
});

Deno.test("a walk with SCAN sees every key that stays, while others come and go", () => {
  const server = new GenericProbe();
  const random = mulberry32(3);
  server.fill(...Array.from({ length: 300 }, (_, i): [string, string] => [`stay${i}`, "v"]));
  const seen = new Set<string>();
  let cursor = "0";
  do {
    const reply = server.run(`SCAN ${cursor} COUNT ${1 + random.int(20)} MATCH stay*`);
    assert(Array.isArray(reply) && Array.isArray(reply[1]));
    for (const name of reply[1]) seen.add(String(name));
    cursor = String(reply[0]);
    for (let i = 0; i < 20; i++) {
      const name = `other${random.int(200)}`;
      if (!server.client.db.delete(name)) server.client.db.add(name, "v");
    }
  } while (cursor !== "0");
  assertEquals(seen.size, 300);
});
