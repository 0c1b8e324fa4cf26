import { streams } from "./runner.ts";

streams(
  "lists",
  String.raw`
RPUSH l a b ; LPUSH l c ; lpush l d
LPUSHX l a ; RPUSHX l a
RPUSH l a ; LPUSHX l b ; RPUSHX l c
RPUSH l a b c ; LPOP l ; RPOP l
RPUSH l a b c ; LPOP l 2 ; RPOP l 5
RPUSH l a b c ; LPOP l 0
LPOP l ; RPOP l 3
RPUSH l a ; lpop l
RPUSH l a b c ; LTRIM l 0 1
RPUSH l a b c ; LTRIM l 0 -1
RPUSH l a b c ; LTRIM l 5 10
LTRIM l 0 1
RPUSH l a b c ; LSET l 0 x
RPUSH l a b c ; LSET l 0 a
RPUSH l a ; LSET l 5 a
LSET l 0 a
RPUSH l a b c ; LINSERT l BEFORE b x ; LINSERT l AFTER z x
LINSERT l BEFORE b x
RPUSH l a b a ; LREM l 0 a ; LREM l 0 z ; LREM l 0 b
LREM l 0 a
RPUSH l a b c ; LMOVE l m LEFT RIGHT
RPUSH l a b c ; LMOVE l l LEFT RIGHT
RPUSH l a ; LMOVE l l LEFT RIGHT
LMOVE l m LEFT RIGHT
RPUSH l a b c ; RPOPLPUSH l m ; RPOPLPUSH l l
RPOPLPUSH l m
RPUSH l a b c ; LMPOP 1 l LEFT
RPUSH l a b c ; LMPOP 2 x l RIGHT COUNT 2
RPUSH l a b c ; lmpop 2 x l right count 10
LMPOP 2 x l RIGHT
RPUSH l a b c ; LRANGE l 0 -1 ; LINDEX l 0 ; LPOS l a ; LLEN l
# what would block does not
RPUSH l a b ; BLPOP l 0 ; brpop l 0
RPUSH l a b ; BLPOP x y l 0
RPUSH l a b ; BRPOPLPUSH l m 0
RPUSH l a b ; BLMOVE l m LEFT RIGHT 0
RPUSH l a b c ; BLMPOP 0 2 x l RIGHT COUNT 2
RPUSH l a ; blmpop 0 2 x l right
BLPOP l 0.01
BLMOVE l m LEFT RIGHT 0.01
MULTI ; BLPOP l 0 ; BLMOVE l m LEFT LEFT 0 ; EXEC
MULTI ; RPUSH l a ; BLPOP l 0 ; EXEC
MULTI ; RPUSH l a ; BLMOVE l m LEFT LEFT 0 ; BRPOPLPUSH m l 0 ; EXEC
# who waits is served
@b BLPOP l 0 & ; !blocked 1 ; RPUSH l a ; @b <
@b BLPOP x l 0 & ; !blocked 1 ; RPUSH l a b ; @b <
@b BRPOP l 0 & ; !blocked 1 ; RPUSH l a b ; @b <
@b brpop l 0 & ; !blocked 1 ; MULTI ; RPUSH l a ; RPUSH l b ; SET k v ; EXEC ; @b <
@b BLPOP l 0 & ; !blocked 1 ; MULTI ; RPUSH l a ; DEL l ; EXEC ; RPUSH l b ; @b <
@b BLMOVE l m LEFT RIGHT 0 & ; !blocked 1 ; RPUSH l a ; @b < ~differs:lmove-served
@b BLMOVE l l LEFT RIGHT 0 & ; !blocked 1 ; RPUSH l a b ; @b < ~differs:lmove-served-rotating
@b BRPOPLPUSH l m 0 & ; !blocked 1 ; RPUSH l a ; @b <
@b BLMPOP 0 2 x l LEFT COUNT 2 & ; !blocked 1 ; RPUSH l a b c ; @b <
@b blmpop 0 2 x l left & ; !blocked 1 ; RPUSH l a ; @b <
@b BLMOVE l m LEFT RIGHT 0 & ; !blocked 1 ; @c BLPOP m 0 & ; !blocked 2 ; RPUSH l a ; @b < ; @c < ~differs:lmove-served-chain
@b BLPOP l 0 & ; !blocked 1 ; @c BLPOP l 0 & ; !blocked 2 ; RPUSH l a b c ; @b < ; @c <
@b BLPOP l 0 & ; !blocked 1 ; SET k v ; RENAME k j ; RPUSH m a ; RENAME m l ; @b <
@b BLPOP l 0 & ; !blocked 1 ; RPUSH m 3 1 ; SORT m STORE l ; @b <
@b BLPOP l 0 & ; !blocked 1 ; SELECT 1 ; RPUSH l a ; SWAPDB 0 1 ; @b <
@b BLPOP l 0 & ; !blocked 1 ; SELECT 1 ; RPUSH l a ; PEXPIRE l 20 ; !wait 40 ; SWAPDB 0 1 ;
  !blocked 1 ; CLIENT UNBLOCK $id:b ; @b < ; SET k v ; @b EXISTS l ~differs:expired-wakes
DEBUG REPLICATE SET x y
@b SELECT 3 ; @b BLPOP l 0 & ; !blocked 1 ; RPUSH l x ; SELECT 3 ; RPUSH l a ; SELECT 0 ; SET k v ; @b <
@b SELECT 3 ; @b BLPOP l 0 & ; !blocked 1 ; RPUSH l x ; MOVE l 3 ; @b < ; SET k v
@b SELECT 3 ; @b BLPOP l 0 & ; !blocked 1 ; RPUSH l x ; COPY l l DB 3 ; @b < ; SET k v
@b BLPOP l 0 & ; !blocked 1 ; MULTI ; RPUSH l a ; PEXPIREAT l 1 ; EXEC ; RPUSH l b ; @b <
@b BLPOP l 0 & ; !blocked 1 ; MULTI ; RPUSH l a ; PEXPIRE l 1 ; DEBUG SLEEP 0.01 ; EXEC ; RPUSH l b ; @b <
@b BLPOP x l 0 & ; !blocked 1 ; MULTI ; RPUSH l a ; PEXPIRE l 1 ; DEBUG SLEEP 0.01 ; RPUSH x c ; EXEC ; @b < ~differs:served-first-key
@b BLMOVE l m LEFT LEFT 0 & ; !blocked 1 ; RPUSH m z ; MULTI ; PEXPIRE m 1 ; RPUSH l a ; DEBUG SLEEP 0.01 ; EXEC ; @b < ~differs:lmove-served-expired
@b BLPOP l 0 & ; !blocked 1 ; SET l v PX 1 ; !wait 5 ; RPUSH l a ; @b <
@b BLPOP l 0 & ; !blocked 1 ; RPUSH l a ; @b < ; @b BLPOP l 0 & ; !blocked 1 ; RPUSH l b ; @b <
@b BLMOVE l m LEFT RIGHT 0 & ; !blocked 1 ; SET m v ; RPUSH l a ; @b <
@b BLPOP l 0 & ; !blocked 1 ; CLIENT UNBLOCK $id:b ; @b <
@b BLPOP l 0 & ; !blocked 1 ; RESTORE l 0 "\x12\x01\x02\x0b\x0b\x00\x00\x00\x01\x00\x81a\x02\xff\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00" ; RPUSH l z ; @b <
`,
);

streams(
  "sets",
  String.raw`
SADD s a b ; SADD s a ; SADD s a c ; sadd s d
SADD s 1 2 3
SREM s a
SADD s a b ; SREM s a z ; SREM s z ; SREM s b
SADD s a ; SPOP s
SADD s a b c ; SPOP s ~stream:counted
SADD s a b c d e ; SPOP s 2 ~differs:spop-2
SADD s a b c d e ; SPOP s 4 ~differs:spop-4
SADD s a b c ; SPOP s 3
SADD s a b c ; SPOP s 10
SADD s a b c ; SPOP s 0
SADD s 1 2 3 4 ; SPOP s 2 ~differs:spop-numbers
SADD s 1 2 3 4 ; SPOP s 1 ~stream:counted
SADD s a b ; SPOP s 1 ; SPOP s 1 ~stream:counted
SPOP s ; SPOP s 3
SADD s a b c ; MULTI ; SPOP s 2 ; SPOP s ; EXEC ~differs:spop-multi
SADD s a ; SMOVE s t a
SADD s a b ; SADD t a ; SMOVE s t a ; SMOVE s t z
SADD s a ; SMOVE s s a
SMOVE s t a
SADD s a ; SET t v ; SMOVE s t a
SADD a 1 2 ; SADD b 2 3 ; SINTERSTORE d a b ; SUNIONSTORE d a b ; SDIFFSTORE d a b
SINTERSTORE d a b
SADD d x ; SINTERSTORE d a b
SET d x ; SUNIONSTORE d a b
SET d x ; SDIFFSTORE d a b
SADD a 1 ; SINTERSTORE a a a
SADD a 1 ; SET b v ; SINTERSTORE d a b
SADD d x EX ; EXPIRE d 100 ; SADD a 1 ; SUNIONSTORE d a
SADD s a b ; SMEMBERS s ; SRANDMEMBER s ; SRANDMEMBER s 3 ; SCARD s ; SISMEMBER s a ; SSCAN s 0 ; SINTER s t
`,
);

streams(
  "hashes",
  String.raw`
HSET h f v ; HSET h f v ; HSET h f w g x ; hset h f v
HMSET h f v g w ; HMSET h f v
HSETNX h f v ; HSETNX h f w
HDEL h f
HSET h f v g w ; HDEL h f z ; HDEL h z ; HDEL h g
HINCRBY h f 5 ; HINCRBY h f 0 ; hincrby h f -1
HSET h f abc ; HINCRBY h f 1
HINCRBYFLOAT h f 1.5 ; HINCRBYFLOAT h f 0 ; hincrbyfloat h f 1e3
HSET h f abc ; HINCRBYFLOAT h f 1
HSET h f 10.50 ; HINCRBYFLOAT h f -0.1
HSET h f v ; HGET h f ; HGETALL h ; HLEN h ; HRANDFIELD h ; HRANDFIELD h 5 WITHVALUES ; HSCAN h 0 ; HSTRLEN h f
SET h v ; HSET h f v ; HDEL h f
HSET h f v g w ; EXPIRE h 100 ; HSET h f x
# fields that expire are new in 7.4
HSET h f v ; HEXPIRE h 100 FIELDS 1 f ~differs:hexpire
HSET h f v ; HPEXPIRE h 100000 FIELDS 1 f ~differs:hexpire
HSET h f v ; HEXPIREAT h $now+100 FIELDS 1 f ~differs:hexpire
HSET h f v ; HPEXPIREAT h $ms+100000 FIELDS 1 f ~differs:hexpire
HSET h f v g w ; HEXPIRE h 100 FIELDS 3 f g z ~differs:hexpire-two
HSET h f v g w ; HEXPIRE h 100 NX FIELDS 2 f g ~differs:hexpire-nx
HSET h f v ; HEXPIRE h 0 FIELDS 1 f ~differs:hexpire-past
HSET h f v g w ; HPEXPIREAT h 1 FIELDS 2 f g ~differs:hexpire-past-two
HSET h f v ; HEXPIRE h 100 FIELDS 1 z ~differs:hexpire-none
HEXPIRE h 100 FIELDS 1 z ~differs:nothing
HSET h f v ; HEXPIRE h 100 XX FIELDS 1 f ~differs:hexpire-none
HSET h f v ; HPERSIST h FIELDS 1 f ~differs:hexpire-none
HSET h f v ; HEXPIRE h 100 FIELDS 1 f ; HPERSIST h FIELDS 2 f z ~differs:hpersist
HSET h f v ; HEXPIRE h 100 FIELDS 1 f ; HSET h f w ~differs:hexpire-set
HSET h f v g w ; HPEXPIRE h 1 FIELDS 1 f ; !wait 5 ; HGET h f ~differs:hexpire-hget
HSET h f v g w ; HPEXPIRE h 1 FIELDS 1 f ; !wait 5 ; HGETALL h ; HLEN h ; HKEYS h ; HSCAN h 0 ~differs:hexpire-lazy
HSET h f 1 ; HEXPIRE h 100 FIELDS 1 f ; HINCRBYFLOAT h f 1 ~differs:hexpire-float
`,
);

streams(
  "sorted sets",
  String.raw`
ZADD z 1 a ; ZADD z 1 a ; ZADD z 2 a 1 b ; zadd z 1 c
ZADD z NX 1 a ; ZADD z NX 2 a
ZADD z XX 1 a ; ZADD z 1 a ; ZADD z XX 2 a
ZADD z 5 a ; ZADD z GT 3 a ; ZADD z GT 7 a ; ZADD z LT 9 a ; ZADD z LT CH 1 a
ZADD z INCR 1 a ; ZADD z INCR 0 a ; ZADD z NX INCR 1 a ; ZADD z XX INCR 1 b
ZADD z 5 a ; ZADD z GT INCR -1 a
ZADD z inf a ; ZADD z INCR -inf a
ZADD z +inf a ; ZADD z 1e3 b ; ZADD z -0 c ; ZADD z 0x10 d
ZINCRBY z 1 a ; ZINCRBY z 0 a ; ZINCRBY z 1.5 a
ZADD z 1 a 2 b 3 c ; ZREM z a z ; ZREM z z ; ZREM z b c
ZREM z a
ZADD z 1 a 2 b 3 c ; ZREMRANGEBYRANK z 0 0 ; ZREMRANGEBYRANK z 5 9 ; ZREMRANGEBYRANK z 0 -1
ZADD z 1 a 2 b 3 c ; ZREMRANGEBYSCORE z 1 (2 ; ZREMRANGEBYSCORE z 9 9
ZADD z 0 a 0 b ; ZREMRANGEBYLEX z [a [a ; ZREMRANGEBYLEX z [z [z
ZADD z 1 a 2 b 3 c ; ZPOPMIN z ; ZPOPMAX z ; zpopmin z
ZADD z 1 a 2 b 3 c ; ZPOPMIN z 2 ; ZPOPMAX z 5
ZADD z 1 a ; ZPOPMIN z 0
ZPOPMIN z ; ZPOPMAX z 3
ZADD z 1 a 2 b 3 c ; ZMPOP 1 z MIN ; ZMPOP 2 x z MAX COUNT 10
ZMPOP 1 z MIN
ZADD z 1 a 2 b ; BZPOPMIN z 0 ; BZPOPMAX x z 0
ZADD z 1 a 2 b 3 c ; BZMPOP 0 2 x z MAX COUNT 2 ; bzmpop 0 1 z min
BZPOPMIN z 0.01
MULTI ; ZADD z 1 a ; BZPOPMIN z 0 ; BZMPOP 0 1 z MIN ; EXEC
@b BZPOPMIN z 0 & ; !blocked 1 ; ZADD z 1 a 2 b ; @b <
@b BZPOPMAX x z 0 & ; !blocked 1 ; ZADD z 1 a 2 b ; @b <
@b BZMPOP 0 1 z MAX COUNT 2 & ; !blocked 1 ; ZADD z 1 a 2 b 3 c ; @b <
@b BZPOPMIN z 0 & ; !blocked 1 ; ZADD a 1 m ; ZUNIONSTORE z 1 a ; @b <
@b BZPOPMIN z 0 & ; !blocked 1 ; GEOADD z 1 1 m ; @b <
@b BZPOPMIN z 0 & ; !blocked 1 ; MULTI ; ZADD z 1 a ; PEXPIRE z 1 ; DEBUG SLEEP 0.01 ; EXEC ; ZADD z 1 b ; @b <
ZADD a 1 m 2 n ; ZADD b 1 m ; ZUNIONSTORE d 2 a b ; ZINTERSTORE d 2 a b WEIGHTS 1 2 ; ZDIFFSTORE d 2 a b
ZUNIONSTORE d 2 a b ; ZINTERSTORE d 2 a b ; ZDIFFSTORE d 2 a b
ZADD d 1 m ; ZUNIONSTORE d 2 a b
ZADD d 1 m ; ZINTERSTORE d 2 a b
SET d v ; ZDIFFSTORE d 2 a b
ZADD d 1 m ; ZUNIONSTORE d 0 a
ZADD z 1 a 2 b ; ZRANGESTORE d z 0 0 ; ZRANGESTORE d z 5 9 ; ZRANGESTORE d z 5 9
SET d v ; ZRANGESTORE d z 0 -1
ZADD z 1 a 2 b ; ZRANGESTORE d z (1 +inf BYSCORE LIMIT 0 1
ZADD z 1 a ; ZRANGESTORE z z 0 -1
ZADD z 1 a ; ZRANGE z 0 -1 ; ZSCORE z a ; ZRANK z a ; ZCARD z ; ZRANDMEMBER z ; ZSCAN z 0 ; ZUNION 1 z
`,
);

streams(
  "places and sketches",
  String.raw`
GEOADD g 13.361389 38.115556 a ; GEOADD g 13.361389 38.115556 a ; geoadd g 13 38 b
GEOADD g NX 13 38 a ; GEOADD g NX 14 38 a ; GEOADD g XX CH 15 38 a
GEOADD g CH 13 38 a 14 38 b
GEOADD g 13 38 a ; GEOSEARCHSTORE d g FROMLONLAT 13 38 BYRADIUS 10 km
GEOADD g 13 38 a ; GEOSEARCHSTORE d g FROMMEMBER a BYBOX 10 10 km STOREDIST
GEOADD g 13 38 a ; GEOSEARCHSTORE d g FROMLONLAT 50 50 BYRADIUS 1 m
GEOADD g 13 38 a ; SET d v ; GEOSEARCHSTORE d g FROMLONLAT 50 50 BYRADIUS 1 m
GEOSEARCHSTORE d g FROMLONLAT 50 50 BYRADIUS 1 m
SET d v ; GEOSEARCHSTORE d g FROMLONLAT 50 50 BYRADIUS 1 m
GEOADD g 13 38 a ; GEORADIUS g 13 38 10 km STORE d
GEOADD g 13 38 a ; GEORADIUS g 13 38 10 km STOREDIST d
GEOADD g 13 38 a ; GEORADIUS g 13 38 10 km
GEOADD g 13 38 a ; GEORADIUS_RO g 13 38 10 km
GEOADD g 13 38 a ; GEORADIUSBYMEMBER g a 10 km STORE d
GEOADD g 13 38 a ; GEORADIUSBYMEMBER g a 10 km ; GEODIST g a a ; GEOHASH g a ; GEOPOS g a ; GEOSEARCH g FROMMEMBER a BYRADIUS 1 km
SET d v ; GEORADIUS g 13 38 10 km STORE d
GEORADIUS g 13 38 10 km STORE d
PFADD p ; PFADD p ; PFADD p a ; PFADD p a ; pfadd p b a
PFADD p a ; PFCOUNT p ; PFCOUNT p ; PFADD p b ; PFCOUNT p
PFADD p a ; PFADD q b ; PFCOUNT p q
PFCOUNT p
PFMERGE d ; PFMERGE d
PFADD p a ; PFMERGE d p ; PFMERGE d p ; PFMERGE d x ; PFMERGE p
PFADD p a ; PFMERGE p p
SET p v ; PFADD p a ; PFCOUNT p
PFADD p a ; PFDEBUG ENCODING p ; PFDEBUG TODENSE p ; PFDEBUG TODENSE p ; PFDEBUG GETREG p
PFADD p a ; PFDEBUG GETREG p
PFADD p a ; PFDEBUG DECODE p
PFSELFTEST
`,
);
