/**
 * What the append-only file asks of the server: to write all data to a file, and to wake clients
 * that wait for the disk.
 *
 * @module
 */

import type { AofHost, BaseJob } from "../aof/append_only_file.ts";
import { CommandBaseWriter, saveCommands } from "../aof/base_writer.ts";
import { BackgroundSave } from "../rdb/save/background_save.ts";
import { type SaveOptions, saveRdb } from "../rdb/save/save.ts";
import type { PersistenceNeeds } from "./needs.ts";

/** What this works with. */
type Parts = Pick<
  PersistenceNeeds,
  "clock" | "config" | "disk" | "host" | "keyspace" | "persistence" | "stats" | "writeWaits"
>;

/** The parts as the append-only file sees it. */
export class ServerAofHost implements AofHost {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get busy(): boolean {
    return this.#parts.keyspace.snapshot !== null;
  }

  #saveOptions(path: string): SaveOptions {
    const options = this.#parts.persistence.options();
    const aux = options.aux.map((pair) =>
      pair[0] === "aof-base" ? ["aof-base", "1"] as const : pair
    );
    return { ...options, path, aux };
  }

  writeBaseNow(path: string, rdb: boolean): void {
    const options = this.#saveOptions(path);
    if (rdb) saveRdb(options);
    else saveCommands(options, this.#timestamp);
  }

  get #timestamp(): number | null {
    const { config, clock } = this.#parts;
    return config.values.aofTimestampEnabled ? Math.floor(clock.ms / 1000) : null;
  }

  writeBase(path: string, rdb: boolean): BaseJob {
    const { config, stats } = this.#parts;
    const seconds = this.#timestamp;
    const options = this.#saveOptions(path);
    const save = new BackgroundSave({
      ...options,
      incrementalSync: config.values.aofRewriteIncrementalFsync,
      keyDelayMs: () => config.values.rdbKeySaveDelay / 1000,
      activity: () => stats.commandsProcessed,
      ...rdb ? {} : { begin: () => new CommandBaseWriter(options.functions, seconds) },
    });
    const done = save.done.then((inPlace) => {
      if (inPlace === null) throw new Error("The rewrite was called off");
    });
    return { done, abort: () => save.cancel() };
  }

  onSynced(): void {
    this.#parts.writeWaits.serve();
  }

  onError(): void {
    this.#parts.disk.judge();
  }

  onRewritten(): void {
    this.#parts.disk.kept();
  }

  onFatal(): void {
    this.#parts.host.abandon();
  }
}
