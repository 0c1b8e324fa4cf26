/**
 * Chi-square for tests of random picks.
 *
 * @module
 */

import { assert } from "@std/assert";

/**
 * Assert that these counts look like draws from equally likely cells. The bound is the normal
 * approximation of the distribution's upper end: five standard deviations.
 */
export function assertUniform(counts: readonly number[], what: string): void {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const expected = total / counts.length;
  const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const freedom = counts.length - 1;
  const bound = freedom + 5 * Math.sqrt(2 * freedom);
  assert(chi < bound, `${what}: chi-square ${chi.toFixed(1)} above ${bound.toFixed(1)}`);
}
