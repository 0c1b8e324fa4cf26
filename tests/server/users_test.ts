import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { REDIS_VERSION } from "../../src/version.ts";
import { RawClient } from "../support/raw_client.ts";
import { parseReply } from "../support/resp.ts";
import { freePort } from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";
import { inPairs, Program, runToEnd } from "./support.ts";

/** A configuration file, and a file of users beside it. */
async function files(port: number, conf: string, users?: string): Promise<TempDir> {
  const directory = await TempDir.create();
  const text = `port ${port}\nbind 127.0.0.1\nsave ""\ndir ${directory.path}\n${conf}`;
  await Deno.writeTextFile(`${directory.path}/redis.conf`, text);
  if (users !== undefined) await Deno.writeTextFile(`${directory.path}/users.acl`, users);
  return directory;
}

function items(raw: string): (string | null)[] {
  return parseReply(raw).items!.map(({ text }) => text);
}

Deno.test("users of a configuration file are there at once, and CONFIG REWRITE keeps them", async () => {
  const port = freePort();
  await using directory = await files(
    port,
    'requirepass first\nuser alice on ">a secret" +@read ~a* (+set ~b)\n# a comment\n' +
      "user default on nopass +@all ~* &*\n",
  );
  const path = `${directory.path}/redis.conf`;
  await using program = new Program([path]);
  await program.logs("Ready to accept connections");
  await using client = await RawClient.connect(port);
  assertEquals(await client.call("AUTH", "alice", "a secret"), "+OK\r\n");
  assertEquals(await client.call("SET", "b", "1"), "+OK\r\n");
  assertEquals(await client.call("SET", "a", "1"), "-NOPERM No permissions to access a key\r\n");
  // Its line comes after requirepass.
  assertEquals(await client.call("AUTH", "default", "anything"), "+OK\r\n");
  await client.call("ACL", "SETUSER", "bob", "on", "nopass");
  await client.call("ACL", "SETUSER", "alice", "resetpass");
  const users = items(await client.call("ACL", "LIST"));
  assertEquals(await client.call("CONFIG", "REWRITE"), "+OK\r\n");
  const lines = (await Deno.readTextFile(path)).split("\n");
  assertEquals(lines.filter((line) => line.startsWith("user ")).sort(), users);
  assert(lines.indexOf("# a comment") > 0);
});

Deno.test("users of a configuration that cannot be made stop the start, saying where", async () => {
  const place = (line: string) =>
    `*** FATAL CONFIG FILE ERROR (Redis ${REDIS_VERSION}) ***\n` +
    `Reading the configuration file, at line 5\n>>> '${line}'\n`;
  const stderr: [line: string, reason: string][] = [
    ["user alice on foo", "Error in user declaration 'alice': Syntax error"],
    ["user alice (+get", "Error in user declaration 'user': Wrong format"],
    ["user", "Bad directive or wrong number of arguments"],
  ];
  const stdout: [line: string, reason: string][] = [
    [
      "user alice on +nope",
      "Error loading ACL rule '+nope' for the user named 'alice': Unknown command or category " +
      "name in ACL",
    ],
    ['user "a b" on', "Spaces not allowed in ACL usernames"],
  ];
  const run = async (line: string) => {
    await using directory = await files(freePort(), `${line}\n`);
    return await runToEnd([`${directory.path}/redis.conf`]);
  };
  await inPairs(stderr, async ([line, reason]) => {
    const outcome = await run(line);
    assertEquals(outcome.code, 1, outcome.stdout);
    assertStringIncludes(outcome.stderr, `${place(line)}${reason}\n`);
  });
  await inPairs(stdout, async ([line, reason]) => {
    const outcome = await run(line);
    assertEquals(outcome.code, 1, outcome.stdout);
    assertStringIncludes(outcome.stdout, ` # ${reason}\n`);
    assertStringIncludes(outcome.stdout, " # Critical error while loading ACLs. Exiting.\n");
  });
});

Deno.test("a file of users that is bad, missing or one too many stops the start", async () => {
  const cases: [conf: string, users: string | undefined, reason: string][] = [
    [
      "",
      undefined,
      "Aborting Redis startup because of ACL errors: Error loading ACLs, opening file 'users.acl': " +
      "No such file or directory",
    ],
    [
      "",
      "user a on\n\n# no comments\nuser b +nope\n",
      "Aborting Redis startup because of ACL errors: users.acl:3 should start with user keyword " +
      "followed by the username. users.acl:4: Error in applying operation '+nope': Unknown command " +
      "or category name in ACL. WARNING: ACL errors detected, no change to the previously active " +
      "ACL rules was performed",
    ],
    [
      "user a on\n",
      "user b on\n",
      "Configuring Redis with users defined in redis.conf and at the same setting an ACL file path " +
      "is invalid. This setup is very likely to lead to configuration errors and security holes, " +
      "please define either an ACL file or declare users directly in your redis.conf, but not both.",
    ],
  ];
  await inPairs(cases, async ([conf, users, reason]) => {
    await using directory = await files(freePort(), `aclfile users.acl\n${conf}`, users);
    const { code, stdout } = await runToEnd([`${directory.path}/redis.conf`]);
    assertEquals(code, 1);
    assertStringIncludes(stdout, ` # ${reason}\n`);
    // Nobody was let in meanwhile.
    assert(!stdout.includes("Server initialized"));
  });
});

Deno.test("ACL LOAD takes all of the file or nothing, and closes the clients of users", async () => {
  const port = freePort();
  await using directory = await files(
    port,
    "aclfile users.acl\n",
    "user alice on nopass +@all ~*\n",
  );
  await using program = new Program([`${directory.path}/redis.conf`]);
  await program.logs("Ready to accept connections");
  const path = `${directory.path}/users.acl`;
  await using admin = await RawClient.connect(port);
  await using alice = await RawClient.connect(port);
  assertEquals(await alice.call("AUTH", "alice", "x"), "+OK\r\n");

  await Deno.writeTextFile(path, "user alice off\nuser bob on\nuser carol foo\n");
  const before = await admin.call("ACL", "LIST");
  assertEquals(
    await admin.call("ACL", "LOAD"),
    "-ERR users.acl:3: Syntax error. WARNING: ACL errors detected, no change to the previously " +
      "active ACL rules was performed\r\n",
  );
  assertEquals(await admin.call("ACL", "LIST"), before);
  assertEquals(await alice.call("PING"), "+PONG\r\n");

  await Deno.writeTextFile(path, "user alice on nopass +ping\n");
  assertEquals(await admin.call("ACL", "LOAD"), "+OK\r\n");
  assert(await alice.closedByPeer());
  assertEquals(await admin.call("PING"), "+PONG\r\n");

  await admin.call("ACL", "SETUSER", "dave", "on", ">secret");
  assertEquals(await admin.call("ACL", "SAVE"), "+OK\r\n");
  const saved = await Deno.readTextFile(path);
  assertEquals(saved.trimEnd().split("\n"), items(await admin.call("ACL", "LIST")));
  assert(!saved.includes("secret"));
  // The users leave the configuration file for their own.
  assertEquals(await admin.call("CONFIG", "REWRITE"), "+OK\r\n");
  assert(!(await Deno.readTextFile(`${directory.path}/redis.conf`)).includes("user "));
});
