/**
 * From the records of an RDB file to the values of a keyspace.
 *
 * A key past its time is left out, as a server that owns its data does. Loading goes in slices, so
 * that clients can be answered (with `-LOADING`) meanwhile.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { keyOf } from "../../keyspace/byte_map/text.ts";
import { type KeyTable, NO_ENTRY, NO_EXPIRY } from "../../keyspace/key_table.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import type { EncodingLimits } from "../../values/limits.ts";
import type { ObjectValue } from "../../values/value.ts";
import { type KeyHead, type KeySink, RdbDecoder } from "../decode/decoder.ts";
import { duplicateKeyError } from "../error.ts";
import { RdbSource } from "./file.ts";
import type { RdbKeyRecord, RdbRecord } from "../records.ts";
import { toValue } from "./to_value.ts";

/** What a load did. */
export interface LoadResult {
  keysLoaded: number;
  /** Keys left out because their time was past. */
  keysExpired: number;
  /** The file's remarks on its writer. */
  aux: Map<ByteString, ByteString>;
  /** Source code of function libraries, kept for when functions can run. */
  functions: ByteString[];
}

/** How keys are taken in. */
export interface TakeOptions {
  /** Called once, with the remarks on the writer, when the first of the data comes. */
  onHeader?: (aux: ReadonlyMap<ByteString, ByteString>) => void;
  /** Called for keys that are left out because they hold nothing. */
  onEmptyKey?: (key: ByteString) => void;
  /** Called for keys that are left out because their time is past. */
  onExpired?: (db: number, key: ByteString) => void;
  /** Keep keys past their time: commands after the snapshot, which are still to come, need them. */
  keepExpired?: boolean;
  /** A key of the file replaces one that is there already; otherwise such a key is an error. */
  merge?: boolean;
}

/** How far a load is. */
export interface LoadProgress {
  bytesRead: number;
  totalBytes: number;
  keys: number;
}

/** How a load is watched. */
export interface LoadOptions extends TakeOptions {
  /** Called after each chunk of the file; the load waits for what it returns. */
  onProgress?: (progress: LoadProgress) => Promise<void> | void;
  /** Verify the checksum; true when absent. */
  verifyChecksum?: boolean;
  /** Ends the load before its time: it then throws the signal's reason. */
  signal?: AbortSignal;
}

/** An empty result, for a load that begins. */
export function newLoadResult(): LoadResult {
  return { keysLoaded: 0, keysExpired: 0, aux: new Map(), functions: [] };
}

/**
 * Load an RDB file into an empty keyspace. O(file size); memory beyond the data: one chunk, or the
 * largest single value.
 *
 * @throws RdbError when the file cannot be decoded; the keyspace then holds a part, and is not to
 * be served
 */
export async function loadRdbFile(
  path: string,
  keyspace: Keyspace,
  options: LoadOptions = {},
): Promise<LoadResult> {
  const result = newLoadResult();
  const loader = new KeyLoader(keyspace, result, options);
  const endPause = keyspace.pauseExpiry();
  try {
    using source = await RdbSource.open(path);
    const { totalBytes } = source;
    const decoder = new RdbDecoder({
      databases: keyspace.databases.length,
      verifyChecksum: options.verifyChecksum ?? true,
      totalBytes: source.isFile ? totalBytes : undefined,
      sink: loader,
    });
    while (!decoder.done) {
      const arrival = source.feed(decoder);
      if (arrival !== undefined) await arrival;
      options.signal?.throwIfAborted();
      for (let record = decoder.next(); record !== null; record = decoder.next()) {
        loader.record(record);
      }
      const pause = options.onProgress?.({
        bytesRead: source.bytesRead,
        totalBytes,
        keys: result.keysLoaded,
      });
      if (pause !== undefined) await pause;
    }
  } finally {
    endPause();
  }
  return result;
}

/**
 * Takes the contents of a file into a keyspace: simple keys as the decoder's sink, without records in
 * between, and all else as records.
 */
export class KeyLoader implements KeySink {
  readonly limits: EncodingLimits;
  readonly #keyspace: Keyspace;
  readonly #result: LoadResult;
  readonly #options: TakeOptions;
  readonly #merge: boolean;
  readonly #keepExpired: boolean;
  #begun = false;

  /** @param result counts the keys, and holds what is not one */
  constructor(keyspace: Keyspace, result: LoadResult, options: TakeOptions = {}) {
    this.limits = keyspace.limits;
    this.#keyspace = keyspace;
    this.#result = result;
    this.#options = options;
    this.#merge = options.merge ?? false;
    this.#keepExpired = options.keepExpired ?? false;
  }

  /**
   * Take a key. O(1)
   *
   * @throws RdbError when it is there already
   */
  take(head: KeyHead, value: ObjectValue | null): void {
    const keyspace = this.#keyspace;
    const { expireAt } = head;
    if (!this.#begun) this.#begin();
    const db = keyspace.databases[head.db];
    if (this.#merge) db.delete(keyOf(head));
    if (expireAt !== NO_EXPIRY && expireAt < this.#now) return this.#expired(head.db, keyOf(head));
    const entry = db.addRecord(head, value);
    if (entry === NO_ENTRY) throw duplicateKeyError(head.db, keyOf(head), head.offset);
    if (expireAt !== NO_EXPIRY) db.table.setExpireAt(entry, expireAt);
    if (head.idle !== null || head.freq !== null) {
      setAccess(keyspace, db.table, entry, head);
    }
    this.#result.keysLoaded++;
  }

  /**
   * Take a record. O(its size)
   *
   * @throws RdbError when its key is there already
   */
  record(record: RdbRecord): void {
    const result = this.#result;
    if (record.kind === "header") return;
    if (record.kind === "aux") {
      result.aux.set(record.key, record.value);
      return;
    }
    if (!this.#begun) this.#begin();
    if (record.kind === "key") this.#takeRecord(record);
    else if (record.kind === "emptyKey") this.#options.onEmptyKey?.(record.key);
    else if (record.kind === "function") result.functions.push(record.code);
  }

  #takeRecord(record: RdbKeyRecord): void {
    const keyspace = this.#keyspace;
    const { db: index, key, expireAt } = record;
    const now = this.#now;
    const db = keyspace.databases[index];
    if (this.#merge) db.delete(key);
    const value = expireAt !== null && expireAt < now
      ? null
      : toValue(record.value, this.limits, now);
    if (value === null) return this.#expired(index, key);
    if (db.table.find(key) !== NO_ENTRY) throw duplicateKeyError(index, key, record.offset);
    const entry = db.add(key, value);
    if (expireAt !== null) db.table.setExpireAt(entry, expireAt);
    setAccess(keyspace, db.table, entry, record);
    this.#result.keysLoaded++;
  }

  /** Keys, and fields of hashes, whose time is before this are left out. */
  get #now(): number {
    return this.#keepExpired ? 0 : this.#keyspace.clock.ms;
  }

  #expired(db: number, key: ByteString): void {
    this.#result.keysExpired++;
    this.#options.onExpired?.(db, key);
  }

  #begin(): void {
    this.#begun = true;
    this.#options.onHeader?.(this.#result.aux);
  }
}

function setAccess(
  { access }: Keyspace,
  table: KeyTable,
  entry: number,
  { idle, freq }: Pick<RdbKeyRecord, "idle" | "freq">,
): void {
  if (access.lfu) {
    if (freq !== null) table.setAccessAt(entry, access.wordOfFrequency(freq));
  } else if (idle !== null) {
    table.setAccessAt(entry, access.wordOfIdle(idle));
  }
}
