import { assertEquals } from "@std/assert";
import { TestServer } from "./support.ts";

Deno.test("a watched key that was past its time already may be removed; one that was not may not", () => {
  const server = new TestServer();
  const client = server.connect("a");
  const other = server.connect("b");
  const exec = () => {
    client.run("MULTI");
    client.run("PING");
    return client.run("EXEC");
  };
  for (const remover of ["GET k", "DEL k", "SET k w"]) {
    other.run("SET k v PX 10");
    server.clock.advance(20);
    client.run("WATCH k");
    other.run(remover);
    // A new value is a change.
    assertEquals(exec(), remover.startsWith("SET") ? "(null array)" : ["+PONG"], remover);
    other.run("DEL k");
  }
  for (const meanwhile of ["PING", "GET k"]) {
    other.run("SET k v PX 10");
    client.run("WATCH k");
    server.clock.advance(20);
    other.run(meanwhile);
    assertEquals(exec(), "(null array)", meanwhile);
  }
});
