/**
 * Reading of expire times, for the string commands (SET, GETEX) and for the EXPIRE commands: what
 * overflows, and with which error.
 *
 * Seconds become milliseconds and relative times become absolute ones here and nowhere else. Two
 * rules exist: an option of a string command must lie above zero, while EXPIRE takes any time, and
 * one that has passed removes the key.
 *
 * A time is a `number`: from the year 287396 on it loses its last milliseconds.
 *
 * Source: https://redis.io/docs/latest/commands/expire/ and the behaviour of redis-server 7.0.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { INT64_MAX, INT64_MIN, parseInteger } from "../bytes/int.ts";
import type { Context } from "../command/context.ts";
import { notAnInteger, RedisError } from "../resp/reply.ts";

/** What a time is counted in. */
export type ExpireUnit = "s" | "ms";

/** Below this size in either unit nothing can overflow: the year 5138 in seconds. */
const SAFE = 100_000_000_000;

/** `-ERR invalid expire time in 'set' command`; the name of a subcommand is `container|name`. */
export function invalidExpireTime(commandName: string): RedisError {
  return new RedisError(`ERR invalid expire time in '${commandName}' command`);
}

/**
 * The expire time in an option that sets one with a value (SET EX, GETEX PXAT, SETEX). O(1).
 *
 * @param relative whether it counts from now on, or is a unix time
 * @param commandName for the error, in lower case
 * @returns unix milliseconds
 * @throws RedisError when it is no integer, is zero or below, or is beyond 64 bits in milliseconds
 */
export function parseExpireTime(
  context: Pick<Context, "clock">,
  text: ByteString,
  unit: ExpireUnit,
  relative: boolean,
  commandName: string,
): number {
  return read(context, text, unit, relative, commandName, true);
}

/**
 * The expire time of the EXPIRE commands, which may lie in the past. O(1).
 *
 * @param relative whether it counts from now on, or is a unix time
 * @param commandName for the error, in lower case
 * @returns unix milliseconds, of any sign
 * @throws RedisError when it is no integer, or is beyond 64 bits in milliseconds
 */
export function parseDeadline(
  context: Pick<Context, "clock">,
  text: ByteString,
  unit: ExpireUnit,
  relative: boolean,
  commandName: string,
): number {
  return read(context, text, unit, relative, commandName, false);
}

function read(
  context: Pick<Context, "clock">,
  text: ByteString,
  unit: ExpireUnit,
  relative: boolean,
  commandName: string,
  positive: boolean,
): number {
  const value = parseInteger(text);
  if (value === null) throw notAnInteger();
  if (positive && value <= 0) throw invalidExpireTime(commandName);
  const now = relative ? context.clock.ms : 0;
  if (typeof value === "number" && value < SAFE && value > -SAFE) {
    return (unit === "s" ? value * 1000 : value) + now;
  }
  const ms = unit === "s" ? BigInt(value) * 1000n : BigInt(value);
  const at = ms + BigInt(now);
  if (ms < INT64_MIN || at > INT64_MAX) throw invalidExpireTime(commandName);
  return Number(at);
}
