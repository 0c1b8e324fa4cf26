import { conform } from "./runner.ts";

// Nobody listens on port 1: the link never comes up.
conform(
  "replicaof",
  String.raw`
REPLICAOF
REPLICAOF h
REPLICAOF h x
REPLICAOF h -1
REPLICAOF h 65536
REPLICAOF h 1.5
REPLICAOF h 6379 more
SLAVEOF
SLAVEOF h x
SLAVEOF no two
REPLICAOF NO ONE
REPLICAOF no one ; SLAVEOF No One
CONFIG SET replicaof "127.0.0.1 1"
CONFIG GET replicaof ; CONFIG GET slaveof
REPLICAOF 127.0.0.1 1 ; REPLICAOF 127.0.0.1 1 ; SLAVEOF 127.0.0.1 1 ; REPLICAOF NO ONE
REPLICAOF LocalHost 1 ; REPLICAOF localhost 1 ; CONFIG GET slaveof ; ROLE ~shape ; REPLICAOF NO ONE
REPLICAOF 127.0.0.1 1 ; CONFIG GET replicaof ; SLAVEOF NO ONE ; CONFIG GET replicaof
# who it says it is
REPLICAOF 127.0.0.1 1 ; HELLO ~hello ; [2] HELLO 2 ~hello ; REPLICAOF NO ONE ; HELLO ~hello
# commands on a replica
SET a b ; REPLICAOF 127.0.0.1 1 ; GET a ; SET a c ; DEL a ; INCR n ; EXISTS a ; KEYS * ; REPLICAOF NO ONE
REPLICAOF 127.0.0.1 1 ; GETEX a PERSIST ; SPOP s ; SORT l STORE m ; PFCOUNT h ; PFADD h x ; REPLICAOF NO ONE
REPLICAOF 127.0.0.1 1 ; FLUSHALL ; FLUSHDB ; SWAPDB 0 1 ; EXPIRE a 1 ; BLPOP l 0.01 ; REPLICAOF NO ONE
REPLICAOF 127.0.0.1 1 ; XREAD BLOCK 10 STREAMS s $ ; XREADGROUP GROUP g c STREAMS s > ; REPLICAOF NO ONE
REPLICAOF 127.0.0.1 1 ; XREADGROUP ; SET ; NONSENSE ; OBJECT NONSENSE ; REPLICAOF NO ONE
REPLICAOF 127.0.0.1 1 ; MULTI ; SET a b ; GET a ; EXEC ; REPLICAOF NO ONE
MULTI ; SET a b ; REPLICAOF 127.0.0.1 1 ; SET a c ; GET a ; REPLICAOF NO ONE ; EXEC
@b MULTI ; @b SET a b ; REPLICAOF 127.0.0.1 1 ; @b EXEC ; @b GET a ; REPLICAOF NO ONE
@b MULTI ; @b GET a ; REPLICAOF 127.0.0.1 1 ; @b EXEC ; REPLICAOF NO ONE
REPLICAOF 127.0.0.1 1 ; PUBLISH c m ; WAIT 1 10 ; WAIT 0 0 ; REPLICAOF NO ONE
REPLICAOF 127.0.0.1 1 ; SYNC ; PSYNC ? -1 ; CLIENT LIST TYPE master ; CLIENT KILL TYPE master ; REPLICAOF NO ONE
@b BLPOP l 0 & ; !blocked 1 ; REPLICAOF 127.0.0.1 1 ; @b < ; @b !closed ; REPLICAOF NO ONE
@b WAIT 1 0 & ; !blocked 1 ; REPLICAOF 127.0.0.1 1 ; @b < ; @b !closed ; REPLICAOF NO ONE
# what may leave something for replicas is no write
REPLICAOF 127.0.0.1 1 ; MULTI ; PUBLISH a b ; EXEC ; REPLICAOF NO ONE
REPLICAOF 127.0.0.1 1 ; MULTI ; SPUBLISH a b ; PFCOUNT h ; EXEC ; REPLICAOF NO ONE
REPLICAOF 127.0.0.1 1 ; PFADD h x ; MULTI ; PFCOUNT h ; PUBLISH a b ; PFADD h x ; EXEC ; REPLICAOF NO ONE
@b MULTI ; @b PUBLISH a b ; REPLICAOF 127.0.0.1 1 ; @b EXEC ; REPLICAOF NO ONE
CONFIG SET min-replicas-to-write 1 ; MULTI ; PUBLISH a b ; PFCOUNT h ; EXEC ; PUBLISH a b ; MULTI ; SET a b ; EXEC ;
  CONFIG SET min-replicas-to-write 0
@b MULTI ; @b PUBLISH a b ; CLIENT PAUSE 100000 WRITE ; @b EXEC & ; !blocked 1 ; CLIENT UNPAUSE ; @b <
CLIENT PAUSE 100000 WRITE ; @b MULTI ; @b GET a ; @b EXEC ; CLIENT UNPAUSE
# stale data
CONFIG SET replica-serve-stale-data no ; REPLICAOF 127.0.0.1 1 ; GET a ; SET a b ; PING ; ECHO x ;
  MULTI ; GET a ; EXEC ; CONFIG GET replica-serve-stale-data ; REPLICAOF NO ONE ;
  CONFIG SET replica-serve-stale-data yes
CONFIG SET replica-serve-stale-data no ; @b MULTI ; @b GET a ; REPLICAOF 127.0.0.1 1 ; @b EXEC ;
  SUBSCRIBE c ; UNSUBSCRIBE c ; PUBLISH c m ; SELECT 1 ; CLIENT ID ~shape ; HELLO x ; DBSIZE ;
  REPLICAOF NO ONE ; CONFIG SET replica-serve-stale-data yes
# a replica that may be written to
CONFIG SET replica-read-only no ; REPLICAOF 127.0.0.1 1 ; SET a b ; GET a ; MULTI ; INCR n ; EXEC ;
  REPLICAOF NO ONE ; CONFIG SET replica-read-only yes ; GET n
CONFIG SET slave-read-only no ; REPLICAOF 127.0.0.1 1 ; SET a b PX 30 ; !wait 60 ; GET a ; !until DBSIZE => 0 ;
  REPLICAOF NO ONE ; CONFIG SET replica-read-only yes
CONFIG SET slave-read-only no ; REPLICAOF 127.0.0.1 1 ; @b BLPOP l 0 & ; !blocked 1 ; RPUSH l x ; @b < ;
  REPLICAOF NO ONE ; CONFIG SET replica-read-only yes
# keys past their time
SET a 1 PX 20 ; SET b 2 ; HSET c f v ; PEXPIRE c 20 ; REPLICAOF 127.0.0.1 1 ; !wait 50 ; GET a ; EXISTS a c ;
  KEYS * ; DBSIZE ; TTL a ; TYPE c ; HGET c f ; OBJECT ENCODING a ; STRLEN a ; SCAN 0 COUNT 100 ; RANDOMKEY ;
  REPLICAOF NO ONE ; GET a ; EXISTS c
CONFIG SET slave-read-only no ; SET a 1 PX 20 ; REPLICAOF 127.0.0.1 1 ; !wait 50 ; GET a ; DBSIZE ; APPEND a x ;
  TTL a ; GET a ; DBSIZE ; REPLICAOF NO ONE ; CONFIG SET replica-read-only yes
MULTI ; REPLICAOF 127.0.0.1 1 ; REPLICAOF 127.0.0.1 2 ; CONFIG GET replicaof ; SLAVEOF NO ONE ; EXEC
REPLICAOF 127.0.0.1 1 ; RESET ; REPLICAOF NO ONE
`,
);
