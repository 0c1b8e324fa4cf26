/**
 * From the journal to the replication stream: what a primary's commands leave becomes the commands
 * that its replicas run.
 *
 * Beside effects the stream carries published messages, and what the primary has to say to its
 * replicas (PING, REPLCONF GETACK).
 *
 * While nobody replicates there is no backlog, the feed listens to nothing, and writes cost nothing.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { EffectEncoder, NO_DB } from "../journal/effect_encoder.ts";
import { type Effect, type Journal, TARGET } from "../journal/journal.ts";
import type { ReplicationStream } from "./stream.ts";

/** What a feed is made with. */
export interface FeedOptions {
  readonly journal: Journal;
  readonly stream: ReplicationStream;
  /** Called once a turn of the event loop in which the stream has grown. */
  readonly onGrowth: () => void;
  /**
   * A unit did not come into the stream in full: nobody who reads it may go on. What follows begins
   * anew, with the database named.
   */
  readonly onBroken: (error: unknown) => void;
}

/** Writes a primary's stream. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #encoder: EffectEncoder;
  #unsubscribe: (() => void) | null = null;
  #scheduled = false;

  constructor(options: FeedOptions) {
    const { stream } = options;
    this.#options = options;
    this.#encoder = new EffectEncoder((piece) => {
      if (typeof piece === "string") stream.append(piece);
      else stream.appendBytes(piece);
    });
  }

  /** Whether effects go to the stream. */
  get active(): boolean {
    return this.#unsubscribe !== null;
  }

  /** The database that the stream's last command runs in; -1 when the next one will say. */
  get selectedDb(): number {
    return this.#encoder.selectedDb;
  }

  /** Begin to listen to the journal; nothing happens when it does already. */
  start(): void {
    this.#unsubscribe ??= this.#options.journal.subscribe((effects) => this.#take(effects), {
      target: TARGET.REPLICAS,
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
    this.#encoder.selectedDb = NO_DB;
  }

  #take(effects: readonly Effect[]): void {
    try {
      this.#encoder.unit(effects);
    } catch (error) {
      this.forgetSelected();
      this.#options.onBroken(error);
      return;
    }
    this.grew();
  }

  /** Put a command into the stream that is no effect and runs in no database. */
  send(args: readonly ByteString[]): void {
    this.#encoder.command(args);
    this.grew();
  }

  /** The stream has grown; tell at the end of this turn. */
  grew(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#options.stream.flush();
      this.#options.onGrowth();
    });
  }
}
