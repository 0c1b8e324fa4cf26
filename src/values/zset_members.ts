/**
 * The members of a large sorted set: a hash table from member to a dense slot, with the score of
 * each slot in a column.
 *
 * - Slots are 0 … size-1 without gaps: deleting moves the last member into the gap. A random
 *   member is a random slot, and a scan that goes from the end downwards misses no member that
 *   stays: a move only ever goes downwards, to a slot that the scan has yet to visit, or of a
 *   member that it has visited already.
 * - The table is chained, and grows by linear hashing: each insertion splits at most one bucket, so
 *   no insertion pays for rehashing everything. Columns are typed arrays and double by a plain
 *   memory copy.
 * - The columns hold no pointers, so the collector sees one array of strings and nothing else; a
 *   V8 Map costs about twice the memory and ends at 2^24 entries.
 *
 * | operation | cost |
 * |---|---|
 * | find, insert, remove | O(1) expected |
 * | memory a member | 24 to 48 bytes and the string |
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { detach } from "../bytes/latin1.ts";

/** No such member. */
export const NO_SLOT = -1;

const MIN_CAPACITY = 256;

/** Makes the order of buckets unpredictable from outside; nothing visible depends on it. */
const hashSeed = crypto.getRandomValues(new Int32Array(1))[0];

function hashBytes(value: ByteString): number {
  let h = hashSeed;
  for (let i = 0; i < value.length; i++) {
    h = Math.imul(h ^ value.charCodeAt(i), 0x5bd1e995);
    h ^= h >>> 15;
  }
  h = Math.imul(h ^ (h >>> 13), 0x2c1b3c6d);
  return h ^ (h >>> 16);
}

/** Members with dense slots and a score each. */
export class ZSetMembers {
  /** Members by slot. Read only for others. */
  members: ByteString[] = [];
  /** Scores by slot; as long as the capacity. Others may overwrite the score of a live slot. */
  scores: Float64Array;
  /**
   * Two elements a slot, side by side as they are needed together: the hash, and the next slot of
   * the same bucket or NO_SLOT.
   */
  #links: Int32Array;
  /** First slot of each bucket, or NO_SLOT. */
  #heads: Int32Array;
  /** Buckets in use: #mask + 1 + the number of buckets split in this round. */
  #buckets: number;
  /** 2^k - 1, where 2^k is the number of buckets at the start of this round. */
  #mask: number;

  /** @param capacity number of members to make room for */
  constructor(capacity = MIN_CAPACITY) {
    const room = Math.max(capacity, MIN_CAPACITY);
    this.scores = new Float64Array(room);
    this.#links = new Int32Array(room * 2);
    let buckets = MIN_CAPACITY;
    while (buckets * 2 <= room) buckets *= 2;
    this.#heads = new Int32Array(buckets).fill(NO_SLOT);
    this.#buckets = buckets;
    this.#mask = buckets - 1;
  }

  /** Number of members. */
  get size(): number {
    return this.members.length;
  }

  /** The slot of a member, or {@linkcode NO_SLOT}. */
  find(member: ByteString): number {
    const hash = hashBytes(member);
    const links = this.#links;
    let slot = this.#heads[this.#bucketOf(hash)];
    while (slot !== NO_SLOT) {
      if (links[slot * 2] === hash && this.members[slot] === member) return slot;
      slot = links[slot * 2 + 1];
    }
    return NO_SLOT;
  }

  /** Add a member that is not in the table; gives its slot, which is the old size. */
  insert(member: ByteString, score: number): number {
    const slot = this.members.length;
    if (slot === this.scores.length) this.#growColumns();
    if (slot >= this.#buckets) this.#splitBucket();
    const hash = hashBytes(member);
    const bucket = this.#bucketOf(hash);
    this.members.push(detach(member));
    this.scores[slot] = score;
    this.#links[slot * 2] = hash;
    this.#links[slot * 2 + 1] = this.#heads[bucket];
    this.#heads[bucket] = slot;
    return slot;
  }

  /**
   * Remove the member of a slot. The member of the last slot, unless it is the one removed, moves
   * into the gap: its slot was the new size and is `slot` now.
   *
   * @returns whether a member moved
   */
  remove(slot: number): boolean {
    this.#relink(slot, this.#links[slot * 2 + 1]);
    const last = this.members.length - 1;
    const moved = slot !== last;
    if (moved) {
      this.#relink(last, slot);
      this.members[slot] = this.members[last];
      this.scores[slot] = this.scores[last];
      this.#links[slot * 2] = this.#links[last * 2];
      this.#links[slot * 2 + 1] = this.#links[last * 2 + 1];
    }
    this.members.pop();
    if (last > MIN_CAPACITY && last < this.scores.length >>> 3) this.#shrink();
    return moved;
  }

  /** An independent copy. */
  clone(): ZSetMembers {
    const copy = new ZSetMembers(0);
    copy.members = this.members.slice();
    copy.scores = this.scores.slice();
    copy.#links = this.#links.slice();
    copy.#heads = this.#heads.slice();
    copy.#buckets = this.#buckets;
    copy.#mask = this.#mask;
    return copy;
  }

  /** Bytes of the columns, strings not counted. */
  columnBytes(): number {
    return this.scores.length * 16 + this.#heads.length * 4 + this.members.length * 8;
  }

  #bucketOf(hash: number): number {
    const bucket = hash & (this.#mask * 2 + 1);
    return bucket < this.#buckets ? bucket : bucket & this.#mask;
  }

  /** Make what points at `slot` in its bucket's chain point at `to`. */
  #relink(slot: number, to: number): void {
    const links = this.#links;
    const bucket = this.#bucketOf(links[slot * 2]);
    let at = this.#heads[bucket];
    if (at === slot) {
      this.#heads[bucket] = to;
      return;
    }
    while (links[at * 2 + 1] !== slot) at = links[at * 2 + 1];
    links[at * 2 + 1] = to;
  }

  #splitBucket(): void {
    if (this.#buckets === this.#heads.length) {
      const heads = new Int32Array(this.#heads.length * 2);
      heads.set(this.#heads);
      this.#heads = heads;
    }
    const bit = this.#mask + 1;
    const fresh = this.#buckets;
    const old = fresh - bit;
    const links = this.#links;
    let slot = this.#heads[old];
    let stay = NO_SLOT;
    let go = NO_SLOT;
    while (slot !== NO_SLOT) {
      const next = links[slot * 2 + 1];
      if ((links[slot * 2] & bit) !== 0) {
        links[slot * 2 + 1] = go;
        go = slot;
      } else {
        links[slot * 2 + 1] = stay;
        stay = slot;
      }
      slot = next;
    }
    this.#heads[old] = stay;
    this.#heads[fresh] = go;
    this.#buckets++;
    if (this.#buckets === bit * 2) this.#mask = bit * 2 - 1;
  }

  #growColumns(): void {
    this.#resizeColumns(this.scores.length * 2);
  }

  #resizeColumns(capacity: number): void {
    const size = Math.min(this.members.length, capacity);
    const scores = new Float64Array(capacity);
    scores.set(this.scores.subarray(0, size));
    this.scores = scores;
    const links = new Int32Array(capacity * 2);
    links.set(this.#links.subarray(0, size * 2));
    this.#links = links;
  }

  /** Give memory back after most members are gone: O(size), once for every 7/8 that went. */
  #shrink(): void {
    const size = this.members.length;
    this.#resizeColumns(Math.max(MIN_CAPACITY, this.scores.length >>> 2));
    let buckets = MIN_CAPACITY;
    while (buckets < size) buckets *= 2;
    this.#heads = new Int32Array(buckets).fill(NO_SLOT);
    this.#buckets = buckets;
    this.#mask = buckets - 1;
    for (let slot = 0; slot < size; slot++) {
      const bucket = this.#bucketOf(this.#links[slot * 2]);
      this.#links[slot * 2 + 1] = this.#heads[bucket];
      this.#heads[bucket] = slot;
    }
  }
}
