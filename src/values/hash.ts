/**
 * The hash value, in one of two forms:
 *
 * - listpack: up to `hashMaxListpackEntries` fields, names and values of up to `hashMaxListpackValue`
 *   bytes, in order of insertion: one packed string (`packed.ts`, where the choice is argued with
 *   figures), or a `DenseMap` in compact mode when that would be longer than 16 KB;
 * - hashtable: a `DenseMap`, in no order. It never goes back.
 *
 * Fields may expire (Redis 7.4). A field with the expiry time `at` (unix ms) is expired when
 * `at < now`. Reads take `now` and do not see expired fields; what writes calls `expireDue` first,
 * which removes them. The times live in a `FieldExpiry` of their own, so that hashes without them pay
 * nothing. From the first expiry on a listpack is called "listpackex", and as in the real server its
 * fields stand in order of their expiry times, those without one last.
 *
 * | operation | listpack | hashtable |
 * |---|---|---|
 * | get, has, strlen | O(n) | O(1) |
 * | set, delete | O(n) | O(1) amortised |
 * | random | O(n) | O(1) |
 * | scan | everything at once | O(count) |
 * | setExpiry | O(n) | O(log expiring) |
 * | nextExpiry, expireDue | O(1), and O(n) a field | O(1), and O(log expiring) a field |
 *
 * Methods are `private` rather than `#private`, as a `#method` costs every instance 8 bytes.
 *
 * Fields and values are copied out of what they came in where they are kept. Strings that a hash
 * gives out may be slices of its packed string: detach what is to be kept elsewhere.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { DenseMap } from "./dense_map.ts";
import { FieldExpiry } from "./field_expiry.ts";
import type { EncodingLimits } from "./limits.ts";
import {
  appendPacked,
  EMPTY_PACKED,
  encodeEntry,
  entryAt,
  entryLength,
  findEntry,
  nextEntry,
  PACKED_MAX,
  PACKED_START,
  packedCount,
  packedEntrySize,
  packItems,
  readEntry,
  splicePacked,
  stringBytes,
  unpackItems,
} from "./packed.ts";
import { pickIndexes, randomIndex, scanRange } from "./sampling.ts";
import type { RandomSource, ScanPage } from "./sampling.ts";

/** What OBJECT ENCODING says of a hash. */
export type HashEncoding = "listpack" | "listpackex" | "hashtable";

/**
 * A map of byte strings to byte strings. Where `now` is left out nothing is taken for expired.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defaultLimits } from "./limits.ts";
 * const limits = defaultLimits();
 * const hash = HashValue.fromFlat(["name", "Ada", "born", "1815"], limits);
 * assertEquals(hash.get("name"), "Ada");
 * hash.setExpiry("born", 5000);
 * assertEquals(hash.fields(5001), ["name"]);
 * assertEquals(hash.expireDue(5001), ["born"]);
 * assertEquals(hash.size, 1);
 * ```
 */
export class HashValue {
  /** A packed string of field, value, field, value…, or a table. */
  #store: ByteString | DenseMap = EMPTY_PACKED;
  #expiry: FieldExpiry | null = null;

  /** An empty hash. */
  constructor() {}

  /**
   * A hash of field, value, field, value…, as a bulk load makes it. Of a field that comes twice the
   * last value counts (compare `size`). O(n).
   *
   * @param flat strings of their own, not parts of longer ones
   * @param expiries unix ms at which fields expire; names without a field are ignored
   */
  static fromFlat(
    flat: readonly ByteString[],
    limits: EncodingLimits,
    expiries?: ReadonlyMap<ByteString, number>,
  ): HashValue {
    const hash = new HashValue();
    if (expiries === undefined || expiries.size === 0) {
      hash.load(flat, limits);
      return hash;
    }
    const times = new FieldExpiry();
    const order: number[] = [];
    for (let i = 0; i < flat.length; i += 2) order.push(i);
    const timeOf = (i: number) => expiries.get(flat[i]) ?? Number.MAX_VALUE;
    order.sort((a, b) => timeOf(a) - timeOf(b));
    hash.load(order.flatMap((i) => [flat[i], flat[i + 1]]), limits);
    for (const [field, at] of expiries) if (hash.has(field)) times.set(field, at);
    hash.#expiry = times;
    return hash;
  }

  /**
   * A hash in the packed form (`packed.ts`), as it is. O(1).
   *
   * @param packed field, value, field, value…; no field twice, and within the limits of a listpack
   */
  static fromPacked(packed: ByteString): HashValue {
    const hash = new HashValue();
    hash.#store = packed;
    return hash;
  }

  private load(flat: readonly ByteString[], limits: EncodingLimits): void {
    const compact = flat.length <= 2 * limits.hashMaxListpackEntries && !hasLong(flat, 0, limits);
    let bytes = 0;
    for (const text of flat) bytes += packedEntrySize(text.length);
    if (compact && bytes <= 512) {
      for (let i = 0; i < flat.length; i += 2) this.set(flat[i], flat[i + 1], limits);
      return;
    }
    const table = new DenseMap(compact);
    for (let i = 0; i < flat.length; i += 2) table.set(flat[i], flat[i + 1], true);
    this.#store = table;
    if (compact && bytes <= PACKED_MAX) this.#store = packItems(this.toFlat());
  }

  /** The type's name. */
  get type(): "hash" {
    return "hash";
  }

  /** What OBJECT ENCODING says. */
  get encoding(): HashEncoding {
    if (typeof this.#store !== "string" && !this.#store.compact) return "hashtable";
    return this.#expiry === null ? "listpack" : "listpackex";
  }

  /** How many fields there are, with those expired but not yet removed. O(1). */
  get size(): number {
    return typeof this.#store === "string" ? packedCount(this.#store) / 2 : this.#store.size;
  }

  private expired(field: ByteString, now: number): boolean {
    const at = this.#expiry === null ? undefined : this.#expiry.get(field);
    return at !== undefined && at < now;
  }

  /** Whether some field is expired at `now`. */
  private anyExpired(now: number): boolean {
    return this.#expiry !== null && this.#expiry.next < now;
  }

  /** The field's value; undefined when there is none. */
  get(field: ByteString, now = 0): ByteString | undefined {
    if (this.#expiry !== null && this.expired(field, now)) return undefined;
    const store = this.#store;
    if (typeof store !== "string") return store.get(field);
    const at = findEntry(store, field, 2);
    return at < 0 ? undefined : readEntry(store, nextEntry(store, at));
  }

  /** Whether there is such a field. */
  has(field: ByteString, now = 0): boolean {
    if (this.#expiry !== null && this.expired(field, now)) return false;
    const store = this.#store;
    return typeof store === "string" ? findEntry(store, field, 2) >= 0 : store.has(field);
  }

  /** Length in bytes of the field's value; 0 when there is none. */
  strlen(field: ByteString, now = 0): number {
    if (this.#expiry !== null && this.expired(field, now)) return 0;
    const store = this.#store;
    if (typeof store !== "string") return store.get(field)?.length ?? 0;
    const at = findEntry(store, field, 2);
    return at < 0 ? 0 : entryLength(store, nextEntry(store, at));
  }

  /**
   * Set a field. Its expiry is dropped, as HSET does, unless `keepExpiry`, as HINCRBY has it.
   *
   * @returns whether the field is new
   */
  set(field: ByteString, value: ByteString, limits: EncodingLimits, keepExpiry = false): boolean {
    if (this.#expiry !== null && !keepExpiry) this.persist(field);
    const store = this.#store;
    if (typeof store === "string") return this.setPacked(store, field, value, limits);
    const added = store.set(field, value);
    if (
      store.compact &&
      (isLong(field, value, limits) || store.size > limits.hashMaxListpackEntries)
    ) store.compact = false;
    return added;
  }

  private setPacked(
    store: ByteString,
    field: ByteString,
    value: ByteString,
    limits: EncodingLimits,
  ): boolean {
    if (isLong(field, value, limits)) return this.convert("hashtable").set(field, value);
    const at = findEntry(store, field, 2);
    if (at >= 0) {
      const start = nextEntry(store, at);
      const end = nextEntry(store, start);
      if (store.length - (end - start) + packedEntrySize(value.length) > PACKED_MAX) {
        return this.convert("listpack").set(field, value);
      }
      this.#store = splicePacked(store, start, end, encodeEntry(value), 0);
      if (packedCount(store) / 2 > limits.hashMaxListpackEntries) this.convert("hashtable");
      return false;
    }
    if (packedCount(store) / 2 >= limits.hashMaxListpackEntries) {
      return this.convert("hashtable").set(field, value);
    }
    const size = packedEntrySize(field.length) + packedEntrySize(value.length);
    if (store.length + size > PACKED_MAX) return this.convert("listpack").set(field, value);
    this.#store = appendPacked(store, encodeEntry(field) + encodeEntry(value), 2);
    return true;
  }

  /**
   * What HSET does before it sets the pairs `flat[from]`, `flat[from + 1]`, …: become a hashtable at
   * once when they are too many or one of the strings is too long.
   */
  reserve(flat: readonly ByteString[], from: number, limits: EncodingLimits): void {
    if (this.encoding === "hashtable") return;
    const tooMany = (flat.length - from) / 2 > limits.hashMaxListpackEntries;
    if (tooMany || hasLong(flat, from, limits)) this.convert("hashtable");
  }

  /** Become a table that passes for `encoding`. */
  private convert(encoding: "listpack" | "hashtable"): DenseMap {
    let table = this.#store;
    if (typeof table === "string") {
      const flat = unpackItems(table);
      this.#store = table = new DenseMap();
      for (let i = 0; i < flat.length; i += 2) table.set(flat[i], flat[i + 1]);
    }
    table.compact = encoding === "listpack";
    return table;
  }

  /** Remove a field. @returns whether it was there */
  delete(field: ByteString): boolean {
    if (this.#expiry !== null) this.#expiry.delete(field);
    const store = this.#store;
    if (typeof store !== "string") return store.delete(field);
    const at = findEntry(store, field, 2);
    if (at < 0) return false;
    this.#store = splicePacked(store, at, nextEntry(store, nextEntry(store, at)), "", -2);
    return true;
  }

  /** field, value, field, value… O(n). */
  toFlat(now = 0): ByteString[] {
    const store = this.#store;
    if (typeof store === "string" && !this.anyExpired(now)) return unpackItems(store);
    const out: ByteString[] = [];
    this.forEach((field, value) => void out.push(field, value), now);
    return out;
  }

  /** The names of the fields. O(n). */
  fields(now = 0): ByteString[] {
    const store = this.#store;
    if (typeof store !== "string" && !this.anyExpired(now)) return store.keys.slice();
    const out: ByteString[] = [];
    this.forEach((field) => void out.push(field), now);
    return out;
  }

  /** The values. O(n). */
  values(now = 0): ByteString[] {
    const store = this.#store;
    if (typeof store !== "string" && !this.anyExpired(now)) return store.values.slice();
    const out: ByteString[] = [];
    this.forEach((_field, value) => void out.push(value), now);
    return out;
  }

  /** Call `fn` for each pair until it returns false. The hash must not change meanwhile. */
  forEach(fn: (field: ByteString, value: ByteString) => boolean | void, now = 0): void {
    const store = this.#store;
    const check = this.anyExpired(now);
    if (typeof store !== "string") {
      for (let i = 0; i < store.size; i++) {
        const field = store.keys[i];
        if (check && this.expired(field, now)) continue;
        if (fn(field, store.values[i]) === false) return;
      }
      return;
    }
    for (let at = PACKED_START; at < store.length;) {
      const field = readEntry(store, at);
      const valueAt = nextEntry(store, at);
      at = nextEntry(store, valueAt);
      if (check && this.expired(field, now)) continue;
      if (fn(field, readEntry(store, valueAt)) === false) return;
    }
  }

  /** One pair picked uniformly, as [field, value]; undefined when there is none. */
  random(random: RandomSource, now = 0): [ByteString, ByteString] | undefined {
    if (this.anyExpired(now)) {
      const flat = this.toFlat(now);
      const i = 2 * randomIndex(flat.length / 2, random);
      return flat.length === 0 ? undefined : [flat[i], flat[i + 1]];
    }
    const size = this.size;
    if (size === 0) return undefined;
    const index = randomIndex(size, random);
    const store = this.#store;
    if (typeof store !== "string") return [store.keys[index], store.values[index]];
    const at = entryAt(store, 2 * index);
    return [readEntry(store, at), readEntry(store, nextEntry(store, at))];
  }

  /** `count` different pairs, or all, every subset being as likely; flat. */
  sample(count: number, random: RandomSource, now = 0): ByteString[] {
    const store = this.#store;
    const out: ByteString[] = [];
    if (typeof store !== "string" && count < store.size && !this.anyExpired(now)) {
      for (const index of pickIndexes(store.size, count, random)) {
        out.push(store.keys[index], store.values[index]);
      }
      return out;
    }
    const flat = this.toFlat(now);
    const size = flat.length / 2;
    if (count >= size) return flat;
    for (const index of pickIndexes(size, count, random)) {
      out.push(flat[2 * index], flat[2 * index + 1]);
    }
    return out;
  }

  /**
   * One page of a scan, of about `count` pairs, flat. Every field present from the scan's beginning
   * to its end is returned at least once. Compact encodings give all at once.
   *
   * @param cursor 0 to begin, else what the page before returned
   */
  scan(cursor: number, count: number, now = 0): ScanPage {
    const store = this.#store;
    if (typeof store === "string" || store.compact) return { cursor: 0, items: this.toFlat(now) };
    const { start, end } = scanRange(store.size, cursor, count);
    const check = this.anyExpired(now);
    const items: ByteString[] = [];
    for (let i = start; i < end; i++) {
      const field = store.keys[i];
      if (!check || !this.expired(field, now)) items.push(field, store.values[i]);
    }
    return { cursor: start, items };
  }

  /** How many fields have an expiry, with those expired but not yet removed. O(1). */
  get expiringCount(): number {
    return this.#expiry === null ? 0 : this.#expiry.size;
  }

  /** Unix ms at which the first field expires; Infinity when none does. O(1) amortised. */
  get nextExpiry(): number {
    return this.#expiry === null ? Infinity : this.#expiry.next;
  }

  /** Unix ms at which the field expires; undefined when it does not, or is not there. O(1). */
  getExpiry(field: ByteString): number | undefined {
    return this.#expiry === null ? undefined : this.#expiry.get(field);
  }

  /**
   * Let a field expire at `at` (unix ms).
   *
   * @returns false when there is no such field
   */
  setExpiry(field: ByteString, at: number): boolean {
    if (!this.has(field)) return false;
    this.#expiry ??= new FieldExpiry();
    this.#expiry.set(field, at);
    this.place(field, at);
    return true;
  }

  /** Drop the field's expiry. @returns whether it had one */
  persist(field: ByteString): boolean {
    if (this.#expiry === null || !this.#expiry.delete(field)) return false;
    this.place(field, Infinity);
    return true;
  }

  /** Move a field of a listpackex to where its expiry time belongs. O(n). */
  private place(field: ByteString, at: number): void {
    const store = this.#store;
    if (typeof store === "string") {
      const start = findEntry(store, field, 2);
      const end = nextEntry(store, nextEntry(store, start));
      const rest = splicePacked(store, start, end, "", -2);
      let to = PACKED_START;
      while (to < rest.length && this.timeOf(readEntry(rest, to)) <= at) {
        to = nextEntry(rest, nextEntry(rest, to));
      }
      this.#store = splicePacked(rest, to, to, store.substring(start, end), 2);
    } else if (store.compact) {
      const value = store.get(field)!;
      store.delete(field);
      const table = new DenseMap(true);
      for (let i = 0; i < store.size; i++) {
        if (this.timeOf(store.keys[i]) > at) table.set(field, value);
        table.set(store.keys[i], store.values[i], true);
      }
      table.set(field, value);
      this.#store = table;
    }
  }

  private timeOf(field: ByteString): number {
    return this.#expiry!.get(field) ?? Infinity;
  }

  /** Remove up to `limit` fields that are expired at `now`, earliest first, and return them. */
  expireDue(now: number, limit = Infinity): ByteString[] {
    const out: ByteString[] = [];
    if (this.#expiry === null) return out;
    while (out.length < limit) {
      const field = this.#expiry.takeDue(now);
      if (field === undefined) break;
      this.delete(field);
      out.push(field);
    }
    return out;
  }

  /** A copy that shares nothing that changes. O(1) when packed, else O(n). */
  clone(): HashValue {
    const copy = new HashValue();
    copy.#store = typeof this.#store === "string" ? this.#store : this.#store.clone();
    copy.#expiry = this.#expiry === null ? null : this.#expiry.clone();
    return copy;
  }

  /** Estimated bytes. O(1). */
  memoryBytes(): number {
    const store = this.#store;
    return 40 + (typeof store === "string" ? stringBytes(store.length) : store.memoryBytes()) +
      (this.#expiry === null ? 0 : this.#expiry.memoryBytes());
  }
}

function isLong(field: ByteString, value: ByteString, limits: EncodingLimits): boolean {
  const most = limits.hashMaxListpackValue;
  return field.length > most || value.length > most;
}

function hasLong(flat: readonly ByteString[], from: number, limits: EncodingLimits): boolean {
  const most = limits.hashMaxListpackValue;
  for (let i = from; i < flat.length; i++) if (flat[i].length > most) return true;
  return false;
}
