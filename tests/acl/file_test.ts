import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { UserDefinitions } from "../../src/acl/definitions.ts";
import { parseUsers } from "../../src/acl/file.ts";
import type { User } from "../../src/acl/user.ts";
import { TempDir } from "../support/temp.ts";
import { CONTEXT, TestAcl } from "./support.ts";

const END =
  "WARNING: ACL errors detected, no change to the previously active ACL rules was performed";

function faultsOf(text: string): string {
  const content = parseUsers(text, "f.acl", CONTEXT);
  if ("users" in content) return "";
  assert(content.faults.endsWith(END));
  return content.faults.slice(0, -END.length);
}

Deno.test("a file of users: blank lines, spaces and line ends of all kinds", () => {
  const content = parseUsers(
    "\r\n  user a  on \t\r\n\nuser b (+get ~x) (+set\t ~y)\n",
    "f",
    CONTEXT,
  );
  assert("users" in content);
  assertEquals([...content.users.values()].map((user) => `${user.name}: ${user.describe()}`), [
    "a: on sanitize-payload resetchannels -@all",
    "b: off sanitize-payload resetchannels -@all (~x resetchannels -@all +get) " +
    "(~y resetchannels -@all +set)",
  ]);
});

Deno.test("all that is wrong with a file is told, with the numbers of lines", () => {
  assertEquals(faultsOf(""), "");
  const wrong = "f.acl:1 should start with user keyword followed by the username. ";
  for (const text of ["foo", "# comment", "user", "USER a", "foo user a"]) {
    assertEquals(faultsOf(text), wrong, text);
  }
  assertEquals(
    faultsOf("user a on\nuser b foo bar\n\nuser a off\nuser c +nope -@nope\nuser d (+get\n"),
    "f.acl:2: Syntax error. WARNING: Duplicate user 'a' found on line 4. " +
      "f.acl:5: Error in applying operation '+nope': Unknown command or category name in ACL. " +
      "f.acl:5: Error in applying operation '-@nope': Unknown command or category name in ACL. " +
      "f.acl:6: Unmatched parenthesis in selector definition.",
  );
  // What may be a password is not shown.
  assertEquals(faultsOf("user a secret <secret"), "f.acl:1: Syntax error. ");
});

Deno.test("users go to their file and come back; nothing is taken from a bad one", async () => {
  await using directory = await TempDir.create();
  const acl = new TestAcl({ dir: directory.path, aclfile: "users.acl" });
  assertStringIncludes(
    acl.load(null)!,
    "Error loading ACLs, opening file 'users.acl': No such file",
  );
  assertEquals(acl.set("zoe", ["on", ">secret", "~a*", "(+get", "%R~b)"], null), null);
  assertEquals(acl.set("adam", ["+@all", "-@admin"], null), null);
  const before = acl.definitions();
  assert(acl.save());
  const path = `${directory.path}/users.acl`;
  const text = await Deno.readTextFile(path);
  assertEquals(text, before.map((line) => `user ${line}\n`).join(""));
  assertEquals(before.map((line) => line.split(" ")[0]), ["adam", "default", "zoe"]);
  assertEquals((await Deno.stat(path)).mode! & 0o7777, 0o644 & ~Deno.umask());
  assertEquals([...Deno.readDirSync(directory.path)].length, 1);

  const removed: string[] = [];
  acl.effects = {
    changed: () => {},
    removed: (user: User) => void removed.push(user.name),
    channelsLeft: () => {},
  };
  const { defaultUser } = acl;
  await Deno.writeTextFile(path, "user default on >x +@all ~*\nuser new on\n");
  assertEquals(acl.load(null), null);
  assertEquals(acl.users().map(({ name }) => name), ["default", "new"]);
  assert(acl.user("default") === defaultUser);
  assertEquals(defaultUser.describe().split(" ").at(-1), "+@all");
  assertEquals(removed.sort(), ["adam", "zoe"]);

  const now = acl.definitions();
  await Deno.writeTextFile(path, "user default off\nuser other on\nnonsense\n");
  assertStringIncludes(acl.load(null)!, "users.acl:3 should start with user keyword");
  assertEquals(acl.definitions(), now);

  // Without a line of its own the default user is what it was in the beginning.
  await Deno.writeTextFile(path, "user other on\n");
  assertEquals(acl.load(null), null);
  assertEquals(defaultUser.describe(), "on nopass sanitize-payload ~* &* +@all");
});

Deno.test("a file that cannot be written leaves the old one as it was", async () => {
  await using directory = await TempDir.create();
  const acl = new TestAcl({ dir: directory.path, aclfile: "users.acl" });
  // A directory of that name cannot be replaced by a file.
  await Deno.mkdir(`${directory.path}/users.acl`);
  assertEquals(acl.save(), false);
  assertStringIncludes(acl.lines.join("\n"), "Renaming ACL file for ACL SAVE: ");
  assertEquals([...Deno.readDirSync(directory.path)].map(({ name }) => name), ["users.acl"]);
  const nowhere = new TestAcl({ dir: directory.path, aclfile: "no/users.acl" });
  assertEquals(nowhere.save(), false);
  assertStringIncludes(
    nowhere.lines.join("\n"),
    "Opening temp ACL file for ACL SAVE: No such file",
  );
});

Deno.test("users of a configuration: checked by the line, made at the start", () => {
  const users = new UserDefinitions(CONTEXT);
  assertEquals(users.add(["user", "a", "on", "(+get", "~x)", "+later"]), null);
  assertEquals(
    users.add(["user", "a"]),
    "Error in user declaration 'a': Duplicate user found. A user can only be defined once in " +
      "config files",
  );
  assertEquals(users.add(["user", "b", "foo"]), "Error in user declaration 'user': Syntax error");
  assertEquals(users.add(["user", "b", "(x"]), "Error in user declaration 'user': Wrong format");
  assertEquals(users.add(["user", "default", "on", ">p", "+get"]), null);
  assertEquals(users.all.map(({ rules }) => rules), [["on", "(+get ~x)", "+later"], [
    "on",
    ">p",
    "+get",
  ]]);
  const acl = new TestAcl();
  let fault = "";
  try {
    acl.define(users.all);
  } catch (error) {
    fault = (error as Error).message;
  }
  assertEquals(
    fault,
    "Error loading ACL rule '+later' for the user named 'a': Unknown command or category name in " +
      "ACL",
  );
  acl.define([{ name: "default", rules: ["on", "+get"] }, { name: "z", rules: [] }]);
  assertEquals(acl.defaultUser.describe(), "on sanitize-payload resetchannels -@all +get");
  assertStringIncludes(acl.lines.at(-1)!, "* The user 'z' is disabled");
});

Deno.test("acl-pubsub-default counts for selectors made from then on", () => {
  const acl = new TestAcl();
  acl.set("a", [], null);
  acl.config.setMany([["acl-pubsub-default", "allchannels"]]);
  acl.set("b", ["(+get)"], null);
  acl.set("a", ["(+get)"], null);
  assertEquals(
    acl.user("a")!.describe(),
    "off sanitize-payload resetchannels -@all (&* -@all +get)",
  );
  assertEquals(acl.user("b")!.describe(), "off sanitize-payload &* -@all (&* -@all +get)");
});
