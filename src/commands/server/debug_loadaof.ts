/**
 * DEBUG LOADAOF: forget all data and load them from the append-only file, to test that it is
 * complete.
 *
 * It takes one turn, unless a script of the file is slow: then clients are answered meanwhile.
 *
 * @module
 */

import type { AofLoadResult } from "../../aof/load.ts";
import type { ByteString } from "../../bytes/bytes.ts";
import { eventLoopTurn } from "../../clock/turn.ts";
import type { AdminContext } from "../services.ts";
import { beginAofLoad, takeAofResult } from "../../persistence/replay.ts";
import { NO_REPLY, OK, RedisError, type Reply } from "../../resp/reply.ts";

type Needs = AdminContext<
  | "aof"
  | "blocking"
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
>;

/** Run DEBUG LOADAOF. */
export function loadAof(context: Needs, args: readonly ByteString[]): Reply {
  const { services: parts } = context;
  const { aof, blocking, keyspace, journal, libraries, loading, log, clock, persistence } = parts;
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
  const load = beginAofLoad(parts);
  const finish = (result: AofLoadResult | null): Reply => {
    if (result === null) {
      // Only a part of the data was loaded, which must not be served.
      parts.host.abandon();
      throw new RedisError("ERR The append-only file cannot be loaded, see the server's log");
    }
    takeAofResult(parts, result);
    persistence.allSaved();
    log.notice("Append Only File loaded by DEBUG LOADAOF");
    return OK;
  };
  const cleanUp = () => {
    end();
    unmute();
    journal.suppress();
  };
  /** @returns undefined while a slow script runs */
  const advance = (): AofLoadResult | null | undefined => {
    for (;;) {
      const step = load.next();
      if (step.done) return step.value;
      if (step.value.isBusy) return undefined;
    }
  };
  let result: AofLoadResult | null | undefined;
  let waits = false;
  try {
    result = advance();
    waits = result === undefined;
    if (result !== undefined) return finish(result);
  } finally {
    if (!waits) cleanUp();
  }
  const state = blocking.beginWork(context.client, args, () => {
    cleanUp();
    return finish(result ?? null);
  });
  const goOn = async () => {
    try {
      while (result === undefined) {
        await eventLoopTurn();
        result = advance();
      }
    } catch {
      result = null;
    }
    blocking.finishWork(context.client, state);
  };
  void goOn();
  return NO_REPLY;
}
