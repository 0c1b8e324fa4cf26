/**
 * A small sorted set: members and scores in two parallel arrays, sorted by score and then member.
 *
 * With the hundred or so members that the limits allow, looking through an array of strings beats
 * hashing in memory by far and in time as well; everything by rank is plain indexing. {@linkcode
 * ZSetValue} knows the limits: this class takes whatever it is given.
 *
 * The real server writes scores of this encoding as decimal integers where it can, so a negative
 * zero comes out as zero; `add` does the same.
 *
 * | operation | cost (n is small) |
 * |---|---|
 * | score, add, delete, rank by member | O(n) |
 * | by rank; bounds by score | O(1); O(log n) |
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { detach } from "../bytes/latin1.ts";
import type { ZSetAddResult, ZSetCursor, ZSetEntry } from "./zset.ts";
import {
  isAboveMin,
  isBelowMax,
  isEmptyLexRange,
  isEmptyScoreRange,
  type LexRange,
  NO_RANKS,
  type RankRange,
  type ScoreRange,
} from "./zset_ranges.ts";

/** The small encoding; see {@linkcode ZSetValue} for what the methods do. */
export class SmallZSet {
  readonly members: ByteString[];
  readonly scores: number[];

  /** Takes over two arrays of one length that are sorted by score and member. */
  constructor(members: ByteString[] = [], scores: number[] = []) {
    this.members = members;
    this.scores = scores;
  }

  get size(): number {
    return this.members.length;
  }

  /** Rank of a member, or -1. */
  rank(member: ByteString): number {
    return this.members.indexOf(member);
  }

  score(member: ByteString): number | undefined {
    const at = this.members.indexOf(member);
    return at < 0 ? undefined : this.scores[at];
  }

  /** Change the score of the member at a rank. */
  rescore(at: number, score: number): ZSetAddResult {
    if (this.scores[at] === score) return "unchanged";
    const { members, scores } = this;
    const member = members[at];
    // Shift what is between the old and the new place.
    let to = this.#find(score, member);
    if (to > at) {
      to--;
      for (let i = at; i < to; i++) {
        members[i] = members[i + 1];
        scores[i] = scores[i + 1];
      }
    } else {
      for (let i = at; i > to; i--) {
        members[i] = members[i - 1];
        scores[i] = scores[i - 1];
      }
    }
    members[to] = member;
    scores[to] = score + 0;
    return "updated";
  }

  /** Add what is not a member yet. */
  insert(member: ByteString, score: number): void {
    const { members, scores } = this;
    const at = this.#find(score, member);
    let i = members.length;
    members.push("");
    scores.push(0);
    for (; i > at; i--) {
      members[i] = members[i - 1];
      scores[i] = scores[i - 1];
    }
    members[at] = detach(member);
    scores[at] = score + 0;
  }

  deleteRanks(start: number, end: number): void {
    const { members, scores } = this;
    const size = members.length - (end - start);
    for (let i = start; i < size; i++) {
      members[i] = members[i + end - start];
      scores[i] = scores[i + end - start];
    }
    members.length = size;
    scores.length = size;
  }

  delete(member: ByteString): boolean {
    const at = this.members.indexOf(member);
    if (at < 0) return false;
    this.deleteRanks(at, at + 1);
    return true;
  }

  scoreRanks(range: ScoreRange): RankRange {
    if (isEmptyScoreRange(range)) return NO_RANKS;
    const start = this.#countBelow(range.min, range.minExclusive);
    return { start, end: Math.max(start, this.#countBelow(range.max, !range.maxExclusive)) };
  }

  /** Walks from one end as the real server does, which tells when scores differ. */
  lexRanks(range: LexRange, reverse: boolean): RankRange {
    const { members } = this;
    const size = members.length;
    if (
      size === 0 || isEmptyLexRange(range) || !isAboveMin(members[size - 1], range.min) ||
      !isBelowMax(members[0], range.max)
    ) return NO_RANKS;
    if (reverse) {
      let end = size;
      while (end > 0 && !isBelowMax(members[end - 1], range.max)) end--;
      let start = end;
      while (start > 0 && isAboveMin(members[start - 1], range.min)) start--;
      return { start, end };
    }
    let start = 0;
    while (start < size && !isAboveMin(members[start], range.min)) start++;
    let end = start;
    while (end < size && isBelowMax(members[end], range.max)) end++;
    return { start, end };
  }

  at(rank: number): ZSetEntry {
    return { member: this.members[rank], score: this.scores[rank] };
  }

  cursor(start: number, end: number, reverse: boolean): ZSetCursor {
    return new SmallCursor(this, start, end, reverse);
  }

  clone(): SmallZSet {
    return new SmallZSet(this.members.slice(), this.scores.slice());
  }

  /** Position of the first entry that is not before a key. */
  #find(score: number, member: ByteString): number {
    const { members, scores } = this;
    let low = 0;
    let high = members.length;
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (scores[mid] < score || (scores[mid] === score && members[mid] < member)) low = mid + 1;
      else high = mid;
    }
    return low;
  }

  #countBelow(score: number, inclusive: boolean): number {
    const { scores } = this;
    let low = 0;
    let high = scores.length;
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (scores[mid] < score || (inclusive && scores[mid] === score)) low = mid + 1;
      else high = mid;
    }
    return low;
  }
}

class SmallCursor implements ZSetCursor {
  #set: SmallZSet;
  #at: number;
  #step: number;
  #left: number;

  constructor(set: SmallZSet, start: number, end: number, reverse: boolean) {
    this.#set = set;
    this.#at = reverse ? end : start - 1;
    this.#step = reverse ? -1 : 1;
    this.#left = end - start;
  }

  next(): boolean {
    if (this.#left <= 0) return false;
    this.#left--;
    this.#at += this.#step;
    return true;
  }

  get member(): ByteString {
    return this.#set.members[this.#at];
  }

  get score(): number {
    return this.#set.scores[this.#at];
  }
}
