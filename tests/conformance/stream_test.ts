import { conform } from "./runner.ts";

const MANY = Array.from({ length: 250 }, (_, i) => `XADD x ${i + 1}-0 f ${i}`).join(" ; ");

conform(
  "stream",
  String.raw`
# XADD: errors
XADD
XADD x
XADD x *
XADD x * f
XADD x * f v g
XADD x abc f v
XADD x 1-abc f v
XADD x 1-1-1 f v
XADD x -1 f v
XADD x 0-0 f v
XADD x 0 f v
XADD x - f v
XADD x + f v
XADD x $ f v
XADD x 18446744073709551616-0 f v
XADD x 1-18446744073709551616 f v
XADD x "" f v
XADD x 1- f v
XADD x -1-1 f v
XADD x *-1 f v
XADD x **  f v
XADD x 1-1 f v ; XADD x 1-1 f v
XADD x 5-5 f v ; XADD x 5-4 f v ; XADD x 4-9 f v ; XADD x 5 f v
XADD x 18446744073709551615-18446744073709551615 f v ; XADD x * f v
XADD x 5-18446744073709551615 f v ; XADD x 5-* f v ~differs:xadd-sequence
XADD x 18446744073709551615-18446744073709551615 f v ; XADD x 18446744073709551615-* f v
SET s v ; XADD s * f v
SET s v ; XADD s 0-0 f v
XADD x NOMKSTREAM
XADD x NOMKSTREAM * f
XADD x NOMKSTREAM 1-1 f v ; EXISTS x
XADD x MAXLEN
XADD x MAXLEN 5 *
XADD x MAXLEN abc 1-1 f v
XADD x MAXLEN -1 1-1 f v
XADD x MAXLEN ~ 5 LIMIT 1-1 f v
XADD x MAXLEN 5 LIMIT 10 1-1 f v
XADD x MAXLEN = 5 LIMIT 10 1-1 f v
XADD x MAXLEN ~ 5 LIMIT -1 1-1 f v
XADD x MAXLEN ~ 5 LIMIT abc 1-1 f v
XADD x MINID abc 1-1 f v
XADD x MINID 1-x 1-1 f v
XADD x LIMIT 5 1-1 f v
XADD x MAXLEN 5 MINID 1 1-1 f v
XADD x MAXLEN 5 MAXLEN 3 1-1 f v
XADD x BOGUS 1-1 f v
XADD x " 1-1" f v ; XADD x "2- 1" f v ; XADD x +3-+1 f v ; XADD x "\t\n 4" f v ; XRANGE x - +
XADD x "1 -1" f v
XADD x "1-1 " f v
XADD x 1--1 f v
XADD x 1--0 f v
XADD x 1--01 f v
XADD x 0x1 f v
XADD x "1-1\x00abc" f v ; XRANGE x "1\x00" "1-2\x00-"
XADD x 1-00000000000000000000000000000000000000000000000000007 f v
XADD x 1-0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000007 f v
XADD x 9007199254740993-9007199254740993 f v ; XADD x 9007199254740993-* f v ; XRANGE x - +
XADD x MINID - 1-1 f v
XADD x MINID + 1-1 f v
XADD x MINID ~ * 1-1 f v
XADD x MAXLEN ~ f v
XADD x MAXLEN = = 1-1 f v
XADD x LIMIT 0 1-1 f v ; XLEN x
XADD x LIMIT abc 1-1 f v
XADD x MAXLEN 9223372036854775808 1-1 f v
XADD x maxlen = 5 limit 0 1-1 f v
XADD x NOMKSTREAM NOMKSTREAM 1-1 f v
# XADD: behaviour
XADD x 1-1 f v ; XADD x 1-2 f v g w ; XADD x 2 f v ; XRANGE x - +
XADD x 1-* f v ; XADD x 1-* f v ; XADD x 2-* f v ; XLEN x
XADD x 0-* f v ; XRANGE x - +
XADD x 0-1 f v ; XADD x * f v ~type ; XLEN x
XADD x 1-1 f 1 f 2 f 1 ; XRANGE x - +
XADD x 1-1 "" "" "\x00" "\xff\r\n" ; XRANGE x - +
XADD x 001-002 f v ; XRANGE x - +
XADD x 18446744073709551615-18446744073709551614 f v ; XADD x 18446744073709551615-* f v
XADD x 1-1 f v ; XADD x 2-1 f v ; XADD x 3-1 f v ; XADD x MAXLEN 2 4-1 f v ; XRANGE x - +
XADD x 1-1 f v ; XADD x 2-1 f v ; XADD x MAXLEN = 1 3-1 f v ; XRANGE x - +
XADD x 1-1 f v ; XADD x MAXLEN 0 2-1 f v ; XLEN x ; EXISTS x ; XADD x 1-5 f v ; XADD x 3 f v
XADD x 1-1 f v ; XADD x 2-1 f v ; XADD x MINID 2 3-1 f v ; XRANGE x - +
XADD x 1-1 f v ; XADD x 2-1 f v ; XADD x MINID = 2-2 3-1 f v ; XRANGE x - +
XADD x 1-1 f v ; XADD x MAXLEN ~ 1 2-1 f v ; XLEN x
XADD x MAXLEN ~ 10 LIMIT 5 1-1 f v ; XADD x MINID ~ 1 LIMIT 5 2-1 f v ; XLEN x
XADD x 1-1 f v ; XADD x NOMKSTREAM 2-1 f v ; XLEN x
XADD x nomkstream maxlen 5 1-1 f v ; XLEN x
${MANY} ; XLEN x ; XRANGE x - + COUNT 3 ; XREVRANGE x + - COUNT 3 ; XRANGE x 100 105
${MANY} ; XADD x MAXLEN ~ 100 1000-0 f v ; XLEN x ; XRANGE x - + COUNT 1
# XLEN
XLEN
XLEN a b
XLEN nokey
SET s v ; XLEN s
# XRANGE, XREVRANGE
XRANGE
XRANGE x -
XRANGE x - + COUNT
XRANGE x - + COUNT abc
XRANGE x - + BOGUS 1
XRANGE x - + COUNT 1 2
XRANGE x abc +
XRANGE x - abc
XRANGE x 1-x +
XRANGE x (abc +
XRANGE x ( +
XRANGE x (- +
XRANGE x - (+
XRANGE x (18446744073709551615-18446744073709551615 +
XRANGE x - (0-0
XRANGE nokey - +
SET s v ; XRANGE s - +
SET s v ; XRANGE s abc +
XADD x 1-1 f v ; XADD x 1-2 f v ; XADD x 2-1 f v ; XRANGE x 1 1 ; XRANGE x 1-2 2 ; XRANGE x (1-1 + ; XRANGE x - (2-1
XADD x 1-1 f v ; XADD x 1-2 f v ; XRANGE x 2 1 ; XRANGE x + - ; XRANGE x 1-2 1-2 ; XRANGE x (1 (1
XADD x 1-1 f v ; XADD x 2-1 f v ; XRANGE x - + COUNT 1 ; XRANGE x - + COUNT 0 ; XRANGE x - + COUNT -1
XREVRANGE
XREVRANGE x +
XREVRANGE x abc -
XREVRANGE x + - COUNT abc
XREVRANGE nokey + -
SET s v ; XREVRANGE s + -
XADD x 1-1 f v ; XADD x 1-2 f v ; XADD x 2-1 f v ; XREVRANGE x + - ; XREVRANGE x 1 1 ; XREVRANGE x (2-1 - ; XREVRANGE x - +
XADD x 1-1 f v ; XADD x 2-1 f v ; XREVRANGE x + - COUNT 1 ; XREVRANGE x + - COUNT 0
# XDEL
XDEL
XDEL x
XDEL nokey 1-1
XDEL nokey abc
XDEL x 1-1 abc
SET s v ; XDEL s 1-1
SET s v ; XDEL s abc
XADD x 1-1 f v ; XADD x 2-1 f v ; XDEL x 1-1 9-9 1-1 ; XRANGE x - +
XADD x 1-1 f v ; XDEL x 1-1 ; XLEN x ; EXISTS x ; XADD x 1-1 f v ; XADD x 1-2 f v
XADD x 5-0 f v ; XDEL x 5 ; XLEN x
${MANY} ; XDEL x 1 50 100 250 ; XLEN x ; XRANGE x 49 51 ; XREVRANGE x + - COUNT 2
# XTRIM
XTRIM
XTRIM x
XTRIM x MAXLEN
XTRIM x BOGUS 1
XTRIM x MAXLEN abc
XTRIM x MAXLEN -1
XTRIM x MINID abc
XTRIM x MAXLEN 1 LIMIT 5
XTRIM x MAXLEN ~ 1 LIMIT
XTRIM x MAXLEN ~ 1 LIMIT -5
XTRIM x MAXLEN 1 MINID 1
XTRIM x NOMKSTREAM
XTRIM nokey MAXLEN 1
SET s v ; XTRIM s MAXLEN 1
XADD x 1-1 f v ; XADD x 2-1 f v ; XADD x 3-1 f v ; XTRIM x MAXLEN 2 ; XRANGE x - + ; XTRIM x MAXLEN 2
XADD x 1-1 f v ; XADD x 2-1 f v ; XTRIM x MAXLEN 0 ; EXISTS x ; XLEN x
XADD x 1-1 f v ; XADD x 2-1 f v ; XTRIM x MINID 2 ; XRANGE x - + ; XTRIM x MINID 2-2 ; XLEN x
XADD x 1-1 f v ; XADD x 2-1 f v ; XTRIM x MAXLEN ~ 1 ; XLEN x ; XTRIM x MAXLEN = 1 ; XLEN x
${MANY} ; XTRIM x MAXLEN ~ 120 ; XLEN x ; XTRIM x MAXLEN ~ 10 LIMIT 100 ; XLEN x ; XTRIM x MAXLEN ~ 10 LIMIT 0 ; XLEN x
${MANY} ; XTRIM x MINID ~ 150 ; XLEN x ; XTRIM x MINID 150 ; XLEN x ; XRANGE x - + COUNT 1
XADD x 5-0 f v ; XADD x 6-0 f v ; XTRIM x MINID -
XTRIM x MINID ~ 0 LIMIT 0 MAXLEN 3
XTRIM x LIMIT 5
XTRIM x LIMIT 0
# XSETID
XSETID
XSETID x
XSETID x abc
XSETID x -
XSETID x 5
XSETID x 5 ENTRIESADDED
XSETID x 5 BOGUS 1
XSETID x 5 ENTRIESADDED abc
XSETID x 5 ENTRIESADDED -1
XSETID x 5 MAXDELETEDID abc
XSETID x 5 MAXDELETEDID 6
SET s v ; XSETID s 5
SET s v ; XSETID s 5 MAXDELETEDID 6
XADD x 5-0 f v ; XSETID x 4 ; XSETID x 5 ENTRIESADDED 0 ; XSETID x 5 ENTRIESADDED 1
XADD x 5-0 f v ; XSETID x 7-3 ENTRIESADDED 9223372036854775807 MAXDELETEDID 6-1 ; XINFO STREAM x ; XADD x 7-* f v
XADD x 5-0 f v ; XSETID x 7 entriesadded 10 entriesadded 20 maxdeletedid 0 ; XINFO STREAM x
XADD x 5-0 f v ; XDEL x 5-0 ; XSETID x 3 ~differs:xsetid-max-deleted ; XSETID x 5
XADD x 5-0 f v ; XTRIM x MAXLEN 0 ; XSETID x 3 ; XADD x 3-1 f v ; XINFO STREAM x
# XINFO STREAM
XINFO
XINFO BOGUS
XINFO STREAM
XINFO GROUPS
XINFO GROUPS x y
XINFO CONSUMERS x
XINFO HELP x
XINFO HELP ~help
XINFO STREAM x
XINFO STREAM x BOGUS
SET s v ; XINFO STREAM s
SET s v ; XINFO STREAM s BOGUS
XADD x 1-1 f v ; XINFO STREAM x BOGUS
XADD x 1-1 f v ; XINFO STREAM x FULL COUNT
XADD x 1-1 f v ; XINFO STREAM x FULL BOGUS 1
XADD x 1-1 f v ; XINFO STREAM x FULL COUNT abc
XADD x 1-1 f v ; XINFO STREAM x FULL COUNT 1 2
XADD x 1-1 f v ; XADD x 2-2 g w ; XINFO STREAM x ; XDEL x 1-1 ; xinfo stream x ; XDEL x 2-2 ; XINFO STREAM x
${MANY} ; XINFO STREAM x ; XINFO STREAM x FULL ; XINFO STREAM x full count 2 ; XTRIM x MAXLEN ~ 1 ; XINFO STREAM x
${MANY} ; XINFO STREAM x FULL COUNT 0 ; XINFO STREAM x FULL COUNT -1
XADD x 1-1 f v ; XADD x 300-1 f v ; XINFO STREAM x FULL
# Changes that break a transaction, and the counter of changes
XADD x 1-1 f v ; WATCH x ; @b XADD x 2-1 f v ; MULTI ; PING ; EXEC
XADD x 1-1 f v ; WATCH x ; @b XDEL x 1-1 ; MULTI ; PING ; EXEC
XADD x 1-1 f v ; WATCH x ; @b XDEL x 9-1 ; MULTI ; PING ; EXEC
XADD x 1-1 f v ; WATCH x ; @b XTRIM x MAXLEN 0 ; MULTI ; PING ; EXEC
XADD x 1-1 f v ; WATCH x ; @b XTRIM x MAXLEN 3 ; MULTI ; PING ; EXEC
XADD x 1-1 f v ; WATCH x ; @b XSETID x 5 ; MULTI ; PING ; EXEC
# XREAD
XREAD
XREAD STREAMS
XREAD STREAMS x
XREAD STREAMS x y 0 ~differs:xread-unbalanced
XREAD COUNT
XREAD COUNT abc STREAMS x 0
XREAD COUNT 1
XREAD BLOCK
XREAD BLOCK abc STREAMS x 0
XREAD BLOCK -1 STREAMS x 0
XREAD BLOCK 1.5 STREAMS x 0
XREAD BOGUS 1 STREAMS x 0
XREAD STREAMS x abc
XREAD STREAMS x -
XREAD STREAMS x +
XREAD STREAMS x >
XREAD STREAMS x 1-x
XREAD GROUP g c STREAMS x >
XREAD GROUP g STREAMS
XREAD BLOCK 9223372036854775808 STREAMS x 0
XREAD COUNT 1 COUNT 2 BLOCK 1 STREAMS STREAMS 0
SET s v ; XREAD STREAMS x s abc 0
SET s v ; XREAD STREAMS s x 0 abc
XREAD NOACK STREAMS x 0
SET s v ; XREAD STREAMS s 0
SET s v ; XREAD STREAMS s abc
XREAD STREAMS nokey 0
XREAD STREAMS nokey $
XADD x 1-1 f v ; XADD x 2-1 g w ; XREAD STREAMS x 0 ; XREAD STREAMS x 1-1 ; XREAD STREAMS x 2 ; XREAD STREAMS x 2-1
XADD x 1-1 f v ; XADD y 1-1 f v ; XREAD STREAMS x y 0 0 ; XREAD STREAMS x nokey y 0 0 1-1 ; XREAD STREAMS x x 0 0
XADD x 1-1 f v ; XADD x 2-1 f v ; XREAD COUNT 1 STREAMS x 0 ; XREAD COUNT 0 STREAMS x 0 ; XREAD COUNT -1 STREAMS x 0
XADD x 1-1 f v ; XREAD STREAMS x $ ; XREAD count 5 streams x 0
XADD x 1-1 f v ; XREAD BLOCK 10 STREAMS x 0
XADD x 1-1 f v ; XREAD BLOCK 20 STREAMS x $
XREAD BLOCK 20 STREAMS nokey 0
XREAD BLOCK 20 STREAMS a b c 0 0 0
XADD x 18446744073709551615-18446744073709551615 f v ; XREAD STREAMS x 18446744073709551615-18446744073709551615
XADD x 1-1 f v ; XADD x 2-1 f v ; XDEL x 1-1 ; XREAD STREAMS x 0
# XREAD: blocked clients
@b XREAD BLOCK 0 STREAMS x $ & ; !blocked 1 ; XADD x 1-1 f v ; @b <
@b XREAD BLOCK 0 STREAMS x y 0 0 & ; !blocked 1 ; XADD y 5-1 f v ; @b < ; @b PING
@b XREAD BLOCK 0 STREAMS x $ & ; !blocked 1 ; SET x v ; DEL x ; XADD x 1-1 f v ; @b <
XADD x 1-1 f v ; @b XREAD BLOCK 0 STREAMS x $ & ; !blocked 1 ; XADD x 1-2 f v ; XADD x 1-3 f v ; @b <
XADD x 5-0 f v ; @b XREAD BLOCK 0 STREAMS x 7 & ; !blocked 1 ; XADD x 6 f v ; XADD x 8 f v ; @b <
@b XREAD BLOCK 0 STREAMS x $ & ; @c XREAD BLOCK 0 STREAMS x $ & ; !blocked 2 ; XADD x 1-1 f v ; @b < ; @c <
@b XREAD COUNT 1 BLOCK 0 STREAMS x 0 & ; !blocked 1 ; MULTI ; XADD x 1-1 f v ; XADD x 1-2 f v ; EXEC ; @b <
@b XREAD BLOCK 0 STREAMS x $ & ; !blocked 1 ; CLIENT UNBLOCK $id:b ; @b <
@b XREAD BLOCK 0 STREAMS x $ & ; !blocked 1 ; CLIENT UNBLOCK $id:b ERROR ; @b < ; @b PING
@b XREAD BLOCK 0 STREAMS x $ & ; !blocked 1 ; CLIENT KILL ID $id:b ; @b !closed ; XADD x 1-1 f v
@b XREAD BLOCK 0 STREAMS x $ & ; !blocked 1 ; MULTI ; XADD x 1-1 f v ; DEL x ; EXEC ; !blocked 1 ; XADD x 2-1 f v ; @b <
@b XREAD BLOCK 0 STREAMS x $ & ; !blocked 1 ; SELECT 1 ; XADD x 1-1 f v ; SWAPDB 0 1 ; @b <
@b XREAD BLOCK 0 STREAMS x $ & ; !blocked 1 ; XADD y 1-1 f v ; RENAME y x ; @b <
XADD x 5-0 f v ; @b XREAD BLOCK 0 STREAMS x $ & ; !blocked 1 ; DEL x ; XADD x 4 f v ; XADD x 6 f v ; @b <
@b XREAD BLOCK 0 STREAMS x y $ $ & ; !blocked 1 ; SET y v ; XADD x 1-1 f v ; @b < ~differs:blocked-wrong-type
@b XREAD BLOCK 0 STREAMS x $ & ; !blocked 1 ; XADD x MAXLEN 0 1-1 f v ; XADD x 2-0 f v ; @b < ~differs:read-emptied
@b XREAD BLOCK 0 STREAMS x x 0 0 & ; !blocked 1 ; XADD x 1-1 f v ; @b < ~differs:read-twice
@b XREAD BLOCK 0 STREAMS x 0 & ; !blocked 1 ; XGROUP CREATE x g 0 MKSTREAM ; !blocked 1 ; XADD x 1-1 f v ; @b <
@b XREAD BLOCK 0 STREAMS x 0 & ; !blocked 1 ; XADD y 1-1 f v ; COPY y x ; @b <
MULTI ; XREAD BLOCK 0 STREAMS x $ ; EXEC
@b XREAD BLOCK 30 STREAMS x $ & ; @b PING & ; @b < ; @b <
`,
);
