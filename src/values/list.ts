/**
 * The list value.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { EncodingLimits } from "./limits.ts";

const unfinished = () => new Error("unfinished");

/** How {@linkcode ListValue.positions} searches; the options of LPOS. */
export interface PositionOptions {
  /** 1: from the first match forwards; -1: from the last match backwards; ±n: skip n-1 matches. */
  rank?: number;
  /** How many positions at most; 0: all. Default 1. */
  count?: number;
  /** How many elements to compare at most; 0: all. Default 0. */
  maxlen?: number;
}

/** A list of byte strings. Indexes are 0-based and not negative: callers resolve negative ones. */
export class ListValue {
  /** An empty list. */
  constructor() {}
  /** A list of these items, as a bulk load makes it. */
  static from(_items: readonly ByteString[], _limits: EncodingLimits): ListValue {
    throw unfinished();
  }
  get type(): "list" {
    return "list";
  }
  get encoding(): "listpack" | "quicklist" {
    throw unfinished();
  }
  get length(): number {
    throw unfinished();
  }
  pushLeft(_value: ByteString, _limits: EncodingLimits): void {
    throw unfinished();
  }
  pushRight(_value: ByteString, _limits: EncodingLimits): void {
    throw unfinished();
  }
  /** Push `values[from]`, `values[from + 1]`, … one by one on the left (the last ends up first). */
  pushAllLeft(_values: readonly ByteString[], _from: number, _limits: EncodingLimits): void {
    throw unfinished();
  }
  pushAllRight(_values: readonly ByteString[], _from: number, _limits: EncodingLimits): void {
    throw unfinished();
  }
  popLeft(_limits: EncodingLimits): ByteString | undefined {
    throw unfinished();
  }
  popRight(_limits: EncodingLimits): ByteString | undefined {
    throw unfinished();
  }
  get(_index: number): ByteString | undefined {
    throw unfinished();
  }
  /** @returns false when there is no such index */
  set(_index: number, _value: ByteString, _limits: EncodingLimits): boolean {
    throw unfinished();
  }
  insertBefore(_index: number, _value: ByteString, _limits: EncodingLimits): void {
    throw unfinished();
  }
  insertAfter(_index: number, _value: ByteString, _limits: EncodingLimits): void {
    throw unfinished();
  }
  /** LREM: count > 0 from the head, < 0 from the tail, 0 all. @returns how many were removed */
  remove(_count: number, _value: ByteString, _limits: EncodingLimits): number {
    throw unfinished();
  }
  /** Keep [start, end) only. */
  trim(_start: number, _end: number, _limits: EncodingLimits): void {
    throw unfinished();
  }
  /** Remove [start, end). @returns how many were removed */
  removeRange(_start: number, _end: number, _limits: EncodingLimits): number {
    throw unfinished();
  }
  /** The elements [start, end), in order. */
  slice(_start = 0, _end = this.length): ByteString[] {
    throw unfinished();
  }
  /** The index of the first element equal to `value` at or after `from`, or -1. */
  indexOf(_value: ByteString, _from = 0): number {
    throw unfinished();
  }
  /** LPOS: the indexes of the elements equal to `value`. */
  positions(_value: ByteString, _options: PositionOptions = {}): number[] {
    throw unfinished();
  }
  /** Call `fn` for each element from `start` on until it returns false. The list must not change. */
  forEach(_fn: (value: ByteString, index: number) => boolean | void, _start = 0): void {
    throw unfinished();
  }
  /** The same backwards, from index `start` down to 0. */
  forEachReverse(
    _fn: (value: ByteString, index: number) => boolean | void,
    _start = this.length - 1,
  ): void {
    throw unfinished();
  }
  [Symbol.iterator](): IterableIterator<ByteString> {
    throw unfinished();
  }
  clone(): ListValue {
    throw unfinished();
  }
  memoryBytes(): number {
    throw unfinished();
  }
}
