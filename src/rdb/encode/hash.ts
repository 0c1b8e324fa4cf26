/**
 * Hashes: a packed list of fields and values, or pair by pair; with times, from version 12 on, when
 * fields expire.
 *
 * @module
 */

import type { HashValue } from "../../values/hash.ts";
import { ValueType } from "../format.ts";
import { type EncodeContext, KEEP, STEP, type Steps } from "./context.ts";
import { beginPacked, LISTPACK_VERSION } from "./packed.ts";
import { writeLength, writePacked, writeString } from "./string.ts";

/** First version that can say when a field expires. */
export const FIELD_EXPIRY_VERSION = 12;

/** The value type that the hash is written as. */
export function hashType(hash: HashValue, version: number): number {
  const packed = hash.encoding !== "hashtable";
  if (version >= FIELD_EXPIRY_VERSION && hash.expiringCount > 0) {
    return packed ? ValueType.HASH_LISTPACK_EX : ValueType.HASH_METADATA;
  }
  if (!packed) return ValueType.HASH;
  return version >= LISTPACK_VERSION ? ValueType.HASH_LISTPACK : ValueType.HASH_ZIPLIST;
}

/** Write a hash. O(n). @returns the work that is left when it is a table */
export function writeHash(context: EncodeContext, hash: HashValue): Steps | null {
  const { sink } = context;
  switch (hashType(hash, context.version)) {
    case ValueType.HASH_LISTPACK_EX:
      sink.int64(hash.nextExpiry);
      writePackedHash(context, hash, true);
      return null;
    case ValueType.HASH_METADATA:
      return writeFields(context, hash, hash.nextExpiry);
    case ValueType.HASH:
      return writeFields(context, hash, null);
    default:
      writePackedHash(context, hash, false);
      return null;
  }
}

/** @param earliest when the first field expires; null when times are not to be written */
function* writeFields(context: EncodeContext, live: HashValue, earliest: number | null): Steps {
  const { sink } = context;
  let hash = live;
  if (earliest !== null) sink.int64(earliest);
  writeLength(sink, hash.size);
  let cursor = 0;
  do {
    const page = hash.scan(cursor, STEP);
    cursor = page.cursor;
    for (let i = 0; i < page.items.length; i += 2) {
      const field = page.items[i];
      if (earliest !== null) {
        const at = hash.getExpiry(field);
        // 0 is "does not expire", so that the earliest time itself is 1.
        writeLength(sink, at === undefined ? 0 : at - earliest + 1);
      }
      writeString(context, field);
      writeString(context, page.items[i + 1]);
    }
    if ((yield) !== KEEP) continue;
    hash = hash.clone();
    yield;
  } while (cursor !== 0);
}

function writePackedHash(context: EncodeContext, hash: HashValue, timed: boolean): void {
  const packed = beginPacked(context);
  hash.forEach((field, value) => {
    packed.text(field);
    packed.text(value);
    if (timed) packed.integer(hash.getExpiry(field) ?? 0);
  });
  packed.end();
  writePacked(context);
}
