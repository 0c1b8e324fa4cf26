import { assertEquals, assertStringIncludes } from "@std/assert";
import { GATE } from "../../src/command/gates.ts";
import { FILE, PRIMARY } from "../../src/session/caller.ts";
import { TestClient, TestServer } from "./support.ts";

function started() {
  const server = new TestServer();
  const admin = new TestClient(server, "admin");
  const client = new TestClient(server, "client");
  const set = (...rules: string[]) => server.acl.set("u", rules, null);
  return { server, admin, client, set };
}

Deno.test("nobody is asked for a client whose user is unlimited, also not after changes", () => {
  const { client, set } = started();
  const raised = () => (client.client.gates & GATE.acl) !== 0;
  assertEquals(raised(), false);
  set("on", "nopass", "+@all", "~*", "&*");
  client.run("AUTH u x");
  assertEquals(raised(), false);
  set("-get");
  assertEquals(raised(), true);
  assertEquals(client.run("GET a"), "-NOPERM User u has no permissions to run the 'get' command");
  set("+@all");
  assertEquals(raised(), false);
  set("resetkeys", "~b");
  assertEquals(client.run("GET a"), "-NOPERM No permissions to access a key");
  client.run("AUTH default x");
  assertEquals(raised(), false);
});

Deno.test("a blocked command whose user lost the right to it is refused when it wakes", () => {
  const { server, admin, client, set } = started();
  set("on", "nopass", "+@all", "~*");
  client.run("AUTH u x");
  assertEquals(client.run("BLPOP l 0"), "(none)");
  set("-blpop");
  admin.run("RPUSH l v");
  assertEquals(server.sent, [
    `client: "-NOPERM User u has no permissions to run the 'blpop' command"`,
  ]);
  assertEquals(admin.run("LLEN l"), 1);
  assertEquals(client.client.blocked, null);
});

Deno.test("the commands of a transaction are asked for again when it runs", () => {
  const { server, client, set } = started();
  set("on", "nopass", "+@all", "~*");
  client.run("AUTH u x");
  for (const line of ["MULTI", "SET a 1", "GET b", "ECHO hi"]) client.run(line);
  set("-echo", "resetkeys", "~a");
  const changed = "-NOPERM ACLs rules changed between the moment the transaction was accumulated " +
    "and the EXEC call. This command is no longer allowed for the following reason: ";
  assertEquals(client.run("EXEC"), [
    "+OK",
    `${changed}no permission to touch the specified keys`,
    `${changed}no permission to execute the command or subcommand`,
  ]);
  const entries = server.acl.refused.newest(9);
  assertEquals(entries.map(({ context, object }) => `${context} ${object}`), [
    "multi echo",
    "multi b",
  ]);
  assertStringIncludes(entries[0].clientInfo, " flags=x ");
  assertStringIncludes(entries[0].clientInfo, " multi=3 ");
  assertStringIncludes(entries[0].clientInfo, " cmd=exec user=u ");
});

Deno.test("a client within a transaction sees its EXEC in its own line", () => {
  const { client } = started();
  client.run("MULTI");
  client.run("CLIENT INFO");
  const [line] = client.run("EXEC") as string[];
  assertStringIncludes(line, " flags=x db=0 sub=0 psub=0 ssub=0 multi=1 ");
  assertStringIncludes(line, " cmd=exec ");
  assertStringIncludes(String(client.run("CLIENT INFO")), " flags=N ");
});

Deno.test("what a primary sends and a file holds is not asked for", () => {
  const { server, admin } = started();
  assertEquals(server.acl.set("default", ["-@all", "resetkeys"], null), null);
  assertEquals(
    admin.run("SET a 1"),
    "-NOPERM User default has no permissions to run the 'set' command",
  );
  for (const caller of [FILE, PRIMARY]) {
    const client = server.clients.create(caller, null);
    assertEquals([client.user, client.gates & GATE.acl], [null, 0]);
    assertEquals(
      server.execute(client, ["SET", "a", caller.name]),
      server.execute(client, ["SET", "a", "1"]),
    );
  }
});

Deno.test("a script is told in its own words", () => {
  const { server, client, set } = started();
  set("on", "nopass", "+get", "~a");
  client.run("AUTH u x");
  const ask = (line: string) => {
    const args = line.split(" ");
    return server.aclGate.admitScripted(client.client, server.registry.resolve(args)!, args);
  };
  assertEquals(ask("get a"), null);
  assertEquals(
    ask("set a b"),
    "ACL failure in script: User u has no permissions to run the 'set' command",
  );
  assertEquals(ask("get b"), "ACL failure in script: No permissions to access a key");
  assertEquals(server.acl.refused.newest(1)[0].context, "lua");
});

Deno.test("who loses its user is closed, the one who asked behind its reply", () => {
  const { server, client, set } = started();
  const other = new TestClient(server, "other");
  set("on", "nopass", "+@all");
  client.run("AUTH u x");
  other.run("AUTH u x");
  assertEquals(client.run("ACL DELUSER u"), 1);
  assertEquals([client.client.closed, client.client.closeAfterReply], [false, true]);
  assertEquals(other.client.closed, true);
  assertEquals([client.client.user?.name, client.client.authenticated], ["default", false]);
});
