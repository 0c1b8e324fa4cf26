/**
 * What replication costs, beside a real server.
 *
 *     deno run -A tests/bench/replication.ts                     all, about ten minutes
 *     deno run -A tests/bench/replication.ts --only throughput   one part
 *
 * Three parts: the rate of writes on a primary with one replica attached (a real server in both
 * cases, so that only the primaries differ); how far a replica is behind while its primary is under
 * full load, for every pair; and how long it takes to copy a data set, for every pair.
 *
 * @module
 */

import { compare, type Effort } from "./support/measure.ts";
import { digits, feed, strings } from "./support/feed.ts";
import { program } from "./support/options.ts";
import { sleep } from "./support/pings.ts";
import { runBenchmark } from "./support/redis_benchmark.ts";
import {
  type CaseResult,
  caseResult,
  cpuTotal,
  keepFigures,
  RESULTS_PATH,
} from "./support/results.ts";
import { median, quantile } from "./support/statistics.ts";
import { bytesText, decimal, formatTable, ratioText, whole } from "./support/table.ts";
import { LABELS, Target, type TargetKind } from "./support/targets.ts";
import { valueOf } from "./support/workloads.ts";

const PARTS = ["throughput", "lag", "sync"];
const PAIRS: [primary: TargetKind, replica: TargetKind][] = [
  ["redis", "redis"],
  ["redeno", "redis"],
  ["redis", "redeno"],
  ["redeno", "redeno"],
];
const CLIENTS = 50;
const VALUE_SIZE = 32;
const KEYS = 100_000;
const LOOK_MS = 20;
const COMMON = ["--repl-diskless-sync-delay", "0", "--save", ""];

/** A primary with its replica. */
class Pair implements AsyncDisposable {
  private constructor(readonly primary: Target, readonly replica: Target) {}

  /** Start both; the replica is not attached yet. */
  static async start([primary, replica]: [TargetKind, TargetKind]): Promise<Pair> {
    const first = await Target.start(primary, { args: COMMON });
    try {
      return new Pair(first, await Target.start(replica, { args: COMMON }));
    } catch (error) {
      await first[Symbol.asyncDispose]();
      throw error;
    }
  }

  get label(): string {
    return `${LABELS[this.primary.kind]} to ${LABELS[this.replica.kind]}`;
  }

  /** Attach the replica. @returns seconds until it has all data */
  async attach(): Promise<number> {
    const began = performance.now();
    await this.replica.call("REPLICAOF", "127.0.0.1", `${this.primary.port}`);
    while (
      !/master_link_status:up/.test((await this.replica.call("INFO", "replication")).text ?? "")
    ) {
      await sleep(LOOK_MS);
    }
    return (performance.now() - began) / 1000;
  }

  /** Bytes of the stream that the replica does not have yet. */
  async lag(): Promise<number> {
    const ahead = this.primary.info("replication", "master_repl_offset");
    const behind = this.replica.info("replication", "slave_repl_offset");
    return Math.max(0, (await ahead ?? 0) - (await behind ?? 0));
  }

  /** Milliseconds until the replica has all. */
  async catchUp(): Promise<number> {
    const began = performance.now();
    while (await this.lag() > 0) await sleep(1);
    return performance.now() - began;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.primary, this.replica].map((target) => target[Symbol.asyncDispose]()));
  }
}

async function measureThroughput(
  { pipelines, effort }: { pipelines: readonly number[]; effort: Effort },
): Promise<CaseResult[]> {
  const command = ["SET", "key:__rand_int__", valueOf(VALUE_SIZE)];
  await using redis = await Pair.start(["redis", "redis"]);
  await using redeno = await Pair.start(["redeno", "redis"]);
  for (const pair of [redis, redeno]) await pair.attach();
  const results: CaseResult[] = [];
  for (const pipeline of pipelines) {
    const { servers } = await compare([redis.primary, redeno.primary], {
      run: ({ port }, requests) =>
        runBenchmark({ port, clients: CLIENTS, pipeline, requests, keys: KEYS, command }),
      // What one server's replica still has to take must not be in the other one's round.
      reset: () => Promise.all([redis.catchUp(), redeno.catchUp()]),
      trial: 1000,
    }, effort);
    results.push(
      caseResult(
        { workload: "SET", pipeline, size: VALUE_SIZE, clients: CLIENTS },
        effort,
        servers,
      ),
    );
  }
  return results;
}

function reportThroughput(results: readonly CaseResult[]): void {
  const rate = (one: CaseResult, kind: TargetKind) => one.servers[kind]?.rps.median ?? NaN;
  console.log(
    `\nSET of ${VALUE_SIZE} bytes, ${CLIENTS} connections, one replica attached (a real server). ` +
      "CPU: the primary's\nseconds for a million requests\n",
  );
  console.log(formatTable(
    ["P", "Redis/s", "Redeno/s", "ratio", "Redis CPU", "Redeno CPU"],
    results.map((one) => [
      `${one.pipeline}`,
      whole(rate(one, "redis")),
      whole(rate(one, "redeno")),
      ratioText(one.servers.redeno?.ratio),
      decimal(cpuTotal(one, "redis")),
      decimal(cpuTotal(one, "redeno")),
    ]),
  ));
}

/** How far behind one pair's replica is. */
interface Lag {
  pair: string;
  /** Requests a second that the primary did. */
  rps: number;
  medianBytes: number;
  p99Bytes: number;
  /** Milliseconds from the end of the load until the replica has all. */
  catchUpMs: number;
  /** Bytes of the backlog, of the 1 MB that is usual, as the primary tells. */
  backlogBytes: number;
}

async function measureLag({ seconds }: { seconds: number }): Promise<Lag[]> {
  const all: Lag[] = [];
  const command = ["SET", "key:__rand_int__", valueOf(VALUE_SIZE)];
  for (const kinds of PAIRS) {
    await using pair = await Pair.start(kinds);
    await pair.attach();
    const load = (requests: number) =>
      runBenchmark({
        port: pair.primary.port,
        clients: CLIENTS,
        pipeline: 16,
        requests,
        keys: KEYS,
        command,
      });
    const { rps: first } = await load(50_000);
    let over = false;
    const running = load(Math.round(first * seconds)).finally(() => over = true);
    const lags: number[] = [];
    while (!over) {
      lags.push(await pair.lag());
      await sleep(5);
    }
    const { rps } = await running;
    const catchUpMs = await pair.catchUp();
    all.push({
      pair: pair.label,
      rps,
      medianBytes: median(lags),
      p99Bytes: quantile(lags, 0.99),
      catchUpMs,
      backlogBytes: await pair.primary.info("memory", "mem_replication_backlog") ?? NaN,
    });
  }
  return all;
}

function reportLag(all: readonly Lag[]): void {
  console.log("\nlag of a replica while SET runs at full speed (50 connections, pipeline of 16)\n");
  console.log(formatTable(
    ["primary to replica", "SET/s", "median", "p99", "caught up after", "backlog"],
    all.map((one) => [
      one.pair,
      whole(one.rps),
      bytesText(one.medianBytes),
      bytesText(one.p99Bytes),
      `${decimal(one.catchUpMs, 0)} ms`,
      bytesText(one.backlogBytes),
    ]),
  ));
}

/** Seconds that a full synchronisation takes. */
interface Sync {
  pair: string;
  seconds: number;
}

async function measureSync({ keys, rounds }: { keys: number; rounds: number }): Promise<Sync[]> {
  const all: Sync[] = [];
  for (const kinds of PAIRS) {
    const times: number[] = [];
    let label = "";
    for (let i = 0; i < rounds; i++) {
      await using pair = await Pair.start(kinds);
      label = pair.label;
      await feed(pair.primary.port, strings({ keys, value: valueOf(VALUE_SIZE) }));
      times.push(await pair.attach());
      const copied = Number((await pair.replica.call("DBSIZE")).text);
      if (copied !== keys) throw new Error(`${label}: ${copied} keys instead of ${digits(keys)}`);
    }
    all.push({ pair: label, seconds: median(times) });
  }
  return all;
}

function reportSync(all: readonly Sync[], keys: number): void {
  const base = all[0]?.seconds ?? NaN;
  console.log(
    `\nfull synchronisation of ${whole(keys)} strings, from REPLICAOF until the link is up\n`,
  );
  console.log(formatTable(
    ["primary to replica", "seconds", "speed"],
    all.map(({ pair, seconds }) => [pair, decimal(seconds), decimal(base / seconds)]),
  ));
}

if (import.meta.main) {
  await program({
    values: ["only", "keys", "rounds", "seconds", "pipelines", "out"],
    flags: ["no-write"],
    usage: `deno run -A tests/bench/replication.ts [options]
  --only NAMES         of ${PARTS.join(", ")}
  --keys NUMBER        of a full synchronisation, default 1000000
  --rounds NUMBER      of everything, default 3
  --seconds NUMBER     of a round under load, default 2
  --pipelines NUMBERS  default 1,16
  --out FILE           default tests/bench/results.json
  --no-write           print only`,
  }, async (options) => {
    const parts = options.words("only", PARTS, PARTS);
    const keys = options.number("keys", 1_000_000);
    const rounds = options.number("rounds", 3);
    const seconds = options.number("seconds", 2);
    const path = options.flag("no-write") ? undefined : options.text("out") ?? RESULTS_PATH;
    if (parts.includes("throughput")) {
      const cases = await measureThroughput({
        pipelines: options.numbers("pipelines", [1, 16]),
        effort: { rounds, seconds },
      });
      reportThroughput(cases);
      await keepFigures(path, "replicatedWrites", { cases });
    }
    if (parts.includes("lag")) {
      const lags = await measureLag({ seconds: seconds * 2 });
      reportLag(lags);
      await keepFigures(path, "replicationLag", { lags });
    }
    if (parts.includes("sync")) {
      const syncs = await measureSync({ keys, rounds });
      reportSync(syncs, keys);
      await keepFigures(path, "fullSync", { keys, rounds, syncs });
    }
  });
}
