/**
 * Finding a consumer group, with the errors for one that is not there.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { Context } from "../../command/context.ts";
import { RedisError } from "../../resp/reply.ts";
import { type StreamGroup, StreamValue } from "../../values/stream.ts";

/** A stream and one of its groups. */
export interface FoundGroup {
  readonly stream: StreamValue;
  readonly group: StreamGroup;
}

/** A name within an error line: a line is one line, and formatting in C ends at a zero byte. */
export function nameInError(name: ByteString): ByteString {
  const zero = name.indexOf("\0");
  return (zero < 0 ? name : name.substring(0, zero)).replace(/[\r\n]/g, " ");
}

/** The group, or undefined when it or its key is not there. Counts a read of the key. */
export function findGroup(
  context: Context,
  key: ByteString,
  name: ByteString,
): FoundGroup | undefined {
  const { db } = context;
  const stream = db.getAs(key, StreamValue);
  // A group is part of the stream, and most commands that look it up change it.
  if (db.keyspace.snapshot !== null && stream !== undefined) db.beforeChange(db.table.find(key));
  const group = stream?.group(name);
  return stream === undefined || group === undefined ? undefined : { stream, group };
}

/**
 * The group, which has to be there. Counts a read of the key.
 *
 * @param suffix what the error line ends in
 * @throws RedisError NOGROUP
 */
export function requireGroup(
  context: Context,
  key: ByteString,
  name: ByteString,
  suffix = "",
): FoundGroup {
  const found = findGroup(context, key, name);
  if (found !== undefined) return found;
  throw new RedisError(
    `NOGROUP No such key '${nameInError(key)}' or consumer group '${nameInError(name)}'${suffix}`,
  );
}

/** The error of those commands that look for the group after the key. */
export function noSuchGroup(key: ByteString, name: ByteString): RedisError {
  return new RedisError(
    `NOGROUP No such consumer group '${nameInError(name)}' for key name '${nameInError(key)}'`,
  );
}
