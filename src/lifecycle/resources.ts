/**
 * What the process uses, asked of the platform.
 *
 * @module
 */

import process from "node:process";
import type { Resources } from "../dispatch/engine.ts";

/** Ask now. Costs some microseconds. */
export function processResources(): Resources {
  const { rss, heapUsed, heapTotal, external } = Deno.memoryUsage();
  const cpu = process.cpuUsage();
  return {
    resident: rss,
    heapUsed,
    heapTotal,
    external,
    machineMemory: Deno.systemMemoryInfo().total,
    cpuUser: cpu.user / 1e6,
    cpuSystem: cpu.system / 1e6,
  };
}
