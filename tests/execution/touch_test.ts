import { assertEquals } from "@std/assert";
import { TestServer } from "./support.ts";

Deno.test("CLIENT NO-TOUCH: what a client reads and writes keeps its idle time, but for TOUCH", () => {
  const server = new TestServer();
  const client = server.connect("a");
  const other = server.connect("b");
  const idle = () => other.run("OBJECT IDLETIME k");
  const setUp = () => {
    other.run("DEL k");
    other.run("RPUSH k 1");
    server.clock.advance(10_000);
    assertEquals(idle(), 10);
  };
  const reads = [
    "LRANGE k 0 -1",
    "LLEN k",
    "RPUSH k 2",
    "TYPE k",
    "EXISTS k",
    "TTL k",
    "EXPIRE k 100",
  ];
  // These are no use of the key by anybody.
  const quiet = ["TYPE k", "EXISTS k", "TTL k"];
  for (const command of reads) {
    setUp();
    client.run("CLIENT NO-TOUCH on");
    client.run(command);
    assertEquals(idle(), 10, command);
    client.run("CLIENT NO-TOUCH off");
    client.run(command);
    assertEquals(idle(), quiet.includes(command) ? 10 : 0, command);
  }
  setUp();
  client.run("CLIENT NO-TOUCH on");
  client.run("MULTI");
  client.run("LLEN k");
  client.run("EXEC");
  assertEquals(idle(), 10);
  client.run("RESET");
  client.run("LLEN k");
  assertEquals(idle(), 0);
  setUp();
  client.run("CLIENT NO-TOUCH on");
  client.run("TOUCH k");
  assertEquals(idle(), 0);
});
