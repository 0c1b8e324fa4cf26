import { streams } from "./runner.ts";

streams(
  "keys",
  String.raw`
DEL k
SET k v ; DEL k
SET a 1 ; DEL a b c
SET a 1 ; DEL a a
SET a 1 ; UNLINK a b
UNLINK a
SET a 1 PX 1 ; !wait 5 ; DEL a
SET a 1 PX 1 ; SET b 1 ; !wait 5 ; DEL a b
SET a 1 PX 1 ; SET b 1 PX 1 ; !wait 5 ; UNLINK a b
EXISTS k ; TYPE k ; TTL k ; PTTL k ; EXPIRETIME k ; PEXPIRETIME k ; TOUCH k ; OBJECT ENCODING k
SET k v ; EXISTS k k ; TYPE k ; TTL k ; TOUCH k ; OBJECT FREQ k ; OBJECT REFCOUNT k ; DUMP k
# renaming
SET a 1 ; RENAME a b
RENAME a b
SET a 1 ; RENAME a a
SET a 1 ; SET b 2 ; RENAME a b
SET a 1 EX 100 ; SET b 2 ; RENAME a b
SET a 1 ; RENAMENX a b
SET a 1 ; SET b 2 ; RENAMENX a b
SET a 1 ; RENAMENX a a
SET a 1 PX 1 ; !wait 5 ; RENAME a b
SET a 1 ; SET b 1 PX 1 ; !wait 5 ; RENAME a b
SET a 1 ; SET b 1 PX 1 ; !wait 5 ; RENAMENX a b
# copying and moving
SET a 1 ; COPY a b
SET a 1 EX 100 ; COPY a b
SET a 1 ; SET b 2 ; COPY a b
SET a 1 ; SET b 2 ; COPY a b REPLACE
SET a 1 ; COPY a b DB 3
SET a 1 ; COPY a a DB 3 REPLACE
COPY a b
SET a 1 ; COPY a a
SET a 1 ; SET b 1 PX 1 ; !wait 5 ; COPY a b
SET a 1 PX 1 ; !wait 5 ; COPY a b
SET a 1 ; SELECT 3 ; SET a 1 PX 1 ; SELECT 0 ; !wait 5 ; COPY a a DB 3
SET a 1 ; MOVE a 3
MOVE a 3
SET a 1 EX 100 ; MOVE a 3
SET a 1 ; SELECT 3 ; SET a 2 ; SELECT 0 ; MOVE a 3
SET a 1 ; SELECT 3 ; SET a 2 PX 1 ; SELECT 0 ; !wait 5 ; MOVE a 3
SET a 1 ; MOVE a 0
SET a 1 PX 1 ; !wait 5 ; MOVE a 1
# databases
SELECT 3 ; SET a 1 ; SELECT 5 ; GET a ; SELECT 3 ; SET a 1
SELECT 3 ; SET a 1 ; SELECT 0 ; SET a 1 ; SELECT 3 ; SET a 1
SELECT 3 ; GET a
@a SELECT 3 ; @a SET a 1 ; @b SET a 1 ; @b SET b 1 ; @a SET b 1
SWAPDB 0 1
SWAPDB 0 0
SET a 1 ; SWAPDB 0 1 ; GET a ; SET a 2
SELECT 2 ; SWAPDB 0 1 ; SET a 1
SWAPDB 0 99
FLUSHDB
SET a 1 ; FLUSHDB
SELECT 3 ; FLUSHDB
SELECT 3 ; SET a 1 ; FLUSHDB ASYNC ; FLUSHDB SYNC
FLUSHALL
SELECT 3 ; SET a 1 ; FLUSHALL ; SET b 1
SET a 1 ; flushall async
FLUSHALL NONSENSE
DBSIZE ; KEYS * ; SCAN 0 ; RANDOMKEY
# expiry
EXPIRE k 100
SET k v ; EXPIRE k 100
SET k v ; expire k 100
SET k v ; PEXPIRE k 100000
SET k v ; EXPIREAT k $now+100
SET k v ; PEXPIREAT k $ms+100000
SET k v ; EXPIRE k 100 NX
SET k v ; expire k 100 nx
SET k v ; PEXPIREAT k $ms+100000 NX
SET k v EX 50 ; EXPIRE k 100 NX
SET k v EX 50 ; EXPIRE k 100 XX
SET k v EX 50 ; EXPIRE k 100 GT
SET k v EX 50 ; EXPIRE k 20 GT
SET k v EX 50 ; EXPIRE k 20 XX LT
SET k v ; EXPIRE k 100 GT
SET k v ; EXPIRE k 100 LT
SET k v ; EXPIRE k 0
SET k v ; EXPIRE k -1
SET k v ; PEXPIREAT k 1
SET k v ; EXPIREAT k 1
SET k v ; PEXPIRE k -1 NX
SET k v EX 50 ; PEXPIRE k -1 NX
SET k v EX 50 ; EXPIRE k -1 LT
SET k v ; EXPIRE k abc
SET k v PX 1 ; !wait 5 ; EXPIRE k 100
SET k v EX 100 ; PERSIST k
SET k v ; PERSIST k
PERSIST k
SET k v EX 100 ; EXPIRE k 100 ; EXPIRE k 100
SET k v EX 100 ; SELECT 3 ; SET j v ; EXPIRE j 100
# dumped and restored; the payload is that of a string "v"
RESTORE k 0 "\x00\x01v\x0b\x00\x62\x39\xba\xbb\x96\xd6\x74\xd3"
# sorting
SORT l STORE d
RPUSH l 3 1 2 ; SORT l STORE d
RPUSH l 3 1 2 ; SORT l
RPUSH l 3 1 2 ; sort_ro l
RPUSH l b a ; SORT l ALPHA DESC LIMIT 0 1 STORE d
RPUSH l 3 1 2 ; SET d v EX 100 ; SORT l STORE d
RPUSH l 3 1 ; SET w_3 1 ; SET w_1 3 ; SORT l BY w_* GET # GET w_* STORE d
RPUSH d 1 ; SORT l STORE d
RPUSH l 3 1 ; SORT l LIMIT 5 5 STORE d
SET d v ; SORT l STORE d
RPUSH l a ; SORT l STORE d
RPUSH l 1 2 PX ; SORT l BY nosort STORE d
RPUSH l 3 1 ; SET w_3 1 PX 1 ; SET w_1 1 ; !wait 5 ; SORT l BY w_*
RPUSH l 3 1 ; SET w_3 1 PX 1 ; SET w_1 1 ; !wait 5 ; SORT l BY w_* STORE d
RPUSH l 3 1 ; SET d 1 PX 1 ; !wait 5 ; SORT l STORE d
RPUSH l 3 1 ; PEXPIRE l 1 ; !wait 5 ; SORT l STORE d
# nothing of it
CLIENT NO-TOUCH on ; CLIENT SETNAME x ; CONFIG SET hz 10 ; MEMORY USAGE k ; WAIT 0 10 ; ECHO x
CLIENT NO-EVICT on ; RESET ; SET a 1 ; CLIENT KILL ID 999999 ; OBJECT HELP ; DEBUG OBJECT a
SET k v ; DEBUG SET-ACTIVE-EXPIRE 0 ; OBJECT IDLETIME k
XXX a b
SET k
SET k v nonsense
`,
);
