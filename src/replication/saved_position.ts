/**
 * What an RDB file says about where its data stand in a replication history.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { parseInteger } from "../bytes/int.ts";
import type { SavedPosition } from "../persistence/needs.ts";

/** The database that the stream has selected where the data stand; 0 when it does not say. */
export function readStreamDb(aux: ReadonlyMap<ByteString, ByteString>, databases: number): number {
  const db = Number(parseInteger(aux.get("repl-stream-db") ?? "") ?? 0);
  return db >= 0 && db < databases ? db : 0;
}

/**
 * The position that a file's remarks name.
 *
 * @param databases how many there are
 * @returns null when they name none
 */
export function readSavedPosition(
  aux: ReadonlyMap<ByteString, ByteString>,
  databases: number,
): SavedPosition | null {
  const id = aux.get("repl-id");
  const offset = parseInteger(aux.get("repl-offset") ?? "");
  if (id?.length !== 40 || offset === null || offset < 0 || offset > Number.MAX_SAFE_INTEGER) {
    return null;
  }
  return { id, position: Number(offset), db: readStreamDb(aux, databases) };
}
