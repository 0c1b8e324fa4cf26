/**
 * DEBUG OBJECT: how the value of a key is held.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { Context } from "../../command/context.ts";
import { NO_ENTRY } from "../../keyspace/key_table.ts";
import { encodeValue, versionFor, type WriteVersion } from "../../rdb/encode/value.ts";
import { RedisError, type Reply, SimpleString } from "../../resp/reply.ts";
import { encodingName } from "../object_encoding.ts";

/** Run DEBUG OBJECT. The address is the key's entry: there is no pointer to show. */
export function describeObject(context: Context, args: readonly ByteString[]): Reply {
  const { db } = context;
  // It shows keys past their time, too, and leaves them alone.
  const entry = db.table.find(args[2]);
  if (entry === NO_ENTRY) throw new RedisError("ERR no such key");
  const value = db.table.valueAt(entry);
  const { config: { values }, keyspace: { access, limits } } = context;
  const version = versionFor(value, values.rdbVersion as WriteVersion);
  const serialized = encodeValue(value, { version, compress: values.rdbcompression, limits });
  const word = db.table.accessAt(entry);
  return new SimpleString(
    [
      `Value at:0x${entry.toString(16).padStart(12, "0")}`,
      "refcount:1",
      `encoding:${encodingName(value)}`,
      `serializedlength:${serialized.length}`,
      `lru:${access.lruClock()}`,
      `lru_seconds_idle:${access.lfu ? 0 : Math.floor(access.idleMs(word) / 1000)}`,
    ].join(" "),
  );
}
