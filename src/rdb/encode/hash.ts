/**
 * Hashes: a packed list of fields and values, or pair by pair; with times, from version 12 on, when
 * fields expire.
 *
 * @module
 */

import type { HashValue } from "../../values/hash.ts";
import { ValueType } from "../format.ts";
import type { EncodeContext } from "./context.ts";
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

/** Write a hash. O(n). */
export function writeHash(context: EncodeContext, hash: HashValue): void {
  const { sink } = context;
  switch (hashType(hash, context.version)) {
    case ValueType.HASH_LISTPACK_EX:
      sink.int64(hash.nextExpiry);
      writePackedHash(context, hash, true);
      break;
    case ValueType.HASH_METADATA: {
      const earliest = hash.nextExpiry;
      sink.int64(earliest);
      writeLength(sink, hash.size);
      hash.forEach((field, value) => {
        const at = hash.getExpiry(field);
        // 0 is "does not expire", so that the earliest time itself is 1.
        writeLength(sink, at === undefined ? 0 : at - earliest + 1);
        writeString(context, field);
        writeString(context, value);
      });
      break;
    }
    case ValueType.HASH:
      writeLength(sink, hash.size);
      hash.forEach((field, value) => {
        writeString(context, field);
        writeString(context, value);
      });
      break;
    default:
      writePackedHash(context, hash, false);
  }
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
