/**
 * Measures a case on several servers: they take turns round by round, so that whatever else the
 * machine does meets all of them, and each round is compared with the others' same round.
 *
 * @module
 */

import { type CpuTimes, cpuTimes } from "./proc.ts";
import { median, ratioSpread, type Spread, spread } from "./statistics.ts";
import type { Target, TargetKind } from "./targets.ts";

/** What one round gives: requests a second, and milliseconds that a request took. */
export interface Sample {
  rps: number;
  p50Ms: number;
  p99Ms: number;
}

/** One thing to measure. */
export interface Experiment {
  /** Runs a number of requests against a server. */
  run(target: Target, requests: number): Promise<Sample>;
  /** Puts a server into the state that each round begins with. */
  reset?(target: Target): Promise<unknown>;
  /** Requests of the first trial, which a slow server does in a short time too. */
  trial: number;
}

/** How often and how long. */
export interface Effort {
  rounds: number;
  /** How long a round should take. */
  seconds: number;
}

/** What a server did in a case. */
export interface ServerFigures {
  rps: Spread;
  p50Ms: number;
  p99Ms: number;
  /** Requests of a round. */
  requests: number;
  /** Seconds of processor time that the server's process spends on a million requests. */
  cpuPerMillion: CpuTimes;
  /** The rate divided by the real server's of the same round. */
  ratio?: Spread;
}

/** All servers' figures; a server that cannot do the case is not in it. */
export interface Comparison {
  servers: Partial<Record<TargetKind, ServerFigures>>;
  failures: Partial<Record<TargetKind, string>>;
}

interface Entry {
  target: Target;
  requests: number;
  samples: Sample[];
  cpu: CpuTimes;
}

/** Requests that a server does a second, from trials that grow until one takes long enough. */
async function calibrate(target: Target, what: Experiment, seconds: number): Promise<number> {
  let requests = what.trial;
  for (let attempt = 1;; attempt++) {
    await what.reset?.(target);
    const { rps } = await what.run(target, requests);
    if (requests / rps >= seconds / 3 || attempt === 4) return rps;
    requests = Math.ceil(Math.min((rps * seconds) / 2, requests * 30));
  }
}

/**
 * Requests of a round. The real server and Redeno do the same number, so that a collection which
 * grows by them grows alike, and between them they take the wanted time; the peer, which may be
 * slower by far, does what it can in that time.
 */
export function chooseRequests(
  rates: Partial<Record<TargetKind, number>>,
  seconds: number,
): Record<TargetKind, number> {
  const both = [rates.redis, rates.redeno].filter((rate) => rate !== undefined);
  const shared = both.reduce((product, rate) => product * rate, 1) ** (1 / both.length);
  const count = (rate: number) => Math.max(1, Math.round(rate * seconds));
  const common = count(shared);
  return { redis: common, redeno: common, peer: Math.min(common, count(rates.peer ?? 1)) };
}

async function round(entry: Entry, what: Experiment): Promise<void> {
  const { target } = entry;
  await what.reset?.(target);
  const before = await cpuTimes(target.pid);
  entry.samples.push(await what.run(target, entry.requests));
  const after = await cpuTimes(target.pid);
  entry.cpu.user += after.user - before.user;
  entry.cpu.system += after.system - before.system;
}

function figures(entry: Entry, base: Entry | undefined): ServerFigures {
  const rates = entry.samples.map((sample) => sample.rps);
  const millions = entry.requests * entry.samples.length / 1e6;
  return {
    rps: spread(rates),
    p50Ms: median(entry.samples.map((sample) => sample.p50Ms)),
    p99Ms: median(entry.samples.map((sample) => sample.p99Ms)),
    requests: entry.requests,
    cpuPerMillion: { user: entry.cpu.user / millions, system: entry.cpu.system / millions },
    ...base !== undefined && base !== entry &&
      { ratio: ratioSpread(rates, base.samples.map((sample) => sample.rps)) },
  };
}

/**
 * Measures one case. A peer that fails is left out with its reason; the others may not fail.
 */
export async function compare(
  targets: readonly Target[],
  what: Experiment,
  effort: Effort,
): Promise<Comparison> {
  const rates: Partial<Record<TargetKind, number>> = {};
  const failures: Comparison["failures"] = {};
  const attempt = async (kind: TargetKind, step: () => Promise<void>) => {
    try {
      await step();
    } catch (error) {
      if (kind !== "peer") throw error;
      failures.peer = error instanceof Error ? error.message : String(error);
    }
  };
  for (const target of targets) {
    await attempt(target.kind, async () => {
      rates[target.kind] = await calibrate(target, what, effort.seconds);
    });
  }
  const requests = chooseRequests(rates, effort.seconds);
  const entries: Entry[] = targets.map((target) => ({
    target,
    requests: requests[target.kind],
    samples: [],
    cpu: { user: 0, system: 0 },
  }));
  for (let i = 0; i < effort.rounds; i++) {
    // Nobody is always the first, nor always after the same other one's garbage.
    const first = i % entries.length;
    for (const entry of [...entries.slice(first), ...entries.slice(0, first)]) {
      const { kind } = entry.target;
      if (failures[kind] === undefined) await attempt(kind, () => round(entry, what));
    }
  }
  const whole = entries.filter(({ target }) => failures[target.kind] === undefined);
  const base = whole.find(({ target }) => target.kind === "redis");
  const servers = Object.fromEntries(
    whole.map((entry) => [entry.target.kind, figures(entry, base)]),
  );
  return { servers, failures };
}
