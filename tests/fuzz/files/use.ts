/**
 * Using what came out of a damaged file: whatever was taken must be a whole value, which every
 * command can read and change, and which is the same after it was saved in any way.
 *
 * @module
 */

import "../../../src/datatypes/mod.ts";
import { assertEquals } from "@std/assert";
import { CommandBaseWriter } from "../../../src/aof/base_writer.ts";
import { type ByteString, fromBytes } from "../../../src/bytes/bytes.ts";
import { NO_EXPIRY } from "../../../src/keyspace/key_table.ts";
import { BytesReply } from "../../../src/resp/reply.ts";
import { HashValue } from "../../../src/values/hash.ts";
import { type TypeName, typeName } from "../../../src/values/value.ts";
import { ZSetValue } from "../../../src/values/zset.ts";
import type { CanonicalContent } from "../../rdb/canonical.ts";
import { keyspaceContent } from "../../rdb/keyspace_content.ts";
import type { Prng } from "../../support/prng.ts";
import { AOF_NAME } from "./corpus.ts";
import { Fault, Subject } from "./subject.ts";

/** Keys that commands are run over, of all that were loaded. */
const KEYS = 6;
/** Larger values are not compared piece by piece. */
const COMPARED_BYTES = 20_000;

const ANY_KEY = `
  TYPE $k
  PTTL $k
  PEXPIRETIME $k
  OBJECT ENCODING $k
  OBJECT IDLETIME $k
  MEMORY USAGE $k SAMPLES 0
  DEBUG OBJECT $k
  SORT $k BY nosort ALPHA
  COPY $k copy:$k REPLACE`;

/** `$k` is the key, `$a` something that the value may hold, `$x` something that it does not. */
const READS: Record<TypeName, string> = {
  string: `
    GET $k
    STRLEN $k
    GETRANGE $k 1 -2
    BITCOUNT $k
    BITPOS $k 1
    GETBIT $k 7
    BITFIELD_RO $k GET u8 0
    PFCOUNT $k`,
  list: `
    LLEN $k
    LRANGE $k 0 -1
    LINDEX $k -1
    LPOS $k $a COUNT 0
    SORT_RO $k ALPHA LIMIT 0 5`,
  set: `
    SCARD $k
    SMEMBERS $k
    SISMEMBER $k $a
    SRANDMEMBER $k -3
    SSCAN $k 0 COUNT 100
    SINTER $k $k
    SUNION $k $k
    SORT $k ALPHA`,
  hash: `
    HLEN $k
    HGETALL $k
    HGET $k $a
    HSTRLEN $k $a
    HRANDFIELD $k -3 WITHVALUES
    HSCAN $k 0 COUNT 100
    HPEXPIRETIME $k FIELDS 1 $a
    HTTL $k FIELDS 1 $a`,
  zset: `
    ZCARD $k
    ZRANGE $k 0 -1 WITHSCORES
    ZRANGEBYSCORE $k -inf (5 WITHSCORES
    ZREVRANGEBYLEX $k + - LIMIT 0 5
    ZRANK $k $a WITHSCORE
    ZSCORE $k $a
    ZCOUNT $k -inf +inf
    ZSCAN $k 0 COUNT 100
    ZRANDMEMBER $k -3 WITHSCORES
    ZUNION 2 $k $k WITHSCORES
    GEOPOS $k $a
    GEOSEARCH $k FROMLONLAT 13 38 BYRADIUS 500 km ASC`,
  stream: `
    XLEN $k
    XRANGE $k - +
    XREVRANGE $k + - COUNT 3
    XREAD STREAMS $k 0
    XINFO STREAM $k
    XINFO STREAM $k FULL COUNT 0
    XINFO GROUPS $k
    XINFO CONSUMERS $k group
    XPENDING $k group
    XPENDING $k group IDLE 0 - + 100`,
};

const WRITES: Record<TypeName, string> = {
  string: `
    APPEND $k tail
    SETRANGE $k 3 xyz
    SETBIT $k 77 1
    INCR $k
    INCRBYFLOAT $k 1.5
    PFADD $k $x
    PFMERGE $k $k
    BITFIELD $k INCRBY i16 3 77
    GETEX $k PERSIST`,
  list: `
    RPUSH $k $x
    LPUSH $k $x
    LINSERT $k BEFORE $a inserted
    LSET $k -1 last
    LREM $k 0 $a
    LMOVE $k $k LEFT RIGHT
    LPOP $k 2
    LTRIM $k 1 -2`,
  set: `
    SADD $k $x 70001
    SREM $k $a
    SMOVE $k other:$k $x
    SPOP $k 2
    SUNIONSTORE union:$k $k $k
    SADD $k 9223372036854775807`,
  hash: `
    HSET $k $x value
    HSET $k $a changed
    HINCRBY $k n 5
    HINCRBYFLOAT $k n 0.5
    HPEXPIRE $k 100000 FIELDS 1 $x
    HPERSIST $k FIELDS 1 $a
    HDEL $k $a`,
  zset: `
    ZADD $k 2.5 $x
    ZADD $k GT CH 1e9 $a
    ZINCRBY $k 1 $a
    ZPOPMIN $k 1
    ZREM $k $a
    ZREMRANGEBYRANK $k 1 2
    ZUNIONSTORE union:$k 2 $k $k
    ZPOPMAX $k`,
  stream: `
    XADD $k * f v
    XADD $k NOMKSTREAM MAXLEN ~ 1000 * other 1
    XGROUP CREATE $k new 0
    XREADGROUP GROUP group alice STREAMS $k 0
    XREADGROUP GROUP group alice COUNT 2 STREAMS $k >
    XREADGROUP GROUP new carol COUNT 2 STREAMS $k >
    XAUTOCLAIM $k group carol 0 0 COUNT 5
    XCLAIM $k group carol 0 $a FORCE
    XACK $k group $a
    XDEL $k $a
    XGROUP SETID $k group $
    XGROUP DELCONSUMER $k group bob
    XTRIM $k MAXLEN 2
    XSETID $k 18446744073709551615-18446744073709551615
    XADD $k * f v
    XGROUP DESTROY $k group`,
};

function lines(text: string): string[][] {
  return text.trim().split("\n").map((line) => line.trim().split(" "));
}

const READ_LINES = new Map(
  Object.entries(READS).map(([type, text]) => [type, lines(ANY_KEY + text)]),
);
const WRITE_LINES = new Map(Object.entries(WRITES).map(([type, text]) => [type, lines(text)]));

interface LoadedKey {
  readonly db: number;
  readonly key: ByteString;
  readonly type: TypeName;
  /** Something that is in it, as far as a word can say. */
  readonly member: ByteString;
}

function someKeys(subject: Subject, random: Prng): LoadedKey[] {
  const keys: LoadedKey[] = [];
  for (const { index, table } of subject.parts.keyspace.databases) {
    for (let id = 0; id < table.entryLimit; id++) {
      if (!table.isLive(id)) continue;
      const value = table.valueAt(id);
      keys.push({ db: index, key: table.keyAt(id), type: typeName(value), member: "a" });
    }
  }
  for (let i = 0; i < KEYS && i < keys.length; i++) {
    const at = i + random.int(keys.length - i);
    [keys[i], keys[at]] = [keys[at], keys[i]];
  }
  return keys.slice(0, KEYS).map((key) => ({ ...key, member: memberOf(subject, key) }));
}

function memberOf(subject: Subject, { db, key }: LoadedKey): ByteString {
  const value = subject.parts.keyspace.databases[db].peek(key);
  if (value === undefined || typeof value === "string") return "a";
  switch (value.type) {
    case "set":
      return value.toArray()[0];
    case "list":
      return [...value][0];
    case "zset":
      return value.at(0).member;
    case "hash": {
      let first: ByteString | undefined;
      value.forEach((field) => void (first ??= field));
      return first ?? "a";
    }
    case "stream":
      return value.length === 0 ? "5-1" : `${value.firstId.ms}-${value.firstId.seq}`;
    default:
      return "a";
  }
}

function runAll(subject: Subject, key: LoadedKey, commands: readonly string[][]): void {
  subject.must("SELECT", `${key.db}`);
  for (const words of commands) {
    subject.run(...words.map((word) => {
      if (!word.includes("$")) return word;
      if (word === "$a") return key.member;
      return word === "$x" ? "\x01new" : word.replace("$k", () => key.key);
    }));
  }
}

/** Idle times are not there in files of this kind. */
function content(subject: Subject): CanonicalContent["dbs"] {
  const dbs = keyspaceContent(subject.parts.keyspace);
  for (const key of Object.values(dbs).flat()) {
    delete key.idle_s;
    delete key.freq;
  }
  return dbs;
}

/** It is the same after it was saved and loaded again. */
function checkSaving(subject: Subject, whole: boolean): void {
  const digest = subject.digest();
  const before = whole ? content(subject) : null;
  subject.must("DEBUG", "RELOAD");
  if (subject.digest() !== digest) throw new Fault("another digest after DEBUG RELOAD");
  if (before !== null) assertEquals(content(subject), before);
}

function hasNegativeZero({ parts }: Subject): boolean {
  for (const { table } of parts.keyspace.databases) {
    for (let id = 0; id < table.entryLimit; id++) {
      const value = table.isLive(id) ? table.valueAt(id) : "";
      if (!(value instanceof ZSetValue)) continue;
      for (const cursor = value.cursor(); cursor.next();) {
        if (Object.is(cursor.score, -0)) return true;
      }
    }
  }
  return false;
}

function hasPast({ parts }: Subject): boolean {
  const now = parts.clock.ms;
  for (const { table } of parts.keyspace.databases) {
    for (let id = 0; id < table.entryLimit; id++) {
      if (!table.isLive(id)) continue;
      const at = table.expireAt(id);
      if (at !== NO_EXPIRY && at < now) return true;
      const value = table.valueAt(id);
      if (value instanceof HashValue && value.nextExpiry < now) return true;
    }
  }
  return false;
}

/** It is the same after a rewrite into commands was loaded. */
function checkRewriting(subject: Subject, dir: string): void {
  const writer = new CommandBaseWriter([], null);
  for (const { index, table } of subject.parts.keyspace.databases) {
    for (let id = 0; id < table.entryLimit; id++) {
      if (table.isLive(id)) writer.key(index, table, id);
    }
  }
  const other = new Subject(dir);
  other.replay([
    { name: `${AOF_NAME}.manifest`, bytes: `file ${AOF_NAME}.1.base.aof seq 1 type b\n` },
    { name: `${AOF_NAME}.1.base.aof`, bytes: fromBytes(writer.take()) },
  ]);
  if (subject.digest() === other.digest()) return;
  // A small sorted set has no -0, and every one is small at first: as with a real server.
  if (!hasNegativeZero(subject)) throw new Fault("another digest after a rewrite");
}

/** DUMP and RESTORE give the same value. */
function checkDumping(subject: Subject, { db, key }: LoadedKey): void {
  subject.must("SELECT", `${db}`);
  const payload = subject.must("DUMP", key);
  if (payload === null) return;
  if (!(payload instanceof BytesReply)) throw new Fault("DUMP replies with no string");
  subject.must("RESTORE", "restored", "0", fromBytes(payload.bytes), "REPLACE");
  subject.must("PERSIST", key);
  const digests = subject.must("DEBUG", "DIGEST-VALUE", key, "restored") as { text: string }[];
  if (digests[0].text !== digests[1].text) throw new Fault("another digest after DUMP and RESTORE");
  subject.must("DEL", "restored");
}

/**
 * Use what was loaded.
 *
 * @param bytes size of what it was loaded from
 * @throws Fault or an assertion
 */
export function use(subject: Subject, dir: string, bytes: number, random: Prng): void {
  const small = bytes < COMPARED_BYTES;
  // An append-only file leaves what is past its time for others to find; a save then leaves it out.
  if (hasPast(subject)) subject.must("DEBUG", "RELOAD");
  const keys = someKeys(subject, random);
  for (const key of keys) runAll(subject, key, READ_LINES.get(key.type)!);
  // Copies say nothing more.
  for (const { db, key } of keys) {
    subject.must("SELECT", `${db}`);
    subject.must("DEL", `copy:${key}`);
  }
  if (random.int(small ? 2 : 8) === 0) checkSaving(subject, small);
  if (random.int(small ? 2 : 8) === 0) checkRewriting(subject, dir);
  for (const key of keys) checkDumping(subject, key);
  for (const key of keys) runAll(subject, key, WRITE_LINES.get(key.type)!);
  if (random.int(small ? 3 : 8) === 0) checkSaving(subject, small);
  else subject.digest();
  if (random.int(small ? 4 : 16) === 0) checkRewriting(subject, dir);
}
