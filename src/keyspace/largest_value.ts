/**
 * The largest object among all keys, found by a walk in small steps that begins anew forever.
 *
 * A hash table that grows is copied as a whole: for a moment it takes its size again. Whoever must
 * not let V8's heap run over therefore wants to know the largest one.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Database } from "./database.ts";
import { NO_SLOT } from "./key_table.ts";
import type { Keyspace } from "./keyspace.ts";

/** Looks for the largest value. */
export class LargestValue {
  readonly #keyspace: Keyspace;
  #database = 0;
  #slot = 0;
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

  /** Look at so many slots, and at the largest value again, which may have changed. */
  step(slots: number): void {
    if (this.#db !== null) this.#bytes = sizeAt(this.#db, this.#db.table.find(this.#key));
    const { databases } = this.#keyspace;
    let left = slots;
    for (let looked = 0; looked <= databases.length; looked++) {
      const db = databases[this.#database];
      const { table } = db;
      const end = Math.min(table.slotLimit, this.#slot + left);
      left -= Math.max(0, end - this.#slot);
      for (let slot = this.#slot; slot < end; slot++) {
        const bytes = table.isLive(slot) ? sizeAt(db, slot) : 0;
        if (bytes <= this.#bytes) continue;
        this.#bytes = bytes;
        this.#db = db;
        this.#key = table.keyAt(slot);
      }
      this.#slot = end;
      if (left <= 0) return;
      this.#slot = 0;
      this.#database = (this.#database + 1) % databases.length;
    }
  }
}

/** About how many bytes an object takes; 0 for a plain string, or without a slot. */
function sizeAt({ table }: Database, slot: number): number {
  if (slot === NO_SLOT || table.stringLengthAt(slot) >= 0) return 0;
  const value = table.valueAt(slot);
  return typeof value === "string" ? 0 : value.memoryBytes();
}
