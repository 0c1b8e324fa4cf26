/**
 * Does a command cost more when there are more keys? SET and GET of random keys at several sizes of
 * the keyspace, beside a real server.
 *
 *     deno run -A tests/bench/scale.ts            10 thousand and 1 million keys
 *     deno run -A tests/bench/scale.ts --huge     10 million too
 *
 * @module
 */

import { feed, strings } from "./support/feed.ts";
import { compare, type Effort, type ServerFigures } from "./support/measure.ts";
import { program } from "./support/options.ts";
import { runBenchmark } from "./support/redis_benchmark.ts";
import { keepFigures, RESULTS_PATH } from "./support/results.ts";
import { decimal, formatTable, ratioText, whole } from "./support/table.ts";
import { LABELS, type TargetKind, TargetSet } from "./support/targets.ts";
import { valueOf, WORKLOADS } from "./support/workloads.ts";

const KINDS: TargetKind[] = ["redis", "redeno"];
const COMMANDS = ["GET", "SET"];
const VALUE_SIZE = 24;
const LOAD = { pipeline: 16, clients: 50 };

/** The figures of one command at one number of keys. */
interface Point {
  keys: number;
  command: string;
  servers: Partial<Record<TargetKind, ServerFigures>>;
}

async function measure(keys: number, effort: Effort): Promise<Point[]> {
  await using targets = await TargetSet.start(KINDS);
  const value = valueOf(VALUE_SIZE);
  for (const { port } of targets.list) await feed(port, strings({ keys, value }));
  const points: Point[] = [];
  for (const command of COMMANDS) {
    const args = WORKLOADS[command].args(value);
    const { servers } = await compare(targets.list, {
      run: ({ port }, requests) =>
        runBenchmark({ port, ...LOAD, requests, keys, command: args, limitMs: 60_000 }),
      trial: 1000,
    }, effort);
    points.push({ keys, command, servers });
  }
  return points;
}

function row({ keys, command, servers }: Point): string[] {
  const cells = KINDS.flatMap((kind) => {
    const figures = servers[kind];
    if (figures === undefined) return ["-", "-", "-"];
    const { user, system } = figures.cpuPerMillion;
    return [whole(figures.rps.median), decimal(user + system), decimal(figures.p99Ms)];
  });
  return [whole(keys), command, ...cells, ratioText(servers.redeno?.ratio)];
}

if (import.meta.main) {
  await program({
    values: ["keys", "rounds", "seconds", "out"],
    flags: ["huge", "no-write"],
    usage: `deno run -A tests/bench/scale.ts [options]
  --keys NUMBERS     default 10000,1000000
  --huge             10 million keys too
  --rounds NUMBER    default 5
  --seconds NUMBER   wanted length of a round, default 0.5
  --out FILE         default tests/bench/results.json
  --no-write         print only`,
  }, async (options) => {
    const sizes = options.numbers("keys", [10_000, 1_000_000]);
    if (options.flag("huge")) sizes.push(10_000_000);
    const effort = {
      rounds: options.number("rounds", 5),
      seconds: options.number("seconds", 0.5),
    };
    const points: Point[] = [];
    for (const keys of sizes) points.push(...await measure(keys, effort));
    const heading = KINDS.flatMap((kind) => ["/s", " CPU", " p99 ms"].map((x) => LABELS[kind] + x));
    console.log(
      `random keys, ${VALUE_SIZE}-byte values, ${LOAD.clients} connections, ` +
        `pipelines of ${LOAD.pipeline}; CPU is seconds for a million commands\n`,
    );
    console.log(formatTable(["keys", "command", ...heading, "ratio"], points.map(row)));
    const path = options.flag("no-write") ? undefined : options.text("out") ?? RESULTS_PATH;
    await keepFigures(path, "scale", points);
  });
}
