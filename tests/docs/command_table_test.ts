import { assertEquals } from "@std/assert";
import { commandTable } from "./command_table.ts";

Deno.test("docs: the command table is up to date (deno task docs)", async () => {
  const file = new URL("../../src/commands/README.md", import.meta.url);
  assertEquals(await Deno.readTextFile(file), await commandTable());
});
