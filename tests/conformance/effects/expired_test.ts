import { streams } from "./runner.ts";

streams(
  "expired keys",
  String.raw`
# found by reads
SET k v PX 1 ; !wait 5 ; GET k
SET k v PX 1 ; !wait 5 ; GET k ; GET k
SET k v PX 1 ; !wait 5 ; EXISTS k
SET k v PX 1 ; !wait 5 ; TTL k
SET k v PX 1 ; !wait 5 ; TYPE k
SET k v PX 1 ; !wait 5 ; STRLEN k
SET k v PX 1 ; !wait 5 ; TOUCH k
SET k v PX 1 ; !wait 5 ; OBJECT ENCODING k
SET k v PX 1 ; !wait 5 ; OBJECT IDLETIME k
SET k v PX 1 ; !wait 5 ; DUMP k
SET k v PX 1 ; !wait 5 ; DEBUG OBJECT k
SET k v PX 1 ; !wait 5 ; MEMORY USAGE k
SET k v PX 1 ; !wait 5 ; EXPIRETIME k
SET a v PX 1 ; SET b v PX 1 ; !wait 5 ; MGET a b
SET a v PX 1 ; SET b v PX 1 ; !wait 5 ; EXISTS a b c
SET a v PX 1 ; SET b v PX 1 ; !wait 5 ; LCS a b
SADD a v ; PEXPIRE a 1 ; SADD b v ; PEXPIRE b 1 ; !wait 5 ; SINTER a b
SADD a v ; PEXPIRE a 1 ; SADD b v ; PEXPIRE b 1 ; !wait 5 ; SUNION a b
SADD a v ; PEXPIRE a 1 ; SADD b v ; PEXPIRE b 1 ; !wait 5 ; SDIFF b a
SADD a v ; PEXPIRE a 1 ; SADD b v ; PEXPIRE b 1 ; !wait 5 ; SINTERCARD 2 a b
SADD a v ; PEXPIRE a 1 ; SADD b v ; PEXPIRE b 1 ; !wait 5 ; SINTERSTORE d a b
ZADD a 1 v ; PEXPIRE a 1 ; ZADD b 1 v ; PEXPIRE b 1 ; !wait 5 ; ZUNION 2 a b
ZADD a 1 v ; PEXPIRE a 1 ; ZADD b 1 v ; PEXPIRE b 1 ; !wait 5 ; ZINTER 2 a b
ZADD a 1 v ; PEXPIRE a 1 ; !wait 5 ; ZRANGE a 0 -1
ZADD a 1 v ; PEXPIRE a 1 ; !wait 5 ; ZSCORE a v
HSET a f v ; PEXPIRE a 1 ; !wait 5 ; HGET a f
HSET a f v ; PEXPIRE a 1 ; !wait 5 ; HGETALL a
RPUSH a v ; PEXPIRE a 1 ; !wait 5 ; LRANGE a 0 -1
RPUSH a v ; PEXPIRE a 1 ; !wait 5 ; LLEN a
XADD a 1-1 f v ; PEXPIRE a 1 ; !wait 5 ; XLEN a
XADD a 1-1 f v ; PEXPIRE a 1 ; !wait 5 ; XREAD STREAMS a 0
XADD a 1-1 f v ; PEXPIRE a 1 ; !wait 5 ; XINFO STREAM a
PFADD a v ; PEXPIRE a 1 ; !wait 5 ; PFCOUNT a
PFADD a v ; PEXPIRE a 1 ; PFADD b v ; !wait 5 ; PFCOUNT a b
SETBIT a 1 1 ; PEXPIRE a 1 ; !wait 5 ; BITCOUNT a
SETBIT a 1 1 ; PEXPIRE a 1 ; !wait 5 ; GETBIT a 1
GEOADD a 1 1 m ; PEXPIRE a 1 ; !wait 5 ; GEOPOS a m
# found by looks at all keys
SET k v PX 1 ; !wait 5 ; SCAN 0 COUNT 100
SET a v PX 1 ; SET b v PX 1 ; !wait 5 ; SCAN 0 COUNT 100 ~stream:any
SET k v PX 1 ; !wait 5 ; SCAN 0 COUNT 100 MATCH x*
SET k v PX 1 ; !wait 5 ; SCAN 0 COUNT 100 MATCH k*
SET k v PX 1 ; !wait 5 ; SCAN 0 COUNT 100 TYPE list
SET k v PX 1 ; !wait 5 ; SCAN 0 COUNT 100 TYPE string
SET k v PX 1 ; !wait 5 ; RANDOMKEY
SET a v PX 1 ; SET b v PX 1 ; !wait 5 ; RANDOMKEY ~stream:any
SET k v PX 1 ; !wait 5 ; KEYS *
SET k v PX 1 ; !wait 5 ; KEYS x*
SET k v PX 1 ; !wait 5 ; KEYS k
SET k v PX 1 ; !wait 5 ; DBSIZE
SET a v PX 1 ; SET b v PX 1 ; !wait 5 ; KEYS * ~stream:any
SET k v PX 1 ; !wait 5 ; FLUSHALL
SET k v PX 1 ; !wait 5 ; FLUSHDB
SET k v PX 1 ; !wait 5 ; SWAPDB 0 1 ; SELECT 1 ; GET k
SELECT 3 ; SET k v PX 1 ; SELECT 0 ; !wait 5 ; GET k ; SELECT 3 ; GET k ; SELECT 0 ; SET a 1
# found by writes
SET k v PX 1 ; !wait 5 ; SET k w
SET k v PX 1 ; !wait 5 ; SET k w NX
SET k v PX 1 ; !wait 5 ; SET k w XX
SET k v PX 1 ; !wait 5 ; SET k w EX 100
SET k v PX 1 ; !wait 5 ; SET k w GET
SET k v PX 1 ; !wait 5 ; SETNX k w
SET k v PX 1 ; !wait 5 ; SETEX k 100 w
SET k v PX 1 ; !wait 5 ; GETSET k w
SET k v PX 1 ; !wait 5 ; APPEND k w
SET k v PX 1 ; !wait 5 ; SETRANGE k 0 ""
SET k v PX 1 ; !wait 5 ; SETBIT k 1 1
SET k v PX 1 ; !wait 5 ; BITFIELD k GET u8 0
SET k v PX 1 ; !wait 5 ; BITFIELD k SET u8 0 1
SET k v PX 1 ; !wait 5 ; DECR k
SET k v PX 1 ; !wait 5 ; RPUSH k a
SET k v PX 1 ; !wait 5 ; LPUSHX k a
SET k v PX 1 ; !wait 5 ; LPOP k
SET k v PX 1 ; !wait 5 ; LPOP k 2
SET k v PX 1 ; !wait 5 ; LMPOP 2 k j LEFT
SET k v PX 1 ; !wait 5 ; LTRIM k 0 1
SET k v PX 1 ; !wait 5 ; LSET k 0 a
SET k v PX 1 ; !wait 5 ; LINSERT k BEFORE a b
SET k v PX 1 ; !wait 5 ; LREM k 0 a
SET k v PX 1 ; RPUSH l a ; !wait 5 ; LMOVE l k LEFT LEFT
SET k v PX 1 ; RPUSH l a ; !wait 5 ; LMOVE k l LEFT LEFT
SET k v PX 1 ; RPUSH l a ; !wait 5 ; RPOPLPUSH l k
SET k v PX 1 ; !wait 5 ; SADD k a
SET k v PX 1 ; !wait 5 ; SREM k a
SET k v PX 1 ; !wait 5 ; SPOP k
SET k v PX 1 ; !wait 5 ; SPOP k 3
SET k v PX 1 ; SADD s a ; !wait 5 ; SMOVE s k a
SET k v PX 1 ; SADD s a ; !wait 5 ; SMOVE k s a
SET k v PX 1 ; SADD s a ; !wait 5 ; SUNIONSTORE k s
SET k v PX 1 ; SADD s a ; !wait 5 ; SUNIONSTORE d k s
SET k v PX 1 ; SADD s a ; !wait 5 ; SDIFFSTORE k x y
SET k v PX 1 ; !wait 5 ; HSET k f v
SET k v PX 1 ; !wait 5 ; HSETNX k f v
SET k v PX 1 ; !wait 5 ; HDEL k f
SET k v PX 1 ; !wait 5 ; HINCRBY k f 1
SET k v PX 1 ; !wait 5 ; HINCRBYFLOAT k f 1
SET k v PX 1 ; !wait 5 ; ZADD k 1 a
SET k v PX 1 ; !wait 5 ; ZADD k XX 1 a
SET k v PX 1 ; !wait 5 ; ZINCRBY k 1 a
SET k v PX 1 ; !wait 5 ; ZREM k a
SET k v PX 1 ; !wait 5 ; ZPOPMIN k
SET k v PX 1 ; !wait 5 ; ZMPOP 1 k MIN
SET k v PX 1 ; !wait 5 ; ZREMRANGEBYRANK k 0 -1
SET k v PX 1 ; ZADD z 1 a ; !wait 5 ; ZUNIONSTORE k 1 z
SET k v PX 1 ; ZADD z 1 a ; !wait 5 ; ZUNIONSTORE d 2 k z
SET k v PX 1 ; !wait 5 ; ZRANGESTORE k z 0 -1
SET k v PX 1 ; ZADD z 1 a ; !wait 5 ; ZRANGESTORE k z 0 -1
SET k v PX 1 ; !wait 5 ; XADD k 1-1 f v
SET k v PX 1 ; !wait 5 ; XADD k NOMKSTREAM 1-1 f v
SET k v PX 1 ; !wait 5 ; XDEL k 1-1
SET k v PX 1 ; !wait 5 ; XTRIM k MAXLEN 0
SET k v PX 1 ; !wait 5 ; XGROUP CREATE k g $ MKSTREAM
SET k v PX 1 ; !wait 5 ; XGROUP CREATE k g $
SET k v PX 1 ; !wait 5 ; XSETID k 1-1
SET k v PX 1 ; !wait 5 ; XACK k g 1-1
SET k v PX 1 ; !wait 5 ; XREADGROUP GROUP g c STREAMS k >
SET k v PX 1 ; !wait 5 ; PFADD k a
SET k v PX 1 ; PFADD h a ; !wait 5 ; PFMERGE k h
SET k v PX 1 ; PFADD h a ; !wait 5 ; PFMERGE h k
SET k v PX 1 ; !wait 5 ; GEOADD k 1 1 m
SET k v PX 1 ; GEOADD g 1 1 m ; !wait 5 ; GEOSEARCHSTORE k g FROMLONLAT 1 1 BYRADIUS 1 km
SET k v PX 1 ; GEOADD g 1 1 m ; !wait 5 ; GEOSEARCHSTORE k k FROMLONLAT 1 1 BYRADIUS 1 km
SET k v PX 1 ; !wait 5 ; PERSIST k
SET k v PX 1 ; !wait 5 ; EXPIRE k -1
SET k v PX 1 ; !wait 5 ; BITOP NOT k x
SET k v PX 1 ; !wait 5 ; RESTORE k 0 "\x00\x01v\x0b\x00\x62\x39\xba\xbb\x96\xd6\x74\xd3"
SET k v PX 1 ; !wait 5 ; SORT x STORE k
SET k v PX 1 ; !wait 5 ; ZUNIONSTORE k 1 x
SET k v PX 1 ; !wait 5 ; ZINTERSTORE k 2 x y
SET k v PX 1 ; !wait 5 ; ZDIFFSTORE k 1 x
SET k v PX 1 ; !wait 5 ; SINTERSTORE k x y
SET k v PX 1 ; !wait 5 ; SUNIONSTORE k x y
SET k v PX 1 ; GEOADD g 1 1 m ; !wait 5 ; GEORADIUS g 50 50 1 m STORE k
SET k v PX 1 ; GEOADD g 1 1 m ; !wait 5 ; GEOSEARCHSTORE k g FROMLONLAT 50 50 BYRADIUS 1 m
SET k v PX 1 ; !wait 5 ; GEOSEARCHSTORE k x FROMLONLAT 50 50 BYRADIUS 1 m
SET k v PX 1 ; !wait 5 ; ZUNIONSTORE k 1 k
# in transactions
SET k v PX 1 ; !wait 5 ; MULTI ; GET k ; EXEC
SET k v PX 1 ; !wait 5 ; MULTI ; GET k ; GET k ; SET j 1 ; EXEC
SET k v PX 1 ; !wait 5 ; MULTI ; SET j 1 ; GET k ; EXEC
SET a v PX 1 ; SET b v PX 1 ; !wait 5 ; MULTI ; GET a ; GET b ; EXEC
SET a v PX 1 ; SET b v PX 1 ; !wait 5 ; MULTI ; SCAN 0 COUNT 100 ; EXEC ~stream:any
SET a v PX 1 ; SET b v PX 1 ; !wait 5 ; MULTI ; RANDOMKEY ; SET c 1 ; EXEC ~stream:any
SET k v PX 1 ; !wait 5 ; MULTI ; KEYS * ; SET c 1 ; EXEC
SET k v PX 50 ; WATCH k ; !wait 60 ; MULTI ; SET k w ; EXEC
WATCH k ; SET k v PX 50 ; !wait 60 ; MULTI ; SET k w ; EXEC
SELECT 3 ; SET k v PX 1 ; SELECT 0 ; !wait 5 ; MULTI ; SELECT 3 ; GET k ; SELECT 0 ; SET a 1 ; EXEC
SET k v ; MULTI ; PEXPIRE k 1 ; DEBUG SLEEP 0.01 ; GET k ; EXEC
SET k v ; MULTI ; PEXPIRE k 1 ; DEBUG SLEEP 0.01 ; SET j 1 ; EXEC ; GET k
MULTI ; SET k v PX 1 ; DEBUG SLEEP 0.01 ; INCR k ; EXEC
# with another way to leave
CONFIG SET lazyfree-lazy-expire yes ; SET k v PX 1 ; !wait 5 ; GET k ; CONFIG SET lazyfree-lazy-expire no
CONFIG SET lazyfree-lazy-expire yes ; SET k v PX 1 ; !wait 5 ; SCAN 0 ; CONFIG SET lazyfree-lazy-expire no
CONFIG SET lazyfree-lazy-expire yes ; SET k v ; PEXPIREAT k 1 ; CONFIG SET lazyfree-lazy-expire no
CONFIG SET lazyfree-lazy-expire yes ; SET k v ; GETEX k PXAT 1 ; CONFIG SET lazyfree-lazy-expire no
CONFIG SET lazyfree-lazy-expire yes ; SET k v ; RESTORE k 1 "\x00\x01v\x0b\x00\x62\x39\xba\xbb\x96\xd6\x74\xd3" ABSTTL REPLACE ; CONFIG SET lazyfree-lazy-expire no
CONFIG SET lazyfree-lazy-server-del yes ; SET k v ; RESTORE k 1 "\x00\x01v\x0b\x00\x62\x39\xba\xbb\x96\xd6\x74\xd3" ABSTTL REPLACE ; CONFIG SET lazyfree-lazy-server-del no
CONFIG SET lazyfree-lazy-server-del yes ; SADD s a ; SPOP s 1 ; CONFIG SET lazyfree-lazy-server-del no ~differs:spop-unlink
CONFIG SET lazyfree-lazy-server-del yes ; SADD s a ; SPOP s ; CONFIG SET lazyfree-lazy-server-del no
CONFIG SET lazyfree-lazy-server-del yes ; SET a 1 ; SET b 1 ; RENAME a b ; CONFIG SET lazyfree-lazy-server-del no
CONFIG SET lazyfree-lazy-server-del yes ; SET k 1 ; PEXPIREAT k 1 ; CONFIG SET lazyfree-lazy-server-del no
CONFIG SET lazyfree-lazy-user-del yes ; SET k 1 ; DEL k ; CONFIG SET lazyfree-lazy-user-del no
CONFIG SET lazyfree-lazy-user-del yes ; SET k 1 ; GETDEL k ; CONFIG SET lazyfree-lazy-user-del no ~differs:getdel-del
CONFIG SET lazyfree-lazy-user-flush yes ; SET k 1 ; FLUSHALL ; FLUSHDB ; CONFIG SET lazyfree-lazy-user-flush no
# by the server itself
DEBUG SET-ACTIVE-EXPIRE 1 ; SET k v PX 1 ; !until DBSIZE => 0 ; DEBUG SET-ACTIVE-EXPIRE 0
DEBUG SET-ACTIVE-EXPIRE 1 ; SELECT 3 ; SET k v PX 1 ; !wait 300 ; DEBUG SET-ACTIVE-EXPIRE 0 ; SELECT 0 ; SET a 1
`,
);
