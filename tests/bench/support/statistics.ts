/**
 * The few statistics that the measurements need. A machine that does other things beside gives
 * rounds that are too slow, never too fast ones; so medians everywhere, and the extremes beside.
 *
 * @module
 */

/** A median with the extremes around it. */
export interface Spread {
  median: number;
  low: number;
  high: number;
}

/**
 * The value below which a share of all values lies, between two neighbours in proportion. O(n log n).
 *
 * @param share 0 is the smallest, 0.5 the median, 1 the largest value
 * @throws RangeError when there are no values or the share is outside 0..1
 */
export function quantile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) throw new RangeError("no values");
  if (!(share >= 0 && share <= 1)) throw new RangeError(`no share: ${share}`);
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.ceil(at);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}

/** The middle value, or the mean of the two in the middle. @throws RangeError when there are none */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** Median, smallest and largest value. @throws RangeError when there are none */
export function spread(values: ArrayLike<number>): Spread {
  return { median: median(values), low: quantile(values, 0), high: quantile(values, 1) };
}

/**
 * The ratios of values that were measured next to each other, round by round: what slows a whole
 * round down falls out of its ratio.
 *
 * @throws RangeError when the lengths differ, nothing is there or a divisor is 0
 */
export function ratioSpread(values: readonly number[], base: readonly number[]): Spread {
  if (values.length !== base.length) throw new RangeError("rounds do not pair up");
  if (base.includes(0)) throw new RangeError("a divisor is 0");
  return spread(values.map((value, i) => value / base[i]));
}

/** The mean of ratios: twice as fast and half as fast give 1. @throws RangeError when there are none */
export function geometricMean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("no values");
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
