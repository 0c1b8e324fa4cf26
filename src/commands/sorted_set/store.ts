/**
 * Storing the result of a command as a sorted set: what all of the *STORE commands end with.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { Context } from "../../command/context.ts";
import { EventClass } from "../../keyspace/events.ts";
import { ZSetValue } from "../../values/zset.ts";

/** A result to store. */
export interface StoredResult {
  /** All different, in any order. */
  members: readonly ByteString[];
  /** At least as many; none NaN. */
  scores: ArrayLike<number>;
  /** The event to emit. */
  event: string;
}

/**
 * Put a result at a key, whatever was there; an empty one removes the key.
 *
 * @returns how many members there are
 */
export function storeResult(context: Context, key: ByteString, result: StoredResult): number {
  const { db } = context;
  const { members, scores, event } = result;
  if (members.length > 0) {
    db.put(key, ZSetValue.from(members, scores, context.keyspace.limits));
    db.changed(key, EventClass.ZSET, event);
  } else if (db.deleteEvenExpired(key)) {
    db.changed(key, EventClass.GENERIC, "del");
  }
  return members.length;
}
