/**
 * The effects of what the server removes by itself: keys and fields past their time, and evicted
 * keys.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Config } from "../config/config.ts";
import type { Database } from "../keyspace/database.ts";
import type { KeyspaceListener } from "../keyspace/listeners.ts";
import type { Journal } from "./journal.ts";

/** Journals removals. */
export class RemovalEffects implements KeyspaceListener {
  readonly #journal: Journal;
  readonly #config: Config;

  constructor(journal: Journal, config: Config) {
    this.#journal = journal;
    this.#config = config;
  }

  expired(db: Database, key: ByteString): void {
    if (!this.#journal.active) return;
    const { lazyfreeLazyExpire } = this.#config.values;
    this.#journal.append(db.index, [lazyfreeLazyExpire ? "UNLINK" : "DEL", key]);
  }

  evicted(db: Database, key: ByteString): void {
    if (!this.#journal.active) return;
    const { lazyfreeLazyEviction } = this.#config.values;
    this.#journal.append(db.index, [lazyfreeLazyEviction ? "UNLINK" : "DEL", key]);
  }

  fieldsExpired(db: Database, key: ByteString, fields: readonly ByteString[]): void {
    if (this.#journal.active) this.#journal.append(db.index, ["HDEL", key, ...fields]);
  }
}
