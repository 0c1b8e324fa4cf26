import { conform } from "./runner.ts";

const INTS = Array.from({ length: 600 }, (_, i) => `${i * 7 - 300}`).join(" ");
const WORDS = Array.from({ length: 300 }, (_, i) => `m${i}`).join(" ");

conform(
  "set",
  String.raw`
# SADD
SADD
SADD k
SET s v ; SADD s a
SADD k a ; SADD k a ; SCARD k
SADD k a b a c ; SMEMBERS k ~unordered
SADD k 3 1 2 ; SMEMBERS k ; OBJECT ENCODING k
SADD k 3 1 -2 9223372036854775807 -9223372036854775808 ; SMEMBERS k ; OBJECT ENCODING k
SADD k 9223372036854775808 1 ; SMEMBERS k ~unordered ; SCARD k
SADD k 1 01 +1 " 1" 1.0 -0 0 ; SCARD k ; SMEMBERS k ~unordered
SADD k 1 2 3 ; SADD k a ; SMEMBERS k ~unordered ; SISMEMBER k 2
SADD k "" "\x00" "\xff\r\n" ; SMEMBERS k ~unordered ; SISMEMBER k ""
SADD k ${INTS} ; SCARD k ; SMEMBERS k ~unordered ; OBJECT ENCODING k
SADD k ${WORDS} ; SCARD k ; SMEMBERS k ~unordered ; OBJECT ENCODING k
SADD k 1 70000 ; SMEMBERS k ; SADD k 5000000000 ; SMEMBERS k ; SREM k 5000000000 ; SMEMBERS k
# SREM
SREM
SREM k
SREM nokey a
SET s v ; SREM s a
SADD k a b c ; SREM k a x c ; SMEMBERS k ; SREM k b ; EXISTS k
SADD k 1 2 3 ; SREM k 2 2 ; SMEMBERS k ; SREM k abc ; SCARD k
SADD k a ; SREM k a a
SADD k ${WORDS} ; SREM k ${WORDS} ; EXISTS k
# SISMEMBER, SCARD
SISMEMBER
SISMEMBER k
SISMEMBER k a b
SISMEMBER nokey a
SET s v ; SISMEMBER s a
SADD k a 1 ; SISMEMBER k a ; SISMEMBER k b ; SISMEMBER k 1 ; SISMEMBER k 01
SADD k 1 2 ; SISMEMBER k 1 ; SISMEMBER k a ; SISMEMBER k 99999999999999999999
SCARD
SCARD a b
SCARD nokey
SET s v ; SCARD s
RPUSH l v ; SCARD l
# SMEMBERS
SMEMBERS
SMEMBERS a b
SMEMBERS nokey
SET s v ; SMEMBERS s
SADD k a ; SMEMBERS k
# SMISMEMBER
SMISMEMBER
SMISMEMBER k
SMISMEMBER nokey a b
SET s v ; SMISMEMBER s a
SADD k a 1 ; SMISMEMBER k a b 1 01 a
SADD k 1 2 3 ; SMISMEMBER k 1 x 99999999999999999999 -0 3
# SMOVE
SMOVE
SMOVE a b
SMOVE a b c d
SMOVE nokey b m
SET s v ; SMOVE nokey s m
SET s v ; SMOVE s b m
SET s v ; SADD a m ; SMOVE a s m ; SMEMBERS a
SET s v ; SADD a m ; SMOVE a s x
SET s v ; SADD a m ; SMOVE s a m
SADD a x y ; SADD b z ; SMOVE a b x ; SMEMBERS a ; SMEMBERS b ~unordered
SADD a x y ; SMOVE a b q ; EXISTS b ; SMOVE a a x ; SMOVE a a q ; SMEMBERS a ~unordered
SADD a x ; SMOVE a b x ; EXISTS a ; SMEMBERS b ; TYPE b
SADD a x ; SADD b x ; SMOVE a b x ; EXISTS a ; SCARD b
SADD a 1 2 ; SADD b 3 ; SMOVE a b 1 ; SMEMBERS b ; OBJECT ENCODING b ; SMOVE a c 2 ; OBJECT ENCODING c
SADD a 1 x ; SADD b 3 ; SMOVE a b x ; SMEMBERS b ~unordered ; SCARD a
# SPOP
SPOP
SPOP nokey
SPOP nokey 1
SPOP nokey -1
SPOP nokey abc
SPOP nokey 1 2
SET s v ; SPOP s
SET s v ; SPOP s 1
SET s v ; SPOP s -1
SADD k a ; SPOP k -1
SADD k a ; SPOP k abc
SADD k a ; SPOP k 1.5
SADD k a ; SPOP k 9223372036854775808
SADD k a ; SPOP k 1 2
SADD k a ; SPOP k 0 ; SCARD k
SADD k a ; SPOP k ; EXISTS k
SADD k a ; SPOP k 1 ; EXISTS k
SADD k a b c ; SPOP k 10 ~unordered ; EXISTS k
SADD k a b c ; SPOP k 3 ~unordered ; EXISTS k
SADD k a b c ; SPOP k ~oneOf:a,b,c ; SCARD k ; SPOP k 1 ~size ; SCARD k
SADD k 1 2 3 ; SPOP k ~oneOf:1,2,3 ; SCARD k ; OBJECT ENCODING k ; SPOP k 9223372036854775807 ~size
SADD k ${WORDS} ; SPOP k 10 ~size ; SCARD k ; SPOP k 280 ~size ; SCARD k ; SPOP k 9 ~size ; SCARD k
SADD k ${INTS} ; SPOP k 100 ~size ; SCARD k ; SPOP k 499 ~size ; SCARD k
SADD k a b ; EXPIRE k 100 ; SPOP k ~oneOf:a,b ; TTL k ~near:1 ; SPOP k 1 ~size ; TTL k
# SRANDMEMBER
SRANDMEMBER
SRANDMEMBER nokey
SRANDMEMBER nokey 1
SRANDMEMBER nokey -1
SRANDMEMBER nokey abc
SRANDMEMBER nokey 1 2
SET s v ; SRANDMEMBER s
SET s v ; SRANDMEMBER s 1
SADD k a ; SRANDMEMBER k abc
SADD k a ; SRANDMEMBER k 1 2
SADD k a ; SRANDMEMBER k -9223372036854775808
SADD k a ; SRANDMEMBER k 9223372036854775808
SADD k a ; SRANDMEMBER k 9223372036854775807
SADD k a ; SRANDMEMBER k ; SRANDMEMBER k 1 ; SRANDMEMBER k 0 ; SRANDMEMBER k -3 ; SRANDMEMBER k 5
SADD k a b c ; SRANDMEMBER k ~oneOf:a,b,c ; SRANDMEMBER k 3 ~unordered ; SRANDMEMBER k 10 ~unordered
SADD k a b c ; SRANDMEMBER k 2 ~size ; SRANDMEMBER k -20 ~size ; SCARD k
SADD k ${WORDS} ; SRANDMEMBER k 50 ~size ; SRANDMEMBER k 299 ~size ; SRANDMEMBER k -400 ~size
SADD k ${INTS} ; SRANDMEMBER k 599 ~size ; SRANDMEMBER k 600 ~unordered
# SINTER, SUNION, SDIFF
SINTER
SUNION
SDIFF
SINTER nokey
SUNION nokey nokey2
SDIFF nokey
SET s v ; SINTER s
SET s v ; SINTER nokey s
SET s v ; SADD k a ; SINTER k s
SET s v ; SUNION nokey s
SET s v ; SADD k a ; SUNION k s
SET s v ; SDIFF nokey s
SET s v ; SADD k a ; SDIFF k s
SET s v ; SADD k a ; SDIFF s k
SADD k a ; SINTER k k ; SUNION k k ; SDIFF k k
SADD a 1 2 3 4 ; SADD b 3 4 5 ; SINTER a b ; SUNION a b ; SDIFF a b ; SDIFF b a
SADD a 1 2 3 4 ; SADD b 3 4 5 ; SINTER a b nokey ; SUNION a b nokey ; SDIFF a b nokey ; SDIFF nokey a
SADD a a b c 1 ; SADD b c d 1 ; SINTER a b ~unordered ; SUNION a b ~unordered ; SDIFF a b ~unordered
SADD a a b c 1 ; SADD b 1 2 3 ; SADD c 1 c ; SINTER a b c ; SUNION c b a ~unordered ; SDIFF a b c ~unordered
SADD a ${WORDS} ; SADD b m1 m2 x ; SINTER a b ~unordered ; SDIFF b a ; SDIFF a b ~unordered
SADD a ${WORDS} ; SADD b ${INTS} ; SUNION a b ~unordered ; SINTER a b ; SDIFF b a ~unordered
SADD a ${INTS} ; SADD b 1 8 15 -300 -299 ; SINTER b a ; SINTER a b ; SDIFF b a ; SDIFF a b ~unordered
SADD a x ; SADD b x ; SADD c x ; SDIFF a b c ; SADD a y z ; SDIFF a b c b ~unordered
# SINTERSTORE, SUNIONSTORE, SDIFFSTORE
SINTERSTORE
SINTERSTORE d
SUNIONSTORE d
SDIFFSTORE d
SET s v ; SINTERSTORE d s
SET s v ; SINTERSTORE d nokey s
SET s v ; SUNIONSTORE d nokey s
SET s v ; SDIFFSTORE d nokey s
SET d v ; SINTERSTORE d nokey ; EXISTS d
SET d v ; SUNIONSTORE d nokey ; EXISTS d
SET d v ; SDIFFSTORE d nokey nokey2 ; EXISTS d
SINTERSTORE d nokey ; SUNIONSTORE d nokey ; SDIFFSTORE d nokey
SET d v ; SADD a 1 ; SINTERSTORE d a ; SMEMBERS d ; TYPE d
SET d v ; EXPIRE d 100 ; SADD a 1 ; SUNIONSTORE d a ; TTL d
SADD a 1 2 3 4 ; SADD b 3 4 5 ; SINTERSTORE d a b ; SMEMBERS d ; OBJECT ENCODING d
SADD a 1 2 3 4 ; SADD b 3 4 5 ; SUNIONSTORE d a b ; SMEMBERS d ; OBJECT ENCODING d
SADD a 1 2 3 4 ; SADD b 3 4 5 ; SDIFFSTORE d a b ; SMEMBERS d ; OBJECT ENCODING d
SADD a 1 2 3 4 ; SADD b 3 4 5 ; SINTERSTORE a a b ; SMEMBERS a ; SUNIONSTORE b a b ; SMEMBERS b
SADD a 1 2 3 4 ; SADD b 3 4 5 ; SDIFFSTORE b b a ; SMEMBERS b ; SDIFFSTORE a a a ; EXISTS a
SADD a x 1 ; SADD b 1 2 ; SINTERSTORE d a b ; OBJECT ENCODING d ; SDIFFSTORE e b a ; OBJECT ENCODING e
SADD a ${WORDS} ; SADD b ${INTS} ; SUNIONSTORE d a b ; SCARD d ; OBJECT ENCODING d ; SMEMBERS d ~unordered
SADD a ${WORDS} ; SUNIONSTORE d a a nokey ; SCARD d ; SDIFFSTORE d a d ; EXISTS d
# SINTERCARD
SINTERCARD
SINTERCARD 1
SINTERCARD 0 a
SINTERCARD -1 a
SINTERCARD abc a
SINTERCARD 1.5 a
SINTERCARD 2 a
SINTERCARD 3 a b
SINTERCARD 99999999999999999999 a
SINTERCARD 1 a b
SINTERCARD 1 a LIMIT
SINTERCARD 1 a LIMIT -1
SINTERCARD 1 a LIMIT abc
SINTERCARD 1 a BOGUS 1
SINTERCARD 1 a LIMIT 1 LIMIT 2
SINTERCARD 1 a LIMIT 1 x
SINTERCARD 1 LIMIT 1
SINTERCARD 1 nokey
SET s v ; SINTERCARD 1 s
SET s v ; SINTERCARD 2 nokey s
SET s v ; SINTERCARD 2 s a LIMIT -1
SADD a 1 2 3 4 x ; SADD b 3 4 5 x ; SINTERCARD 2 a b ; SINTERCARD 2 a b LIMIT 2 ; SINTERCARD 2 a b limit 0
SADD a 1 2 3 4 x ; SADD b 3 4 5 x ; SINTERCARD 2 a b LIMIT 10 ; SINTERCARD 1 a LIMIT 3 ; SINTERCARD 1 a
SADD a ${INTS} ; SADD b ${INTS} ; SINTERCARD 2 a b LIMIT 100 ; SINTERCARD 3 a b nokey ; SINTERCARD 2 a a
COMMAND GETKEYS SINTERCARD 2 a b LIMIT 1
COMMAND GETKEYS SINTERSTORE d a b
# SSCAN
SSCAN
SSCAN k
SSCAN nokey 0
SSCAN nokey abc
SSCAN nokey 0 BOGUS
SET s v ; SSCAN s 0
SADD k a ; SSCAN k abc
SADD k a ; SSCAN k 0 BOGUS
SADD k a ; SSCAN k 0 COUNT 0
SADD k a ; SSCAN k 0 COUNT x
SADD k a ; SSCAN k 0 MATCH
SADD k a ; SSCAN k 0 TYPE set
SADD k a ; SSCAN k 0 NOVALUES
SADD k 1 2 3 ; SSCAN k 0 ; SSCAN k 5 ; SSCAN k 0 COUNT 1 ; SSCAN k 0 MATCH [12]
SADD k a ; SSCAN k 0 ; SSCAN k 0 MATCH b ; SSCAN k 0 match a count 100
SADD k ${WORDS} ; !scan SSCAN k
SADD k ${WORDS} ; !scan SSCAN k COUNT 3
SADD k ${WORDS} ; !scan SSCAN k MATCH *7 COUNT 50
SADD k ${INTS} ; !scan SSCAN k
# Encodings
SADD k a ; OBJECT ENCODING k ~differs:set-listpack
SADD k 1 a ; OBJECT ENCODING k ~differs:set-listpack
SADD k 1 ; SADD k a ; OBJECT ENCODING k ~differs:set-listpack ; SREM k a ; OBJECT ENCODING k ~differs:set-listpack
SADD k a ${"x".repeat(65)} ; OBJECT ENCODING k
SADD k 1 ${"x".repeat(64)} ; OBJECT ENCODING k ~differs:set-listpack
CONFIG SET set-max-intset-entries 3 ; SADD k 1 2 3 ; OBJECT ENCODING k ; SADD k 3 ; OBJECT ENCODING k ;
  CONFIG SET set-max-intset-entries 512
SADD a 1 a ; SADD b 1 2 b ; SUNIONSTORE d a b ; OBJECT ENCODING d ~differs:set-listpack ;
  SINTERSTORE e a b ; OBJECT ENCODING e ; SDIFFSTORE f a b ; OBJECT ENCODING f ~differs:set-listpack
SADD k ${INTS} ; SPOP k 599 ~size ; SCARD k
# What stays: expiry of the key, transactions
SADD k a b ; EXPIRE k 100 ; SADD k c ; SREM k a ; SMOVE k j b ; TTL k ~near:1 ; TTL j
WATCH k ; @b SADD k a ; MULTI ; PING ; EXEC
SADD k a ; WATCH k ; @b SADD k a ; @b SREM k b ; MULTI ; PING ; EXEC
SADD k a ; WATCH k ; @b SPOP k ; MULTI ; PING ; EXEC
WATCH d ; @b SUNIONSTORE d nokey ; MULTI ; PING ; EXEC
SADD d a ; WATCH d ; @b SUNIONSTORE d nokey ; MULTI ; PING ; EXEC
SADD k a ; COPY k l ; SADD l b ; SMEMBERS k ; RENAME l k ; SMEMBERS k ~unordered
`,
);
