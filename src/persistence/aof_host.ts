/**
 * What the append-only file asks of the engine: its data in a file, and who waits for the disk.
 *
 * @module
 */

import type { AofHost, BaseJob } from "../aof/append_only_file.ts";
import { CommandBaseWriter, saveCommands } from "../aof/base_writer.ts";
import { BackgroundSave } from "../rdb/save/background_save.ts";
import { type SaveOptions, saveRdb } from "../rdb/save/save.ts";
import type { Engine } from "../execution/engine.ts";

/** The engine as the append-only file sees it. */
export class EngineAofHost implements AofHost {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get busy(): boolean {
    return this.#engine.keyspace.snapshot !== null;
  }

  #saveOptions(path: string): SaveOptions {
    const options = this.#engine.persistence.options();
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
    const { config, clock } = this.#engine;
    return config.values.aofTimestampEnabled ? Math.floor(clock.ms / 1000) : null;
  }

  writeBase(path: string, rdb: boolean): BaseJob {
    const { config, stats } = this.#engine;
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
    this.#engine.writeWaits.serve();
  }

  onFatal(): void {
    this.#engine.host.abandon();
  }
}
