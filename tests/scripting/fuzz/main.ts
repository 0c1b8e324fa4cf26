/**
 * Compares the engine with a real server over random scripts:
 *
 * ```text
 * deno run -A tests/scripting/fuzz/main.ts --kind cjson_decode --seed 7 --count 10000
 * deno run -A tests/scripting/fuzz/main.ts        every kind, 2,000 scripts each, from a new seed
 * ```
 *
 * It prints the scripts whose replies differ, and ends with 1 when there are any.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { Comparison, describe, type Difference } from "../compare.ts";
import { mulberry32 } from "../../support/prng.ts";
import { KINDS } from "./scripts.ts";

const BATCH = 50;

/** What older servers do otherwise than 7.2: numbers as arguments, and doubles, have 17 digits. */
const OLD = /redis\.call\('echo'|double/;

/** Run scripts of one kind on both sides; the differences, at most `most` of them. */
export async function fuzzScripts(
  comparison: Comparison,
  { kind, seed, count, most = 10 }: { kind: string; seed: number; count: number; most?: number },
): Promise<Difference[]> {
  const random = mulberry32(seed);
  const isCurrent = await comparison.isCurrent();
  const found: Difference[] = [];
  for (let done = 0; done < count && found.length < most; done += BATCH) {
    if (done % 2000 === 0) await comparison.client.call("SCRIPT", "FLUSH");
    const scripts = Array.from({ length: BATCH }, () => KINDS[kind](random));
    for (const difference of await comparison.checkAll(scripts)) {
      if (isCurrent || !OLD.test(difference.script)) found.push(difference);
    }
  }
  return found.slice(0, most);
}

if (import.meta.main) {
  const options = parseArgs(Deno.args, {
    string: ["kind", "seed", "count"],
    default: { count: "2000" },
  });
  const seed = Number(options.seed ?? Math.floor(Math.random() * 2 ** 31));
  const kinds = typeof options.kind === "string" ? options.kind.split(",") : Object.keys(KINDS);
  await using comparison = await Comparison.start();
  for (const kind of kinds) {
    const found = await fuzzScripts(comparison, { kind, seed, count: Number(options.count) });
    console.log(`${kind}, seed ${seed}: ${options.count} scripts, ${found.length} differences`);
    if (found.length > 0) {
      console.log(describe(found));
      Deno.exitCode = 1;
    }
  }
}
