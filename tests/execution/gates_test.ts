/**
 * The gates: their order, which is a real server's, who is asked, and that asking costs nothing while
 * none is up.
 */

import { assertEquals } from "@std/assert";
import { ALL_GATES, GATE, GATES } from "../../src/command/gates.ts";
import { FILE, PRIMARY } from "../../src/session/caller.ts";
import { ErrorReply, NO_REPLY } from "../../src/resp/reply.ts";
import { plain, TestServer } from "./support.ts";

Deno.test("gates: the order is that of a real server", () => {
  assertEquals(GATES.map(({ name }) => name), [
    "condition",
    "authentication",
    "transaction",
    "acl",
    "request",
    "memory",
    "disk",
    "replicas",
    "readonly",
    "subscribed",
    "stale",
    "loading",
    "async-loading",
    "busy",
    "replica-client",
    "pause",
    "pause-writes",
    "held",
    "engine",
  ]);
});

Deno.test("gates: where several refuse, the first one answers", () => {
  const server = new TestServer();
  // The guard would lower its gate, as there is memory enough.
  server.memory.credit = Infinity;
  for (const { name } of GATES.slice(1)) {
    server.gates.install(name, () => new ErrorReply(`ERR ${name}`));
    server.gates.set(name, true);
  }
  const answers: unknown[] = [];
  for (const { name } of GATES.slice(1)) {
    answers.push(server.run("SET k v"));
    server.gates.set(name, false);
  }
  // SET can be queued, says nothing more, needs no Lua, and nothing is loaded beside the data for it.
  const errors = answers.filter((answer) => answer !== "+OK");
  assertEquals(errors.filter((answer, i) => answer !== errors[i - 1]), [
    "-ERR authentication",
    "-ERR acl",
    "-ERR memory",
    "-ERR disk",
    "-ERR replicas",
    "-ERR readonly",
    "-ERR subscribed",
    "-ERR stale",
    "-ERR loading",
    "-ERR busy",
    "-ERR replica-client",
    "-ERR pause",
    "-ERR pause-writes",
    "-ERR held",
  ]);
  assertEquals(server.run("SET k v"), "+OK");
});

Deno.test("gates: nobody is asked whose gate is down, or whom the command does not concern", () => {
  const server = new TestServer();
  const asked: string[] = [];
  for (const { name } of GATES) {
    server.gates.install(name, (_client, command) => {
      asked.push(`${name} ${command.name}`);
      return null;
    });
  }
  server.run("SET k v");
  server.gates.set("readonly", true);
  server.run("GET k");
  server.run("PING");
  server.run("SET k v");
  assertEquals(asked, ["readonly set"]);
});

Deno.test("gates: EXEC is asked for what is queued", () => {
  const server = new TestServer();
  for (const line of ["MULTI", "GET k", "EXEC"]) {
    server.gates.set("readonly", line === "EXEC");
    const answer = server.run(line);
    if (line === "EXEC") assertEquals(answer, [null]);
  }
  server.gates.set("readonly", false);
  for (const line of ["MULTI", "SET k v", "GET k"]) server.run(line);
  server.gates.set("readonly", true);
  assertEquals(
    server.run("EXEC"),
    "-EXECABORT Transaction discarded because of: READONLY You can't write against a read only " +
      "replica.",
  );
  assertEquals(server.run("EXEC"), "-ERR EXEC without MULTI");
});

Deno.test("gates: a refusal while queuing aborts the transaction", () => {
  const server = new TestServer();
  server.run("MULTI");
  assertEquals(server.run("SUBSCRIBE a"), "+QUEUED");
  assertEquals(
    server.run("SHUTDOWN"),
    "-ERR Command not allowed inside a transaction",
  );
  assertEquals(
    server.run("EXEC"),
    "-EXECABORT Transaction discarded because of previous errors.",
  );
});

Deno.test("gates: a postponed call gets no reply, and neither a file nor a primary is put off", () => {
  const server = new TestServer();
  server.run("CLIENT PAUSE 100 WRITE");
  assertEquals(server.run("SET k v"), "(none)");
  for (const caller of [FILE, PRIMARY]) {
    const client = server.clients.create(caller, null);
    assertEquals(plain(server.execute(client, ["SET", "k", caller.name])), "+OK");
  }
  assertEquals(server.connect("reader").run("GET k"), "primary");
});

Deno.test("gates: asked for a blocked client, they hold without putting off", async () => {
  const server = new TestServer();
  const waiting = server.connect("waiting");
  assertEquals(waiting.run("BLPOP l 0"), "(none)");
  server.run("CLIENT PAUSE 100 WRITE");
  server.execute(server.createClient(null), ["RPUSH", "l", "a"]);
  assertEquals([waiting.client.blocked?.kind, server.takeSent()], ["keys", []]);
  server.run("CLIENT UNPAUSE");
  await Promise.resolve();
  assertEquals(server.takeSent(), ['waiting: ["l","a"]']);
});

Deno.test("gates: every gate is one bit", () => {
  const bits = GATES.map(({ name }) => GATE[name]);
  assertEquals(bits.reduce((all, bit) => all | bit), ALL_GATES);
  assertEquals(new Set(bits).size, GATES.length);
  assertEquals(NO_REPLY instanceof ErrorReply, false);
});
