/**
 * A small seeded generator of pseudo-random numbers, so that a test which fails on random input
 * fails again on the same input.
 *
 * @module
 */

/** A generator: `next()` is in [0, 1), `int(n)` in 0..n-1. */
export interface Prng {
  next(): number;
  int(below: number): number;
  pick<T>(items: readonly T[]): T;
}

/**
 * Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, good enough to choose test inputs.
 *
 * @param seed any 32-bit integer; the same seed gives the same sequence
 */
export function mulberry32(seed: number): Prng {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (below: number) => Math.floor(next() * below);
  return { next, int, pick: (items) => items[int(items.length)] };
}
