/**
 * The order of a large sorted set: a B+-tree over (score, member) with counts.
 *
 * Leaves hold scores and entries of {@linkcode ZSetMembers} side by side; inner nodes hold for each
 * child how many members are below it and a separator, a key that is not above anything in the
 * child and above everything before it. The nodes' memory is {@linkcode ZSetNodes}. Comparing needs the member only where scores are equal.
 *
 * Separators keep a member's string of their own rather than an entry. They need not be exact, so a
 * deleted member may live on in one for a while, and no separator has to be looked up when a member
 * changes its entry.
 *
 * A full node splits in half, except that a leaf which is appended to stays full (scores are often
 * times). A node less than a quarter full merges with a neighbour if both together leave room.
 *
 * | operation | cost |
 * |---|---|
 * | insert, remove, rank, select, bounds by score and by member | O(log n) |
 * | step of a walk in either direction | O(1) |
 * | memory a member | 12 bytes at best, 16 to 20 as a rule |
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { ZSetMembers } from "./zset_members.ts";
import { FAN, NONE, SHIFT, ZSetNodes } from "./zset_nodes.ts";

const QUARTER = FAN >> 2;
const MERGED = FAN - QUARTER;
const MAX_HEIGHT = 16;

/** The order over the members of one {@linkcode ZSetMembers}. */
export class ZSetOrder {
  #table: ZSetMembers;
  #nodes: ZSetNodes;
  /** 0: the root is a leaf. */
  #height = 0;
  #root = 0;
  #size = 0;

  /** The way down to the last leaf found: node and position of the child taken, by level. */
  #pathNode = new Int32Array(MAX_HEIGHT);
  #pathAt = new Int32Array(MAX_HEIGHT);

  /** Where the last search or `seek` ended. */
  leaf = 0;
  /** Position in {@linkcode leaf}. */
  at = 0;

  /** @param table where entries get their members from; an empty order begins */
  constructor(table: ZSetMembers, nodes: ZSetNodes = new ZSetNodes()) {
    this.#table = table;
    this.#nodes = nodes;
  }

  /**
   * The order of all members that a table holds. O(n) when `entries` are in order already.
   *
   * @param entries all entries of the table, sorted by score and member
   */
  static build(table: ZSetMembers, entries: Int32Array): ZSetOrder {
    const order = new ZSetOrder(table);
    const nodes = order.#nodes;
    const fill = FAN - (QUARTER >> 1);
    const total = entries.length;
    order.#size = total;
    if (total === 0) return order;
    // The nodes of the level that was made last, with the entries and the first entry below each.
    let made: number[] = [];
    let counts: number[] = [];
    let firsts: number[] = [];
    for (let from = 0; from < total; from += fill) {
      const leaf = from === 0 ? 0 : nodes.newLeaf(made[made.length - 1]);
      const size = Math.min(fill, total - from);
      const base = leaf << SHIFT;
      for (let i = 0; i < size; i++) {
        const entry = entries[from + i];
        nodes.leafEntries[base + i] = entry;
        nodes.leafScores[base + i] = table.scores[entry];
      }
      nodes.leafSize[leaf] = size;
      made.push(leaf);
      counts.push(size);
      firsts.push(entries[from]);
    }
    while (made.length > 1) {
      const upper: number[] = [];
      const upperCounts: number[] = [];
      const upperFirsts: number[] = [];
      for (let from = 0; from < made.length; from += fill) {
        const node = nodes.newInner();
        const size = Math.min(fill, made.length - from);
        let sum = 0;
        for (let i = 0; i < size; i++) {
          const to = (node << SHIFT) + i;
          nodes.innerChild[to] = made[from + i];
          nodes.innerCount[to] = counts[from + i];
          nodes.innerScore[to] = table.scores[firsts[from + i]];
          nodes.innerMember[to] = table.members[firsts[from + i]];
          sum += counts[from + i];
        }
        nodes.innerSize[node] = size;
        upper.push(node);
        upperCounts.push(sum);
        upperFirsts.push(firsts[from]);
      }
      made = upper;
      counts = upperCounts;
      firsts = upperFirsts;
      order.#height++;
    }
    order.#root = made[0];
    return order;
  }

  /** Number of members in the order. */
  get size(): number {
    return this.#size;
  }

  /** The entry at a position that `seek` or a step gave. */
  entryAt(leaf: number, at: number): number {
    return this.#nodes.leafEntries[(leaf << SHIFT) + at];
  }

  /** Entries of a leaf. */
  leafSize(leaf: number): number {
    return this.#nodes.leafSize[leaf];
  }

  /** The leaf that the walk over all begins with. */
  firstLeaf(): number {
    this.#descendToRank(0, 0);
    return this.leaf;
  }

  /** The leaf after, or -1. */
  nextLeaf(leaf: number): number {
    return this.#nodes.leafNext[leaf];
  }

  /** The leaf before, or -1. */
  previousLeaf(leaf: number): number {
    return this.#nodes.leafPrev[leaf];
  }

  /** Put an entry in its place; its key must not be in the order. */
  insert(entry: number): void {
    const score = this.#table.scores[entry];
    const member = this.#table.members[entry];
    this.#descend(score, member, 1);
    this.#size++;
    let leaf = this.leaf;
    let at = this.#find(leaf, score, member);
    if (this.#nodes.leafSize[leaf] === FAN) {
      const append = at === FAN && this.#nodes.leafNext[leaf] === NONE;
      const kept = append ? FAN : FAN >> 1;
      const right = this.#splitLeaf(leaf, kept);
      const goesRight = append || at > kept;
      const rightSize = FAN - kept + (goesRight ? 1 : 0);
      const base = right << SHIFT;
      if (append) this.#linkChild(0, right, rightSize, score, member);
      else {
        const first = this.#nodes.leafEntries[base];
        const firstMember = this.#table.members[first];
        this.#linkChild(0, right, rightSize, this.#nodes.leafScores[base], firstMember);
      }
      if (goesRight) {
        leaf = right;
        at -= kept;
      }
    }
    const base = leaf << SHIFT;
    const end = base + this.#nodes.leafSize[leaf]++;
    const scores = this.#nodes.leafScores;
    const entries = this.#nodes.leafEntries;
    for (let i = end; i > base + at; i--) {
      scores[i] = scores[i - 1];
      entries[i] = entries[i - 1];
    }
    scores[base + at] = score;
    entries[base + at] = entry;
  }

  /** Take an entry out, found by its key as it is in the table now. */
  remove(entry: number): void {
    const score = this.#table.scores[entry];
    const member = this.#table.members[entry];
    this.#descend(score, member, -1);
    this.at = this.#find(this.leaf, score, member);
    this.#removeFound();
  }

  /** Take out the entry at a rank and give its entry. */
  removeAt(rank: number): number {
    this.#descendToRank(rank, -1);
    const entry = this.#nodes.leafEntries[(this.leaf << SHIFT) + this.at];
    this.#removeFound();
    return entry;
  }

  /** Change the score of an entry, in the table and in the order. */
  rescore(entry: number, score: number): void {
    const table = this.#table;
    const nodes = this.#nodes;
    const member = table.members[entry];
    const old = table.scores[entry];
    this.#descend(old, member, 0);
    const leaf = this.leaf;
    const at = this.#find(leaf, old, member);
    const here = (leaf << SHIFT) + at;
    table.scores[entry] = score;
    const staysBehind = at === 0 ? score > old : this.#isBefore(here - 1, score, member);
    const staysBefore = at === nodes.leafSize[leaf] - 1
      ? score < old
      : !this.#isBefore(here + 1, score, member);
    if (staysBehind && staysBefore) {
      nodes.leafScores[here] = score;
      return;
    }
    for (let level = this.#height; level > 0; level--) {
      nodes.innerCount[(this.#pathNode[level] << SHIFT) + this.#pathAt[level]]--;
    }
    this.at = at;
    this.#removeFound();
    this.insert(entry);
  }

  /** The table moved a member: `entry` holds what `oldEntry` held. */
  renameEntry(oldEntry: number, entry: number): void {
    const score = this.#table.scores[entry];
    const member = this.#table.members[entry];
    this.#descend(score, member, 0);
    // The table is renamed already, so the leaf still says oldEntry: look for the number itself.
    const entries = this.#nodes.leafEntries;
    const base = this.leaf << SHIFT;
    const end = base + this.#nodes.leafSize[this.leaf];
    for (let at = base; at < end; at++) {
      if (entries[at] === oldEntry) {
        entries[at] = entry;
        return;
      }
    }
  }

  /** Number of entries before an entry's. */
  rankOf(entry: number): number {
    const score = this.#table.scores[entry];
    const member = this.#table.members[entry];
    this.#descend(score, member, 0);
    return this.#countBefore() + this.#find(this.leaf, score, member);
  }

  /** Number of entries whose score is below `score`, or not above it with `inclusive`. */
  countBelowScore(score: number, inclusive: boolean): number {
    let count = 0;
    let node = this.#root;
    const seps = this.#nodes.innerScore;
    for (let level = this.#height; level > 0; level--) {
      const base = node << SHIFT;
      let low = 1;
      let high = this.#nodes.innerSize[node];
      while (low < high) {
        const mid = (low + high) >>> 1;
        const sep = seps[base + mid];
        if (sep < score || (inclusive && sep === score)) low = mid + 1;
        else high = mid;
      }
      const at = low - 1;
      for (let i = 0; i < at; i++) count += this.#nodes.innerCount[base + i];
      node = this.#nodes.innerChild[base + at];
    }
    const base = node << SHIFT;
    const scores = this.#nodes.leafScores;
    let low = 0;
    let high = this.#nodes.leafSize[node];
    while (low < high) {
      const mid = (low + high) >>> 1;
      const here = scores[base + mid];
      if (here < score || (inclusive && here === score)) low = mid + 1;
      else high = mid;
    }
    return count + low;
  }

  /**
   * Number of entries whose member is below `member`, or not above it with `inclusive`. All scores
   * must be equal for this to mean something.
   */
  countBelowMember(member: ByteString, inclusive: boolean): number {
    let count = 0;
    let node = this.#root;
    for (let level = this.#height; level > 0; level--) {
      const base = node << SHIFT;
      let low = 1;
      let high = this.#nodes.innerSize[node];
      while (low < high) {
        const mid = (low + high) >>> 1;
        const sep = this.#nodes.innerMember[base + mid];
        if (sep < member || (inclusive && sep === member)) low = mid + 1;
        else high = mid;
      }
      const at = low - 1;
      for (let i = 0; i < at; i++) count += this.#nodes.innerCount[base + i];
      node = this.#nodes.innerChild[base + at];
    }
    const base = node << SHIFT;
    const members = this.#table.members;
    let low = 0;
    let high = this.#nodes.leafSize[node];
    while (low < high) {
      const mid = (low + high) >>> 1;
      const here = members[this.#nodes.leafEntries[base + mid]];
      if (here < member || (inclusive && here === member)) low = mid + 1;
      else high = mid;
    }
    return count + low;
  }

  /** Set {@linkcode leaf} and {@linkcode at} to the entry at a rank below the size. */
  seek(rank: number): void {
    this.#descendToRank(rank, 0);
  }

  /** An independent copy over a copy of the table. */
  clone(table: ZSetMembers): ZSetOrder {
    const copy = new ZSetOrder(table, this.#nodes.clone());
    copy.#height = this.#height;
    copy.#root = this.#root;
    copy.#size = this.#size;
    return copy;
  }

  /** Bytes of the nodes, used or free. */
  bytes(): number {
    return this.#nodes.bytes();
  }

  /** Whether the entry at an index into the leaf columns is before a key. */
  #isBefore(index: number, score: number, member: ByteString): boolean {
    const here = this.#nodes.leafScores[index];
    return here < score ||
      (here === score && this.#table.members[this.#nodes.leafEntries[index]] < member);
  }

  /** Position in a leaf of the first entry that is not before a key. */
  #find(leaf: number, score: number, member: ByteString): number {
    const base = leaf << SHIFT;
    let low = 0;
    let high = this.#nodes.leafSize[leaf];
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (this.#isBefore(base + mid, score, member)) low = mid + 1;
      else high = mid;
    }
    return low;
  }

  /** Go down to the leaf where a key is or would be, adding `change` to the counts on the way. */
  #descend(score: number, member: ByteString, change: number): void {
    let node = this.#root;
    const seps = this.#nodes.innerScore;
    for (let level = this.#height; level > 0; level--) {
      const base = node << SHIFT;
      let low = 1;
      let high = this.#nodes.innerSize[node];
      while (low < high) {
        const mid = (low + high) >>> 1;
        const sep = seps[base + mid];
        if (sep < score || (sep === score && this.#nodes.innerMember[base + mid] <= member)) {
          low = mid + 1;
        } else high = mid;
      }
      const at = low - 1;
      this.#pathNode[level] = node;
      this.#pathAt[level] = at;
      this.#nodes.innerCount[base + at] += change;
      node = this.#nodes.innerChild[base + at];
    }
    this.leaf = node;
  }

  #descendToRank(rank: number, change: number): void {
    let node = this.#root;
    let left = rank;
    for (let level = this.#height; level > 0; level--) {
      const base = node << SHIFT;
      let at = 0;
      let count = this.#nodes.innerCount[base];
      while (left >= count) {
        left -= count;
        count = this.#nodes.innerCount[base + ++at];
      }
      this.#pathNode[level] = node;
      this.#pathAt[level] = at;
      this.#nodes.innerCount[base + at] += change;
      node = this.#nodes.innerChild[base + at];
    }
    this.leaf = node;
    this.at = left;
  }

  /** Entries before the leaf that the path leads to. */
  #countBefore(): number {
    let count = 0;
    for (let level = this.#height; level > 0; level--) {
      const base = this.#pathNode[level] << SHIFT;
      const end = base + this.#pathAt[level];
      for (let i = base; i < end; i++) count += this.#nodes.innerCount[i];
    }
    return count;
  }

  /** Move the entries from `kept` on into a new leaf behind, and give it. */
  #splitLeaf(leaf: number, kept: number): number {
    const right = this.#nodes.newLeaf(leaf);
    const from = leaf << SHIFT;
    this.#nodes.leafScores.copyWithin(right << SHIFT, from + kept, from + FAN);
    this.#nodes.leafEntries.copyWithin(right << SHIFT, from + kept, from + FAN);
    this.#nodes.leafSize[leaf] = kept;
    this.#nodes.leafSize[right] = FAN - kept;
    return right;
  }

  /**
   * Link a node of `level` that was split off behind the one the path leads to into its parent;
   * `count` entries that the path's node was counted for are below it.
   */
  #linkChild(
    level: number,
    child: number,
    count: number,
    score: number,
    member: ByteString,
  ): void {
    const up = level + 1;
    if (up > this.#height) {
      const root = this.#nodes.newInner();
      const base = root << SHIFT;
      this.#nodes.innerChild[base] = this.#root;
      this.#nodes.innerCount[base] = this.#size;
      this.#nodes.innerScore[base] = 0;
      this.#nodes.innerMember[base] = "";
      this.#nodes.innerSize[root] = 1;
      this.#root = root;
      this.#height = up;
      this.#pathNode[up] = root;
      this.#pathAt[up] = 0;
    }
    let node = this.#pathNode[up];
    let at = this.#pathAt[up];
    this.#nodes.innerCount[(node << SHIFT) + at] -= count;
    at++;
    if (this.#nodes.innerSize[node] === FAN) {
      const append = at === FAN;
      const kept = append ? FAN - 1 : FAN >> 1;
      const right = this.#nodes.newInner();
      this.#nodes.moveChildren(node, kept, right, 0, FAN - kept);
      this.#nodes.innerSize[node] = kept;
      this.#nodes.innerSize[right] = FAN - kept;
      const goesRight = at > kept;
      const base = right << SHIFT;
      let sum = goesRight ? count : 0;
      for (let i = 0; i < FAN - kept; i++) sum += this.#nodes.innerCount[base + i];
      this.#linkChild(up, right, sum, this.#nodes.innerScore[base], this.#nodes.innerMember[base]);
      if (goesRight) {
        node = right;
        at -= kept;
      }
    }
    const size = this.#nodes.innerSize[node];
    this.#nodes.moveChildren(node, at, node, at + 1, size - at);
    this.#nodes.innerSize[node] = size + 1;
    const to = (node << SHIFT) + at;
    this.#nodes.innerChild[to] = child;
    this.#nodes.innerCount[to] = count;
    this.#nodes.innerScore[to] = score;
    this.#nodes.innerMember[to] = member;
  }

  /** Remove the entry at (leaf, at), which the path leads to and whose counts are corrected. */
  #removeFound(): void {
    this.#size--;
    const leaf = this.leaf;
    const base = leaf << SHIFT;
    const size = --this.#nodes.leafSize[leaf];
    const scores = this.#nodes.leafScores;
    const entries = this.#nodes.leafEntries;
    for (let i = base + this.at; i < base + size; i++) {
      scores[i] = scores[i + 1];
      entries[i] = entries[i + 1];
    }
    if (size < QUARTER && this.#height > 0) this.#shrinkNode(0, leaf, size);
  }

  /** A node of `level` has become small: free it if empty, or merge it with a neighbour. */
  #shrinkNode(level: number, node: number, size: number): void {
    const up = level + 1;
    const parent = this.#pathNode[up];
    const at = this.#pathAt[up];
    const base = parent << SHIFT;
    const siblings = this.#nodes.innerSize[parent];
    if (size === 0) {
      this.#nodes.free(level, node);
      this.#unlinkChild(up, parent, at);
      return;
    }
    const sizes = level === 0 ? this.#nodes.leafSize : this.#nodes.innerSize;
    if (at + 1 < siblings && size + sizes[this.#nodes.innerChild[base + at + 1]] <= MERGED) {
      this.#mergeInto(level, node, this.#nodes.innerChild[base + at + 1], base + at);
      this.#unlinkChild(up, parent, at + 1);
    } else if (at > 0 && size + sizes[this.#nodes.innerChild[base + at - 1]] <= MERGED) {
      this.#mergeInto(level, this.#nodes.innerChild[base + at - 1], node, base + at - 1);
      this.#unlinkChild(up, parent, at);
    }
  }

  /** Append all of `right` to `left`, its neighbour, which is child number `index` overall. */
  #mergeInto(level: number, left: number, right: number, index: number): void {
    this.#nodes.innerCount[index] += this.#nodes.innerCount[index + 1];
    if (level === 0) {
      const from = right << SHIFT;
      const to = (left << SHIFT) + this.#nodes.leafSize[left];
      this.#nodes.leafScores.copyWithin(to, from, from + this.#nodes.leafSize[right]);
      this.#nodes.leafEntries.copyWithin(to, from, from + this.#nodes.leafSize[right]);
      this.#nodes.leafSize[left] += this.#nodes.leafSize[right];
    } else {
      const size = this.#nodes.innerSize[left];
      this.#nodes.moveChildren(right, 0, left, size, this.#nodes.innerSize[right]);
      const seam = (left << SHIFT) + size;
      this.#nodes.innerScore[seam] = this.#nodes.innerScore[index + 1];
      this.#nodes.innerMember[seam] = this.#nodes.innerMember[index + 1];
      this.#nodes.innerSize[left] += this.#nodes.innerSize[right];
    }
    this.#nodes.free(level, right);
  }

  /** Drop a child of the path's node of `level`, which holds nothing any more. */
  #unlinkChild(level: number, node: number, at: number): void {
    const size = --this.#nodes.innerSize[node];
    this.#nodes.moveChildren(node, at + 1, node, at, size - at);
    this.#nodes.innerMember[(node << SHIFT) + size] = "";
    if (level < this.#height) {
      if (size < QUARTER) this.#shrinkNode(level, node, size);
      return;
    }
    while (this.#height > 0 && this.#nodes.innerSize[this.#root] <= 1) {
      const old = this.#root;
      if (this.#nodes.innerSize[old] === 0) {
        this.#root = this.#nodes.newLeaf(NONE);
        this.#height = 0;
      } else {
        this.#root = this.#nodes.innerChild[old << SHIFT];
        this.#height--;
      }
      this.#nodes.free(1, old);
    }
  }
}
