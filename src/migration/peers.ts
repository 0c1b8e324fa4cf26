/**
 * Connections that the server itself makes to other servers, kept for a while after their use.
 *
 * MIGRATE is mostly called many times in a row with the same target, so a connection is kept open
 * for ten seconds after it was used last, with what is known of its other end: the database that is
 * selected there. One that is in use belongs to its user alone.
 *
 * What opens sockets is the host's (`net/outgoing.ts`); here is only what it has to give.
 *
 * Source: https://redis.io/docs/latest/commands/migrate/
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Timer } from "../clock/clock.ts";
import type { Engine } from "../execution/engine.ts";

/** For so long a connection is kept that nobody uses, in milliseconds. */
const KEPT_MS = 10_000;
/** So many connections are kept; one more, and any of them has to go. */
const MOST_KEPT = 64;

/**
 * How a connection failed. `unreachable`: there is no way to the address, or no such name; `refused`:
 * nobody listens there; `timeout`: it took too long; `closed`: the connection ended.
 */
export type OutgoingFailure = "unreachable" | "refused" | "timeout" | "closed";

/** A connection failed; it must not be used any more. */
export class OutgoingError extends Error {
  override name = "OutgoingError";

  constructor(readonly failure: OutgoingFailure) {
    super(`outgoing connection: ${failure}`);
  }
}

/** A connection to another server. Its methods reject with {@linkcode OutgoingError}. */
export interface Outgoing {
  /** Send bytes, all of them. Fails when that takes longer than `timeoutMs` milliseconds. */
  write(bytes: Uint8Array, timeoutMs: number): Promise<void>;
  /** The next line without its end. Fails when it takes longer than `timeoutMs` milliseconds. */
  readLine(timeoutMs: number): Promise<ByteString>;
  /** Close it; what goes on with it fails. */
  close(): void;
}

/** Where to connect to. */
export interface OutgoingTarget {
  readonly hostname: string;
  readonly port: number;
  /** Longest wait, in milliseconds. */
  readonly timeoutMs: number;
}

/** A connection with what is known of its other end. */
export interface Peer {
  readonly name: string;
  readonly connection: Outgoing;
  /** The database that is selected; -1 when that is not known. */
  db: number;
}

/** The connections that are kept for their next use. */
export class Peers {
  readonly #engine: Engine;
  readonly #kept = new Map<string, { peer: Peer; timer: Timer }>();
  #stopped = false;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** How many connections are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /**
   * A connection to a server: one that was kept, else a new one.
   *
   * @throws OutgoingError when it cannot be made
   */
  async take(target: OutgoingTarget): Promise<Peer> {
    const name = `${target.hostname}:${target.port}`;
    const kept = this.#kept.get(name);
    if (kept !== undefined) {
      this.#forget(name);
      return kept.peer;
    }
    return { name, connection: await this.#engine.host.connect(target), db: -1 };
  }

  /** Keep a connection for its next use. */
  keep(peer: Peer): void {
    if (this.#stopped || this.#kept.has(peer.name)) return peer.connection.close();
    if (this.#kept.size >= MOST_KEPT) {
      const [oldest] = this.#kept.keys();
      this.#drop(oldest);
    }
    const timer = this.#engine.clock.after(KEPT_MS, () => this.#drop(peer.name));
    this.#kept.set(peer.name, { peer, timer });
  }

  #forget(name: string): void {
    this.#kept.get(name)?.timer.cancel();
    this.#kept.delete(name);
  }

  #drop(name: string): void {
    this.#kept.get(name)?.peer.connection.close();
    this.#forget(name);
  }

  /** Close all that is kept, and keep nothing from now on. */
  stop(): void {
    this.#stopped = true;
    for (const name of [...this.#kept.keys()]) this.#drop(name);
  }
}
