/**
 * Ranges over sorted sets, already parsed: what they are and which scores and members lie in them.
 *
 * The commands parse how a range is written (`(5`, `-inf`, `[a`).
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";

/** Bounds on scores; either may be infinite, neither may be NaN. */
export interface ScoreRange {
  readonly min: number;
  readonly max: number;
  readonly minExclusive: boolean;
  readonly maxExclusive: boolean;
}

/** One end of a {@linkcode LexRange}: below all (`-`), above all (`+`), or at a member. */
export type LexBound =
  | { readonly kind: "-" }
  | { readonly kind: "+" }
  | { readonly kind: "[" | "("; readonly member: ByteString };

/** Bounds on members, in byte order; meaningful where all scores are equal. */
export interface LexRange {
  readonly min: LexBound;
  readonly max: LexBound;
}

/** Ranks from `start` (inclusive) to `end` (exclusive), with `0 <= start <= end <= size`. */
export interface RankRange {
  readonly start: number;
  readonly end: number;
}

/** No ranks at all. */
export const NO_RANKS: RankRange = { start: 0, end: 0 };

/** Whether no score at all can lie in the range. */
export function isEmptyScoreRange(range: ScoreRange): boolean {
  return range.min > range.max ||
    (range.min === range.max && (range.minExclusive || range.maxExclusive));
}

/** Whether no member at all can lie in the range. */
export function isEmptyLexRange(range: LexRange): boolean {
  const { min, max } = range;
  if (min.kind === "+" || max.kind === "-") return true;
  if (min.kind === "-" || max.kind === "+") return false;
  return min.member > max.member ||
    (min.member === max.member && (min.kind === "(" || max.kind === "("));
}

/** Whether `member` is not below the lower bound. */
export function isAboveMin(member: ByteString, min: LexBound): boolean {
  switch (min.kind) {
    case "-":
      return true;
    case "+":
      return false;
    case "[":
      return member >= min.member;
    case "(":
      return member > min.member;
  }
}

/** Whether `member` is not above the upper bound. */
export function isBelowMax(member: ByteString, max: LexBound): boolean {
  switch (max.kind) {
    case "-":
      return false;
    case "+":
      return true;
    case "[":
      return member <= max.member;
    case "(":
      return member < max.member;
  }
}
