/**
 * Key specifications: where the keys of a command's arguments stand.
 *
 * They are declared once in the command's literal; COMMAND INFO, COMMAND GETKEYS, access control
 * and cluster routing read them. What no specification can say (SORT's BY and GET, MIGRATE) a
 * command states with its own `getKeys` function.
 *
 * Source: https://redis.io/docs/latest/develop/reference/key-specs/
 *
 * @module
 */

import { asciiUpper, type ByteString } from "../bytes/bytes.ts";

/** Where a key spec's search begins. */
export type BeginSearch =
  | { readonly type: "index"; readonly index: number }
  | { readonly type: "keyword"; readonly keyword: string; readonly startFrom: number }
  | { readonly type: "unknown" };

/** How the keys are found from there. */
export type FindKeys =
  | {
    readonly type: "range";
    readonly lastKey: number;
    readonly step: number;
    readonly limit: number;
  }
  | {
    readonly type: "keynum";
    readonly keyNumIndex: number;
    readonly firstKey: number;
    readonly step: number;
  }
  | { readonly type: "unknown" };

/** One key specification. */
export interface KeySpec {
  /** `RO`, `RW`, `OW` or `RM`, then `access`, `update`, `insert`, `delete`, `not_key`, … */
  readonly flags: readonly string[];
  readonly begin: BeginSearch;
  readonly find: FindKeys;
  readonly notes?: string;
}

/** Options of {@linkcode keyRange}. */
export interface KeyRangeOptions {
  /** Index of the first key; 1 when absent. */
  at?: number;
  /** Last key: relative to the first, or, when negative, counted from the end; 0 when absent. */
  last?: number;
  /** Distance of two keys; 1 when absent. */
  step?: number;
  /** For a negative `last`: 2 means only the first half of what is left. */
  limit?: number;
  notes?: string;
}

/** Keys in a row from a fixed index on. `flags` are separated by spaces. */
export function keyRange(flags: string, options: KeyRangeOptions = {}): KeySpec {
  const { at = 1, last = 0, step = 1, limit = 0, notes } = options;
  return {
    flags: flags.split(" "),
    begin: { type: "index", index: at },
    find: { type: "range", lastKey: last, step, limit },
    ...(notes === undefined ? {} : { notes }),
  };
}

/** `numkeys key [key …]`, with the number at index `at`. */
export function keyCount(flags: string, at: number): KeySpec {
  return {
    flags: flags.split(" "),
    begin: { type: "index", index: at },
    find: { type: "keynum", keyNumIndex: 0, firstKey: 1, step: 1 },
  };
}

/** Keys behind a keyword, searched for from `startFrom` on (from the end when negative). */
export function keyAfter(
  keyword: string,
  startFrom: number,
  flags: string,
  options: Omit<KeyRangeOptions, "at"> = {},
): KeySpec {
  const { last = 0, step = 1, limit = 0, notes } = options;
  return {
    flags: flags.split(" "),
    begin: { type: "keyword", keyword, startFrom },
    find: { type: "range", lastKey: last, step, limit },
    ...(notes === undefined ? {} : { notes }),
  };
}

/** Keys that only the command itself can find. */
export function keyUnknown(flags: string, notes?: string): KeySpec {
  return {
    flags: flags.split(" "),
    begin: { type: "unknown" },
    find: { type: "unknown" },
    ...(notes === undefined ? {} : { notes }),
  };
}

/** A key's position in the arguments, with the flags of the spec that found it. */
export interface KeyReference {
  readonly index: number;
  readonly flags: readonly string[];
}

/** The legacy (first, last, step) triple of COMMAND INFO. */
export type LegacyRange = readonly [first: number, last: number, step: number];

/**
 * The legacy triple that the specs amount to: the row of keys that begins at the lowest fixed
 * index, as far as specs continue it without a gap.
 */
export function legacyRange(specs: readonly KeySpec[]): LegacyRange {
  let first = 0;
  let last = 0;
  let step = 0;
  for (const spec of specs) {
    if (spec.begin.type !== "index" || spec.find.type !== "range") continue;
    const at = spec.begin.index;
    const end = spec.find.lastKey >= 0 ? at + spec.find.lastKey : spec.find.lastKey;
    if (first === 0) {
      [first, last, step] = [at, end, spec.find.step];
    } else if (last >= 0 && at === last + 1 && spec.find.step === 1) {
      last = end;
    }
  }
  return [first, last, step];
}

/**
 * Find the keys in a command's arguments by its specs.
 *
 * @returns null when a spec cannot be followed (a bad key count, an unknown spec)
 */
export function findKeys(
  specs: readonly KeySpec[],
  args: readonly ByteString[],
): KeyReference[] | null {
  const found: KeyReference[] = [];
  for (const spec of specs) {
    const begin = beginOf(spec.begin, args);
    if (begin === null) {
      if (spec.begin.type === "unknown") return null;
      continue;
    }
    const { find } = spec;
    let first: number;
    let last: number;
    let step: number;
    if (find.type === "range") {
      first = begin;
      step = find.step;
      if (find.lastKey >= 0) last = first + find.lastKey;
      else if (find.limit <= 1) last = args.length + find.lastKey;
      else last = first + Math.floor((args.length - first) / find.limit) + find.lastKey;
    } else if (find.type === "keynum") {
      const countAt = begin + find.keyNumIndex;
      if (countAt >= args.length) return null;
      const count = Number(args[countAt]);
      if (!/^-?[0-9]+$/.test(args[countAt]) || count < 0) return null;
      first = begin + find.firstKey;
      step = find.step;
      last = first + (count - 1) * step;
    } else {
      return null;
    }
    // Without keys here the request as a whole is taken to have none.
    if (last < first) return [];
    if (last >= args.length || first >= args.length) return null;
    for (let i = first; i <= last; i += step) found.push({ index: i, flags: spec.flags });
  }
  return found;
}

function beginOf(begin: BeginSearch, args: readonly ByteString[]): number | null {
  if (begin.type === "index") return begin.index;
  if (begin.type === "unknown") return null;
  const forwards = begin.startFrom >= 0;
  let i = forwards ? begin.startFrom : args.length + begin.startFrom;
  const end = forwards ? args.length : 0;
  for (; forwards ? i < end - 1 : i > end; i += forwards ? 1 : -1) {
    if (i >= 1 && asciiUpper(args[i]) === begin.keyword) return i + 1;
  }
  return null;
}
