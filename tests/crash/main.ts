/**
 * The long run of the crash test:
 *
 * ```text
 * deno task crash                                   200 kills for each way to keep data
 * deno task crash --mode everysec --kills 50 --seed 7
 * ```
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { crash, type Mode, MODES, summary } from "./crash.ts";

const options = parseArgs(Deno.args, { string: ["mode", "kills", "seed"] });
const chosen = typeof options.mode === "string" ? options.mode.split(",") : MODES;
const kills = Number(options.kills ?? Deno.env.get("AOF_KILLS") ?? 200);
const seed = Number(
  options.seed ?? Deno.env.get("AOF_SEED") ?? Math.floor(Math.random() * 2 ** 20),
);
for (const mode of chosen) {
  const figures = await crash({
    mode: mode as Mode,
    kills,
    seed,
    onKill: (so) => so.kills % 25 === 0 && console.log(`… ${summary(so)}`),
  });
  console.log(summary(figures));
}
