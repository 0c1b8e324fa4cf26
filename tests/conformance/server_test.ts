import { conform } from "./runner.ts";

/** Commands that came after 7.0. */
const NEWER = [
  ..."client|setinfo client|no-touch cluster|myshardid waitaof".split(" "),
  ..."hexpire hpexpire hexpireat hpexpireat hexpiretime hpexpiretime httl hpttl hpersist".split(
    " ",
  ),
].join(",");

conform(
  "server",
  String.raw`
# COMMAND
COMMAND BOGUS
COMMAND COUNT x
COMMAND COUNT ~int
COMMAND ~type
COMMAND LIST ~subset:${NEWER}
COMMAND LIST x
COMMAND LIST FILTERBY
COMMAND LIST FILTERBY BOGUS x
COMMAND LIST FILTERBY PATTERN
COMMAND LIST FILTERBY PATTERN hge* ~unordered
COMMAND LIST FILTERBY PATTERN xle? ~unordered
COMMAND LIST FILTERBY PATTERN SET
COMMAND LIST FILTERBY PATTERN nothing*
COMMAND LIST FILTERBY ACLCAT string ~unordered
COMMAND LIST FILTERBY ACLCAT transaction ~unordered
COMMAND LIST FILTERBY ACLCAT bogus
COMMAND LIST FILTERBY MODULE bogus
COMMAND LIST FILTERBY PATTERN a PATTERN b
COMMAND INFO ~type
COMMAND INFO bogus
COMMAND INFO get ~commandInfo
COMMAND INFO GET bogus set ~commandInfo
COMMAND INFO ping echo quit reset select auth hello ~commandInfo
COMMAND INFO setnx setex psetex mset msetnx mget append strlen ~commandInfo
COMMAND INFO getset getex getdel setrange getrange substr ~commandInfo
COMMAND INFO incr decr incrby decrby incrbyfloat lcs ~commandInfo
COMMAND INFO keys scan randomkey type exists del unlink touch ~commandInfo
COMMAND INFO rename renamenx copy move ~commandInfo
COMMAND INFO expire pexpire expireat pexpireat ttl pttl expiretime pexpiretime persist ~commandInfo
COMMAND INFO xadd xlen xrange xrevrange xread xdel xtrim ~commandInfo
COMMAND INFO multi exec discard watch unwatch ~commandInfo
COMMAND INFO lrange llen lpush rpush lpop rpop ~commandInfo
COMMAND INFO smembers sadd srem sismember scard ~commandInfo
COMMAND INFO hgetall hget hset hdel hlen ~commandInfo
COMMAND INFO zrange zadd zscore zrem zcard zrangebyscore ~commandInfo
COMMAND INFO dbsize flushdb flushall swapdb time lastsave ~commandInfo
COMMAND INFO object|encoding client|kill config|get ~commandInfo
COMMAND INFO object|bogus get|x
COMMAND DOCS bogus
COMMAND DOCS get bogus ~docs
COMMAND DOCS ~type
COMMAND DOCS set ~docs
COMMAND DOCS client|id client|setname swapdb ~docs
COMMAND DOCS xread xtrim zrem hget lrange sadd ~docs
COMMAND DOCS expire copy scan lpop ~docs
COMMAND HELP ~help
COMMAND HELP x
COMMAND GETKEYS
COMMAND GETKEYS BOGUS ~differs:getkeys-invalid
COMMAND GETKEYS GET ~differs:getkeys-arity
COMMAND GETKEYS GET a b
COMMAND GETKEYS PING ~differs:getkeys-none
COMMAND GETKEYS GET a
COMMAND GETKEYS SET a v EX 10
COMMAND GETKEYS MSET a 1 b 2
COMMAND GETKEYS MGET a b c
COMMAND GETKEYS XREAD COUNT 2 STREAMS a b 0 0
COMMAND GETKEYS XREAD COUNT 2 STREAMS a b 0
COMMAND GETKEYS XREAD STREAMS
COMMAND GETKEYS COPY a b DB 1
COMMAND GETKEYS RENAME a b
COMMAND GETKEYS OBJECT ENCODING a
COMMAND GETKEYS LCS a b LEN
COMMAND GETKEYS WATCH a b
COMMAND GETKEYS ZADD z 1 a 2 b
COMMAND GETKEYS XADD x * f v
COMMAND GETKEYS DEL a b c
COMMAND GETKEYS MULTI ~differs:getkeys-none
COMMAND GETKEYS CLIENT LIST
COMMAND GETKEYS SCAN 0
COMMAND GETKEYSANDFLAGS
COMMAND GETKEYSANDFLAGS BOGUS ~differs:getkeys-invalid
COMMAND GETKEYSANDFLAGS PING ~differs:getkeys-none
COMMAND GETKEYSANDFLAGS GET a ~deep
COMMAND GETKEYSANDFLAGS SET a v ~deep
COMMAND GETKEYSANDFLAGS SET a v GET ~deep
COMMAND GETKEYSANDFLAGS MSET a 1 b 2 ~deep
COMMAND GETKEYSANDFLAGS RENAME a b ~deep
COMMAND GETKEYSANDFLAGS COPY a b ~deep
COMMAND GETKEYSANDFLAGS LPUSH l a ~deep
COMMAND GETKEYSANDFLAGS XREAD STREAMS a b 0 0 ~deep
COMMAND GETKEYSANDFLAGS DEL a b ~deep
COMMAND GETKEYSANDFLAGS TYPE a ~deep
COMMAND GETKEYSANDFLAGS GETEX a PERSIST ~deep
# CONFIG
CONFIG
CONFIG BOGUS
CONFIG BOGUS a b
CONFIG GET
CONFIG GET bogus
CONFIG GET maxmemory
CONFIG GET MAXMEMORY
CONFIG GET maxmemory maxmemory
CONFIG GET maxmemory* ~pairs
CONFIG GET *max-*-entries* ~nameSuperset
CONFIG GET maxmemory databases ~pairs
CONFIG GET hash-max-listpack-entries hash-max-ziplist-entries ~pairs
CONFIG GET ??tabases
CONFIG GET [a-d]ppendonly
CONFIG GET * ~nameSuperset:aof-disable-auto-gc
CONFIG SET
CONFIG SET maxmemory
CONFIG SET maxmemory abc
CONFIG SET maxmemory -1
CONFIG SET maxmemory 1xb
CONFIG SET bogus 1
CONFIG SET databases 20
CONFIG SET port abc
CONFIG SET maxmemory 1 bogus 2 ; CONFIG GET maxmemory
CONFIG SET maxmemory 1mb ; CONFIG GET maxmemory ; CONFIG SET maxmemory 0
CONFIG SET maxmemory 1gb ; CONFIG GET maxmemory ; CONFIG SET maxmemory 0
CONFIG SET maxmemory 1K ; CONFIG GET maxmemory ; CONFIG SET maxmemory 0
CONFIG SET maxmemory 1 maxmemory 2
CONFIG SET maxmemory-policy bogus
CONFIG SET maxmemory-policy allkeys-lru ; CONFIG GET maxmemory-policy ; CONFIG SET maxmemory-policy noeviction
CONFIG SET maxmemory-samples 0
CONFIG SET maxmemory-samples 5 hz abc ; CONFIG GET hz
CONFIG SET hz 20 ; CONFIG GET hz ; CONFIG SET hz 10
CONFIG SET hz 0 ; CONFIG GET hz ; CONFIG SET hz 10
CONFIG SET hz 501 ; CONFIG GET hz ; CONFIG SET hz 10
CONFIG SET appendonly maybe
CONFIG SET timeout -1
CONFIG SET timeout 10 ; CONFIG GET timeout ; CONFIG SET timeout 0
CONFIG SET lfu-log-factor 99999999999
CONFIG SET notify-keyspace-events KEA ; CONFIG GET notify-keyspace-events ; CONFIG SET notify-keyspace-events ""
CONFIG SET notify-keyspace-events Kx ; CONFIG GET notify-keyspace-events ; CONFIG SET notify-keyspace-events ""
CONFIG SET notify-keyspace-events Q
CONFIG SET save "900 1 300 10" ; CONFIG GET save ; CONFIG SET save ""
CONFIG SET save "900" ; CONFIG GET save
CONFIG SET save "a b"
CONFIG SET client-output-buffer-limit "normal 0 0 0"
CONFIG SET client-output-buffer-limit "bogus 0 0 0"
CONFIG SET client-output-buffer-limit "pubsub 32mb 8mb 60" ; CONFIG GET client-output-buffer-limit
CONFIG SET loglevel bogus ~differs:loglevel
CONFIG SET loglevel verbose ; CONFIG GET loglevel ; CONFIG SET loglevel notice
CONFIG SET hash-max-listpack-entries 2 ; HSET h a 1 b 2 ; OBJECT ENCODING h ; HSET h c 3 ; OBJECT ENCODING h ; CONFIG SET hash-max-listpack-entries 512
CONFIG SET hash-max-ziplist-entries 7 ; CONFIG GET hash-max-*-entries ~pairs ; CONFIG SET hash-max-listpack-entries 512
CONFIG SET hash-max-listpack-value 2 ; HSET h a xxx ; OBJECT ENCODING h ; CONFIG SET hash-max-listpack-value 64
CONFIG SET zset-max-listpack-entries 2 ; ZADD z 1 a 2 b ; OBJECT ENCODING z ; ZADD z 3 c ; OBJECT ENCODING z ; CONFIG SET zset-max-listpack-entries 128
CONFIG SET set-max-intset-entries 2 ; SADD s 1 2 ; OBJECT ENCODING s ; CONFIG SET set-max-intset-entries 512
CONFIG SET stream-node-max-entries 10 ; XADD x 1-1 f v ; CONFIG SET stream-node-max-entries 100
CONFIG SET proto-max-bulk-len 1048576 ; CONFIG GET proto-max-bulk-len ; SETRANGE k 1048576 x ; CONFIG SET proto-max-bulk-len 512mb
CONFIG SET proto-max-bulk-len 1
CONFIG SET activedefrag maybe
CONFIG RESETSTAT x
CONFIG RESETSTAT
CONFIG REWRITE
CONFIG REWRITE x
CONFIG HELP ~help
CONFIG HELP x
config get MaxMemory
# INFO
INFO bogus
INFO ~infoFields
INFO server ~infoFields
INFO clients ~infoFields
INFO memory ~infoFields
INFO persistence ~infoFields
INFO stats ~infoFields
INFO replication ~infoFields
INFO cpu ~infoFields
INFO modules ~infoFields
INFO errorstats
INFO cluster ~infoFields
INFO keyspace
INFO all ~infoFields
INFO everything ~infoFields
INFO default ~infoFields
INFO server clients ~infoFields
INFO SERVER ~infoFields
INFO bogus server ~infoFields
SET k v ; SET j v EX 1000 ; SELECT 3 ; SET k v ; INFO keyspace ~digits
CONFIG RESETSTAT ; GET k ; BOGUS ; INFO errorstats ; CONFIG RESETSTAT ; INFO errorstats
CONFIG RESETSTAT ; BOGUS ; GET ; SET k v ; INCR k ; LPUSH k a ; INFO errorstats ; CONFIG RESETSTAT
CONFIG RESETSTAT ; SET k v ; GET k ; GET ; INFO commandstats ~digits
# DBSIZE, FLUSHDB, FLUSHALL, SWAPDB, TIME, LASTSAVE
DBSIZE x
DBSIZE
MSET a 1 b 2 ; DBSIZE ; SELECT 1 ; DBSIZE
FLUSHDB BOGUS
FLUSHDB SYNC ASYNC
FLUSHDB SYNC ; FLUSHDB ASYNC ; FLUSHDB sync
SET k v ; SELECT 1 ; SET k v ; FLUSHDB ; DBSIZE ; SELECT 0 ; DBSIZE
FLUSHALL BOGUS
FLUSHALL SYNC x
FLUSHALL SYNC ; FLUSHALL ASYNC
SET k v ; SELECT 1 ; SET k v ; FLUSHALL ; DBSIZE ; SELECT 0 ; DBSIZE
SWAPDB
SWAPDB 0
SWAPDB a 1
SWAPDB 0 b
SWAPDB 0 16
SWAPDB -1 0
SWAPDB 0 1 2
SWAPDB 99999999999999999999 0
SWAPDB 0 0
SET k v ; SWAPDB 0 1 ; EXISTS k ; SELECT 1 ; GET k ; SWAPDB 0 1 ; EXISTS k
@b XREAD BLOCK 0 STREAMS k $ & ; !blocked 1 ; SELECT 1 ; XADD k 1-1 f v ; SWAPDB 0 1 ; @b <
TIME x
TIME ~shape
LASTSAVE x
LASTSAVE ~near:60
# DEBUG
DEBUG
DEBUG BOGUS
DEBUG SLEEP
DEBUG SLEEP 0
DEBUG SLEEP 0.01
DEBUG SLEEP abc
DEBUG SET-ACTIVE-EXPIRE
DEBUG SET-ACTIVE-EXPIRE 0 ; DEBUG SET-ACTIVE-EXPIRE 1
DEBUG OBJECT
DEBUG OBJECT nokey
SET k v ; DEBUG OBJECT k ~words:none
SET k 5 ; DEBUG OBJECT k ~words:none
HSET h f v ; DEBUG OBJECT h ~words:none
DEBUG POPULATE
DEBUG POPULATE abc
DEBUG POPULATE 10 ; DBSIZE ; GET key:0 ; GET key:9 ; KEYS * ~unordered
DEBUG POPULATE 3 foo ; KEYS * ~unordered ; GET foo:1
DEBUG POPULATE 3 foo 20 ; GET foo:1 ; STRLEN foo:2
DEBUG POPULATE 2 foo 3 ; GET foo:1
SET key:0 mine ; DEBUG POPULATE 2 ; GET key:0 ; DBSIZE
DEBUG LOG
DEBUG LOG hello
DEBUG ERROR
DEBUG ERROR hello
DEBUG ERROR "ERR x"
DEBUG ERROR "MYCODE x y"
DEBUG AOF-FLUSH-SLEEP
DEBUG AOF-FLUSH-SLEEP 0 1
DEBUG AOF-FLUSH-SLEEP 10 ; DEBUG AOF-FLUSH-SLEEP 0
DEBUG REPLICATE
DEBUG REPLICATE no such command
DEBUG STRINGMATCH-LEN
DEBUG STRINGMATCH-LEN 10 * ~differs:stringmatch-len
DEBUG HELP ~help
# DEBUG DIGEST
DEBUG DIGEST ; DEBUG DIGEST x ; DEBUG DIGEST-VALUE ; DEBUG DIGEST-VALUE k ; DEBUG digest-value k j
SET k v ; DEBUG DIGEST ; DEBUG DIGEST-VALUE k j k ; APPEND k w ; DEBUG DIGEST ; SETRANGE k 1 abcdefghijklmnopqrstuvwxyz ; DEBUG DIGEST
SET k 12345 ; DEBUG DIGEST ; SET "" "" ; DEBUG DIGEST ; DEBUG DIGEST-VALUE ""
SET k v EX 100 ; DEBUG DIGEST ; DEBUG DIGEST-VALUE k
RPUSH l a b c ; DEBUG DIGEST ; LPUSH l 1 2 3 "" ; DEBUG DIGEST-VALUE l ; EXPIRE l 100 ; DEBUG DIGEST
SADD s a b c ; SADD i 1 2 3 -5 ; DEBUG DIGEST ; DEBUG DIGEST-VALUE s i
HSET h a 1 b 2 ; DEBUG DIGEST ; DEBUG DIGEST-VALUE h
ZADD z 1 a 2.5 b -inf c inf d 0.1 e -0 f 1e17 g 1e100 h 3e-7 i 123456789012345678 j ; DEBUG DIGEST ~differs:digest-scores ; DEBUG DIGEST-VALUE z ~differs:digest-scores-value
XADD x 1-1 a b c d ; XADD x 2-1 e f ; DEBUG DIGEST-VALUE x ; XGROUP CREATE x g 0 ; DEBUG DIGEST ; XREADGROUP GROUP g c STREAMS x > ; DEBUG DIGEST ; XDEL x 1-1 ; DEBUG DIGEST ; XSETID x 9-9 ; DEBUG DIGEST
XADD x 18446744073709551615-18446744073709551615 a b ; DEBUG DIGEST-VALUE x
SET a 1 ; SELECT 3 ; SET a 1 ; SELECT 9 ; RPUSH b 1 ; DEBUG DIGEST ; SWAPDB 0 3 ; DEBUG DIGEST ; SWAPDB 3 4 ; DEBUG DIGEST ; FLUSHDB ; DEBUG DIGEST
SET a 1 ; SET b 2 ; SET c 3 ; DEL b ; DEBUG DIGEST ; RENAME a d ; DEBUG DIGEST
DEBUG POPULATE 300 d 40 ; DEBUG DIGEST ; DEBUG DIGEST-VALUE d:1 d:299 d:300
MULTI ; SET k v ; DEBUG DIGEST ; EXEC
MULTI ; DEBUG ERROR "OOPS no" ; EXEC
`,
);
