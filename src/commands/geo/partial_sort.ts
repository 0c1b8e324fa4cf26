/**
 * A sort that stops when the first elements are in their places.
 *
 * Elements that compare as equal may come out in any order, but that order has to be the real
 * server's: it decides which of several places at one distance are among the nearest. So this is
 * the same algorithm, step by step: J. L. Bentley and M. D. McIlroy, "Engineering a sort function"
 * (1993), left out where it would only touch elements behind the wanted ones.
 *
 * @module
 */

/** Negative, zero or positive, as for `Array.prototype.sort`. */
export type Compare<T> = (a: T, b: T) => number;

/** Up to this many elements are inserted one by one. */
const INSERTION = 6;
/** From this many on the pivot is the median of nine. */
const NINTHER = 41;

/**
 * Sort in place so that the first `wanted` elements are the smallest, in order. O(n + wanted × log n)
 * on average.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const items = [5, 1, 4, 2, 3, 9, 8, 7, 6];
 * partialSort(items, 3, (a, b) => a - b);
 * assertEquals(items.slice(0, 3), [1, 2, 3]);
 * ```
 */
export function partialSort<T>(items: T[], wanted: number, compare: Compare<T>): void {
  sortRange(items, 0, items.length, wanted, compare);
}

/** Sort from `from` up to `end`, as far as that lies below `wanted`. */
function sortRange<T>(
  items: T[],
  from: number,
  end: number,
  wanted: number,
  compare: Compare<T>,
): void {
  while (end - from > 1 && from < wanted) {
    if (end - from <= INSERTION) {
      insertionSort(items, from, end, compare);
      return;
    }
    const { less, greater } = partition(items, from, end, compare);
    sortRange(items, from, less, wanted, compare);
    from = greater;
  }
}

function insertionSort<T>(items: T[], from: number, end: number, compare: Compare<T>): void {
  for (let i = from + 1; i < end; i++) {
    for (let j = i; j > from && compare(items[j - 1], items[j]) > 0; j--) swap(items, j, j - 1);
  }
}

/**
 * Put the elements below a pivot first and those above it last.
 *
 * @returns where the first ones end and the last ones begin
 */
function partition<T>(
  items: T[],
  from: number,
  end: number,
  compare: Compare<T>,
): { less: number; greater: number } {
  swap(items, from, pivotOf(items, from, end, compare));
  // Equal ones gather at both ends: [from, equalLow) and (equalHigh, end).
  let equalLow = from + 1;
  let low = from + 1;
  let equalHigh = end - 1;
  let high = end - 1;
  for (;;) {
    for (let order; low <= high && (order = compare(items[low], items[from])) <= 0; low++) {
      if (order === 0) swap(items, equalLow++, low);
    }
    for (let order; low <= high && (order = compare(items[high], items[from])) >= 0; high--) {
      if (order === 0) swap(items, high, equalHigh--);
    }
    if (low > high) break;
    swap(items, low++, high--);
  }
  // Bring the equal ones between the others.
  swapRuns(items, from, low, Math.min(equalLow - from, low - equalLow));
  swapRuns(items, low, end, Math.min(equalHigh - high, end - 1 - equalHigh));
  return { less: from + (low - equalLow), greater: end - (equalHigh - high) };
}

/** Exchange `count` elements from `a` on with the last `count` before `end`. */
function swapRuns<T>(items: T[], a: number, end: number, count: number): void {
  for (let i = 0; i < count; i++) swap(items, a + i, end - count + i);
}

function pivotOf<T>(items: T[], from: number, end: number, compare: Compare<T>): number {
  const count = end - from;
  let middle = from + (count >> 1);
  if (count === INSERTION + 1) return middle;
  let first = from;
  let last = end - 1;
  if (count >= NINTHER) {
    const step = count >> 3;
    first = median(items, first, first + step, first + 2 * step, compare);
    middle = median(items, middle - step, middle, middle + step, compare);
    last = median(items, last - 2 * step, last - step, last, compare);
  }
  return median(items, first, middle, last, compare);
}

/** Which of three elements is between the others. */
function median<T>(items: T[], a: number, b: number, c: number, compare: Compare<T>): number {
  if (compare(items[a], items[b]) < 0) {
    if (compare(items[b], items[c]) < 0) return b;
    return compare(items[a], items[c]) < 0 ? c : a;
  }
  if (compare(items[b], items[c]) > 0) return b;
  return compare(items[a], items[c]) < 0 ? a : c;
}

function swap<T>(items: T[], a: number, b: number): void {
  const item = items[a];
  items[a] = items[b];
  items[b] = item;
}
