/**
 * The arguments that SCAN, SSCAN, HSCAN and ZSCAN share: cursor, MATCH, COUNT, and SCAN's TYPE.
 *
 * Source: https://redis.io/docs/latest/commands/scan/ and the behaviour of redis-server 7.0.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { matchGlob } from "../bytes/glob.ts";
import { UINT64_MAX } from "../bytes/int.ts";
import { RedisError, syntaxError } from "../resp/reply.ts";
import { isWord, parseIntArg } from "./parse.ts";

/** How many elements one call looks at unless COUNT says otherwise. */
const DEFAULT_COUNT = 10;

/** The options of a SCAN command. */
export interface ScanOptions {
  /** About how many elements to look at; at least 1. */
  count: number;
  /** The glob that elements must match; null when all do. */
  pattern: ByteString | null;
  /** The type name that keys must have, as it was given; null for any. */
  type: ByteString | null;
}

/**
 * A cursor argument: what C's `strtoul` reads out of the whole text, white space in front excepted.
 * So signs are taken (a minus wraps around 2^64, to a cursor that is beyond every table), and no
 * digits at all only in the empty text.
 *
 * @throws RedisError `ERR invalid cursor`
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * assertEquals(parseScanCursor("17"), 17);
 * assertEquals(parseScanCursor("-1"), 2 ** 64);
 * assertThrows(() => parseScanCursor(" 1"), Error, "ERR invalid cursor");
 * ```
 */
export function parseScanCursor(text: ByteString): number {
  if (text === "0" || text === "") return 0;
  const match = /^([+-]?)([0-9]+)(?:\0|$)/.exec(text);
  if (match === null) {
    if (text.charCodeAt(0) === 0) return 0;
    throw new RedisError("ERR invalid cursor");
  }
  const value = BigInt(match[2]);
  if (value > UINT64_MAX) throw new RedisError("ERR invalid cursor");
  return Number(match[1] === "-" ? BigInt.asUintN(64, -value) : value);
}

/**
 * The options from `args[from]` on.
 *
 * @param takesType whether TYPE is an option: for SCAN alone
 * @throws RedisError for an unknown or incomplete option, and for a COUNT that is no integer or
 *   below 1
 */
export function parseScanOptions(
  args: readonly ByteString[],
  from: number,
  takesType: boolean,
): ScanOptions {
  const options: ScanOptions = { count: DEFAULT_COUNT, pattern: null, type: null };
  for (let i = from; i < args.length; i += 2) {
    if (i + 1 === args.length) throw syntaxError();
    const option = args[i];
    const value = args[i + 1];
    if (isWord(option, "COUNT")) {
      options.count = parseIntArg(value);
      if (options.count < 1) throw syntaxError();
    } else if (isWord(option, "MATCH")) {
      options.pattern = value === "*" ? null : value;
    } else if (takesType && isWord(option, "TYPE")) {
      options.type = value;
    } else {
      throw syntaxError();
    }
  }
  return options;
}

/** Whether an element matches the options' pattern. */
export function matchesScan(options: ScanOptions, element: ByteString): boolean {
  return options.pattern === null || matchGlob(options.pattern, element);
}
