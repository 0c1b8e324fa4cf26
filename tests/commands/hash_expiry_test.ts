/**
 * The expiry of hash fields as Redis 7.4 has it: replies, errors, events, journal, and removal.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { allCommands } from "../../src/commands/mod.ts";
import { expireFieldsStep } from "../../src/keyspace/field_expire.ts";
import { loadRdbFile } from "../../src/rdb/load/load.ts";
import type { Reply } from "../../src/resp/reply.ts";
import { FIXTURES } from "../rdb/fixtures.ts";
import { mulberry32 } from "../support/prng.ts";
import { NOW, Probe } from "./probe.ts";

/** A server with a hash of fields a … f. */
function fixture(): Probe {
  const server = new Probe(allCommands);
  server.setUp("HSET h a 1 b 2 c 3 d 4 e 5 f 6");
  return server;
}

/** Let the active side remove all that is due. */
function expireAll(server: Probe): void {
  while (!expireFieldsStep(server.keyspace, 1000));
}

Deno.test("HEXPIRE and its kin answer for each field", () => {
  const server = fixture();
  assertEquals(server.run("HEXPIRE h 100 FIELDS 2 a x"), [1, -2]);
  assertEquals(server.run("HPEXPIRE h 1500 FIELDS 1 b"), [1]);
  assertEquals(server.run("HEXPIREAT h 1800000000 FIELDS 1 c"), [1]);
  assertEquals(server.run("HPEXPIREAT h 1800000000123 FIELDS 1 d"), [1]);
  assertEquals(server.run("HTTL h FIELDS 7 a b c d e f x"), [
    100,
    2,
    100_000_000,
    100_000_001,
    -1,
    -1,
    -2,
  ]);
  assertEquals(server.run("HPTTL h FIELDS 2 b d"), [1500, 100_000_000_123]);
  assertEquals(server.run("HEXPIRETIME h FIELDS 3 c d e"), [1_800_000_000, 1_800_000_001, -1]);
  assertEquals(server.run("HPEXPIRETIME h FIELDS 2 a d"), [NOW + 100_000, 1_800_000_000_123]);
  assertEquals(server.run("HPERSIST h FIELDS 3 a e x"), [1, -1, -2]);
  assertEquals(server.run("HTTL h FIELDS 1 a"), [-1]);
  assertEquals(server.run("OBJECT ENCODING h"), "listpackex");
});

Deno.test("the conditions NX, XX, GT and LT take no expiry for the latest", () => {
  const server = fixture();
  server.run("HPEXPIRE h 1000 FIELDS 1 a");
  const attempt = (condition: string, ms: number) =>
    server.run(`HPEXPIRE h ${ms} ${condition} FIELDS 2 a b`);
  assertEquals(attempt("NX", 2000), [0, 1]);
  server.run("HPERSIST h FIELDS 1 b");
  assertEquals(attempt("xx", 2000), [1, 0]);
  assertEquals(attempt("GT", 2000), [0, 0]);
  assertEquals(attempt("GT", 2001), [1, 0]);
  assertEquals(attempt("LT", 2001), [0, 1]);
  assertEquals(attempt("Lt", 1000), [1, 1]);
  assertEquals(server.run("HPTTL h FIELDS 2 a b"), [1000, 1000]);
});

Deno.test("a time that is not in the future removes fields, and the key with the last", () => {
  const server = fixture();
  assertEquals(server.run("HEXPIRE h 0 FIELDS 3 a x a"), [2, -2, -2]);
  assertEquals(server.takeEvents(), ["hdel 0:h"]);
  assertEquals(server.takeEffects(), ["0: HDEL h a"]);
  assertEquals(server.run("HPEXPIREAT h 1 GT FIELDS 1 b"), [0]);
  assertEquals(server.run("HPEXPIREAT h 1 FIELDS 5 b c d e f"), [2, 2, 2, 2, 2]);
  assertEquals(server.takeEvents(), ["hdel 0:h", "del 0:h"]);
  assertEquals(server.takeEffects(), [..."bcdef".split("").map((field) => `0: HDEL h ${field}`)]);
  assertEquals(server.run("EXISTS h"), 0);
});

Deno.test("a key that is not there has none of the fields", () => {
  const server = fixture();
  for (
    const name of ["HEXPIRE x 1", "HPEXPIREAT x 1 NX", "HTTL x", "HPEXPIRETIME x", "HPERSIST x"]
  ) {
    assertEquals(server.run(`${name} FIELDS 2 a b`), [-2, -2]);
  }
  assertEquals(server.run("EXISTS x"), 0);
});

Deno.test("errors of the commands on the expiry of fields", () => {
  const server = fixture();
  server.setUp("SET s v");
  const wrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value";
  const noFields = "-ERR Mandatory argument FIELDS is missing or not at the right position";
  const mismatch = "-ERR The `numfields` parameter must match the number of arguments";
  const noCount = "-ERR Parameter `numFields` should be greater than 0";
  const noNumber = "-ERR Number of fields must be a positive integer";
  const noInteger = "-ERR value is not an integer or out of range";
  const negative = "-ERR invalid expire time, must be >= 0";
  const late = (name: string) => `-ERR invalid expire time in '${name}' command`;
  const cases: [line: string, error: string][] = [
    ["HEXPIRE h 10 FIELDS 1", "-ERR wrong number of arguments for 'hexpire' command"],
    ["HTTL h FIELDS 1", "-ERR wrong number of arguments for 'httl' command"],
    ["HPERSIST h", "-ERR wrong number of arguments for 'hpersist' command"],
    ["HEXPIRE s x FIELDS 1 a", wrongType],
    ["HTTL s BOGUS 1 a", wrongType],
    ["HPERSIST s BOGUS 1 a", wrongType],
    ["HEXPIRE h x BOGUS 1 a", noInteger],
    ["HEXPIRE h 1.5 FIELDS 1 a", noInteger],
    ["HEXPIRE h -1 BOGUS 1 a", negative],
    ["HPEXPIREAT h -5 FIELDS 1 a", negative],
    ["HEXPIRE h 9223372036854775807 FIELDS 1 a", late("hexpire")],
    ["HEXPIREAT h 70368744178 FIELDS 1 a", late("hexpireat")],
    ["HPEXPIREAT h 70368744177664 FIELDS 1 a", late("hpexpireat")],
    [`HPEXPIRE h ${2 ** 46 - NOW} FIELDS 1 a`, late("hpexpire")],
    ["HEXPIRE h 10 BOGUS 1 a", noFields],
    ["HEXPIRE h 10 NX GT FIELDS 1 a", noFields],
    ["HEXPIRE h 10 NX 1 a b", noFields],
    ["HEXPIRE h 10 FIELDS 0 a", noCount],
    ["HEXPIRE h 10 FIELDS -1 a", noCount],
    ["HEXPIRE h 10 FIELDS a a", noCount],
    ["HEXPIRE nokey 10 FIELDS 99999999999999999999 a", noCount],
    ["HEXPIRE h 10 FIELDS 2 a", mismatch],
    ["HEXPIRE nokey 10 FIELDS 1 a b", mismatch],
    ["HEXPIRE h 10 NX FIELDS 1", mismatch],
    ["HTTL h BOGUS 1 a", noFields],
    ["HPTTL h FIELDS 0 a", noNumber],
    ["HEXPIRETIME nokey FIELDS a a", noNumber],
    ["HPERSIST h FIELDS -1 a", noNumber],
    ["HPEXPIRETIME nokey FIELDS 2 a", mismatch],
    ["HPERSIST h FIELDS 1 a b", mismatch],
  ];
  for (const [line, error] of cases) assertEquals(server.run(line), error, line);
  assertEquals(server.run(`HPEXPIRE h ${2 ** 46 - 1 - NOW} FIELDS 1 a`), [1]);
  assertEquals(server.run("HEXPIREAT h 70368744177 FIELDS 1 a"), [1]);
});

Deno.test("expiry of fields leaves as HPEXPIREAT of what was changed", () => {
  const server = fixture();
  server.run("HEXPIRE h 100 NX FIELDS 3 a x b");
  server.run("HPEXPIREAT h 1800000000000 XX FIELDS 2 a c");
  server.run("HPERSIST h FIELDS 2 a c");
  assertEquals(server.takeEffects(), [
    `0: HPEXPIREAT h ${NOW + 100_000} NX FIELDS 2 a b`,
    "0: HPEXPIREAT h 1800000000000 XX FIELDS 1 a",
    "0: HPERSIST h FIELDS 2 a c",
  ]);
  assertEquals(server.takeEvents(), ["hexpire 0:h", "hexpire 0:h", "hpersist 0:h"]);
});

Deno.test("HSET drops a field's expiry, arithmetic keeps it", () => {
  const server = fixture();
  server.setUp("HPEXPIRE h 5000 FIELDS 3 a b c");
  server.run("HSET h a 7");
  server.run("HINCRBY h b 1");
  server.run("HINCRBYFLOAT h c 0.5");
  assertEquals(server.run("HPTTL h FIELDS 3 a b c"), [-1, 5000, 5000]);
  assertEquals(server.takeEffects(), [
    "0: HSET h a 7",
    "0: HINCRBY h b 1",
    "0: HSET h c 3.5",
    `0: HPEXPIREAT h ${NOW + 5000} FIELDS 1 c`,
  ]);
  server.run("HDEL h b");
  server.run("HSET h b 1");
  assertEquals(server.run("HPTTL h FIELDS 1 b"), [-1]);
});

Deno.test("a field is there until the millisecond of its expiry is over", () => {
  const server = fixture();
  server.setUp("HPEXPIRE h 1000 FIELDS 2 a b");
  server.clock.advance(1000);
  assertEquals([server.run("HGET h a"), server.run("HPTTL h FIELDS 1 a")], ["1", [0]]);
  server.clock.advance(1);
  assertEquals([server.run("HPTTL h FIELDS 1 a"), server.run("HTTL h FIELDS 1 a")], [[-2], [-2]]);
  assertEquals(server.takeEffects(), []);
  assertEquals(server.run("HGET h a"), null);
  assertEquals(server.takeEffects(), ["0: HDEL h a b"]);
});

Deno.test("whole reads hide expired fields and leave them; reads of fields remove them", () => {
  const server = fixture();
  server.setUp("HPEXPIRE h 10 FIELDS 4 a b c d");
  server.clock.advance(11);
  assertEquals(server.run("HGETALL h"), ["e", "5", "f", "6"]);
  assertEquals(server.run("HKEYS h"), ["e", "f"]);
  assertEquals(server.run("HVALS h"), ["5", "6"]);
  assertEquals(server.run("HSCAN h 0"), ["0", ["e", "5", "f", "6"]]);
  assertEquals(server.run("HSCAN h 0 NOVALUES"), ["0", ["e", "f"]]);
  assertEquals(server.run("HRANDFIELD h 10"), ["e", "f"]);
  assertEquals(new Set(server.run("HRANDFIELD h -50") as string[]), new Set(["e", "f"]));
  assert(["e", "f"].includes(server.run("HRANDFIELD h") as string));
  assertEquals(server.run("HLEN h"), 6);
  assertEquals([server.takeEvents(), server.takeEffects()], [[], []]);
  assertEquals(server.run("HMGET h a e b"), [null, "5", null]);
  assertEquals(server.takeEvents(), ["hexpired 0:h"]);
  const [effect, ...others] = server.takeEffects();
  assertEquals(others, []);
  assertEquals(effect.split(" ").sort(), ["0:", "HDEL", "a", "b", "c", "d", "h"]);
  assertEquals(server.run("HLEN h"), 2);
});

Deno.test("each command that names fields meets no expired one, and drops an emptied hash", () => {
  const reads: [line: string, reply: Reply][] = [
    ["HGET k a", null],
    ["HMGET k a b", [null, null]],
    ["HEXISTS k a", 0],
    ["HSTRLEN k a", 0],
    ["HDEL k a b", 0],
    ["HPERSIST k FIELDS 1 a", [-2]],
    ["HEXPIRE k 10 FIELDS 1 a", [-2]],
  ];
  for (const [line, reply] of reads) {
    const server = new Probe(allCommands);
    server.setUp("HSET k a 1 b 2", "HPEXPIRE k 10 FIELDS 2 a b");
    server.clock.advance(11);
    assertEquals(server.run(line), reply, line);
    assertEquals(server.takeEvents(), ["hexpired 0:k", "del 0:k"], line);
    assertEquals(server.takeEffects(), ["0: HDEL k a b"], line);
    assertEquals(server.client.db.size, 0, line);
  }
});

Deno.test("a write to an expired field finds it absent", () => {
  const writes: [line: string, reply: Reply, value: string][] = [
    ["HSET k a 9", 1, "9"],
    ["HSETNX k a 9", 1, "9"],
    ["HINCRBY k a 4", 4, "4"],
    ["HINCRBYFLOAT k a 0.5", "0.5", "0.5"],
  ];
  for (const [line, reply, value] of writes) {
    const server = new Probe(allCommands);
    server.setUp("HSET k a 1", "HPEXPIRE k 10 FIELDS 1 a");
    server.clock.advance(11);
    assertEquals(server.run(line), reply, line);
    assertEquals(server.run("HGETALL k"), ["a", value]);
    assertEquals(server.run("HTTL k FIELDS 1 a"), [-1]);
    assertEquals(server.takeEffects()[0], "0: HDEL k a");
  }
});

Deno.test("the active side removes fields though nobody asks for them", () => {
  const server = fixture();
  server.setUp("HPEXPIRE h 10 FIELDS 2 a b", "HPEXPIRE h 20 FIELDS 1 c");
  server.setUp("HSET g x 1", "HPEXPIRE g 15 FIELDS 1 x");
  expireAll(server);
  assertEquals(server.takeEffects(), []);
  server.clock.advance(11);
  expireAll(server);
  assertEquals(server.takeEvents(), ["hexpired 0:h"]);
  assertEquals(server.takeEffects(), ["0: HDEL h a b"]);
  server.clock.advance(5);
  expireAll(server);
  assertEquals(server.takeEvents(), ["hexpired 0:g", "del 0:g"]);
  assertEquals(server.takeEffects(), ["0: HDEL g x"]);
  server.clock.advance(5);
  expireAll(server);
  assertEquals(server.takeEffects(), ["0: HDEL h c"]);
  assertEquals(server.run("HLEN h"), 3);
  assertEquals(server.run("HPEXPIRE h 1 FIELDS 1 d"), [1]);
  server.clock.advance(2);
  expireAll(server);
  assertEquals(server.run("HLEN h"), 2);
});

Deno.test("the active side follows hashes that are renamed, copied, moved and swapped", () => {
  const server = fixture();
  server.setUp(
    "HPEXPIRE h 10 FIELDS 1 a",
    "COPY h copied",
    "COPY h far DB 3",
    "COPY h moved",
    "MOVE moved 2",
    "RENAME h renamed",
    "SWAPDB 0 5",
  );
  server.clock.advance(11);
  expireAll(server);
  assertEquals(server.takeEffects().sort(), [
    "2: HDEL moved a",
    "3: HDEL far a",
    "5: HDEL copied a",
    "5: HDEL renamed a",
  ]);
});

Deno.test("what became of a hash before its time does not disturb the active side", () => {
  const server = new Probe(allCommands);
  for (const key of ["gone", "string", "other", "later", "kept", "deleted"]) {
    server.setUp(`HSET ${key} a 1 b 2`, `HPEXPIRE ${key} 10 FIELDS 1 a`);
  }
  server.setUp(
    "DEL gone",
    "SET string v",
    "DEL other",
    "HSET other a 1",
    "HPEXPIRE later 100 FIELDS 1 a",
    "HPERSIST kept FIELDS 1 a",
    "HDEL deleted a",
  );
  server.clock.advance(11);
  expireAll(server);
  assertEquals([server.takeEffects(), server.takeEvents()], [[], []]);
  server.clock.advance(100);
  expireAll(server);
  assertEquals(server.takeEffects(), ["0: HDEL later a"]);
  server.setUp("HSET h a 1", "HPEXPIRE h 10 FIELDS 1 a", "FLUSHALL", "HSET h a 1");
  server.clock.advance(11);
  expireAll(server);
  assertEquals(server.run("HGET h a"), "1");
});

Deno.test("hashes that come and go leave no room taken in the queue", () => {
  const server = new Probe(allCommands);
  for (let i = 0; i < 5000; i++) {
    server.run(`HSET h${i} a 1`);
    server.run(`HEXPIRE h${i} 10 FIELDS 1 a`);
    if (i % 100 !== 0) server.run(`DEL h${i}`);
  }
  server.takeEffects();
  server.clock.advance(10_001);
  expireAll(server);
  assertEquals(server.takeEffects().length, 50);
});

Deno.test("the active side removes many fields in steps", () => {
  const server = new Probe(allCommands);
  const names = Array.from({ length: 5000 }, (_, i) => `f${i}`);
  server.send("HSET", "h", ...names.flatMap((name) => [name, "v"]));
  server.send("HPEXPIRE", "h", "10", "FIELDS", "5000", ...names);
  server.takeEffects();
  server.clock.advance(11);
  assertEquals(expireFieldsStep(server.keyspace, 0), false);
  const left = server.run("HLEN h") as number;
  assert(left > 4000 && left < 5000);
  expireAll(server);
  assertEquals(server.run("EXISTS h"), 0);
  const removed = server.takeEffects().flatMap((effect) => effect.split(" ").slice(3));
  assertEquals(removed.sort(), names.sort());
});

Deno.test("a replica hides expired fields and waits for their HDEL", () => {
  const server = fixture();
  server.setUp("HPEXPIRE h 10 FIELDS 1 a");
  server.clock.advance(11);
  server.keyspace.hideExpired("test", true);
  assertEquals(server.run("HGET h a"), null);
  assertEquals(server.run("HEXISTS h a"), 0);
  assertEquals(server.run("HSTRLEN h a"), 0);
  assertEquals(server.run("HTTL h FIELDS 1 a"), [-2]);
  assertEquals(expireFieldsStep(server.keyspace, 10), true);
  assertEquals(server.run("HLEN h"), 6);
  assertEquals(server.run("HPEXPIREAT h 1 FIELDS 1 b"), [1]);
  assertEquals(server.run("HGET h b"), null);
  assertEquals(server.takeEffects(), ["0: HPEXPIREAT h 1 FIELDS 1 b"]);
  assertEquals(server.run("HDEL h a"), 1);
  server.keyspace.hideExpired("test", false);
  expireAll(server);
  assertEquals(server.takeEffects(), ["0: HDEL h a", "0: HDEL h b"]);
});

Deno.test("while loading fields stay whatever their time", () => {
  const server = fixture();
  const endPause = server.keyspace.pauseExpiry();
  assertEquals(server.run("HPEXPIREAT h 1 FIELDS 1 a"), [1]);
  assertEquals(server.run("HGET h a"), "1");
  assertEquals(server.run("HGETALL h"), [
    "a",
    "1",
    "b",
    "2",
    "c",
    "3",
    "d",
    "4",
    "e",
    "5",
    "f",
    "6",
  ]);
  assertEquals(expireFieldsStep(server.keyspace, 10), true);
  endPause();
  assertEquals(server.run("HLEN h"), 6);
  expireAll(server);
  assertEquals(server.run("HLEN h"), 5);
});

Deno.test("a field that expires breaks a transaction that watches its hash", () => {
  const server = fixture();
  server.setUp("HPEXPIRE h 10 FIELDS 1 a", "WATCH h", "MULTI", "HLEN h");
  server.clock.advance(11);
  expireAll(server);
  const reply = server.run("EXEC");
  assert(!Array.isArray(reply));
});

Deno.test("fields of a dump of 7.4 expire, actively and where they are read", async () => {
  const server = new Probe(allCommands);
  const path = new URL("7.4.1/hfe.rdb", FIXTURES);
  const { keysLoaded } = await loadRdbFile(path.pathname, server.keyspace);
  assert(keysLoaded > 0);
  const before = new Map<string, string[]>();
  for (const key of server.run("KEYS *") as string[]) {
    before.set(key, server.run(`HKEYS ${key}`) as string[]);
  }
  const times = server.send("HPEXPIRETIME", "hfe:ht:all", "FIELDS", "2", "f000", "f001");
  assertEquals(times, [4102444800123, 4102499940123]);
  server.clock.advance(4102444800123 + 1 - NOW);
  server.takeEffects();
  expireAll(server);
  const effects = server.takeEffects();
  assert(effects.length > 0);
  assert(effects.some((effect) => effect === "0: HDEL hfe:ht:all f000"), effects.join("\n"));
  assertEquals(
    (server.run("HKEYS hfe:ht:all") as string[]).length,
    before.get("hfe:ht:all")!.length - 1,
  );
  server.clock.advance(2 ** 45);
  expireAll(server);
  assertEquals(server.run("EXISTS hfe:ht:all"), 0);
});

Deno.test("hashes with expiring fields behave like a model", () => {
  for (const seed of [1, 2, 3, 4]) {
    const random = mulberry32(seed);
    const server = new Probe(allCommands);
    // Beyond the limit the hash is a hash table: both forms are met.
    server.keyspace.limits.hashMaxListpackEntries = seed % 2 === 0 ? 512 : 6;
    const model = new Map<string, { value: string; at: number }>();
    const field = () => `field-${random.int(14)}`;
    const alive = () => {
      const now = server.clock.ms;
      for (const [name, { at }] of model) if (at < now) model.delete(name);
      return model;
    };
    for (let round = 0; round < 3000; round++) {
      const name = field();
      const known = alive().get(name);
      const now = server.clock.ms;
      switch (random.int(9)) {
        case 0:
        case 1:
          assertEquals(server.run(`HSET h ${name} ${round}`), known === undefined ? 1 : 0);
          model.set(name, { value: `${round}`, at: Infinity });
          break;
        case 2: {
          const ms = random.int(40);
          const reply = known === undefined ? -2 : ms === 0 ? 2 : 1;
          assertEquals(server.run(`HPEXPIRE h ${ms} FIELDS 1 ${name}`), [reply]);
          if (reply === 2) model.delete(name);
          else if (known !== undefined) known.at = now + ms;
          break;
        }
        case 3:
          assertEquals(server.run(`HDEL h ${name}`), model.delete(name) ? 1 : 0);
          break;
        case 4:
          assertEquals(server.run(`HGET h ${name}`), known?.value ?? null);
          break;
        case 5: {
          const flat = server.run("HGETALL h") as string[];
          const pairs = flat.flatMap((text, i) => i % 2 === 0 ? [`${text}=${flat[i + 1]}`] : []);
          assertEquals(pairs.sort(), [...model].map(([n, { value }]) => `${n}=${value}`).sort());
          break;
        }
        case 6: {
          const ttl = known === undefined ? -2 : known.at === Infinity ? -1 : known.at - now;
          assertEquals(server.run(`HPTTL h FIELDS 1 ${name}`), [ttl]);
          break;
        }
        case 7: {
          const reply = known === undefined ? -2 : known.at === Infinity ? -1 : 1;
          assertEquals(server.run(`HPERSIST h FIELDS 1 ${name}`), [reply]);
          if (known !== undefined) known.at = Infinity;
          break;
        }
        case 8:
          server.clock.advance(random.int(12));
          if (random.int(3) === 0) {
            expireAll(server);
            assertEquals(server.run("HLEN h"), alive().size);
          }
          break;
      }
    }
    // What was journaled gives the same data.
    const replayed = new Probe(allCommands);
    replayed.keyspace.pauseExpiry();
    expireAll(server);
    for (const effect of server.takeEffects()) replayed.run(effect.slice(3));
    assertEquals(sortedPairs(replayed.run("HGETALL h")), sortedPairs(server.run("HGETALL h")));
    const names = [...alive().keys()];
    const ttl = ["HPEXPIRETIME", "h", "FIELDS", `${names.length}`, ...names];
    assertEquals(replayed.send(...ttl), server.send(...ttl));
  }
});

function sortedPairs(reply: Reply): string[] {
  const flat = reply as string[];
  return flat.flatMap((text, i) => i % 2 === 0 ? [`${text}=${flat[i + 1]}`] : []).sort();
}
