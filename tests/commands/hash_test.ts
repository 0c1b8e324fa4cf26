/**
 * What of the hash commands a case beside a real server cannot tell: what they journal and announce.
 * For the expiry of fields see `hash_expiry_test.ts`.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { hashCommands } from "../../src/commands/hash/mod.ts";
import { Probe } from "./probe.ts";

Deno.test("hash commands journal themselves and announce their events", () => {
  const server = new Probe(hashCommands);
  server.run("HSET h a 1 b 2 a 3");
  assertEquals(server.keyspace.changes, 3);
  server.run("HMSET h c 4");
  server.run("HSETNX h d 5");
  server.run("HINCRBY h a 1");
  server.run("HDEL h b c x");
  assertEquals(server.keyspace.changes, 8);
  assertEquals(server.takeEvents(), [
    "new 0:h",
    "hset 0:h",
    "hset 0:h",
    "hset 0:h",
    "hincrby 0:h",
    "hdel 0:h",
  ]);
  assertEquals(server.takeEffects(), [
    "0: HSET h a 1 b 2 a 3",
    "0: HMSET h c 4",
    "0: HSETNX h d 5",
    "0: HINCRBY h a 1",
    "0: HDEL h b c x",
  ]);
  server.run("HDEL h a d");
  assertEquals(server.takeEvents(), ["hdel 0:h", "del 0:h"]);
  assertEquals(server.takeEffects(), ["0: HDEL h a d"]);
  assertEquals(server.client.db.size, 0);
});

Deno.test("HINCRBYFLOAT leaves as HSET of the sum", () => {
  const server = new Probe(hashCommands);
  server.setUp("HSET h f 0.1");
  assertEquals(server.run("HINCRBYFLOAT h f 0.2"), "0.3");
  assertEquals(server.takeEvents(), ["hincrbyfloat 0:h"]);
  assertEquals(server.takeEffects(), ["0: HSET h f 0.3"]);
});

Deno.test("hash commands that change nothing journal nothing", () => {
  const server = new Probe(hashCommands);
  server.setUp("HSET h a x");
  const lines = [
    "HSETNX h a 2",
    "HDEL h b",
    "HDEL nokey b",
    "HINCRBY h a 1",
    "HINCRBYFLOAT h a 1",
    "HINCRBYFLOAT nokey a nan",
    "HGETALL h",
    "HPERSIST h FIELDS 1 a",
    "HEXPIRE h 10 XX FIELDS 1 a",
  ];
  for (const line of lines) server.run(line);
  assertEquals(server.takeEffects(), []);
  assertEquals(server.takeEvents().filter((event) => !event.startsWith("keymiss")), []);
  assertEquals(server.client.db.size, 1);
});

Deno.test("HRANDFIELD draws every field equally often", () => {
  for (const size of [5, 600]) {
    const server = new Probe(hashCommands);
    for (let i = 0; i < size; i++) server.run(`HSET h f${i} ${i}`);
    for (const count of [-20 * size, 1]) {
      const seen = new Map<string, number>();
      const rounds = count === 1 ? 20 * size : 1;
      for (let round = 0; round < rounds; round++) {
        for (const field of server.run(`HRANDFIELD h ${count}`) as string[]) {
          seen.set(field, (seen.get(field) ?? 0) + 1);
        }
      }
      assertEquals(seen.size, size);
      // Twenty draws each on average, with a standard deviation of about 4.5.
      assertEquals([...seen.values()].filter((n) => n > 45), []);
    }
  }
});

Deno.test("a number of draws that no array can hold is refused", () => {
  const server = new Probe(hashCommands);
  server.setUp("HSET h a 1");
  assertEquals(server.run("HRANDFIELD h -100000000"), "-ERR value is out of range");
});

Deno.test("HSCAN gives names alone with NOVALUES, wherever that stands", () => {
  const server = new Probe(hashCommands);
  server.setUp("HSET h aa 1 ab 2 b 3");
  assertEquals(server.run("HSCAN h 0 NOVALUES"), ["0", ["aa", "ab", "b"]]);
  assertEquals(server.run("HSCAN h 0 novalues MATCH a*"), ["0", ["aa", "ab"]]);
  assertEquals(server.run("HSCAN h 0 MATCH a* NOVALUES COUNT 5"), ["0", ["aa", "ab"]]);
  assertEquals(server.run("HSCAN h 0 MATCH NOVALUES"), ["0", []]);
  assertEquals(
    server.run("HSCAN h 0 COUNT NOVALUES"),
    "-ERR value is not an integer or out of range",
  );
  assertEquals(server.run("HSCAN h 0 NOVALUES MATCH"), "-ERR syntax error");
});
