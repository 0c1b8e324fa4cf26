/**
 * How long a command's calls took, with two significant digits: the figures of INFO latencystats.
 *
 * Buckets are those of an HDR histogram of 1 ns to 1 s with two digits: 128 of equal width for each
 * power of two, and one a nanosecond below 256. Recording is O(1) and allocates nothing.
 *
 * Source: https://hdrhistogram.org (the layout of its buckets)
 *
 * @module
 */

/** Exact values below this. */
const EXACT = 256;
/** Buckets of each power of two above. */
const PER_POWER = 128;
const MAX_NANOS = 1e9;
const BUCKETS = indexOf(MAX_NANOS) + 1;

function indexOf(nanos: number): number {
  if (nanos < EXACT) return nanos;
  const shift = 31 - Math.clz32(nanos) - 7;
  return shift * PER_POWER + (nanos >>> shift);
}

/** The largest value that falls into a bucket. */
function largestOf(index: number): number {
  if (index < EXACT) return index;
  const shift = Math.floor(index / PER_POWER) - 1;
  const sub = index - shift * PER_POWER;
  return (sub + 1) * 2 ** shift - 1;
}

/** A histogram of durations. About 12 KB. */
export class LatencyHistogram {
  #counts = new Uint32Array(BUCKETS);
  #total = 0;

  /** Number of durations recorded. */
  get total(): number {
    return this.#total;
  }

  /** Record a duration in microseconds, `count` times. */
  record(micros: number, count = 1): void {
    const nanos = Math.min(MAX_NANOS, Math.max(1, Math.floor(micros * 1000)));
    this.#counts[indexOf(nanos)] += count;
    this.#total += count;
  }

  /** The duration in microseconds that `percent` of all are within. O(buckets). */
  percentile(percent: number): number {
    const wanted = Math.max(1, Math.ceil(this.#total * Math.min(percent, 100) / 100));
    let seen = 0;
    for (let index = 0; index < BUCKETS; index++) {
      seen += this.#counts[index];
      if (seen >= wanted) return largestOf(index) / 1000;
    }
    return 0;
  }
}
