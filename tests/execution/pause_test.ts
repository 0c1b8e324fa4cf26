import { assertEquals } from "@std/assert";
import { TestServer } from "./support.ts";

/** What was postponed runs in a microtask. */
const settle = () => new Promise<void>((resolve) => queueMicrotask(resolve));

Deno.test("pause: what waits runs when it ends, in the order in which it came", async () => {
  const server = new TestServer();
  const [b, c] = ["b", "c"].map((name) => server.connect(name));
  server.run("CLIENT PAUSE 100 WRITE");
  assertEquals([b.run("RPUSH k b"), c.run("RPUSH k c")], ["(none)", "(none)"]);
  assertEquals(server.run("LLEN k"), 0);
  assertEquals([server.pause.postponed, server.pause.kind], [2, "write"]);
  server.clock.advance(99);
  await settle();
  assertEquals(server.takeSent(), []);
  server.clock.advance(1);
  await settle();
  assertEquals(server.takeSent(), ["b: 1", "c: 2"]);
  assertEquals([b.resumed, c.resumed, server.pause.postponed], [1, 1, 0]);
  assertEquals(server.run("LRANGE k 0 -1"), ["b", "c"]);
});

Deno.test("pause: commands sent along with UNPAUSE run before those that wait", async () => {
  const server = new TestServer();
  const b = server.connect("b");
  server.run("CLIENT PAUSE 100 WRITE");
  b.run("RPUSH k b");
  server.run("CLIENT UNPAUSE");
  assertEquals(server.run("RPUSH k main"), 1);
  await settle();
  assertEquals(server.takeSent(), ["b: 2"]);
  assertEquals(server.takeEffects(), ["0 RPUSH k main", "0 RPUSH k b"]);
});

Deno.test("pause: it grows and widens, and never the other way", () => {
  const server = new TestServer();
  server.run("CLIENT PAUSE 100 ALL");
  const { pause } = server;
  pause.start(server.clock.ms + 50, false);
  assertEquals([pause.kind, pause.remainingMs], ["all", 100]);
  pause.start(server.clock.ms + 200, false);
  assertEquals([pause.kind, pause.remainingMs], ["all", 200]);
  server.clock.advance(200);
  assertEquals([pause.kind, pause.remainingMs, pause.active], ["none", 0, false]);
});

Deno.test("pause: a new one before what waited could run holds it again", async () => {
  const server = new TestServer();
  const b = server.connect("b");
  server.run("CLIENT PAUSE 100 WRITE");
  b.run("RPUSH k b");
  server.run("CLIENT UNPAUSE");
  server.run("CLIENT PAUSE 100 WRITE");
  await settle();
  assertEquals([server.takeSent(), server.pause.postponed], [[], 1]);
  server.clock.advance(100);
  await settle();
  assertEquals(server.takeSent(), ["b: 1"]);
});

Deno.test("pause: a command that blocks when its pause is over", async () => {
  const server = new TestServer();
  const b = server.connect("b");
  server.run("CLIENT PAUSE 100 WRITE");
  b.run("BLPOP k 0");
  assertEquals(server.run(`CLIENT UNBLOCK ${b.client.id}`), 0);
  server.run("CLIENT UNPAUSE");
  await settle();
  assertEquals([server.blocking.count, b.resumed], [1, 0]);
  server.run("RPUSH k v");
  assertEquals(server.takeSent(), ['b: ["k","v"]']);
});

Deno.test("pause: a client that leaves does not run", async () => {
  const server = new TestServer();
  const b = server.connect("b");
  server.run("CLIENT PAUSE 100 WRITE");
  b.run("RPUSH k b");
  b.leave();
  server.run("CLIENT UNPAUSE");
  await settle();
  assertEquals([server.run("EXISTS k"), server.pause.postponed], [0, 0]);
});

Deno.test("pause: what may reach replicas waits for writes, too", () => {
  const server = new TestServer();
  const other = server.connect("other");
  server.run("PFADD h a");
  server.run("CLIENT PAUSE 100 WRITE");
  assertEquals([other.run("PFCOUNT h"), server.pause.postponed], ["(none)", 1]);
});
