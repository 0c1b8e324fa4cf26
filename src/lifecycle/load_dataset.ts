/**
 * Loading of the data at start: the RDB file that `dir` and `dbfilename` name.
 *
 * Clients are answered `-LOADING` meanwhile. A file that cannot be loaded stops the start and stays
 * as it is: serving a part of the data, or an empty set, would lose the rest at the next save.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { toText } from "../bytes/bytes.ts";
import { osReason } from "../config/os_error.ts";
import type { Engine } from "../dispatch/engine.ts";
import { RdbError } from "../rdb/error.ts";
import { loadRdbFile, type LoadResult } from "../rdb/load.ts";

/** Milliseconds between two lines of progress in the log. */
const REPORT_EVERY_MS = 1000;
/**
 * Longest time in milliseconds that loading goes on without waiting for the sockets: a file that
 * is in memory already is read so fast that the event loop would look at nothing else for a while.
 */
const TURN_EVERY_MS = 8;

/**
 * Load the data, if there is a file.
 *
 * @param signal ends the load early
 * @returns false when the file cannot be loaded; why is in the log
 */
export async function loadDataset(engine: Engine, signal: AbortSignal): Promise<boolean> {
  const { clock, log } = engine;
  const path = engine.config.path(engine.config.values.dbfilename);
  let totalBytes: number;
  try {
    // At once: clients may be connected already, and must not be served before the data is there.
    totalBytes = Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    log.warning(`Fatal error: can't open the RDB file ${path} for reading: ${osReason(error)}`);
    return false;
  }
  const startedMs = clock.tick();
  const began = clock.monotonic();
  engine.loading = { startedMs, totalBytes, loadedBytes: 0, loadedKeys: 0 };
  const loading = engine.loading;
  let reported = began;
  let turned = began;
  try {
    const result = await loadRdbFile(path, engine.keyspace, {
      verifyChecksum: engine.config.values.rdbchecksum,
      signal,
      onHeader: (aux) => logOrigin(engine, aux),
      onEmptyKey: (key) => log.notice(`rdbLoadObject skipping empty key: ${toText(key)}`),
      onProgress({ bytesRead, keys }) {
        clock.tick();
        loading.loadedBytes = bytesRead;
        loading.loadedKeys = keys;
        const now = clock.monotonic();
        if (now - reported >= REPORT_EVERY_MS) {
          reported = now;
          const percent = totalBytes === 0 ? 100 : bytesRead / totalBytes * 100;
          log.notice(
            `Loading DB in memory: ${percent.toFixed(1)} % of the file, ${keys} keys so far`,
          );
        }
        if (now - turned < TURN_EVERY_MS) return;
        return new Promise((resolve) =>
          clock.after(0, () => {
            turned = clock.monotonic();
            resolve();
          })
        );
      },
    });
    logResult(engine, result, (clock.monotonic() - began) / 1000);
  } catch (error) {
    if (signal.aborted) return false;
    log.warning(
      error instanceof RdbError
        ? `${error.message} (file ${path})`
        : `Error reading ${path}: ${osReason(error)}`,
    );
    log.warning("Fatal error loading the DB, check server logs. Exiting.");
    return false;
  } finally {
    engine.loading = null;
  }
  return true;
}

function logOrigin(engine: Engine, aux: ReadonlyMap<ByteString, ByteString>): void {
  const { log, clock } = engine;
  const version = aux.get("redis-ver") ?? aux.get("valkey-ver");
  if (version !== undefined) {
    log.notice(`Loading RDB produced by version ${toText(version)}`);
  }
  const created = Number(aux.get("ctime"));
  if (Number.isFinite(created) && aux.has("ctime")) {
    const age = Math.max(0, Math.floor(clock.ms / 1000) - created);
    log.notice(`RDB age ${age} seconds`);
  }
  const used = Number(aux.get("used-mem"));
  if (Number.isFinite(used) && aux.has("used-mem")) {
    log.notice(`RDB memory usage when created ${(used / 1024 / 1024).toFixed(2)} Mb`);
  }
}

function logResult(engine: Engine, result: LoadResult, seconds: number): void {
  const { log, persistence, keyspace } = engine;
  persistence.loadedKeys = result.keysLoaded;
  persistence.expiredKeysOnLoad = result.keysExpired;
  engine.functionLibraries = result.functions;
  // What came out of a file is not a change to be saved.
  keyspace.dirty = 0;
  log.notice(
    `Done loading RDB, keys loaded: ${result.keysLoaded}, keys expired: ${result.keysExpired}.`,
  );
  log.notice(`DB loaded from disk: ${seconds.toFixed(3)} seconds`);
}
