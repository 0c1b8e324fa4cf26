/**
 * MIGRATE with a target whose every word the test decides: what others may do meanwhile, and what
 * is left of the keys when the conversation ends early.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { fromBytes } from "../../src/bytes/bytes.ts";
import { type Outgoing, OutgoingError, type OutgoingTarget } from "../../src/transport/outgoing.ts";
import { type TestClient, TestServer } from "../execution/support.ts";

/** Let all that is under way come to where it has to wait. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

/** The other side of a connection. */
class Target implements Outgoing {
  /** What was sent to it. */
  got = "";
  closed = false;
  #lines: string[] = [];
  #reader: PromiseWithResolvers<string> | null = null;

  write(bytes: Uint8Array): Promise<void> {
    if (this.closed) return Promise.reject(new OutgoingError("closed"));
    this.got += fromBytes(bytes);
    return Promise.resolve();
  }

  readLine(): Promise<string> {
    const line = this.#lines.shift();
    if (line !== undefined) return Promise.resolve(line);
    if (this.closed) return Promise.reject(new OutgoingError("closed"));
    this.#reader = Promise.withResolvers();
    return this.#reader.promise;
  }

  /** Answer lines; then let the reader see them. */
  async says(...lines: string[]): Promise<void> {
    for (const line of lines) {
      if (this.#reader === null) this.#lines.push(line);
      else {
        this.#reader.resolve(line);
        this.#reader = null;
      }
      await settle();
    }
  }

  /** Fail as a connection does. */
  async fails(failure: "timeout" | "closed" = "closed"): Promise<void> {
    this.closed = true;
    this.#reader?.reject(new OutgoingError(failure));
    await settle();
  }

  close(): void {
    this.closed = true;
    this.#reader?.reject(new OutgoingError("closed"));
  }

  /** The keys that it was sent. */
  get keys(): string[] {
    return [...this.got.matchAll(/RESTORE\r\n\$\d+\r\n(\w+)/g)].map(([, key]) => key);
  }
}

/** A server that can reach targets. */
class Migrating extends TestServer {
  readonly targets: Target[] = [];
  /** Why the next connections cannot be made. */
  refusals: OutgoingError[] = [];

  constructor(...lines: string[]) {
    super();
    const connect = (_target: OutgoingTarget): Promise<Outgoing> => {
      const refusal = this.refusals.shift();
      if (refusal !== undefined) return Promise.reject(refusal);
      const target = new Target();
      this.targets.push(target);
      return Promise.resolve(target);
    };
    Object.assign(this.dialler, { connect });
    for (const line of lines) this.run(line);
    this.takeEffects();
    this.takeEvents();
  }

  /** Begin a MIGRATE by a client of its own. */
  async migrate(rest: string): Promise<TestClient> {
    const client = this.connect("mover");
    assertEquals(client.run(`MIGRATE target 1 ${rest}`), "(none)");
    await settle();
    return client;
  }
}

Deno.test("migrate: only who asks for a key on its way has to wait", async () => {
  const server = new Migrating("SET k v", "SET other 1", "RPUSH list a");
  await server.migrate("k 0 100");
  const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map((name) => server.connect(name));
  assertEquals(server.run("INCR other"), 2);
  assertEquals(server.run("DBSIZE"), 3);
  assertEquals([a.run("GET k"), b.run("SET k w"), c.run("FLUSHALL")], Array(3).fill("(none)"));
  assertEquals(d.run("MGET other k"), "(none)");
  assertEquals([e.run("MULTI"), e.run("GET k"), e.run("EXEC")], ["+OK", "+QUEUED", "(none)"]);
  assertEquals(server.held.waiting, 5);
  assertMatch(String(server.run("INFO clients")), /blocked_clients:5/);
  await server.targets[0].says("+OK", "+OK");
  assertEquals(server.takeSent(), [
    'mover: "+OK"',
    "a: null",
    'b: "+OK"',
    'c: "+OK"',
    "d: [null,null]",
    "e: [null]",
  ]);
  assertEquals(server.takeEffects().slice(0, 3), ["0 INCR other", "0 DEL k", "0 SET k w"]);
  assertEquals([a.resumed, e.resumed, server.held.active], [1, 1, false]);
});

Deno.test("migrate: with COPY who only reads goes on", async () => {
  const server = new Migrating("SET k v");
  await server.migrate("k 0 100 COPY");
  const writer = server.connect("writer");
  assertEquals([server.run("GET k"), writer.run("APPEND k w")], ["v", "(none)"]);
  await server.targets[0].says("+OK", "+OK");
  assertEquals(server.takeSent(), ['mover: "+OK"', "writer: 2"]);
  assertEquals(server.takeEffects(), ["0 APPEND k w"]);
});

Deno.test("migrate: a blocked command does not touch a key on its way either", async () => {
  const server = new Migrating("RPUSH to x");
  const popper = server.connect("popper");
  popper.run("BLMOVE from to LEFT RIGHT 0");
  await server.migrate("to 0 100");
  server.run("RPUSH from y");
  assertEquals([server.takeSent(), server.run("LLEN from")], [[], 1]);
  await server.targets[0].says("+OK", "+OK");
  assertEquals(server.takeSent(), ['mover: "+OK"', 'popper: "y"']);
  assertEquals(server.run("LRANGE to 0 -1"), ["y"]);
});

Deno.test("migrate: one move waits for another of the same key", async () => {
  const server = new Migrating("SET k v", "SET l v");
  await server.migrate('"" 0 100 KEYS k'.replaceAll('"', ""));
  const second = server.connect("second");
  assertEquals(second.run("MIGRATE target 1  0 100 KEYS l k"), "(none)");
  await settle();
  assertEquals(server.targets.length, 1);
  await server.targets[0].says("+OK", "+OK");
  assertEquals(server.takeSent(), ['mover: "+OK"']);
  // The connection is used again, and the database over there is known.
  assertEquals([server.targets.length, server.targets[0].keys], [1, ["k", "l"]]);
  assertEquals(server.targets[0].got.split("SELECT").length, 2);
  await server.targets[0].says("+OK");
  assertEquals(server.takeSent(), ['second: "+OK"']);
});

Deno.test("migrate: what was acknowledged goes, whatever happens then", async () => {
  const server = new Migrating("MSET a 1 b 2 c 3");
  await server.migrate(" 0 100 KEYS a b c");
  await server.targets[0].says("+OK", "+OK", "-ERR no", "+OK");
  assertEquals(server.takeSent(), ['mover: "-ERR Target instance replied with error: ERR no"']);
  assertEquals([server.run("KEYS *"), server.takeEffects()], [["b"], ["0 DEL a c"]]);
  assertEquals(server.takeEvents(), ["del 0:a", "del 0:c"]);

  server.run("MSET a 1 b 2 c 3");
  await server.migrate(" 0 100 KEYS a b c");
  // After an error the database over there is selected anew.
  await server.targets[0].says("+OK", "+OK");
  await server.targets[0].fails();
  assertEquals(server.takeSent(), [
    'mover: "-IOERR error or timeout reading to target instance"',
  ]);
  assertEquals([server.run("EXISTS a"), server.run("DBSIZE"), server.targets.length], [0, 2, 1]);
});

Deno.test("migrate: a connection that was closed over there is made anew, once", async () => {
  const server = new Migrating("MSET a 1 b 2 c 3");
  await server.migrate("a 0 100");
  await server.targets[0].says("+OK", "+OK");
  server.takeSent();
  server.targets[0].closed = true;
  await server.migrate("b 0 100");
  assertEquals([server.targets.length, server.targets[1].keys], [2, ["b"]]);
  await server.targets[1].says("+OK", "+OK");
  assertEquals(server.takeSent(), ['mover: "+OK"']);
  await server.migrate("c 0 100");
  await server.targets[1].fails();
  await server.targets[2].fails();
  assertEquals(server.targets.length, 3);
  assertEquals(server.takeSent(), [
    'mover: "-IOERR error or timeout reading to target instance"',
  ]);
});

Deno.test("migrate: time that is up gives no second try", async () => {
  const server = new Migrating("SET k v");
  await server.migrate("k 0 100");
  await server.targets[0].fails("timeout");
  server.refusals = [new OutgoingError("timeout"), new OutgoingError("unreachable")];
  await server.migrate("k 0 100");
  await server.migrate("k 0 100");
  server.refusals = [new OutgoingError("refused"), new OutgoingError("refused")];
  await server.migrate("k 0 100");
  const failed = (what: string) => `mover: "-IOERR error or timeout ${what}"`;
  assertEquals(server.takeSent(), [
    failed("reading to target instance"),
    failed("writing to target instance"),
    failed("connecting to the client"),
    failed("writing to target instance"),
  ]);
  assertEquals([server.targets.length, server.refusals.length], [1, 0]);
  assertEquals(server.calls("migrate"), [4, 4]);
  assertEquals([server.run("GET k"), server.takeEffects()], ["v", []]);
});

Deno.test("migrate: it goes on when the client leaves", async () => {
  const server = new Migrating("SET k v");
  const client = await server.migrate("k 0 100");
  client.leave();
  await server.targets[0].says("+OK", "+OK");
  assertEquals([server.takeSent(), server.run("EXISTS k")], [[], 0]);
  assertEquals(server.takeEffects(), ["0 DEL k"]);
});

Deno.test("migrate: it is refused where it cannot wait, and the transaction with it", () => {
  const server = new Migrating("SET k v");
  server.run("MULTI");
  assertMatch(String(server.run("MIGRATE target 1 k 0 100")), /^-ERR MIGRATE has to wait/);
  assertMatch(String(server.run("EXEC")), /^-EXECABORT/);
  const reply = server.execute(server.createClient(null), "MIGRATE target 1 k 0 100".split(" "));
  assertMatch(JSON.stringify(reply), /has to wait/);
  assertEquals([server.targets.length, server.held.active], [0, false]);
});

Deno.test("migrate: keys go when a pause of writes is over", async () => {
  const server = new Migrating("SET k v");
  await server.migrate("k 0 100");
  server.run("CLIENT PAUSE 50 WRITE");
  await server.targets[0].says("+OK", "+OK");
  assertEquals([server.takeSent(), server.takeEffects()], [[], []]);
  server.clock.advance(50);
  await settle();
  assertEquals([server.takeSent(), server.takeEffects()], [['mover: "+OK"'], ["0 DEL k"]]);
});

Deno.test("migrate: a key that was changed behind its back is kept", async () => {
  const server = new Migrating("MSET k v l v");
  await server.migrate(" 0 100 KEYS k l");
  server.execute(server.createClient(null), ["SET", "k", "w"]);
  await server.targets[0].says("+OK", "+OK", "+OK");
  assertMatch(server.takeSent()[0], /^mover: "-ERR A key was changed/);
  assertEquals([server.run("KEYS *"), server.run("GET k")], [["k"], "w"]);
});

Deno.test("migrate: a key whose time comes on the way is left out", async () => {
  const server = new Migrating("SET k v PX 10", "SET l v PX 1000");
  const pending = Promise.withResolvers<Outgoing>();
  const target = new Target();
  Object.assign(server.dialler, { connect: () => pending.promise });
  await server.migrate(" 0 100 REPLACE KEYS k l");
  server.clock.advance(20);
  pending.resolve(target);
  await settle();
  assertEquals(target.keys, ["l"]);
  assertMatch(target.got, /\$1\r\nl\r\n\$3\r\n980\r\n[^]*\r\n\$7\r\nREPLACE\r\n$/);
  await target.says("+OK", "+OK");
  assertEquals(server.takeSent(), ['mover: "+OK"']);
});

Deno.test("migrate: what is acknowledged by then goes before a shutdown", async () => {
  const server = new Migrating("MSET k v l v");
  await server.migrate(" 0 100 KEYS k l");
  await server.targets[0].says("+OK", "+OK");
  server.held.stop();
  await settle();
  assertEquals([server.run("KEYS *"), server.targets[0].closed], [["l"], true]);
  assertEquals(server.takeSent(), [
    'mover: "-IOERR error or timeout reading to target instance"',
  ]);
});

Deno.test("peers: kept for ten seconds after their last use, one for each address", async () => {
  const server = new Migrating();
  const take = (port: number) => server.peers.take({ hostname: "target", port, timeoutMs: 1 });
  const [one, two] = [await take(1), await take(1)];
  server.peers.keep(one);
  server.peers.keep(two);
  assertEquals([server.peers.size, server.targets.map(({ closed }) => closed)], [1, [false, true]]);
  server.clock.advance(9999);
  assertEquals(await take(1), one);
  server.peers.keep(one);
  server.clock.advance(9999);
  assertEquals(server.peers.size, 1);
  server.clock.advance(1);
  assertEquals([server.peers.size, server.targets[0].closed], [0, true]);
  for (let port = 1; port <= 65; port++) server.peers.keep(await take(port));
  assertEquals(server.peers.size, 64);
  server.peers.stop();
  server.peers.keep(await take(1));
  assertEquals([server.peers.size, server.targets.every(({ closed }) => closed)], [0, true]);
});
