/**
 * Refuses writes that cannot be kept: the last save failed, the append-only file cannot be written, or
 * an effect was lost on its way to the file and the replicas.
 *
 * A replica cannot refuse what its primary sends, or their data would differ: the process ends, or,
 * where the configuration says so, goes on and logs a warning.
 *
 * @module
 */

import type { AppendOnlyFile } from "../aof/append_only_file.ts";
import type { Clock } from "../clock/clock.ts";
import type { Command } from "../command/command.ts";
import type { Config } from "../config/config.ts";
import type { Gates } from "../execution/gates.ts";
import type { Logger } from "../log/logger.ts";
import { ErrorReply } from "../resp/reply.ts";
import type { Client } from "../session/client.ts";

const MISCONF = new ErrorReply(
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to " +
    "disk. Commands that may modify the data set are disabled, because this instance is " +
    "configured to report errors during writes if RDB snapshotting fails " +
    "(stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB " +
    "error.",
);
const EFFECTS_LOST = new ErrorReply(
  "MISCONF An internal error has kept a write from the append-only file or the replicas. Commands " +
    "that may modify the data set are disabled until the data set is saved as a whole (BGSAVE, or " +
    "BGREWRITEAOF). Please check the log for the error.",
);
/** Milliseconds between two log lines of the same warning. */
const COMPLAIN_EVERY_MS = 10_000;

/** What the gate needs of the server. */
export interface DiskGateNeeds {
  readonly clock: Clock;
  readonly config: Config;
  readonly log: Logger;
  readonly gates: Gates;
  readonly persistence: { readonly refusesWrites: boolean };
  readonly aof: AppendOnlyFile;
  readonly host: { abandon(): void };
}

/** The gate of one server. */
export class DiskGate {
  readonly #parts: DiskGateNeeds;
  #effectsLost = false;
  #complainedMs = -COMPLAIN_EVERY_MS;

  constructor(parts: DiskGateNeeds) {
    this.#parts = parts;
    parts.gates.install("disk", (client, command) => this.#admit(client, command));
    parts.config.onChange(["save", "stop-writes-on-bgsave-error"], () => this.judge());
  }

  /** Why writes are refused; null when they are not. */
  get refusal(): ErrorReply | null {
    if (this.#effectsLost) return EFFECTS_LOST;
    const { persistence, aof } = this.#parts;
    if (persistence.refusesWrites) return MISCONF;
    return aof.error === null
      ? null
      : new ErrorReply(`MISCONF Errors writing to the AOF file: ${aof.error}`);
  }

  /** The same in the words for a script that says that it may write; null when writes are not refused. */
  get scriptRefusal(): string | null {
    if (this.refusal === null || this.#effectsLost) return this.refusal?.text ?? null;
    const { persistence, aof } = this.#parts;
    const blocked = "but it's currently unable to persist to disk. Writable scripts are blocked. " +
      "Use 'no-writes' flag for read only scripts.";
    return persistence.refusesWrites
      ? `MISCONF Redis is configured to save RDB snapshots, ${blocked}`
      : `MISCONF Redis is configured to persist data to AOF, ${blocked} AOF error: ${aof.error}`;
  }

  /** Something that the gate depends on has changed: raise or lower it. */
  judge(): void {
    this.#parts.gates.set("disk", this.refusal !== null);
  }

  /** Effects did not reach the append-only file or the replicas. */
  lost(): void {
    this.#effectsLost = true;
    this.judge();
  }

  /** All data was saved as a whole, including what was lost before. */
  kept(): void {
    this.#effectsLost = false;
    this.judge();
  }

  #admit({ caller }: Client, command: Command): ErrorReply | null {
    const { refusal } = this;
    if (refusal === null || !caller.obeyed) return refusal;
    if (command.isWrite) this.#complain(command);
    return null;
  }

  /** A primary's command cannot be kept. */
  #complain(command: Command): void {
    const { clock, config, host, log } = this.#parts;
    if (!config.values.replicaIgnoreDiskWriteErrors) {
      log.warning(`Replica was unable to write command to disk. (${command.name})`);
      host.abandon();
      return;
    }
    if (clock.ms - this.#complainedMs < COMPLAIN_EVERY_MS) return;
    this.#complainedMs = clock.ms;
    log.warning("Replica is applying a command even though it is unable to write to disk.");
  }
}
