/**
 * Streams where Redeno follows Redis 7.2 (or 7.4 for hash fields that expire) and the real server
 * that the cases run against, 7.0, does not: each by name, with its reason and with the stream that
 * is right. `*` stands for any word.
 *
 * @module
 */

/** One intended difference. */
export interface StreamDifference {
  why: string;
  /** What a replica must get, a command a line. */
  stream: readonly string[];
}

/** All intended differences by name. */
export const STREAMS: Record<string, StreamDifference> = {
  "nothing": { why: "HEXPIRE is new in 7.4", stream: [] },
  "hexpire": {
    why: "HEXPIRE is new in 7.4",
    stream: ["HSET h f v", "HPEXPIREAT h * FIELDS 1 f"],
  },
  "hexpire-two": {
    why: "HEXPIRE is new in 7.4",
    stream: ["HSET h f v g w", "HPEXPIREAT h * FIELDS 2 f g"],
  },
  "hexpire-nx": {
    why: "HEXPIRE is new in 7.4",
    stream: ["HSET h f v g w", "HPEXPIREAT h * NX FIELDS 2 f g"],
  },
  "hexpire-past": { why: "HEXPIRE is new in 7.4", stream: ["HSET h f v", "HDEL h f"] },
  "hexpire-past-two": {
    why: "HEXPIRE is new in 7.4",
    stream: ["HSET h f v g w", "MULTI", "HDEL h f", "HDEL h g", "EXEC"],
  },
  "hexpire-none": { why: "HEXPIRE is new in 7.4", stream: ["HSET h f v"] },
  "hpersist": {
    why: "HPERSIST is new in 7.4",
    stream: ["HSET h f v", "HPEXPIREAT h * FIELDS 1 f", "HPERSIST h FIELDS 2 f z"],
  },
  "hexpire-set": {
    why: "HEXPIRE is new in 7.4",
    stream: ["HSET h f v", "HPEXPIREAT h * FIELDS 1 f", "HSET h f w"],
  },
  "hexpire-lazy": {
    why: "fields that expire are new in 7.4; a read of many does not remove them",
    stream: ["HSET h f v g w", "HPEXPIREAT h * FIELDS 1 f"],
  },
  "hexpire-hget": {
    why: "fields that expire are new in 7.4; HGET removes the one",
    stream: ["HSET h f v g w", "HPEXPIREAT h * FIELDS 1 f", "HDEL h f"],
  },
  "bitfield-overflow": {
    why: "a real server makes the string here and tells its replicas nothing: they come apart",
    stream: ["BITFIELD k OVERFLOW FAIL INCRBY u2 0 5"],
  },
  "hexpire-float": {
    why: "fields that expire are new in 7.4",
    stream: [
      "HSET h f 1",
      "HPEXPIREAT h * FIELDS 1 f",
      "MULTI",
      "HSET h f 2",
      "HPEXPIREAT h * FIELDS 1 f",
      "EXEC",
    ],
  },
  "expired-wakes": {
    why: "since 7.2 a key past its time wakes nobody, and stays until a command comes upon it",
    stream: [
      "SELECT 1",
      "RPUSH l a",
      "PEXPIREAT l *",
      "SWAPDB 0 1",
      "SET k v",
      "SELECT 0",
      "DEL l",
    ],
  },
  "lmove-served": {
    why: "since 7.2 a served BLMOVE says its directions as they were given",
    stream: ["RPUSH l a", "LMOVE l m LEFT RIGHT"],
  },
  "lmove-served-rotating": {
    why: "since 7.2 a served BLMOVE says its directions as they were given",
    stream: ["RPUSH l a b", "LMOVE l l LEFT RIGHT"],
  },
  "lmove-served-chain": {
    why: "since 7.2 a served BLMOVE says its directions as they were given",
    stream: ["RPUSH l a", "LMOVE l m LEFT RIGHT", "LPOP m"],
  },
  "lmove-served-expired": {
    why: "since 7.2 a served BLMOVE says its directions as they were given",
    stream: [
      "RPUSH m z",
      "MULTI",
      "PEXPIREAT m *",
      "RPUSH l a",
      "EXEC",
      "MULTI",
      "DEL m",
      "LMOVE l m LEFT LEFT",
      "EXEC",
    ],
  },
  "served-first-key": {
    why: "since 7.2 a woken command looks at its keys in their order",
    stream: ["MULTI", "RPUSH l a", "PEXPIREAT l *", "RPUSH x c", "EXEC", "LPOP x"],
  },
  "spop-2": {
    why: "since 7.2 SPOP with a count leaves one SREM for many members",
    stream: ["SADD s a b c d e", "SREM s * *"],
  },
  "spop-4": {
    why: "since 7.2 SPOP with a count leaves one SREM for many members",
    stream: ["SADD s a b c d e", "SREM s * * * *"],
  },
  "spop-numbers": {
    why: "since 7.2 SPOP with a count leaves one SREM for many members",
    stream: ["SADD s 1 2 3 4", "SREM s * *"],
  },
  "spop-multi": {
    why: "since 7.2 SPOP with a count leaves one SREM for many members",
    stream: ["SADD s a b c", "MULTI", "SREM s * *", "SREM s *", "EXEC"],
  },
  "spop-unlink": {
    why: "since 7.2 SPOP of a whole set leaves UNLINK where the server frees in the background",
    stream: ["SADD s a", "UNLINK s"],
  },
  "getdel-del": {
    why: "since 7.2 GETDEL leaves DEL whatever lazyfree-lazy-user-del says",
    stream: ["SET k 1", "DEL k"],
  },
  "noack-consumer": {
    why: "since 7.2 a blocked XREADGROUP has made its consumer before",
    stream: [
      "XGROUP CREATE x g $ MKSTREAM",
      "XGROUP CREATECONSUMER x g c",
      "XADD x * f v",
      "XGROUP SETID x g * ENTRIESREAD 1",
    ],
  },
  "pxat-case": {
    why: "since 7.2 PXAT goes on as it was written",
    stream: ["SET k v pxat *"],
  },
  "pxat-get": {
    why: "since 7.2 a SET with PXAT goes on as it was written",
    stream: ["SET k v", "SET k w PXAT * GET XX"],
  },
  "pxat-get-past": {
    why: "since 7.2 a SET with PXAT goes on as it was written",
    stream: ["SET k v", "SET k w PXAT 1 GET"],
  },
  "select-several": {
    why: "since 7.2 the first SELECT of a transaction stands within it",
    stream: [
      "MULTI",
      "SELECT 3",
      "SET a 1",
      "SELECT 5",
      "SET a 1",
      "SELECT 0",
      "SET a 1",
      "EXEC",
      "SET b 1",
    ],
  },
  "select-within": {
    why: "since 7.2 the first SELECT of a transaction stands within it",
    stream: ["MULTI", "SELECT 3", "SET a 1", "SET b 1", "EXEC"],
  },
  "select-publish-several": {
    why: "since 7.2 the first SELECT of a transaction stands within it",
    stream: [
      "MULTI",
      "SELECT 3",
      "PUBLISH a b",
      "SET k v",
      "SELECT 0",
      "PUBLISH a b",
      "EXEC",
      "SET k v",
    ],
  },
  "select-publish": {
    why: "since 7.2 the first SELECT of a transaction stands within it",
    stream: ["MULTI", "SELECT 3", "PUBLISH a b", "SET k v", "EXEC"],
  },
};
