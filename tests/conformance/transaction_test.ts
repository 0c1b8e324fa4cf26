import { conform } from "./runner.ts";

conform(
  "transactions",
  String.raw`
# arity and order
MULTI x
EXEC
EXEC x
DISCARD
DISCARD x
WATCH
UNWATCH x
UNWATCH
MULTI ; MULTI ; SET k v ; EXEC
MULTI ; WATCH k ; SET k v ; EXEC
MULTI ; UNWATCH ; EXEC
MULTI ; EXEC
MULTI ; DISCARD ; EXEC ; DISCARD
MULTI ; EXEC x ; EXEC
MULTI ; DISCARD x ; EXEC
MULTI ; MULTI x ; EXEC
# queueing
MULTI ; SET k v ; GET k ; INCR k ; EXEC ; GET k
MULTI ; SET k 1 ; INCR k ; INCRBY k 5 ; GET k ; EXEC
MULTI ; SET k v ; DISCARD ; EXISTS k
MULTI ; BOGUS ; SET k v ; EXEC ; EXISTS k ; MULTI ; PING ; EXEC
MULTI ; GET ; EXEC
MULTI ; SET k ; DISCARD ; PING
MULTI ; SET k v EX abc ; SET j w ; EXEC ; MGET k j
MULTI ; RPUSH k a ; INCR k ; LRANGE k 0 -1 ; EXEC
MULTI ; PING ; ECHO x ; SELECT 1 ; SET k v ; EXEC ; GET k ; SELECT 0 ; EXISTS k
MULTI ; SELECT 99 ; EXEC
MULTI ; FLUSHALL ; DBSIZE ; EXEC
MULTI ; HSET h f v ; HGETALL h ; SADD s a ; SMEMBERS s ; ZADD z 1 m ; ZRANGE z 0 -1 WITHSCORES ; ZSCORE z m ; EXEC
MULTI ; GET nokey ; LPOP nokey 2 ; XRANGE nokey - + ; XREAD STREAMS nokey 0 ; EXEC
MULTI ; CONFIG GET maxmemory ; COMMAND COUNT ; TIME ; EXEC ~shape
MULTI ; CLIENT BOGUS ; EXEC
MULTI ; CONFIG ; EXEC
MULTI ; XREAD BLOCK 0 STREAMS k $ ; EXEC
MULTI ; DEBUG SLEEP 0 ; EXEC
multi ; set k v ; exec
MULTI ; SET k v PX 20 ; EXEC ; !wait 60 ; GET k
# WATCH
WATCH k ; SET k v ; MULTI ; SET k w ; EXEC ; GET k
WATCH k ; @b SET k v ; MULTI ; SET k w ; EXEC ; GET k
WATCH k ; @b SET j v ; MULTI ; SET k w ; EXEC ; GET k
WATCH a b c ; @b SET b v ; MULTI ; PING ; EXEC
WATCH k ; WATCH k ; @b SET k v ; MULTI ; PING ; EXEC ; MULTI ; PING ; EXEC
WATCH k ; @b SET k v ; UNWATCH ; MULTI ; PING ; EXEC
WATCH k ; @b SET k v ; MULTI ; DISCARD ; MULTI ; PING ; EXEC
SET k v ; WATCH k ; @b SET k v ; MULTI ; PING ; EXEC
SET k v ; WATCH k ; @b DEL k ; MULTI ; PING ; EXEC
WATCH k ; @b DEL k ; MULTI ; PING ; EXEC
SET k v ; WATCH k ; @b GET k ; @b TOUCH k ; @b TTL k ; MULTI ; PING ; EXEC
SET k v ; WATCH k ; @b EXPIRE k 100 ; MULTI ; PING ; EXEC
SET k v EX 100 ; WATCH k ; @b PERSIST k ; MULTI ; PING ; EXEC
SET k v ; WATCH k ; @b PERSIST k ; MULTI ; PING ; EXEC
SET k v ; WATCH k ; @b SET k w NX ; MULTI ; PING ; EXEC
SET k v ; WATCH k ; @b INCR k ; MULTI ; PING ; EXEC
SADD k a ; WATCH k ; @b SADD k a ; MULTI ; PING ; EXEC
SADD k a ; WATCH k ; @b SREM k b ; MULTI ; PING ; EXEC
HSET k f v ; WATCH k ; @b HSET k f v ; MULTI ; PING ; EXEC
ZADD k 1 a ; WATCH k ; @b ZADD k 1 a ; MULTI ; PING ; EXEC
ZADD k 1 a ; WATCH k ; @b ZADD k 2 a ; MULTI ; PING ; EXEC
RPUSH k a ; WATCH k ; @b LPOP k ; MULTI ; PING ; EXEC
XADD k 1-1 f v ; WATCH k ; @b XTRIM k MAXLEN 5 ; MULTI ; PING ; EXEC
SET j v ; WATCH k ; @b RENAME j k ; MULTI ; PING ; EXEC
SET k v ; WATCH k ; @b RENAME k j ; MULTI ; PING ; EXEC
SET k v ; WATCH k ; @b COPY k j ; MULTI ; PING ; EXEC
SET j v ; WATCH k ; @b COPY j k ; MULTI ; PING ; EXEC
SET k v ; WATCH k ; @b MOVE k 1 ; MULTI ; PING ; EXEC
SET k v ; WATCH k ; @b FLUSHALL ; MULTI ; PING ; EXEC
SET k v ; WATCH k ; @b FLUSHDB ; MULTI ; PING ; EXEC
WATCH k ; @b FLUSHALL ; MULTI ; PING ; EXEC
WATCH k ; @b SELECT 1 ; @b SET k v ; MULTI ; PING ; EXEC
WATCH k ; @b SELECT 1 ; @b FLUSHDB ; MULTI ; PING ; EXEC
SET k v ; WATCH k ; @b SWAPDB 0 1 ; MULTI ; PING ; EXEC
WATCH k ; @b SWAPDB 0 1 ; MULTI ; PING ; EXEC
WATCH k ; @b SELECT 1 ; @b SET k v ; @b SWAPDB 0 1 ; MULTI ; PING ; EXEC
SELECT 1 ; WATCH k ; SELECT 0 ; @b SELECT 1 ; @b SET k v ; MULTI ; PING ; EXEC
SET k v PX 30 ; WATCH k ; !wait 60 ; MULTI ; PING ; EXEC
SET k v PX 10 ; !wait 30 ; WATCH k ; MULTI ; PING ; EXEC
WATCH k ; @b MULTI ; @b SET k v ; @b EXEC ; MULTI ; PING ; EXEC
WATCH k ; @b MULTI ; @b SET k v ; @b DISCARD ; MULTI ; PING ; EXEC
WATCH k ; MULTI ; @b SET k v ; SET k w ; EXEC ; GET k
WATCH k ; @b SET k v ; MULTI ; BOGUS ; EXEC
WATCH k ; @b SET k v ; @b DEL k ; MULTI ; PING ; EXEC
WATCH k ; @b LPUSH k a ; @b LPOP k ; MULTI ; PING ; EXEC
WATCH "" ; @b SET "" v ; MULTI ; PING ; EXEC
WATCH k ; EXEC ; @b SET k v ; MULTI ; PING ; EXEC
# blocked clients are served after EXEC, in order
@b XREAD BLOCK 0 STREAMS k $ & ; !blocked 1 ; MULTI ; XADD k 1-1 f v ; XADD k 1-2 f v ; EXEC ; @b <
@b XREAD BLOCK 0 STREAMS k $ & ; !blocked 1 ; MULTI ; XADD k 1-1 f v ; DEL k ; EXEC ; !blocked 1 ; XADD k 2-1 f v ; @b <
`,
  { fresh: true },
);
