/**
 * How commands write ranges over sorted sets: `(5`, `-inf`, `[a`, `-`.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { parseRangeDouble } from "../../bytes/double.ts";
import { RedisError } from "../../resp/reply.ts";
import type { LexBound, LexRange, ScoreRange } from "../../values/zset.ts";

/** One end of a range of scores, without the parenthesis that leaves the end itself out. */
function parseScoreBound(text: ByteString, exclusive: boolean): number {
  const score = parseRangeDouble(exclusive ? text.substring(1) : text);
  if (score === null || score !== score) throw new RedisError("ERR min or max is not a float");
  return score;
}

/** Whether an end of a range of scores is written so that it does not belong to the range. */
function isExclusive(text: ByteString): boolean {
  return text.charCodeAt(0) === 0x28;
}

/**
 * A range of scores.
 *
 * @throws RedisError
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseScoreRange("(1", "inf"), {
 *   min: 1,
 *   max: Infinity,
 *   minExclusive: true,
 *   maxExclusive: false,
 * });
 * ```
 */
export function parseScoreRange(min: ByteString, max: ByteString): ScoreRange {
  const minExclusive = isExclusive(min);
  const maxExclusive = isExclusive(max);
  return {
    min: parseScoreBound(min, minExclusive),
    max: parseScoreBound(max, maxExclusive),
    minExclusive,
    maxExclusive,
  };
}

const LOWEST: LexBound = { kind: "-" };
const HIGHEST: LexBound = { kind: "+" };

function parseLexBound(text: ByteString): LexBound {
  switch (text.charAt(0)) {
    case "[":
      return { kind: "[", member: text.substring(1) };
    case "(":
      return { kind: "(", member: text.substring(1) };
    case "-":
      // As the real server reads it, a zero byte ends the text.
      if (text.length === 1 || text.charCodeAt(1) === 0) return LOWEST;
      break;
    case "+":
      if (text.length === 1 || text.charCodeAt(1) === 0) return HIGHEST;
      break;
  }
  throw new RedisError("ERR min or max not valid string range item");
}

/**
 * A range of members.
 *
 * @throws RedisError
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseLexRange("-", "(b"), { min: { kind: "-" }, max: { kind: "(", member: "b" } });
 * ```
 */
export function parseLexRange(min: ByteString, max: ByteString): LexRange {
  return { min: parseLexBound(min), max: parseLexBound(max) };
}
