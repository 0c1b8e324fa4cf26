/**
 * Pauses: clients whose commands wait until the pause ends. CLIENT PAUSE asks for one; FAILOVER and a
 * shutdown that waits for replicas ask for one of writes that has no end of its own. Commands wait
 * until all are over.
 *
 * A postponed command runs from its beginning, gates included, when the pause is over: after the
 * command that ended it (CLIENT UNPAUSE) and those sent along with it have run.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Clock, Timer } from "../clock/clock.ts";
import type { Reply } from "../resp/reply.ts";
import type { Client } from "../session/client.ts";
import type { Gates } from "./gates.ts";
import { Postponed, type PostponedNeeds } from "./postponed.ts";

/** What pauses need of the server. */
export interface PauseNeeds extends PostponedNeeds {
  readonly clock: Clock;
  readonly gates: Gates;
}

/** The pause of a server. */
export class Pause {
  #untilMs = 0;
  #all = false;
  #failover = false;
  #shutdown = false;
  #timer: Timer | null = null;
  readonly #postponed: Postponed;
  #atEnd: (() => void)[] = [];
  readonly #parts: PauseNeeds;

  constructor(parts: PauseNeeds) {
    this.#parts = parts;
    this.#postponed = new Postponed(parts, "pause");
    // A replica asks for nothing that a pause is about.
    const postpone = (client: Client, args: ByteString[]): Reply | null =>
      client.replica === null ? this.#postponed.add(client, args) : null;
    for (const name of ["pause", "pause-writes"] as const) {
      parts.gates.install(name, {
        admit: (client, _command, args) => postpone(client, args),
        holds: () => true,
      });
    }
  }

  /**
   * Raise or lower the gates, and hide or remove keys past their time, as the pauses in force say.
   */
  #changed(): void {
    const { gates, keyspace } = this.#parts;
    gates.set("pause", this.active && this.#all);
    gates.set("pause-writes", this.active);
    // Removing a key past its time would be a write: it is only hidden meanwhile.
    keyspace.hideExpired("pause", this.active);
  }

  /** Whether a pause is on. */
  get active(): boolean {
    return this.#untilMs > 0 || this.#failover || this.#shutdown;
  }

  /** Whether expiry and eviction have to stop for now, as they would write. */
  get stopsWrites(): boolean {
    return this.active;
  }

  /** Number of clients that wait. */
  get postponed(): number {
    return this.#postponed.size;
  }

  /** "none", "write" or "all", for INFO. */
  get kind(): "none" | "write" | "all" {
    return !this.active ? "none" : this.#all ? "all" : "write";
  }

  /** Why there is a pause, for INFO. */
  get reason(): "none" | "client_pause" | "failover_in_progress" | "shutdown_in_progress" {
    if (this.#shutdown) return "shutdown_in_progress";
    if (this.#failover) return "failover_in_progress";
    return this.#untilMs > 0 ? "client_pause" : "none";
  }

  /** Milliseconds that the pause still lasts. */
  get remainingMs(): number {
    return this.#untilMs === 0 ? 0 : Math.max(0, this.#untilMs - this.#parts.clock.ms);
  }

  /**
   * Pause commands until `untilMs` (unix milliseconds): all, or those that may write. A pause that
   * is on can become longer and wider, never shorter or narrower.
   */
  start(untilMs: number, all: boolean): void {
    this.#all ||= all;
    if (untilMs > this.#untilMs) this.#untilMs = untilMs;
    this.#changed();
    this.#timer?.cancel();
    const wait = Math.max(0, this.#untilMs - this.#parts.clock.ms);
    this.#timer = this.#parts.clock.after(wait, () => {
      this.#parts.clock.tick();
      this.end();
    });
  }

  /** Pause writes until {@linkcode Pause.endFailover}. */
  startFailover(): void {
    this.#failover = true;
    this.#changed();
  }

  /** End the pause of writes for a failover. */
  endFailover(): void {
    this.#failover = false;
    this.#resumeIfOver();
  }

  /** Pause writes until {@linkcode Pause.endShutdown}. */
  startShutdown(): void {
    this.#shutdown = true;
    this.#changed();
  }

  /** End the pause of writes for a shutdown. */
  endShutdown(): void {
    this.#shutdown = false;
    this.#resumeIfOver();
  }

  /** Whether a command has to wait. */
  holds(mayWrite: boolean): boolean {
    return this.active && (this.#all || mayWrite);
  }

  /** Run `fn`, which writes, now or when the pause ends. */
  whenWritable(fn: () => void): void {
    if (this.holds(true)) this.#atEnd.push(fn);
    else fn();
  }

  /** Forget a client that is gone. */
  forget(client: Client): void {
    this.#postponed.forget(client);
  }

  /** End the pause that a client asked for; what waited runs soon, in the order in which it came. */
  end(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#untilMs = 0;
    this.#all = false;
    this.#resumeIfOver();
  }

  #resumeIfOver(): void {
    this.#changed();
    if (this.active) return;
    // Not at once: the command that ended the pause is still running.
    queueMicrotask(() => this.#runPostponed());
  }

  #runPostponed(): void {
    const atEnd = this.#atEnd;
    this.#atEnd = [];
    for (const fn of atEnd) this.whenWritable(fn);
    // A new pause may have begun in between, or begin while they run: then they wait on.
    this.#postponed.run();
  }
}
