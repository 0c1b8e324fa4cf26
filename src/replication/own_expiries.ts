/**
 * Keys of a replica that its own clients have let expire, where it lets them write.
 *
 * A replica leaves keys past their time alone, as its primary removes them; but the primary knows
 * nothing of these. They are remembered here, and the regular work removes them when their time has
 * come.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { detach } from "../bytes/latin1.ts";
import type { CallRecord, Observer } from "../execution/observers.ts";
import { NO_ENTRY, NO_EXPIRY } from "../keyspace/key_table.ts";
import type { Database } from "../keyspace/database.ts";

/** Between two looks at the time so many keys are looked at. */
const STRIDE = 64;

/** Remembers keys. */
export class OwnExpiries implements Observer {
  readonly wantsTimes = false;
  readonly #keys = new Map<Database, Set<ByteString>>();

  /** How many keys are remembered. */
  get size(): number {
    let sum = 0;
    for (const keys of this.#keys.values()) sum += keys.size;
    return sum;
  }

  /** A command has run: what a client of this server's own changed is looked at. O(its keys). */
  after({ client, command, args, changed }: CallRecord): void {
    if (!changed || !command.isWrite || client.caller.obeyed) return;
    const { db } = client;
    for (const { index } of command.keysOf(args) ?? []) {
      const key = args[index];
      if (db.expireAt(key) === NO_EXPIRY) continue;
      let keys = this.#keys.get(db);
      if (keys === undefined) this.#keys.set(db, keys = new Set());
      if (!keys.has(key)) keys.add(detach(key));
    }
  }

  /**
   * Remove keys that are past their time, and forget those that do not expire any more.
   *
   * @param budgetMs about how long it may take
   */
  step(budgetMs: number): void {
    for (const [db, keys] of this.#keys) {
      const { clock } = db.keyspace;
      const deadline = clock.monotonic() + budgetMs;
      let left = keys.size;
      for (const key of keys) {
        keys.delete(key);
        const entry = db.table.find(key);
        const at = entry === NO_ENTRY ? NO_EXPIRY : db.table.expireAt(entry);
        if (at !== NO_EXPIRY && at < clock.ms) db.expireEntry(entry, key);
        // It comes behind the others, where the next step ends.
        else if (at !== NO_EXPIRY) keys.add(key);
        if (--left === 0 || (left % STRIDE === 0 && clock.monotonic() >= deadline)) break;
      }
      if (keys.size === 0) this.#keys.delete(db);
    }
  }

  /** Forget all. */
  clear(): void {
    this.#keys.clear();
  }
}
