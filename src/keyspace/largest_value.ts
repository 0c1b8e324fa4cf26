/**
 * The largest object among all keys, found by walking over all keys in small steps, again and
 * again.
 *
 * A hash table that grows is copied as a whole: for a moment it takes its size again. The memory
 * guard, which must not let V8's heap run full, therefore has to know the largest one.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Database } from "./database.ts";
import { NO_ENTRY } from "./key_table.ts";
import type { Keyspace } from "./keyspace.ts";

/** Looks for the largest value. */
export class LargestValue {
  readonly #keyspace: Keyspace;
  #database = 0;
  #entry = 0;
  /** The largest so far, of this walk or the last. */
  #db: Database | null = null;
  #key: ByteString = "";
  #bytes = 0;

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
  }

  /** About how many bytes it takes; 0 when none was found yet. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Look at so many entries, and at the largest value again, which may have changed. */
  step(entries: number): void {
    if (this.#db !== null) this.#bytes = sizeAt(this.#db, this.#db.table.find(this.#key));
    const { databases } = this.#keyspace;
    let left = entries;
    for (let looked = 0; looked <= databases.length; looked++) {
      const db = databases[this.#database];
      const { table } = db;
      const end = Math.min(table.entryLimit, this.#entry + left);
      left -= Math.max(0, end - this.#entry);
      for (let entry = this.#entry; entry < end; entry++) {
        const bytes = table.isLive(entry) ? sizeAt(db, entry) : 0;
        if (bytes <= this.#bytes) continue;
        this.#bytes = bytes;
        this.#db = db;
        this.#key = table.keyAt(entry);
      }
      this.#entry = end;
      if (left <= 0) return;
      this.#entry = 0;
      this.#database = (this.#database + 1) % databases.length;
    }
  }
}

/** About how many bytes an object takes; 0 for a plain string, or without an entry. */
function sizeAt({ table }: Database, entry: number): number {
  if (entry === NO_ENTRY || table.stringLengthAt(entry) >= 0) return 0;
  const value = table.valueAt(entry);
  return typeof value === "string" ? 0 : value.memoryBytes();
}
