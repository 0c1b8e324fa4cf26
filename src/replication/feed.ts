/**
 * From the journal to the replication stream: what a primary's commands leave becomes the commands
 * that its replicas run.
 *
 * Effects that belong together go between MULTI and EXEC, and a SELECT goes before a command that
 * runs in another database than the one before. Beside effects the stream carries published
 * messages, and what the primary has to say to its replicas (PING, REPLCONF GETACK).
 *
 * While nobody replicates there is no backlog, the feed listens to nothing, and writes cost nothing.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Effect, Journal } from "../journal/journal.ts";
import { encodeCommand } from "../resp/encoder.ts";
import type { ReplicationStream } from "./stream.ts";

const MULTI = encodeCommand(["MULTI"]);
const EXEC = encodeCommand(["EXEC"]);

/** Writes a primary's stream. */
export class Feed {
  readonly #journal: Journal;
  readonly #stream: ReplicationStream;
  readonly #onGrowth: () => void;
  #unsubscribe: (() => void) | null = null;
  #selectedDb = -1;
  #scheduled = false;

  /** @param onGrowth called once a turn of the event loop in which the stream has grown */
  constructor(journal: Journal, stream: ReplicationStream, onGrowth: () => void) {
    this.#journal = journal;
    this.#stream = stream;
    this.#onGrowth = onGrowth;
  }

  /** Whether effects go to the stream. */
  get active(): boolean {
    return this.#unsubscribe !== null;
  }

  /** The database that the stream's last command runs in; -1 when the next one will say. */
  get selectedDb(): number {
    return this.#selectedDb;
  }

  /** Begin to listen to the journal; nothing happens when it does already. */
  start(): void {
    this.#unsubscribe ??= this.#journal.subscribe((effects) => this.#take(effects), {
      announcements: true,
    });
  }

  /** Listen no more. */
  stop(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
  }

  /** Name the database again before the next command: a reader begins here that knows none. */
  forgetSelected(): void {
    this.#selectedDb = -1;
  }

  #take(effects: readonly Effect[]): void {
    const together = effects.length > 1;
    let text = together ? MULTI : "";
    for (const { db, args } of effects) {
      if (db !== this.#selectedDb) {
        this.#selectedDb = db;
        text += encodeCommand(["SELECT", `${db}`]);
      }
      text += encodeCommand(args);
    }
    if (together) text += EXEC;
    this.#stream.append(text);
    this.grew();
  }

  /** Put a command into the stream that is no effect and runs in no database. */
  send(args: readonly ByteString[]): void {
    this.#stream.append(encodeCommand(args));
    this.grew();
  }

  /** The stream has grown; tell at the end of this turn. */
  grew(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#stream.flush();
      this.#onGrowth();
    });
  }
}
