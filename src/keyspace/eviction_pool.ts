/**
 * The best candidates for eviction that sampling has met so far, the best one last.
 *
 * Looking at five random keys and taking the best would be a poor approximation of LRU. As the good
 * ones that were not taken are kept for the next time, the approximation comes close to the true
 * order though no order is kept.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Database } from "./database.ts";

const SIZE = 16;

/** A key that may be evicted. */
export interface Candidate {
  readonly db: Database;
  readonly key: ByteString;
  /** The higher, the sooner it goes. */
  readonly score: number;
}

/** Up to sixteen candidates by ascending score. */
export class EvictionPool {
  #candidates: Candidate[] = [];

  /** Whether a candidate of this score would be kept. */
  accepts(score: number): boolean {
    return this.#candidates.length < SIZE || score > this.#candidates[0].score;
  }

  /** Add a candidate; a full pool loses its worst. O(1). */
  add(candidate: Candidate): void {
    const candidates = this.#candidates;
    if (candidates.some(({ db, key }) => key === candidate.key && db === candidate.db)) return;
    let at = candidates.length;
    while (at > 0 && candidates[at - 1].score > candidate.score) at--;
    candidates.splice(at, 0, candidate);
    if (candidates.length > SIZE) candidates.shift();
  }

  /** Take the best candidate out. */
  take(): Candidate | undefined {
    return this.#candidates.pop();
  }

  /** Forget all, as their scores belong to another policy. */
  clear(): void {
    this.#candidates = [];
  }
}
