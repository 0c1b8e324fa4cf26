/**
 * The active side of expiry: keys past their time are removed though nobody asks for them.
 *
 * The tables know which entries are due, so a step costs what it removes. A step ends when its time
 * is used up, and the caller runs another one soon, so that a hundred thousand keys that expire in
 * the same second do not keep a client waiting.
 *
 * @module
 */

import type { Keyspace } from "./keyspace.ts";

/** Between two looks at the monotonic clock so many keys are removed. */
const STRIDE = 64;

/**
 * Remove keys that are past their time.
 *
 * @param budgetMs about how long the step may take
 * @returns whether all that was due is gone
 */
export function expireStep(keyspace: Keyspace, budgetMs: number): boolean {
  const { clock } = keyspace;
  const now = clock.tick();
  const deadline = clock.monotonic() + budgetMs;
  for (const db of keyspace.databases) {
    if (db.table.expiring === 0) continue;
    const remove = (entry: number) => db.expireEntry(entry, db.table.keyAt(entry));
    // A key still exists during the millisecond at which it expires.
    while (db.table.visitDue(now - 1, STRIDE, remove) === STRIDE) {
      if (clock.monotonic() >= deadline) return false;
    }
  }
  return true;
}
