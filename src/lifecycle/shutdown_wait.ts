/**
 * The wait of a shutdown for its replicas: until they have all that was written here, writes pause
 * and the server stays, for `shutdown-timeout` at most. What is still on its way when a process ends
 * is lost to them.
 *
 * The wording of the log lines is a real server's.
 *
 * @module
 */

import type { Timer } from "../clock/clock.ts";
import type { Services, ShutdownRequest } from "../commands/services.ts";
import type { ReplicaSession } from "../replication/replica_session.ts";

/** Milliseconds between two looks at the replicas. */
const LOOK_EVERY_MS = 20;

/** The parts that a wait looks at. */
type Needs = Pick<Services, "clock" | "config" | "loading" | "log" | "pause" | "replication">;

/** A shutdown that may have to wait. */
export class ShutdownWait {
  readonly #parts: Needs;
  #request: ShutdownRequest | null = null;
  /** Who is to be told when the server stays. */
  #onStay: (() => void)[] = [];
  #signalled = false;
  #timer: Timer | null = null;
  #deadlineMs: number | null = null;

  constructor(parts: Needs) {
    this.#parts = parts;
  }

  /** The shutdown that waits; null when none does. */
  get request(): ShutdownRequest | null {
    return this.#request;
  }

  /** Unix milliseconds at which it will wait no longer; null when it does not wait. */
  get deadlineMs(): number | null {
    return this.#deadlineMs;
  }

  /** Whether a signal has asked for the shutdown that waits, be it first or afterwards. */
  get signalled(): boolean {
    return this.#signalled;
  }

  /** Whether a shutdown has to wait, as replicas lag behind and there is time for them. */
  needed({ now }: ShutdownRequest): boolean {
    const { config, loading } = this.#parts;
    return !now && !loading.active && config.values.shutdownTimeout > 0 && !this.#allInStep;
  }

  /** Begin to wait. `finish` is called when that is over, once. */
  begin(request: ShutdownRequest, finish: () => void): void {
    const { clock, config, log, pause, replication } = this.#parts;
    this.#request = request;
    replication.replicas.askPositions();
    this.join(request);
    pause.startShutdown();
    log.notice("Waiting for replicas before shutting down.");
    const deadline = clock.ms + config.values.shutdownTimeout * 1000;
    this.#deadlineMs = deadline;
    this.#timer = clock.every(LOOK_EVERY_MS, () => {
      if (!this.#allInStep && clock.tick() < deadline) return;
      this.#timer?.cancel();
      finish();
    });
  }

  /** Another one asks for what is under way. */
  join({ onStay, signal }: ShutdownRequest): void {
    if (signal !== undefined) this.#signalled = true;
    if (onStay !== undefined) this.#onStay.push(onStay);
  }

  /** The server stays: it was called off, or has failed. */
  cancel(): void {
    if (this.#request === null) return;
    const told = this.#onStay;
    this.stop();
    this.#parts.pause.endShutdown();
    for (const tell of told) tell();
  }

  /** Wait no more. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#request = null;
    this.#signalled = false;
    this.#onStay = [];
    this.#deadlineMs = null;
  }

  get #allInStep(): boolean {
    for (const session of this.#parts.replication.replicas.sessions) {
      if (this.#lag(session) !== 0) return false;
    }
    return true;
  }

  #lag({ ackPosition }: ReplicaSession): number {
    return this.#parts.replication.stream.end - ackPosition;
  }

  /** Say in the log which replicas will lack something. */
  report(): void {
    const { log, replication: { replicas } } = this.#parts;
    if (replicas.count === 0) return;
    let inStep = 0;
    for (const session of replicas.sessions) {
      const behind = this.#lag(session);
      if (behind === 0) {
        inStep++;
        continue;
      }
      log.notice(
        `Lagging replica ${session.name} reported offset ${behind} behind master, ` +
          `lag=${session.lag}, state=${session.state}.`,
      );
    }
    log.notice(`${inStep} of ${replicas.count} replicas are in sync when shutting down.`);
  }
}
