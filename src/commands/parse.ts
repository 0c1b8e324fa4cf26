/**
 * Reading of arguments that many commands share, with the errors that they share.
 *
 * @module
 */

import { asciiUpper, type ByteString } from "../bytes/bytes.ts";
import { parseInteger, parseSmallInt } from "../bytes/int.ts";
import { notAnInteger, RedisError } from "../resp/reply.ts";

/**
 * A signed 64-bit integer argument, as a number. Beyond 2^53 it loses its last digits: use
 * {@linkcode parseInt64Arg} where those count.
 *
 * @param error the error line instead of the usual one
 * @throws RedisError when it is none
 */
export function parseIntArg(text: ByteString, error?: string): number {
  const small = parseSmallInt(text);
  if (small === small) return small;
  const value = parseInteger(text);
  if (value === null) throw error === undefined ? notAnInteger() : new RedisError(error);
  return Number(value);
}

/**
 * A signed 64-bit integer argument, exact.
 *
 * @param error the error line instead of the usual one
 * @throws RedisError when it is none
 */
export function parseInt64Arg(text: ByteString, error?: string): bigint {
  const value = parseInteger(text);
  if (value === null) throw error === undefined ? notAnInteger() : new RedisError(error);
  return BigInt(value);
}

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

/**
 * A signed 32-bit integer argument.
 *
 * @throws RedisError when it is none
 */
export function parseInt32Arg(text: ByteString): number {
  const value = parseIntArg(text);
  if (value >= INT32_MIN && value <= INT32_MAX) return value;
  throw new RedisError(
    `ERR value is out of range, value must between ${INT32_MIN} and ${INT32_MAX}`,
  );
}

/**
 * An integer argument within a range.
 *
 * @param error the error line when it is no integer or out of range
 * @throws RedisError
 */
export function parseRangeArg(text: ByteString, min: number, max: number, error: string): number {
  const value = parseInteger(text);
  if (value === null || value < min || value > max) throw new RedisError(error);
  return Number(value);
}

/** Whether an argument is a keyword, given in upper case. */
export function isWord(text: ByteString, word: string): boolean {
  return text.length === word.length && (text === word || asciiUpper(text) === word);
}
