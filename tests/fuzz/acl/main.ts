/**
 * Compares access control with a real server's over random users, rules and commands:
 *
 * ```text
 * deno run -A tests/fuzz/acl/main.ts --steps 100000 --seed 7
 * ```
 *
 * It prints each difference with what led to it, and ends with 1 when there is any. Against a 7.2,
 * CONFORMANCE_EXACT=1 in the environment compares all words (see `conformance/tolerances.ts`).
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { fuzzAcl } from "./fuzz.ts";

const options = parseArgs(Deno.args, {
  string: ["steps", "seed", "most"],
  default: { steps: "20000", most: "5" },
});
const seed = Number(options.seed ?? Math.floor(Math.random() * 2 ** 31));
const begun = performance.now();
const { steps, differences } = await fuzzAcl({
  seed,
  steps: Number(options.steps),
  most: Number(options.most),
});
const seconds = ((performance.now() - begun) / 1000).toFixed(1);
console.log(`seed ${seed}: ${steps} steps in ${seconds} s, ${differences.length} differences`);
for (const difference of differences) console.log(`  ${difference}`);
if (differences.length > 0) Deno.exitCode = 1;
