/**
 * DEBUG LOADAOF: forget all data and load them from the append-only file, to see that it says all.
 *
 * @module
 */

import type { Client } from "../../session/client.ts";
import { beginAofLoad, takeAofResult } from "../../persistence/replay.ts";
import { OK, RedisError, type Reply } from "../../resp/reply.ts";

/** Run DEBUG LOADAOF. */
export function loadAof({ engine }: Client): Reply {
  const { aof, keyspace, journal, log, clock } = engine;
  aof.flush();
  keyspace.clearAll();
  engine.functionLibraries = [];
  // As at the start: what is loaded is journaled already, and no news to anybody.
  const unmute = journal.mute();
  engine.loading = { startedMs: clock.ms, totalBytes: 0, loadedBytes: 0, loadedKeys: 0 };
  try {
    const load = beginAofLoad(engine);
    let step = load.next();
    while (!step.done) step = load.next();
    if (step.value === null) {
      // A part of the data must not be served, and there is no more than that.
      engine.host.abandon();
      throw new RedisError("ERR The append-only file cannot be loaded, see the server's log");
    }
    takeAofResult(engine, step.value);
  } finally {
    engine.loading = null;
    unmute();
    journal.suppress();
  }
  keyspace.dirty = 0;
  log.notice("Append Only File loaded by DEBUG LOADAOF");
  return OK;
}
