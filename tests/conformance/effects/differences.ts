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
};
