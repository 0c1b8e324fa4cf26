import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { allCommands } from "../../src/commands/mod.ts";
import { asciiUpper } from "../../src/bytes/bytes.ts";
import { Registry } from "../../src/command/registry.ts";

Deno.test("registry: every command is found in any case, and nothing else is", () => {
  const registry = new Registry(allCommands);
  assertEquals(registry.size, allCommands.length);
  for (const command of allCommands) {
    const { name } = command;
    assertStrictEquals(registry.get(name), command);
    assertStrictEquals(registry.get(asciiUpper(name)), command);
    assertStrictEquals(registry.get(name[0] + asciiUpper(name.slice(1))), command);
    for (const wrong of [name + "x", "x" + name, name.slice(1), name + "\0", `${name} `]) {
      assert(registry.get(wrong)?.name !== name, wrong);
    }
  }
  assertEquals(registry.get(""), undefined);
  // Chars that differ from letters in the case bit alone are not letters.
  assertEquals(registry.get("pin'"), undefined);
  assertEquals(registry.get("PIN\x07"), undefined);
  assertEquals(registry.get("ge\xd4"), undefined);
});

Deno.test("registry: resolve finds subcommands, and the container where there is none", () => {
  const registry = new Registry(allCommands);
  assertEquals(registry.resolve(["CONFIG", "get", "port"])?.name, "config|get");
  assertEquals(registry.resolve(["config", "GET"])?.name, "config|get");
  assertEquals(registry.resolve(["CONFIG", "bogus"])?.name, "config");
  assertEquals(registry.resolve(["CONFIG"])?.name, "config");
  assertEquals(registry.resolve(["GET", "get"])?.name, "get");
  assertEquals(registry.resolve(["BOGUS"]), undefined);
});

Deno.test("registry: rename", () => {
  const registry = new Registry(allCommands);
  assertEquals(registry.rename("GET", "fetch"), null);
  assertEquals(registry.get("get"), undefined);
  assertEquals(registry.get("FETCH")?.name, "get");
  assertEquals(registry.rename("set", ""), null);
  assertEquals(registry.get("SET"), undefined);
  assertEquals(registry.rename("set", "x"), "No such command in rename-command");
  assertEquals(registry.rename("ping", "echo"), "Target command name already exists");
  assertEquals(registry.size, allCommands.length - 2);
});
