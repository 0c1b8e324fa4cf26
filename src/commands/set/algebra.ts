/**
 * Intersection, union and difference of sets, in the ways and with the encodings that Redis 7.2 has.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { detach } from "../../bytes/latin1.ts";
import type { EncodingLimits } from "../../values/limits.ts";
import { SetValue } from "../../values/set.ts";

/** The sets to combine; a key that is not there is undefined, and counts as an empty set. */
export type Operands = readonly (SetValue | undefined)[];

/** The sets in order of size, each once; null when one of them is empty. */
function bySize(sets: Operands): SetValue[] | null {
  const unique = new Set<SetValue>();
  for (const set of sets) {
    if (set === undefined) return null;
    unique.add(set);
  }
  return [...unique].sort((a, b) => a.size - b.size);
}

/**
 * The members that are in all sets. O(N × M) where N is the size of the smallest set and M the number
 * of sets.
 */
export function intersect(sets: Operands): ByteString[] {
  const ordered = bySize(sets);
  if (ordered === null) return [];
  const [smallest, ...others] = ordered;
  if (others.length === 0) return smallest.toArray();
  const out: ByteString[] = [];
  smallest.forEach((member) => {
    if (others.every((set) => set.has(member))) out.push(member);
  });
  return out;
}

/** The number of members that are in all sets; counting ends at `limit`. Cost as `intersect`. */
export function countIntersection(sets: Operands, limit: number): number {
  const ordered = bySize(sets);
  if (ordered === null) return 0;
  const [smallest, ...others] = ordered;
  if (others.length === 0) return Math.min(smallest.size, limit);
  let count = 0;
  smallest.forEach((member) => {
    if (others.every((set) => set.has(member))) count++;
    return count < limit;
  });
  return count;
}

/**
 * An intersection as a value to store. When the smallest set was an intset the result begins as one,
 * and otherwise as a listpack, which becomes an intset in the end if it can.
 */
export function intersectionValue(sets: Operands, limits: EncodingLimits): SetValue {
  const members = intersect(sets).map(detach);
  const result = SetValue.from(members, limits, "listpack");
  result.toIntset(limits);
  return result;
}

/**
 * The empty set that a union or a difference is collected in. What is stored grows as SADD lets it;
 * what is only answered does so where that gives the members in order, and else takes the form that
 * is fastest to fill.
 */
function collector(sets: Operands, limits: EncodingLimits, store: boolean): SetValue {
  const grows = store || sets.every((set) => set === undefined || set.encoding === "intset");
  return grows ? new SetValue() : SetValue.from([], limits, "hashtable");
}

/** The members that are in any of the sets. O(N) where N is the number of members in all of them. */
export function unite(sets: Operands, limits: EncodingLimits, store: boolean): SetValue {
  const result = collector(sets, limits, store);
  for (const set of new Set(sets)) {
    set?.forEach((member) => void result.add(member, limits, !store));
  }
  return result;
}

/**
 * The members of the first set that are in none of the others. O(N) where N is the number of members
 * in all sets, or the size of the first set times their number if that is less.
 */
export function subtract(sets: Operands, limits: EncodingLimits, store: boolean): SetValue {
  const result = collector(sets, limits, store);
  const first = sets[0];
  if (first === undefined || sets.indexOf(first, 1) > 0) return result;
  const others = sets.slice(1).filter((set) => set !== undefined);
  let total = first.size;
  for (const set of others) total += set.size;
  if (first.size * (others.length + 1) / 2 <= total) {
    others.sort((a, b) => b.size - a.size);
    first.forEach((member) => {
      if (others.some((set) => set.has(member))) return;
      result.add(member, limits, !store);
    });
    return result;
  }
  first.forEach((member) => void result.add(member, limits, !store));
  for (const set of others) {
    set.forEach((member) => {
      result.delete(member);
      return result.size > 0;
    });
    if (result.size === 0) break;
  }
  return result;
}
