/**
 * The process that damaged files are loaded in: it runs the cases of a range and writes a line of
 * JSON for each, so that its parent sees when it hangs, crashes or takes too much memory.
 *
 * Arguments: seed, first case, number of cases.
 *
 * @module
 */

import { type Outcome, Runner } from "./runner.ts";

/** A line of the child: the first says that it is ready, the others how a case ended. */
export interface Report {
  readonly outcome: Outcome | null;
  /** Resident bytes of the process. */
  readonly rss: number;
}

const encoder = new TextEncoder();

function tell(outcome: Outcome | null): void {
  const report: Report = { outcome, rss: Deno.memoryUsage().rss };
  const bytes = encoder.encode(JSON.stringify(report) + "\n");
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

if (import.meta.main) {
  const [seed, first, count] = Deno.args.map(Number);
  using runner = new Runner(seed);
  tell(null);
  for (let index = first; index < first + count; index++) tell(await runner.run(index));
}
