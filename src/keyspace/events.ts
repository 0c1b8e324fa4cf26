/**
 * Keyspace events: the classes of `notify-keyspace-events`, and what a keyspace tells the rest of
 * the server through {@linkcode KeyspaceHooks}.
 *
 * Source: https://redis.io/docs/latest/develop/use/keyspace-notifications/
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Database } from "./database.ts";

/** Event classes as bits; the letter is the one in the directive. */
export const EventClass = {
  /** K: publish to `__keyspace@<db>__:<key>`. */
  KEYSPACE: 1 << 0,
  /** E: publish to `__keyevent@<db>__:<event>`. */
  KEYEVENT: 1 << 1,
  /** g */
  GENERIC: 1 << 2,
  /** $ */
  STRING: 1 << 3,
  /** l */
  LIST: 1 << 4,
  /** s */
  SET: 1 << 5,
  /** h */
  HASH: 1 << 6,
  /** z */
  ZSET: 1 << 7,
  /** x */
  EXPIRED: 1 << 8,
  /** e */
  EVICTED: 1 << 9,
  /** t */
  STREAM: 1 << 10,
  /** m: a key was asked for that is not there; not in A */
  KEY_MISS: 1 << 11,
  /** d */
  MODULE: 1 << 13,
  /** n: a new key; not in A */
  NEW: 1 << 14,
} as const;

/** What a keyspace tells the server; one object serves all its databases. */
export interface KeyspaceHooks {
  /** A key was added, changed or removed: WATCH and client tracking want to know. */
  modified(db: Database, key: ByteString): void;
  /**
   * All keys of a database are about to go (FLUSHDB), or to be exchanged for those of
   * `replacement` (SWAPDB).
   */
  allModified(db: Database, replacement: Database | null): void;
  /** Two databases have exchanged their contents. */
  swapped(a: Database, b: Database): void;
  /** Something happened that a client can be notified of. */
  notify(db: Database, eventClass: number, event: string, key: ByteString): void;
  /** A key was removed because its time had come; the deletion has to be journaled. */
  expired(db: Database, key: ByteString): void;
  /** A key was removed to free memory; the deletion has to be journaled. */
  evicted(db: Database, key: ByteString): void;
  /** Hash fields were removed because their time had come; that has to be journaled. */
  fieldsExpired(db: Database, key: ByteString, fields: readonly ByteString[]): void;
  /** A key came to hold something that a blocked client may wait for. */
  ready(db: Database, key: ByteString): void;
}

/** Hooks of a keyspace that nobody sees: what happens in it is no news. */
export const SILENT_HOOKS: KeyspaceHooks = {
  modified() {},
  allModified() {},
  swapped() {},
  notify() {},
  expired() {},
  evicted() {},
  fieldsExpired() {},
  ready() {},
};
