/**
 * Key specifications: where the keys of a command's arguments stand.
 *
 * They are declared once in the command's literal; COMMAND INFO, COMMAND GETKEYS, access control
 * and cluster routing read them. Where a specification is not enough (SORT's BY and GET, MIGRATE) a
 * command has its own `getKeys` function.
 *
 * Source: https://redis.io/docs/latest/develop/reference/key-specs/
 *
 * @module
 */

import { asciiUpper, type ByteString } from "../bytes/bytes.ts";
import { INT64_MAX, INT64_MIN, parseInteger } from "../bytes/int.ts";

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
export function keyCount(flags: string, at: number, notes?: string): KeySpec {
  return {
    flags: flags.split(" "),
    begin: { type: "index", index: at },
    find: { type: "keynum", keyNumIndex: 0, firstKey: 1, step: 1 },
    ...(notes === undefined ? {} : { notes }),
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

/** Where keys stand; `last` is before `first` when there are none. */
interface Row {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** The row that a spec means; undefined when what it begins with is not there; null when it cannot be told. */
function rowOf({ begin, find }: KeySpec, args: readonly ByteString[]): Row | null | undefined {
  const at = beginOf(begin, args);
  if (at === null) return begin.type === "unknown" ? null : undefined;
  if (find.type === "range") {
    const { lastKey, limit, step } = find;
    if (lastKey >= 0) return { first: at, last: at + lastKey, step };
    if (limit <= 1) return { first: at, last: args.length + lastKey, step };
    return { first: at, last: at + Math.floor((args.length - at) / limit) + lastKey, step };
  }
  if (find.type === "unknown") return null;
  const countAt = at + find.keyNumIndex;
  const count = countAt < args.length ? parseInteger(args[countAt]) : null;
  if (count === null || count < 0) return null;
  const first = at + find.firstKey;
  // A real server keeps 32 bits of the count.
  return { first, last: first + Number(BigInt.asIntN(32, BigInt(count))) - 1, step: find.step };
}

/**
 * Find the keys in the arguments of a command by its specs, where it may be run with few or no keys.
 *
 * @returns null when a spec cannot be followed (a bad key count, an unknown spec)
 */
export function findKeys(
  specs: readonly KeySpec[],
  args: readonly ByteString[],
): KeyReference[] | null {
  const found: KeyReference[] = [];
  for (const spec of specs) {
    const row = rowOf(spec, args);
    if (row === undefined) continue;
    if (row === null) return null;
    const { first, last, step } = row;
    // Without keys here the request as a whole is taken to have none.
    if (last < first) return [];
    if (last >= args.length) return null;
    for (let i = first; i <= last; i += step) found.push({ index: i, flags: spec.flags });
  }
  return found;
}

/**
 * Find keys as COMMAND GETKEYS does, to the letter: a spec that finds no key fails, one that is
 * incomplete does, too; a key count is then read by another rule.
 *
 * @param own the command's own function, asked when the specs fail or leave the flags open
 * @returns empty when there are none, or they cannot be told
 */
export function listKeys(
  specs: readonly KeySpec[],
  args: readonly ByteString[],
  own?: (args: readonly ByteString[]) => KeyReference[] | null,
): KeyReference[] {
  const exact = !specs.some(({ flags }) => flags.includes("variable_flags"));
  const found = exact ? findAll(specs, args) : null;
  if (found !== null) return found;
  return own === undefined ? findCounted(specs, args) : own(args) ?? [];
}

function findAll(specs: readonly KeySpec[], args: readonly ByteString[]): KeyReference[] | null {
  const found: KeyReference[] = [];
  for (const spec of specs) {
    const row = rowOf(spec, args);
    if (row === undefined) continue;
    if (row === null) return null;
    const { first, last, step } = row;
    if (last < first || last >= args.length || spec.flags.includes("incomplete")) return null;
    for (let i = first; i <= last; i += step) found.push({ index: i, flags: spec.flags });
  }
  return found;
}

/** Keys behind a count that is read as far as it has digits; the key that is stored to comes last. */
function findCounted(specs: readonly KeySpec[], args: readonly ByteString[]): KeyReference[] {
  const counted = specs.find(({ find }) => find.type === "keynum");
  if (counted?.begin.type !== "index") return [];
  const at = counted.begin.index;
  const count = BigInt(/^[ \t-\r]*([+-]?\d+)/.exec(args[at] ?? "")?.[1] ?? 0);
  const number = Number(BigInt.asIntN(32, clampInt64(count)));
  if (number < 1 || number > args.length - at - 1) return [];
  const found = Array.from({ length: number }, (_, i) => ({ index: at + 1 + i, flags: [] }));
  return specs[0] === counted ? found : [...found, { index: 1, flags: [] }];
}

function clampInt64(value: bigint): bigint {
  if (value > INT64_MAX) return INT64_MAX;
  return value < INT64_MIN ? INT64_MIN : value;
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
