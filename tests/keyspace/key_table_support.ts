/**
 * What the tests of key tables share: a seeded PRNG, keys and values of many shapes, and a model
 * that a table is driven beside.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { StringBuffer } from "../../src/values/string_buffer.ts";
import type { ObjectValue, Value } from "../../src/values/value.ts";
import { type KeyTable, NO_ENTRY, NO_EXPIRY, PlainRecord } from "../../src/keyspace/key_table.ts";
import { toBytes } from "../../src/bytes/bytes.ts";
import { parseSmallInt } from "../../src/bytes/int.ts";
import { mulberry32 } from "../support/prng.ts";

/** Bytes in front of a record's, so that offsets matter. */
const BEFORE = 5;

/** What `insertRecord` takes for a key and a value. */
function recordOf(key: string, value: Value): [PlainRecord, ObjectValue | null] {
  const record = new PlainRecord();
  record.key = toBytes("-".repeat(BEFORE) + key + "+");
  record.keyStart = BEFORE;
  record.keyLength = key.length;
  if (typeof value !== "string") return [record, value];
  record.value = toBytes("-".repeat(BEFORE) + value + "+");
  record.valueStart = BEFORE;
  record.valueLength = value.length;
  return [record, null];
}

/** A seeded PRNG: numbers in [0, 1). */
export function seeded(seed: number): () => number {
  return mulberry32(seed).next;
}

/** An integer in [0, below). */
export function below(random: () => number, limit: number): number {
  return Math.floor(random() * limit);
}

/** Random bytes. */
export function randomBytes(random: () => number, length: number): string {
  let out = "";
  for (let i = 0; i < length; i++) out += String.fromCharCode(below(random, 256));
  return out;
}

/** An object that stands for a value that is not a plain string. */
export function objectValue(): ObjectValue {
  return { type: "list" } as unknown as ObjectValue;
}

const BASE_LENGTH = 4 << 20;
let base = "";

/** A long string of all byte values, by slicing one that was made before. */
export function longString(random: () => number, length: number): string {
  if (base === "") {
    let block = "";
    for (let i = 0; i < 4096; i++) block += String.fromCharCode((i * 7 + (i >> 8)) & 255);
    base = block.repeat(BASE_LENGTH / block.length + 1);
  }
  const start = below(random, 4096);
  return base.substring(start, start + Math.min(length, BASE_LENGTH));
}

/** A key: mostly short ones with much in common, some binary, a few long and huge. */
export function anyKey(random: () => number): string {
  const shape = random();
  const id = below(random, 60000);
  if (shape < 0.35) return "key:" + String(id).padStart(12, "0");
  if (shape < 0.6) return "k" + id;
  if (shape < 0.75) return randomBytes(random, below(random, 3));
  if (shape < 0.97) return String.fromCharCode(id & 255, id >> 8, 0, 255).repeat(1 + (id % 12));
  if (shape < 0.998) return "long:" + id + "\xff".repeat(40 + (id % 5000));
  return "huge:" + (id % 50) + "\x80".repeat(8180 + (id % 50));
}

/** A value: mostly short, some of kilobytes, a few of megabytes, some objects. */
export function anyValue(random: () => number): Value {
  const shape = random();
  if (shape < 0.2) return String(below(random, 2 ** 32) - 2 ** 31);
  if (shape < 0.75) return longString(random, below(random, 60));
  if (shape < 0.92) return "x".repeat(below(random, 300));
  if (shape < 0.97) return objectValue();
  if (shape < 0.999) return longString(random, below(random, 12000));
  if (shape < 0.9999) return longString(random, below(random, 100_000));
  return longString(random, below(random, 3 << 20));
}

interface Entry {
  key: string;
  id: number;
  value: Value;
  expireAt: number;
  access: number;
  epoch: number;
  /** Place in the list of all. */
  at: number;
}

/** The value of an entry; a large string, which may come as a view, as a string. */
export function valueOf(table: KeyTable, entry: number): Value {
  return textOf(table.valueAt(entry));
}

/** A value; a view as a string. */
export function textOf(value: Value): Value {
  return value instanceof StringBuffer && value.isView ? value.toByteString() : value;
}

/** A naive model of a table, driven beside the table itself and compared after every step. */
export class TableModel {
  readonly entries = new Map<string, Entry>();
  readonly list: Entry[] = [];
  readonly #byId = new Map<number, Entry>();
  readonly #table: KeyTable;

  constructor(table: KeyTable) {
    this.#table = table;
  }

  any(random: () => number): Entry {
    return this.list[below(random, this.list.length)];
  }

  /** SET: insert or replace. */
  put(key: string, value: Value): void {
    const found = this.#table.find(key);
    const entry = this.entries.get(key);
    if (entry === undefined) {
      assertEquals(found, NO_ENTRY);
      // Every other key comes as bytes.
      const id = this.list.length % 2 === 0
        ? this.#table.insert(key, value)
        : this.#table.insertRecord(...recordOf(key, value));
      assert(!this.#byId.has(id), "a id in use was given out");
      assert(id >= 0 && id < this.#table.entryLimit);
      const fresh = {
        key,
        id,
        value,
        expireAt: NO_EXPIRY,
        access: 0,
        epoch: 0,
        at: this.list.length,
      };
      this.entries.set(key, fresh);
      this.#byId.set(id, fresh);
      this.list.push(fresh);
      this.check(fresh);
    } else {
      assertEquals(found, entry.id);
      if (this.list.length % 8 === 0) {
        assertEquals(this.#table.insertRecord(...recordOf(key, value)), NO_ENTRY);
      }
      this.#table.setValueAt(found, value);
      entry.value = value;
      this.check(entry);
    }
  }

  delete(entry: Entry): void {
    assertEquals(this.#table.find(entry.key), entry.id);
    this.#table.deleteAt(entry.id);
    this.forget(entry);
    assertEquals(this.#table.find(entry.key), NO_ENTRY);
    assert(!this.#table.isLive(entry.id));
  }

  /** Take an entry out of the model only. */
  forget(entry: Entry): void {
    this.entries.delete(entry.key);
    this.#byId.delete(entry.id);
    const last = this.list.pop()!;
    if (last === entry) return;
    this.list[entry.at] = last;
    last.at = entry.at;
  }

  clear(): void {
    this.#table.clear();
    this.entries.clear();
    this.#byId.clear();
    this.list.length = 0;
  }

  atId(id: number): Entry {
    return this.#byId.get(id)!;
  }

  expire(entry: Entry, ms: number): void {
    this.#table.setExpireAt(entry.id, ms);
    entry.expireAt = ms;
  }

  due(now: number): Entry[] {
    return this.list.filter((entry) => entry.expireAt !== NO_EXPIRY && entry.expireAt <= now);
  }

  /** Compare one entry with the table; cheap, so no message is made when all is well. */
  check(entry: Entry): void {
    const table = this.#table;
    const { id, value } = entry;
    if (
      !table.isLive(id) || table.keyAt(id) !== entry.key || valueOf(table, id) !== value ||
      table.expireAt(id) !== entry.expireAt || table.accessAt(id) !== entry.access ||
      table.epochAt(id) !== entry.epoch ||
      table.stringLengthAt(id) !== (typeof value === "string" ? value.length : -1) ||
      !Object.is(table.intAt(id), typeof value === "string" ? parseSmallInt(value) : NaN)
    ) {
      const shown = typeof value === "string" ? value.slice(0, 40) : value;
      throw new Error(
        `id ${id}: key of ${entry.key.length} bytes, model has ${JSON.stringify(shown)}`,
      );
    }
  }

  /** Compare everything. */
  checkAll(): void {
    const table = this.#table;
    assertEquals(table.size, this.list.length);
    assertEquals(
      table.expiring,
      this.list.filter((entry) => entry.expireAt !== NO_EXPIRY).length,
    );
    let live = 0;
    for (let id = 0; id < table.entryLimit; id++) if (table.isLive(id)) live++;
    assertEquals(live, this.list.length);
    let used = 0;
    for (const entry of this.list) {
      this.check(entry);
      assertEquals(table.find(entry.key), entry.id);
      used += entry.key.length + (typeof entry.value === "string" ? entry.value.length : 0);
    }
    assertEquals(table.stats().used, used);
    assertEquals(
      table.objects,
      this.list.filter((entry) => typeof entry.value !== "string").length,
    );
  }
}

/** Pearson's statistic as standard deviations above its mean, for equal expectations. */
export function chiSquareSigmas(counts: readonly number[]): number {
  const total = counts.reduce((sum, n) => sum + n, 0);
  const expected = total / counts.length;
  const statistic = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  const freedom = counts.length - 1;
  return (statistic - freedom) / Math.sqrt(2 * freedom);
}
