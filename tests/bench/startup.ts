/**
 * From exec until connections are accepted, on an empty directory, beside a real server.
 *
 *     deno run -A tests/bench/startup.ts [--rounds 10]
 *
 * A first start of each, which fills the caches of the disk and of Deno, does not count.
 *
 * @module
 */

import { program } from "./support/options.ts";
import { residentBytes } from "./support/proc.ts";
import { keepFigures, RESULTS_PATH } from "./support/results.ts";
import { median, type Spread, spread } from "./support/statistics.ts";
import { bytesText, formatTable, whole } from "./support/table.ts";
import { LABELS, Target, type TargetKind } from "./support/targets.ts";

const KINDS: TargetKind[] = ["redis", "redeno"];

async function start(kind: TargetKind): Promise<{ ms: number; resident: number }> {
  await using target = await Target.start(kind);
  return { ms: target.startSeconds * 1000, resident: await residentBytes(target.pid) };
}

if (import.meta.main) {
  await program({
    values: ["rounds", "out"],
    flags: ["no-write"],
    usage: `deno run -A tests/bench/startup.ts [options]
  --rounds NUMBER   starts of each server, default 10
  --out FILE        default tests/bench/results.json
  --no-write        print only`,
  }, async (options) => {
    const rounds = options.number("rounds", 10);
    const starts = Object.fromEntries(
      KINDS.map((kind) => [kind, [] as Awaited<ReturnType<typeof start>>[]]),
    );
    for (let i = 0; i <= rounds; i++) {
      for (const kind of KINDS) {
        const one = await start(kind);
        if (i > 0) starts[kind].push(one);
      }
    }
    const figures: Record<string, { ms: Spread; residentBytes: number }> = Object.fromEntries(
      KINDS.map((kind) => [kind, {
        ms: spread(starts[kind].map(({ ms }) => ms)),
        residentBytes: median(starts[kind].map(({ resident }) => resident)),
      }]),
    );
    console.log(`start on an empty directory, ${rounds} times each\n`);
    console.log(formatTable(
      ["server", "median ms", "fastest", "slowest", "resident"],
      KINDS.map((kind) => {
        const { ms, residentBytes } = figures[kind];
        return [
          LABELS[kind],
          ...[ms.median, ms.low, ms.high].map(whole),
          bytesText(residentBytes),
        ];
      }),
    ));
    const path = options.flag("no-write") ? undefined : options.text("out") ?? RESULTS_PATH;
    await keepFigures(path, "startup", { rounds, servers: figures });
  });
}
