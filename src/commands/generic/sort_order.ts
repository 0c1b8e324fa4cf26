/**
 * The ordering half of SORT: elements out of a collection, their weights, and the order.
 *
 * Numbers are compared as doubles, and equal ones by the elements' bytes, so that every order is
 * complete. Bytes are compared as bytes: there are no locales.
 *
 * @module
 */

import { type ByteString, compareBytes } from "../../bytes/bytes.ts";
import { parseDouble } from "../../bytes/double.ts";
import { parseSmallInt } from "../../bytes/int.ts";
import type { Database } from "../../keyspace/database.ts";
import { RedisError } from "../../resp/reply.ts";
import { ListValue } from "../../values/list.ts";
import { SetValue } from "../../values/set.ts";
import { ZSetValue } from "../../values/zset.ts";
import type { SortPattern } from "./sort_pattern.ts";

/** What can be sorted. */
export type Sortable = ListValue | SetValue | ZSetValue;

/** The order that is asked for. */
export interface SortOrder {
  /** Compare bytes instead of numbers. */
  alpha: boolean;
  descending: boolean;
  /** Leave the elements in the order that the collection has. */
  unsorted: boolean;
  /** Finds what an element weighs; null when it weighs itself. */
  by: SortPattern | null;
  /** How many to leave out; below 0 is none. */
  offset: number;
  /** How many at most; below 0 is all. */
  count: number;
  /** The result must be the same for equal collections, so that not even a set stays unsorted. */
  canonical: boolean;
}

interface Weighed<T> {
  element: ByteString;
  weight: T;
}

/**
 * The elements of a collection in an order, those outside the limits left out. O(n log n), or O(n)
 * without sorting.
 *
 * @throws RedisError when a weight is no number and numbers are compared
 */
export function sortedElements(db: Database, value: Sortable, order: SortOrder): ByteString[] {
  const size = value instanceof ListValue ? value.length : value.size;
  const start = Math.min(Math.max(order.offset, 0), size);
  const end = order.count < 0 ? size : Math.min(start + order.count, size);
  if (order.unsorted && !(value instanceof SetValue)) {
    return order.descending
      ? range(value, size - end, size - start).reverse()
      : range(value, start, end);
  }
  const elements = value instanceof SetValue ? value.toArray() : range(value, 0, size);
  if (!order.unsorted) sort(db, elements, order, order.by);
  else if (order.canonical) sort(db, elements, { ...order, alpha: true }, null);
  return start === 0 && end === size ? elements : elements.slice(start, end);
}

/** Elements from index `start` up to but not including `end`. */
function range(value: ListValue | ZSetValue, start: number, end: number): ByteString[] {
  if (value instanceof ListValue) return value.slice(start, end);
  const out: ByteString[] = [];
  if (start < end) {
    for (const cursor = value.cursor(start, end); cursor.next();) out.push(cursor.member);
  }
  return out;
}

/** Sort elements in place. */
function sort(
  db: Database,
  elements: ByteString[],
  { alpha, descending }: Pick<SortOrder, "alpha" | "descending">,
  by: SortPattern | null,
): void {
  const sign = descending ? -1 : 1;
  if (!alpha) {
    const weighed = elements.map((element) => ({ element, weight: numberOf(db, element, by) }));
    put(elements, weighed.sort((a, b) => sign * compareNumbers(a, b)));
  } else if (by !== null) {
    const weighed = elements.map((element) => ({ element, weight: by.lookUp(db, element) }));
    put(elements, weighed.sort((a, b) => sign * compareTexts(a.weight, b.weight)));
  } else {
    elements.sort((a, b) => sign * compareBytes(a, b));
  }
}

function put(elements: ByteString[], weighed: readonly Weighed<unknown>[]): void {
  for (let i = 0; i < weighed.length; i++) elements[i] = weighed[i].element;
}

function compareNumbers(a: Weighed<number>, b: Weighed<number>): number {
  if (a.weight !== b.weight) return a.weight < b.weight ? -1 : 1;
  return compareBytes(a.element, b.element);
}

/** What was not found comes before everything else. */
function compareTexts(a: ByteString | null, b: ByteString | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return compareBytes(a, b);
}

/** What an element weighs as a number; 0 when BY finds nothing. */
function numberOf(db: Database, element: ByteString, by: SortPattern | null): number {
  const text = by === null ? element : by.lookUp(db, element);
  if (text === null) return 0;
  const small = parseSmallInt(text);
  if (small === small) return small;
  // As C's `strtod` reads it: white space may lead, a zero byte ends the text, no text at all is 0.
  const zero = text.indexOf("\0");
  const whole = zero < 0 ? text : text.substring(0, zero);
  if (whole === "") return 0;
  const value = parseDouble(whole.replace(/^[ \t-\r]+/, ""));
  if (value === null || value !== value) {
    throw new RedisError("ERR One or more scores can't be converted into double");
  }
  return value;
}
