/**
 * A full synchronisation as the replica sees it: the primary's data take the place of all that is
 * here.
 *
 * There are three ways, and `repl-diskless-load` chooses. Usually the snapshot is received into a
 * file; only when it is complete, the old data are dropped, and the file is loaded. An empty server
 * may decode the snapshot while it arrives. Or the snapshot is decoded into a second keyspace,
 * while the old data, if they belong to the same history, are served; if anything fails the new one
 * is dropped.
 *
 * The file becomes the server's RDB file only after it was loaded, so that a file that cannot be
 * loaded never replaces one that can. (A real server renames it before it loads it.)
 *
 * Keys past their time are taken in: a primary's snapshot holds them only when they were not past it
 * there, and the primary says when they go.
 *
 * @module
 */

import { toText } from "../bytes/bytes.ts";
import { osReason } from "../config/os_error.ts";
import type { ReplicationNeeds } from "./needs.ts";
import { LoadWatch } from "../persistence/load_watch.ts";
import { Keyspace } from "../keyspace/keyspace.ts";
import { RdbDecoder } from "../rdb/decode/decoder.ts";
import { RdbError } from "../rdb/error.ts";
import { KeyLoader, loadRdbFile, type LoadResult, newLoadResult } from "../rdb/load/load.ts";
import { type LinkConnection, LinkError } from "./link_connection.ts";
import { type PayloadHeader, PayloadReader, readPayloadHeader } from "./payload.ts";
import type { Replication } from "./replication.ts";
import { readStreamDb } from "./saved_position.ts";
import type { LibrariesOfFiles } from "../persistence/needs.ts";

/** What this works with. */
type Parts = Pick<
  ReplicationNeeds,
  | "aof"
  | "clock"
  | "config"
  | "keyspace"
  | "libraries"
  | "loading"
  | "log"
  | "persistence"
  | "stats"
>;

/** What a full synchronisation works with. */
export interface FullSyncOptions {
  readonly parts: Parts;
  readonly replication: Replication;
  readonly connection: LinkConnection;
  /** Ends it early. */
  readonly signal: AbortSignal;
  /** The data are of the history that this server has been following. */
  readonly sameHistory: boolean;
}

/** One full synchronisation. */
export class FullSync {
  /** Bytes that will come; 0 when that is not known. */
  totalBytes = 0;
  /** Data are being loaded: the primary has to be told that this server is alive. */
  loading = false;
  /** Nothing is awaited from the primary for now. */
  received = false;

  readonly #options: FullSyncOptions;
  #reader: PayloadReader | null = null;

  constructor(options: FullSyncOptions) {
    this.#options = options;
  }

  /** Bytes that have come. */
  get readBytes(): number {
    return this.#reader?.received ?? 0;
  }

  /**
   * Receive and load the data.
   *
   * @returns the database that the stream has selected behind the snapshot
   * @throws LinkError when it fails; with an empty message, the reason is in the log
   */
  async run(): Promise<number> {
    const { parts, connection } = this.#options;
    const { config: { values }, keyspace } = parts;
    const header = await readPayloadHeader(parts, connection);
    const beside = values.replDisklessLoad === "swapdb";
    const direct = beside || (values.replDisklessLoad === "on-empty-db" && keyspace.size === 0);
    this.totalBytes = header.length;
    logBeginning(parts, header, direct ? "to parser" : "to disk");
    this.#reader = new PayloadReader(connection, header);
    try {
      const { aux } = beside
        ? await this.#loadBeside(this.#reader)
        : direct
        ? await this.#loadDirectly(this.#reader)
        : await this.#loadThroughFile(this.#reader);
      return readStreamDb(aux, keyspace.databases.length);
    } catch (error) {
      if (this.#options.signal.aborted) throw new LinkError("given up");
      throw error;
    } finally {
      this.loading = false;
    }
  }

  #failed(message: string): LinkError {
    this.#options.parts.log.warning(message);
    return new LinkError("");
  }

  /** The old data are about to be dropped: no partial synchronisation may start from them. */
  #leaveHistory(): void {
    const { replication, parts: { log } } = this.#options;
    if (replication.canResume) log.notice("Discarding previously cached master state.");
    replication.canResume = false;
    replication.replicas.disconnectAll();
    replication.releaseBacklog();
  }

  #flush(): void {
    const { parts } = this.#options;
    this.#leaveHistory();
    parts.log.notice("MASTER <-> REPLICA sync: Flushing old data");
    this.#empty();
  }

  #empty(): void {
    const { parts } = this.#options;
    parts.keyspace.clearAll();
    parts.libraries.replace([]);
  }

  /** What a snapshot is loaded with. */
  #watch(totalBytes: number, asynchronous = false): LoadWatch {
    const { parts } = this.#options;
    parts.log.notice("MASTER <-> REPLICA sync: Loading DB in memory");
    this.loading = true;
    return new LoadWatch(parts, { totalBytes, asynchronous });
  }

  async #loadDirectly(reader: PayloadReader): Promise<LoadResult> {
    const { parts } = this.#options;
    parts.aof.suspend();
    this.#flush();
    const watch = this.#watch(this.totalBytes);
    try {
      const result = await this.#decode(reader, parts.keyspace, watch);
      await prepareFor(result, parts.libraries);
      parts.libraries.replace(result.functions);
      return result;
    } catch (error) {
      this.#empty();
      throw error;
    } finally {
      watch.end();
    }
  }

  async #loadBeside(reader: PayloadReader): Promise<LoadResult> {
    const { parts, sameHistory } = this.#options;
    const { keyspace, log } = parts;
    parts.aof.suspend();
    const side = new Keyspace({
      clock: keyspace.clock,
      databases: keyspace.databases.length,
      newTable: () => keyspace.newTable(),
      random: keyspace.random,
    });
    Object.assign(side.limits, keyspace.limits);
    Object.assign(side.access, {
      lfu: keyspace.access.lfu,
      logFactor: keyspace.access.logFactor,
      decayMinutes: keyspace.access.decayMinutes,
    });
    const watch = this.#watch(this.totalBytes, sameHistory);
    try {
      const result = await this.#decode(reader, side, watch);
      await prepareFor(result, parts.libraries);
      this.#leaveHistory();
      log.notice("MASTER <-> REPLICA sync: Swapping active DB with loaded DB");
      keyspace.exchange(side);
      parts.libraries.replace(result.functions);
      log.notice("MASTER <-> REPLICA sync: Discarding old DB in background");
      return result;
    } catch (error) {
      log.notice("MASTER <-> REPLICA sync: Discarding temporary DB in background");
      throw error;
    } finally {
      watch.end();
    }
  }

  /** Decode what comes, as it comes. @throws LinkError */
  async #decode(
    reader: PayloadReader,
    keyspace: Keyspace,
    watch: LoadWatch,
  ): Promise<LoadResult> {
    const { parts: { config, log }, signal } = this.#options;
    const result = newLoadResult();
    const loader = new KeyLoader(keyspace, result, {
      keepExpired: true,
      onHeader: (aux) => watch.onHeader(aux),
      onEmptyKey: (key) => watch.onEmptyKey(key),
    });
    const decoder = new RdbDecoder({
      databases: keyspace.databases.length,
      verifyChecksum: config.values.rdbchecksum,
      totalBytes: this.totalBytes === 0 ? undefined : this.totalBytes,
      sink: loader,
    });
    const endPause = keyspace.pauseExpiry();
    try {
      while (!reader.done || !decoder.done) {
        if (reader.done) decoder.end();
        else await reader.next((bytes) => decoder.push(bytes));
        for (let record = decoder.next(); record !== null; record = decoder.next()) {
          loader.record(record);
        }
        // Behind the data there may be the mark alone, which the reader keeps.
        if (decoder.done && this.totalBytes === 0 && decoder.rest().length > 0) {
          throw new LinkError("Replication stream EOF marker is broken");
        }
        await watch.onProgress({ bytesRead: reader.received, keys: result.keysLoaded });
        signal.throwIfAborted();
      }
      watch.finished(result);
      return result;
    } catch (error) {
      if (signal.aborted) throw error;
      if (!(error instanceof RdbError) && !(error instanceof LinkError)) throw error;
      log.warning(error.message);
      throw this.#failed(
        `Failed trying to load the MASTER synchronization DB from socket: ${error.message}`,
      );
    } finally {
      endPause();
    }
  }

  async #loadThroughFile(reader: PayloadReader): Promise<LoadResult> {
    const { parts } = this.#options;
    const { config, clock } = parts;
    const seconds = Math.floor(clock.ms / 1000);
    const path = config.path(`temp-${seconds}.${Deno.pid}.rdb`);
    let installed = false;
    try {
      await this.#receive(reader, path);
      this.received = true;
      const result = await this.#loadFile(path, reader.received);
      this.#install(path);
      installed = true;
      return result;
    } finally {
      this.received = false;
      if (!installed) remove(path);
    }
  }

  async #receive(reader: PayloadReader, path: string): Promise<void> {
    const { signal } = this.#options;
    let file: Deno.FsFile;
    try {
      file = await Deno.open(path, { write: true, create: true, truncate: true });
    } catch (error) {
      throw this.#failed(
        `Opening the temp file needed for MASTER <-> REPLICA synchronization: ${osReason(error)}`,
      );
    }
    try {
      const pieces: Uint8Array[] = [];
      while (!reader.done) {
        try {
          await reader.next((bytes) => pieces.push(bytes));
        } catch (error) {
          if (signal.aborted || !(error instanceof LinkError)) throw error;
          throw this.#failed(`I/O error trying to sync with MASTER: ${error.message}`);
        }
        for (const piece of pieces.splice(0)) await writeAll(file, piece);
      }
      await file.syncData();
    } catch (error) {
      if (signal.aborted || error instanceof LinkError) throw error;
      throw this.#failed(
        "Write error or short write writing to the DB dump file needed for MASTER <-> REPLICA " +
          `synchronization: ${osReason(error)}`,
      );
    } finally {
      file.close();
    }
  }

  async #loadFile(path: string, size: number): Promise<LoadResult> {
    const { parts, signal } = this.#options;
    const { config, keyspace, log, persistence } = parts;
    if (persistence.background !== null) {
      log.notice(
        "Replica is about to load the RDB file received from the master, but there is a pending " +
          `RDB child running. Killing process ${Deno.pid} and removing its temp file to avoid any ` +
          "race",
      );
      persistence.cancelBackground();
    }
    parts.aof.suspend();
    this.#flush();
    const watch = this.#watch(size);
    try {
      const result = await loadRdbFile(path, keyspace, {
        verifyChecksum: config.values.rdbchecksum,
        keepExpired: true,
        signal,
        onHeader: (aux) => watch.onHeader(aux),
        onEmptyKey: (key) => watch.onEmptyKey(key),
        onProgress: (progress) => watch.onProgress(progress),
      });
      await prepareFor(result, parts.libraries);
      parts.libraries.replace(result.functions);
      watch.finished(result);
      return result;
    } catch (error) {
      this.#empty();
      if (signal.aborted) throw error;
      const reason = error instanceof RdbError ? error.message : osReason(error);
      throw this.#failed(
        `Failed trying to load the MASTER synchronization DB from disk: ${reason}`,
      );
    } finally {
      watch.end();
    }
  }

  /** Make the file that was loaded the server's own. */
  #install(temporary: string): void {
    const { parts: { config, log } } = this.#options;
    const { values } = config;
    const path = values.dbfilename === "" ? "" : config.path(values.dbfilename);
    try {
      Deno.renameSync(temporary, path);
    } catch (error) {
      throw this.#failed(
        `Failed trying to rename the temp DB into ${
          toText(values.dbfilename)
        } in MASTER <-> REPLICA ` +
          `synchronization: ${osReason(error)}`,
      );
    }
    if (!values.rdbDelSyncFiles || values.save.length > 0 || values.appendonly) return;
    log.notice(
      "Removing the RDB file obtained from the master. This replica has persistence disabled",
    );
    remove(path);
  }
}

function logBeginning({ log }: Parts, { length, mark }: PayloadHeader, way: string): void {
  log.notice(
    mark === null
      ? `MASTER <-> REPLICA sync: receiving ${length} bytes from master ${way}`
      : `MASTER <-> REPLICA sync: receiving streamed RDB from master with EOF ${way}`,
  );
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It was never made, or somebody removed it.
  }
}

/** Wait until the libraries of a snapshot can be loaded. */
async function prepareFor({ functions }: LoadResult, libraries: LibrariesOfFiles): Promise<void> {
  if (functions.length > 0) await libraries.prepare();
}
