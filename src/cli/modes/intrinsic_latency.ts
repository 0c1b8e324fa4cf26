/**
 * `--intrinsic-latency`: how long this machine keeps a program that only computes from running. No
 * server is asked.
 *
 * @module
 */

import { fixed } from "../printf.ts";
import type { Session } from "../session.ts";
import { InterruptWatch } from "./interrupt.ts";

/** Measure for so long at a time; between, Ctrl-C is listened to, which is not measured. */
const BURST_MS = 50;

/** Runs before the measuring, in which the engine compiles what is to be run. */
const WARM_UP = 2000;

/** Some work of a few microseconds that no compiler can leave out. */
function work(seed: number): number {
  let value = seed | 1;
  for (let i = 0; i < 1000; i++) {
    value ^= value << 13;
    value ^= value >>> 17;
    value ^= value << 5;
  }
  return value;
}

/** Measure for the seconds asked for, or until Ctrl-C; then tell the longest pause. */
export async function intrinsicLatency(session: Session): Promise<number> {
  const { io, options: { intrinsicSeconds } } = session;
  const watch = new InterruptWatch(io);
  let seed = 1;
  for (let i = 0; i < WARM_UP; i++) seed = work(seed);
  let runs = 0;
  let longest = 0;
  const began = io.now();
  const end = began + intrinsicSeconds * 1000;
  try {
    for (let now = began; now <= end && !watch.happened;) {
      for (const burst = now + BURST_MS; now <= end && now < burst;) {
        const start = io.now();
        seed = work(seed);
        now = io.now();
        runs++;
        const latency = Math.floor((now - start) * 1000);
        if (latency <= longest) continue;
        longest = latency;
        session.print(`Max latency so far: ${longest} microseconds.\n`);
      }
      await io.sleep(0);
    }
  } finally {
    watch.release();
  }
  const measured = watch.happened ? io.now() - began : intrinsicSeconds * 1000;
  const average = measured * 1000 / runs;
  session.print(
    `\n${runs} total runs (avg latency: ${fixed(average, 4)} microseconds / ` +
      `${fixed(average * 1000, 2)} nanoseconds per run).\n` +
      `Worst run took ${fixed(longest / average, 0)}x longer than the average latency.\n`,
  );
  return 0;
}
