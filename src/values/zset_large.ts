/**
 * A large sorted set: a table from members to entries with scores ({@linkcode ZSetMembers}) and an
 * order over the entries ({@linkcode ZSetOrder}), kept in step here.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { ZSetAddResult, ZSetCursor, ZSetEntry } from "./zset.ts";
import { NO_ENTRY, ZSetMembers } from "./zset_members.ts";
import { ZSetOrder } from "./zset_order.ts";
import {
  isEmptyLexRange,
  isEmptyScoreRange,
  type LexBound,
  type LexRange,
  NO_RANKS,
  type RankRange,
  type ScoreRange,
} from "./zset_ranges.ts";

/** Up to so many members are deleted one by one, however few are left. */
const FEW = 64;

/** The large encoding; see {@linkcode ZSetValue} for what the methods do. */
export class LargeZSet {
  #table: ZSetMembers;
  #order: ZSetOrder;

  /** Members are all different, and in any order; O(n) when they are sorted, either way round. */
  constructor(members: readonly ByteString[] = [], scores: ArrayLike<number> = []) {
    const table = new ZSetMembers(members.length);
    for (let i = 0; i < members.length; i++) table.insert(members[i], scores[i]);
    this.#table = table;
    this.#order = ZSetOrder.build(table, sortedEntries(table));
  }

  get size(): number {
    return this.#table.size;
  }

  score(member: ByteString): number | undefined {
    const entry = this.#table.find(member);
    return entry === NO_ENTRY ? undefined : this.#table.scores[entry];
  }

  add(member: ByteString, score: number): ZSetAddResult {
    const size = this.#table.size;
    const entry = this.#table.place(member, score);
    if (entry === size) {
      this.#order.insert(entry);
      return "added";
    }
    if (this.#table.scores[entry] === score) return "unchanged";
    this.#order.rescore(entry, score);
    return "updated";
  }

  delete(member: ByteString): boolean {
    const entry = this.#table.find(member);
    if (entry === NO_ENTRY) return false;
    this.#order.remove(entry);
    this.#forget(entry);
    return true;
  }

  rank(member: ByteString): number {
    const entry = this.#table.find(member);
    return entry === NO_ENTRY ? -1 : this.#order.rankOf(entry);
  }

  deleteRanks(start: number, end: number): void {
    const most = Math.max(this.size / 2, FEW);
    if (end - start > most) return this.#keepRanks(start, end);
    for (let i = start; i < end; i++) this.#forget(this.#order.removeAt(start));
  }

  scoreRanks(range: ScoreRange): RankRange {
    if (isEmptyScoreRange(range)) return NO_RANKS;
    const start = this.#order.countBelowScore(range.min, range.minExclusive);
    const end = this.#order.countBelowScore(range.max, !range.maxExclusive);
    return { start, end: Math.max(start, end) };
  }

  lexRanks(range: LexRange): RankRange {
    if (isEmptyLexRange(range)) return NO_RANKS;
    const start = this.#countBelowBound(range.min, "(");
    const end = this.#countBelowBound(range.max, "[");
    return { start, end: Math.max(start, end) };
  }

  at(rank: number): ZSetEntry {
    this.#order.seek(rank);
    return this.atEntry(this.#order.entryAt(this.#order.leaf, this.#order.at));
  }

  /** The member of an entry 0 … size-1, for random picks. */
  atEntry(entry: number): ZSetEntry {
    return { member: this.#table.members[entry], score: this.#table.scores[entry] };
  }

  cursor(start: number, end: number, reverse: boolean): ZSetCursor {
    return new LargeCursor(this.#table, this.#order, start, end, reverse);
  }

  /** Entries from the end downwards; a cursor is the number of entries that are left to visit. */
  scan(
    cursor: number,
    count: number,
    visit: (member: ByteString, score: number) => void,
  ): number {
    const { members, scores } = this.#table;
    const from = cursor === 0 ? members.length : Math.min(cursor, members.length);
    const to = Math.max(0, from - count);
    for (let entry = from - 1; entry >= to; entry--) visit(members[entry], scores[entry]);
    return to;
  }

  clone(): LargeZSet {
    const copy = new LargeZSet();
    copy.#table = this.#table.clone();
    copy.#order = this.#order.clone(copy.#table);
    return copy;
  }

  /** Bytes of all but the members' strings. */
  columnBytes(): number {
    return this.#table.columnBytes() + this.#order.bytes();
  }

  /** Delete ranks by making everything anew from the others, which are fewer. O(n). */
  #keepRanks(start: number, end: number): void {
    const kept = new Int32Array(this.size - (end - start));
    const order = this.#order;
    let count = 0;
    let rank = 0;
    for (let leaf = order.firstLeaf(); leaf >= 0; leaf = order.nextLeaf(leaf)) {
      const size = order.leafSize(leaf);
      for (let at = 0; at < size; at++, rank++) {
        if (rank < start || rank >= end) kept[count++] = order.entryAt(leaf, at);
      }
    }
    // New entries in the order of the old ones: members only move downwards, as scans need it.
    const table = new ZSetMembers(count);
    const renamed = new Int32Array(this.size);
    for (const entry of kept.toSorted()) {
      renamed[entry] = table.insert(this.#table.members[entry], this.#table.scores[entry]);
    }
    for (let i = 0; i < count; i++) kept[i] = renamed[kept[i]];
    this.#table = table;
    this.#order = ZSetOrder.build(table, kept);
  }

  /** Drop an entry that is out of the order already. */
  #forget(entry: number): void {
    const last = this.#table.size - 1;
    if (this.#table.remove(entry)) this.#order.renameEntry(last, entry);
  }

  #countBelowBound(bound: LexBound, inclusive: "[" | "("): number {
    if (bound.kind === "-") return 0;
    if (bound.kind === "+") return this.#table.size;
    return this.#order.countBelowMember(bound.member, bound.kind === inclusive);
  }
}

/** Entries of a table in the order of score and member. */
function sortedEntries(table: ZSetMembers): Int32Array {
  const { members, scores } = table;
  const size = table.size;
  const compare = (a: number, b: number): number => {
    if (scores[a] !== scores[b]) return scores[a] < scores[b] ? -1 : 1;
    return members[a] < members[b] ? -1 : 1;
  };
  let rising = true;
  let falling = true;
  for (let entry = 1; entry < size && (rising || falling); entry++) {
    if (compare(entry - 1, entry) < 0) falling = false;
    else rising = false;
  }
  const entries = new Int32Array(size);
  for (let i = 0; i < size; i++) entries[i] = rising || !falling ? i : size - 1 - i;
  return rising || falling ? entries : entries.sort(compare);
}

class LargeCursor implements ZSetCursor {
  #table: ZSetMembers;
  #order: ZSetOrder;
  #leaf = 0;
  #at = 0;
  #left: number;
  #reverse: boolean;
  #entry = 0;

  constructor(
    table: ZSetMembers,
    order: ZSetOrder,
    start: number,
    end: number,
    reverse: boolean,
  ) {
    this.#table = table;
    this.#order = order;
    this.#left = end - start;
    this.#reverse = reverse;
    if (this.#left <= 0) return;
    order.seek(reverse ? end - 1 : start);
    this.#leaf = order.leaf;
    this.#at = order.at + (reverse ? 1 : -1);
  }

  next(): boolean {
    if (this.#left <= 0) return false;
    this.#left--;
    if (this.#reverse) {
      if (--this.#at < 0) {
        this.#leaf = this.#order.previousLeaf(this.#leaf);
        this.#at = this.#order.leafSize(this.#leaf) - 1;
      }
    } else if (++this.#at === this.#order.leafSize(this.#leaf)) {
      this.#leaf = this.#order.nextLeaf(this.#leaf);
      this.#at = 0;
    }
    this.#entry = this.#order.entryAt(this.#leaf, this.#at);
    return true;
  }

  get member(): ByteString {
    return this.#table.members[this.#entry];
  }

  get score(): number {
    return this.#table.scores[this.#entry];
  }
}
