/**
 * DEBUG LOADAOF: forget all data and load them from the append-only file, to test that it is
 * complete.
 *
 * @module
 */

import type { AdminContext } from "../services.ts";
import { beginAofLoad, takeAofResult } from "../../persistence/replay.ts";
import { OK, RedisError, type Reply } from "../../resp/reply.ts";

/** Run DEBUG LOADAOF. */
export function loadAof(
  context: AdminContext<
    | "aof"
    | "clients"
    | "clock"
    | "config"
    | "executor"
    | "host"
    | "journal"
    | "keyspace"
    | "libraries"
    | "loading"
    | "log"
    | "persistence"
    | "registry"
    | "switches"
  >,
): Reply {
  const { services: parts } = context;
  const { aof, keyspace, journal, libraries, loading, log, clock, persistence } = parts;
  aof.flush();
  keyspace.clearAll();
  libraries.replace([]);
  // As at the start: what is loaded is in the file already, and not a change to be journaled.
  const unmute = journal.mute();
  const end = loading.begin({
    startedMs: clock.ms,
    totalBytes: 0,
    loadedBytes: 0,
    loadedKeys: 0,
  });
  try {
    const load = beginAofLoad(parts);
    let step = load.next();
    while (!step.done) step = load.next();
    if (step.value === null) {
      // Only a part of the data was loaded, which must not be served.
      parts.host.abandon();
      throw new RedisError("ERR The append-only file cannot be loaded, see the server's log");
    }
    takeAofResult(parts, step.value);
  } finally {
    end();
    unmute();
    journal.suppress();
  }
  persistence.allSaved();
  log.notice("Append Only File loaded by DEBUG LOADAOF");
  return OK;
}
