/**
 * The one query behind all of the commands that read ranges: what ZRANGE's arguments say, and which
 * ranks of a sorted set they mean. The older commands are the same query with some answers fixed.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { RedisError, syntaxError } from "../../resp/reply.ts";
import { type LexRange, type RankRange, type ScoreRange, ZSetValue } from "../../values/zset.ts";
import { isWord, parseIntArg } from "../parse.ts";
import { parseLexRange, parseScoreRange } from "./bounds.ts";

/** What the ends of a range are. */
export type RangeBy = "rank" | "score" | "lex";

/** What the command's name fixes. */
export interface RangeForm {
  /** Where the source key stands in the arguments; the two ends follow. */
  keyAt: number;
  /** What the ends are; absent when BYSCORE and BYLEX may say it. */
  by?: RangeBy;
  /** The direction; absent when REV may say it. */
  reverse?: boolean;
  /** Whether the result is stored, which rules WITHSCORES out. */
  store?: boolean;
}

/** A parsed range: by rank from `start` to `stop` inclusive, or by score, or by member. */
type Ends =
  | { readonly by: "rank"; readonly start: number; readonly stop: number }
  | { readonly by: "score"; readonly range: ScoreRange }
  | { readonly by: "lex"; readonly range: LexRange };

/** A query on a sorted set. */
export interface RangeQuery {
  readonly ends: Ends;
  readonly reverse: boolean;
  readonly withScores: boolean;
  /** How many entries of the range are left out; negative leaves nothing. */
  readonly offset: number;
  /** How many entries are given at most; negative: all. */
  readonly limit: number;
}

/**
 * Read `key min max [option …]`.
 *
 * @throws RedisError
 */
export function parseRangeQuery(args: readonly ByteString[], form: RangeForm): RangeQuery {
  const { keyAt, store = false } = form;
  let { by, reverse } = form;
  let withScores = false;
  let offset = 0;
  let limit = -1;
  for (let i = keyAt + 3; i < args.length; i++) {
    const word = args[i];
    if (!store && isWord(word, "WITHSCORES")) {
      withScores = true;
    } else if (isWord(word, "LIMIT") && i + 2 < args.length) {
      offset = parseIntArg(args[i + 1]);
      limit = parseIntArg(args[i + 2]);
      i += 2;
    } else if (reverse === undefined && isWord(word, "REV")) {
      reverse = true;
    } else if (by === undefined && isWord(word, "BYLEX")) {
      by = "lex";
    } else if (by === undefined && isWord(word, "BYSCORE")) {
      by = "score";
    } else {
      throw syntaxError();
    }
  }
  by ??= "rank";
  reverse ??= false;
  if (limit !== -1 && by === "rank") {
    throw new RedisError(
      "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
    );
  }
  if (withScores && by === "lex") {
    throw new RedisError("ERR syntax error, WITHSCORES not supported in combination with BYLEX");
  }
  const ends = parseEnds(args[keyAt + 1], args[keyAt + 2], by, reverse);
  return { ends, reverse, withScores, offset, limit };
}

function parseEnds(first: ByteString, second: ByteString, by: RangeBy, reverse: boolean): Ends {
  if (by === "rank") return { by, start: parseIntArg(first), stop: parseIntArg(second) };
  // A reverse range is written from its upper end.
  const min = reverse ? second : first;
  const max = reverse ? first : second;
  return by === "score"
    ? { by, range: parseScoreRange(min, max) }
    : { by, range: parseLexRange(min, max) };
}

/**
 * The ranks from index `start` to index `stop` inclusive, either of which counts from the end when
 * negative.
 */
export function ranksByIndex(size: number, start: number, stop: number): RankRange {
  const from = Math.max(start < 0 ? size + start : start, 0);
  const to = Math.min(stop < 0 ? size + stop : stop, size - 1);
  return from > to ? { start: 0, end: 0 } : { start: from, end: to + 1 };
}

/** The ranks that a query means; to be walked downwards when it is reverse. O(log n). */
export function queryRanks(zset: ZSetValue, query: RangeQuery): RankRange {
  const { ends, reverse, offset, limit } = query;
  if (ends.by === "rank") {
    const ranks = ranksByIndex(zset.size, ends.start, ends.stop);
    if (!reverse || ranks.start === ranks.end) return ranks;
    return { start: zset.size - ranks.end, end: zset.size - ranks.start };
  }
  const { start, end } = ends.by === "score"
    ? zset.scoreRanks(ends.range)
    : zset.lexRanks(ends.range, reverse);
  if (offset < 0 || offset >= end - start) return { start, end: start };
  const left = end - start - offset;
  const count = limit < 0 ? left : Math.min(limit, left);
  return reverse
    ? { start: end - offset - count, end: end - offset }
    : { start: start + offset, end: start + offset + count };
}
