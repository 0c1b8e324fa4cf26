import { conform } from "./runner.ts";

const MANY = Array.from({ length: 200 }, (_, i) => `key:${i} ${i}`).join(" ");

conform(
  "generic",
  String.raw`
# KEYS and glob patterns
KEYS
KEYS a b
KEYS *
MSET one 1 two 2 three 3 ; KEYS t* ~unordered ; KEYS ??? ~unordered ; KEYS *e* ~unordered ; KEYS zzz
MSET hello 1 hallo 1 hxllo 1 hllo 1 heeello 1 ; KEYS h?llo ~unordered ; KEYS h*llo ~unordered
MSET hello 1 hallo 1 hbllo 1 hillo 1 ; KEYS h[ae]llo ~unordered ; KEYS h[^e]llo ~unordered
MSET hallo 1 hbllo 1 hcllo 1 ; KEYS h[a-b]llo ~unordered ; KEYS h[b-a]llo ~unordered
MSET a* 1 ab 1 a? 1 ; KEYS a\* ; KEYS a\\* ; KEYS a\? ; KEYS "a[*]" ; KEYS "a[?]"
MSET a] 1 a[ 1 a- 1 ab 1 ; KEYS a[]] ~unordered ; KEYS "a\\[" ; KEYS a[ ~unordered ; KEYS "a[\\]]"
MSET "a\nb" 1 "a\x00b" 1 ab 1 ; KEYS a?b ~unordered ; KEYS "a\x00*" ; KEYS "a\n*"
MSET abc 1 ABC 1 ; KEYS a* ; KEYS A*
MSET "" 1 a 1 ; KEYS "" ; KEYS ? ; KEYS * ~unordered ; KEYS ** ; SCAN 0 MATCH ** ~deep
MSET aaab 1 ; KEYS *b ; KEYS a*a*b ; KEYS **** ; KEYS a****b ; KEYS *a*a*a*a*
SET k v PX 10 ; !wait 40 ; KEYS * ; GET k ; DBSIZE
SELECT 1 ; SET k v ; SELECT 0 ; KEYS * ; SELECT 1 ; KEYS *
KEYS [ ; KEYS [^ ; KEYS \ ; KEYS [a
MSET \ 1 [^ 1 ; KEYS \\ ; KEYS \\\\ ; KEYS [[][\^]
# KEYS with hash tags and ranges reversed
MSET foo-1 1 foo-2 1 foo-9 1 ; KEYS foo-[1-2] ~unordered ; KEYS foo-[9-2] ~unordered ; KEYS foo-[^1-2]

# SCAN
SCAN
SCAN abc
SCAN -1
SCAN 1.5
SCAN 0 COUNT
SCAN 0 COUNT 0
SCAN 0 COUNT -1
SCAN 0 COUNT abc
SCAN 0 MATCH
SCAN 0 TYPE
SCAN 0 BOGUS x
SCAN 0 BOGUS
SCAN 0
SCAN 99999999999999999999
SCAN 18446744073709551615 ~shape
SCAN 0 TYPE bogus
SCAN 18446744073709551616
SCAN " 1" ; SCAN "1 " ; SCAN + ; SCAN 0x10 ; SCAN "" ; SCAN 00 ; SCAN +0 ; SCAN -0 ; SCAN "0\x00x"
SCAN 0 TYPE bogus COUNT abc ; SCAN 0 COUNT abc TYPE ; SCAN 0 COUNT 0 BOGUS ; SCAN abc MATCH
SCAN 0 COUNT 9223372036854775807 ; SCAN 0 COUNT 9223372036854775808
SET k v ; SCAN 0 TYPE bogus ; SCAN 0 TYPE STRING ; SCAN 0 TYPE string TYPE list
SET k v ; SCAN 0
SET k v ; SCAN 0 COUNT 100 MATCH k* TYPE string
MSET a 1 b 2 c 3 ; !scan SCAN ; !scan SCAN COUNT 1 ; !scan SCAN COUNT 1000
MSET ${MANY} ; !scan SCAN ; !scan SCAN COUNT 7 ; !scan SCAN MATCH key:1* COUNT 3
MSET ${MANY} ; !scan SCAN MATCH *9 ; !scan SCAN MATCH nothing* ; DBSIZE
SET s 1 ; RPUSH l 1 ; SADD t 1 ; HSET h f v ; ZADD z 1 m ; XADD x 1-1 f v ; !scan SCAN TYPE string
RPUSH l 1 ; SADD t 1 ; !scan SCAN TYPE list ; !scan SCAN TYPE set ; !scan SCAN TYPE SET
HSET h f v ; ZADD z 1 m ; XADD x 1-1 f v ; !scan SCAN TYPE hash ; !scan SCAN TYPE zset
XADD x 1-1 f v ; !scan SCAN TYPE stream ; !scan SCAN TYPE stream MATCH y*
SET k v ; SCAN 0 MATCH a MATCH k
SET k v PX 10 ; SET l w ; !wait 40 ; !scan SCAN

# RANDOMKEY, TYPE
RANDOMKEY x
RANDOMKEY
SET k v ; RANDOMKEY
MSET a 1 b 2 ; RANDOMKEY ~oneOf:a,b
TYPE
TYPE a b
TYPE nokey
SET s 1 ; RPUSH l 1 ; SADD t 1 ; TYPE s ; TYPE l ; TYPE t
HSET h f v ; ZADD z 1 m ; XADD x 1-1 f v ; TYPE h ; TYPE z ; TYPE x

# EXISTS, DEL, UNLINK, TOUCH
EXISTS
EXISTS a
SET a 1 ; EXISTS a a b a
DEL
DEL nokey
MSET a 1 b 2 c 3 ; DEL a b x a ; DBSIZE
UNLINK
MSET a 1 b 2 c 3 ; UNLINK a b x a ; KEYS *
RPUSH l 1 2 3 ; DEL l ; EXISTS l ; RPUSH l 9 ; LRANGE l 0 -1
SET k v EX 100 ; DEL k ; SET k v ; TTL k
TOUCH
TOUCH nokey
MSET a 1 b 2 ; TOUCH a b c a
SET k v PX 10 ; !wait 40 ; DEL k
SET k v PX 10 ; !wait 40 ; EXISTS k k
SET k v PX 10 ; !wait 40 ; TOUCH k ; TYPE k

# RENAME, RENAMENX
RENAME
RENAME a
RENAME a b c
RENAME nokey b
RENAME nokey nokey
SET a 1 ; RENAME a b ; GET b ; EXISTS a
SET a 1 ; RENAME a a ; GET a
MSET a 1 b 2 ; RENAME a b ; GET b ; DBSIZE
SET a 1 EX 100 ; RENAME a b ; TTL b ~near:1
SET a 1 ; SET b 2 EX 100 ; RENAME a b ; TTL b
SET a 1 ; RPUSH b x ; RENAME a b ; TYPE b
ZADD a 1 m ; RENAME a b ; ZSCORE b m
RENAMENX
RENAMENX nokey b
RENAMENX nokey nokey
SET a 1 ; RENAMENX a b ; EXISTS a b
MSET a 1 b 2 ; RENAMENX a b ; MGET a b
SET a 1 ; RENAMENX a a
SET a 1 EX 100 ; RENAMENX a b ; TTL b ~near:1

# COPY
COPY
COPY a
COPY nokey b
COPY a a
SET a 1 ; COPY a a
SET a 1 ; COPY a b ; MGET a b ; APPEND a x ; MGET a b
MSET a 1 b 2 ; COPY a b ; GET b ; COPY a b REPLACE ; GET b
SET a 1 EX 100 ; COPY a b ; TTL b ~near:1
SET a 1 ; SET b 2 EX 100 ; COPY a b REPLACE ; TTL b
SET a 1 ; COPY a b DB
SET a 1 ; COPY a b DB abc
SET a 1 ; COPY a b DB -1
SET a 1 ; COPY a b DB 16
SET a 1 ; COPY a b DB 99999999999999
COPY nokey b DB abc ; COPY nokey b DB 99 ; COPY nokey b BOGUS ; COPY nokey b DB 1 DB ; COPY nokey nokey
SET a 1 ; COPY a b BOGUS
SET a 1 ; COPY a a DB 0
SET a 1 ; COPY a a DB 1 ; SELECT 1 ; GET a
SET a 1 ; COPY a b DB 1 REPLACE ; SELECT 1 ; GET b ; GET a
SET a 1 ; COPY a b REPLACE DB 1 ; SELECT 1 ; KEYS *
SET a 1 ; COPY a b REPLACE REPLACE
RPUSH a 1 2 3 ; COPY a b ; RPUSH a 4 ; LRANGE b 0 -1
SADD a 1 2 3 ; COPY a b ; SADD a 4 ; SMEMBERS b ~unordered
SADD a x y ; COPY a b ; SREM a x ; SMEMBERS b ~unordered
HSET a f 1 g 2 ; COPY a b ; HSET a f 9 ; HGETALL b
ZADD a 1 x 2 y ; COPY a b ; ZADD a 9 x ; ZRANGE b 0 -1 WITHSCORES
XADD a 1-1 f v ; COPY a b ; XADD a 2-1 f v ; XRANGE b - + ; XLEN b
SET a 1 PX 10 ; !wait 40 ; COPY a b

# MOVE
MOVE
MOVE a
MOVE a 1 2
MOVE nokey 1
MOVE k abc
MOVE k 0
MOVE k 99999999999999
SET k v ; MOVE k 0
SET k v ; MOVE k 16
SET k v ; MOVE k -1
SET k v ; MOVE k 1 ; EXISTS k ; SELECT 1 ; GET k
SET k v ; SELECT 1 ; SET k w ; SELECT 0 ; MOVE k 1 ; GET k ; SELECT 1 ; GET k
SET k v EX 100 ; MOVE k 1 ; SELECT 1 ; TTL k ~near:1

# OBJECT
OBJECT
OBJECT BOGUS
OBJECT BOGUS k
OBJECT ENCODING
OBJECT ENCODING a b
OBJECT ENCODING nokey
OBJECT REFCOUNT nokey
OBJECT IDLETIME nokey
OBJECT FREQ nokey
OBJECT HELP ~help
OBJECT HELP x
SET k v ; OBJECT ENCODING k ; OBJECT REFCOUNT k ; OBJECT IDLETIME k ~near:1
SET k v ; OBJECT FREQ k
SET k 5 ; OBJECT ENCODING k ; OBJECT REFCOUNT k
SET k 12345 ; OBJECT REFCOUNT k
object encoding nokey
SADD s 1 2 3 ; OBJECT ENCODING s
SADD s 1 2 3 ; SADD s x ; OBJECT ENCODING s ~differs:set-listpack
HSET h f v ; OBJECT ENCODING h ; HSET h g ${"x".repeat(65)} ; OBJECT ENCODING h
HSET h f ${"x".repeat(64)} ; OBJECT ENCODING h
ZADD z 1 m ; OBJECT ENCODING z ; ZADD z 2 ${"x".repeat(65)} ; OBJECT ENCODING z
XADD x 1-1 f v ; OBJECT ENCODING x
RPUSH l a b c ; OBJECT ENCODING l ~differs:list-listpack
CONFIG SET maxmemory-policy allkeys-lfu ; SET k v ; OBJECT FREQ k ~int ; OBJECT IDLETIME k ;
  CONFIG SET maxmemory-policy noeviction
`,
);
