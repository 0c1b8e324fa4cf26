/**
 * What sets and hashes share: pages of a scan, and picking at random.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";

/** A source of numbers uniform in [0, 1), such as `Math.random`. */
export type RandomSource = () => number;

/** One page of a scan; `cursor` is 0 when the scan is over. */
export interface ScanPage {
  cursor: number;
  /** Members; for hashes field, value, field, value… */
  items: ByteString[];
}

/** A whole number uniform in [0, n). */
export function randomIndex(n: number, random: RandomSource): number {
  return Math.floor(random() * n);
}

/**
 * `count` different numbers of [0, n), every subset being as likely as any other; all of them when
 * `count` is at least `n`. Large shares come in ascending order. O(count) when it is a small share
 * of `n` (Floyd's method), O(n) otherwise (selection in one pass).
 */
export function pickIndexes(n: number, count: number, random: RandomSource): number[] {
  const out: number[] = [];
  if (count * 8 < n) {
    const taken = new Set<number>();
    for (let top = n - count; top < n; top++) {
      const pick = randomIndex(top + 1, random);
      const index = taken.has(pick) ? top : pick;
      taken.add(index);
      out.push(index);
    }
    return out;
  }
  let needed = Math.min(count, n);
  for (let i = 0; needed > 0; i++) {
    if (random() * (n - i) < needed) {
      out.push(i);
      needed--;
    }
  }
  return out;
}

/**
 * The indexes of one page of a scan over a dense array that removes by moving its last item into the
 * gap. The scan goes from the end downwards: an item only ever moves to a lower index, so one that
 * has not been seen stays ahead of the cursor, and every item present throughout is returned.
 *
 * @param cursor 0 to begin, else what the page before returned; any other number is harmless
 * @returns the page as [start, end); `start` is the next cursor
 */
export function scanRange(
  size: number,
  cursor: number,
  count: number,
): { start: number; end: number } {
  const end = cursor <= 0 || cursor > size ? size : cursor;
  return { start: Math.max(0, end - Math.max(1, count)), end };
}
