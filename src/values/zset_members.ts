/**
 * The members of a large sorted set: {@linkcode DenseKeys} with the score of each slot in a column.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { DenseKeys } from "./dense_keys.ts";

export { NO_SLOT } from "./dense_keys.ts";

/** Members with dense slots and a score each. */
export class ZSetMembers extends DenseKeys {
  /** Scores by slot; as long as the capacity. Others may overwrite the score of a live slot. */
  scores: Float64Array;

  /** @param capacity number of members to make room for */
  constructor(capacity?: number) {
    super(capacity);
    this.scores = new Float64Array(this.capacity);
  }

  /** Members by slot. Read only for others. */
  get members(): ByteString[] {
    return this.keys;
  }

  /**
   * Add a member unless it is there already; then its score stays.
   *
   * @returns the member's slot: when it is new, this is the size before
   */
  place(member: ByteString, score: number): number {
    const size = this.size;
    const slot = this.slotFor(member, false);
    if (slot === size) this.#setNew(slot, score);
    return slot;
  }

  /** Add a member that is not in the table; gives its slot, which is the old size. */
  insert(member: ByteString, score: number): number {
    const slot = this.append(member, false);
    this.#setNew(slot, score);
    return slot;
  }

  /** As `removeAt`, with the score. */
  remove(slot: number): boolean {
    const moved = this.removeAt(slot);
    if (moved) this.scores[slot] = this.scores[this.size];
    if (this.capacity < this.scores.length) this.#resize();
    return moved;
  }

  /** An independent copy. */
  clone(): ZSetMembers {
    const copy = new ZSetMembers(0);
    copy.copyFrom(this);
    copy.scores = this.scores.slice();
    return copy;
  }

  /** Bytes of the columns, strings not counted. */
  columnBytes(): number {
    return this.tableBytes() + this.scores.length * 8;
  }

  #setNew(slot: number, score: number): void {
    if (slot >= this.scores.length) this.#resize();
    this.scores[slot] = score;
  }

  /** Make the column as long as the table has room. */
  #resize(): void {
    const scores = new Float64Array(this.capacity);
    scores.set(this.scores.subarray(0, Math.min(this.scores.length, scores.length)));
    this.scores = scores;
  }
}
