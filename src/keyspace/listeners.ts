/**
 * The listeners of a keyspace: what they are told, and the list of them.
 *
 * A part of the server that has nothing to do for now leaves the list, so that a change of a key
 * costs a look at an empty list in a server where nobody watches anything.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Database } from "./database.ts";

/** What a keyspace tells; a listener has the methods that it needs. */
export interface KeyspaceListener {
  /** A key was added, changed or removed: WATCH and client tracking want to know. */
  modified?(db: Database, key: ByteString): void;
  /**
   * All keys of a database are about to go (FLUSHDB), or to be exchanged for those of
   * `replacement` (SWAPDB).
   */
  allModified?(db: Database, replacement: Database | null): void;
  /** Two databases have exchanged their contents. */
  swapped?(a: Database, b: Database): void;
  /** Something happened that a client can be notified of. */
  notify?(db: Database, eventClass: number, event: string, key: ByteString): void;
  /** A key was removed because its time had come; the deletion has to be journaled. */
  expired?(db: Database, key: ByteString): void;
  /** A key was removed to free memory; the deletion has to be journaled. */
  evicted?(db: Database, key: ByteString): void;
  /** Hash fields were removed because their time had come; that has to be journaled. */
  fieldsExpired?(db: Database, key: ByteString, fields: readonly ByteString[]): void;
  /** A key came to hold something that a blocked client may wait for. */
  ready?(db: Database, key: ByteString): void;
}

/** The listeners of one keyspace; each is called in the order in which they came. */
export class KeyspaceListeners {
  /** The classes of events that `notify` is wanted for, as bits of `EventClass`. */
  notified = 0;
  #all: readonly KeyspaceListener[] = [];
  #modified: readonly KeyspaceListener[] = [];

  /** Let one listen, or listen no more. */
  set(listener: KeyspaceListener, listens: boolean): void {
    if (this.#all.includes(listener) === listens) return;
    this.#all = listens
      ? [...this.#all, listener]
      : this.#all.filter((other) => other !== listener);
    this.#modified = this.#all.filter(({ modified }) => modified !== undefined);
  }

  modified(db: Database, key: ByteString): void {
    const listeners = this.#modified;
    for (let i = 0; i < listeners.length; i++) listeners[i].modified!(db, key);
  }

  allModified(db: Database, replacement: Database | null): void {
    for (const listener of this.#all) listener.allModified?.(db, replacement);
  }

  swapped(a: Database, b: Database): void {
    for (const listener of this.#all) listener.swapped?.(a, b);
  }

  notify(db: Database, eventClass: number, event: string, key: ByteString): void {
    if ((this.notified & eventClass) === 0) return;
    for (const listener of this.#all) listener.notify?.(db, eventClass, event, key);
  }

  expired(db: Database, key: ByteString): void {
    for (const listener of this.#all) listener.expired?.(db, key);
  }

  evicted(db: Database, key: ByteString): void {
    for (const listener of this.#all) listener.evicted?.(db, key);
  }

  fieldsExpired(db: Database, key: ByteString, fields: readonly ByteString[]): void {
    for (const listener of this.#all) listener.fieldsExpired?.(db, key, fields);
  }

  ready(db: Database, key: ByteString): void {
    for (const listener of this.#all) listener.ready?.(db, key);
  }
}
