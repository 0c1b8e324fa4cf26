/**
 * Keyspace notifications: the same commands on a real server and on Redeno, and the events that a
 * listener gets of them, compared one by one.
 *
 * A case is a line of commands as in `script.ts`; of its marks only `@name` and `&` mean something
 * here, and `~unordered` behind a command lets the events of the whole case come in any order. The
 * line before a group of cases may set the classes: `! KEA`.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { RawClient } from "../support/raw_client.ts";
import { parseReply } from "../support/resp.ts";
import {
  findRedisServer,
  type ServerProcess,
  startRedis,
  startSubject,
} from "../support/servers.ts";
import { type Case, parseTable } from "./script.ts";

const CASES = String.raw`
# strings
SET k v
SET k v ; SET k w
SET k v EX 100
SET k v PX 100 KEEPTTL
SET k v ; SET k w XX GET
SET k v NX ; SET k w NX
SET k v EXAT 1
SETEX k 100 v
PSETEX k 100000 v
SETNX k v ; SETNX k w
GETSET k v ; GETSET k w
MSET a 1 b 2 a 3
MSETNX a 1 b 2 ; MSETNX b 1 c 2
APPEND k a ; APPEND k b
SETRANGE k 2 x ; SETRANGE k 0 "" ; SETRANGE n 0 ""
SETRANGE n 5 x
INCR k ; INCRBY k 5 ; DECR k ; DECRBY k 2
INCRBYFLOAT k 1.5
GET none
MGET none a none
STRLEN none ; GETRANGE none 0 1 ; SUBSTR none 0 1
GETDEL none ; SET k v ; GETDEL k
GETEX none ; SET k v ; GETEX k ; GETEX k EX 100 ; GETEX k PERSIST ; GETEX k PERSIST
SET k v ; GETEX k EXAT 1
LCS none none2
# bitmaps, hyperloglogs
SETBIT k 7 1 ; SETBIT k 7 1 ; GETBIT none 1
BITCOUNT none ; BITPOS none 1
SET a a ; BITOP AND d a a ; BITOP AND d none none ; BITOP NOT e none
BITFIELD k SET u8 0 5 ; BITFIELD k GET u8 0 ; BITFIELD none GET u8 0 ; BITFIELD_RO none GET u8 0
PFADD h a ; PFADD h a ; PFADD h b ; PFCOUNT h ; PFCOUNT none
PFADD a 1 ; PFADD b 2 ; PFMERGE d a b ; PFMERGE d none
# generic
SET k v ; DEL k none
SET k v ; UNLINK k none
EXISTS none ; TOUCH none ; TYPE none ; OBJECT ENCODING none ; OBJECT IDLETIME none ; TTL none ; PTTL none
SET k v ; EXISTS k ; TOUCH k ; TYPE k ; TTL k
SET k v ; EXPIRE k 100 ; PERSIST k ; PERSIST k ; PEXPIRE k 100000 NX ; EXPIRE none 5
SET k v ; EXPIRE k -1
SET k v ; PEXPIREAT k 1
EXPIRETIME none ; PEXPIRETIME none
SET a 1 ; RENAME a b ; RENAME none x
SET a 1 ; SET b 2 ; RENAME a b
SET a 1 ; RENAME a a
SET a 1 ; SET b 2 ; RENAMENX a b ; RENAMENX a c
SET a 1 ; COPY a b ; COPY a b ; COPY a b REPLACE ; COPY none b ; COPY a b DB 3
SET a 1 ; MOVE a 2 ; MOVE none 2
SET a 1 EX 100 ; MOVE a 2 ; SELECT 2 ; MOVE a 0
SELECT 3 ; SET a 1 ; DEL a
RANDOMKEY ; KEYS * ; DBSIZE ; SCAN 0
SORT none ; SORT none STORE d
RPUSH l 2 1 3 ; SORT l STORE d ; SORT none STORE d
RPUSH l 2 1 ; SET d x ; SORT l STORE d
RPUSH l 1 ; SORT l BY w_* GET v_*
DUMP none
SET a 1 ; FLUSHDB ; SET a 1 ; FLUSHALL ; SWAPDB 0 1
# expiry
SET k v PX 10 ; DEBUG SLEEP 0.03 ; GET k
SET k v PX 10 ; DEBUG SLEEP 0.03 ; SET k w
SET k v PX 10 ; DEBUG SLEEP 0.03 ; EXISTS k ; DEL k
RPUSH k v ; PEXPIRE k 10 ; DEBUG SLEEP 0.03 ; LPUSH k w
# lists
LPUSH l a b ; RPUSH l c ; LPUSHX l d ; RPUSHX l e ; LPUSHX none d
RPUSH l a b c ; LPOP l ; RPOP l ; RPOP l ; LPOP none
RPUSH l a b c ; LPOP l 2 ; LPOP l 5 ; LPOP none 2 ; RPOP none 0
RPUSH l a b a ; LREM l 0 a ; LREM l 0 b ; LREM l 0 x ; LREM none 0 x
RPUSH l a b c ; LSET l 0 x ; LTRIM l 1 1 ; LTRIM l 5 6 ; LTRIM none 0 1
RPUSH l a b ; LTRIM l 0 -1
RPUSH l a c ; LINSERT l BEFORE c b ; LINSERT l AFTER x y ; LINSERT none BEFORE a b
RPUSH a 1 2 ; RPOPLPUSH a b ; LMOVE a b LEFT RIGHT ; LMOVE none b LEFT LEFT
RPUSH a 1 2 ; RPOPLPUSH a a ; LMOVE a a LEFT LEFT
RPUSH l 1 2 3 ; LMPOP 2 none l LEFT ; LMPOP 2 none l RIGHT COUNT 5 ; LMPOP 1 none LEFT
RPUSH l 1 2 ; BLPOP none l 0 ; BRPOP l 0 ; BLMPOP 0.01 1 none LEFT
RPUSH l 1 2 ; BRPOPLPUSH l m 0 ; BLMOVE l m LEFT LEFT 0 ; BLMPOP 1 1 m LEFT COUNT 2
@b BLPOP l 0 & ; !blocked 1 ; RPUSH l a ; @b <
@b BLMOVE l m LEFT RIGHT 0 & ; !blocked 1 ; RPUSH l a b ; @b <
@b BLMPOP 0 1 l LEFT COUNT 9 & ; !blocked 1 ; MULTI ; RPUSH l a ; RPUSH l b ; EXEC ; @b <
LLEN none ; LRANGE none 0 1 ; LINDEX none 0 ; LPOS none x
# sets
SADD s a b ; SADD s a ; SADD s c
SADD s a b ; SREM s a x ; SREM s b ; SREM s c ; SREM none a
SADD s a ; SPOP s ; SPOP none ; SADD s a b c ; SPOP s 2 ; SPOP s 5 ; SPOP none 5 ; SPOP none 0
SADD s a b ; SMOVE s d a ; SMOVE s d b ; SMOVE s d x ; SMOVE none d a
SADD s a ; SADD d a ; SMOVE s d a
SADD s a ; SMOVE s s a
SADD a 1 2 ; SADD b 2 3 ; SINTERSTORE d a b ; SUNIONSTORE d a b ; SDIFFSTORE d a b ; SINTERSTORE d a none
SADD a 1 ; SINTERSTORE d a none ; SUNIONSTORE d none ; SDIFFSTORE d none a
SCARD none ; SISMEMBER none a ; SMISMEMBER none a ; SMEMBERS none ; SRANDMEMBER none ; SRANDMEMBER none 3 ; SSCAN none 0
SINTER a none ; SUNION a none ; SDIFF a none ; SINTERCARD 2 a none
# hashes
HSET h a 1 b 2 ; HSET h a 1 ; HMSET h c 3 ; HSETNX h a 1 ; HSETNX h d 1
HSET h a 1 b 2 ; HDEL h a x ; HDEL h b ; HDEL h b ; HDEL none b
HINCRBY h a 1 ; HINCRBYFLOAT h a 1.5
HGET none a ; HMGET none a ; HGETALL none ; HKEYS none ; HVALS none ; HLEN none ; HEXISTS none a ; HSTRLEN none a
HRANDFIELD none ; HRANDFIELD none 2 ; HSCAN none 0
# sorted sets
ZADD z 1 a 2 b ; ZADD z 1 a ; ZADD z 5 a ; ZADD z XX 1 x ; ZADD z CH 7 a ; ZADD z INCR 1 a ; ZADD z NX INCR 1 a
ZINCRBY z 1 a ; ZINCRBY z 0 a
ZADD z 1 a 2 b ; ZREM z a x ; ZREM z b ; ZREM none a
ZADD z 1 a 2 b 3 c ; ZREMRANGEBYSCORE z 1 1 ; ZREMRANGEBYRANK z 0 0 ; ZREMRANGEBYLEX z - + ; ZREMRANGEBYRANK none 0 1
ZADD z 1 a 2 b ; ZREMRANGEBYSCORE z 5 6 ; ZREMRANGEBYRANK z 0 -1
ZADD z 1 a 2 b 3 c ; ZPOPMIN z ; ZPOPMAX z 5 ; ZPOPMIN none ; ZPOPMIN none 0
ZADD z 1 a 2 b ; ZMPOP 2 none z MIN ; ZMPOP 1 z MAX COUNT 2 ; ZMPOP 1 none MIN
ZADD z 1 a 2 b ; BZPOPMIN none z 0 ; BZPOPMAX z 0 ; ZADD z 1 a ; BZMPOP 0 1 z MIN
@b BZPOPMIN z 0 & ; !blocked 1 ; ZADD z 1 a ; @b <
ZADD a 1 x ; ZADD b 2 x ; ZUNIONSTORE d 2 a b ; ZINTERSTORE d 2 a b ; ZDIFFSTORE d 2 a b ; ZDIFFSTORE d 2 a b
ZADD a 1 x 2 y ; ZRANGESTORE d a 0 -1 ; ZRANGESTORE d a 5 6 ; ZRANGESTORE d none 0 1
ZADD a 1 x ; SET d v ; ZRANGESTORE d a 0 -1
ZCARD none ; ZSCORE none a ; ZRANK none a ; ZCOUNT none 0 1 ; ZRANGE none 0 1 ; ZRANDMEMBER none ; ZMSCORE none a ; ZSCAN none 0
ZREVRANGE none 0 1 ; ZRANGEBYSCORE none 0 1 ; ZRANGEBYLEX none - + ; ZLEXCOUNT none - + ; ZREVRANK none a
ZUNION 1 none ; ZINTER 1 none ; ZDIFF 1 none ; ZINTERCARD 1 none
# geo
GEOADD g 13 38 a ; GEOADD g 13 38 a ; GEOPOS none a ; GEODIST none a b ; GEOHASH none a
GEOADD g 13 38 a ; GEOSEARCHSTORE d g FROMMEMBER a BYRADIUS 1 km ; GEOSEARCHSTORE d none FROMLONLAT 1 1 BYRADIUS 1 km
GEOSEARCH none FROMLONLAT 1 1 BYRADIUS 1 km ; GEORADIUS none 1 1 1 km
GEOADD g 13 38 a ; GEORADIUS g 13 38 1 km STORE d ; GEORADIUS none 13 38 1 km STORE d
# streams
XADD s 1-1 f v ; XADD s 2-1 f v MAXLEN 1 ; XADD s MAXLEN 1 3-1 f v ; XADD none NOMKSTREAM * f v
XADD s 1-1 f v ; XADD s 2-1 f v ; XDEL s 1-1 ; XDEL s 9-9 ; XTRIM s MAXLEN 0 ; XTRIM s MAXLEN 0 ; XSETID s 5-5 ; XDEL none 1-1
XGROUP CREATE s g $ MKSTREAM ; XGROUP CREATECONSUMER s g c ; XGROUP SETID s g 0 ; XGROUP DELCONSUMER s g c ; XGROUP DESTROY s g ; XGROUP DESTROY s g
XADD s 1-1 f v ; XGROUP CREATE s g 0 ; XREADGROUP GROUP g c STREAMS s > ; XACK s g 1-1
XADD s 1-1 f v ; XGROUP CREATE s g 0 ; XREADGROUP GROUP g c STREAMS s > ; XCLAIM s g d 0 1-1 ; XAUTOCLAIM s g e 0 0
XADD s 1-1 f v ; XGROUP CREATE s g 0 ; XREADGROUP GROUP g c NOACK STREAMS s >
XLEN none ; XRANGE none - + ; XREVRANGE none + - ; XINFO STREAM none ; XPENDING none g
# transactions, errors
MULTI ; SET a 1 ; RPUSH l x ; DEL a ; EXEC
MULTI ; SET a 1 ; DISCARD
SET k v ; LPUSH k x ; HSET k a b ; INCR k ; SADD k x
`;

const CLASSES = String.raw`
"" SET k v ; DEL k
K SET k v ; DEL k
E SET k v ; DEL k
A SET k v ; DEL k
Kg SET k v ; DEL k
Eg$ SET k v ; RPUSH l x ; DEL k
KEl SET k v ; RPUSH l x ; DEL k l
KEs SADD s x ; SPOP s ; SET k v
KEh HSET h f v ; HDEL h f
KEz ZADD z 1 a ; ZREM z a
KEx SET k v PX 10 ; DEBUG SLEEP 0.03 ; GET k
KEt XADD s 1-1 f v ; XDEL s 1-1
KEm GET none ; SET k v ; GET k
KEn SET k v ; SET k w ; DEL k ; RPUSH l a ; RENAME l m ; COPY m n
KEA GET none ; SET k v
KEd SET k v
KEe SET k v
`;

const SENTINEL = "__keyend";

/** A server with a listener for all events. */
class Side implements AsyncDisposable {
  private constructor(
    readonly server: ServerProcess,
    readonly listener: RawClient,
    readonly control: RawClient,
  ) {}

  static async start(server: ServerProcess): Promise<Side> {
    const listener = await server.connect();
    await listener.call("PSUBSCRIBE", "__key*");
    return new Side(server, listener, await server.connect());
  }

  /** Run a case. @returns the events, `channel message` each */
  async run({ steps }: Case, classes: string): Promise<string[]> {
    // A key of the case before may have expired since it ended.
    await this.control.call("CONFIG", "SET", "notify-keyspace-events", "");
    await this.control.call("FLUSHALL");
    await this.#events();
    await this.control.call("CONFIG", "SET", "notify-keyspace-events", classes);
    const clients = new Map<string, RawClient>();
    for (const { connection, kind, words, awaited } of steps) {
      let client = clients.get(connection);
      if (client === undefined) clients.set(connection, client = await this.server.connect());
      if (kind === "blocked") {
        const wanted = `\r\nblocked_clients:${words[0].text}\r\n`;
        while (!(await this.control.call("INFO", "clients")).includes(wanted));
      } else {
        if (kind === "command") await client.send(...words.map(({ text }) => text));
        if (awaited) await client.readReply();
      }
    }
    const events = await this.#events();
    for (const client of clients.values()) await client.close();
    return events;
  }

  /** The events until now that were not taken yet. */
  async #events(): Promise<string[]> {
    await this.control.call("PUBLISH", SENTINEL, "");
    const events: string[] = [];
    for (;;) {
      const { items } = parseReply(await this.listener.readReply());
      const [channel, message] = items!.slice(2).map(({ text }) => text);
      if (channel === SENTINEL) return events;
      events.push(`${channel} ${message}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.listener.close();
    await this.control.close();
    await this.server[Symbol.asyncDispose]();
  }
}

const missing = findRedisServer() === undefined;
const sides: Side[] = [];

function define(test: Case, classes: string): void {
  const name = `events of ${classes === "AKEmn" ? "" : `"${classes}" `}${test.text}`;
  Deno.test({
    name: missing ? `${name} (ignored: no redis-server on PATH)` : name,
    ignore: missing,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const [oracle, ours] = await Promise.all(sides.map((side) => side.run(test, classes)));
      if (test.steps.some(({ tolerances }) => tolerances.includes("unordered"))) {
        oracle.sort();
        ours.sort();
      }
      assertEquals(ours, oracle);
    },
  });
}

if (!missing) {
  Deno.test.beforeAll(async () => {
    const servers = await Promise.all([startRedis(), startSubject()]);
    for (const server of servers) sides.push(await Side.start(server));
  });
  Deno.test.afterAll(async () => {
    await Promise.all(sides.map((side) => side[Symbol.asyncDispose]()));
  });
}

for (const test of parseTable(CASES)) define(test, "AKEmn");
for (const test of parseTable(CLASSES)) {
  const [classes] = test.steps[0].words.splice(0, 1);
  define(test, classes.text);
}
