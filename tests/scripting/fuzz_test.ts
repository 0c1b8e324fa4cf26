/**
 * A short run of the fuzzer for scripts. See tests/scripting/fuzz/main.ts for long ones.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Comparison, describe, HAS_SERVER } from "./compare.ts";
import { fuzzScripts } from "./fuzz/main.ts";
import { KINDS } from "./fuzz/scripts.ts";

Deno.test({
  name: "scripts: random ones next to a real server",
  ignore: !HAS_SERVER,
  fn: async (t) => {
    await using comparison = await Comparison.start();
    for (const kind of Object.keys(KINDS)) {
      await t.step(kind, async () => {
        const found = await fuzzScripts(comparison, { kind, seed: 20240, count: 200 });
        assertEquals(describe(found), "");
      });
    }
  },
});
