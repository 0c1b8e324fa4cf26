/**
 * The engine next to a real server: scripts about the language, the environment, the libraries and
 * the conversion of replies.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { ERRORS, GLOBALS, LANGUAGE } from "./cases_language.ts";
import { CJSON, CMSGPACK, CONVERSION, STRUCT_AND_BIT } from "./cases_libraries.ts";
import { Comparison, describe, type Difference, HAS_SERVER } from "./compare.ts";

/** Begin and end of what 7.2 replies where older servers reply otherwise, by script. */
const SINCE_7_2: Record<string, [string, string]> = {
  "redis.set_repl()": ["-ERR redis.set_repl() requires one argument. script: ", ""],
  "redis.set_repl(redis.REPL_ALL, 1)": [
    "-ERR redis.set_repl() requires one argument. script: ",
    "",
  ],
  "return {double = 1e300}": ["$6\r\n1e+300", ""],
  "return {double = 0/0}": ["$3\r\nnan", ""],
};

/** Names of Lua's that some distributions' builds of older servers lack. */
const MAY_BE_MISSING = /\b(setfenv|getfenv|newproxy)\b|pairs\(_G\)/;

const GROUPS = { GLOBALS, ERRORS, LANGUAGE, CJSON, CMSGPACK, STRUCT_AND_BIT, CONVERSION };

Deno.test({
  name: "scripts: next to a real server",
  ignore: !HAS_SERVER,
  fn: async (t) => {
    await using comparison = await Comparison.start();
    const isCurrent = await comparison.isCurrent();
    for (const [group, scripts] of Object.entries(GROUPS)) {
      await t.step(`${group.toLowerCase()} (${scripts.length} scripts)`, async () => {
        const differences: Difference[] = [];
        for (const script of scripts) {
          const found = await comparison.check({ script });
          if (found !== null && !(!isCurrent && isKnown(found))) differences.push(found);
        }
        assertEquals(describe(differences), "");
      });
    }
  },
});

function isKnown({ script, expected, actual }: Difference): boolean {
  const known = SINCE_7_2[script];
  if (known !== undefined) return actual.startsWith(known[0]);
  return MAY_BE_MISSING.test(script) &&
    (expected.includes("nonexistent global variable") || script.includes("pairs(_G)"));
}
