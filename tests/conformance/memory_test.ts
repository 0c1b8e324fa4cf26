import { conform } from "./runner.ts";

conform(
  "memory",
  String.raw`
COMMAND INFO memory ~commandInfo
MEMORY
MEMORY BOGUS
MEMORY HELP ~help
MEMORY HELP x
MEMORY USAGE
MEMORY USAGE none
MEMORY USAGE none SAMPLES 5
MEMORY USAGE none SAMPLES
MEMORY USAGE none SAMPLES -1
MEMORY USAGE none SAMPLES abc
MEMORY USAGE none SAMPLES 1.5
MEMORY USAGE none BOGUS 5
MEMORY USAGE none SAMPLES 5 x
MEMORY USAGE none SAMPLES 5 SAMPLES 0
SET k v ; MEMORY USAGE k ~int
HSET h a 1 ; MEMORY USAGE h SAMPLES 0 ~int
ZADD z 1 a 2 b ; MEMORY USAGE z samples 1 ~int
RPUSH l a b ; MEMORY USAGE l ~int
SADD s a b ; MEMORY USAGE s ~int
XADD x 1-1 a b ; MEMORY USAGE x ~int
MEMORY DOCTOR ~type
MEMORY DOCTOR x
MEMORY STATS ~nameSuperset
MEMORY STATS x
SET k v EX 100 ; MEMORY STATS ~nameSuperset
MEMORY PURGE
MEMORY PURGE x
MEMORY MALLOC-STATS ~type
MEMORY MALLOC-STATS x
memory usage none ; memory purge
# OBJECT under the policies
SET k v ; OBJECT FREQ k ; OBJECT IDLETIME k
CONFIG SET maxmemory-policy allkeys-lfu ; SET k v ; OBJECT FREQ k ; OBJECT IDLETIME k ; CONFIG SET maxmemory-policy noeviction
CONFIG SET maxmemory-policy bogus ~errorCode
CONFIG SET maxmemory 100mb ; CONFIG GET maxmemory ; SET k v ; CONFIG SET maxmemory 0
CONFIG SET maxmemory-samples 0 ~errorCode
CONFIG SET maxmemory-eviction-tenacity 101 ~errorCode
INFO memory ~infoFields
`,
  { fresh: true },
);

conform(
  "without memory",
  String.raw`
SET k v
GET k
PING
INCR k
DEL k
APPEND k x
SETRANGE k 0 x
SETBIT k 1 1
LPUSH l a
RPUSH l a
LPOP l
LINSERT l BEFORE a b
LMOVE a b LEFT LEFT
RPOPLPUSH a b
SADD s a
SREM s a
SPOP s
SUNIONSTORE d a
HSET h a 1
HDEL h a
HINCRBY h a 1
ZADD z 1 a
ZREM z a
ZINCRBY z 1 a
ZUNIONSTORE d 1 a
XADD x * f v
XDEL x 1-1
XGROUP CREATE x g 0 MKSTREAM
PFADD h a
GEOADD g 1 1 a
RESTORE k 0 x
COPY a b
SORT l
SORT l STORE d
RENAME a b
MSET a 1
MSETNX a 1
GETSET k v
GETDEL k
GETEX k
EXPIRE k 10
PERSIST k
BLPOP l 0.01
BLMOVE a b LEFT LEFT 0.01
FLUSHALL
CONFIG GET maxmemory
SUBSCRIBE a ; UNSUBSCRIBE
PUBLISH a b
SELECT 1 ; SET k v
SET k
BOGUS
# in transactions, whatever is queued is refused
MULTI ; GET k ; EXEC
MULTI ; SET k v ; EXEC
MULTI ; EXEC
MULTI ; PING ; DISCARD
MULTI ; MULTI ; EXEC
MULTI ; WATCH k ; EXEC
MULTI ; RESET ; PING
MULTI ; QUIT ; !closed
WATCH k ; MULTI ; SET k v ; EXEC ; UNWATCH
# a transaction that was queued while there was memory
@b CONFIG SET maxmemory 0 ; MULTI ; SET k v ; @b CONFIG SET maxmemory 1 ; EXEC ; GET k ; PING
@b CONFIG SET maxmemory 0 ; MULTI ; GET k ; DEL k ; @b CONFIG SET maxmemory 1 ; EXEC
@b CONFIG SET maxmemory 0 ; SET k v ; @b CONFIG SET maxmemory 1 ; SET k w ; GET k ; DEL k ; @b CONFIG SET maxmemory 0 ; SET k w ; @b CONFIG SET maxmemory 1
# with a policy that finds nothing to evict
@b CONFIG SET maxmemory-policy volatile-lru ; SET k v ; @b CONFIG SET maxmemory-policy noeviction
@b CONFIG SET maxmemory-policy allkeys-random ; SET k v ; @b CONFIG SET maxmemory-policy noeviction
# everything goes
@b CONFIG SET maxmemory 0 ; MSET a 1 b 2 c 3 ; @b CONFIG SET maxmemory-policy allkeys-lru ; @b CONFIG SET maxmemory 1 ; SET d 4 ; DBSIZE ; @b CONFIG SET maxmemory-policy noeviction
@b CONFIG SET maxmemory 0 ; MSET a 1 b 2 ; SET c 3 EX 100 ; @b CONFIG SET maxmemory-policy volatile-ttl ; @b CONFIG SET maxmemory 1 ; SET d 4 ; KEYS * ~unordered ; @b CONFIG SET maxmemory-policy noeviction
@b CONFIG SET maxmemory 0 ; MSET a 1 b 2 ; SELECT 3 ; SET c 3 EX 100 ; @b CONFIG SET maxmemory-policy volatile-random ; @b CONFIG SET maxmemory 1 ; SET d 4 ; DBSIZE ; SELECT 0 ; DBSIZE ; @b CONFIG SET maxmemory-policy noeviction
`,
  { fresh: true, args: ["--maxmemory", "1"] },
);
