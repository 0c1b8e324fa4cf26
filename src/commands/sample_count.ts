/**
 * The count of SRANDMEMBER, HRANDFIELD and ZRANDMEMBER: positive for that many different elements,
 * negative for that many draws.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { INT64_MAX, INT64_MIN, parseInteger } from "../bytes/int.ts";
import { notAnInteger, RedisError } from "../resp/reply.ts";

/**
 * So many draws one command may ask for. A real server would go on until its memory ends; here the
 * longest array that V8 can make ends the process much earlier.
 */
const MOST_DRAWS = 2 ** 25;

/**
 * Parse the count.
 *
 * @throws RedisError when it is no integer, or out of range
 */
export function parseSampleCount(text: ByteString): number {
  const value = parseInteger(text);
  if (value === null) throw notAnInteger();
  if (value === INT64_MIN) {
    throw new RedisError(
      `ERR value is out of range, value must between ${-INT64_MAX} and ${INT64_MAX}`,
    );
  }
  return Number(value);
}

/**
 * How many draws a negative count asks for; to be asked when there is something to draw from.
 *
 * @throws RedisError when these are more than one command may ask for
 */
export function drawsOf(count: number): number {
  if (count < -MOST_DRAWS) throw new RedisError("ERR value is out of range");
  return -count;
}
