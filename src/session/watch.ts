/**
 * Watched keys (WATCH): which clients' transactions a change makes fail.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Database } from "../keyspace/database.ts";
import type { KeyspaceListeners } from "../keyspace/listeners.ts";
import type { Client } from "./client.ts";

interface WatchedKey {
  readonly db: Database;
  readonly key: ByteString;
  /** The key was past its time when it was watched: its removal is then no change. */
  readonly wasExpired: boolean;
}

/** All watched keys of a server. */
export class WatchTable {
  #watchers = new Map<Database, Map<ByteString, Set<Client>>>();
  #watched = new Map<Client, WatchedKey[]>();
  readonly #listeners: KeyspaceListeners;

  /** @param listeners where to hear of changes, while anybody watches */
  constructor(listeners: KeyspaceListeners) {
    this.#listeners = listeners;
  }

  /** Number of clients that watch a key. */
  get clients(): number {
    return this.#watched.size;
  }

  /** Number of keys that are watched, over all databases. */
  get keys(): number {
    let sum = 0;
    for (const keys of this.#watchers.values()) sum += keys.size;
    return sum;
  }

  /** Let a client watch a key of its database. O(1). */
  watch(client: Client, key: ByteString): void {
    const { db } = client;
    let keys = this.#watchers.get(db);
    if (keys === undefined) this.#watchers.set(db, keys = new Map());
    let clients = keys.get(key);
    if (clients === undefined) keys.set(key, clients = new Set());
    if (clients.has(client)) return;
    clients.add(client);
    let list = this.#watched.get(client);
    if (list === undefined) {
      this.#watched.set(client, list = []);
      this.#listeners.set(this, true);
    }
    list.push({ db, key, wasExpired: db.isPastItsTime(key) });
    client.watching = list.length;
  }

  /** Forget all that a client watches. O(keys it watches). */
  unwatch(client: Client): void {
    const list = this.#watched.get(client);
    client.watchBroken = false;
    client.watching = 0;
    if (list === undefined) return;
    this.#watched.delete(client);
    if (this.#watched.size === 0) this.#listeners.set(this, false);
    for (const { db, key } of list) {
      const keys = this.#watchers.get(db)!;
      const clients = keys.get(key)!;
      clients.delete(client);
      if (clients.size === 0) keys.delete(key);
    }
  }

  /** A key changed. O(clients that watch it). */
  modified(db: Database, key: ByteString): void {
    const clients = this.#watchers.get(db)?.get(key);
    if (clients === undefined) return;
    for (const client of clients) {
      const watched = this.#watched.get(client)!.find((w) => w.db === db && w.key === key)!;
      if (watched.wasExpired && !db.has(key)) continue;
      client.watchBroken = true;
    }
  }

  /**
   * All keys of a database are going or changing. Only keys that are there, or will be, count.
   *
   * @param replacement the database whose contents come in (SWAPDB)
   */
  allModified(db: Database, replacement: Database | null): void {
    const keys = this.#watchers.get(db);
    if (keys === undefined) return;
    for (const [key, clients] of keys) {
      if (!db.has(key) && !(replacement?.has(key) ?? false)) continue;
      for (const client of clients) client.watchBroken = true;
    }
  }

  /** Whether a key that a client watches has come past its time since. */
  anyExpired(client: Client): boolean {
    const list = this.#watched.get(client);
    if (list === undefined) return false;
    return list.some(({ db, key, wasExpired }) => !wasExpired && db.isPastItsTime(key));
  }
}
