/**
 * The hash value.
 *
 * A field with an expiry time `at` (unix ms) is expired when `at < now`. Reads take `now` and do not
 * see expired fields; writers call `expireDue` first, which removes them.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { EncodingLimits } from "./limits.ts";
import type { RandomSource, ScanPage } from "./sampling.ts";

const unfinished = () => new Error("unfinished");

/** What OBJECT ENCODING says of a hash. */
export type HashEncoding = "listpack" | "listpackex" | "hashtable";

/** A map of byte strings to byte strings. `now` defaults to "nothing is expired". */
export class HashValue {
  /** An empty hash. */
  constructor() {}
  /** A bulk load of field, value, field, value…; a later duplicate wins (compare `size`). */
  static fromFlat(
    _flat: readonly ByteString[],
    _limits: EncodingLimits,
    _expiries?: ReadonlyMap<ByteString, number>,
  ): HashValue {
    throw unfinished();
  }
  get type(): "hash" {
    return "hash";
  }
  get encoding(): HashEncoding {
    throw unfinished();
  }
  /** Fields, with those expired but not yet removed. O(1). */
  get size(): number {
    throw unfinished();
  }
  get(_field: ByteString, _now = 0): ByteString | undefined {
    throw unfinished();
  }
  has(_field: ByteString, _now = 0): boolean {
    throw unfinished();
  }
  /** Length of the field's value in bytes; 0 when there is none. */
  strlen(_field: ByteString, _now = 0): number {
    throw unfinished();
  }
  /** Set a field and drop its expiry (unless `keepExpiry`). @returns whether the field is new */
  set(
    _field: ByteString,
    _value: ByteString,
    _limits: EncodingLimits,
    _keepExpiry = false,
  ): boolean {
    throw unfinished();
  }
  /** What HSET does before it sets the pairs `flat[from]`, …: maybe convert at once. */
  reserve(_flat: readonly ByteString[], _from: number, _limits: EncodingLimits): void {
    throw unfinished();
  }
  /** @returns whether the field was there */
  delete(_field: ByteString): boolean {
    throw unfinished();
  }
  /** field, value, field, value… */
  toFlat(_now = 0): ByteString[] {
    throw unfinished();
  }
  fields(_now = 0): ByteString[] {
    throw unfinished();
  }
  values(_now = 0): ByteString[] {
    throw unfinished();
  }
  /** Call `fn` for each pair until it returns false. The hash must not change meanwhile. */
  forEach(_fn: (field: ByteString, value: ByteString) => boolean | void, _now = 0): void {
    throw unfinished();
  }
  /** One pair picked uniformly as [field, value]; undefined when there is none. */
  random(_random: RandomSource, _now = 0): [ByteString, ByteString] | undefined {
    throw unfinished();
  }
  /** `count` different pairs (or all), picked uniformly, flat. */
  sample(_count: number, _random: RandomSource, _now = 0): ByteString[] {
    throw unfinished();
  }
  /** A page of pairs, flat. */
  scan(_cursor: number, _count: number, _now = 0): ScanPage {
    throw unfinished();
  }
  /** Fields that have an expiry. O(1). */
  get expiringCount(): number {
    throw unfinished();
  }
  /** Unix ms at which the first field expires; Infinity when none does. O(1) amortised. */
  get nextExpiry(): number {
    throw unfinished();
  }
  /** Unix ms at which the field expires; undefined when it does not or is absent. */
  getExpiry(_field: ByteString): number | undefined {
    throw unfinished();
  }
  /** @returns false when there is no such field */
  setExpiry(_field: ByteString, _at: number): boolean {
    throw unfinished();
  }
  /** Drop the field's expiry. @returns whether it had one */
  persist(_field: ByteString): boolean {
    throw unfinished();
  }
  /** Remove up to `limit` fields that are expired at `now`, and return them. O(log n) a field. */
  expireDue(_now: number, _limit = Infinity): ByteString[] {
    throw unfinished();
  }
  clone(): HashValue {
    throw unfinished();
  }
  memoryBytes(): number {
    throw unfinished();
  }
}
