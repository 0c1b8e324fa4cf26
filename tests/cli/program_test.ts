/**
 * The client's book of commands, made from the command table of this program.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { CommandBook } from "../../src/cli/command_docs.ts";
import { hintFor } from "../../src/cli/hints.ts";
import { commandDocs } from "../../src/cli/subcommand.ts";
import { allCommands } from "../../src/commands/mod.ts";

Deno.test("every command of the table is in the book, with its hints", () => {
  const book = new CommandBook(allCommands.map(commandDocs));
  for (const { name, subcommands } of allCommands) {
    assertEquals(book.longest([name])?.docs.name, name);
    for (const sub of subcommands?.keys() ?? []) {
      assertEquals(book.longest([name, sub])?.docs.name, `${name}|${sub}`);
    }
  }
  assert(book.groups.includes("string"));
  assertEquals(hintFor("get ", book), "key");
  assertEquals(hintFor("SET k v ex ", book).split(" ")[0], "seconds");
});
