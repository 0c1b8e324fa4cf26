/**
 * The set value.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { EncodingLimits } from "./limits.ts";
import type { RandomSource, ScanPage } from "./sampling.ts";

const unfinished = () => new Error("unfinished");

/** What OBJECT ENCODING says of a set. */
export type SetEncoding = "intset" | "listpack" | "hashtable";

/** A set of byte strings. */
export class SetValue {
  /** An empty set of encoding intset, which grows out of it as members come. */
  constructor() {}
  /** The empty set that SADD creates before it adds `sizeHint` members, of which this is the first. */
  static create(_first: ByteString, _sizeHint: number, _limits: EncodingLimits): SetValue {
    throw unfinished();
  }
  /**
   * A bulk load; duplicates are dropped (compare `size`).
   * @param encoding the encoding that the file had, kept if the limits allow it
   */
  static from(
    _items: readonly ByteString[],
    _limits: EncodingLimits,
    _encoding?: SetEncoding,
  ): SetValue {
    throw unfinished();
  }
  get type(): "set" {
    return "set";
  }
  get encoding(): SetEncoding {
    throw unfinished();
  }
  get size(): number {
    throw unfinished();
  }
  has(_member: ByteString): boolean {
    throw unfinished();
  }
  /** @returns whether the member is new */
  add(_member: ByteString, _limits: EncodingLimits): boolean {
    throw unfinished();
  }
  /** @returns whether the member was there */
  delete(_member: ByteString): boolean {
    throw unfinished();
  }
  /** What SADD does before it adds `sizeHint` members to an existing set: maybe convert at once. */
  reserve(_sizeHint: number, _limits: EncodingLimits): void {
    throw unfinished();
  }
  /** Become an intset when all members are integers and the limits allow it (SINTERSTORE). */
  toIntset(_limits: EncodingLimits): boolean {
    throw unfinished();
  }
  /** All members: ascending (intset), in order of insertion (listpack), else in no order. */
  toArray(): ByteString[] {
    throw unfinished();
  }
  /** Call `fn` for each member until it returns false. The set must not change meanwhile. */
  forEach(_fn: (member: ByteString) => boolean | void): void {
    throw unfinished();
  }
  [Symbol.iterator](): IterableIterator<ByteString> {
    throw unfinished();
  }
  /** A member picked uniformly; undefined when empty. */
  random(_random: RandomSource): ByteString | undefined {
    throw unfinished();
  }
  /** `count` different members (or all), picked uniformly. */
  sample(_count: number, _random: RandomSource): ByteString[] {
    throw unfinished();
  }
  /** Remove and return a member picked uniformly. */
  pop(_random: RandomSource): ByteString | undefined {
    throw unfinished();
  }
  /** Remove and return `count` members (or all), picked uniformly. */
  popMany(_count: number, _random: RandomSource, _limits: EncodingLimits): ByteString[] {
    throw unfinished();
  }
  scan(_cursor: number, _count: number): ScanPage {
    throw unfinished();
  }
  clone(): SetValue {
    throw unfinished();
  }
  memoryBytes(): number {
    throw unfinished();
  }
}
