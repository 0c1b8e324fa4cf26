/**
 * From the records of an RDB file to the values of a keyspace.
 *
 * A key past its time is left out, as a server that owns its data does. Loading goes in slices, so
 * that clients can be answered (with `-LOADING`) meanwhile.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import { NO_SLOT } from "../keyspace/key_table.ts";
import { duplicateKeyError } from "./error.ts";
import { readRdbFile } from "./file.ts";
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
  keyspace.expiryPaused = true;
  try {
    const batches = readRdbFile(path, {
      databases: keyspace.databases.length,
      verifyChecksum: options.verifyChecksum ?? true,
    });
    for await (const { records, bytesRead, totalBytes } of batches) {
      options.signal?.throwIfAborted();
      for (const record of records) {
        if (!announced && record.kind !== "header" && record.kind !== "aux") {
          announced = true;
          options.onHeader?.(result.aux);
        }
        takeRecord(record, keyspace, result, options);
      }
      await options.onProgress?.({ bytesRead, totalBytes, keys: result.keysLoaded });
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
  const { access } = keyspace;
  if (access.lfu) {
    if (record.freq !== null) db.table.setAccessAt(slot, access.wordOfFrequency(record.freq));
  } else if (record.idle !== null) {
    db.table.setAccessAt(slot, access.wordOfIdle(record.idle));
  }
  return true;
}
