/**
 * What the process uses, as the platform tells it.
 *
 * @module
 */

import type { Resources } from "../observe/resources.ts";

interface CpuUsage {
  user: number;
  system: number;
}

let cpuUsage: () => CpuUsage = () => ({ user: 0, system: 0 });

/**
 * Get ready to tell processor times, which read 0 until then. The module that knows them takes some
 * 20 ms to load, which the start need not wait for.
 */
export async function prepareResources(): Promise<void> {
  const { default: process } = await import("node:process");
  cpuUsage = () => process.cpuUsage();
}

/** Ask now. Costs some microseconds. */
export function processResources(): Resources {
  const { rss, heapUsed, heapTotal, external } = Deno.memoryUsage();
  const cpu = cpuUsage();
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
