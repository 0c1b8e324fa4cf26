/**
 * Compares Redeno with a real server over random commands:
 *
 * ```text
 * deno task fuzz --group zset --seed 7 --count 100000
 * deno task fuzz                        every group, 20,000 commands each, from a new seed
 * ```
 *
 * It prints each difference as a conformance case, and ends with 1 when there is any.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { fuzz, report } from "./fuzzer.ts";
import { GROUPS } from "./groups.ts";
import { Pair } from "./pair.ts";

const options = parseArgs(Deno.args, {
  string: ["group", "seed", "count", "most"],
  default: { count: "20000", most: "10" },
});
const seed = Number(options.seed ?? Math.floor(Math.random() * 2 ** 31));
const groups = typeof options.group === "string" ? options.group.split(",") : Object.keys(GROUPS);
let failed = false;
await using pair = await Pair.start();
for (const group of groups) {
  const begun = performance.now();
  const { sent, differences, skipped } = await fuzz(pair, {
    group,
    seed,
    count: Number(options.count),
    most: Number(options.most),
  });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const left = skipped.length === 0 ? "" : `, without ${skipped.join(" ")}`;
  console.log(
    `${group}, seed ${seed}: ${sent} commands in ${seconds} s, ` +
      `${differences.length} differences${left}`,
  );
  for (const difference of differences) console.log(`  ${report(difference)}`);
  failed ||= differences.some(({ unstable }) => !unstable);
}
if (failed) Deno.exitCode = 1;
