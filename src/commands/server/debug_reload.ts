/**
 * DEBUG RELOAD: save, forget and load all data, to see that nothing is lost on the way.
 *
 * @module
 */

import { asciiUpper, type ByteString } from "../../bytes/bytes.ts";
import type { AdminContext } from "../services.ts";
import { RdbError } from "../../rdb/error.ts";
import { reloadRdbFile } from "../../rdb/load/reload.ts";
import { NO_REPLY, OK, RedisError, type Reply } from "../../resp/reply.ts";

const OPTIONS = ["MERGE", "NOFLUSH", "NOSAVE"];

/** Run DEBUG RELOAD. */
export function reload(
  context: AdminContext<"libraries" | "loading" | "log" | "persistence" | "switches">,
  args: readonly ByteString[],
): Reply {
  const { config, keyspace, journal, clock, client, blocking } = context;
  const { libraries, loading, persistence, log, switches } = context.services;
  const options = args.slice(2).map(asciiUpper);
  if (!options.every((option) => OPTIONS.includes(option))) {
    throw new RedisError("ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.");
  }
  if (context.client.caller.name === "script") {
    throw new RedisError("ERR DEBUG RELOAD is not possible within a script");
  }
  journal.suppress();
  if (!options.includes("NOSAVE") && !persistence.save()) throw new RedisError("ERR");
  if (!options.includes("NOFLUSH")) keyspace.clearAll();
  const path = config.path(config.values.dbfilename);
  // As at the start: keys that are loaded from a file are not changes to be journaled.
  const end = loading.begin({
    startedMs: clock.ms,
    totalBytes: 0,
    loadedBytes: 0,
    loadedKeys: 0,
  });
  const failed = (error: unknown): RedisError => {
    const known = error instanceof RdbError || error instanceof RedisError ||
      error instanceof Deno.errors.NotFound ||
      // There is no file name.
      error instanceof Deno.errors.IsADirectory;
    if (!known) throw error;
    log.warning(`${error.message} (file ${path})`);
    return new RedisError("ERR Error trying to load the RDB dump, check server logs.");
  };
  let functions: ByteString[];
  try {
    const result = reloadRdbFile(path, keyspace, {
      merge: options.includes("MERGE"),
      verifyChecksum: config.values.rdbchecksum && switches.verifiesChecksums,
    });
    persistence.loadedKeys = result.keysLoaded;
    persistence.expiredKeysOnLoad = result.keysExpired;
    functions = result.functions;
  } catch (error) {
    throw failed(error);
  } finally {
    end();
  }
  const finish = (): Reply => {
    try {
      if (!options.includes("NOFLUSH")) libraries.replace(functions);
      else libraries.restore(functions, options.includes("MERGE") ? "replace" : "append");
    } catch (error) {
      throw failed(error);
    }
    persistence.allSaved();
    log.notice("DB reloaded by DEBUG RELOAD");
    return OK;
  };
  if (functions.length === 0 || libraries.ready || !client.caller.mayBlock) return finish();
  // These are the first: Lua has to be loaded before.
  const state = blocking.beginWork(client, args, finish);
  void libraries.prepare().then(() => blocking.finishWork(client, state));
  return NO_REPLY;
}
