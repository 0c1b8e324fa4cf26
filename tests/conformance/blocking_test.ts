import { conform } from "./runner.ts";

conform(
  "blocking",
  String.raw`
WAIT
WAIT 1
WAIT a 1
WAIT 1 a
WAIT a a
WAIT 1 -1
WAIT 0 -1
WAIT 0 0
WAIT -1 0
WAIT 1 20
MULTI ; WAIT 1 0 ; EXEC
@b WAIT 1 0 & ; !blocked 1 ; CLIENT UNBLOCK $id:b ; @b < ; @b PING
# arguments
BLPOP
BLPOP k
BRPOP k
BLPOP k a
BLPOP k ""
BLPOP k " 1"
BLPOP k 1x
BLPOP k nan
BLPOP k -1
BLPOP k -0.01
BLPOP k -inf
BLPOP k inf ~differs:timeout-range
BLPOP k 1e400 ~differs:timeout-range
BLPOP k 9223372036854775807 ~differs:timeout-range
BRPOP k 0x1000000000000000000 ~differs:timeout-range
BRPOP k 0x1p-7 ; BRPOP k 1e-3 ; BRPOP k .001 ; BRPOP k +0.001 ; BRPOP k 1e-400
SET s v ; BLPOP s a
SET s v ; BLPOP s -1
BLMOVE
BLMOVE a b LEFT RIGHT
BLMOVE a b LEFT RIGHT 0 x
BLMOVE a b foo RIGHT x
BLMOVE a b LEFT foo x
BLMOVE a b LEFT RIGHT x
BLMOVE a b LEFT RIGHT -1
BRPOPLPUSH
BRPOPLPUSH a b
BRPOPLPUSH a b x
BRPOPLPUSH a b -1
BLMPOP
BLMPOP 0 1 k
BLMPOP x 0 k LEFT
BLMPOP x 1 k foo
BLMPOP x 1 k LEFT COUNT 0
BLMPOP x 1 k LEFT COUNT 1 COUNT 1
BLMPOP x 1 k LEFT
BLMPOP -1 1 k LEFT
BLMPOP 0 x k LEFT
BLMPOP 0 3 k LEFT
# there is something at once
RPUSH k a b c ; BLPOP k 0 ; BRPOP k 0 ; BLPOP nokey k 0 ; EXISTS k
RPUSH k a ; RPUSH j b ; BLPOP j k 0 ; BRPOP j k 0
RPUSH k a b c d ; BLMPOP 0 2 nokey k LEFT ; BLMPOP 0 1 k RIGHT COUNT 2 ; BLMPOP 0 1 k LEFT COUNT 9
RPUSH k a b c ; BLMOVE k j LEFT RIGHT 0 ; BRPOPLPUSH k j 0 ; BLMOVE k k LEFT LEFT 0 ; LRANGE j 0 -1
SET s v ; BLPOP s 0 ; BRPOP nokey s 0 ; BLMPOP 0 1 s LEFT ; BLMOVE s k LEFT LEFT 0 ; BRPOPLPUSH s k 0
SET s v ; RPUSH k a ; BLPOP s k 0 ; BLPOP k s 0
SET s v ; RPUSH k a ; BLMOVE k s LEFT LEFT 0 ; BRPOPLPUSH k s 0 ; LRANGE k 0 -1
# nothing comes
BLPOP k 0.01 ; BRPOP k j 0.01 ; BLMPOP 0.01 1 k LEFT ; BLMOVE k j LEFT LEFT 0.01 ; BRPOPLPUSH k j 0.01 ; PING
SET s v ; BLMOVE k s LEFT LEFT 0.01 ; BRPOPLPUSH k s 0.01
BLPOP k k 0.01
# in a transaction nothing blocks
MULTI ; BLPOP k 0 ; BRPOP k 0 ; BLMOVE k j LEFT LEFT 0 ; BRPOPLPUSH k j 0 ; BLMPOP 0 1 k LEFT ; EXEC
MULTI ; RPUSH k a b c ; BLPOP k 0 ; BLMPOP 0 1 k LEFT ; BRPOPLPUSH k k 0 ; BLPOP k x ; EXEC
# each command is woken
@b BLPOP k 0 & ; !blocked 1 ; RPUSH k a ; @b < ; EXISTS k
@b BRPOP k 0 & ; !blocked 1 ; RPUSH k a b ; @b < ; LRANGE k 0 -1
@b BLPOP k 0 & ; !blocked 1 ; LPUSH k a b c ; @b < ; LRANGE k 0 -1
@b BLMPOP 0 2 j k RIGHT COUNT 2 & ; !blocked 1 ; RPUSH k a b c ; @b < ; LRANGE k 0 -1
@b BLMPOP 0 1 k LEFT & ; !blocked 1 ; RPUSH k a b c ; @b < ; LRANGE k 0 -1
@b BLMOVE k j LEFT RIGHT 0 & ; !blocked 1 ; RPUSH k a b ; @b < ; LRANGE k 0 -1 ; LRANGE j 0 -1
@b BRPOPLPUSH k j 0 & ; !blocked 1 ; RPUSH k a b ; @b < ; LRANGE k 0 -1 ; LRANGE j 0 -1
@b BLMOVE k k LEFT RIGHT 0 & ; !blocked 1 ; RPUSH k a b ; @b < ; LRANGE k 0 -1
@b BLPOP k k k 0 & ; !blocked 1 ; RPUSH k a b ; @b < ; LRANGE k 0 -1
@b BLPOP j k 0 & ; !blocked 1 ; RPUSH k a ; @b < ; @b BLPOP j k 0 & ; !blocked 1 ; RPUSH j b ; @b <
@b BLPOP "k\x00\xff\r\n0123456789abcdef" 0 & ; !blocked 1 ; RPUSH "k\x00\xff\r\n0123456789abcdef" a ; @b <
# the requests behind a blocked one wait
@b BLPOP k 0 & ; @b PING & ; @b RPUSH j x & ; !blocked 1 ; EXISTS j ; RPUSH k a ; @b < ; @b < ; @b <
@b BLPOP k 0 & ; @b BLPOP j 0 & ; @b PING & ; !blocked 1 ; RPUSH j y ; RPUSH k x ; @b < ; @b < ; @b <
@b BLPOP k 0.05 & ; @b PING & ; @b < ; @b <
# first come, first served
@b BLPOP k 0 & ; !blocked 1 ; @c BLPOP k 0 & ; !blocked 2 ; @d BLPOP k 0 & ; !blocked 3 ;
  RPUSH k 1 ; RPUSH k 2 ; RPUSH k 3 ; @b < ; @c < ; @d <
@b BLPOP k 0 & ; !blocked 1 ; @c BRPOP k 0 & ; !blocked 2 ; RPUSH k 1 2 3 ; @b < ; @c < ; LRANGE k 0 -1
@b BLPOP k j 0 & ; !blocked 1 ; @c BLPOP j 0 & ; !blocked 2 ; RPUSH j 1 ; RPUSH j 2 ; @b < ; @c <
@b BLPOP k 0 & ; !blocked 1 ; @c BLPOP j k 0 & ; !blocked 2 ; RPUSH j 1 ; @c < ; RPUSH k 2 ; @b <
@b BLMPOP 0 1 k LEFT COUNT 2 & ; !blocked 1 ; @c BLPOP k 0 & ; !blocked 2 ; RPUSH k 1 2 3 4 ; @b < ; @c < ; LRANGE k 0 -1
@b BLMPOP 0 1 k LEFT COUNT 9 & ; !blocked 1 ; @c BLPOP k 0 & ; !blocked 2 ; RPUSH k 1 2 ; @b < ; RPUSH k 3 ; @c <
# several keys at once: in the order in which they were given
@b BLPOP j k 0 & ; !blocked 1 ; MULTI ; RPUSH j 1 ; RPUSH k 2 ; EXEC ; @b < ; LRANGE j 0 -1 ; LRANGE k 0 -1
@b BLPOP k j 0 & ; !blocked 1 ; MULTI ; RPUSH j 1 ; RPUSH k 2 ; EXEC ; @b < ~differs:blocked-key-order ;
  EXISTS j ~differs:one ; EXISTS k ~differs:zero
# after the whole transaction
@b BLPOP k 0 & ; !blocked 1 ; MULTI ; RPUSH k a ; DEL k ; EXEC ; !blocked 1 ; RPUSH k b ; @b <
@b BLPOP k 0 & ; !blocked 1 ; MULTI ; RPUSH k a ; LPUSH k b ; LRANGE k 0 -1 ; EXEC ; @b <
@b BLPOP k 0 & ; !blocked 1 ; MULTI ; RPUSH k a ; DEL k ; SET k v ; EXEC ; DEL k ; RPUSH k b ; @b <
@b BLPOP k 0 & ; !blocked 1 ; MULTI ; SET k v ; DEL k ; RPUSH k b ; EXEC ; @b <
@b BLPOP k 0 & ; !blocked 1 ; MULTI ; RPUSH k a ; BLPOP k 0 ; RPUSH k b ; EXEC ; @b <
@b BLPOP k 0 & ; !blocked 1 ; MULTI ; RPUSH k a ; LPOP s x ; EXEC ; @b <
# a key of another type does not wake
@b BLPOP k 0 & ; !blocked 1 ; SET k v ; DEL k ; RPUSH k a ; @b <
@b BLPOP k 0 & ; !blocked 1 ; SADD k v ; DEL k ; RPUSH k a ; @b <
@b BLPOP k 0 & ; !blocked 1 ; HSET k f v ; RENAME k j ; RPUSH k a ; @b <
@b BLPOP k 0 & ; !blocked 1 ; ZADD k 1 v ; DEL k ; RPUSH k a ; @b <
@b BLPOP k j 0 & ; !blocked 1 ; SET k v ; RPUSH j a ; @b < ~differs:blocked-wrong-type ;
  EXISTS j ~differs:one
# whatever brings a list wakes
@b BLPOP k 0 & ; !blocked 1 ; RPUSH j a ; RENAME j k ; @b < ; EXISTS k
@b BLPOP k 0 & ; !blocked 1 ; RPUSH j a ; RENAMENX j k ; @b < ; EXISTS k
@b BLPOP k 0 & ; !blocked 1 ; RPUSH j a ; SET k v ; RENAME j k ; @b < ; EXISTS k
@b BLPOP k 0 & ; !blocked 1 ; RPUSH j a ; COPY j k ; @b < ; LRANGE j 0 -1
@b BLPOP k 0 & ; !blocked 1 ; RPUSH j a ; SET k v ; COPY j k REPLACE ; @b < ; LRANGE j 0 -1
@b BLPOP k 0 & ; !blocked 1 ; RPUSH j 3 1 2 ; SORT j STORE k ; @b < ; LRANGE k 0 -1
@b BLPOP k 0 & ; !blocked 1 ; SELECT 3 ; RPUSH k a ; MOVE k 0 ; @b < ; EXISTS k
@b BLPOP k 0 & ; !blocked 1 ; SELECT 3 ; RPUSH k a ; COPY k k DB 0 ; @b < ; EXISTS k
@b BLPOP k 0 & ; !blocked 1 ; RPUSH j a b ; LMOVE j k LEFT LEFT ; @b < ; EXISTS k
@b BLPOP k 0 & ; !blocked 1 ; RPUSH j a b ; RPOPLPUSH j k ; @b < ; EXISTS k
@b BLPOP k 0 & ; !blocked 1 ; SELECT 3 ; RPUSH k a ; SWAPDB 0 3 ; @b < ; DBSIZE
@b SELECT 3 ; @b BLPOP k 0 & ; !blocked 1 ; RPUSH k a ; SWAPDB 3 0 ; @b < ; DBSIZE
@b BLPOP k 0 & ; !blocked 1 ; SELECT 3 ; RPUSH k a ; SWAPDB 3 4 ; SWAPDB 4 0 ; @b <
@b SELECT 3 ; @b BLPOP k 0 & ; !blocked 1 ; RPUSH k a ; SELECT 3 ; RPUSH k b ; @b < ; SELECT 0 ; LLEN k
# chains
@b BLMOVE a b LEFT RIGHT 0 & ; !blocked 1 ; @c BLMOVE b c LEFT RIGHT 0 & ; !blocked 2 ; @d BLPOP c 0 & ; !blocked 3 ;
  RPUSH a 1 ; @b < ; @c < ; @d < ; DBSIZE
@b BLPOP b 0 & ; !blocked 1 ; @c BRPOPLPUSH a b 0 & ; !blocked 2 ; MULTI ; RPUSH a 1 ; RPUSH a 2 ; EXEC ; @c < ; @b < ; LRANGE a 0 -1
@b BRPOPLPUSH a b 0 & ; !blocked 1 ; @c BRPOPLPUSH b a 0 & ; !blocked 2 ; RPUSH a 1 ; @b < ; @c < ; LRANGE a 0 -1
@b BLMOVE k k LEFT RIGHT 0 & ; !blocked 1 ; @c BLPOP k 0 & ; !blocked 2 ; RPUSH k 1 2 ; @b < ; @c < ; LRANGE k 0 -1
# the destination has come to hold something else
@b BLMOVE a b LEFT RIGHT 0 & ; !blocked 1 ; SET b v ; RPUSH a 1 ; @b < ; LRANGE a 0 -1
@b BRPOPLPUSH a b 0 & ; !blocked 1 ; @c BLPOP a 0 & ; !blocked 2 ; SET b v ; RPUSH a 1 ; @b < ; @c < ; EXISTS a
SET b v ; @b BLMOVE a b LEFT RIGHT 0 & ; !blocked 1 ; DEL b ; RPUSH a 1 ; @b < ; LRANGE b 0 -1
# CLIENT UNBLOCK
CLIENT UNBLOCK $id:main
@b BLPOP k 0 & ; !blocked 1 ; CLIENT UNBLOCK $id:b ; @b < ; CLIENT UNBLOCK $id:b
@b BLPOP k 0 & ; !blocked 1 ; CLIENT UNBLOCK $id:b TIMEOUT ; @b < ; @b PING
@b BLPOP k 0 & ; !blocked 1 ; CLIENT UNBLOCK $id:b ERROR ; @b < ; @b PING
@b BLMOVE k j LEFT LEFT 0 & ; !blocked 1 ; CLIENT UNBLOCK $id:b ; @b < ; RPUSH k a ; LRANGE k 0 -1
@b BLMPOP 0 1 k LEFT & ; !blocked 1 ; CLIENT UNBLOCK $id:b ; @b <
@b BLPOP k 0 & ; @b PING & ; !blocked 1 ; CLIENT UNBLOCK $id:b error ; @b < ; @b <
@b BLPOP k 0 & ; !blocked 1 ; MULTI ; RPUSH k a ; CLIENT UNBLOCK $id:b ; EXEC ; @b < ; LRANGE k 0 -1
# clients that go
@b BLPOP k 0 & ; !blocked 1 ; CLIENT KILL ID $id:b ; @b !closed ; RPUSH k a ; LRANGE k 0 -1
@b BLPOP k 0 & ; !blocked 1 ; @c BLPOP k 0 & ; !blocked 2 ; CLIENT KILL ID $id:b ; !blocked 1 ; RPUSH k a ; @c <
@b BLPOP k 0 & ; !blocked 1 ; MULTI ; CLIENT KILL ID $id:b ; RPUSH k a ; EXEC ; LRANGE k 0 -1
@b BLPOP k 0.4 & ; !blocked 1 ; CLIENT KILL ID $id:b ; !wait 450 ; PING
# how replies are sent
@b BLPOP k j 0 & ; !blocked 1 ; @c BLPOP k 100 & ; !blocked 2 ; RPUSH k 1 2 ; @b < ; @c < ; !blocked 0
@b CLIENT REPLY OFF & ; @b BLPOP k 0 & ; !blocked 1 ; RPUSH k a ; !blocked 0 ; LLEN k
@b CLIENT REPLY SKIP & ; @b BLPOP k 0 & ; !blocked 1 ; RPUSH k a ; @b PING
@b CLIENT REPLY SKIP & ; @b BLPOP k 0.02 & ; @b PING
# a pause
@b BLPOP k 0 & ; !blocked 1 ; CLIENT PAUSE 50 WRITE ; RPUSH k a ; @b <
@b BLPOP k 0.3 & ; !blocked 1 ; CLIENT PAUSE 600 WRITE ; @b < ; RPUSH k a
CLIENT PAUSE 100000 WRITE ; @b RPUSH k a & ; !blocked 1 ; @c BLPOP k 0 & ; !blocked 2 ; CLIENT UNPAUSE ; @b < ; @c <
CLIENT PAUSE 100000 WRITE ; @b RPUSH k a & ; @b LLEN k & ; !blocked 1 ; CLIENT UNPAUSE ; LLEN k ; @b < ; @b <
CLIENT PAUSE 100000 WRITE ; @b PFCOUNT k & ; !blocked 1 ; @c PUBLISH c m & ; !blocked 2 ; CLIENT UNPAUSE ; @b < ; @c <
CLIENT PAUSE 40 WRITE ; @b BLPOP k 0 & ; !blocked 1 ; RPUSH k a ; @b <
`,
);

conform(
  "blocking, statistics",
  String.raw`
CONFIG RESETSTAT ; @b BLPOP k 0 & ; !blocked 1 ; CLIENT UNBLOCK $id:b ERROR ; @b < ; INFO errorstats
CONFIG RESETSTAT ; @b BLMOVE k s LEFT LEFT 0 & ; !blocked 1 ; SET s v ; RPUSH k a ; @b < ; INFO errorstats
`,
  { fresh: true },
);
