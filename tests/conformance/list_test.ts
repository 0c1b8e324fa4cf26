import { conform } from "./runner.ts";

const LONG = Array.from({ length: 600 }, (_, i) => `e${i}`).join(" ");

conform(
  "list",
  String.raw`
# LPUSH, RPUSH
LPUSH
LPUSH k
RPUSH k
SET s v ; LPUSH s a ; RPUSH s a
LPUSH k a b c ; LRANGE k 0 -1
RPUSH k a b c ; LRANGE k 0 -1
RPUSH k a ; LPUSH k b ; RPUSH k c ; LRANGE k 0 -1 ; LLEN k
RPUSH k "" "\x00\xff" "a\r\nb" ; LRANGE k 0 -1
RPUSH k 1 -1 0 9223372036854775807 -9223372036854775808 007 ; LRANGE k 0 -1
RPUSH k ${"x".repeat(20_000)} a ; LRANGE k 0 -1 ; LPOP k ; RPOP k ; EXISTS k
RPUSH k ${LONG} ; LLEN k ; LRANGE k 0 -1 ; LRANGE k 250 255 ; LRANGE k -3 -1
LPUSH k ${LONG} ; LLEN k ; LRANGE k 0 5 ; LRANGE k 590 700 ; OBJECT ENCODING k ~differs:list-listpack ~differs:list-listpack
RPUSH k a a a ; LRANGE k 0 -1
# LLEN
LLEN
LLEN a b
LLEN nokey
SET s v ; LLEN s
HSET h f v ; LLEN h
# LRANGE
LRANGE
LRANGE k 0
LRANGE k a 1
LRANGE k 0 b
LRANGE k 0 1.5
LRANGE k 0 9223372036854775808
LRANGE k 0 1 2
LRANGE nokey 0 -1
LRANGE nokey a b
SET s v ; LRANGE s 0 -1
SET s v ; LRANGE s a b
RPUSH k a b c d e ; LRANGE k 1 3 ; LRANGE k -3 -1 ; LRANGE k 3 1 ; LRANGE k 0 100
RPUSH k a b c d e ; LRANGE k -100 1 ; LRANGE k 5 5 ; LRANGE k -1 -2 ; LRANGE k -100 -50
RPUSH k a b c ; LRANGE k -9223372036854775808 9223372036854775807
RPUSH k a b c ; LRANGE k 2 2 ; LRANGE k -1 0
# LPOP, RPOP
LPOP
RPOP
LPOP a b c
LPOP k abc
LPOP k -1
RPOP k -1
LPOP k 1.5
LPOP k 9223372036854775807
LPOP k 9223372036854775808
LPOP nokey ; RPOP nokey
LPOP nokey 0
LPOP nokey 5 ; RPOP nokey 5
SET s v ; LPOP s ; RPOP s
SET s v ; LPOP s 1
SET s v ; LPOP s 0
SET s v ; LPOP s -1
RPUSH k a b c ; LPOP k ; RPOP k ; LRANGE k 0 -1 ; LPOP k ; EXISTS k ; LPOP k
RPUSH k a b c d ; LPOP k 2 ; LRANGE k 0 -1 ; LPOP k 0 ; LLEN k
RPUSH k a b c d ; RPOP k 3 ; LRANGE k 0 -1 ; RPOP k 0
RPUSH k a b ; LPOP k 100 ; EXISTS k ; TYPE k
RPUSH k a b ; RPOP k 100 ; EXISTS k
RPUSH k a ; LPOP k 1 ; LPOP k 1
RPUSH k ${LONG} ; LPOP k 500 ; LLEN k ; RPOP k 99 ; LRANGE k 0 -1
# LPUSHX, RPUSHX
LPUSHX
RPUSHX k
SET s v ; LPUSHX s a ; RPUSHX s a
LPUSHX k a ; RPUSHX k a b ; EXISTS k
RPUSH k a ; LPUSHX k b c ; RPUSHX k d e ; LRANGE k 0 -1
# LINDEX
LINDEX
LINDEX k
LINDEX k 0 1
LINDEX nokey 0
LINDEX nokey a
SET s v ; LINDEX s 0
SET s v ; LINDEX s a
RPUSH k a b c ; LINDEX k a ; LINDEX k 1.5 ; LINDEX k 9223372036854775808
RPUSH k a b c ; LINDEX k 0 ; LINDEX k 2 ; LINDEX k 3 ; LINDEX k -1 ; LINDEX k -3 ; LINDEX k -4
RPUSH k a b c ; LINDEX k 9223372036854775807 ; LINDEX k -9223372036854775808
RPUSH k ${LONG} ; LINDEX k 0 ; LINDEX k 299 ; LINDEX k 599 ; LINDEX k -300 ; LINDEX k 600
# LSET
LSET
LSET k 0
LSET k 0 a b
LSET nokey 0 v
LSET nokey a v
SET s v ; LSET s 0 v
SET s v ; LSET s a v
RPUSH k a b c ; LSET k a v ; LSET k 1.5 v ; LRANGE k 0 -1
RPUSH k a b c ; LSET k 3 v ; LSET k -4 v ; LSET k 9223372036854775807 v
RPUSH k a b c ; LSET k 0 x ; LSET k -1 y ; LSET k 1 "" ; LRANGE k 0 -1
RPUSH k a b c ; LSET k 1 ${"y".repeat(5000)} ; LRANGE k 0 -1 ; LSET k 1 b ; LRANGE k 0 -1
RPUSH k ${LONG} ; LSET k 300 x ; LSET k -1 z ; LRANGE k 298 302 ; LINDEX k 599
# LINSERT
LINSERT
LINSERT k before a
LINSERT k before a b c
LINSERT nokey foo a b
LINSERT nokey before a b ; EXISTS nokey
SET s v ; LINSERT s foo a b
SET s v ; LINSERT s after a b
RPUSH k a b c ; LINSERT k before nothing x ; LRANGE k 0 -1
RPUSH k a b a ; LINSERT k BEFORE a x ; LINSERT k aFTer a y ; LRANGE k 0 -1
RPUSH k a b c ; LINSERT k after c d ; LINSERT k before a z ; LINSERT k before c w ; LRANGE k 0 -1
RPUSH k 1 2 3 ; LINSERT k before 2 01 ; LINSERT k after 01 "" ; LRANGE k 0 -1
RPUSH k ${LONG} ; LINSERT k before e300 x ; LINSERT k after e599 y ; LRANGE k 299 302 ; LINDEX k -1
RPUSH k a b ; LINSERT k after a ${"y".repeat(9000)} ; LLEN k ; LINDEX k 1
# LREM
LREM
LREM k 0
LREM k 0 a b
LREM nokey 0 a
LREM nokey a b
LREM k 1.5 a
SET s v ; LREM s 0 a
SET s v ; LREM s x a
RPUSH k a b a c a ; LREM k 0 a ; LRANGE k 0 -1
RPUSH k a b a c a ; LREM k 2 a ; LRANGE k 0 -1
RPUSH k a b a c a ; LREM k -2 a ; LRANGE k 0 -1
RPUSH k a b a c a ; LREM k 100 a ; LREM k 0 x ; LRANGE k 0 -1
RPUSH k a a ; LREM k -9223372036854775807 a ; EXISTS k
RPUSH k a a a ; LREM k 0 a ; EXISTS k ; TYPE k
RPUSH k 1 01 1 "1 " ; LREM k 0 1 ; LRANGE k 0 -1
RPUSH k ${LONG} ${LONG} ; LREM k 1 e5 ; LREM k -1 e5 ; LREM k 0 e7 ; LLEN k ; LRANGE k 0 8
# LTRIM
LTRIM
LTRIM k 0
LTRIM k 0 1 2
LTRIM k a 1
LTRIM k 0 b
LTRIM nokey 0 -1
SET s v ; LTRIM s 0 -1
SET s v ; LTRIM s a b
RPUSH k a b c d e ; LTRIM k 1 3 ; LRANGE k 0 -1
RPUSH k a b c d e ; LTRIM k -3 -2 ; LRANGE k 0 -1
RPUSH k a b c d e ; LTRIM k 0 -1 ; LTRIM k -100 100 ; LRANGE k 0 -1
RPUSH k a b c ; LTRIM k 3 5 ; EXISTS k
RPUSH k a b c ; LTRIM k 2 1 ; EXISTS k
RPUSH k a b c ; LTRIM k -100 -50 ; EXISTS k
RPUSH k a b c ; LTRIM k -9223372036854775808 9223372036854775807 ; LLEN k
RPUSH k ${LONG} ; LTRIM k 250 -250 ; LLEN k ; LRANGE k 0 -1 ; LTRIM k 0 0 ; LRANGE k 0 -1
# LPOS
LPOS
LPOS k
LPOS nokey a ; LPOS nokey a COUNT 0 ; LPOS nokey a RANK 2
LPOS k a RANK
LPOS k a FOO 1
LPOS k a COUNT 1 MAXLEN
LPOS k a RANK 0
LPOS k a RANK a
LPOS k a RANK 9223372036854775808
LPOS k a RANK -9223372036854775808 ~differs:lpos-rank
LPOS k a COUNT -1
LPOS k a COUNT x
LPOS k a MAXLEN -1
LPOS k a MAXLEN x
SET s v ; LPOS s v ; LPOS s v RANK 0 ; LPOS s v COUNT 1
RPUSH k a b c a b a ; LPOS k a ; LPOS k b ; LPOS k x ; LPOS k x COUNT 0
RPUSH k a b c a b a ; LPOS k a RANK 2 ; LPOS k a RANK 3 ; LPOS k a RANK 4 ; LPOS k a RANK -1
RPUSH k a b c a b a ; LPOS k a RANK -2 ; LPOS k a RANK -4 ; LPOS k a RANK 9223372036854775807
RPUSH k a b c a b a ; LPOS k a COUNT 0 ; LPOS k a COUNT 2 ; LPOS k a COUNT 100 ; LPOS k a COUNT 1
RPUSH k a b c a b a ; LPOS k a COUNT 0 RANK 2 ; LPOS k a COUNT 2 RANK -1 ; LPOS k a RANK -2 COUNT 0
RPUSH k a b c a b a ; LPOS k a MAXLEN 1 ; LPOS k b MAXLEN 1 ; LPOS k b MAXLEN 2 ; LPOS k a MAXLEN 0
RPUSH k a b c a b a ; LPOS k a COUNT 0 MAXLEN 4 ; LPOS k a COUNT 0 MAXLEN 3 RANK -1 ; LPOS k c RANK -1 MAXLEN 3
RPUSH k a b c a b a ; LPOS k a RANK 1 RANK 2 ; LPOS k a COUNT 1 COUNT 2 ; lpos k a count 0 maxlen 0 rank 1
RPUSH k 1 01 1 ; LPOS k 1 COUNT 0 ; LPOS k 01
RPUSH k ${LONG} ${LONG} ; LPOS k e300 ; LPOS k e300 COUNT 0 ; LPOS k e300 RANK -1 ; LPOS k e300 RANK -1 MAXLEN 100 ; LPOS k e599 RANK 2
# LMOVE, RPOPLPUSH
LMOVE
LMOVE a b LEFT
LMOVE a b LEFT RIGHT x
LMOVE a b foo RIGHT
LMOVE a b LEFT foo
RPOPLPUSH
RPOPLPUSH a
RPOPLPUSH a b c
LMOVE nokey b LEFT RIGHT ; EXISTS b ; RPOPLPUSH nokey b
SET s v ; LMOVE nokey s LEFT LEFT ; RPOPLPUSH nokey s
SET s v ; LMOVE s b LEFT LEFT ; RPOPLPUSH s b
SET s v ; RPUSH k a ; LMOVE k s LEFT LEFT ; RPOPLPUSH k s ; LRANGE k 0 -1
RPUSH a 1 2 3 4 5 6 7 8 ; LMOVE a b LEFT RIGHT ; LMOVE a b RIGHT LEFT ; LMOVE a b left left ; LMOVE a b RIGHT RIGHT ; LRANGE a 0 -1 ; LRANGE b 0 -1
RPUSH a 1 2 3 ; RPOPLPUSH a b ; RPOPLPUSH a b ; RPOPLPUSH a b ; RPOPLPUSH a b ; EXISTS a ; LRANGE b 0 -1
RPUSH a 1 2 3 ; RPOPLPUSH a a ; LRANGE a 0 -1 ; LMOVE a a LEFT RIGHT ; LMOVE a a LEFT LEFT ; LRANGE a 0 -1
RPUSH a 1 ; RPOPLPUSH a a ; LMOVE a a LEFT RIGHT ; LRANGE a 0 -1
RPUSH a 1 ; PEXPIRE a 100000 ; RPOPLPUSH a a ; PTTL a ~near:2000 ; RPOPLPUSH a b ; PTTL b ; EXISTS a
RPUSH a ${"x".repeat(10_000)} ; RPUSH b y ; LMOVE a b LEFT LEFT ; LRANGE b 0 -1
# LMPOP
LMPOP
LMPOP 1 k
LMPOP 0 k LEFT
LMPOP -1 k LEFT
LMPOP a k LEFT
LMPOP 1.5 k LEFT
LMPOP 9223372036854775807 k LEFT
LMPOP 9223372036854775808 k LEFT
LMPOP 2 k LEFT
LMPOP 1 k foo
LMPOP 1 k LEFT foo
LMPOP 1 k LEFT COUNT
LMPOP 1 k LEFT COUNT 0
LMPOP 1 k LEFT COUNT -1
LMPOP 1 k LEFT COUNT a
LMPOP 1 k LEFT COUNT 1 COUNT 2
LMPOP 1 k LEFT COUNT 1 foo
LMPOP 1 nokey LEFT ; LMPOP 2 nokey nokey2 RIGHT COUNT 5
SET s v ; LMPOP 1 s LEFT ; LMPOP 2 nokey s LEFT
SET s v ; RPUSH k a b ; LMPOP 2 s k LEFT ; LMPOP 2 k s LEFT
RPUSH k a b c ; LMPOP 1 k LEFT ; LMPOP 1 k RIGHT ; LMPOP 1 k left COUNT 100 ; EXISTS k
RPUSH k a b c d ; LMPOP 2 nokey k RIGHT COUNT 3 ; LRANGE k 0 -1
RPUSH a 1 2 ; RPUSH b 3 ; LMPOP 2 b a LEFT COUNT 10 ; LMPOP 2 b a RIGHT COUNT 10 ; EXISTS a b
RPUSH LEFT a ; LMPOP 2 LEFT LEFT LEFT ; EXISTS LEFT
# expiry stays with a list that is changed in place
RPUSH k a b c ; EXPIRE k 1000 ; LPUSH k z ; LSET k 0 y ; LINSERT k before a x ; LTRIM k 0 3 ; LREM k 1 a ; LPOP k ; TTL k
RPUSH k a ; EXPIRE k 1000 ; LPOP k ; RPUSH k b ; TTL k
# encodings that 7.0 and 7.2 share
CONFIG SET list-max-listpack-size 2 ; RPUSH k a b c ; OBJECT ENCODING k ; CONFIG SET list-max-listpack-size -2
RPUSH k ${"x".repeat(9000)} ; OBJECT ENCODING k
# watched keys and transactions
WATCH k ; @b RPUSH k a ; MULTI ; PING ; EXEC
RPUSH k a ; WATCH k ; @b LPOP k ; MULTI ; PING ; EXEC
RPUSH k a ; WATCH k ; @b LREM k 0 x ; MULTI ; PING ; EXEC
RPUSH k a ; WATCH k ; @b LTRIM k 0 -1 ; MULTI ; PING ; EXEC
RPUSH k a ; WATCH j ; @b LMOVE k j LEFT LEFT ; MULTI ; PING ; EXEC
RPUSH k a ; WATCH k ; @b LPOP k 0 ; MULTI ; PING ; EXEC
MULTI ; RPUSH k a b ; LPOP k ; LMOVE k j LEFT LEFT ; LPOP s x ; LRANGE j 0 -1 ; EXEC
# a queue used from both ends
RPUSH k 1 2 3 ; LPOP k ; RPUSH k 4 ; LPOP k ; LPUSH k 0 ; RPOP k ; LRANGE k 0 -1
`,
);
