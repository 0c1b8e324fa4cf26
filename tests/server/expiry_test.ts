import { assert, assertEquals } from "@std/assert";
import { ManualClock } from "../../src/clock/clock.ts";
import { encodeCommand, parseReply } from "../support/resp.ts";
import { LocalServer } from "./support.ts";
import { until } from "../support/until.ts";

Deno.test("keys and fields past their time go by themselves, within a second", async () => {
  await using local = await LocalServer.start();
  await using client = await local.connect();
  const keys = 5000;
  let requests = "";
  for (let i = 0; i < keys; i++) {
    requests += encodeCommand(["SET", `key:${i}`, "value", "PX", `${100 + i % 100}`]);
    if (i % 10 === 0) requests += encodeCommand(["SET", `stays:${i}`, "value", "EX", "1000"]);
  }
  requests += encodeCommand(["HSET", "hash", "goes", "1", "stays", "2"]);
  requests += encodeCommand(["HPEXPIRE", "hash", "150", "FIELDS", "1", "goes"]);
  requests += encodeCommand(["HSET", "empties", "goes", "1"]);
  requests += encodeCommand(["HPEXPIRE", "empties", "150", "FIELDS", "1", "goes"]);
  await client.sendRaw(requests);
  for (let i = 0; i < keys + keys / 10 + 4; i++) await client.readReply();
  const began = performance.now();
  const left = `:${keys / 10 + 1}\r\n`;
  // DBSIZE looks at no key.
  await until(async () => await client.call("DBSIZE") === left, "the keys to go");
  const took = performance.now() - began;
  assert(took < 1200, `${took} ms`);
  assertEquals(await client.call("HLEN", "hash"), ":1\r\n");
  const info = parseReply(await client.call("INFO")).text ?? "";
  assert(info.includes(`\r\nexpired_keys:${keys}\r\n`));
  assert(info.includes(`\r\ndb0:keys=${keys / 10 + 1},expires=${keys / 10},avg_ttl=`));
});

/** A clock that stands still, except that work seems to take its time. */
class BusyClock extends ManualClock {
  #looks = 0;

  override monotonic(): number {
    return this.ms + this.#looks++ * 0.1;
  }
}

Deno.test("many keys that expire at once go in steps, between which clients are served", async () => {
  const clock = new BusyClock();
  await using local = LocalServer.make({ dbfilename: "none.rdb" }, clock);
  await local.server.begin();
  const { parts } = local.server;
  const [db] = parts.keyspace.databases;
  const keys = 20_000;
  for (let i = 0; i < keys; i++) {
    db.table.setExpireAt(db.add(`key:${i}`, "value"), clock.ms + 1000);
  }
  await using client = await local.connect();
  clock.advance(1000);
  // They live through the millisecond that they expire at.
  assertEquals(db.size, keys);
  while (db.size === keys) clock.advance(1);
  let steps = 1;
  for (; db.size > 0; steps++) {
    const before = db.size;
    // In real time a client would be served here: nothing more happens before the next timer.
    assertEquals(await client.call("DBSIZE"), `:${before}\r\n`);
    clock.advance(2);
    assert(db.size < before && db.size > before - keys / 4, `${before} to ${db.size}`);
  }
  assert(steps > 4);
  assertEquals(parts.keyspace.stats.expiredKeys, keys);
  const info = parseReply(await client.call("INFO", "stats")).text ?? "";
  const reached = /\r\nexpired_time_cap_reached_count:(\d+)\r\n/.exec(info);
  assert(Number(reached?.[1]) >= steps - 1, info);
});

Deno.test("DEBUG SET-ACTIVE-EXPIRE 0 leaves keys until they are asked for", async () => {
  await using local = await LocalServer.start({ "enable-debug-command": "yes" });
  await using client = await local.connect();
  assertEquals(await client.call("DEBUG", "SET-ACTIVE-EXPIRE", "0"), "+OK\r\n");
  await client.call("SET", "a", "1", "PX", "1");
  await client.call("SET", "b", "1", "PX", "1");
  const ticks = local.server.parts.clock.ms;
  await until(() => local.server.parts.clock.ms > ticks + 250, "two ticks");
  assertEquals(await client.call("DBSIZE"), ":2\r\n");
  assertEquals(await client.call("GET", "a"), "$-1\r\n");
  assertEquals(await client.call("DBSIZE"), ":1\r\n");
  assertEquals(await client.call("DEBUG", "SET-ACTIVE-EXPIRE", "1"), "+OK\r\n");
  await until(async () => await client.call("DBSIZE") === ":0\r\n", "the other one to go");
});
