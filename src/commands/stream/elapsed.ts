/**
 * How long ago something was, as replies tell it.
 *
 * @module
 */

/** One more than the largest integer of 64 bits. */
const LIMIT = 2 ** 63;

/**
 * Milliseconds from `since` to `now`, not less than 0. Times out of files can lie so far back that
 * no integer of a reply holds the difference; it is 0 then, as a real server's, which wraps around.
 */
export function elapsed(now: number, since: number): number {
  const ms = now - since;
  return ms > 0 && ms < LIMIT ? ms : 0;
}
