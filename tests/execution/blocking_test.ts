/**
 * Blocking as a mechanism: what cases beside a real server cannot see (journal, events, counters,
 * the clock), or what only later versions than that server do.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { NULL_ARRAY } from "../../src/resp/reply.ts";
import { typeName } from "../../src/values/value.ts";
import { mulberry32 } from "../support/prng.ts";
import { blockingCommand, TestServer } from "./support.ts";

/** `WATCHKEYS key…`: answers what the keys hold, as soon as one is not a list. */
const watchKeys = blockingCommand("watchkeys", ({ db }, [, ...keys]) => ({
  keys,
  type: "stream",
  timeoutMs: 0,
  wakeOnDelete: true,
  retry: () => {
    const types = keys.map((key) => {
      const value = db.peek(key);
      return value === undefined ? "none" : typeName(value);
    });
    return types.every((type) => type === "list") ? undefined : types;
  },
  onTimeout: () => NULL_ARRAY,
}));

Deno.test("a served command leaves in the journal as what it did, behind the push", () => {
  const served: [string, string, string][] = [
    ["BLPOP nokey k 0", "LPOP k", "lpop"],
    ["BRPOP k 5", "RPOP k", "rpop"],
    ["BLMPOP 0 2 nokey k RIGHT COUNT 9", "RPOP k 1", "rpop"],
    ["BLMOVE k j left RIGHT 0", "LMOVE k j left RIGHT", "rpush"],
    ["BRPOPLPUSH k j 0", "RPOPLPUSH k j", "lpush"],
  ];
  for (const [command, effect, event] of served) {
    const server = new TestServer();
    assertEquals(server.connect("b").run(command), "(none)");
    assertEquals(server.takeEffects(), []);
    server.run("RPUSH k v");
    assertEquals(server.takeEffects(), ["0 RPUSH k v", `0 ${effect}`]);
    const events = server.takeEvents();
    assertEquals(events.slice(0, 2), ["new 0:k", "rpush 0:k"]);
    assert(events.slice(2).some((text) => text.startsWith(event)), events.join());
    assertEquals(events.at(-1), "del 0:k");
    assertEquals(server.takeSent().length, 1);
  }
});

Deno.test("a transaction's effects are one unit, and what is served behind it another", () => {
  const server = new TestServer();
  server.connect("b").run("BLPOP k 0");
  for (const line of ["MULTI", "RPUSH k v", "RPUSH j w", "BLPOP j 0", "EXEC"]) server.run(line);
  assertEquals(server.takeEffects(), ["0 RPUSH k v | 0 RPUSH j w | 0 LPOP j", "0 LPOP k"]);
});

Deno.test("what finds its list at once is journaled the same way", () => {
  const server = new TestServer();
  server.run("RPUSH k a b c d e f");
  server.takeEffects();
  server.run("BLPOP k 0");
  server.run("BRPOP k 0");
  server.run("BLMPOP 0 1 k LEFT COUNT 2");
  server.run("LMPOP 1 k LEFT COUNT 1");
  server.run("BLMOVE k k LEFT LEFT 0");
  server.run("BRPOPLPUSH k k 0");
  assertEquals(server.takeEffects(), [
    "0 LPOP k",
    "0 RPOP k",
    "0 LPOP k 2",
    "0 LPOP k 1",
    "0 LMOVE k k LEFT LEFT",
    "0 RPOPLPUSH k k",
  ]);
});

Deno.test("events of a move: the push before the removal, and the end of an empty list last", () => {
  const server = new TestServer();
  server.run("RPUSH a 1 2");
  server.takeEvents();
  server.run("LMOVE a b LEFT RIGHT");
  assertEquals(server.takeEvents(), ["new 0:b", "rpush 0:b", "lpop 0:a"]);
  server.run("RPOPLPUSH a b");
  assertEquals(server.takeEvents(), ["lpush 0:b", "rpop 0:a", "del 0:a"]);
  server.run("LMPOP 1 b RIGHT COUNT 2");
  assertEquals(server.takeEvents(), ["rpop 0:b", "del 0:b"]);
});

Deno.test("dirty counts elements, not commands", () => {
  const server = new TestServer();
  const dirty = (line: string) => {
    const before = server.keyspace.changes;
    server.run(line);
    return server.keyspace.changes - before;
  };
  assertEquals(dirty("RPUSH k a b a b c d e"), 7);
  assertEquals(dirty("LPOP k 2"), 2);
  assertEquals(dirty("LREM k 0 a"), 1);
  assertEquals(dirty("LTRIM k 0 -1"), 0);
  assertEquals(dirty("LTRIM k 1 2"), 2);
  assertEquals(dirty("LMOVE k j LEFT LEFT"), 1);
  assertEquals(dirty("LMPOP 1 k LEFT COUNT 5"), 1);
  assertEquals(dirty("LPUSHX k v"), 0);
});

Deno.test("the clock ends the waiting, neither early nor late", () => {
  const server = new TestServer();
  const [b, c, d] = ["b", "c", "d"].map((name) => server.connect(name));
  b.run("BLPOP k 0.0495");
  c.run("BLMOVE k j LEFT LEFT 0.02");
  d.run("BLPOP k 0");
  assertEquals([server.blocking.count, server.blocking.withTimeout], [3, 2]);
  server.clock.advance(19);
  assertEquals(server.takeSent(), []);
  server.clock.advance(1);
  assertEquals(server.takeSent(), ['c: "(null array)"']);
  server.clock.advance(29);
  assertEquals(server.takeSent(), []);
  server.clock.advance(1);
  assertEquals(server.takeSent(), ['b: "(null array)"']);
  server.clock.advance(1e12);
  assertEquals([server.blocking.count, server.blocking.withTimeout], [1, 0]);
  server.run("RPUSH k v w");
  assertEquals(server.takeSent(), ['d: ["k","v"]']);
  assertEquals([b.resumed, c.resumed, d.resumed], [1, 1, 1]);
});

Deno.test("a retry that goes on waiting keeps its place and its timeout", () => {
  const server = new TestServer([watchKeys]);
  const [b, c] = ["b", "c"].map((name) => server.connect(name));
  b.run("WATCHKEYS k");
  c.run("BLPOP k 1");
  server.clock.advance(900);
  server.run("MULTI");
  server.run("RPUSH k v");
  server.run("DEL k");
  server.run("RPUSH k w");
  server.run("LPOP k");
  server.run("RPUSH k x");
  server.run("EXEC");
  assertEquals(server.takeSent(), ['c: ["k","x"]', 'b: ["none"]']);
});

Deno.test("a client is told when its key goes, in whatever way", () => {
  const ways: [way: string, type: string][] = [
    ["DEL k", "none"],
    ["UNLINK k", "none"],
    ["FLUSHDB", "none"],
    ["FLUSHALL", "none"],
    ["RENAME k j", "none"],
    ["MOVE k 3", "none"],
    ["SET k v", "string"],
    ["SET k v KEEPTTL", "string"],
    ["RENAME s k", "string"],
    ["COPY s k REPLACE", "string"],
    ["SORT l BY nosort STORE k", "(waits)"],
    ["SORT nokey STORE k", "none"],
    ["SWAPDB 0 3", "none"],
    ["LPOP k", "none"],
    ["LMOVE k l LEFT LEFT", "none"],
    ["LTRIM k 5 9", "none"],
    ["PEXPIRE k 0", "none"],
    ["RPUSH k more", "(waits)"],
  ];
  for (const [way, type] of ways) {
    const server = new TestServer([watchKeys]);
    server.run("RPUSH k v");
    server.run("RPUSH l v");
    server.run("SET s v");
    server.connect("b").run("WATCHKEYS k");
    assertEquals(server.blocking.keysOnDelete, 1);
    server.run(way);
    assertEquals(server.takeSent(), type === "(waits)" ? [] : [`b: ["${type}"]`], way);
  }
});

Deno.test("a key that expires wakes who waits for its end", () => {
  const server = new TestServer([watchKeys]);
  server.run("RPUSH k v");
  server.run("PEXPIRE k 10");
  server.connect("b").run("WATCHKEYS k");
  server.connect("c").run("BLPOP j 0");
  server.clock.advance(11);
  assertEquals(server.run("EXISTS k"), 0);
  assertEquals(server.takeSent(), ['b: ["none"]']);
});

Deno.test("the end of a key wakes nobody who waits for its beginning", () => {
  let retries = 0;
  const count = blockingCommand("count", (_client, args) => ({
    keys: args.slice(1),
    type: "list",
    timeoutMs: 0,
    retry: () => {
      retries++;
      return undefined;
    },
    onTimeout: () => NULL_ARRAY,
  }));
  const server = new TestServer([count]);
  server.connect("b").run("COUNT k");
  for (const line of ["SADD k v", "SET k v", "DEL k", "FLUSHALL"]) server.run(line);
  assertEquals(retries, 0);
  server.run("RPUSH k v");
  server.run("DEL k");
  assertEquals(retries, 1);
});

Deno.test("several keys at once are tried in the order in which they were given", () => {
  const server = new TestServer();
  server.connect("b").run("BLPOP first second 0");
  for (const line of ["MULTI", "RPUSH second 2", "RPUSH first 1", "EXEC"]) server.run(line);
  assertEquals(server.takeSent(), ['b: ["first","1"]']);
});

Deno.test("a retry meets what its keys hold by then", () => {
  const server = new TestServer();
  server.connect("b").run("BLPOP first second 0");
  server.run("SET first v");
  assertEquals(server.takeSent(), []);
  server.run("RPUSH second v");
  assertEquals(server.takeSent(), [
    'b: "-WRONGTYPE Operation against a key holding the wrong kind of value"',
  ]);
  assertEquals(server.run("LLEN second"), 1);
});

Deno.test("a command that blocks is counted once, when it ends", () => {
  const server = new TestServer();
  const b = server.connect("b");
  b.run("BLPOP k 0");
  assertEquals(server.calls("blpop"), [0, 0]);
  server.run("RPUSH k v");
  assertEquals(server.calls("blpop"), [1, 0]);
  b.run("BLPOP k 0.1");
  server.clock.advance(100);
  assertEquals(server.calls("blpop"), [2, 0]);
  b.run("BLPOP k 0");
  server.run(`CLIENT UNBLOCK ${b.client.id} ERROR`);
  assertEquals(server.calls("blpop"), [3, 1]);
  assertEquals(server.stats.errors.get("UNBLOCKED"), 1);
  b.run("BLMOVE k s LEFT LEFT 0");
  server.run("SET s v");
  server.run("RPUSH k v");
  assertEquals(server.calls("blmove"), [1, 1]);
  assertEquals(server.stats.errors.get("WRONGTYPE"), 1);
});

Deno.test("a client that leaves takes all traces of its waiting with it", () => {
  const server = new TestServer([watchKeys]);
  const b = server.connect("b");
  b.run("BLPOP k j k 10");
  const c = server.connect("c");
  c.run("WATCHKEYS k k");
  assertEquals([server.blocking.keys, server.blocking.keysOnDelete], [2, 1]);
  assertEquals(b.client.db.blockedKeys, 2);
  c.leave();
  assertEquals([server.blocking.keys, server.blocking.keysOnDelete], [2, 0]);
  assertEquals(server.blocking.withTimeout, 1);
  b.leave();
  assertEquals(server.blocking.withTimeout, 0);
  const { blocking } = server;
  assertEquals([blocking.count, blocking.keys, blocking.keysOnDelete], [0, 0, 0]);
  assertEquals(b.client.db.blockedKeys, 0);
  server.run("RPUSH k v");
  assert(!blocking.hasReady);
  assertEquals([server.takeSent(), server.run("LLEN k")], [[], 1]);
});

Deno.test("without a connection, and in a transaction, nothing blocks", () => {
  const server = new TestServer();
  const inside = server.createClient(null);
  assertEquals(server.execute(inside, ["BLPOP", "k", "0"]), NULL_ARRAY);
  assertEquals(server.execute(inside, ["BLMOVE", "k", "j", "LEFT", "LEFT", "0"]), null);
  assertEquals(inside.blocked, null);
  server.run("MULTI");
  server.run("BLPOP k 0");
  assertEquals(server.run("EXEC"), ["(null array)"]);
  assertEquals(server.blocking.count, 0);
});

Deno.test("while writes are paused nobody is served; the end of the pause makes up for it", async () => {
  const server = new TestServer();
  server.connect("b").run("BLPOP k 0");
  for (const line of ["MULTI", "RPUSH k v", "CLIENT PAUSE 100 WRITE", "EXEC"]) server.run(line);
  assertEquals(server.takeSent(), []);
  server.clock.advance(100);
  await Promise.resolve();
  assertEquals(server.takeSent(), ['b: ["k","v"]']);
});

Deno.test("each element goes to one client, and nobody waits beside a list", () => {
  const random = mulberry32(7);
  const server = new TestServer();
  const clients = Array.from({ length: 12 }, (_, i) => server.connect(`c${i}`));
  const key = () => `k${random.int(4)}`;
  let pushed = 0;
  let taken = 0;
  for (let step = 0; step < 4000; step++) {
    const client = random.pick(clients);
    const choice = random.int(8);
    if (client.client.blocked === null && random.int(3) > 0) {
      const line = random.pick([
        () => `BLPOP ${key()} ${key()} ${random.int(2)}`,
        () => `BRPOP ${key()} 0.005`,
        () => `BLMPOP 0 2 ${key()} ${key()} LEFT COUNT 2`,
        () => `BLMOVE ${key()} ${key()} LEFT RIGHT 0`,
      ])();
      const reply = client.run(line);
      if (Array.isArray(reply)) taken += [reply[1]].flat().length;
    } else if (choice === 0) {
      server.clock.advance(random.int(10));
    } else if (choice === 1) {
      server.run(`CLIENT UNBLOCK ${client.client.id}`);
    } else {
      const count = 1 + random.int(3);
      pushed += count;
      server.run(`RPUSH ${key()}${" v".repeat(count)}`);
    }
    for (const line of server.takeSent()) {
      const reply: unknown = JSON.parse(line.slice(line.indexOf(" ")));
      if (Array.isArray(reply)) taken += [reply[1]].flat().length;
    }
    for (const { client: { blocked, db } } of clients) {
      for (const each of blocked?.request.keys ?? []) assert(!db.has(each), `${each} is there`);
    }
  }
  let left = 0;
  for (let i = 0; i < 4; i++) left += server.run(`LLEN k${i}`) as number;
  assertEquals(taken + left, pushed);
  assert(taken > 500);
});

Deno.test("serving one of many clients on a key does not look at the others", () => {
  const server = new TestServer();
  const clients = Array.from({ length: 20_000 }, (_, i) => server.connect(`${i}`));
  for (const client of clients) client.run("BLPOP k 100");
  const started = performance.now();
  for (let i = 0; i < clients.length; i++) server.run("RPUSH k v");
  const elapsed = performance.now() - started;
  assertEquals(server.takeSent().map((line) => line.split(":")[0]), clients.map((c) => c.name));
  assertEquals([server.blocking.count, server.blocking.withTimeout], [0, 0]);
  // A look at every other client would take a minute and more.
  assert(elapsed < 5000, `${elapsed} ms`);
});
