/**
 * Keys that no client may use for a while, because they are being moved to another server.
 *
 * A real server stands still during MIGRATE; this one lets only those wait who ask for a key that is
 * being moved. A command that names such a key, in whatever database, waits, and runs from its
 * beginning, gates included, once the key is free; so does a write that names no key (FLUSHALL),
 * and EXEC of a transaction with such commands. Where reading does no harm (MIGRATE … COPY),
 * commands that only read go on.
 *
 * Callers without a connection (the program around the server) do not wait. A change that they make
 * is noted, so that the key is kept ({@linkcode Hold.changed}).
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Command } from "../command/command.ts";
import type { Gates } from "../execution/gates.ts";
import { Postponed, type PostponedNeeds } from "../execution/postponed.ts";
import type { Client } from "../session/client.ts";
import type { Database } from "../keyspace/database.ts";

/** What held keys need of the server. */
export interface HeldKeysNeeds extends PostponedNeeds {
  readonly gates: Gates;
}

/** Keys that are held together. */
export interface Hold {
  readonly keys: readonly ByteString[];
  /** Whether commands that only read have to wait, too. */
  readonly exclusive: boolean;
  /** Keys that were changed though they are held. */
  readonly changed: Set<ByteString>;
  /** The server stops: give up now, and keep what is safe on the other side only. */
  abandon(): void;
}

/** The held keys of a server, and the clients that wait for them. */
export class HeldKeys {
  readonly #holds = new Set<Hold>();
  readonly #byKey = new Map<ByteString, Hold>();
  readonly #waiting: Postponed;

  readonly #parts: HeldKeysNeeds;

  constructor(parts: HeldKeysNeeds) {
    this.#parts = parts;
    this.#waiting = new Postponed(parts, "held");
    parts.gates.install("held", {
      admit: (client, command, args) =>
        this.#stops(client, command, args) ? this.#waiting.add(client, args) : null,
      holds: (command, args) => this.#touches(command, args),
    });
  }

  #changed(): void {
    const { gates, keyspace } = this.#parts;
    gates.set("held", this.active);
    keyspace.listeners.set(this, this.active);
  }

  /** Whether a key is held. */
  get active(): boolean {
    return this.#holds.size > 0;
  }

  /** Number of clients that wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Hold keys that are free. O(keys) */
  add(hold: Hold): void {
    this.#holds.add(hold);
    for (const key of hold.keys) this.#byKey.set(key, hold);
    this.#changed();
  }

  /** Let keys go. Those who wait for them run at the next {@linkcode HeldKeys.serve}. O(keys) */
  remove(hold: Hold): void {
    this.#holds.delete(hold);
    for (const key of hold.keys) this.#byKey.delete(key);
    this.#changed();
  }

  /** Whether a client's command has to wait. O(arguments, in a transaction those of all commands) */
  #stops(client: Client, command: Command, args: readonly ByteString[]): boolean {
    const { transaction } = client;
    if (transaction === null) return this.#touches(command, args);
    // What is queued runs later.
    return command.name === "exec" && !transaction.aborted &&
      transaction.queue.some((queued) => this.#touches(queued.command, queued.args));
  }

  /** Whether a command would meet a held key in a way that it must not. O(arguments) */
  #touches(command: Command, args: readonly ByteString[]): boolean {
    const keys = command.keysOf(args);
    if (keys === null || keys.length === 0) return command.isWrite;
    return keys.some(({ index }) => {
      const hold = this.#byKey.get(args[index]);
      return hold !== undefined && (hold.exclusive || !command.isReadOnly);
    });
  }

  /** Forget a client that is gone. */
  forget(client: Client): void {
    this.#waiting.forget(client);
  }

  /** A key was changed. O(1) */
  modified(_db: Database, key: ByteString): void {
    this.#byKey.get(key)?.changed.add(key);
  }

  /** All keys of a database were changed. O(held keys) */
  allModified(): void {
    for (const [key, hold] of this.#byKey) hold.changed.add(key);
  }

  /** Run what waited, in the order in which it came, as far as its keys are free now. */
  serve(): void {
    this.#waiting.run();
  }

  /** The server stops: end everything that holds keys. */
  stop(): void {
    for (const hold of [...this.#holds]) hold.abandon();
  }
}
