/**
 * A full synchronisation without a file: one snapshot of the data goes to several replicas while it
 * is taken.
 *
 * Its length is not known at the beginning, so it begins with `$EOF:` and forty random digits, and
 * ends with the same digits. The walk over the data goes at the pace of the slowest replica: the
 * next piece is made when all have taken the last. One that takes nothing for too long is dropped,
 * by the regular work of {@linkcode Replicas}.
 *
 * @module
 */

import { toBytes } from "../bytes/bytes.ts";
import type { Clock } from "../clock/clock.ts";
import { Pace } from "../rdb/save/pace.ts";
import { beginRdb, type SaveOptions } from "../rdb/save/save.ts";
import { Snapshot } from "../rdb/save/snapshot.ts";
import { CHUNK_BYTES, type RdbWriter } from "../rdb/encode/writer.ts";
import { randomId } from "./id.ts";
import type { ReplicaSession } from "./replica_session.ts";

/** What to send. */
export interface SocketTransferOptions {
  /** How to write it; no file is written. */
  readonly save: SaveOptions;
  /** Whether the keys are wanted. */
  readonly data: boolean;
  readonly sessions: Iterable<ReplicaSession>;
  /** Milliseconds to wait after each key, for tests; read anew before each slice. */
  readonly keyDelayMs: () => number;
  /** A number that changes when clients do something. */
  readonly activity: () => number;
  /** Called when it is over, with the replicas that are left; they have all unless there is an error. */
  readonly onEnd: (sessions: ReplicaSession[], error: unknown) => void;
}

/** A snapshot on its way to replicas. */
export class SocketTransfer {
  readonly sessions: Set<ReplicaSession>;
  readonly #options: SocketTransferOptions;
  readonly #clock: Clock;
  readonly #writer: RdbWriter;
  readonly #snapshot: Snapshot | null;
  readonly #pace: Pace;
  readonly #mark = randomId();
  /** What waits for the sessions to have sent all. */
  #onDrained: (() => void) | null = null;

  /** The snapshot is that of this moment; it is sent from the next turn on. */
  constructor(options: SocketTransferOptions) {
    this.#options = options;
    this.#clock = options.save.keyspace.clock;
    this.sessions = new Set(options.sessions);
    this.#writer = beginRdb(options.save);
    this.#snapshot = options.data ? new Snapshot(options.save.keyspace, this.#writer) : null;
    this.#pace = new Pace(this.#clock, options.activity);
    for (const session of this.sessions) {
      session.onDrained = () => this.#drained();
      session.say(`$EOF:${this.#mark}\r\n`);
    }
    void this.#run();
  }

  async #run(): Promise<void> {
    let error: unknown = null;
    try {
      await this.#sendAll();
    } catch (thrown) {
      error = thrown;
    }
    this.#snapshot?.close();
    const sessions = [...this.sessions];
    for (const session of sessions) session.onDrained = null;
    this.sessions.clear();
    this.#options.onEnd(sessions, error);
  }

  async #sendAll(): Promise<void> {
    await this.#pause(0);
    while (this.sessions.size > 0 && !this.#slice()) {
      this.#pace.turnBegins();
      const delay = this.#options.keyDelayMs();
      const bytes = this.#writer.take();
      if (delay > 0 || bytes.length === 0) await this.#pause(delay);
      // The writer uses its memory again.
      this.#send(bytes.slice());
      await this.#room();
      this.#pace.turnEnds();
    }
    this.#snapshot?.close();
    if (this.sessions.size > 0) {
      this.#writer.end();
      this.#send(this.#writer.take().slice());
      this.#send(toBytes(this.#mark));
      await this.#room();
    }
  }

  /** Go on with the walk. @returns whether it is at its end */
  #slice(): boolean {
    if (this.#snapshot === null) return true;
    const keys = this.#options.keyDelayMs() > 0 ? 1 : Infinity;
    return this.#snapshot.step({ ms: this.#pace.sliceMs, bytes: CHUNK_BYTES, keys });
  }

  #send(bytes: Uint8Array): void {
    for (const session of this.sessions) session.push(bytes);
  }

  /** Wait until all that was sent is taken. */
  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrained = resolve;
      this.#drained();
    });
  }

  #drained(): void {
    for (const { queued } of this.sessions) if (queued > 0) return;
    const resolve = this.#onDrained;
    this.#onDrained = null;
    resolve?.();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(ms, resolve));
  }

  /** A replica is gone: the others need not wait for it. */
  remove(session: ReplicaSession): void {
    // `onDrained` wakes those that wait for it.
    this.sessions.delete(session);
  }
}
