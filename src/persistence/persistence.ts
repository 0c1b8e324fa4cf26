/**
 * Saving the data of a server: what SAVE, BGSAVE, the save points and a shutdown share, with the
 * state that INFO shows.
 *
 * The wording of the log lines is a real server's, as monitoring looks for it.
 *
 * @module
 */

import { fromText } from "../bytes/bytes.ts";
import { BackgroundSave } from "../rdb/save/background_save.ts";
import { SaveError, type SaveOptions, saveRdb, saveVersion } from "../rdb/save/save.ts";
import type { WriteVersion } from "../rdb/encode/value.ts";
import { REDENO_VERSION, REDIS_VERSION } from "../version.ts";
import type { PersistenceNeeds } from "./needs.ts";

/** What this works with. */
type Parts = Pick<
  PersistenceNeeds,
  | "clock"
  | "config"
  | "disk"
  | "host"
  | "keyspace"
  | "libraries"
  | "loading"
  | "log"
  | "replication"
  | "startedMs"
  | "stats"
>;

/** After a save that failed the save points wait so many seconds. */
const RETRY_SECONDS = 5;

/** What differs from one save to the next. */
export interface SaveRequest {
  /** The format version; that of the directives when absent. */
  readonly version?: WriteVersion;
}

/** What replicas need to know of a save in the background. */
export interface SavedState {
  /** Where the replication stream stands in it. */
  readonly position: number;
  readonly version: WriteVersion;
}

/** A save in the background. */
interface Job {
  /** Null while nobody replicates. */
  readonly state: SavedState | null;
  readonly save: BackgroundSave;
  readonly path: string;
  /** Unix seconds. */
  readonly startedAt: number;
  /** The keyspace's count of changes that it includes. */
  readonly changes: number;
}

/** The saves of one server. */
export class Persistence {
  /** Unix seconds of the last successful save, or of the start. */
  lastSave: number;
  /** Keys of the last load. */
  loadedKeys = 0;
  /** Keys that the last load left out, as their time was past. */
  expiredKeysOnLoad = 0;
  /** Saves that were begun. */
  saves = 0;
  #lastWentWell = true;
  /** Where the keyspace's count of changes stood at the last save. */
  #savedChanges = 0;
  /** Seconds that the last save in the background took; -1 when there was none. */
  lastSeconds = -1;
  /** Whether a save in the background is to begin as soon as that can be. */
  scheduled = false;

  readonly #parts: Parts;
  #job: Job | null = null;
  /** Unix seconds at which the last save in the background began. */
  #lastTry = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.lastSave = Math.floor(parts.startedMs / 1000);
  }

  /** Whether the last save in the background (or a successful one since) went well. */
  get lastWentWell(): boolean {
    return this.#lastWentWell;
  }

  #wentWell(well: boolean): void {
    this.#lastWentWell = well;
    this.#parts.disk.judge();
  }

  /** Changes since the last save. */
  get unsavedChanges(): number {
    return this.#parts.keyspace.changes - this.#savedChanges;
  }

  /** All data of the keyspace is in a file now. */
  allSaved(): void {
    this.#savedChanges = this.#parts.keyspace.changes;
  }

  /** Whether writes are to be refused because saving fails and somebody wants to know. */
  get refusesWrites(): boolean {
    if (this.#lastWentWell) return false;
    const { stopWritesOnBgsaveError, save } = this.#parts.config.values;
    return stopWritesOnBgsaveError && save.length > 0;
  }

  /** Whether there are save points. */
  get hasSavePoints(): boolean {
    return this.#parts.config.values.save.length > 0;
  }

  /** The save that goes on in the background. */
  get background(): BackgroundSave | null {
    return this.#job === null ? null : this.#job.save;
  }

  /** Where the save that goes on in the background stands in the replication stream; null without. */
  get backgroundPosition(): SavedState | null {
    return this.#job === null ? null : this.#job.state;
  }

  /** Seconds since the save that goes on in the background has begun; -1 without one. */
  get currentSeconds(): number {
    return this.#job === null ? -1 : Math.max(0, this.#now - this.#job.startedAt);
  }

  get #now(): number {
    return Math.floor(this.#parts.clock.ms / 1000);
  }

  /** Whether a snapshot is being written as an RDB file, or sent to replicas as one. */
  get saving(): boolean {
    return this.#job !== null || this.#parts.replication.replicas.transferring;
  }

  /** How to save for a replica that continues with the replication stream after it. */
  replicationOptions(request: SaveRequest = {}): SaveOptions {
    const options = this.options(request);
    const saved = this.#parts.replication.savedPosition;
    if (saved === null) return options;
    const last = options.aux.length - 1;
    return {
      ...options,
      aux: [
        ...options.aux.slice(0, last),
        ["repl-stream-db", String(saved.db)],
        ["repl-id", saved.id],
        ["repl-offset", String(saved.position)],
        options.aux[last],
      ],
    };
  }

  /** How to save now, as the directives say. */
  options({ version }: SaveRequest = {}): SaveOptions {
    const { config, keyspace, host, log, clock, libraries } = this.#parts;
    const { values } = config;
    const { heapUsed, external } = host.resources();
    return {
      keyspace,
      path: config.path(values.dbfilename),
      version: version ?? values.rdbVersion as WriteVersion,
      compress: values.rdbcompression,
      checksum: values.rdbchecksum,
      incrementalSync: values.rdbSaveIncrementalFsync,
      access: values.maxmemoryPolicy.endsWith("-lru")
        ? "idle"
        : values.maxmemoryPolicy.endsWith("-lfu")
        ? "frequency"
        : null,
      aux: [
        ["redis-ver", REDIS_VERSION],
        ["redeno-ver", fromText(REDENO_VERSION)],
        ["redis-bits", "64"],
        ["ctime", String(Math.floor(clock.ms / 1000))],
        ["used-mem", String(heapUsed + external)],
        ["aof-base", "0"],
      ],
      functions: libraries.sources,
      onNotice: (message) => log.warning(message),
    };
  }

  /**
   * Save now, while everything waits. O(size of the data).
   *
   * @returns false when it failed; why is in the log
   */
  save(): boolean {
    const { log } = this.#parts;
    this.saves++;
    if (!this.#report(() => saveRdb(this.replicationOptions()))) return false;
    log.notice("DB saved on disk");
    this.allSaved();
    this.#succeeded();
    return true;
  }

  /** @returns false when `work` threw; that is in the log then */
  #report(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.#logFailure(error);
      return false;
    }
  }

  #logFailure(error: unknown): void {
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    this.#parts.log.warning(error instanceof SaveError ? error.message : text);
  }

  #succeeded(): void {
    this.lastSave = Math.floor(this.#parts.clock.tick() / 1000);
    this.#wentWell(true);
  }

  /**
   * Begin to save in the background; there must be no such save going on. How it ends, the log and
   * INFO tell, and replicas that wait for it are served.
   */
  startBackground(request: SaveRequest = {}): void {
    const { clock, config, keyspace, log, replication, stats } = this.#parts;
    this.scheduled = false;
    this.saves++;
    this.#lastTry = this.#now;
    // A replica that continues from this file needs a SELECT before the next command.
    replication.feed.forgetSelected();
    try {
      const options = this.replicationOptions(request);
      const save = new BackgroundSave({
        ...options,
        keyDelayMs: () => Math.max(0, config.values.rdbKeySaveDelay / 1000),
        activity: () => stats.commandsProcessed,
      });
      const state = replication.savedPosition === null ? null : {
        position: replication.stream.end,
        version: saveVersion({ ...options, onNotice: undefined }),
      };
      const job: Job = {
        save,
        path: options.path,
        startedAt: this.#now,
        changes: keyspace.changes,
        state,
      };
      this.#job = job;
      log.notice(`Background saving started by pid ${Deno.pid}`);
      save.done.then(
        (finished) => finished === null || this.#finished(job),
        (error) => this.#failed(job, error),
      );
    } catch (error) {
      // A real server finds this out in its child, after it has answered.
      clock.after(0, () => this.#failed(null, error));
    }
  }

  #finished(job: Job): void {
    const { log } = this.#parts;
    this.#job = null;
    this.#succeeded();
    this.#savedChanges = Math.max(this.#savedChanges, job.changes);
    this.lastSeconds = this.lastSave - job.startedAt;
    log.notice("DB saved on disk");
    log.notice("Background saving terminated with success");
    this.#parts.replication.replicas.saved(job.path);
  }

  #failed(job: Job | null, error: unknown): void {
    const now = Math.floor(this.#parts.clock.tick() / 1000);
    if (job !== null) this.#job = null;
    this.#wentWell(false);
    this.lastSeconds = job === null ? 0 : now - job.startedAt;
    this.#logFailure(error);
    this.#parts.log.warning("Background saving error");
    this.#parts.replication.replicas.saved(null);
  }

  /** Cancel the save that goes on in the background, if there is one. */
  cancelBackground(): void {
    if (this.#job === null) return;
    this.#parts.log.warning("There is a child saving an .rdb. Killing it!");
    this.#job.save.cancel();
    this.#job = null;
    this.#parts.replication.replicas.saved(null);
  }

  /**
   * All keys were removed: a save of the old data must not reach the disk any more, and with save
   * points the file is replaced at once.
   */
  flushed(): void {
    this.cancelBackground();
    if (this.hasSavePoints) this.save();
  }

  /** The regular look at the save points. */
  tick(): void {
    const { config, keyspace, loading, log } = this.#parts;
    // The append-only file may be taking a snapshot for itself.
    if (this.#job !== null || keyspace.snapshot !== null || loading.active) return;
    const now = this.#now;
    if (!this.lastWentWell && now - this.#lastTry <= RETRY_SECONDS) return;
    for (const { seconds, changes } of config.values.save) {
      if (this.unsavedChanges < changes || now - this.lastSave <= seconds) continue;
      log.notice(`${changes} changes in ${seconds} seconds. Saving...`);
      return this.startBackground();
    }
    if (this.scheduled) this.startBackground();
  }
}
