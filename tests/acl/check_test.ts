import { assertEquals } from "@std/assert";
import { checkUser, readsEverything, refusalText } from "../../src/acl/check.ts";
import { registry, userOf } from "./support.ts";

/** What a user is told about a command; null when it may run. */
function refused(rules: string[], request: string): string | null {
  const args = request.split(" ");
  const command = registry.resolve(args)!;
  const user = userOf(...rules);
  const refusal = checkUser(user, command, args);
  return refusal === null ? null : refusalText(refusal, user, command, args, true);
}

const command = (name: string) => `User u has no permissions to run the '${name}' command`;
const key = (name: string) => `User u has no permissions to access the '${name}' key`;
const channel = (name: string) => `User u has no permissions to access the '${name}' channel`;

Deno.test("commands, subcommands, first arguments and categories", () => {
  assertEquals(refused(["+get", "~*"], "get a"), null);
  assertEquals(refused(["+get", "~*"], "SET a b"), command("set"));
  assertEquals(refused(["+config|get"], "config get a"), null);
  assertEquals(refused(["+config|get"], "config set a b"), command("config|set"));
  assertEquals(refused(["+config", "-config|set"], "config set a b"), command("config|set"));
  assertEquals(refused(["+select|0"], "select 0"), null);
  assertEquals(refused(["+select|0"], "select 1"), command("select"));
  assertEquals(refused(["+echo|HI"], "echo hi"), null);
  assertEquals(refused(["+@read", "~*"], "get a"), null);
  assertEquals(refused(["+@all", "-@write", "~*"], "set a b"), command("set"));
  // Whoever has not logged in may run these, and so may all.
  assertEquals(refused([], "auth a b"), null);
  assertEquals(refused(["-auth"], "quit"), null);
});

Deno.test("keys by what is done with them", () => {
  const rules = ["+@all", "~a*", "%R~r*", "%W~w*"];
  assertEquals(refused(rules, "get r1"), null);
  assertEquals(refused(rules, "get w1"), key("w1"));
  assertEquals(refused(rules, "set w1 v"), null);
  assertEquals(refused(rules, "set w1 v get"), key("w1"));
  assertEquals(refused(rules, "mget a1 r1 x1 x2"), key("x1"));
  assertEquals(refused(rules, "mset a1 r1 w1 x1"), null);
  assertEquals(refused(rules, "copy r1 w1"), null);
  assertEquals(refused(rules, "copy w1 a1"), key("w1"));
  assertEquals(refused(rules, "zunionstore w1 2 r1 w1"), key("w1"));
  assertEquals(refused(rules, "zunionstore x1 0 x2"), null);
  assertEquals(refused(rules, "sort r1 by w* store x1"), key("x1"));
  assertEquals(refused(rules, "xread streams r1 x1 0 0"), key("x1"));
  assertEquals(refused(rules, "watch w1"), null);
  assertEquals(refused(rules, "pfmerge x1"), null);
});

Deno.test("channels match patterns, and patterns only as they are", () => {
  const rules = ["+@all", "&c*", "&d"];
  assertEquals(refused(rules, "publish c1 m"), null);
  assertEquals(refused(rules, "publish x m"), channel("x"));
  assertEquals(refused(rules, "subscribe d c1 x"), channel("x"));
  assertEquals(refused(rules, "psubscribe c*"), null);
  assertEquals(refused(rules, "psubscribe c1"), channel("c1"));
  assertEquals(refused(rules, "unsubscribe x"), null);
});

Deno.test("one selector alone must allow all; the last refusal is told", () => {
  const rules = ["(+copy ~a)", "(+copy ~b)", "(+publish &c)"];
  assertEquals(refused(rules, "copy a b"), key("b"));
  assertEquals(refused(rules, "copy b b"), null);
  assertEquals(refused(rules, "get a"), command("get"));
  assertEquals(refused(rules, "publish d m"), channel("d"));
  assertEquals(refused(["+get", "~a", "(+set ~b)"], "set a v"), key("a"));
});

Deno.test("to read what nobody can name takes every key", () => {
  const reads = (...rules: string[]) => {
    const args = ["sort", "l"];
    return readsEverything(userOf(...rules), registry.resolve(args)!, args);
  };
  assertEquals(reads("+sort", "~*"), true);
  assertEquals(reads("+sort", "%R~*"), true);
  assertEquals(reads("+sort", "%W~*", "~l"), false);
  assertEquals(reads("+sort", "~**"), false);
  assertEquals(reads("+sort", "~l", "(%R~* +get)"), false);
  assertEquals(reads("+get", "~l", "(%R~* +sort)"), true);
});
