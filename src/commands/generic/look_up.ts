/**
 * Looks at a key that do not ask for its value, which the key table would have to copy out.
 *
 * TYPE, TTL, EXISTS and OBJECT leave the access clock alone: asking about a key is not using it, and
 * must not keep it from being evicted.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { Database } from "../../keyspace/database.ts";
import { EventClass } from "../../keyspace/events.ts";
import { type KeyTable, NO_SLOT } from "../../keyspace/key_table.ts";
import { type TypeName, typeName } from "../../values/value.ts";

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

/** As `lookUpUntouched`, but the key counts as used now. O(1). */
export function lookUpTouched(db: Database, key: ByteString): number {
  const slot = lookUpUntouched(db, key);
  if (slot !== NO_SLOT) db.keyspace.recordAccess(db.table, slot);
  return slot;
}

/** The slot of a key that a command will change: an access, but neither hit nor miss. O(1). */
export function lookUpForWrite(db: Database, key: ByteString): number {
  const slot = db.slotOf(key);
  if (slot !== NO_SLOT) db.keyspace.recordAccess(db.table, slot);
  return slot;
}

/** The type of what a live slot holds. O(1). */
export function typeAt(table: KeyTable, slot: number): TypeName {
  return table.stringLengthAt(slot) >= 0 ? "string" : typeName(table.valueAt(slot));
}
