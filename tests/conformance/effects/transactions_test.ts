import { streams } from "./runner.ts";

streams(
  "transactions",
  String.raw`
MULTI ; EXEC
MULTI ; GET a ; EXEC
MULTI ; SET a 1 ; EXEC
MULTI ; SET a 1 ; SET b 1 ; EXEC
MULTI ; SET a 1 ; GET a ; SET b 1 ; GET b ; EXEC
MULTI ; GET a ; DEL a ; SETNX a 1 ; EXEC
MULTI ; DEL a ; DEL b ; EXEC
MULTI ; SET a 1 ; LPUSH a 1 ; EXEC
MULTI ; SET a 1 ; LPUSH a 1 ; SET b 1 ; EXEC
MULTI ; SET a 1 ; DISCARD
MULTI ; SET a 1 ; NONSENSE ; EXEC
MULTI ; SET a ; EXEC
MULTI ; SELECT 3 ; SET a 1 ; EXEC ; SET b 1
MULTI ; SELECT 3 ; SET a 1 ; SELECT 5 ; SET a 1 ; SELECT 0 ; SET a 1 ; EXEC ; SET b 1 ~differs:select-several
MULTI ; SELECT 3 ; EXEC ; SET b 1
SELECT 3 ; MULTI ; SET a 1 ; SET b 1 ; EXEC ~differs:select-within
SELECT 3 ; SET z 1 ; MULTI ; SET a 1 ; SET b 1 ; EXEC
WATCH a ; SET a 1 ; MULTI ; SET b 1 ; EXEC
WATCH a ; MULTI ; SET a 1 ; SET b 1 ; EXEC
MULTI ; INCR a ; INCRBYFLOAT b 1.5 ; EXPIRE a 100 ; SET c v EX 100 ; GETDEL a ; EXEC
MULTI ; SADD s a ; SPOP s ; EXPIRE s 100 ; EXEC
MULTI ; FLUSHALL ; SET a 1 ; EXEC
MULTI ; FLUSHDB ; EXEC
MULTI ; SWAPDB 0 1 ; SET a 1 ; EXEC
MULTI ; SET a 1 ; MOVE a 3 ; EXEC
MULTI ; PING ; ECHO x ; TIME ; EXEC
MULTI ; DEBUG SLEEP 0 ; SET a 1 ; EXEC
MULTI ; RPUSH l a ; DEL l ; EXEC
MULTI ; SET k v ; PEXPIREAT k 1 ; EXEC
MULTI ; SET k v ; EXPIRE k -1 ; GET k ; EXEC
MULTI ; XADD x * f v ; XADD x MAXLEN ~ 1 * f v ; EXEC
# messages
PUBLISH a b
publish a b
SPUBLISH a b
PUBLISH a b ; PUBLISH a b
SELECT 3 ; PUBLISH a b
SELECT 3 ; PUBLISH a b ; SET k v ; SELECT 0 ; PUBLISH a b
SELECT 3 ; SPUBLISH a b ; SELECT 0 ; SET k v
MULTI ; PUBLISH a b ; EXEC
MULTI ; PUBLISH a b ; PUBLISH c d ; EXEC
MULTI ; PUBLISH a b ; SET k v ; EXEC
MULTI ; SET k v ; SPUBLISH a b ; EXEC
MULTI ; SELECT 3 ; PUBLISH a b ; EXEC
MULTI ; SELECT 3 ; PUBLISH a b ; SET k v ; SELECT 0 ; PUBLISH a b ; EXEC ; SET k v ~differs:select-publish-several
SELECT 3 ; MULTI ; PUBLISH a b ; SET k v ; EXEC ~differs:select-publish
PUBLISH a
@b SUBSCRIBE a ; PUBLISH a b ; @b <
CONFIG SET notify-keyspace-events KEA ; @b SUBSCRIBE __keyevent@0__:set ; SET k v ; @b < ; CONFIG SET notify-keyspace-events ""
`,
);

streams(
  "eviction",
  String.raw`
SET k v ; CONFIG SET maxmemory 1 ; SET j v ; CONFIG SET maxmemory 0
SET k v ; CONFIG SET lazyfree-lazy-eviction yes ; CONFIG SET maxmemory 1 ; SET j v ; CONFIG SET maxmemory 0 ; CONFIG SET lazyfree-lazy-eviction no
SELECT 3 ; SET k v ; SELECT 0 ; CONFIG SET maxmemory 1 ; GET j ; CONFIG SET maxmemory 0
SET k v ; CONFIG SET maxmemory 1 ; MULTI ; GET j ; EXEC ; CONFIG SET maxmemory 0
`,
  { args: ["--maxmemory-policy", "allkeys-random"] },
);
