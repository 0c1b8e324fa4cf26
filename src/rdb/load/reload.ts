/**
 * Loading a file without a pause, while everything waits: for DEBUG RELOAD.
 *
 * @module
 */

import type { Keyspace } from "../../keyspace/keyspace.ts";
import { RdbDecoder } from "../decode/decoder.ts";
import { KeyLoader, type LoadResult, newLoadResult } from "./load.ts";

const CHUNK_BYTES = 256 * 1024;

/** How to load. */
export interface ReloadOptions {
  /** A key of the file replaces one that is there already; otherwise such a key is an error. */
  readonly merge: boolean;
  readonly verifyChecksum: boolean;
}

/**
 * Load a file into a keyspace that need not be empty. O(file size).
 *
 * @throws RdbError when the file cannot be decoded; the keyspace then holds a part of it
 */
export function reloadRdbFile(
  path: string,
  keyspace: Keyspace,
  { merge, verifyChecksum }: ReloadOptions,
): LoadResult {
  using file = Deno.openSync(path, { read: true });
  const result = newLoadResult();
  const loader = new KeyLoader(keyspace, result, { merge });
  const decoder = new RdbDecoder({
    databases: keyspace.databases.length,
    verifyChecksum,
    totalBytes: file.statSync().size,
    sink: loader,
  });
  const chunk = new Uint8Array(CHUNK_BYTES);
  const endPause = keyspace.pauseExpiry();
  try {
    while (!decoder.done) {
      const count = file.readSync(chunk);
      if (count === null) decoder.end();
      else decoder.push(chunk.subarray(0, count));
      for (let record = decoder.next(); record !== null; record = decoder.next()) {
        loader.record(record);
      }
    }
  } finally {
    endPause();
  }
  return result;
}
