/**
 * What the fuzzer sends: the commands of each group, in the language of `template.ts`.
 *
 * Left out is what two servers cannot agree about: ids and times that the server chooses, members
 * that it picks (but for how many), the steps of a SCAN.
 *
 * @module
 */

import { Templates } from "./template.ts";

const STRING = `
10 SET key value [NX|XX] [GET] [EX seconds|PX millis|EXAT unixtime|PXAT unixms|KEEPTTL]
4 SET key increment
6 GET key
2 SETNX key value
!SETEX key seconds value
!PSETEX key millis value
2 GETSET key value
2 GETDEL key
!2 GETEX key [EX seconds|PX millis|EXAT unixtime|PXAT unixms|PERSIST]
2 MGET key+
2 MSET (key value)+
2 MSETNX (key value)+
4 APPEND key value
APPEND key long
2 STRLEN key
3 SETRANGE key offset value
3 GETRANGE key index index
SUBSTR key index index
3 INCR key
2 DECR key
3 INCRBY key increment
2 DECRBY key increment
4 INCRBYFLOAT key float
2 LCS key key [LEN] [IDX] [MINMATCHLEN count] [WITHMATCHLEN]
2 OBJECT ENCODING key ~encoding
TTL key ~near:2
PERSIST key
DEL key+
`;

const BITMAP = `
8 SETBIT key bitoffset bit
4 GETBIT key bitoffset
4 BITCOUNT key [index index [BYTE|BIT]]
4 BITPOS key bit [index|index index [BYTE|BIT]]
4 BITOP (AND|OR|XOR) key key+
2 BITOP NOT key key
4 BITFIELD key (GET bitwidth bitoffset|SET bitwidth bitoffset increment|INCRBY bitwidth bitoffset increment|OVERFLOW (WRAP|SAT|FAIL))++
2 BITFIELD_RO key (GET bitwidth bitoffset)+
2 SET key value
2 APPEND key member
SETRANGE key offset value
2 GET key
STRLEN key
OBJECT ENCODING key ~encoding
DEL key
`;

const LIST = `
6 LPUSH key value++
8 RPUSH key value++
RPUSH key manymembers
2 LPUSHX key value+
2 RPUSHX key value+
4 LPOP key [count]
3 RPOP key [count]
4 LRANGE key index index
3 LINDEX key index
3 LSET key index value
4 LINSERT key (BEFORE|AFTER) value value
3 LREM key count member
LREM key -2 member
2 LTRIM key index index
2 LLEN key
3 LPOS key member [RANK index] [COUNT count] [MAXLEN count] ~differs:lpos-rank
3 LMOVE key key (LEFT|RIGHT) (LEFT|RIGHT)
2 RPOPLPUSH key key
2 LMPOP keycount (LEFT|RIGHT) [COUNT count]
!MULTI ; BLPOP key+ 0.01 ; BRPOP key+ 1 ; BLMOVE key key LEFT RIGHT 1 ; EXEC
!MULTI ; BRPOPLPUSH key key 0 ; BLMPOP 0.01 keycount (LEFT|RIGHT) [COUNT count] ; EXEC
2 OBJECT ENCODING key ~encoding
DEL key
`;

const SET = `
10 SADD key member++
SADD key manymembers
SREM key manymembers
6 SREM key member++
3 SISMEMBER key member
3 SMISMEMBER key member+
3 SMEMBERS key ~unordered
2 SCARD key
4 SMOVE key key member
2 SINTER key+ ~unordered
2 SUNION key+ ~unordered
2 SDIFF key+ ~unordered
2 SINTERSTORE key key+
2 SUNIONSTORE key key+
2 SDIFFSTORE key key+
3 SINTERCARD keycount [LIMIT count]
!SPOP key (0|1000|-1|'abc'|9223372036854775807|1.5) ~unordered
!DEL k5 ; SADD k5 member ; SPOP k5 ; SCARD k5
!SPOP key 1 'x'
!SRANDMEMBER key ~type
!2 SRANDMEMBER key count ~size
!SRANDMEMBER key (1000|0|'abc'|-9223372036854775808) ~unordered
!2 SSCAN key 0 COUNT 10000 [MATCH pattern] ~deep
!SSCAN key (0|'abc'|''|' 1') [MATCH pattern] COUNT (10000|0|-1|'abc'|'') ~deep
2 OBJECT ENCODING key ~encoding
DEL key
`;

const HASH = `
10 HSET key (member value)++
4 HSET key member increment
2 HMSET key (member value)++
HSET key manypairs
HDEL key manymembers
3 HSETNX key member value
4 HGET key member
3 HMGET key member+
2 HGETALL key ~pairs
5 HDEL key member++
2 HLEN key
2 HSTRLEN key member
2 HEXISTS key member
HKEYS key ~unordered
HVALS key ~unordered
5 HINCRBY key member increment
5 HINCRBYFLOAT key member float
!HRANDFIELD key ~type
!2 HRANDFIELD key count [WITHVALUES] ~size
!HRANDFIELD key (1000|0|'abc'|-9223372036854775808) [WITHVALUES] ~deep ~pairs
!2 HSCAN key 0 COUNT 10000 [MATCH pattern] ~deep
!HSCAN key (0|'abc'|''|' 1') [MATCH pattern] COUNT (10000|0|-1|'abc'|'') ~deep
2 OBJECT ENCODING key ~encoding
DEL key
`;

const ZSET = `
12 ZADD key [NX|XX] [GT|LT] [CH] (score member)++ ~scores
ZADD key manyscores
!6 ZADD lexkey (0 member)++
!ZADD lexkey manyzeros
2 ZREM lexkey member+
3 ZADD key [NX|XX] [GT|LT] [CH] INCR score member ~scores
3 ZINCRBY key score member ~scores
5 ZREM key member++
2 ZCARD key
3 ZSCORE key member ~scores
2 ZMSCORE key member+ ~scores
2 ZRANK key member ~differs:syntax
2 ZREVRANK key member ~differs:syntax
3 ZCOUNT key scoreend scoreend
2 ZLEXCOUNT lexkey lexend lexend
4 ZRANGE key index index [REV] [WITHSCORES] ~scores
4 ZRANGE key scoreend scoreend BYSCORE [REV] [LIMIT index index] [WITHSCORES] ~scores
3 ZRANGE lexkey lexend lexend BYLEX [REV] [LIMIT index index]
ZRANGE key index index [BYSCORE] [REV] [LIMIT index index] [WITHSCORES] ~scores
2 ZREVRANGE key index index [WITHSCORES] ~scores
2 ZRANGEBYSCORE key scoreend scoreend [WITHSCORES] [LIMIT index index] ~scores
2 ZREVRANGEBYSCORE key scoreend scoreend [WITHSCORES] [LIMIT index index] ~scores
ZRANGEBYLEX lexkey lexend lexend [LIMIT index index]
ZREVRANGEBYLEX lexkey lexend lexend [LIMIT index index]
2 ZRANGESTORE key key index index [REV]
2 ZRANGESTORE key key scoreend scoreend BYSCORE [REV] [LIMIT index index]
2 ZRANGESTORE lexkey lexkey lexend lexend BYLEX [REV] [LIMIT index index]
2 ZREMRANGEBYRANK key index index
2 ZREMRANGEBYSCORE key scoreend scoreend
2 ZREMRANGEBYLEX lexkey lexend lexend
2 ZPOPMIN key [count] ~scores
2 ZPOPMAX key [count] ~scores
2 ZMPOP keycount (MIN|MAX) [COUNT count] ~scores
2 ZUNION keycount [WEIGHTS signedweight+] [AGGREGATE (SUM|MIN|MAX)] [WITHSCORES] ~scores
2 ZUNION 2 key key WEIGHTS signedweight signedweight [AGGREGATE (SUM|MIN|MAX)] [WITHSCORES] ~scores
2 ZINTER keycount [WEIGHTS signedweight+] [AGGREGATE (SUM|MIN|MAX)] [WITHSCORES] ~scores
2 ZINTER 2 key key WEIGHTS signedweight signedweight [AGGREGATE (SUM|MIN|MAX)] [WITHSCORES] ~scores
2 ZDIFF keycount [WITHSCORES] ~scores
2 ZUNIONSTORE key keycount [WEIGHTS weight+] [AGGREGATE (SUM|MIN|MAX)]
2 ZUNIONSTORE key 2 key key WEIGHTS weight weight [AGGREGATE (SUM|MIN|MAX)]
2 ZINTERSTORE key keycount [WEIGHTS weight+] [AGGREGATE (SUM|MIN|MAX)]
2 ZINTERSTORE key 2 key key WEIGHTS weight weight [AGGREGATE (SUM|MIN|MAX)]
2 ZDIFFSTORE key keycount
2 ZINTERCARD keycount [LIMIT count]
!ZRANDMEMBER key ~type
!2 ZRANDMEMBER key count [WITHSCORES] ~size
!ZRANDMEMBER key (0|'abc'|-9223372036854775808) [WITHSCORES]
!ZSCAN key 0 COUNT 10000 [MATCH pattern] ~deepScores
!ZSCAN key (0|'abc'|''|' 1') COUNT (10000|0|-1|'abc'|'') ~deepScores
SADD k4 member+
!MULTI ; BZPOPMIN key+ 0.01 ~scores ; BZPOPMAX key 1 ~scores ; BZMPOP 0.01 keycount (MIN|MAX) [COUNT count] ~scores ; EXEC ~scores
2 OBJECT ENCODING key ~encoding
DEL key
`;

const STREAM = `
10 XADD stream [NOMKSTREAM] newid (member value)+
6 XADD stream [NOMKSTREAM] (MAXLEN [=] limit|MAXLEN ~ limit [LIMIT count]|MINID [=|~] id) newid (member value)+
2 XADD stream newid (member value)++
4 XDEL stream entry+
2 XLEN stream
4 XRANGE stream (-|id) (+|id) [COUNT count]
4 XREVRANGE stream (+|id) (-|id) [COUNT count]
XTRIM stream (MAXLEN|MINID) [=] (limit|id)
2 XTRIM stream (MAXLEN ~ limit|MINID ~ id) [LIMIT count]
3 XREAD [COUNT count] STREAMS stream (0|id) ~differs:xread-unbalanced
2 XREAD [COUNT count] STREAMS stream stream id id ~differs:xread-unbalanced
!5 XGROUP CREATE stream group (id|$|0) [MKSTREAM] [ENTRIESREAD entries]
XGROUP CREATE 'nokey' group (id|$) [ENTRIESREAD int]
# Since 7.2 reading makes a consumer even where there is nothing to read.
2 XGROUP CREATECONSUMER stream group consumer ~int
XGROUP DELCONSUMER stream group consumer
!2 XGROUP SETID stream group (id|$|0) [ENTRIESREAD entries]
XGROUP DESTROY stream g2
10 XREADGROUP GROUP group consumer [COUNT count] [NOACK] STREAMS stream (>|>|id) ~differs:xreadgroup-unbalanced
2 XREADGROUP GROUP group consumer [COUNT count] STREAMS stream stream (>|id) (>|id) ~differs:xreadgroup-unbalanced
8 XACK stream group entry++
3 XPENDING stream group
4 XPENDING stream group [IDLE idle] (-|id) (+|id) count [consumer] ~pendingTimes
2 XCLAIM stream group consumer idle entry+ [FORCE] [JUSTID] [LASTID id]
!5 XCLAIM stream group consumer idle entry+ [IDLE 5|TIME 0] [RETRYCOUNT (0|3|100|-1|'abc'|1.5)] [FORCE] [JUSTID] [LASTID id]
4 XAUTOCLAIM stream group consumer idle (0|-|id) [COUNT (1|3|10|0|-1|'abc')] [JUSTID]
# Since 7.2 XSETID minds what was deleted: so its ids are new ones.
!XSETID stream topid [ENTRIESADDED entries] [MAXDELETEDID (0|1-1)] ~differs:xsetid-max-deleted
XSETID stream ('abc'|'-'|'+'|'') [ENTRIESADDED entries] [MAXDELETEDID id]
2 XINFO STREAM stream ~streamTimes
3 XINFO STREAM stream FULL [COUNT count] ~streamTimes
2 XINFO GROUPS stream ~streamTimes
2 XINFO CONSUMERS stream group ~streamTimes
OBJECT ENCODING stream ~encoding
COPY stream stream [REPLACE]
DEL stream
`;

const GEO = `
10 GEOADD key [NX|XX] [CH] (longitude latitude place)++
3 GEOPOS key place+ ~nearDeep:0.00001
3 GEODIST key place place [unit]
2 GEOHASH key place+
4 GEOSEARCH key (FROMMEMBER place|FROMLONLAT longitude latitude) (BYRADIUS radius unit|BYBOX radius radius unit) (ASC|DESC) [COUNT positive] [WITHDIST] [WITHHASH] ~deep
2 GEOSEARCH key (FROMMEMBER place|FROMLONLAT longitude latitude) (BYRADIUS radius unit|BYBOX radius radius unit) [WITHDIST] [WITHHASH] ~deep
GEOSEARCH key FROMMEMBER place BYRADIUS radius unit WITHCOORD ~nearDeep:0.00001
2 GEOSEARCHSTORE key key (FROMMEMBER place|FROMLONLAT longitude latitude) (BYRADIUS radius unit|BYBOX radius radius unit) [ASC|DESC]
# Distances may differ in their last bits, which the digest would see.
!GEOSEARCHSTORE k9 key (FROMMEMBER place|FROMLONLAT longitude latitude) BYRADIUS radius unit STOREDIST ; ZRANGE k9 0 -1 WITHSCORES ~nearDeep:0.001 ; DEL k9
!GEORADIUSBYMEMBER key place radius unit STOREDIST k9 ; ZRANGE k9 0 -1 WITHSCORES ~nearDeep:0.001 ; DEL k9
2 GEORADIUS key longitude latitude radius unit [WITHDIST] [WITHHASH] [COUNT positive] (ASC|DESC) ~deep
GEORADIUS key longitude latitude radius unit [ASC|DESC] [STORE key] ~deep
2 GEORADIUSBYMEMBER key place radius unit [WITHDIST] [WITHHASH] (ASC|DESC) ~deep
GEORADIUSBYMEMBER key place radius unit [STORE key] ~deep
GEORADIUS_RO key longitude latitude radius unit (ASC|DESC) ~deep
GEORADIUSBYMEMBER_RO key place radius unit (ASC|DESC) ~deep
2 ZREM key place+
ZCARD key
ZRANGE key 0 -1
DEL key
`;

const HYPERLOGLOG = `
40 PFADD key member++
20 PFADD key wide++
2 PFADD key manymembers
10 PFCOUNT key
10 PFCOUNT key+
10 PFMERGE key key*
3 PFADD key
5 STRLEN key
8 GET key
SET key value
# What becomes of one that is damaged within is nobody's promise.
SETRANGE 'nohll' offset member
5 COPY key key [REPLACE]
8 DEL key
3 OBJECT ENCODING key ~encoding
`;

const FILL = `
2 SET key value
2 SET key increment
2 RPUSH key member+
2 RPUSH key increment+
2 SADD key member+
2 SADD key increment+
2 HSET key (member value)+
2 ZADD key (increment member)+
XADD key topid member value
`;

const GENERIC = `
${FILL}
5 DEL key+
3 UNLINK key+
3 EXISTS key+
2 TYPE key
2 TOUCH key+
3 RENAME key key
2 RENAMENX key key
3 COPY key key [DB db] [REPLACE]
2 MOVE key db
KEYS pattern ~unordered
SET globtext 1 ; KEYS glob ~unordered
DBSIZE
!RANDOMKEY ~type
2 OBJECT ENCODING key ~encoding
OBJECT REFCOUNT key ~type
OBJECT FREQ key
!2 SCAN 0 COUNT 10000 [MATCH pattern] [TYPE type] ~deep
!SCAN ('abc'|''|0) [MATCH pattern] COUNT (10000|0|-1|'abc') ~deep
SELECT db
!SELECT 0
SWAPDB db db
FLUSHDB [ASYNC|SYNC]
# No number out of range: in a real server it also fails the next SORT that finds nothing wrong.
MSET w_1 increment w_2 increment w_m1 increment w_ increment
HSET h_1 f1 increment 'f' increment
# The real server takes a zero byte for the end of a text here.
4 SORT key [LIMIT index index] [ASC|DESC] ALPHA ~unordered
3 SORT key [LIMIT index index] [ASC|DESC]
3 SORT key BY by [ASC|DESC] ~unordered
3 SORT key [BY 'nosort'] (GET get)+ [ALPHA] ~unordered
2 SORT key [LIMIT index index] [ASC|DESC] [ALPHA] STORE key
SORT_RO key [LIMIT index index] [ASC|DESC] ALPHA ~unordered
SORT_RO key [STORE key] ALPHA ~unordered
`;

const EXPIRE = `
${FILL}
SET key value [EX seconds|PX millis|EXAT unixtime|PXAT unixms|KEEPTTL]
!4 EXPIRE key seconds [NX|XX|GT|LT]
!4 PEXPIRE key millis [NX|XX|GT|LT]
!6 EXPIREAT key unixtime [NX|XX|GT|LT]
!6 PEXPIREAT key unixms [NX|XX|GT|LT]
!EXPIRE key ('abc'|1.5|'') [NX|XX] [GT|LT]
!EXPIREAT key unixtime (NX|XX|GT|LT|BOGUS) (NX|XX|GT|LT|BOGUS)
!EXPIRE key
6 TTL key ~near:2
6 PTTL key ~near:2000
6 EXPIRETIME key ~near:2
6 PEXPIRETIME key ~near:2000
4 PERSIST key
!3 GETEX key [EX seconds|PX millis|EXAT unixtime|PXAT unixms|PERSIST]
GETSET key value
APPEND key value
INCR key
3 RENAME key key
3 COPY key key [REPLACE]
SUNIONSTORE key key+
SORT key ALPHA STORE key
LMOVE key key LEFT RIGHT
DEL key
EXISTS key
DBSIZE
`;

const TRANSACTIONS = `
6 MULTI
6 EXEC
DISCARD
3 WATCH key+
UNWATCH
4 SET key value
4 GET key
4 INCR key
3 RPUSH key member+
2 LPOP key
2 HSET key member value
2 ZADD key int member
SADD key increment
DEL key
RENAME key key
FLUSHDB
SELECT db
PING
BOGUS key
GET
!MULTI ; SET key value ; INCR key ; GET key ; EXEC
!WATCH key ; MULTI ; APPEND key value ; LLEN key ; EXEC
!WATCH key key ; SET key value ; MULTI ; GET key ; EXEC
`;

const PUBSUB = `
4 SUBSCRIBE channel+
3 UNSUBSCRIBE channel*
3 PSUBSCRIBE channelpattern+
3 PUNSUBSCRIBE channelpattern*
6 PUBLISH channel value
3 SSUBSCRIBE channel+
2 SUNSUBSCRIBE channel*
3 SPUBLISH channel value
PUBSUB CHANNELS [channelpattern]
PUBSUB NUMSUB channel*
PUBSUB NUMPAT
PUBSUB SHARDCHANNELS [channelpattern]
PUBSUB SHARDNUMSUB channel*
SET key value
GET key
`;

/** A group of commands. */
export interface Group {
  readonly templates: Templates;
  /** One command may be answered with several replies, or pushes among them. */
  readonly severalReplies?: boolean;
  /** Its commands may stand in an open transaction. */
  readonly openTransactions?: boolean;
}

/** All groups by name. */
export const GROUPS: Readonly<Record<string, Group>> = {
  string: { templates: Templates.parse(STRING) },
  bitmap: { templates: Templates.parse(BITMAP) },
  list: { templates: Templates.parse(LIST) },
  set: { templates: Templates.parse(SET) },
  hash: { templates: Templates.parse(HASH) },
  zset: { templates: Templates.parse(ZSET) },
  stream: { templates: Templates.parse(STREAM) },
  geo: { templates: Templates.parse(GEO) },
  hyperloglog: { templates: Templates.parse(HYPERLOGLOG) },
  generic: { templates: Templates.parse(GENERIC) },
  expire: { templates: Templates.parse(EXPIRE) },
  transactions: { templates: Templates.parse(TRANSACTIONS), openTransactions: true },
  pubsub: { templates: Templates.parse(PUBSUB), severalReplies: true },
};
