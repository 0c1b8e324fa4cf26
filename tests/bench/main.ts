/**
 * Throughput beside a real server, and beside a comparable server in JavaScript where it runs:
 *
 *     deno task bench            the whole matrix, about half an hour
 *     deno task bench --quick    a subset within 90 seconds
 *     deno task bench --help     how to choose
 *
 * The servers run all the time and are loaded in turns. Ratios go to `results.json`, where new
 * cases take the places of older ones, and `results.svg` is drawn from all of them.
 *
 * @module
 */

import { type BigWorkload, runBig } from "./support/big_value.ts";
import { drawChart } from "./support/chart.ts";
import { buildMatrix, caseId, type CaseKey, FULL, QUICK } from "./support/matrix.ts";
import { compare, type Effort, type Experiment } from "./support/measure.ts";
import { type Options, program } from "./support/options.ts";
import { runBenchmark } from "./support/redis_benchmark.ts";
import {
  type CaseResult,
  caseResult,
  cpuTotal,
  mergeCases,
  ratioCase,
  readResults,
  RESULTS_PATH,
  storeCases,
  storedCases,
  writeFormatted,
  writeSection,
} from "./support/results.ts";
import { geometricMean } from "./support/statistics.ts";
import { bytesText, decimal, formatTable, ratioText, whole } from "./support/table.ts";
import { LABELS, PEER, type Target, type TargetKind, TargetSet } from "./support/targets.ts";
import { prepare, valueOf, type Workload, WORKLOADS } from "./support/workloads.ts";

const KEYS = 100_000;
const BIG_SIZE = 10 * 1024 * 1024;
const BIG: Record<string, BigWorkload> = { BIG_SET: "SET", BIG_GET: "GET" };
const KINDS: TargetKind[] = ["redis", "redeno", "peer"];

const USAGE = `deno task bench [options]
  --quick               ${QUICK.workloads.join(", ")} at pipelines ${QUICK.pipelines.join(", ")}
  --only NAMES          of ${[...FULL.workloads, ...Object.keys(BIG)].join(", ")}
  --pipelines NUMBERS   default ${FULL.pipelines.join(",")}
  --sizes BYTES         default ${FULL.sizes.join(",")}
  --clients NUMBERS     default ${FULL.clients.join(",")}
  --rounds NUMBER       rounds of each server and case, default 5
  --seconds NUMBER      wanted length of a round, default 0.5 (quick: 0.3)
  --servers NAMES       of ${KINDS.join(", ")}; redis is what the others are compared with
  --out FILE            default tests/bench/results.json; the chart goes beside it
  --no-write            print only
  --fresh               forget the cases that the file holds already`;

/** What to measure, from the command line. */
interface Plan {
  cases: CaseKey[];
  effort: Effort;
}

function plan(options: Options): Plan {
  const quick = options.flag("quick");
  const base = quick ? QUICK : FULL;
  const chosen = options.words("only", [...FULL.workloads, ...Object.keys(BIG)], [
    ...base.workloads,
    ...Object.keys(BIG),
  ]);
  const cases = buildMatrix({
    workloads: chosen.filter((name) => Object.hasOwn(WORKLOADS, name)),
    pipelines: options.numbers("pipelines", base.pipelines),
    sizes: options.numbers("sizes", base.sizes),
    clients: options.numbers("clients", base.clients),
  });
  for (const workload of chosen.filter((name) => Object.hasOwn(BIG, name))) {
    cases.push({ workload, pipeline: 1, size: BIG_SIZE, clients: 1 });
  }
  const rounds = options.number("rounds", 5);
  return { cases, effort: { rounds, seconds: options.number("seconds", quick ? 0.3 : 0.5) } };
}

function experiment(key: CaseKey, workload: Workload, effort: Effort): Experiment {
  const { clients, pipeline } = key;
  const command = workload.args(valueOf(key.size ?? 0));
  const grows = workload.grows;
  const limitMs = 10_000 + 4000 * effort.seconds;
  return {
    run: ({ port }, requests) =>
      runBenchmark({ port, clients, pipeline, requests, keys: KEYS, command, limitMs }),
    ...grows !== undefined && { reset: (target) => target.call("DEL", grows) },
    trial: 1000,
  };
}

function bigExperiment(workload: BigWorkload): Experiment {
  return {
    run: ({ port }, requests) => runBig(port, { workload, size: BIG_SIZE, requests }),
    trial: 2,
  };
}

/** Measures all cases on the servers that know their commands. */
class Bench {
  readonly #targets: Target[];
  readonly #effort: Effort;
  /** What the servers' data was last made for. */
  #prepared = "";

  constructor(targets: readonly Target[], effort: Effort) {
    this.#targets = [...targets];
    this.#effort = effort;
  }

  async run(cases: readonly CaseKey[]): Promise<CaseResult[]> {
    const results: CaseResult[] = [];
    for (const [i, key] of cases.entries()) {
      const result = await this.#case(key);
      if (result === undefined) continue;
      results.push(result);
      const rates = result.servers;
      const line = KINDS.flatMap((kind) =>
        rates[kind] === undefined ? [] : [`${LABELS[kind]} ${whole(rates[kind].rps.median)}/s`]
      );
      console.error(`${i + 1}/${cases.length} ${result.id}: ${line.join(", ")}`);
    }
    return results;
  }

  async #case(key: CaseKey): Promise<CaseResult | undefined> {
    const big = BIG[key.workload];
    const command = big ?? WORKLOADS[key.workload].command;
    const able: Target[] = [];
    for (const target of this.#targets) {
      if (await target.has(command)) able.push(target);
      else console.error(`${LABELS[target.kind]} has no ${command}`);
    }
    if (!able.some(({ kind }) => kind === "redeno")) return undefined;
    if (big === undefined) await this.#prepare(able, key, WORKLOADS[key.workload]);
    const what = big === undefined
      ? experiment(key, WORKLOADS[key.workload], this.#effort)
      : bigExperiment(big);
    const { servers, failures } = await compare(able, what, this.#effort);
    for (const [kind, reason] of Object.entries(failures)) {
      console.error(`${LABELS[kind as TargetKind]} failed at ${caseId(key)}: ${reason}`);
    }
    return caseResult(key, this.#effort, servers);
  }

  async #prepare(targets: readonly Target[], key: CaseKey, workload: Workload): Promise<void> {
    const state = `${workload.data ?? workload.grows ?? ""} ${key.size}`;
    if (state === this.#prepared) return;
    this.#prepared = state;
    for (const target of targets) {
      await prepare(target, workload.data, { keys: KEYS, size: key.size ?? 0 });
    }
  }
}

function report(results: readonly CaseResult[]): void {
  const kinds = KINDS.filter((kind) => results.some((one) => one.servers[kind] !== undefined));
  const compared = kinds.filter((kind) =>
    results.some((one) => one.servers[kind]?.ratio !== undefined)
  );
  const rate = (one: CaseResult, kind: TargetKind) => {
    const figures = one.servers[kind];
    return figures === undefined ? "-" : whole(figures.rps.median);
  };
  const heading = [
    "case",
    "value",
    "P",
    "conns",
    ...kinds.map((kind) => `${LABELS[kind]}/s`),
    ...compared.map((kind) => `${LABELS[kind]} ratio`),
    ...kinds.map((kind) => `${LABELS[kind]} CPU`),
  ];
  const rows = results.map((one) => [
    one.workload,
    one.size === null ? "-" : bytesText(one.size),
    `${one.pipeline}`,
    `${one.clients}`,
    ...kinds.map((kind) => rate(one, kind)),
    ...compared.map((kind) => ratioText(one.servers[kind]?.ratio)),
    ...kinds.map((kind) => decimal(cpuTotal(one, kind))),
  ]);
  console.log(`\n${formatTable(heading, rows)}`);
  console.log(
    "\n/s: median of the rounds' requests a second. ratio: to Redis in the same round, median " +
      "(lowest–highest).\nCPU: seconds of the server's processor time (user and system, all " +
      "threads) for a million requests.",
  );
  for (const pipeline of [...new Set(results.map((one) => one.pipeline))]) {
    const ratios = results.filter((one) => one.pipeline === pipeline && !(one.workload in BIG))
      .flatMap((one) => one.servers.redeno?.ratio?.median ?? []);
    if (ratios.length === 0) continue;
    console.log(`P ${pipeline}: geometric mean of ratios ${decimal(geometricMean(ratios))}`);
  }
}

async function keep(path: string, results: readonly CaseResult[], fresh: boolean): Promise<void> {
  const old = fresh ? [] : storedCases(await readResults(path));
  const all = mergeCases(old, results.map(ratioCase).filter((one) => one !== null));
  const { environment } = await writeSection(path, "throughput", storeCases(all));
  const chart = path.replace(/(\.json)?$/, ".svg");
  const subtitle = `Redis ${environment?.redis}, Deno ${environment?.deno}, ` +
    `${environment?.cores} cores shared with the load`;
  await writeFormatted(chart, drawChart(all, subtitle));
  console.log(`\nwritten to ${path} and ${chart}`);
}

if (import.meta.main) {
  await program({
    values: ["only", "pipelines", "sizes", "clients", "rounds", "seconds", "servers", "out"],
    flags: ["quick", "no-write", "fresh"],
    usage: USAGE,
  }, async (options) => {
    const { cases, effort } = plan(options);
    const kinds = KINDS.filter((kind) => options.words("servers", KINDS, KINDS).includes(kind));
    await using targets = await TargetSet.start(kinds);
    if (targets.missing.peer !== undefined) {
      console.error(`without ${PEER}: ${targets.missing.peer}`);
    }
    const results = await new Bench(targets.list, effort).run(cases);
    report(results);
    if (!options.flag("no-write")) {
      await keep(options.text("out") ?? RESULTS_PATH, results, options.flag("fresh"));
    }
  });
}
