/**
 * Pauses: clients whose commands wait until the pause ends. CLIENT PAUSE asks for one; FAILOVER and a
 * shutdown that waits for replicas ask for one of writes that has no end of its own. Commands wait
 * until all are over.
 *
 * A postponed command runs anew, from the beginning of the pipeline, when the pause is over: once
 * the command that ended it (CLIENT UNPAUSE) and those sent along with it have run.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Timer } from "../clock/clock.ts";
import type { Reply } from "../resp/reply.ts";
import type { Client } from "../session/client.ts";
import type { Engine } from "./engine.ts";
import { Postponed } from "./postponed.ts";

/** The pause of a server. */
export class Pause {
  #untilMs = 0;
  #all = false;
  #failover = false;
  #shutdown = false;
  #timer: Timer | null = null;
  readonly #postponed: Postponed;
  #atEnd: (() => void)[] = [];
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#postponed = new Postponed(engine, "pause");
  }

  /** Whether a pause is on. */
  get active(): boolean {
    return this.#untilMs > 0 || this.#failover || this.#shutdown;
  }

  /** Whether expiry and eviction have to hold still: they would write. */
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
    return this.#untilMs === 0 ? 0 : Math.max(0, this.#untilMs - this.#engine.clock.ms);
  }

  /**
   * Pause commands until `untilMs` (unix milliseconds): all, or those that may write. A pause that
   * is on can become longer and wider, never shorter or narrower.
   */
  start(untilMs: number, all: boolean): void {
    this.#all ||= all;
    if (untilMs > this.#untilMs) this.#untilMs = untilMs;
    // Removing a key past its time would be a write: it is only hidden meanwhile.
    this.#engine.keyspace.hidesExpired = true;
    this.#timer?.cancel();
    const wait = Math.max(0, this.#untilMs - this.#engine.clock.ms);
    this.#timer = this.#engine.clock.after(wait, () => {
      this.#engine.clock.tick();
      this.end();
    });
  }

  /** Pause writes until {@linkcode Pause.endFailover}. */
  startFailover(): void {
    this.#failover = true;
    this.#engine.keyspace.hidesExpired = true;
  }

  /** End the pause of writes for a failover. */
  endFailover(): void {
    this.#failover = false;
    this.#resumeIfOver();
  }

  /** Pause writes until {@linkcode Pause.endShutdown}. */
  startShutdown(): void {
    this.#shutdown = true;
    this.#engine.keyspace.hidesExpired = true;
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

  /** Let a client's command wait. */
  postpone(client: Client, args: ByteString[]): Reply {
    return this.#postponed.add(client, args);
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
    if (this.active) return;
    this.#engine.keyspace.hidesExpired = this.#engine.replication.isReplica;
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
