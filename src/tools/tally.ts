/**
 * Counting what is in an RDB file, record by record. What it holds does not grow with the number of
 * keys: counters by type, encoding and database, a histogram of expiries with fixed bounds, and the
 * biggest keys, a fixed number of them.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { dataType, TYPES } from "../datatypes/mod.ts";
import type { RdbKeyRecord } from "../rdb/records.ts";
import type { TypeName } from "../values/value.ts";
import type { PlacedRecord } from "./rdb_scan.ts";

/** How much there is of a type. */
export interface TypeCount {
  keys: number;
  /** Elements; of strings, bytes. */
  elements: number;
  /** Bytes in the file: key, value and what belongs to them. */
  serialised: number;
  /** Bytes of keys and elements themselves, not packed: the least that a server has to hold. */
  content: number;
}

/** How much there is in a database. */
export interface DatabaseCount {
  keys: number;
  expires: number;
}

/** A big key. */
export interface BigKey {
  readonly db: number;
  readonly key: ByteString;
  readonly type: TypeName;
  readonly encoding: number;
  readonly elements: number;
  readonly serialised: number;
  readonly content: number;
}

/** What the biggest keys are biggest by. */
export type BigKeyOrder = "serialised" | "content" | "elements";

const DAY = 86_400_000;

/** The histogram's bounds: time left, in milliseconds, and its name. */
export const EXPIRY_BOUNDS: readonly { readonly below: number; readonly name: string }[] = [
  { below: 0, name: "past" },
  { below: 60_000, name: "under 1 minute" },
  { below: 3_600_000, name: "under 1 hour" },
  { below: DAY, name: "under 1 day" },
  { below: 7 * DAY, name: "under 1 week" },
  { below: 30 * DAY, name: "under 30 days" },
  { below: 365 * DAY, name: "under 1 year" },
  { below: Infinity, name: "1 year or more" },
];

/** Aux fields and function libraries that are kept; a file has about ten. */
const KEPT_REMARKS = 1000;

/** The `limit` biggest keys that were added, in a heap with the smallest on top. */
export class BiggestKeys {
  readonly #limit: number;
  readonly #order: BigKeyOrder;
  readonly #heap: BigKey[] = [];

  constructor(limit: number, order: BigKeyOrder) {
    this.#limit = limit;
    this.#order = order;
  }

  /** How many are held. */
  get size(): number {
    return this.#heap.length;
  }

  /** Whether a key with this count would be among them. */
  admits(count: number): boolean {
    if (this.#heap.length < this.#limit) return true;
    return this.#limit > 0 && count > this.#heap[0][this.#order];
  }

  /** Add a key, perhaps in place of the smallest. O(log limit). */
  add(key: BigKey): void {
    const heap = this.#heap;
    const order = this.#order;
    if (!this.admits(key[order])) return;
    if (heap.length < this.#limit) {
      let at = heap.push(key) - 1;
      for (let up = (at - 1) >> 1; at > 0 && heap[up][order] > key[order]; up = (at - 1) >> 1) {
        heap[at] = heap[up];
        heap[at = up] = key;
      }
      return;
    }
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down + 1 < heap.length && heap[down + 1][order] < heap[down][order]) down++;
      if (down >= heap.length || heap[down][order] >= key[order]) break;
      heap[at] = heap[down];
      at = down;
    }
    heap[at] = key;
  }

  /** From the biggest to the smallest. */
  list(): BigKey[] {
    return [...this.#heap].sort((a, b) =>
      b[this.#order] - a[this.#order] || a.db - b.db || (a.key < b.key ? -1 : 1)
    );
  }
}

/** Settings of a tally. */
export interface TallyOptions {
  /** Unix milliseconds that expiries are compared with. */
  readonly now: number;
  /** How many of the biggest keys are kept. Default 0. */
  readonly top?: number;
  readonly order?: BigKeyOrder;
}

/** The counters; see the module's comment. */
export class Tally {
  version = 0;
  keys = 0;
  expires = 0;
  /** Keys whose time is past. */
  expired = 0;
  /** Hashes with fields that expire, and those fields. */
  expiringFieldKeys = 0;
  expiringFields = 0;
  /** Collections without elements, which no server loads. */
  emptyKeys = 0;
  functionCount = 0;
  /** The database of the last key. */
  db = 0;
  /** Whether the end record came, and whether it had a checksum that was verified. */
  ended = false;
  verified = false;
  readonly types: Record<TypeName, TypeCount>;
  readonly encodings = new Map<number, number>();
  readonly databases = new Map<number, DatabaseCount>();
  readonly aux: [ByteString, ByteString][] = [];
  /** First lines of function libraries: engine and name. */
  readonly functions: ByteString[] = [];
  /** Keys by the time they have left; see {@linkcode EXPIRY_BOUNDS}. */
  readonly histogram: number[] = EXPIRY_BOUNDS.map(() => 0);
  readonly biggest: BiggestKeys;
  readonly #now: number;

  constructor(options: TallyOptions) {
    this.#now = options.now;
    this.biggest = new BiggestKeys(options.top ?? 0, options.order ?? "serialised");
    this.types = Object.fromEntries(
      TYPES.map((type) => [type, { keys: 0, elements: 0, serialised: 0, content: 0 }]),
    ) as Record<TypeName, TypeCount>;
  }

  /** Count a record. */
  take({ record, start, end }: PlacedRecord): void {
    switch (record.kind) {
      case "header":
        this.version = record.version;
        break;
      case "key":
        this.#key(record, end - start);
        break;
      case "emptyKey":
        this.emptyKeys++;
        break;
      case "selectDb":
        this.db = record.db;
        break;
      case "aux":
        if (this.aux.length < KEPT_REMARKS) this.aux.push([record.key, record.value]);
        break;
      case "function":
        this.functionCount++;
        if (this.functions.length < KEPT_REMARKS) {
          this.functions.push(record.code.split("\n", 1)[0]);
        }
        break;
      case "end":
        this.ended = true;
        this.verified = record.verified;
        break;
      default:
        break;
    }
  }

  #key(record: RdbKeyRecord, serialised: number): void {
    const { value, db, expireAt, key, valueType: encoding } = record;
    const type = value.type;
    const facts = dataType(type);
    const elements = facts.elements(value);
    const content = key.length + facts.contentBytes(value);
    const count = this.types[type];
    this.keys++;
    count.keys++;
    count.elements += elements;
    count.serialised += serialised;
    count.content += content;
    this.encodings.set(encoding, (this.encodings.get(encoding) ?? 0) + 1);
    let database = this.databases.get(db);
    if (database === undefined) this.databases.set(db, database = { keys: 0, expires: 0 });
    database.keys++;
    if (expireAt !== null) {
      database.expires++;
      this.#expiry(expireAt - this.#now);
    }
    if (value.type === "hash" && value.expires !== null) {
      this.expiringFieldKeys++;
      for (const at of value.expires) if (at !== Infinity) this.expiringFields++;
    }
    this.biggest.add({ db, key, type, encoding, elements, serialised, content });
  }

  #expiry(left: number): void {
    this.expires++;
    if (left < 0) this.expired++;
    this.histogram[EXPIRY_BOUNDS.findIndex(({ below }) => left < below)]++;
  }
}
