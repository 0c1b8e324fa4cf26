/**
 * Gives damaged dumps, append-only files, manifests and RESTORE payloads to the server's loaders:
 *
 * ```text
 * deno task fuzz:files --seed 7 --count 100000
 * deno task fuzz:files --seed 7 --only 1234     one case again, here in this process
 * ```
 *
 * Each must be refused or be taken; what is taken is read, changed, saved and loaded again. It
 * prints how many ended how, and each fault with the number of its case, and ends with 1 when there
 * is any.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { campaign, type Count } from "./campaign.ts";
import { Runner } from "./runner.ts";

function table(title: string, counts: ReadonlyMap<string, Count>): void {
  console.log(`${title.padEnd(12)}${"refused".padStart(10)}${"taken".padStart(10)}`);
  for (const [name, { refused, taken }] of [...counts].sort()) {
    console.log(`${name.padEnd(12)}${`${refused}`.padStart(10)}${`${taken}`.padStart(10)}`);
  }
}

async function runOne(seed: number, index: number): Promise<void> {
  using runner = new Runner(seed);
  for (const { name, bytes } of runner.cases.make(index).files) {
    console.log(`${name}: ${JSON.stringify(bytes)}`);
  }
  console.log(await runner.run(index));
}

async function runMany(seed: number, count: number, most: number): Promise<void> {
  const begun = performance.now();
  const processes = Math.max(1, Math.min(navigator.hardwareConcurrency, Math.ceil(count / 1000)));
  const findings = await campaign({ seed, first: 0, count, most, processes });
  const { slowest, faults } = findings;
  table("what", findings.forms);
  table("damage", findings.damages);
  console.log(
    `seed ${seed}: ${findings.cases} cases in ${
      ((performance.now() - begun) / 1000).toFixed(1)
    } s` +
      `, ${faults.length} faults`,
  );
  console.log(
    `longest load: ${slowest?.loadMs.toFixed(1)} ms (case ${slowest?.index}); resident at most ` +
      `${(findings.largestRss / 1e6).toFixed(0)} MB, ${(findings.firstRss / 1e6).toFixed(0)} MB ` +
      "before the first case",
  );
  for (const { index, what } of faults) console.log(`case ${index}: ${what}`);
  if (faults.length > 0) Deno.exitCode = 1;
}

const options = parseArgs(Deno.args, {
  string: ["seed", "count", "most", "only"],
  default: { count: "50000", most: "10" },
});
const seed = Number(options.seed ?? Math.floor(Math.random() * 2 ** 31));
if (options.only !== undefined) await runOne(seed, Number(options.only));
else await runMany(seed, Number(options.count), Number(options.most));
