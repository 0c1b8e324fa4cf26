/**
 * Strings as the bitmap commands read and change them, and the offset of a bit.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { toBytes } from "../../bytes/bytes.ts";
import { parseInteger } from "../../bytes/int.ts";
import type { Context } from "../../command/context.ts";
import { RedisError, wrongType } from "../../resp/reply.ts";
import { StringBuffer } from "../../values/string_buffer.ts";

/**
 * Length from which a plain string becomes a buffer when it is first looked at: the table copies a
 * plain one at each look, of which bitmaps get many. Such a string is "raw" either way.
 */
const BUFFER_LENGTH = 1024;

/**
 * The string at a key, for a command that reads its bits.
 *
 * @throws RedisError WRONGTYPE
 */
export function readBitString(
  context: Context,
  key: ByteString,
): ByteString | StringBuffer | undefined {
  const value = context.db.get(key);
  if (value === undefined || value instanceof StringBuffer) return value;
  if (typeof value !== "string") throw wrongType();
  if (value.length < BUFFER_LENGTH) return value;
  const buffer = StringBuffer.from(value);
  context.db.putKeepingExpiry(key, buffer);
  return buffer;
}

/** The bytes of a string, not to be written to. O(1), or O(n) for a short one. */
export function bytesOf(value: ByteString | StringBuffer): Uint8Array {
  return typeof value === "string" ? toBytes(value) : value.bytes;
}

/**
 * The offset of a bit. `#n` stands for n times `width`, where a width is given.
 *
 * @throws RedisError when it is no offset, or beyond the longest string
 */
export function parseBitOffset(context: Context, text: ByteString, width = 0): number {
  const scaled = width > 0 && text.charCodeAt(0) === 0x23;
  let offset = parseInteger(scaled ? text.substring(1) : text);
  // The real server's product is one of 64 bits: what overflows may come out small.
  if (scaled && offset !== null) offset = BigInt.asIntN(64, BigInt(offset) * BigInt(width));
  const limit = context.config.values.protoMaxBulkLen;
  // What the primary has done cannot be refused.
  const beyond = Number(offset) >= limit * 8 && !context.client.caller.obeyed;
  if (offset === null || offset < 0 || beyond) {
    throw new RedisError("ERR bit offset is not an integer or out of range");
  }
  return Number(offset);
}
