/**
 * What of the set commands a case beside a real server cannot tell: what they journal and announce,
 * the encodings of Redis 7.2, and the results over many random sets.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { setCommands } from "../../src/commands/set/mod.ts";
import { SetValue } from "../../src/values/set.ts";
import { mulberry32 } from "../support/prng.ts";
import { Probe } from "./probe.ts";

/** The encoding of the set at a key. */
function encoding(server: Probe, key: string): string | null {
  const value = server.client.db.peek(key);
  return value instanceof SetValue ? value.encoding : null;
}

function members(server: Probe, key: string): string[] {
  return (server.run(`SMEMBERS ${key}`) as string[]).slice().sort();
}

Deno.test("set commands journal themselves and announce their events", () => {
  const server = new Probe(setCommands);
  server.run("SADD a x y z x");
  server.run("SADD b z");
  server.run("SREM a x q");
  server.run("SMOVE a c y");
  server.run("SMOVE a b z");
  assertEquals(server.takeEvents(), [
    "new 0:a",
    "sadd 0:a",
    "new 0:b",
    "sadd 0:b",
    "srem 0:a",
    "srem 0:a",
    "new 0:c",
    "sadd 0:c",
    "srem 0:a",
    "del 0:a",
  ]);
  assertEquals(server.takeEffects(), [
    "0: SADD a x y z x",
    "0: SADD b z",
    "0: SREM a x q",
    "0: SMOVE a c y",
    "0: SMOVE a b z",
  ]);
  assertEquals(server.keyspace.changes, 8);
  server.run("SUNIONSTORE d b c");
  server.run("SINTERSTORE e b d");
  server.run("SDIFFSTORE f d b");
  server.run("SINTERSTORE e b c");
  server.run("SINTERSTORE e b c");
  assertEquals(server.takeEvents(), [
    "new 0:d",
    "sunionstore 0:d",
    "new 0:e",
    "sinterstore 0:e",
    "new 0:f",
    "sdiffstore 0:f",
    "del 0:e",
  ]);
  assertEquals(server.takeEffects().length, 4);
  assertEquals(server.keyspace.changes, 12);
});

Deno.test("SPOP leaves as SREM of what it took, and as DEL or UNLINK when it took all", () => {
  const server = new Probe(setCommands);
  server.setUp("SADD s a b c d e");
  const first = server.run("SPOP s");
  assertEquals(server.takeEffects(), [`0: SREM s ${first}`]);
  const more = server.run("SPOP s 2") as string[];
  assertEquals(server.takeEffects(), [`0: SREM s ${more.join(" ")}`]);
  assertEquals(server.takeEvents(), ["spop 0:s", "spop 0:s"]);
  assertEquals(server.keyspace.changes, 8);
  server.run("SPOP s 2");
  assertEquals(server.takeEffects(), ["0: DEL s"]);
  assertEquals(server.takeEvents(), ["spop 0:s", "del 0:s"]);
  server.config.setMany([["lazyfree-lazy-server-del", "yes"]]);
  server.setUp("SADD s a");
  server.run("SPOP s 2");
  assertEquals(server.takeEffects(), ["0: UNLINK s"]);
  server.setUp("SADD s a");
  server.run("SPOP s");
  assertEquals(server.takeEffects(), ["0: SREM s a"]);
  assertEquals(server.client.db.size, 0);
});

Deno.test("SPOP of very many leaves in several SREM, which name each member once", () => {
  const server = new Probe(setCommands);
  const names = Array.from({ length: 5000 }, (_, i) => `m${i}`);
  server.send("SADD", "s", ...names);
  server.takeEffects();
  const popped = server.run("SPOP s 3000") as string[];
  const effects = server.takeEffects();
  assertEquals(effects.length, 3);
  assertEquals(effects.flatMap((effect) => effect.split(" ").slice(3)), popped);
  assertEquals(new Set([...popped, ...members(server, "s")]).size, 5000);
});

Deno.test("set commands that change nothing journal nothing", () => {
  const server = new Probe(setCommands);
  server.setUp("SADD s a");
  const lines = [
    "SADD s a",
    "SREM s b",
    "SREM nokey b",
    "SMOVE s t b",
    "SMOVE s s a",
    "SPOP s 0",
    "SPOP nokey",
    "SPOP nokey 5",
    "SUNIONSTORE d nokey",
    "SINTERSTORE d s nokey",
    "SRANDMEMBER s -5",
  ];
  for (const line of lines) server.run(line);
  assertEquals(server.takeEffects(), []);
  assertEquals(server.takeEvents().filter((event) => !event.startsWith("keymiss")), []);
});

Deno.test("stored results have the encodings that 7.2 gives them", () => {
  const server = new Probe(setCommands);
  const words = Array.from({ length: 200 }, (_, i) => `w${i}`);
  const numbers = Array.from({ length: 600 }, (_, i) => `${i}`);
  server.send("SADD", "words", ...words);
  server.send("SADD", "numbers", ...numbers);
  server.setUp("SADD ints 1 2 3", "SADD mixed 1 2 x", "SADD few w1 w2 q", "SADD more 3 4");
  const cases: [line: string, encoding: string][] = [
    ["SINTERSTORE d ints mixed", "intset"],
    ["SINTERSTORE d mixed numbers", "intset"],
    ["SINTERSTORE d words few", "listpack"],
    ["SINTERSTORE d words words", "hashtable"],
    ["SINTERSTORE d numbers numbers", "hashtable"],
    ["SUNIONSTORE d ints more", "intset"],
    ["SUNIONSTORE d ints mixed", "listpack"],
    ["SUNIONSTORE d few words", "hashtable"],
    ["SUNIONSTORE d numbers", "hashtable"],
    ["SDIFFSTORE d mixed few", "listpack"],
    ["SDIFFSTORE d mixed ints few", "listpack"],
    ["SDIFFSTORE d numbers ints", "hashtable"],
    ["SDIFFSTORE d ints more", "intset"],
  ];
  for (const [line, expected] of cases) {
    server.run(line);
    assertEquals(encoding(server, "d"), expected, line);
  }
});

Deno.test("combining sets gives what a model gives, in every encoding", () => {
  const random = mulberry32(5);
  for (let round = 0; round < 400; round++) {
    const server = new Probe(setCommands);
    const count = 1 + random.int(4);
    const model = new Map<string, Set<string>>();
    const keys: string[] = [];
    for (let i = 0; i < count; i++) {
      const key = `k${random.int(5)}`;
      keys.push(key);
      if (model.has(key)) continue;
      const range = 1 + random.int(40);
      const word = random.int(3) === 0 ? "word" : "";
      const items = Array.from({ length: random.int(60) }, () => {
        return random.int(20) === 0 ? `x${random.int(range)}` : `${word}${random.int(range)}`;
      });
      model.set(key, new Set(items));
      server.keyspace.limits.setMaxListpackEntries = random.int(2) === 0 ? 4 : 128;
      if (items.length > 0) server.send("SADD", key, ...items);
    }
    const sets = keys.map((key) => model.get(key)!);
    const all = [...new Set(sets.flatMap((set) => [...set]))];
    const union = all.slice().sort();
    const inter = all.filter((item) => sets.every((set) => set.has(item))).sort();
    const diff = [...sets[0]].filter((item) => !sets.slice(1).some((set) => set.has(item))).sort();
    const line = keys.join(" ");
    for (
      const [name, expected] of [["SUNION", union], ["SINTER", inter], ["SDIFF", diff]] as const
    ) {
      assertEquals((server.run(`${name} ${line}`) as string[]).slice().sort(), expected);
      assertEquals(server.run(`${name}STORE dest ${line}`), expected.length);
      assertEquals(members(server, "dest"), expected);
    }
    const limit = random.int(10);
    assertEquals(
      server.run(`SINTERCARD ${count} ${line} LIMIT ${limit}`),
      limit === 0 ? inter.length : Math.min(limit, inter.length),
    );
    for (const key of new Set(keys)) {
      assertEquals(members(server, key), [...model.get(key)!].sort());
    }
  }
});

Deno.test("a stored result shares nothing with the sets that it came from", () => {
  const server = new Probe(setCommands);
  server.setUp("SADD a x y", "SUNIONSTORE b a", "SADD b z", "SREM b x", "SADD a w");
  assertEquals(members(server, "a"), ["w", "x", "y"]);
  assertEquals(members(server, "b"), ["y", "z"]);
});

Deno.test("SRANDMEMBER and SPOP take every member equally often", () => {
  for (const size of [6, 300]) {
    const server = new Probe(setCommands);
    const names = Array.from({ length: size }, (_, i) => `m${i}`);
    server.send("SADD", "s", ...names);
    const seen = new Map<string, number>();
    for (const name of server.run(`SRANDMEMBER s -${20 * size}`) as string[]) {
      seen.set(name, (seen.get(name) ?? 0) + 1);
    }
    for (let round = 0; round < 20 * size; round++) {
      const name = server.run("SPOP s") as string;
      seen.set(name, (seen.get(name) ?? 0) + 1);
      server.send("SADD", "s", name);
    }
    assertEquals(seen.size, size);
    // Forty times each on average, with a standard deviation of about 6.3.
    assert([...seen.values()].every((n) => n > 10 && n < 75));
  }
});

Deno.test("a number of draws that no array can hold is refused", () => {
  const server = new Probe(setCommands);
  server.setUp("SADD s a");
  assertEquals(server.run("SRANDMEMBER s -100000000"), "-ERR value is out of range");
});
