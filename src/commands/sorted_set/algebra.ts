/**
 * Union, intersection and difference of sorted sets and sets, with weights and ways to combine the
 * scores that a member has in several of them. A set counts as a sorted set whose scores are all 1.
 *
 * Sums of floating point numbers depend on their order: inputs are combined from the smallest to the
 * largest, as the real server does it, so that scores are the same to the last digit.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { SetValue } from "../../values/set.ts";
import type { ZSetValue } from "../../values/zset.ts";
import { NO_ENTRY, ZSetMembers } from "../../values/zset_members.ts";

/** One input; what is not there is an empty one. */
export interface Source {
  readonly value: ZSetValue | SetValue | undefined;
  /** What its scores are multiplied by; not NaN. */
  weight: number;
}

/** How scores are combined. */
export type Aggregate = "sum" | "min" | "max";

/** A result: members, all different, in no particular order, with their scores. */
export interface Combined {
  readonly members: readonly ByteString[];
  /** At least as many as there are members. */
  readonly scores: ArrayLike<number>;
}

/** The score of all members of a set. */
const SET_SCORE = 1;

function sizeOf({ value }: Source): number {
  return value === undefined ? 0 : value.size;
}

/** Smallest first; those of one size stay as they are. */
function bySize(sources: readonly Source[]): Source[] {
  return [...sources].sort((a, b) => sizeOf(a) - sizeOf(b));
}

/** Call `visit` with each member and score, until it returns false. */
function forEach(source: Source, visit: (member: ByteString, score: number) => boolean): void {
  const { value } = source;
  if (value === undefined) return;
  if (value instanceof SetValue) {
    value.forEach((member) => visit(member, SET_SCORE));
    return;
  }
  for (const cursor = value.cursor(); cursor.next();) {
    if (!visit(cursor.member, cursor.score)) return;
  }
}

function scoreIn({ value }: Source, member: ByteString): number | undefined {
  if (value === undefined) return undefined;
  if (value instanceof SetValue) return value.has(member) ? SET_SCORE : undefined;
  return value.score(member);
}

/** 0 × ∞ and ∞ - ∞ count as 0. */
function zeroIfNaN(score: number): number {
  return score === score ? score : 0;
}

/** `score` may be NaN, which only counts in a sum. */
function combine(total: number, score: number, aggregate: Aggregate): number {
  switch (aggregate) {
    case "sum":
      return zeroIfNaN(total + score);
    case "min":
      return score < total ? score : total;
    case "max":
      return score > total ? score : total;
  }
}

/** All members of any of the sources. O(n) for n members in all. */
export function unite(sources: readonly Source[], aggregate: Aggregate): Combined {
  const sorted = bySize(sources);
  const table = new ZSetMembers(sizeOf(sorted[sorted.length - 1]));
  for (const source of sorted) {
    const { weight } = source;
    forEach(source, (member, score) => {
      const weighted = zeroIfNaN(weight * score);
      const entry = table.find(member);
      if (entry === NO_ENTRY) table.insert(member, weighted);
      else table.scores[entry] = combine(table.scores[entry], weighted, aggregate);
      return true;
    });
  }
  return { members: table.members, scores: table.scores };
}

/** The members that all of the sources have. O(n × k) for n members in the smallest of k. */
export function intersect(sources: readonly Source[], aggregate: Aggregate): Combined {
  const [smallest, ...others] = bySize(sources);
  const members: ByteString[] = [];
  const scores: number[] = [];
  forEach(smallest, (member, score) => {
    let total = zeroIfNaN(smallest.weight * score);
    for (const other of others) {
      const theirs = scoreIn(other, member);
      if (theirs === undefined) return true;
      total = combine(total, theirs * other.weight, aggregate);
    }
    members.push(member);
    scores.push(total);
    return true;
  });
  return { members, scores };
}

/** How many members all of the sources have; counts up to `limit`. O(n × k). */
export function countIntersection(sources: readonly Source[], limit: number): number {
  const [smallest, ...others] = bySize(sources);
  let count = 0;
  forEach(smallest, (member) => {
    for (const other of others) if (scoreIn(other, member) === undefined) return true;
    count++;
    return count < limit;
  });
  return count;
}

/** The members of the first source that the others do not have. O(n × k). */
export function subtract(sources: readonly Source[]): Combined {
  const [first, ...others] = sources;
  const members: ByteString[] = [];
  const scores: number[] = [];
  forEach(first, (member, score) => {
    for (const other of others) if (scoreIn(other, member) !== undefined) return true;
    members.push(member);
    scores.push(score);
    return true;
  });
  return { members, scores };
}
