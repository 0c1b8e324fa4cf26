/**
 * Looking keys up without reading their values, which the key table would have to copy.
 *
 * TYPE, TTL, EXISTS and OBJECT leave the access clock alone: asking about a key is not using it, and
 * must not keep it from being evicted.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { Database } from "../../keyspace/database.ts";
import { EventClass } from "../../keyspace/events.ts";
import { type KeyTable, NO_ENTRY } from "../../keyspace/key_table.ts";
import { type TypeName, typeName } from "../../values/value.ts";

/**
 * The entry of a key, or `NO_ENTRY`; counts a hit or a miss. O(1).
 *
 * @param tellMiss whether a miss is announced with the event "keymiss"
 */
export function lookUpUntouched(db: Database, key: ByteString, tellMiss = true): number {
  const entry = db.entryOf(key);
  const { stats } = db.keyspace;
  if (entry !== NO_ENTRY) {
    stats.hits++;
  } else {
    stats.misses++;
    if (tellMiss) db.notify(key, EventClass.KEY_MISS, "keymiss");
  }
  return entry;
}

/** As `lookUpUntouched`, but the key counts as used now. O(1). */
export function lookUpTouched(db: Database, key: ByteString): number {
  const entry = lookUpUntouched(db, key);
  if (entry !== NO_ENTRY) db.keyspace.recordAccess(db.table, entry);
  return entry;
}

/** The entry of a key that a command will change: an access, but neither hit nor miss. O(1). */
export function lookUpForWrite(db: Database, key: ByteString): number {
  const entry = db.entryOf(key);
  if (entry !== NO_ENTRY) db.keyspace.recordAccess(db.table, entry);
  return entry;
}

/** The type of what a live entry holds. O(1). */
export function typeAt(table: KeyTable, entry: number): TypeName {
  return table.stringLengthAt(entry) >= 0 ? "string" : typeName(table.valueAt(entry));
}
