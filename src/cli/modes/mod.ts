/**
 * What the client can do instead of running commands: one module for each option of redis-cli that
 * asks for it. All but one begin with a connection that is logged in.
 *
 * @module
 */

import type { CliOptions, ModeName } from "../options.ts";
import type { Session } from "../session.ts";
import { bigKeys, memKeys } from "./biggest_keys.ts";
import { hotKeys } from "./hot_keys.ts";
import { intrinsicLatency } from "./intrinsic_latency.ts";
import { latency } from "./latency.ts";
import { latencyDistribution } from "./latency_dist.ts";
import { lruTest } from "./lru_test.ts";
import { pipe } from "./pipe.ts";
import { fetchFunctions, fetchRdb } from "./rdb_file.ts";
import { replica } from "./replica.ts";
import { scan } from "./scan.ts";
import { stat } from "./stat.ts";

/** A way to work: runs to its end (some have none) and gives the exit code. */
type Mode = (session: Session) => Promise<number>;

/** All modes. Where several are asked for, the first of this order is meant. */
const MODES: Record<ModeName, Mode> = {
  "latency": latency,
  "latency-dist": latencyDistribution,
  "replica": replica,
  "rdb": fetchRdb,
  "functions-rdb": fetchFunctions,
  "pipe": pipe,
  "bigkeys": bigKeys,
  "memkeys": memKeys,
  "hotkeys": hotKeys,
  "stat": stat,
  "scan": scan,
  "lru-test": lruTest,
  "intrinsic-latency": intrinsicLatency,
};

/** Which of the modes asked for is meant, or null when commands are to be run. */
export function chosenName({ modes }: CliOptions): ModeName | null {
  return (Object.keys(MODES) as ModeName[]).find((name) => modes.has(name)) ?? null;
}

/** What to do instead of running commands, or null when commands are to be run. */
export function chosenMode(options: CliOptions): Mode | null {
  const name = chosenName(options);
  if (name === null) return null;
  // This one measures the machine it runs on, and talks to nobody.
  if (name === "intrinsic-latency") return MODES[name];
  return async (session) => await session.start() ? await MODES[name](session) : 1;
}
