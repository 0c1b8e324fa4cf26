/**
 * What a snapshot that is being taken while clients go on has to be told before a change happens.
 *
 * @module
 */

import type { KeyTable } from "./key_table.ts";

/** A snapshot that is being taken. */
export interface SnapshotHook {
  /** What a live entry holds, or when it expires, is about to change, or to go. */
  beforeChange(table: KeyTable, entry: number): void;
  /** An entry has got a key that was not there before. */
  added(table: KeyTable, entry: number): void;
}
