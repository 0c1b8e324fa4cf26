/**
 * The list value, in one of two forms:
 *
 * - up to 256 bytes: one packed string (`packed.ts`), copied by each edit;
 * - longer: a row of chunks (`list_chunks.ts`), each of the size that `listMaxListpackSize` allows.
 *
 * What OBJECT ENCODING says follows Redis 7.2: "listpack" until a push would break the limit of one
 * node, then "quicklist", until removals leave a single node of at most half of the limit. Short or
 * long form does not matter for that.
 *
 * | operation | cost (n elements, c chunks, k elements in a chunk) |
 * |---|---|
 * | push, pop | O(1) amortised |
 * | get | O(log c + k); O(1) near the ends |
 * | set | O(log c + k) |
 * | insertBefore, insertAfter | O(c + k) |
 * | slice | O(log c + k + elements returned) |
 * | removeRange, trim | O(c + k) |
 * | remove, indexOf, positions | O(n) |
 *
 * Methods are `private` rather than `#private`, as a `#method` costs every instance 8 bytes.
 *
 * Elements are kept as they are given: a slice of something big must be detached first. That goes
 * for elements that a list gives out, too (they may be slices of a packed chunk).
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { EncodingLimits } from "./limits.ts";
import type { ListChunk } from "./list_chunk.ts";
import { exceedsNode, ListChunks, nodeBytes, nodeCount } from "./list_chunks.ts";
import { LISTPACK_OVERHEAD } from "./listpack_size.ts";
import {
  appendPacked,
  EMPTY_PACKED,
  encodeEntry,
  entryAt,
  findAll,
  nextEntry,
  PACKED_START,
  packedCount,
  packedEntrySize,
  packItems,
  readEntry,
  splicePacked,
  stringBytes,
  unpackItems,
} from "./packed.ts";

/** Longest packed string of the short form; below the smallest node limit, 4 KB. */
const SHORT_MAX = 256;

/** A node of a list, as it is saved. */
export interface ListNode {
  readonly items: readonly ByteString[];
  /** It holds a single large element. */
  readonly plain: boolean;
}

/** How {@linkcode ListValue.positions} searches: the options of LPOS. */
export interface PositionOptions {
  /** n > 0: begin with the n-th match from the head; n < 0: with the -n-th from the tail. Default 1. */
  rank?: number;
  /** How many positions at most; 0: all. Default 1. */
  count?: number;
  /** How many elements to compare at most; 0: all. Default 0. */
  maxlen?: number;
}

/**
 * A list of byte strings. Indexes are not negative: callers resolve those that count from the tail.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defaultLimits } from "./limits.ts";
 * const limits = defaultLimits();
 * const list = ListValue.from(["b", "c"], limits);
 * list.pushLeft("a", limits);
 * assertEquals([list.get(1), list.popRight(limits), list.length], ["b", "c", 2]);
 * assertEquals([...list], ["a", "b"]);
 * ```
 */
export class ListValue {
  #store: ByteString | ListChunks = EMPTY_PACKED;

  /** An empty list. */
  constructor() {}

  /** A list of these items, as a bulk load makes it. O(n). */
  static from(items: readonly ByteString[], limits: EncodingLimits): ListValue {
    const list = new ListValue();
    const max = limits.listMaxListpackSize;
    let packed = PACKED_START;
    for (let i = 0; i < items.length && packed <= SHORT_MAX; i++) {
      packed += packedEntrySize(items[i].length);
    }
    if (packed <= SHORT_MAX && items.length <= nodeCount(max)) {
      list.#store = packItems(items);
      return list;
    }
    const chunks = new ListChunks([], true);
    for (const item of items) chunks.pushRight(item, limits);
    list.#store = chunks;
    list.relax(chunks, nodeBytes(max), nodeCount(max));
    return list;
  }

  /** Whether a packed string of this length and so many entries is a list's short form. */
  static takesPacked(length: number, count: number, limits: EncodingLimits): boolean {
    return length <= SHORT_MAX && count <= nodeCount(limits.listMaxListpackSize);
  }

  /** A list of the short form, which {@linkcode ListValue.takesPacked} must have allowed. O(1). */
  static fromPacked(packed: ByteString): ListValue {
    const list = new ListValue();
    list.#store = packed;
    return list;
  }

  /** The type's name. */
  get type(): "list" {
    return "list";
  }

  /** What OBJECT ENCODING says. */
  get encoding(): "listpack" | "quicklist" {
    const store = this.#store;
    return typeof store !== "string" && store.quick ? "quicklist" : "listpack";
  }

  /** How many elements there are. O(1). */
  get length(): number {
    return typeof this.#store === "string" ? packedCount(this.#store) : this.#store.length;
  }

  /** Take the long form. */
  private lengthen(): ListChunks {
    const store = this.#store;
    if (typeof store !== "string") return store;
    return this.#store = new ListChunks(unpackItems(store), false);
  }

  /** Whether a packed list may take this much and stay short; then no limit can be broken. */
  private staysShort(store: ByteString, length: number, max: number): boolean {
    return store.length + packedEntrySize(length) <= SHORT_MAX &&
      packedCount(store) < nodeCount(max);
  }

  /** Become a quicklist if a listpack with `count` more elements of `bytes` in all is too large. */
  private growing(chunks: ListChunks, bytes: number, count: number, max: number): void {
    if (chunks.quick) return;
    const now = chunks.length === 0 ? LISTPACK_OVERHEAD : chunks.head.listpackBytes;
    if (exceedsNode(max, now + bytes, chunks.length + count)) chunks.quick = true;
  }

  /** Become a listpack if there is one chunk of at most these bytes and elements. */
  private relax(chunks: ListChunks, bytes: number, count: number): void {
    if (!chunks.quick || chunks.chunkCount !== 1 || chunks.head.plain) return;
    if (chunks.head.listpackBytes <= bytes && chunks.length <= count) chunks.quick = false;
  }

  private shrinking(chunks: ListChunks, limits: EncodingLimits): void {
    if (!chunks.quick || chunks.chunkCount > 1) return;
    const max = limits.listMaxListpackSize;
    this.relax(chunks, nodeBytes(max) / 2, Math.floor(nodeCount(max) / 2));
  }

  /** Add at the head. */
  pushLeft(value: ByteString, limits: EncodingLimits): void {
    const store = this.#store;
    const max = limits.listMaxListpackSize;
    if (typeof store === "string" && this.staysShort(store, value.length, max)) {
      this.#store = splicePacked(store, PACKED_START, PACKED_START, encodeEntry(value), 1);
      return;
    }
    const chunks = typeof store === "string" ? this.lengthen() : store;
    this.growing(chunks, value.length, 1, max);
    chunks.pushLeft(value, limits);
  }

  /** Add at the tail. */
  pushRight(value: ByteString, limits: EncodingLimits): void {
    const store = this.#store;
    const max = limits.listMaxListpackSize;
    if (typeof store === "string" && this.staysShort(store, value.length, max)) {
      this.#store = appendPacked(store, encodeEntry(value), 1);
      return;
    }
    const chunks = typeof store === "string" ? this.lengthen() : store;
    this.growing(chunks, value.length, 1, max);
    chunks.pushRight(value, limits);
  }

  /** Add `values[from]`, `values[from + 1]`, … at the head one by one: the last ends up first. */
  pushAllLeft(values: readonly ByteString[], from: number, limits: EncodingLimits): void {
    if (values.length - from === 1) return this.pushLeft(values[from], limits);
    const max = limits.listMaxListpackSize;
    if (this.pushAllShort(values, from, max, true)) return;
    const chunks = this.lengthen();
    this.growingBy(chunks, values, from, max);
    for (let i = from; i < values.length; i++) chunks.pushLeft(values[i], limits);
  }

  /** Add `values[from]`, `values[from + 1]`, … at the tail, in order. */
  pushAllRight(values: readonly ByteString[], from: number, limits: EncodingLimits): void {
    if (values.length - from === 1) return this.pushRight(values[from], limits);
    const max = limits.listMaxListpackSize;
    if (this.pushAllShort(values, from, max, false)) return;
    const chunks = this.lengthen();
    this.growingBy(chunks, values, from, max);
    for (let i = from; i < values.length; i++) chunks.pushRight(values[i], limits);
  }

  /** Push in the short form, if the list stays in it. */
  private pushAllShort(
    values: readonly ByteString[],
    from: number,
    max: number,
    left: boolean,
  ): boolean {
    const store = this.#store;
    if (typeof store !== "string") return false;
    const count = values.length - from;
    if (packedCount(store) + count > nodeCount(max)) return false;
    let entries = "";
    for (let i = from; i < values.length; i++) {
      const entry = encodeEntry(values[i]);
      if (store.length + entries.length + entry.length > SHORT_MAX) return false;
      entries = left ? entry + entries : entries + entry;
    }
    this.#store = left
      ? splicePacked(store, PACKED_START, PACKED_START, entries, count)
      : appendPacked(store, entries, count);
    return true;
  }

  private growingBy(
    chunks: ListChunks,
    values: readonly ByteString[],
    from: number,
    max: number,
  ): void {
    if (chunks.quick) return;
    let bytes = 0;
    for (let i = from; i < values.length; i++) bytes += values[i].length;
    this.growing(chunks, bytes, values.length - from, max);
  }

  /** Remove and return the first element; undefined when the list is empty. */
  popLeft(limits: EncodingLimits): ByteString | undefined {
    const store = this.#store;
    if (this.length === 0) return undefined;
    if (typeof store === "string") {
      const value = readEntry(store, PACKED_START);
      this.#store = splicePacked(store, PACKED_START, nextEntry(store, PACKED_START), "", -1);
      return value;
    }
    const value = store.popLeft();
    this.shrinking(store, limits);
    return value;
  }

  /** Remove and return the last element; undefined when the list is empty. */
  popRight(limits: EncodingLimits): ByteString | undefined {
    const store = this.#store;
    if (this.length === 0) return undefined;
    if (typeof store === "string") {
      const at = entryAt(store, packedCount(store) - 1);
      this.#store = splicePacked(store, at, store.length, "", -1);
      return readEntry(store, at);
    }
    const value = store.popRight();
    this.shrinking(store, limits);
    return value;
  }

  /** The element at `index`; undefined when there is none. */
  get(index: number): ByteString | undefined {
    const store = this.#store;
    if (index < 0 || index >= this.length) return undefined;
    return typeof store === "string" ? readEntry(store, entryAt(store, index)) : store.get(index);
  }

  /** Replace the element at `index`. @returns false when there is none */
  set(index: number, value: ByteString, limits: EncodingLimits): boolean {
    const store = this.#store;
    if (index < 0 || index >= this.length) return false;
    if (typeof store === "string") {
      const at = entryAt(store, index);
      const end = nextEntry(store, at);
      // The element counts as one more here, as in the real server.
      const fits = packedCount(store) < nodeCount(limits.listMaxListpackSize);
      if (fits && store.length - (end - at) + packedEntrySize(value.length) <= SHORT_MAX) {
        this.#store = splicePacked(store, at, end, encodeEntry(value), 0);
        return true;
      }
    }
    const chunks = this.lengthen();
    this.growing(chunks, value.length, 1, limits.listMaxListpackSize);
    chunks.set(index, value, limits);
    this.shrinking(chunks, limits);
    return true;
  }

  /** Put `value` before the element at `index`, which must exist. */
  insertBefore(index: number, value: ByteString, limits: EncodingLimits): void {
    this.insert(index, false, value, limits);
  }

  /** Put `value` behind the element at `index`, which must exist. */
  insertAfter(index: number, value: ByteString, limits: EncodingLimits): void {
    this.insert(index, true, value, limits);
  }

  private insert(index: number, after: boolean, value: ByteString, limits: EncodingLimits): void {
    if (index < 0 || index >= this.length) throw new RangeError(`no list element ${index}`);
    const store = this.#store;
    const max = limits.listMaxListpackSize;
    if (typeof store === "string" && this.staysShort(store, value.length, max)) {
      const at = entryAt(store, after ? index + 1 : index);
      this.#store = splicePacked(store, at, at, encodeEntry(value), 1);
      return;
    }
    const chunks = this.lengthen();
    this.growing(chunks, value.length, 1, max);
    chunks.insert(index, after, value, limits);
  }

  /**
   * Remove elements equal to `value`: the first `count` when positive, the last `-count` when
   * negative, all when 0.
   *
   * @returns how many were removed
   */
  remove(count: number, value: ByteString, limits: EncodingLimits): number {
    const store = this.#store;
    const most = count === 0 ? Infinity : Math.abs(count);
    if (typeof store === "string") {
      let found = findAll(store, value);
      if (found.length === 0) return 0;
      if (found.length > most) found = count < 0 ? found.slice(-most) : found.slice(0, most);
      const gone = new Set(found);
      this.#store = packItems(unpackItems(store).filter((_, i) => !gone.has(i)));
      return found.length;
    }
    const removed = store.removeEqual(value, most, count < 0);
    if (removed > 0) this.shrinking(store, limits);
    return removed;
  }

  /** Keep the elements from `start` up to but not including `end` only. */
  trim(start: number, end: number, limits: EncodingLimits): void {
    this.removeRange(end, this.length, limits);
    this.removeRange(0, start, limits);
  }

  /**
   * Remove the elements from `start` up to but not including `end`.
   *
   * @returns how many were removed
   */
  removeRange(start: number, end: number, limits: EncodingLimits): number {
    const from = Math.max(0, start);
    const to = Math.min(this.length, end);
    if (from >= to) return 0;
    const store = this.#store;
    if (typeof store === "string") {
      this.#store = splicePacked(store, entryAt(store, from), entryAt(store, to), "", from - to);
    } else {
      store.removeRange(from, to - from);
      this.shrinking(store, limits);
    }
    return to - from;
  }

  /** The elements from `start` up to but not including `end`, in order. */
  slice(start = 0, end = this.length): ByteString[] {
    const from = Math.max(0, start);
    const to = Math.min(this.length, end);
    if (from >= to) return [];
    const store = this.#store;
    if (typeof store !== "string") return store.slice(from, to);
    const items = unpackItems(store);
    return to - from === items.length ? items : items.slice(from, to);
  }

  /** The index of the first element equal to `value` at or behind `from`; -1 without one. */
  indexOf(value: ByteString, from = 0): number {
    const store = this.#store;
    if (typeof store === "string") return findAll(store, value).find((i) => i >= from) ?? -1;
    let index = -1;
    store.forEachChunk(Math.max(0, from), false, (chunk, firstIndex) => {
      for (const offset of chunk.find(value)) {
        if (firstIndex + offset < from) continue;
        index = firstIndex + offset;
        return false;
      }
      return true;
    });
    return index;
  }

  /** The indexes of elements equal to `value`, in the order of the search (LPOS). */
  positions(value: ByteString, options: PositionOptions = {}): number[] {
    const { rank = 1, count = 1, maxlen = 0 } = options;
    const backwards = rank < 0;
    const length = this.length;
    const compared = maxlen === 0 ? length : Math.min(maxlen, length);
    const most = count === 0 ? Infinity : count;
    const out: number[] = [];
    let skip = Math.abs(rank) - 1;
    /** Take the matches of one chunk; false when the search is over. */
    const take = (found: number[], firstIndex: number): boolean => {
      if (backwards) found.reverse();
      for (const offset of found) {
        const index = firstIndex + offset;
        if ((backwards ? length - 1 - index : index) >= compared) return false;
        if (skip-- > 0) continue;
        out.push(index);
        if (out.length >= most) return false;
      }
      return true;
    };
    const store = this.#store;
    if (typeof store === "string") take(findAll(store, value), 0);
    else {
      store.forEachChunk(backwards ? length - 1 : 0, backwards, (chunk, firstIndex) => {
        const before = backwards ? length - firstIndex - chunk.count : firstIndex;
        return before < compared && take(chunk.find(value), firstIndex);
      });
    }
    return out;
  }

  /** Call `fn` for each element from `start` on until it returns false. The list must not change. */
  forEach(fn: (value: ByteString, index: number) => boolean | void, start = 0): void {
    const visit = (items: ByteString[], firstIndex: number): boolean => {
      for (let i = Math.max(0, start - firstIndex); i < items.length; i++) {
        if (fn(items[i], firstIndex + i) === false) return false;
      }
      return true;
    };
    const store = this.#store;
    if (typeof store === "string") visit(unpackItems(store), 0);
    else {
      store.forEachChunk(
        Math.max(0, start),
        false,
        (chunk, firstIndex) => visit(chunk.toArray(), firstIndex),
      );
    }
  }

  /** The same backwards, from index `start` down to 0. */
  forEachReverse(
    fn: (value: ByteString, index: number) => boolean | void,
    start = this.length - 1,
  ): void {
    const visit = (items: ByteString[], firstIndex: number): boolean => {
      for (let i = Math.min(items.length - 1, start - firstIndex); i >= 0; i--) {
        if (fn(items[i], firstIndex + i) === false) return false;
      }
      return true;
    };
    const store = this.#store;
    if (typeof store === "string") visit(unpackItems(store), 0);
    else {
      store.forEachChunk(
        Math.min(start, this.length - 1),
        true,
        (chunk, firstIndex) => visit(chunk.toArray(), firstIndex),
      );
    }
  }

  /** The elements from head to tail; the list must not change meanwhile. */
  *[Symbol.iterator](): IterableIterator<ByteString> {
    const store = this.#store;
    if (typeof store === "string") {
      yield* unpackItems(store);
      return;
    }
    const chunks: ListChunk[] = [];
    store.forEachChunk(0, false, (chunk) => chunks.push(chunk) > 0);
    for (const chunk of chunks) yield* chunk.toArray();
  }

  /** How many nodes it is saved as; one while it is short. O(1). */
  get nodeCount(): number {
    return typeof this.#store === "string" ? 1 : this.#store.chunkCount;
  }

  /** The elements node by node; the list must not change meanwhile. O(n). */
  *nodes(): Generator<ListNode> {
    const store = this.#store;
    if (typeof store === "string") {
      yield { items: unpackItems(store), plain: false };
      return;
    }
    const chunks: ListChunk[] = [];
    store.forEachChunk(0, false, (chunk) => chunks.push(chunk) > 0);
    for (const chunk of chunks) yield { items: chunk.toArray(), plain: chunk.plain };
  }

  /** A copy that shares nothing that changes. O(1) when short, else O(n). */
  clone(): ListValue {
    const copy = new ListValue();
    copy.#store = typeof this.#store === "string" ? this.#store : this.#store.clone();
    return copy;
  }

  /** Estimated bytes. O(1) (up to 32 chunks are looked at). */
  memoryBytes(): number {
    const store = this.#store;
    return 32 + (typeof store === "string" ? stringBytes(store.length) : store.memoryBytes());
  }
}
