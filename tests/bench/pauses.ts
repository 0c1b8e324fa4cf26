/**
 * How long a client waits at worst while others write at full speed, beside a real server.
 *
 *     deno run -A tests/bench/pauses.ts [--keys 1000000] [--seconds 10]
 *
 * One connection pings every millisecond (see `support/pings.ts`) while redis-benchmark overwrites
 * random ones of the keys. The pinging process needs its share of the processor too; what it waits
 * for that is in both servers' figures.
 *
 * @module
 */

import { feed, strings } from "./support/feed.ts";
import { program } from "./support/options.ts";
import { ping, sleep, sumUp, type Waits } from "./support/pings.ts";
import { startLoad } from "./support/redis_benchmark.ts";
import { keepFigures, RESULTS_PATH } from "./support/results.ts";
import { decimal, formatTable, whole } from "./support/table.ts";
import { LABELS, Target, type TargetKind } from "./support/targets.ts";
import { valueOf } from "./support/workloads.ts";

const KINDS: TargetKind[] = ["redis", "redeno"];
const VALUE_SIZE = 24;
const PIPELINE = 16;
const CLIENTS = 50;
/** The load runs this long before pings count: connections are made, code is compiled. */
const WARM_MS = 1000;

/** What the pings met, and the commands a second that the server did meanwhile. */
interface Figures extends Waits {
  rate: number;
}

async function measure(
  kind: TargetKind,
  { keys, seconds }: { keys: number; seconds: number },
): Promise<Figures> {
  await using target = await Target.start(kind);
  const value = valueOf(VALUE_SIZE);
  await feed(target.port, strings({ keys, value }));
  await using _load = startLoad({
    port: target.port,
    clients: CLIENTS,
    pipeline: PIPELINE,
    keys,
    command: ["SET", "key:__rand_int__", value],
  });
  await sleep(WARM_MS);
  const processed = () => target.info("stats", "total_commands_processed");
  const before = await processed();
  const began = performance.now();
  const waits = await ping(target.port, sleep(seconds * 1000));
  const elapsed = (performance.now() - began) / 1000;
  const after = await processed();
  return { ...sumUp(waits), rate: ((after ?? NaN) - (before ?? NaN)) / elapsed };
}

if (import.meta.main) {
  await program({
    values: ["keys", "seconds", "out"],
    flags: ["no-write"],
    usage: `deno run -A tests/bench/pauses.ts [options]
  --keys NUMBER      default 1000000
  --seconds NUMBER   of pinging, default 10
  --out FILE         default tests/bench/results.json
  --no-write         print only`,
  }, async (options) => {
    const setting = {
      keys: options.number("keys", 1_000_000),
      seconds: options.number("seconds", 10),
    };
    const figures: Partial<Record<TargetKind, Figures>> = {};
    const rows: string[][] = [];
    for (const kind of KINDS) {
      const waits = await measure(kind, setting);
      figures[kind] = waits;
      rows.push([
        LABELS[kind],
        whole(waits.pings),
        ...[waits.medianMs, waits.p99Ms, waits.p999Ms, waits.longestMs].map((ms) => decimal(ms)),
        whole(waits.rate),
      ]);
    }
    console.log(
      `milliseconds until PONG while ${CLIENTS} connections SET with pipelines of ${PIPELINE}, ` +
        `${whole(setting.keys)} keys\n`,
    );
    console.log(
      formatTable(["server", "pings", "median", "p99", "p99.9", "longest", "commands/s"], rows),
    );
    const path = options.flag("no-write") ? undefined : options.text("out") ?? RESULTS_PATH;
    await keepFigures(path, "pauses", { ...setting, servers: figures });
  });
}
