/**
 * How long a slice of a snapshot may take before clients are served again.
 *
 * The longer their turn takes, the longer the next slice may be: so a snapshot takes a share of the
 * time while they are busy. When none of them has asked for anything for a while, each slice is twice
 * as long as the one before.
 *
 * @module
 */

import type { Clock } from "../../clock/clock.ts";

/** How long a slice is beside the turn of the clients that was before it. */
const SHARE = 1 / 8;
/** Bounds of a slice, in milliseconds: less is not worth a write, which takes 0.1 and more. */
const SHORTEST_MS = 0.15;
const LONGEST_MS = 2;
/** Clients that have done nothing for so many milliseconds are idle; busy ones are a turn or two. */
const IDLE_MS = 8;

/** The pace of one snapshot. */
export class Pace {
  /** Milliseconds that the next slice may take. */
  sliceMs = SHORTEST_MS;
  readonly #clock: Clock;
  readonly #activity: (() => number) | undefined;
  #lastActivity: number | undefined;
  #busyAt: number;
  #turnBegan = 0;

  /** @param activity a number that changes when clients do something; always busy when absent */
  constructor(clock: Clock, activity?: () => number) {
    this.#clock = clock;
    this.#activity = activity;
    this.#lastActivity = activity?.();
    this.#busyAt = clock.monotonic();
  }

  /** A slice is done, and it is the clients' turn. */
  turnBegins(): void {
    this.#turnBegan = this.#clock.monotonic();
  }

  /** The turn is over. */
  turnEnds(): void {
    const now = this.#clock.monotonic();
    const seen = this.#activity?.();
    if (seen === undefined || seen !== this.#lastActivity) this.#busyAt = now;
    this.#lastActivity = seen;
    const idle = now - this.#busyAt >= IDLE_MS;
    const wanted = idle ? this.sliceMs * 2 : (now - this.#turnBegan) * SHARE;
    this.sliceMs = Math.min(Math.max(wanted, SHORTEST_MS), LONGEST_MS);
  }
}
