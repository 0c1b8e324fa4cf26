/**
 * What a command does with its keys, for access control: reads them, writes them, or both.
 *
 * Most commands have their keys at fixed places. For those the places are worked out once, so that
 * asking costs no allocation; for the others the keys are looked for in each request.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { KeyReference, KeySpec } from "./key_specs.ts";

/** Bits of what is done with a key. */
export const READ = 1;
export const WRITE = 2;
export const READ_WRITE = 3;

/** Keys in a row at a fixed place. */
interface FixedKeys {
  readonly first: number;
  /** Relative to the first, or, when negative, counted from the end. */
  readonly last: number;
  readonly step: number;
  readonly access: number;
}

/** Says of a key whether it may be used. */
export interface KeyJudge {
  allowsKey(key: ByteString, access: number): boolean;
}

/** Finds keys where no fixed places say it; null when they cannot be told. */
export type KeyFinder = (args: readonly ByteString[]) => KeyReference[] | null;

/** The flags of a key spec as bits. */
export function accessOf(flags: readonly string[]): number {
  let access = 0;
  for (const flag of flags) {
    if (flag === "access") access |= READ;
    else if (flag === "update" || flag === "insert" || flag === "delete") access |= WRITE;
  }
  return access;
}

/** The keys of one command. */
export class KeyAccess {
  readonly #fixed: readonly FixedKeys[] | null;
  readonly #find: KeyFinder;

  /**
   * @param specs the key specs without those that are of no key
   * @param find the command's way to find its keys
   * @param fixed whether the specs alone say where keys are
   */
  constructor(specs: readonly KeySpec[], find: KeyFinder, fixed: boolean) {
    this.#find = find;
    this.#fixed = fixed ? fixedKeys(specs) : null;
  }

  /** Whether there never is a key. */
  get isEmpty(): boolean {
    return this.#fixed !== null && this.#fixed.length === 0;
  }

  /**
   * The first key that may not be used as the command would. O(keys)
   *
   * @returns its index; 0 when there is none
   */
  firstRefused(args: readonly ByteString[], judge: KeyJudge): number {
    const fixed = this.#fixed;
    if (fixed === null) return this.#searched(args, judge);
    const count = args.length;
    // With too few arguments the request counts as one without keys.
    if (fixed.length > 1 && !fixed.every((keys) => fits(keys, count))) return 0;
    for (const keys of fixed) {
      const { first, step, access } = keys;
      const end = endOf(keys, count);
      if (end >= count) return 0;
      for (let i = first; i <= end; i += step) if (!judge.allowsKey(args[i], access)) return i;
    }
    return 0;
  }

  #searched(args: readonly ByteString[], judge: KeyJudge): number {
    for (const { index, flags } of this.#find(args) ?? []) {
      if (!judge.allowsKey(args[index], accessOf(flags))) return index;
    }
    return 0;
  }
}

function endOf({ first, last }: FixedKeys, count: number): number {
  return last >= 0 ? first + last : count + last;
}

function fits(keys: FixedKeys, count: number): boolean {
  const end = endOf(keys, count);
  return end < count && end >= keys.first;
}

/** Specs as fixed places; null when one of them is of another kind. */
function fixedKeys(specs: readonly KeySpec[]): FixedKeys[] | null {
  const fixed: FixedKeys[] = [];
  for (const { flags, begin, find } of specs) {
    if (begin.type !== "index" || find.type !== "range" || find.limit > 1) return null;
    const { lastKey: last, step } = find;
    fixed.push({ first: begin.index, last, step, access: accessOf(flags) });
  }
  return fixed;
}
