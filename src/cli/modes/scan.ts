/**
 * `--scan`: lists the keys, one a line.
 *
 * @module
 */

import { quoteBytes } from "../../bytes/repr.ts";
import type { Session } from "../session.ts";
import { InterruptWatch } from "./interrupt.ts";
import { keyBatches } from "./key_batches.ts";

/** Lines printed together, in bytes: a batch may be any size, and so may a key. */
const GATHERED = 65536;

/** List the keys that match the pattern. Ctrl-C ends the list early. */
export async function scan(session: Session): Promise<number> {
  const quoted = session.options.output === "standard";
  const watch = new InterruptWatch(session.io);
  try {
    for await (const keys of keyBatches(session, { watch, restEvery: 1 })) {
      let lines = "";
      for (const key of keys) {
        lines += (quoted ? quoteBytes(key) : key) + "\n";
        if (lines.length < GATHERED) continue;
        session.print(lines);
        lines = "";
      }
      if (lines !== "") session.print(lines);
    }
  } finally {
    watch.release();
  }
  return 0;
}
