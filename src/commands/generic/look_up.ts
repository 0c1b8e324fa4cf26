/**
 * The look at a key that leaves its access clock alone: TYPE, TTL, EXISTS and OBJECT ask about a
 * key without using it, so that asking does not keep it from being evicted. Hits and misses count
 * all the same.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { Database } from "../../keyspace/database.ts";
import { EventClass } from "../../keyspace/events.ts";
import { NO_SLOT } from "../../keyspace/key_table.ts";

/**
 * The slot of a key, or `NO_SLOT`; counts a hit or a miss. O(1).
 *
 * @param tellMiss whether a miss is announced with the event "keymiss"
 */
export function lookUpUntouched(db: Database, key: ByteString, tellMiss = true): number {
  const slot = db.slotOf(key);
  const { stats } = db.keyspace;
  if (slot !== NO_SLOT) {
    stats.hits++;
  } else {
    stats.misses++;
    if (tellMiss) db.notify(key, EventClass.KEY_MISS, "keymiss");
  }
  return slot;
}
