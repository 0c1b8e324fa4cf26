/**
 * Sorted sets: a packed list of members and scores in ascending order, or member and score (a
 * double) one by one, the highest first, as that is the order in which a skip list is quickest
 * filled.
 *
 * @module
 */

import { formatDouble, formatDouble17 } from "../../bytes/double.ts";
import type { ZSetValue } from "../../values/zset.ts";
import { ValueType } from "../format.ts";
import { type EncodeContext, KEEP, STEP, type Steps } from "./context.ts";
import { beginPacked, LISTPACK_VERSION } from "./packed.ts";
import { writeLength, writePacked, writeString } from "./string.ts";

/** First version whose writers give the shortest text of a score. */
const SHORTEST_VERSION = 11;

/** The value type that the sorted set is written as. */
export function zsetType(set: ZSetValue, version: number): number {
  if (set.encoding !== "listpack") return ValueType.ZSET_2;
  return version >= LISTPACK_VERSION ? ValueType.ZSET_LISTPACK : ValueType.ZSET_ZIPLIST;
}

/** Write a sorted set. O(n). @returns the work that is left when it is not packed */
export function writeZset(context: EncodeContext, set: ZSetValue): Steps | null {
  const { version } = context;
  if (set.encoding !== "listpack") return writeEntries(context, set);
  const packed = beginPacked(context);
  for (const cursor = set.cursor(); cursor.next();) {
    const { score } = cursor;
    packed.text(cursor.member);
    if (Number.isSafeInteger(score)) packed.integer(score);
    else packed.text(version >= SHORTEST_VERSION ? formatDouble(score) : formatDouble17(score));
  }
  packed.end();
  writePacked(context);
  return null;
}

function* writeEntries(context: EncodeContext, set: ZSetValue): Steps {
  const { sink } = context;
  writeLength(sink, set.size);
  let cursor = set.cursor(0, set.size, true);
  for (let left = set.size; left > 0;) {
    for (const end = Math.max(0, left - STEP); left > end; left--) {
      cursor.next();
      writeString(context, cursor.member);
      sink.double(cursor.score);
    }
    if ((yield) !== KEEP) continue;
    cursor = set.clone().cursor(0, left, true);
    yield;
  }
}
