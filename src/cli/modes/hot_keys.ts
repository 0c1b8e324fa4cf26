/**
 * `--hotkeys`: the keys used most, by the access counters that a server keeps under an LFU policy.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { quoteBytes } from "../../bytes/repr.ts";
import { ExitRequest } from "../options.ts";
import { percentage } from "../printf.ts";
import type { Session } from "../session.ts";
import { InterruptWatch } from "./interrupt.ts";
import { askAllOrExit, databaseSize, keyBatches } from "./key_batches.ts";

/** How many keys are told of at the end. */
const KEPT = 16;

/** Behind so many keys the progress is told. */
const PROGRESS_KEYS = 1_000_000;

interface HotKey {
  counter: number;
  name: ByteString;
}

/** Put a key among the hottest, coldest first, if it is one. @returns whether it is */
function keep(hottest: HotKey[], key: HotKey): boolean {
  if (key.counter <= 0) return false;
  let at = hottest.findIndex(({ counter }) => counter >= key.counter);
  if (at < 0) at = hottest.length;
  if (at === 0 && hottest.length === KEPT) return false;
  hottest.splice(at, 0, key);
  if (hottest.length > KEPT) hottest.shift();
  return true;
}

async function countersOf(session: Session, keys: ByteString[]): Promise<number[]> {
  const replies = await askAllOrExit(session, keys.map((key) => ["OBJECT", "FREQ", key]));
  return replies.map((reply, i) => {
    if (reply.type === "integer") return Number(reply.value);
    if (reply.type === "error") throw ExitRequest.ofBytes(`Error: ${reply.value}\n`);
    session.printError(
      `Warning: OBJECT freq on '${quoteBytes(keys[i])}' failed (may have been deleted)\n`,
    );
    return 0;
  });
}

/** Look at every key's counter. Ctrl-C ends it early, with what was found so far. */
export async function hotKeys(session: Session): Promise<number> {
  const watch = new InterruptWatch(session.io);
  const hottest: HotKey[] = [];
  let sampled = 0;
  let done = 0;
  try {
    const all = await databaseSize(session);
    session.print(
      "\n# Looking at the access counter of every key, for the hottest ones.\n" +
        "# With -i 0.1 there is a rest of 0.1 s behind every 100 SCANs; it is seldom needed.\n\n",
    );
    for await (const keys of keyBatches(session, { watch, restEvery: 100 })) {
      done = 100 * sampled / all;
      const counters = await countersOf(session, keys);
      for (let i = 0; i < keys.length; i++) {
        if (++sampled % PROGRESS_KEYS === 0) {
          session.print(`[${percentage(done)}] Sampled ${sampled} keys so far\n`);
        }
        const key = { counter: counters[i], name: quoteBytes(keys[i]) };
        if (!keep(hottest, key)) continue;
        session.print(
          `[${percentage(done)}] Hot key '${key.name}' found so far with counter ${key.counter}\n`,
        );
      }
    }
  } finally {
    watch.release();
  }
  let out = "\n-------- summary -------\n\n" +
    (watch.happened ? `[${percentage(done)}] ` : "") +
    `Sampled ${sampled} keys in the keyspace!\n`;
  for (const { counter, name } of hottest.reverse()) {
    out += `hot key found with counter: ${counter}\tkeyname: ${name}\n`;
  }
  session.print(out);
  return 0;
}
