/**
 * Strings that are too large to be copied for no reason: on their way in they stay the bytes that
 * arrived, on their way out they are sent from where they are.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Database } from "../keyspace/database.ts";
import { argumentBytes, LargeArguments } from "../resp/large_arguments.ts";
import { BytesReply, type Reply, wrongType } from "../resp/reply.ts";
import { LARGE_STRING, StringBuffer } from "../values/string_buffer.ts";
import type { Value } from "../values/value.ts";

/** An argument as a value to put at a key. O(1). */
export function argumentValue(args: readonly ByteString[], index: number): Value {
  const bytes = argumentBytes(args, index);
  return bytes === null ? args[index] : StringBuffer.view(bytes);
}

/** An argument as what to write into a string. O(1). */
export function argumentContent(
  args: readonly ByteString[],
  index: number,
): ByteString | Uint8Array {
  return argumentBytes(args, index) ?? args[index];
}

/** A command with an argument of another one at its end. O(arguments). */
export function withArgument(
  words: readonly ByteString[],
  args: readonly ByteString[],
  index: number,
): ByteString[] {
  const bytes = argumentBytes(args, index);
  if (bytes === null) return [...words, args[index]];
  const made = LargeArguments.copyOf(words);
  made.pushBytes(bytes);
  return made;
}

/** The string in a value as a reply; null when it is of another type. O(its length), O(1) if large. */
export function textReply(value: Value): ByteString | BytesReply | null {
  if (typeof value === "string") return value;
  if (!(value instanceof StringBuffer)) return null;
  return value.length < LARGE_STRING ? value.toByteString() : new BytesReply(value.share());
}

/**
 * The string at a key as a reply, for a command that reads it; null without the key.
 *
 * @throws RedisError WRONGTYPE
 */
export function getReply(db: Database, key: ByteString): Reply {
  const value = db.get(key);
  if (value === undefined) return null;
  const reply = textReply(value);
  if (reply === null) throw wrongType();
  return reply;
}
