/**
 * Timeouts of the commands that block: in seconds on lists and sorted sets, in milliseconds else.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { isLongDouble, parseDouble } from "../bytes/double.ts";
import { INT64_MAX } from "../bytes/int.ts";
import { RedisError } from "../resp/reply.ts";
import { parseIntArg } from "./parse.ts";

const LARGEST = Number(INT64_MAX);

/** A long double that is too large or too close to zero for a double. */
function beyondDouble(text: ByteString): number {
  const size = /[ep]-/i.test(text) ? Number.MIN_VALUE : Infinity;
  return text.startsWith("-") ? -size : size;
}

/**
 * Read a timeout in seconds, with a fraction.
 *
 * @param nowMs unix time in milliseconds
 * @returns milliseconds, rounded up; 0 means for ever
 * @throws RedisError
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * assertEquals(parseTimeoutSeconds("0.0015", 0), 2);
 * assertThrows(() => parseTimeoutSeconds("-1", 0), Error, "ERR timeout is negative");
 * ```
 */
export function parseTimeoutSeconds(text: ByteString, nowMs: number): number {
  if (!isLongDouble(text)) throw new RedisError("ERR timeout is not a float or out of range");
  const seconds = parseDouble(text) ?? beyondDouble(text);
  const ms = Math.ceil(seconds * 1000) + 0;
  if (ms < 0) throw new RedisError("ERR timeout is negative");
  // As in a real server, the deadline has to fit 64 bits.
  if (ms > LARGEST - nowMs) throw new RedisError("ERR timeout is out of range");
  return ms;
}

/**
 * Read a timeout in milliseconds; 0 means for ever.
 *
 * @param nowMs unix time in milliseconds
 *
 * @throws RedisError
 */
export function parseTimeoutMillis(text: ByteString, nowMs: number): number {
  const value = parseIntArg(text, "ERR timeout is not an integer or out of range");
  if (value < 0) throw new RedisError("ERR timeout is negative");
  if (value > Number(INT64_MAX) - nowMs) throw new RedisError("ERR timeout is out of range");
  return value;
}
