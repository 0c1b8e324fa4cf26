/**
 * The set value, in one of three forms:
 *
 * - intset: integers only, up to `setMaxIntsetEntries`: a sorted packed string (`intset.ts`);
 * - listpack: up to `setMaxListpackEntries` members of up to `setMaxListpackValue` bytes, in order of
 *   insertion: one packed string (`packed.ts`), or a `DenseSet` in compact mode when that would be
 *   longer than 16 KB;
 * - hashtable: a `DenseSet`, in no order.
 *
 * Conversions happen where Redis 7.2 has them, and never lead back except where it goes back
 * (`toIntset`, `popMany`). An intset ends at 8192 members at the latest.
 *
 * | operation | intset | listpack | hashtable |
 * |---|---|---|---|
 * | has | O(log n) | O(n) | O(1) |
 * | add, delete | O(n) copy | O(n) | O(1) amortised |
 * | random, pop | O(1), O(n) | O(n) | O(1) |
 * | scan | everything at once | everything at once | O(count) |
 *
 * Methods are `private` rather than `#private`, as a `#method` costs every instance 8 bytes.
 *
 * Members are copied out of what they came in where they are kept, unless they are said to be
 * `owned`. Members that a set gives out may be slices of its packed string: detach what is to be
 * kept elsewhere.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { DenseSet } from "./dense_map.ts";
import {
  EMPTY_INTSET,
  INTSET_MAX,
  intsetAdd,
  intsetAt,
  intsetFind,
  intsetFrom,
  intsetItems,
  intsetRemoveAt,
  toInt64,
} from "./intset.ts";
import type { Int64 } from "./intset.ts";
import type { EncodingLimits } from "./limits.ts";
import {
  appendPacked,
  EMPTY_PACKED,
  encodeEntry,
  entryAt,
  findEntry,
  nextEntry,
  PACKED_MAX,
  packedCount,
  packedEntrySize,
  packedKind,
  packItems,
  readEntry,
  splicePacked,
  stringBytes,
  unpackItems,
} from "./packed.ts";
import { pickIndexes, randomIndex, scanRange } from "./sampling.ts";
import type { RandomSource, ScanPage } from "./sampling.ts";

/** What OBJECT ENCODING says of a set. */
export type SetEncoding = "intset" | "listpack" | "hashtable";

/**
 * A set of byte strings.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defaultLimits } from "./limits.ts";
 * const limits = defaultLimits();
 * const set = SetValue.from(["30", "4"], limits);
 * assertEquals([set.encoding, set.toArray()], ["intset", ["4", "30"]]);
 * assertEquals([set.add("x", limits), set.add("x", limits), set.encoding], [true, false, "listpack"]);
 * ```
 */
export class SetValue {
  /** A packed string, whose kind tells intset from listpack, or a table. */
  #store: ByteString | DenseSet = EMPTY_INTSET;

  /** An empty set of encoding intset, which grows out of it as members come. */
  constructor() {}

  /**
   * The empty set that SADD makes before it adds `sizeHint` members, the first of which decides the
   * encoding to start with.
   */
  static create(first: ByteString, sizeHint: number, limits: EncodingLimits): SetValue {
    const set = new SetValue();
    if (sizeHint <= intsetLimit(limits) && toInt64(first) !== null) return set;
    set.#store = sizeHint <= limits.setMaxListpackEntries ? EMPTY_PACKED : new DenseSet();
    return set;
  }

  /**
   * A set of these members, as a bulk load makes it; duplicates are dropped (compare `size`). O(n).
   *
   * @param items strings of their own, not parts of longer ones
   * @param encoding the encoding that the members were saved in, which is kept if the limits allow it
   */
  static from(
    items: readonly ByteString[],
    limits: EncodingLimits,
    encoding?: SetEncoding,
  ): SetValue {
    const set = new SetValue();
    if (encoding === "listpack") {
      set.#store = items.length <= limits.setMaxListpackEntries ? EMPTY_PACKED : new DenseSet();
    } else if (encoding === "hashtable" || items.length > intsetLimit(limits)) {
      set.#store = new DenseSet();
    } else {
      const values: Int64[] = [];
      for (const item of items) {
        const value = toInt64(item);
        if (value === null) break;
        values.push(value);
      }
      if (values.length === items.length) {
        set.#store = intsetFrom(values);
        return set;
      }
    }
    for (const item of items) set.add(item, limits, true);
    return set;
  }

  /**
   * A set in the packed form (`packed.ts`, or with a kind `intset.ts`), as it is. O(1).
   *
   * @param packed no member twice, and within the limits of its encoding
   */
  static fromPacked(packed: ByteString): SetValue {
    const set = new SetValue();
    set.#store = packed;
    return set;
  }

  /** The type's name. */
  get type(): "set" {
    return "set";
  }

  /** What OBJECT ENCODING says. */
  get encoding(): SetEncoding {
    const store = this.#store;
    if (typeof store === "string") return packedKind(store) === 0 ? "listpack" : "intset";
    return store.compact ? "listpack" : "hashtable";
  }

  /** How many members there are. O(1). */
  get size(): number {
    return typeof this.#store === "string" ? packedCount(this.#store) : this.#store.size;
  }

  /** Whether `member` is in the set. */
  has(member: ByteString): boolean {
    const store = this.#store;
    if (typeof store !== "string") return store.has(member);
    if (packedKind(store) === 0) return findEntry(store, member, 1) >= 0;
    const value = toInt64(member);
    return value !== null && intsetFind(store, value) >= 0;
  }

  /**
   * Add a member.
   *
   * @param owned whether it is no part of a longer string, and need not be copied to be kept
   * @returns whether it is new
   */
  add(member: ByteString, limits: EncodingLimits, owned = false): boolean {
    const store = this.#store;
    if (typeof store !== "string") {
      if (!store.compact) return store.add(member, owned);
      if (store.has(member)) return false;
      if (!fitsListpack(store.size, member, limits)) store.compact = false;
      return store.add(member, owned);
    }
    if (packedKind(store) !== 0) return this.addToIntset(store, member, limits);
    if (findEntry(store, member, 1) >= 0) return false;
    if (!fitsListpack(packedCount(store), member, limits)) this.convert("hashtable").add(member);
    else if (store.length + packedEntrySize(member.length) > PACKED_MAX) {
      this.convert("listpack").add(member);
    } else this.#store = appendPacked(store, encodeEntry(member), 1);
    return true;
  }

  private addToIntset(store: ByteString, member: ByteString, limits: EncodingLimits): boolean {
    const value = toInt64(member);
    const size = packedCount(store);
    if (value !== null) {
      const added = intsetAdd(store, value);
      if (added === store) return false;
      this.#store = added;
      if (size + 1 > intsetLimit(limits)) this.convert("hashtable");
      return true;
    }
    const longest = size === 0
      ? 0
      : Math.max(intsetAt(store, 0).length, intsetAt(store, size - 1).length);
    if (longest > limits.setMaxListpackValue || !fitsListpack(size, member, limits)) {
      this.convert("hashtable").add(member);
      return true;
    }
    const packed = packItems(intsetItems(store));
    if (packed.length + packedEntrySize(member.length) > PACKED_MAX) {
      this.convert("listpack").add(member);
    } else this.#store = appendPacked(packed, encodeEntry(member), 1);
    return true;
  }

  /** Become a table that passes for `encoding`. */
  private convert(encoding: "listpack" | "hashtable"): DenseSet {
    const table = new DenseSet(encoding === "listpack");
    for (const member of this.toArray()) table.add(member);
    this.#store = table;
    return table;
  }

  /** Remove a member. @returns whether it was there */
  delete(member: ByteString): boolean {
    const store = this.#store;
    if (typeof store !== "string") return store.delete(member);
    if (packedKind(store) === 0) {
      const at = findEntry(store, member, 1);
      if (at < 0) return false;
      this.#store = splicePacked(store, at, nextEntry(store, at), "", -1);
      return true;
    }
    const value = toInt64(member);
    const index = value === null ? -1 : intsetFind(store, value);
    if (index < 0) return false;
    this.#store = intsetRemoveAt(store, index);
    return true;
  }

  /**
   * What SADD does before it adds `sizeHint` members to an existing set: become a hashtable at once
   * when that many would not fit.
   */
  reserve(sizeHint: number, limits: EncodingLimits): void {
    const encoding = this.encoding;
    if (encoding === "hashtable") return;
    const most = encoding === "intset" ? limits.setMaxIntsetEntries : limits.setMaxListpackEntries;
    if (sizeHint > most) this.convert("hashtable");
  }

  /**
   * Become an intset when all members are integers and few enough (what SINTERSTORE does). O(n).
   *
   * @returns whether the set is an intset now
   */
  toIntset(limits: EncodingLimits): boolean {
    if (this.encoding === "intset") return true;
    if (this.size > intsetLimit(limits)) return false;
    const values: Int64[] = [];
    for (const member of this.toArray()) {
      const value = toInt64(member);
      if (value === null) return false;
      values.push(value);
    }
    this.#store = intsetFrom(values);
    return true;
  }

  /** All members: ascending (intset), in order of insertion (listpack), else in no order. */
  toArray(): ByteString[] {
    const store = this.#store;
    if (typeof store !== "string") return store.keys.slice();
    return packedKind(store) === 0 ? unpackItems(store) : intsetItems(store);
  }

  /** Call `fn` for each member until it returns false. The set must not change meanwhile. */
  forEach(fn: (member: ByteString) => boolean | void): void {
    const store = this.#store;
    if (typeof store !== "string") {
      for (let i = 0; i < store.size; i++) if (fn(store.keys[i]) === false) return;
      return;
    }
    for (const member of this.toArray()) if (fn(member) === false) return;
  }

  /** The members, as `toArray` orders them; the set must not change meanwhile. */
  *[Symbol.iterator](): IterableIterator<ByteString> {
    const store = this.#store;
    if (typeof store === "string") yield* this.toArray();
    else for (let i = 0; i < store.size; i++) yield store.keys[i];
  }

  private at(index: number): ByteString {
    const store = this.#store;
    if (typeof store !== "string") return store.keys[index];
    return packedKind(store) === 0
      ? readEntry(store, entryAt(store, index))
      : intsetAt(store, index);
  }

  private deleteAt(index: number): ByteString {
    const store = this.#store;
    if (typeof store !== "string") return store.deleteAt(index);
    const member = this.at(index);
    if (packedKind(store) === 0) {
      const at = entryAt(store, index);
      this.#store = splicePacked(store, at, nextEntry(store, at), "", -1);
    } else this.#store = intsetRemoveAt(store, index);
    return member;
  }

  /** A member picked uniformly; undefined when the set is empty. */
  random(random: RandomSource): ByteString | undefined {
    const size = this.size;
    return size === 0 ? undefined : this.at(randomIndex(size, random));
  }

  /** `count` different members, or all, every subset being as likely. */
  sample(count: number, random: RandomSource): ByteString[] {
    if (count >= this.size) return this.toArray();
    const picks = pickIndexes(this.size, count, random);
    const store = this.#store;
    if (typeof store !== "string") return picks.map((index) => store.keys[index]);
    const members = this.toArray();
    return picks.map((index) => members[index]);
  }

  /** Remove and return a member picked uniformly; undefined when the set is empty. */
  pop(random: RandomSource): ByteString | undefined {
    const size = this.size;
    return size === 0 ? undefined : this.deleteAt(randomIndex(size, random));
  }

  /**
   * Remove and return `count` members, or all, picked uniformly. When at most a fifth as many remain
   * as go, they become a new set, which may have a more compact encoding (as SPOP has it).
   */
  popMany(count: number, random: RandomSource, limits: EncodingLimits): ByteString[] {
    const size = this.size;
    const remaining = size - count;
    const store = this.#store;
    if (remaining <= 0) {
      const all = this.toArray();
      this.#store = EMPTY_INTSET;
      return all;
    }
    if (typeof store !== "string" && remaining * 5 > count) {
      const out: ByteString[] = [];
      for (let n = size; n > remaining; n--) out.push(store.deleteAt(randomIndex(n, random)));
      return out;
    }
    const members = this.toArray();
    const leaving = pickIndexes(size, count, random).sort((a, b) => a - b);
    const stay: ByteString[] = [];
    const out: ByteString[] = [];
    for (let i = 0; i < size; i++) {
      if (leaving[out.length] === i) out.push(members[i]);
      else stay.push(members[i]);
    }
    if (this.encoding === "intset") this.#store = intsetFrom(stay.map((text) => toInt64(text)!));
    else {
      this.#store = EMPTY_PACKED;
      for (const member of stay) this.add(member, limits, true);
    }
    return out;
  }

  /**
   * One page of a scan, of about `count` members. Every member present from the scan's beginning to
   * its end is returned at least once. Compact encodings give all at once.
   *
   * @param cursor 0 to begin, else what the page before returned
   */
  scan(cursor: number, count: number): ScanPage {
    const store = this.#store;
    if (typeof store === "string" || store.compact) return { cursor: 0, items: this.toArray() };
    const { start, end } = scanRange(store.size, cursor, count);
    return { cursor: start, items: store.keys.slice(start, end) };
  }

  /** A copy that shares nothing that changes. O(1) when packed, else O(n). */
  clone(): SetValue {
    const copy = new SetValue();
    copy.#store = typeof this.#store === "string" ? this.#store : this.#store.clone();
    return copy;
  }

  /** Estimated bytes. O(1). */
  memoryBytes(): number {
    const store = this.#store;
    return 32 + (typeof store === "string" ? stringBytes(store.length) : store.memoryBytes());
  }
}

function intsetLimit(limits: EncodingLimits): number {
  return Math.min(limits.setMaxIntsetEntries, INTSET_MAX);
}

/** Whether a listpack of `size` members may take one more. */
function fitsListpack(size: number, member: ByteString, limits: EncodingLimits): boolean {
  return size < limits.setMaxListpackEntries && member.length <= limits.setMaxListpackValue;
}
