/**
 * How hash commands look up the hash at a key, whose fields may have expired.
 *
 * Commands that name fields, or write, remove expired fields first. Commands that answer a whole
 * hash only hide them, so that a read of a hash does not journal thousands of removals. HLEN counts
 * them.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { Database } from "../../keyspace/database.ts";
import { removeExpiredFields } from "../../keyspace/field_expire.ts";
import { HashValue } from "../../values/hash.ts";

/**
 * The hash at a key, for a command that reads fields by name. Its fields still have to be read as
 * of `fieldTime`, as a replica does not remove any. O(1), and O(log n) for each expired field.
 *
 * @throws RedisError WRONGTYPE
 */
export function hashToRead(db: Database, key: ByteString): HashValue | undefined {
  return withoutExpired(db, key, db.getAs(key, HashValue));
}

/**
 * The hash at a key, for a command that changes it. O(1), and O(log n) for each expired field.
 *
 * @throws RedisError WRONGTYPE
 */
export function hashToWrite(db: Database, key: ByteString): HashValue | undefined {
  return withoutExpired(db, key, db.getForWriteAs(key, HashValue));
}

function withoutExpired(
  db: Database,
  key: ByteString,
  hash: HashValue | undefined,
): HashValue | undefined {
  if (hash === undefined || hash.expiringCount === 0) return hash;
  removeExpiredFields(db, key, hash);
  return hash.size === 0 ? undefined : hash;
}

/** As {@linkcode hashToWrite}, but a hash is made, and put in place, where there is none. */
export function hashToFill(db: Database, key: ByteString): HashValue {
  const found = hashToWrite(db, key);
  if (found !== undefined) return found;
  const hash = new HashValue();
  db.add(key, hash);
  return hash;
}
