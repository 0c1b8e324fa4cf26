/**
 * What the append-only file leaves of the throughput, under each policy of flushing.
 *
 * Each policy has servers of its own, and the two take turns (see `support/measure.ts`).
 *
 * @module
 */

import { compare, type Effort } from "./support/measure.ts";
import { runBenchmark } from "./support/redis_benchmark.ts";
import { type CaseResult, caseResult, cpuTotal } from "./support/results.ts";
import { decimal, formatTable, ratioText, whole } from "./support/table.ts";
import { TargetSet } from "./support/targets.ts";
import { valueOf } from "./support/workloads.ts";

/** Without the file, and how it is flushed. */
export const POLICIES = ["off", "no", "everysec", "always"];

const CLIENTS = 50;
const VALUE_SIZE = 32;

/** A case under one policy. */
export interface AppendingResult extends CaseResult {
  policy: string;
}

/** What to measure. */
export interface AppendingPlan {
  keys: number;
  policies: readonly string[];
  pipelines: readonly number[];
  effort: Effort;
}

function directives(policy: string): string[] {
  if (policy === "off") return ["--appendonly", "no"];
  // A rewrite in the middle of one server's round would be in that round only.
  return ["--appendonly", "yes", "--appendfsync", policy, "--auto-aof-rewrite-percentage", "0"];
}

/** Measures SET under all policies. */
export async function measureAppending(
  { keys, policies, pipelines, effort }: AppendingPlan,
): Promise<AppendingResult[]> {
  const results: AppendingResult[] = [];
  const command = ["SET", "key:__rand_int__", valueOf(VALUE_SIZE)];
  for (const policy of policies) {
    await using targets = await TargetSet.start(["redis", "redeno"], { args: directives(policy) });
    for (const pipeline of pipelines) {
      const { servers } = await compare(targets.list, {
        run: ({ port }, requests) =>
          runBenchmark({ port, clients: CLIENTS, pipeline, requests, keys, command }),
        trial: 1000,
      }, effort);
      const key = { workload: "SET", pipeline, size: VALUE_SIZE, clients: CLIENTS };
      results.push({ ...caseResult(key, effort, servers), policy });
    }
  }
  return results;
}

/** Prints the table. */
export function reportAppending(results: readonly AppendingResult[]): void {
  const rate = (one: CaseResult, kind: "redis" | "redeno") => one.servers[kind]?.rps.median ?? NaN;
  const kept = (one: AppendingResult, kind: "redis" | "redeno") => {
    const off = results.find(({ policy, pipeline }) =>
      policy === "off" && pipeline === one.pipeline
    );
    return off === undefined ? "-" : decimal(rate(one, kind) / rate(off, kind));
  };
  const rows = results.map((one) => [
    one.policy,
    `${one.pipeline}`,
    whole(rate(one, "redis")),
    whole(rate(one, "redeno")),
    ratioText(one.servers.redeno?.ratio),
    kept(one, "redis"),
    kept(one, "redeno"),
    decimal(cpuTotal(one, "redis")),
    decimal(cpuTotal(one, "redeno")),
  ]);
  console.log(
    `\nSET of ${VALUE_SIZE} bytes, ${CLIENTS} connections, by appendfsync. ratio: to Redis in the ` +
      "same round;\nkept: of the rate without the file; CPU: seconds for a million requests\n",
  );
  console.log(formatTable(
    [
      "appendfsync",
      "P",
      "Redis/s",
      "Redeno/s",
      "ratio",
      "Redis kept",
      "Redeno kept",
      "Redis CPU",
      "Redeno CPU",
    ],
    rows,
  ));
}
