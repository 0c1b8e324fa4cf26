import { assertEquals } from "@std/assert";
import { generatedFiles } from "./generate.ts";

Deno.test("docs: generated files are up to date (deno task docs)", async () => {
  for (const [path, text] of await generatedFiles()) {
    const file = new URL(`../../${path}`, import.meta.url);
    assertEquals(await Deno.readTextFile(file), text, path);
  }
});
