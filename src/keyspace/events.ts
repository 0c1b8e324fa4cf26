/**
 * Keyspace events: the classes of `notify-keyspace-events`.
 *
 * Source: https://redis.io/docs/latest/develop/use/keyspace-notifications/
 *
 * @module
 */

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
