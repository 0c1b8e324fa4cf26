/**
 * From the records of an RDB file to the values of a keyspace.
 *
 * A key past its time is left out, as a server that owns its data does. Loading goes in slices, so
 * that clients can be answered (with `-LOADING`) meanwhile.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { keyOf } from "../keyspace/byte_map_text.ts";
import { type KeyTable, NO_EXPIRY, NO_SLOT } from "../keyspace/key_table.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { EncodingLimits } from "../values/limits.ts";
import type { ObjectValue } from "../values/value.ts";
import { type KeyHead, type KeySink, RdbDecoder } from "./decoder.ts";
import { duplicateKeyError } from "./error.ts";
import { RdbSource } from "./file.ts";
import type { RdbAuxRecord, RdbKeyRecord, RdbRecord } from "./records.ts";
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

/** How single records are taken in. */
export interface TakeOptions {
  /** Called for keys that are left out because they hold nothing. */
  onEmptyKey?: (key: ByteString) => void;
  /** Called for keys that are left out because their time is past. */
  onExpired?: (db: number, key: ByteString) => void;
  /** Keep keys past their time: commands behind the snapshot, which are still to come, need them. */
  keepExpired?: boolean;
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
  /** Called once the header and the remarks before the first key are read. */
  onHeader?: (aux: ReadonlyMap<ByteString, ByteString>) => void;
  /** Verify the checksum; true when absent. */
  verifyChecksum?: boolean;
  /** Ends the load before its time: it then throws the signal's reason. */
  signal?: AbortSignal;
}

/** The result of a load that has not begun. */
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
  let announced = false;
  const announce = () => {
    if (announced) return;
    announced = true;
    options.onHeader?.(result.aux);
  };
  keyspace.expiryPaused = true;
  try {
    using source = await RdbSource.open(path);
    const { totalBytes } = source;
    const decoder = new RdbDecoder({
      databases: keyspace.databases.length,
      verifyChecksum: options.verifyChecksum ?? true,
      totalBytes: source.isFile ? totalBytes : undefined,
      sink: new KeyLoader(keyspace, result, { ...options, onFirstKey: announce }),
    });
    while (!decoder.done) {
      const arrival = source.feed(decoder);
      if (arrival !== undefined) await arrival;
      options.signal?.throwIfAborted();
      for (let record = decoder.next(); record !== null; record = decoder.next()) {
        if (record.kind !== "header" && record.kind !== "aux") announce();
        takeRecord(record, keyspace, result, options);
      }
      const pause = options.onProgress?.({
        bytesRead: source.bytesRead,
        totalBytes,
        keys: result.keysLoaded,
      });
      if (pause !== undefined) await pause;
    }
  } finally {
    keyspace.expiryPaused = false;
  }
  return result;
}

/**
 * Take one record of a file in. O(its size).
 *
 * @throws RdbError when its key is there already
 */
export function takeRecord(
  record: RdbRecord,
  keyspace: Keyspace,
  result: LoadResult,
  options: TakeOptions,
): void {
  switch (record.kind) {
    case "key":
      if (loadKey(record, keyspace, options.keepExpired ?? false)) result.keysLoaded++;
      else {
        result.keysExpired++;
        options.onExpired?.(record.db, record.key);
      }
      break;
    case "emptyKey":
      options.onEmptyKey?.(record.key);
      break;
    case "aux":
      takeAux(record, result);
      break;
    case "function":
      result.functions.push(record.code);
      break;
    default:
      break;
  }
}

function takeAux(record: RdbAuxRecord, result: LoadResult): void {
  result.aux.set(record.key, record.value);
}

/** Whose keys a {@linkcode KeyLoader} takes, and what it reports. */
export interface KeyLoaderOptions extends TakeOptions {
  /** Called before the first key. */
  onFirstKey?: () => void;
  /** A key that is there already gives way to the file's; else it is an error. */
  merge?: boolean;
}

/** Takes keys out of a decoder into a keyspace, without records in between. */
export class KeyLoader implements KeySink {
  readonly limits: EncodingLimits;
  readonly #keyspace: Keyspace;
  readonly #result: LoadResult;
  readonly #options: KeyLoaderOptions;
  readonly #merge: boolean;
  readonly #keepExpired: boolean;
  #begun = false;

  /** @param result counts the keys */
  constructor(keyspace: Keyspace, result: LoadResult, options: KeyLoaderOptions) {
    this.limits = keyspace.limits;
    this.#keyspace = keyspace;
    this.#result = result;
    this.#options = options;
    this.#merge = options.merge ?? false;
    this.#keepExpired = options.keepExpired ?? false;
  }

  take(head: KeyHead, value: ObjectValue | null): void {
    const keyspace = this.#keyspace;
    const { expireAt } = head;
    if (!this.#begun) this.#begin();
    const db = keyspace.databases[head.db];
    if (this.#merge) db.delete(keyOf(head));
    if (expireAt !== NO_EXPIRY && expireAt < (this.#keepExpired ? 0 : keyspace.clock.ms)) {
      this.#result.keysExpired++;
      this.#options.onExpired?.(head.db, keyOf(head));
      return;
    }
    const slot = db.addRecord(head, value);
    if (slot === NO_SLOT) throw duplicateKeyError(head.db, keyOf(head), head.offset);
    if (expireAt !== NO_EXPIRY) db.table.setExpireAt(slot, expireAt);
    if (head.idle !== null || head.freq !== null) {
      setAccess(keyspace, db.table, slot, head);
    }
    this.#result.keysLoaded++;
  }

  #begin(): void {
    this.#begun = true;
    this.#options.onFirstKey?.();
  }
}

function setAccess(
  { access }: Keyspace,
  table: KeyTable,
  slot: number,
  { idle, freq }: Pick<RdbKeyRecord, "idle" | "freq">,
): void {
  if (access.lfu) {
    if (freq !== null) table.setAccessAt(slot, access.wordOfFrequency(freq));
  } else if (idle !== null) {
    table.setAccessAt(slot, access.wordOfIdle(idle));
  }
}

/** @returns false when the key's time is past */
function loadKey(record: RdbKeyRecord, keyspace: Keyspace, keepExpired: boolean): boolean {
  const now = keepExpired ? 0 : keyspace.clock.ms;
  if (record.expireAt !== null && record.expireAt < now) return false;
  const value = toValue(record.value, keyspace.limits, now);
  if (value === null) return false;
  const db = keyspace.databases[record.db];
  if (db.table.find(record.key) !== NO_SLOT) {
    throw duplicateKeyError(record.db, record.key, record.offset);
  }
  const slot = db.add(record.key, value);
  if (record.expireAt !== null) db.table.setExpireAt(slot, record.expireAt);
  setAccess(keyspace, db.table, slot, record);
  return true;
}
