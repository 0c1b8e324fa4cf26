/**
 * Timeouts of the commands that block.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { isLongDouble, parseDouble } from "../bytes/double.ts";
import { INT64_MAX, parseInteger } from "../bytes/int.ts";
import { RedisError } from "../resp/reply.ts";

const LARGEST = Number(INT64_MAX);

/** The deadline, in unix milliseconds, has to fit 64 bits. */
function checkRange(ms: number, nowMs: number): number {
  if (ms < 0) throw new RedisError("ERR timeout is negative");
  if (ms > LARGEST - nowMs) throw new RedisError("ERR timeout is out of range");
  return ms;
}

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
  return checkRange(Math.ceil(seconds * 1000) + 0, nowMs);
}

/**
 * Read a timeout in milliseconds.
 *
 * @param nowMs unix time in milliseconds
 * @returns 0 means for ever
 * @throws RedisError
 */
export function parseTimeoutMs(text: ByteString, nowMs: number): number {
  const ms = parseInteger(text);
  if (ms === null) throw new RedisError("ERR timeout is not an integer or out of range");
  return checkRange(Number(ms), nowMs);
}
