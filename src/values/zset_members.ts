/**
 * The members of a large sorted set: {@linkcode DenseKeys} with the score of each entry in a column.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { DenseKeys } from "./dense_keys.ts";

export { NO_ENTRY } from "./dense_keys.ts";

/** Members with dense entries and a score each. */
export class ZSetMembers extends DenseKeys {
  /** Scores by entry; as long as the capacity. Others may overwrite the score of a live entry. */
  scores: Float64Array;

  /** @param capacity number of members to make room for */
  constructor(capacity?: number) {
    super(capacity);
    this.scores = new Float64Array(this.capacity);
  }

  /** Members by entry. Read only for others. */
  get members(): ByteString[] {
    return this.keys;
  }

  /**
   * Add a member unless it is there already; then its score stays.
   *
   * @returns the member's entry: when it is new, this is the size before
   */
  place(member: ByteString, score: number): number {
    const size = this.size;
    const entry = this.entryFor(member, false);
    if (entry === size) this.#setNew(entry, score);
    return entry;
  }

  /** Add a member that is not in the table; gives its entry, which is the old size. */
  insert(member: ByteString, score: number): number {
    const entry = this.append(member, false);
    this.#setNew(entry, score);
    return entry;
  }

  /** As `removeAt`, with the score. */
  remove(entry: number): boolean {
    const moved = this.removeAt(entry);
    if (moved) this.scores[entry] = this.scores[this.size];
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

  #setNew(entry: number, score: number): void {
    if (entry >= this.scores.length) this.#resize();
    this.scores[entry] = score;
  }

  /** Make the column as long as the table has room. */
  #resize(): void {
    const scores = new Float64Array(this.capacity);
    scores.set(this.scores.subarray(0, Math.min(this.scores.length, scores.length)));
    this.scores = scores;
  }
}
