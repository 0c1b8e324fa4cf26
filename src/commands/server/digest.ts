/**
 * DEBUG DIGEST: one hash over a data set, the same on every server that holds the same data,
 * however it came there. Two servers are compared with it, and one before and after a restart.
 *
 * What a value adds is with its type (`datatypes/`). The rules are those of a real server, digit for
 * digit. As there, consumer groups of streams do not count, and keys past their time that nobody has met
 * yet do.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { sha1Text, type Sha1Words } from "../../bytes/sha1.ts";
import type { Context } from "../../command/context.ts";
import { bigEndian, chain, combine, combineDigest } from "../../datatypes/digest.ts";
import { dataType } from "../../datatypes/mod.ts";
import { type KeyTable, NO_ENTRY, NO_EXPIRY } from "../../keyspace/key_table.ts";
import { type Reply, SimpleString } from "../../resp/reply.ts";
import { typeName, type Value } from "../../values/value.ts";

function addValue(digest: Sha1Words, value: Value): void {
  const type = dataType(typeName(value));
  chain(digest, bigEndian(type.number));
  if (typeof value === "string") chain(digest, value);
  else type.digest(digest, value);
}

/** Put the value at an entry, with whether it expires, into a digest. */
function addEntry(digest: Sha1Words, table: KeyTable, entry: number): void {
  addValue(digest, table.valueAt(entry));
  if (table.expireAt(entry) !== NO_EXPIRY) combine(digest, "!!expire!!");
}

/** DEBUG DIGEST. O(all bytes of all databases). */
export function digestAll(context: Context): Reply {
  const all = new Int32Array(5);
  const digest = new Int32Array(5);
  for (const { index, table } of context.keyspace.databases) {
    if (table.size === 0) continue;
    chain(all, bigEndian(index));
    for (let entry = 0; entry < table.entryLimit; entry++) {
      if (!table.isLive(entry)) continue;
      digest.fill(0);
      chain(digest, table.keyAt(entry));
      addEntry(digest, table, entry);
      combineDigest(all, digest);
    }
  }
  return new SimpleString(sha1Text(all));
}

/** DEBUG DIGEST-VALUE: a digest of each key's value, zeros where there is no key. O(their bytes). */
export function digestValues({ db }: Context, args: readonly ByteString[]): Reply {
  return args.slice(2).map((key) => {
    const digest = new Int32Array(5);
    const entry = db.entryOf(key);
    if (entry !== NO_ENTRY) addEntry(digest, db.table, entry);
    return new SimpleString(sha1Text(digest));
  });
}
