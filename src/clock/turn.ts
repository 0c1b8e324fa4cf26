/**
 * Giving the event loop a turn in the middle of long work.
 *
 * It is not part of the clock, as it does not depend on time: a test's clock that stands still must
 * not stop the work.
 *
 * @module
 */

/**
 * Resolves when the event loop has looked at the sockets. It takes a millisecond or two, in which the
 * process sleeps if there is nothing else to do. `setImmediate` would be quicker, but Deno 2.9 may run
 * hundreds of those before it looks at a socket again.
 */
export function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
