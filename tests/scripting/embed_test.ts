/**
 * The embedded interpreter is what its sources make of it.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { buildEmbedded, EMBEDDED } from "./embed/build.ts";

Deno.test("embedded: the module is built from the package and the glue's source", async () => {
  const built = await buildEmbedded();
  // Without npm or its registry there is nothing to compare with.
  if (built === null) return;
  const kept = await Deno.readTextFile(EMBEDDED);
  assert(built === kept, "run `deno task embed-lua`");
  assertEquals(built.length, kept.length);
});
