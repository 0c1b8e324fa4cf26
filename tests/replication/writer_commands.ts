/**
 * Seeded commands that write every type in every way that the replication stream must carry: as they
 * are, rewritten (what is relative or random), with effects of their own (expiry, blocked clients),
 * in several databases and in transactions.
 *
 * They are commands of Redis 7.0, so that a server of that version can stand at either end. Keys carry
 * their type in front (`l:3`), so that few commands meet a wrong type.
 *
 * Left out is what a real server itself keeps from its replicas: a history that is read again with
 * XREADGROUP counts deliveries, and BITFIELD makes a key before it fails. Nor are distances stored:
 * each server computes them anew, and the last bit depends on its library of mathematics.
 *
 * @module
 */

import { mulberry32, type Prng } from "../support/prng.ts";

/** A command with its arguments. */
export type Args = string[];

/** Databases that are written. */
export const DATABASES = 4;

const KEYS = 24;
/** A list of 3 elements, as DUMP of 7.0 writes it. */
const DUMPED = "\x12\x01\x02\x10\x10\0\0\0\x03\0\x01\x01\x02\x01\x83abc\x04\xff\n\0" +
  "\xc54\xae\r\xdc#\xb9\xee";

/** An endless sequence of commands; the same seed gives the same one. */
export class Commands {
  readonly #random: Prng;
  /** Ids of stream entries only grow. */
  #lastId = 1;
  readonly #kinds: readonly (() => Args)[];

  constructor(seed: number) {
    this.#random = mulberry32(seed);
    const weighted: [number, () => Args][] = [
      [16, () => this.#string()],
      [8, () => this.#number()],
      [6, () => this.#bits()],
      [16, () => this.#list()],
      [12, () => this.#set()],
      [12, () => this.#hash()],
      [16, () => this.#sortedSet()],
      [18, () => this.#stream()],
      [4, () => this.#hyperLogLog()],
      [4, () => this.#geo()],
      [14, () => this.#expiry()],
      [10, () => this.#generic()],
      [4, () => this.#forBlocked()],
      [2, () => this.#publish()],
    ];
    this.#kinds = weighted.flatMap(([weight, kind]) => Array<() => Args>(weight).fill(kind));
  }

  /** The next commands, which belong together. */
  next(): Args[] {
    const dice = this.#random.int(1000);
    if (dice < 40) return [["SELECT", `${this.#random.int(DATABASES)}`]];
    if (dice < 44) return [this.#swap()];
    if (dice < 45) return [[this.#random.int(4) === 0 ? "FLUSHALL" : "FLUSHDB"]];
    if (dice < 100) return this.#transaction();
    if (dice < 125) return this.#blocking();
    return [this.#random.pick(this.#kinds)()];
  }

  #transaction(): Args[] {
    const body = Array.from(
      { length: this.#random.int(6) },
      () => this.#random.pick(this.#kinds)(),
    );
    if (this.#chance(5)) body.push(["SELECT", `${this.#random.int(DATABASES)}`]);
    if (this.#chance(5)) body.push(this.#random.pick(this.#kinds)());
    return [["MULTI"], ...body, [this.#chance(10) ? "DISCARD" : "EXEC"]];
  }

  /** A command that may block, after what keeps it from blocking. */
  #blocking(): Args[] {
    const { pick } = this.#random;
    const [l, z, x] = [this.#key("l"), this.#key("z"), this.#key("x")];
    const side = () => pick(["LEFT", "RIGHT"]);
    const least = () => pick(["MIN", "MAX"]);
    const reader = ["GROUP", `g${this.#random.int(2)}`, "c0", "BLOCK", "1", "STREAMS", x, ">"];
    const [push, command] = pick<() => [Args, Args]>([
      () => [["RPUSH", l, ...this.#words(3)], [pick(["BLPOP", "BRPOP"]), this.#key("l"), l, "0"]],
      () => [["RPUSH", l, ...this.#words(3)], ["BLMOVE", l, this.#key("l"), side(), side(), "0"]],
      () => [["RPUSH", l, ...this.#words(3)], ["BLMPOP", "0", "1", l, side(), "COUNT", "2"]],
      () => [["ZADD", z, "1", this.#word()], [`BZPOP${least()}`, this.#key("z"), z, "0"]],
      () => [["ZADD", z, "2", this.#word()], ["BZMPOP", "0", "1", z, least()]],
      () => [["XADD", x, `${++this.#lastId}-0`, "a", "b"], ["XREADGROUP", ...reader]],
    ])();
    return [push, command];
  }

  #swap(): Args {
    return ["SWAPDB", `${this.#random.int(DATABASES)}`, `${this.#random.int(DATABASES)}`];
  }

  /** True once in `n` times. */
  #chance(n: number): boolean {
    return this.#random.int(n) === 0;
  }

  #key(type: string): string {
    // A few keys are used much, so that collections grow and values change their encoding.
    const index = this.#random.int(3) === 0 ? this.#random.int(3) : this.#random.int(KEYS);
    return `${type}:${index}`;
  }

  #word(): string {
    return `w${this.#random.int(300)}`;
  }

  #words(most: number): string[] {
    return Array.from({ length: 1 + this.#random.int(most) }, () => this.#word());
  }

  #integer(): string {
    return `${this.#random.int(200) - 60}`;
  }

  #float(): string {
    return `${(this.#random.int(20_000) - 6000) / 64}`;
  }

  /** A value: a word, a number, bytes of all kinds, now and then a large one. */
  #value(): string {
    const { int } = this.#random;
    switch (int(8)) {
      case 0:
        return `${int(2 ** 31)}`;
      case 1:
        return String.fromCharCode(...Array.from({ length: int(40) }, () => int(256)));
      case 2:
        return "";
      case 3:
        return int(10) === 0 ? this.#word().repeat(int(1500)) : this.#word().repeat(int(30));
      default:
        return this.#word();
    }
  }

  #string(): Args {
    const { pick, int } = this.#random;
    const key = this.#key("s");
    return pick<() => Args>([
      () => ["SET", key, this.#value()],
      () => ["SET", key, this.#value(), "EX", "5000"],
      () => ["SET", key, this.#value(), "PX", `${1 + int(100)}`],
      () => ["SET", key, this.#value(), "KEEPTTL"],
      () => ["SET", key, this.#value(), pick(["NX", "XX"]), "GET"],
      () => ["SETEX", key, pick(["1", "9000"]), this.#value()],
      () => ["PSETEX", key, `${1 + int(200)}`, this.#value()],
      () => ["SETNX", key, this.#value()],
      () => ["MSET", key, this.#value(), this.#key("s"), this.#value()],
      () => ["MSETNX", key, this.#value(), this.#key("s"), this.#value()],
      () => ["APPEND", key, this.#value()],
      () => ["SETRANGE", key, `${int(300)}`, this.#value()],
      () => ["GETSET", key, this.#value()],
      () => ["GETDEL", key],
      () => ["GETEX", key, "PX", `${1 + int(200)}`],
      () => ["GETEX", key, "EX", "7000"],
      () => ["GETEX", key, "PERSIST"],
      () => ["GETEX", key, "PXAT", "1000"],
    ])();
  }

  #number(): Args {
    const { pick } = this.#random;
    const key = this.#key("n");
    return pick<() => Args>([
      () => ["INCR", key],
      () => ["DECR", key],
      () => ["INCRBY", key, this.#integer()],
      () => ["DECRBY", key, this.#integer()],
      () => ["INCRBYFLOAT", this.#key("f"), this.#float()],
      () => ["INCRBYFLOAT", this.#key("f"), pick(["0.1", "3e-5", "-1.7e3"])],
    ])();
  }

  #bits(): Args {
    const { pick, int } = this.#random;
    const key = this.#key("b");
    return pick<() => Args>([
      () => ["SETBIT", key, `${int(4000)}`, `${int(2)}`],
      () => ["BITFIELD", key, "SET", "u8", `#${int(60)}`, this.#integer()],
      () => [
        "BITFIELD",
        key,
        "OVERFLOW",
        // FAIL makes a real server create keys that it tells nobody of.
        pick(["WRAP", "SAT"]),
        "INCRBY",
        `i${1 + int(64)}`,
        `${int(500)}`,
        this.#integer(),
      ],
      () => ["BITOP", pick(["AND", "OR", "XOR"]), key, this.#key("b"), this.#key("b")],
      () => ["BITOP", "NOT", key, this.#key("b")],
    ])();
  }

  #list(): Args {
    const { pick, int } = this.#random;
    const key = this.#key("l");
    const side = () => pick(["LEFT", "RIGHT"]);
    const values = () => Array.from({ length: 1 + int(6) }, () => this.#value());
    return pick<() => Args>([
      () => ["RPUSH", key, ...values()],
      () => ["LPUSH", key, ...values()],
      () => ["RPUSH", key, ...this.#words(40)],
      () => [pick(["RPUSHX", "LPUSHX"]), key, this.#word()],
      () => [pick(["LPOP", "RPOP"]), key],
      () => [pick(["LPOP", "RPOP"]), key, `${int(12)}`],
      () => ["LINSERT", key, pick(["BEFORE", "AFTER"]), this.#word(), this.#value()],
      () => ["LSET", key, `${int(8) - 4}`, this.#value()],
      () => ["LREM", key, `${int(5) - 2}`, this.#word()],
      () => ["LTRIM", key, `${int(4)}`, `${10 + int(200)}`],
      () => ["LMOVE", key, this.#key("l"), side(), side()],
      () => ["RPOPLPUSH", key, this.#key("l")],
      () => ["LMPOP", "2", key, this.#key("l"), side(), "COUNT", `${1 + int(4)}`],
    ])();
  }

  #set(): Args {
    const { pick, int } = this.#random;
    const key = this.#key("t");
    const numbers = () => Array.from({ length: 1 + int(8) }, () => this.#integer());
    return pick<() => Args>([
      () => ["SADD", key, ...this.#words(8)],
      () => ["SADD", key, ...numbers()],
      () => ["SADD", this.#key("ti"), ...numbers()],
      () => ["SREM", key, ...this.#words(6)],
      () => ["SPOP", key],
      () => ["SPOP", this.#key("ti"), `${int(6)}`],
      () => ["SPOP", key, `${int(40)}`],
      () => ["SMOVE", key, this.#key("t"), this.#word()],
      () => [pick(["SINTERSTORE", "SDIFFSTORE"]), key, this.#key("t"), this.#key("t")],
      () => ["SUNIONSTORE", key, this.#key("t"), this.#key("ti")],
    ])();
  }

  #hash(): Args {
    const { pick, int } = this.#random;
    const key = this.#key("h");
    const pairs = () => this.#words(5).flatMap((field) => [field, this.#value()]);
    return pick<() => Args>([
      () => ["HSET", key, ...pairs()],
      () => ["HSET", key, ...pairs()],
      () => ["HMSET", key, ...pairs()],
      () => ["HSETNX", key, this.#word(), this.#value()],
      () => ["HDEL", key, ...this.#words(5)],
      () => ["HINCRBY", key, `n${int(5)}`, this.#integer()],
      () => ["HINCRBYFLOAT", key, `f${int(5)}`, this.#float()],
      () => ["HINCRBYFLOAT", key, `f${int(5)}`, pick(["0.1", "1e-4", "12.3"])],
    ])();
  }

  #sortedSet(): Args {
    const { pick, int } = this.#random;
    const key = this.#key("z");
    const score = () => int(30) === 0 ? pick(["inf", "-inf"]) : this.#float();
    const pairs = () => this.#words(6).flatMap((member) => [score(), member]);
    const store = () => [key, "2", this.#key("z"), this.#key("z")];
    return pick<() => Args>([
      () => ["ZADD", key, ...pairs()],
      () => ["ZADD", key, ...pairs()],
      () => ["ZADD", key, pick(["NX", "XX", "GT", "LT"]), "CH", ...pairs()],
      () => ["ZADD", key, "INCR", this.#float(), this.#word()],
      () => ["ZADD", key, "0.1", this.#word(), "3e-7", this.#word()],
      () => ["ZINCRBY", key, pick(["0.1", "2.5", "-3.3"]), this.#word()],
      () => ["ZREM", key, ...this.#words(6)],
      () => [pick(["ZPOPMIN", "ZPOPMAX"]), key, `${int(5)}`],
      () => ["ZMPOP", "2", key, this.#key("z"), pick(["MIN", "MAX"]), "COUNT", "2"],
      () => ["ZREMRANGEBYRANK", key, `${int(4)}`, `${4 + int(4)}`],
      () => ["ZREMRANGEBYSCORE", key, "(0", `${int(20)}`],
      () => ["ZREMRANGEBYLEX", this.#key("zx"), "[w1", "(w2"],
      () => ["ZADD", this.#key("zx"), ...this.#words(9).flatMap((member) => ["0", member])],
      () => ["ZUNIONSTORE", ...store(), "WEIGHTS", "0.5", "2", "AGGREGATE", "MAX"],
      () => ["ZINTERSTORE", ...store()],
      () => ["ZDIFFSTORE", ...store()],
      () => ["ZRANGESTORE", key, this.#key("z"), `${int(3)}`, `${10 + int(150)}`],
    ])();
  }

  /** An id of an entry that may be there. */
  #someId(): string {
    return `${Math.max(1, this.#lastId - this.#random.int(400))}-0`;
  }

  #stream(): Args {
    const { pick, int } = this.#random;
    const key = this.#key("x");
    const group = `g${int(2)}`;
    const consumer = `c${int(3)}`;
    const fields = () => this.#words(3).flatMap((field) => [field, this.#value()]);
    const id = () => `${++this.#lastId}-0`;
    return pick<() => Args>([
      () => ["XADD", key, id(), ...fields()],
      () => ["XADD", key, id(), "a", this.#word(), "b", this.#word()],
      () => ["XADD", key, id(), "a", this.#word(), "b", this.#word()],
      () => ["XADD", key, "MAXLEN", "~", `${50 + int(100)}`, id(), ...fields()],
      () => ["XADD", key, "MINID", "=", this.#someId(), id(), ...fields()],
      () => ["XADD", key, "NOMKSTREAM", id(), ...fields()],
      () => ["XADD", this.#key("xa"), "MAXLEN", "=", "90", "*", ...fields()],
      () => ["XDEL", key, this.#someId(), this.#someId()],
      () => ["XTRIM", key, "MAXLEN", pick(["=", "~"]), `${20 + int(200)}`],
      () => ["XTRIM", key, "MINID", "~", this.#someId(), "LIMIT", "1000"],
      () => ["XGROUP", "CREATE", key, group, pick(["0", "$", this.#someId()]), "MKSTREAM"],
      () => ["XGROUP", "CREATE", key, group, "0", "ENTRIESREAD", `${int(9)}`],
      () => ["XGROUP", "SETID", key, group, this.#someId()],
      () => ["XGROUP", "CREATECONSUMER", key, group, consumer],
      () => ["XGROUP", "DELCONSUMER", key, group, `c${int(6)}`],
      () =>
        this.#chance(4) ? ["XGROUP", "DESTROY", key, group] : ["XACK", key, group, this.#someId()],
      () => ["XREADGROUP", "GROUP", group, consumer, "COUNT", "5", "STREAMS", key, ">"],
      () => ["XREADGROUP", "GROUP", group, consumer, "COUNT", "9", "STREAMS", key, ">"],
      () => ["XREADGROUP", "GROUP", group, consumer, "NOACK", "COUNT", "2", "STREAMS", key, ">"],
      () => ["XACK", key, group, this.#someId(), this.#someId(), this.#someId()],
      () => ["XCLAIM", key, group, consumer, "0", this.#someId(), this.#someId()],
      () => ["XCLAIM", key, group, consumer, "0", this.#someId(), "FORCE", "RETRYCOUNT", "7"],
      () => ["XCLAIM", key, group, consumer, "0", this.#someId(), "JUSTID", "IDLE", "1000"],
      () => ["XAUTOCLAIM", key, group, consumer, "0", this.#someId(), "COUNT", "3"],
      () => ["XSETID", key, id(), "ENTRIESADDED", "2000", "MAXDELETEDID", "1-0"],
    ])();
  }

  #hyperLogLog(): Args {
    const key = this.#key("p");
    return this.#random.pick<() => Args>([
      () => ["PFADD", key, ...this.#words(30)],
      () => ["PFADD", key, `${this.#random.int(1e6)}`, `${this.#random.int(1e6)}`],
      () => ["PFMERGE", key, this.#key("p"), this.#key("p")],
      () => ["PFCOUNT", key],
    ])();
  }

  #geo(): Args {
    const { pick, int } = this.#random;
    const key = this.#key("g");
    const place = () => [`${int(3000) / 100 - 5}`, `${int(3000) / 100 + 30}`, this.#word()];
    const center = ["FROMLONLAT", "10", "45", "BYRADIUS", "1500", "km", "ASC"];
    return pick<() => Args>([
      () => ["GEOADD", key, ...place(), ...place(), ...place()],
      () => ["GEOADD", key, "NX", ...place()],
      () => ["GEOSEARCHSTORE", this.#key("g"), key, ...center, "COUNT", "50"],
      () => ["GEORADIUS", key, "10", "45", "900", "km", "STORE", this.#key("g")],
    ])();
  }

  #anyKey(): string {
    return this.#key(this.#random.pick(["s", "n", "b", "l", "t", "h", "z", "x", "p", "g"]));
  }

  #expiry(): Args {
    const { pick, int } = this.#random;
    const key = this.#anyKey();
    const soon = `${1 + int(200)}`;
    const inAYear = `${4_000_000_000 + int(10_000)}`;
    return pick<() => Args>([
      () => ["PEXPIRE", key, soon],
      () => ["PEXPIRE", key, soon, pick(["NX", "XX", "GT", "LT"])],
      () => ["EXPIRE", key, "1"],
      () => ["EXPIRE", key, `${1000 + int(100_000)}`],
      () => ["EXPIRE", key, `${1000 + int(100_000)}`, pick(["NX", "XX", "GT", "LT"])],
      () => ["EXPIRE", key, "-1"],
      () => ["EXPIREAT", key, inAYear],
      () => ["PEXPIREAT", key, `${inAYear}123`],
      () => ["PEXPIREAT", key, "1000"],
      () => ["PERSIST", key],
    ])();
  }

  #generic(): Args {
    const { pick, int } = this.#random;
    const type = pick(["s", "l", "t", "h", "z", "x", "p", "g"]);
    const key = this.#key(type);
    const db = `${int(DATABASES)}`;
    return pick<() => Args>([
      () => ["RENAME", key, this.#key(type)],
      () => ["RENAMENX", key, this.#key(type)],
      () => ["COPY", key, this.#key(type), "REPLACE"],
      () => ["COPY", key, this.#key(type), "DB", db],
      () => ["MOVE", key, db],
      () => ["SORT", this.#key("ti"), "STORE", this.#key("l")],
      () => ["SORT", this.#key("l"), "ALPHA", "DESC", "LIMIT", "0", "50", "STORE", this.#key("l")],
      () => ["SORT", this.#key("t"), "BY", "n:*", "STORE", this.#key("l")],
      () => [pick(["DEL", "UNLINK"]), key],
      () => [pick(["DEL", "UNLINK"]), this.#anyKey(), this.#anyKey(), this.#anyKey()],
      () => ["RESTORE", this.#key("l"), "0", DUMPED, "REPLACE"],
      () => ["RESTORE", this.#key("l"), pick(["90", "100000"]), DUMPED],
      () => ["RESTORE", this.#key("l"), "4000000000123", DUMPED, "REPLACE", "ABSTTL"],
    ])();
  }

  /** Something that the clients of {@linkcode BLOCKING} wait for. */
  #forBlocked(): Args {
    return this.#random.pick<() => Args>([
      () => ["RPUSH", `bl:${this.#random.int(2)}`, ...this.#words(3)],
      () => ["ZADD", "bz:0", this.#float(), this.#word()],
      () => ["XADD", "bx:0", "*", "a", this.#word()],
    ])();
  }

  #publish(): Args {
    return [this.#random.pick(["PUBLISH", "SPUBLISH"]), "news", this.#word()];
  }
}

/** What blocked clients wait for, over and over. */
export const BLOCKING: readonly Args[] = [
  ["BLMOVE", "bl:0", "l:1", "LEFT", "RIGHT", "0"],
  ["BLPOP", "bl:0", "bl:1", "0"],
  ["BZPOPMIN", "bz:0", "0"],
  ["XREADGROUP", "GROUP", "g", "c", "BLOCK", "0", "STREAMS", "bx:0", ">"],
];

/** What makes the group that {@linkcode BLOCKING} reads with. */
export const MAKE_GROUP: Args = ["XGROUP", "CREATE", "bx:0", "g", "$", "MKSTREAM"];
