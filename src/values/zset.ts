/**
 * Sorted sets: members with a score each, ordered by (score, member bytes).
 *
 * Two encodings, named as OBJECT ENCODING names them:
 *
 * - `listpack` ({@linkcode SmallZSet}): two sorted arrays, while there are few and short members.
 * - `skiplist` ({@linkcode LargeZSet}): a hash table from members to dense entries, and a B+-tree with
 *   counts over the entries. (The real server has a skip list there, hence the name. A tree of wide
 *   nodes in typed arrays takes a third of the memory accesses, and none of its nodes is an object.)
 *
 * When an encoding changes is the real server's rule: `add` converts when a member too many or too
 * long is added; a new key begins large when its first command brings too much; results of the
 * *STORE commands and loaded sets ({@linkcode ZSetValue.from}) are small exactly if they fit. Nothing
 * ever turns small again by deleting.
 *
 * Everything about ranges reduces to ranks: a range of scores or members is a {@linkcode RankRange},
 * found in O(log n). Its size is the count, LIMIT is arithmetic, reading is a cursor over ranks and
 * deleting is a deletion of ranks.
 *
 * Negative zero: equal to zero in order and for "unchanged"; kept as such by the large encoding and
 * turned into zero by the small one, as in the real server.
 *
 * | operation | listpack | skiplist |
 * |---|---|---|
 * | score, has | O(n) | O(1) |
 * | add, delete, rank | O(n) | O(log n) |
 * | at, popMin, popMax | O(1), O(n), O(1) | O(log n) |
 * | scoreRanks, countByScore | O(log n) | O(log n) |
 * | lexRanks, countByLex | O(n) | O(log n) |
 * | cursor; each step | O(1); O(1) | O(log n); O(1) |
 * | deleting m by a range | O(n) | O(m log n), or O(n) if that is most |
 * | randomEntry; scan of m | O(1); O(n) | O(1); O(m) |
 * | from; clone | O(n²) at worst; O(n) | O(n log n), or O(n) if sorted; O(n) |
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { EncodingLimits } from "./limits.ts";
import { LargeZSet } from "./zset_large.ts";
import type { LexRange, RankRange, ScoreRange } from "./zset_ranges.ts";
import { SmallZSet } from "./zset_small.ts";

export type { LexBound, LexRange, RankRange, ScoreRange } from "./zset_ranges.ts";

/** A member with its score. */
export interface ZSetEntry {
  readonly member: ByteString;
  readonly score: number;
}

/** What {@linkcode ZSetValue.add} did. */
export type ZSetAddResult = "added" | "updated" | "unchanged";

/**
 * Walks ranks in either direction without allocating: call `next` until it gives false, and read
 * `member` and `score` after each true. The sorted set must not change meanwhile.
 */
export interface ZSetCursor {
  /** The current member. */
  readonly member: ByteString;
  /** The current score. */
  readonly score: number;
  /** Step on; false when the range is used up. O(1). */
  next(): boolean;
}

/**
 * A sorted set. It detaches the members that it keeps from the request that they came in.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defaultLimits } from "./limits.ts";
 * const limits = defaultLimits();
 * const set = ZSetValue.create(limits);
 * assertEquals(set.add("b", 2, limits), "added");
 * assertEquals(set.add("a", 1, limits), "added");
 * assertEquals(set.add("b", 3, limits), "updated");
 * assertEquals(set.rank("b"), 1);
 * const ranks = set.scoreRanks({ min: 1, max: 3, minExclusive: true, maxExclusive: false });
 * const seen: string[] = [];
 * for (const cursor = set.cursor(ranks.start, ranks.end); cursor.next();) seen.push(cursor.member);
 * assertEquals(seen, ["b"]);
 * ```
 */
export class ZSetValue {
  readonly type = "zset";
  /** Exactly one of the two is not null. */
  #small: SmallZSet | null;
  #large: LargeZSet | null;

  /** An empty small one; anything else is made by the functions below. */
  constructor(small: SmallZSet | null = new SmallZSet(), large: LargeZSet | null = null) {
    this.#small = small;
    this.#large = large;
  }

  /**
   * An empty sorted set, encoded as a command that makes a new key encodes it.
   *
   * @param limits the thresholds
   * @param sizeHint number of members that the command brings, repetitions counted
   * @param memberLength length in bytes of the first member it brings
   */
  static create(limits: EncodingLimits, sizeHint = 0, memberLength = 0): ZSetValue {
    const small = sizeHint <= limits.zsetMaxListpackEntries &&
      memberLength <= limits.zsetMaxListpackValue;
    return small ? new ZSetValue(new SmallZSet(), null) : new ZSetValue(null, new LargeZSet());
  }

  /**
   * A sorted set of given members: results of the *STORE commands, and loading. It is small exactly
   * if it fits the limits. O(n log n), or O(n) when sorted in either direction.
   *
   * @param members all different, in any order
   * @param scores at least as many; none NaN
   */
  static from(
    members: readonly ByteString[],
    scores: ArrayLike<number>,
    limits: EncodingLimits,
  ): ZSetValue {
    const longest = limits.zsetMaxListpackValue;
    let fits = members.length <= limits.zsetMaxListpackEntries;
    for (let i = 0; fits && i < members.length; i++) fits = members[i].length <= longest;
    return fits
      ? new ZSetValue(smallFrom(members, scores), null)
      : new ZSetValue(null, new LargeZSet(members, scores));
  }

  /** As `from`, for what was saved as a listpack: only the number of members decides. */
  static fromListpack(
    members: readonly ByteString[],
    scores: ArrayLike<number>,
    limits: EncodingLimits,
  ): ZSetValue {
    return members.length <= limits.zsetMaxListpackEntries
      ? new ZSetValue(smallFrom(members, scores), null)
      : new ZSetValue(null, new LargeZSet(members, scores));
  }

  /**
   * A small sorted set of two arrays, which it takes over. O(1).
   *
   * @param members all different, within the limits of a listpack, sorted by score and member, and
   * no parts of longer strings
   * @param scores as many; none NaN or negative zero
   */
  static fromSortedFew(members: ByteString[], scores: number[]): ZSetValue {
    return new ZSetValue(new SmallZSet(members, scores), null);
  }

  /** Number of members. O(1). */
  get size(): number {
    return this.#small !== null ? this.#small.size : this.#large!.size;
  }

  /** What OBJECT ENCODING says. */
  get encoding(): "listpack" | "skiplist" {
    return this.#small !== null ? "listpack" : "skiplist";
  }

  /** Convert at once before `sizeHint` calls of `add` on an existing key, if these are too many. */
  prepare(sizeHint: number, limits: EncodingLimits): void {
    if (this.#small !== null && sizeHint > limits.zsetMaxListpackEntries) this.#convert();
  }

  /** Add a member, or change its score. `score` must not be NaN. */
  add(member: ByteString, score: number, limits: EncodingLimits): ZSetAddResult {
    const small = this.#small;
    if (small !== null) {
      const at = small.rank(member);
      if (at >= 0) return small.rescore(at, score);
      if (
        small.size < limits.zsetMaxListpackEntries && member.length <= limits.zsetMaxListpackValue
      ) {
        small.insert(member, score);
        return "added";
      }
      this.#convert();
    }
    return this.#large!.add(member, score);
  }

  /** The score of a member, or undefined when it is none. */
  score(member: ByteString): number | undefined {
    return this.#small !== null ? this.#small.score(member) : this.#large!.score(member);
  }

  /** Whether it is a member. */
  has(member: ByteString): boolean {
    return this.score(member) !== undefined;
  }

  /** Remove a member; false when it was none. */
  delete(member: ByteString): boolean {
    return this.#small !== null ? this.#small.delete(member) : this.#large!.delete(member);
  }

  /** Number of members before this one, or -1 when it is none. */
  rank(member: ByteString): number {
    return this.#small !== null ? this.#small.rank(member) : this.#large!.rank(member);
  }

  /** Number of members after this one, or -1 when it is none. */
  reverseRank(member: ByteString): number {
    const rank = this.rank(member);
    return rank < 0 ? -1 : this.size - 1 - rank;
  }

  /** The ranks whose scores are in a range. */
  scoreRanks(range: ScoreRange): RankRange {
    return this.#small !== null ? this.#small.scoreRanks(range) : this.#large!.scoreRanks(range);
  }

  /**
   * The ranks whose members are in a range; meaningful only when all scores are equal.
   *
   * @param reverse look from the upper end, as ZREVRANGEBYLEX does: it makes a difference for the
   * small encoding when scores differ
   */
  lexRanks(range: LexRange, reverse = false): RankRange {
    return this.#small !== null
      ? this.#small.lexRanks(range, reverse)
      : this.#large!.lexRanks(range);
  }

  /** Number of members whose scores are in a range. */
  countByScore(range: ScoreRange): number {
    const ranks = this.scoreRanks(range);
    return ranks.end - ranks.start;
  }

  /** Number of members in a range of members; meaningful only when all scores are equal. */
  countByLex(range: LexRange): number {
    const ranks = this.lexRanks(range);
    return ranks.end - ranks.start;
  }

  /**
   * Remove the ranks from `start` (inclusive) to `end` (exclusive), as far as they exist.
   *
   * @returns how many there were
   */
  deleteRangeByRank(start: number, end: number): number {
    const from = Math.max(start, 0);
    const to = Math.min(end, this.size);
    if (from >= to) return 0;
    if (this.#small !== null) this.#small.deleteRanks(from, to);
    else this.#large!.deleteRanks(from, to);
    return to - from;
  }

  /** Remove a range of scores; gives how many members went. */
  deleteRangeByScore(range: ScoreRange): number {
    const ranks = this.scoreRanks(range);
    return this.deleteRangeByRank(ranks.start, ranks.end);
  }

  /** Remove a range of members; gives how many went. */
  deleteRangeByLex(range: LexRange): number {
    const ranks = this.lexRanks(range);
    return this.deleteRangeByRank(ranks.start, ranks.end);
  }

  /** The entry at a rank, `0 <= rank < size`. */
  at(rank: number): ZSetEntry {
    return this.#small !== null ? this.#small.at(rank) : this.#large!.at(rank);
  }

  /** Remove the first entry and give it, or undefined when there is none. */
  popMin(): ZSetEntry | undefined {
    return this.#pop(0);
  }

  /** Remove the last entry and give it, or undefined when there is none. */
  popMax(): ZSetEntry | undefined {
    return this.#pop(this.size - 1);
  }

  /**
   * A cursor over the ranks from `start` (inclusive) to `end` (exclusive), which must exist.
   *
   * @param reverse walk the same ranks from the last to the first
   */
  cursor(start = 0, end: number = this.size, reverse = false): ZSetCursor {
    return this.#small !== null
      ? this.#small.cursor(start, end, reverse)
      : this.#large!.cursor(start, end, reverse);
  }

  /** An entry uniformly at random; there must be one. `random` gives numbers in [0, 1). */
  randomEntry(random: () => number): ZSetEntry {
    return this.#entry(Math.floor(random() * this.size));
  }

  /**
   * `min(count, size)` different entries; every such selection is equally likely, their order is
   * not random. O(count), or O(size) for more than a quarter of them.
   */
  sample(count: number, random: () => number): ZSetEntry[] {
    const size = this.size;
    const picked: ZSetEntry[] = [];
    if (count * 4 > size) {
      // Walk all: each is taken with the probability that is right for how many are still wanted.
      let wanted = Math.min(count, size);
      for (let i = 0; wanted > 0; i++) {
        if (random() * (size - i) >= wanted) continue;
        picked.push(this.#entry(i));
        wanted--;
      }
      return picked;
    }
    const seen = new Set<number>();
    while (picked.length < count) {
      const i = Math.floor(random() * size);
      if (seen.has(i)) continue;
      seen.add(i);
      picked.push(this.#entry(i));
    }
    return picked;
  }

  /**
   * One step of ZSCAN. Every member that is there from the first step to the last is visited at
   * least once, whatever is added or deleted between the steps.
   *
   * @param cursor 0 to begin, then what the step before gave
   * @param count how many members to visit, at least 1; the small encoding visits all at once
   * @returns the cursor of the next step, 0 when there is none
   */
  scan(
    cursor: number,
    count: number,
    visit: (member: ByteString, score: number) => void,
  ): number {
    if (this.#large !== null) return this.#large.scan(cursor, count, visit);
    for (const walk = this.cursor(); walk.next();) visit(walk.member, walk.score);
    return 0;
  }

  /** An independent copy. O(n). */
  clone(): ZSetValue {
    return this.#small !== null
      ? new ZSetValue(this.#small.clone(), null)
      : new ZSetValue(null, this.#large!.clone());
  }

  /**
   * Estimated bytes of memory.
   *
   * @param samples how many members to look at for the average length; 0: all
   */
  memoryBytes(samples = 5): number {
    const size = this.size;
    const looks = samples === 0 ? size : Math.min(samples, size);
    let sampled = 0;
    for (let i = 0; i < looks; i++) {
      sampled += 24 + this.#entry(Math.floor(i * size / looks)).member.length;
    }
    const strings = looks === 0 ? 0 : Math.round(sampled * size / looks);
    return 48 + strings + (this.#small !== null ? 96 + size * 16 : this.#large!.columnBytes());
  }

  /** An entry by a number 0 … size-1, in no particular order. */
  #entry(index: number): ZSetEntry {
    return this.#small !== null ? this.#small.at(index) : this.#large!.atEntry(index);
  }

  #pop(rank: number): ZSetEntry | undefined {
    if (this.size === 0) return undefined;
    const entry = this.at(rank);
    this.deleteRangeByRank(rank, rank + 1);
    return entry;
  }

  #convert(): void {
    const small = this.#small!;
    this.#large = new LargeZSet(small.members, small.scores);
    this.#small = null;
  }
}

function smallFrom(members: readonly ByteString[], scores: ArrayLike<number>): SmallZSet {
  const small = new SmallZSet();
  for (let i = 0; i < members.length; i++) small.insert(members[i], scores[i]);
  return small;
}
