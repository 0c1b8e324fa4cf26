/**
 * Sorted sets.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { EncodingLimits } from "./limits.ts";

/** Bounds on scores; either may be infinite, neither may be NaN. */
export interface ScoreRange {
  readonly min: number;
  readonly max: number;
  readonly minExclusive: boolean;
  readonly maxExclusive: boolean;
}

/** One end of a {@linkcode LexRange}: `-`, `+`, `[member` or `(member`. */
export type LexBound =
  | { readonly kind: "-" }
  | { readonly kind: "+" }
  | { readonly kind: "[" | "("; readonly member: ByteString };

/** Bounds on members of one score, in byte order. */
export interface LexRange {
  readonly min: LexBound;
  readonly max: LexBound;
}

/** Ranks from `start` (inclusive) to `end` (exclusive), `0 <= start <= end <= size`. */
export interface RankRange {
  readonly start: number;
  readonly end: number;
}

/** A member with its score. */
export interface ZSetEntry {
  readonly member: ByteString;
  readonly score: number;
}

/** What {@linkcode ZSetValue.add} did. */
export type ZSetAddResult = "added" | "updated" | "unchanged";

const SHELL = "shell";

/**
 * Walks ranks in either direction without allocating: call `next()` until it gives false and read
 * `member` and `score` after each true. The sorted set must not change meanwhile.
 */
export abstract class ZSetCursor {
  /** The current member; meaningful after a `next()` that gave true. */
  abstract readonly member: ByteString;
  /** The current score. */
  abstract readonly score: number;
  /** Step on; false when the range is used up. O(1). */
  abstract next(): boolean;
}

/** A sorted set. */
export class ZSetValue {
  readonly type = "zset";

  /**
   * An empty sorted set, encoded as ZADD encodes a new key.
   *
   * @param sizeHint number of members that are about to be added (duplicates counted)
   * @param maxMemberLength length of the longest of them in bytes
   */
  static create(_limits: EncodingLimits, _sizeHint = 0, _maxMemberLength = 0): ZSetValue {
    throw new Error(SHELL);
  }

  /**
   * A sorted set of members that are all different, in any order: results of the *STORE commands
   * and RDB loading. It is encoded small when it fits the limits. O(n log n).
   */
  static from(_members: ByteString[], _scores: number[], _limits: EncodingLimits): ZSetValue {
    throw new Error(SHELL);
  }

  /** As `from`, for what was saved as a listpack: only the number of members decides. */
  static fromListpack(
    _members: ByteString[],
    _scores: number[],
    _limits: EncodingLimits,
  ): ZSetValue {
    throw new Error(SHELL);
  }

  /** Number of members. */
  get size(): number {
    throw new Error(SHELL);
  }

  /** What OBJECT ENCODING says. */
  get encoding(): "listpack" | "skiplist" {
    throw new Error(SHELL);
  }

  /** Before many `add`s to an existing key: convert at once if they would not fit anyway. */
  prepare(_sizeHint: number, _maxMemberLength: number, _limits: EncodingLimits): void {
    throw new Error(SHELL);
  }

  /** Add a member or change its score. `score` must not be NaN. */
  add(_member: ByteString, _score: number, _limits: EncodingLimits): ZSetAddResult {
    throw new Error(SHELL);
  }

  /** The score of a member, or undefined. O(1) when large. */
  score(_member: ByteString): number | undefined {
    throw new Error(SHELL);
  }

  /** Whether it is a member. */
  has(_member: ByteString): boolean {
    throw new Error(SHELL);
  }

  /** Remove a member; false when it was none. */
  delete(_member: ByteString): boolean {
    throw new Error(SHELL);
  }

  /** Number of members before this one in ascending order, or -1 when it is none. */
  rank(_member: ByteString): number {
    throw new Error(SHELL);
  }

  /** Number of members after this one in ascending order, or -1 when it is none. */
  reverseRank(_member: ByteString): number {
    throw new Error(SHELL);
  }

  /** The ranks whose scores are in the range. */
  scoreRanks(_range: ScoreRange): RankRange {
    throw new Error(SHELL);
  }

  /**
   * The ranks whose members are in the range; meaningful when all scores are equal.
   *
   * @param reverse look for the range from its upper end: makes a difference only when scores differ
   */
  lexRanks(_range: LexRange, _reverse = false): RankRange {
    throw new Error(SHELL);
  }

  /** ZCOUNT. */
  countByScore(_range: ScoreRange): number {
    throw new Error(SHELL);
  }

  /** ZLEXCOUNT. */
  countByLex(_range: LexRange): number {
    throw new Error(SHELL);
  }

  /** Remove ranks `start` (inclusive) … `end` (exclusive); out of range is cut. Gives how many. */
  deleteRangeByRank(_start: number, _end: number): number {
    throw new Error(SHELL);
  }

  /** Remove a range of scores; gives how many. */
  deleteRangeByScore(_range: ScoreRange): number {
    throw new Error(SHELL);
  }

  /** Remove a range of members; gives how many. */
  deleteRangeByLex(_range: LexRange): number {
    throw new Error(SHELL);
  }

  /** The member at a rank (0 ≤ rank < size). */
  at(_rank: number): ZSetEntry {
    throw new Error(SHELL);
  }

  /** Remove and return the first member, or undefined when empty. */
  popMin(): ZSetEntry | undefined {
    throw new Error(SHELL);
  }

  /** Remove and return the last member, or undefined when empty. */
  popMax(): ZSetEntry | undefined {
    throw new Error(SHELL);
  }

  /**
   * A cursor over ranks `start` (inclusive) … `end` (exclusive) in ascending order, or the same
   * ranks in descending order. Without arguments: all.
   */
  cursor(_start?: number, _end?: number, _reverse = false): ZSetCursor {
    throw new Error(SHELL);
  }

  /** A member uniformly at random; the set must not be empty. O(1). */
  randomEntry(_random: () => number): ZSetEntry {
    throw new Error(SHELL);
  }

  /** `min(count, size)` different members, every such subset equally likely. O(size) at most. */
  sample(_count: number, _random: () => number): ZSetEntry[] {
    throw new Error(SHELL);
  }

  /**
   * One step of ZSCAN.
   *
   * @param cursor 0 to begin, then what the last call gave
   * @param count how many members to visit about (small encoding: all)
   * @returns the next cursor, 0 when done
   */
  scan(
    _cursor: number,
    _count: number,
    _visit: (member: ByteString, score: number) => void,
  ): number {
    throw new Error(SHELL);
  }

  /** An independent copy. O(n). */
  clone(): ZSetValue {
    throw new Error(SHELL);
  }

  /** Estimated bytes of memory. */
  memoryBytes(): number {
    throw new Error(SHELL);
  }
}
