/**
 * Loading of the data at start: the RDB file that `dir` and `dbfilename` name.
 *
 * Clients are answered `-LOADING` meanwhile. A file that cannot be loaded stops the start and stays
 * as it is: serving a part of the data, or an empty set, would lose the rest at the next save.
 *
 * @module
 */

import { toText } from "../bytes/bytes.ts";
import { osReason } from "../config/os_error.ts";
import type { PersistenceNeeds } from "./needs.ts";
import { LoadWatch } from "./load_watch.ts";
import { RdbError } from "../rdb/error.ts";
import { loadRdbFile } from "../rdb/load/load.ts";
import { RedisError } from "../resp/reply.ts";

/** What this works with. */
type Parts = Pick<
  PersistenceNeeds,
  "config" | "clock" | "keyspace" | "libraries" | "loading" | "log" | "persistence" | "replication"
>;

/**
 * Load the data, if there is a file.
 *
 * A file may say which point of a replication history its data are: a replica asks its primary to
 * go on from there, and a primary lets its former replicas do so. Then keys past their time are
 * loaded too: on a replica they stay until the primary removes them, and a primary tells its
 * replicas of their removal.
 *
 * @param signal ends the load early
 * @returns false when the file cannot be loaded; why is in the log
 */
export async function loadDataset(parts: Parts, signal: AbortSignal): Promise<boolean> {
  const { config, keyspace, libraries, log, persistence, replication } = parts;
  const { dbfilename } = config.values;
  if (dbfilename === "") return true;
  const path = config.path(dbfilename);
  let totalBytes: number;
  try {
    // At once: clients may be connected already, and must not be served before the data is there.
    totalBytes = Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    log.warning(
      `Fatal error: can't open the RDB file ${toText(dbfilename)} for reading: ${osReason(error)}`,
    );
    return false;
  }
  const watch = new LoadWatch(parts, { totalBytes });
  try {
    const result = await loadRdbFile(path, keyspace, {
      verifyChecksum: config.values.rdbchecksum,
      signal,
      keepExpired: replication.isReplica,
      onHeader(aux) {
        watch.onHeader(aux);
        replication.loaded(aux);
      },
      onEmptyKey: (key) => watch.onEmptyKey(key),
      onExpired: (db, key) => keyspace.listeners.expired(keyspace.databases[db], key),
      onProgress: (progress) => watch.onProgress(progress),
    });
    watch.finished(result);
    if (result.functions.length > 0) await libraries.prepare();
    libraries.replace(result.functions);
    // What came out of a file is not a change to be saved.
    persistence.allSaved();
    log.notice(`DB loaded from disk: ${watch.seconds.toFixed(3)} seconds`);
  } catch (error) {
    if (signal.aborted) return false;
    log.warning(
      error instanceof RdbError
        ? `${error.message} (file ${path})`
        : error instanceof RedisError
        ? `Failed loading library, ${error.message} (file ${path})`
        : `Error reading ${path}: ${osReason(error)}`,
    );
    log.warning("Fatal error loading the DB, check server logs. Exiting.");
    return false;
  } finally {
    watch.end();
  }
  return true;
}
