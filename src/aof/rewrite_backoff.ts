/**
 * How soon a rewrite that keeps failing is tried again by itself: at once three times, then after a
 * minute, two, four, and so on up to an hour.
 *
 * @module
 */

import type { Logger } from "../log/logger.ts";

const FREE_FAILURES = 3;
const LONGEST_MINUTES = 60;

/** Spaces out automatic rewrites after failures. */
export class RewriteBackoff {
  /** Failed rewrites since the last that went well. */
  failures = 0;
  readonly #log: Logger;
  #nextMinutes = 0;
  #until = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** A rewrite went well. */
  succeeded(): void {
    this.failures = 0;
    this.#nextMinutes = 0;
    this.#until = 0;
  }

  /** A rewrite failed. */
  failed(): void {
    this.failures++;
  }

  /**
   * Whether the next one has to wait.
   *
   * @param now monotonic time in milliseconds
   */
  holds(now: number): boolean {
    if (this.failures < FREE_FAILURES) return false;
    if (this.#until > 0) {
      if (now < this.#until) return true;
      this.#until = 0;
      return false;
    }
    this.#nextMinutes = this.#nextMinutes === 0
      ? 1
      : Math.min(this.#nextMinutes * 2, LONGEST_MINUTES);
    this.#until = now + this.#nextMinutes * 60_000;
    this.#log.warning(
      "Background AOF rewrite has repeatedly failed and triggered the limit, will retry in " +
        `${this.#nextMinutes} minutes`,
    );
    return true;
  }
}
