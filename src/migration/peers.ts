/**
 * Connections that the server itself makes to other servers, kept for a while after their use.
 *
 * MIGRATE is mostly called many times in a row with the same target, so a connection is kept open
 * for ten seconds after it was used last, with what is known of its other end: the database that is
 * selected there. One that is in use belongs to its user alone.
 *
 * Source: https://redis.io/docs/latest/commands/migrate/
 *
 * @module
 */

import type { Clock, Timer } from "../clock/clock.ts";
import type { Dialler, Outgoing, OutgoingTarget } from "../transport/outgoing.ts";

/** What peers need of the server. */
export interface PeersNeeds {
  readonly clock: Clock;
  readonly dialler: Dialler;
}

/** For so long a connection is kept that nobody uses, in milliseconds. */
const KEPT_MS = 10_000;
/** So many connections are kept; one more, and any of them has to go. */
const MOST_KEPT = 64;

/** A connection with what is known of its other end. */
export interface Peer {
  readonly name: string;
  readonly connection: Outgoing;
  /** The database that is selected; -1 when that is not known. */
  db: number;
}

/** The connections that are kept for their next use. */
export class Peers {
  readonly #parts: PeersNeeds;
  readonly #kept = new Map<string, { peer: Peer; timer: Timer }>();
  #stopped = false;

  constructor(parts: PeersNeeds) {
    this.#parts = parts;
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
    return { name, connection: await this.#parts.dialler.connect(target), db: -1 };
  }

  /** Keep a connection for its next use. */
  keep(peer: Peer): void {
    if (this.#stopped || this.#kept.has(peer.name)) return peer.connection.close();
    if (this.#kept.size >= MOST_KEPT) {
      const [oldest] = this.#kept.keys();
      this.#drop(oldest);
    }
    const timer = this.#parts.clock.after(KEPT_MS, () => this.#drop(peer.name));
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
