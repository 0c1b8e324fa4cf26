import { conform } from "./runner.ts";

const NUMBERS = Array.from({ length: 300 }, (_, i) => (i * 7919) % 1009 - 500).join(" ");

conform(
  "sort",
  String.raw`
# errors
SORT
SORT_RO
SORT nokey ; SORT_RO nokey
SET k v ; SORT k ; SORT k BY nosort ; SORT_RO k ; SORT k STORE d
HSET k f v ; SORT k ; SORT k ALPHA
XADD k 1-1 f v ; SORT k
SET k v ; SORT k BOGUS
SORT nokey BY ; SORT nokey GET ; SORT nokey STORE ; SORT nokey LIMIT ; SORT nokey LIMIT 1
SORT nokey LIMIT a 1
SORT nokey LIMIT 1 a
SORT nokey LIMIT 1.5 1
SORT nokey LIMIT 99999999999999999999 1
SORT_RO nokey STORE d
SORT_RO nokey BOGUS
RPUSH k a b ; SORT k ; SORT k DESC ; SORT k STORE d
RPUSH k "1 " 2 ; SORT k
RPUSH k nan 2 ; SORT k
RPUSH k 1x 2 ; SORT k
RPUSH k 1 2 ; SET w_1 x ; SORT k BY w_* ; SORT k BY w_* ALPHA
# numbers
RPUSH k 3 1 2 10 ; SORT k ; SORT k ASC ; SORT k DESC ; SORT k ASC DESC ; SORT k DESC ASC ; sort k desc
RPUSH k 1.5 0x10 1e3 inf -inf -0 .5 ; SORT k
RPUSH k " 1" "" 2 "\t-3" ; SORT k
RPUSH k "5\x00x" 7 "\x00" ; SORT k
RPUSH k 1.0 1 01 +1 1e0 ; SORT k ; SORT k DESC
RPUSH k 9007199254740993 9007199254740992 9223372036854775807 ; SORT k
SADD k 5 -3 0 100 ; SORT k ; SORT k DESC ; SORT k LIMIT 1 2
ZADD k 3 1 2 2 1 3 ; SORT k ; SORT k DESC ; SORT k LIMIT 1 1
RPUSH k ${NUMBERS} ; SORT k ; SORT k DESC LIMIT 10 20 ; SORT k ALPHA LIMIT 100 5
# ALPHA
RPUSH k b B a A "" "\xff" ab ; SORT k ALPHA ; SORT k ALPHA DESC ; SORT k alpha asc
RPUSH k 3 1 2 10 ; SORT k ALPHA
SADD k b c a ; SORT k ALPHA ; SORT k ALPHA DESC LIMIT 0 2
ZADD k 3 a 2 b 1 c ; SORT k ALPHA
# LIMIT
RPUSH k 4 3 2 1 ; SORT k LIMIT 0 2 ; SORT k LIMIT 1 2 ; SORT k LIMIT -1 2 ; SORT k LIMIT 1 -1
RPUSH k 4 3 2 1 ; SORT k LIMIT 1 0 ; SORT k LIMIT 0 -5 ; SORT k LIMIT 4 1 ; SORT k LIMIT 10 5
RPUSH k 4 3 2 1 ; SORT k LIMIT 9223372036854775807 9223372036854775807
RPUSH k 4 3 2 1 ; SORT k LIMIT 1 9223372036854775807 ; SORT k LIMIT 0 1 LIMIT 1 2
# BY
RPUSH k 3 1 2 ; MSET w_1 30 w_2 20 w_3 10 ; SORT k BY w_* ; SORT k BY w_* DESC ; SORT k BY *_w
RPUSH k 3 1 2 ; MSET w_1 x w_2 y w_3 z ; SORT k BY w_* ALPHA DESC ; SORT k BY w_*
RPUSH k 3 1 2 ; SORT k BY w_* ; SORT k BY w_* DESC
RPUSH k c b a d ; MSET w_a 1 w_b 1 w_c 1 ; SORT k BY w_* ; SORT k BY w_* DESC ; SORT k BY w_* ALPHA
RPUSH k c b a d ; SORT k BY w_* ALPHA ; SORT k BY w_* ALPHA DESC
RPUSH k c b a ; MSET w_a y w_c x ; SORT k BY w_* ALPHA ; SORT k BY w_* ALPHA DESC
RPUSH k 1 2 ; RPUSH w_1 x ; SET w_2 -1 ; SORT k BY w_*
RPUSH k 1 2 ; HSET w_1 f 9 ; HSET w_2 f 8 ; SORT k BY w_*->f ; SORT k BY w_*->f DESC ; SORT k BY w_*->g
RPUSH k 1 2 ; MSET aw_1b 2 aw_2b 1 ; SORT k BY aw_*b ; SORT k BY aw_*c
RPUSH k 1 2 ; MSET 1* 2 2* 1 ; SORT k BY **
RPUSH k 1 2 ; INCRBYFLOAT w_1 2.5 ; APPEND w_2 1.5 ; SORT k BY w_*
RPUSH k 3 1 2 ; MSET w_1 30 w_2 20 w_3 10 ; SORT k BY x* BY w_* ; SORT k BY w_* LIMIT 1 1
# BY without a star: no sorting
RPUSH k 3 1 2 10 ; SORT k BY nosort ; SORT k BY nosort DESC ; SORT k BY nosort ALPHA ; SORT k BY ""
RPUSH k 3 1 2 10 ; SORT k BY nosort LIMIT 1 2 ; SORT k BY nosort DESC LIMIT 1 2
RPUSH k 3 1 2 ; SORT k BY nosort DESC LIMIT 5 2 ; SORT k BY nosort LIMIT 0 -1
RPUSH k 3 1 2 ; MSET w_1 1 w_2 2 w_3 3 ; SORT k BY w_* BY nosort ; SORT k BY nosort BY w_*
RPUSH k 3 x 2 ; SORT k BY "a\x00*" ; SORT k BY #
ZADD k 3 a 2 b 1 c ; SORT k BY nosort ; SORT k BY nosort DESC ; SORT k BY nosort LIMIT 1 1
ZADD k 3 a 2 b 1 c ; SORT k BY nosort DESC LIMIT 0 2 ; SORT k BY nosort DESC LIMIT 1 5
SADD k 3 1 2 ; SORT k BY nosort ; SORT k BY nosort DESC ; SORT k BY nosort LIMIT 1 1
SADD k a c b ; SORT k BY nosort ~unordered ; SORT k BY nosort STORE d ; LRANGE d 0 -1
SADD k a c b ; SORT k BY nosort DESC LIMIT 0 2 STORE d ; LRANGE d 0 -1
# GET
RPUSH k 2 1 ; MSET w_1 x w_2 y ; SORT k GET w_* ; SORT k GET # ; SORT k GET # GET w_* GET z_*
RPUSH k 2 1 ; SORT k GET nostar ; SORT k GET w_* ; SORT k GET * ; SORT k GET ##
RPUSH k 2 1 ; HSET h_1 f x ; HSET h_2 f y g z ; SORT k GET h_*->f ; SORT k GET h_*->g GET #
RPUSH k 2 1 ; HSET h_1 f x ; SORT k GET h_* ; SORT k GET h_*-> ; SORT k GET h_*->f->g
RPUSH k 2 1 ; HSET h_1 f->g x ; SORT k GET h_*->f->g
RPUSH k 2 1 ; SET w->1 x ; SET w_1-> y ; SORT k GET w->* ; SORT k GET w_*->
RPUSH k 2 1 ; SET w_1 x ; SORT k GET w_*->f
RPUSH k f g ; HSET h f 1 g 2 ; SORT k ALPHA GET h->*
RPUSH k 1 ; INCR w_1 ; INCRBYFLOAT v_1 1.5 ; SORT k GET w_* GET v_*
RPUSH k 3 1 2 ; MSET w_1 30 w_2 20 w_3 10 o_1 a o_2 b o_3 c ; SORT k BY w_* GET o_* LIMIT 0 2
SET w_1 x PX 10 ; RPUSH k 1 ; !wait 40 ; SORT k GET w_*
# STORE
RPUSH k 3 1 2 ; SORT k STORE d ; LRANGE d 0 -1 ; TYPE d ; SORT k DESC STORE d ; LRANGE d 0 -1
RPUSH k 3 1 2 ; SORT k STORE k ; LRANGE k 0 -1
RPUSH k 3 1 2 ; SORT k LIMIT 5 5 STORE k ; EXISTS k
SET d v EX 100 ; RPUSH k 1 ; SORT k STORE d ; TTL d ; LRANGE d 0 -1
SET d v ; SORT nokey STORE d ; EXISTS d
RPUSH k 2 1 ; MSET w_1 x ; SORT k GET w_* GET # STORE d ; LRANGE d 0 -1
RPUSH k 2 1 ; SORT k STORE a STORE b ; EXISTS a b
SADD k 2 1 x ; SORT k STORE d ; EXISTS d
ZADD k 3 a 2 b 1 c ; SORT k BY nosort GET # STORE d ; LRANGE d 0 -1
RPUSH k 1 ; MULTI ; SORT k STORE d ; LRANGE d 0 -1 ; EXEC
RPUSH k 1 ; WATCH d ; SORT k STORE d ; MULTI ; PING ; EXEC
@b BLPOP d 0 & ; !blocked 1 ; RPUSH k 2 1 ; SORT k STORE d ; @b !read ; LRANGE d 0 -1
# keys
COMMAND GETKEYS SORT k
COMMAND GETKEYS SORT k BY w_* GET o_* STORE d
COMMAND GETKEYS SORT k STORE a LIMIT 0 1 STORE b
COMMAND GETKEYS SORT_RO k BY w_*
# out of range; last, because a real server goes on to refuse other numbers for a while after it
RPUSH k 1e400 2 ; SORT k
RPUSH k 1e-400 2 ; SORT k
# SORT leaves a sorted set in its large form
ZADD z 1 a ; SORT_RO z ALPHA ; OBJECT ENCODING z ; ZRANGE z 0 -1
ZADD z 1 a 2 b ; SORT z BY nosort DESC LIMIT 0 1 ; OBJECT ENCODING z
ZADD z 1 a ; SORT z GET ; OBJECT ENCODING z
`,
);
