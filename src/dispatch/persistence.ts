/**
 * Saving the data of a server: what SAVE, the save points and the end of the server share, with the
 * state that INFO shows.
 *
 * The wording of the log lines is a real server's, as monitoring looks for it.
 *
 * @module
 */

import { fromText } from "../bytes/bytes.ts";
import { SaveError, type SaveOptions, saveRdb } from "../rdb/save.ts";
import type { WriteVersion } from "../rdb/writer_value.ts";
import { REDENO_VERSION, REDIS_VERSION } from "../version.ts";
import type { Engine } from "./engine.ts";

/** The saves of one server. */
export class Persistence {
  /** Unix seconds of the last successful save, or of the start. */
  lastSave: number;
  /** Keys of the last load. */
  loadedKeys = 0;
  /** Keys that the last load left out, as their time was past. */
  expiredKeysOnLoad = 0;
  /** Successful saves. */
  saves = 0;
  /** Whether the last save in the background (or a successful one since) went well. */
  lastWentWell = true;

  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.lastSave = Math.floor(engine.startedMs / 1000);
  }

  /** Whether writes are to be refused because saving fails and somebody wants to know. */
  get refusesWrites(): boolean {
    if (this.lastWentWell) return false;
    const { stopWritesOnBgsaveError, save } = this.#engine.config.values;
    return stopWritesOnBgsaveError && save.length > 0;
  }

  /** Whether there are save points. */
  get hasSavePoints(): boolean {
    return this.#engine.config.values.save.length > 0;
  }

  /** How to save now, as the directives say. */
  options(): SaveOptions {
    const { config, keyspace, host, log, clock, functionLibraries } = this.#engine;
    const { values } = config;
    const { heapUsed, external } = host.resources();
    return {
      keyspace,
      path: config.path(values.dbfilename),
      version: values.rdbVersion as WriteVersion,
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
      functions: functionLibraries,
      onNotice: (message) => log.warning(message),
    };
  }

  /**
   * Save now, while everything waits. O(size of the data).
   *
   * @returns false when it failed; why is in the log
   */
  save(): boolean {
    const { keyspace, log } = this.#engine;
    if (!this.#report(() => saveRdb(this.options()))) return false;
    log.notice("DB saved on disk");
    keyspace.dirty = 0;
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
    this.#engine.log.warning(error instanceof SaveError ? error.message : text);
  }

  #succeeded(): void {
    this.lastSave = Math.floor(this.#engine.clock.tick() / 1000);
    this.lastWentWell = true;
    this.saves++;
  }
}
