import { conform } from "./runner.ts";
import { USERS_ANEW } from "./users.ts";

/** Reads and writes `a…`, reads `r…`, writes `w…`; listens to `c…` and `p*`. */
const LIMITED = 'on nopass +@all -@dangerous +sort +migrate +keys "~a*" "%R~r*" "%W~w*" "&c*"';

/** Commands that are asked for with each kind of key in the place of `K`. */
const ONE_KEY = `
get K
set K v
set K v get
set K v ex 10
set K get
getset K v
getdel K
getex K
getex K persist
append K v
strlen K
incr K
setrange K 0 v
getrange K 0 1
setbit K 0 1
getbit K 0
bitcount K
bitfield K get u8 0
bitfield K set u8 0 1
bitfield K incrby u8 0 1
bitfield K overflow sat get u8 0
bitfield K bogus
bitfield_ro K get u8 0
del K
unlink K
exists K
type K
touch K
expire K 1
persist K
ttl K
dump K
restore K 0 x
object encoding K
watch K
lpush K v
lpop K
lrange K 0 -1
llen K
lset K 0 v
sadd K v
spop K
smembers K
sismember K v
srandmember K
hset K f v
hget K f
hgetall K
hincrby K f 1
zadd K 1 m
zadd K gt incr 1 m
zrange K 0 -1
zpopmin K
zscore K m
xadd K * f v
xrange K - +
xread streams K 0
xread count 1 block 0 streams K 0
xreadgroup group g c streams K >
xack K g 1-1
xgroup create K g 0
xinfo stream K
pfadd K v
pfcount K
geoadd K 1 1 m
geopos K m
georadius K 1 1 1 km
georadius_ro K 1 1 1 km
geosearch K frommember m byradius 1 km
sort K
sort_ro K
sort K by nosort get #
move K 1
rename K a1
rename a1 K
copy K a1
copy a1 K
blpop K 0
brpoplpush K a1 0
blmove a1 K left left 0
bzpopmin K 0
migrate host 1 K 0 1
migrate host 1 "" 0 1 keys a1 K
migrate host 1 a1 0 1 copy auth keys
memory usage K
debug object K
`;

/** Commands with several keys, or none, as they are. */
const REQUESTS = `
mget a1 r1 w1
mget a1 x1
mget r1 r2
mset a1 v x1 v
mset a1 v w1 v
mset a1 v r1 v
msetnx a1 v x1
del a1 w1
exists a1 r1 x1
sinter a1 r1
sinter a1 w1
sinterstore w1 r1 a1
sinterstore r1 r1 a1
sinterstore w1 w1 a1
sunionstore x1 a1
sintercard 2 a1 r1
sintercard 2 a1 x1
sintercard 3 a1 x1
sintercard 0 x1
sintercard -1 x1
sintercard x x1
zunionstore w1 2 a1 r1
zunionstore w1 2 a1 x1
zunionstore x1 1 a1
zunionstore x1 0 a1
zunionstore x1 2 a1
zunion 2 r1 a1
zunion 2 r1 w1
zdiff 1 x1
zinter 2 a1 x1 weights 1 2
lmpop 2 a1 r1 left
lmpop 1 w1 left
blmpop 0 2 a1 x1 left
bzmpop 0 1 x1 min
zmpop 1 a1 min
bitop and w1 r1 a1
bitop and r1 r1 a1
bitop not w1 w2
pfmerge w1 r1
pfmerge w1
pfcount r1 w1
pfcount r1 a1
smove a1 w1 m
smove a1 r1 m
lmove a1 w1 left right
lmove r1 a1 left right
rpoplpush a1 x1
zrangestore w1 r1 0 -1
zrangestore r1 r1 0 -1
geosearchstore w1 r1 frommember m byradius 1 km
geosearchstore r1 r1 frommember m byradius 1 km
georadius r1 1 1 1 km store w1
georadius r1 1 1 1 km store x1
georadius r1 1 1 1 km storedist x1
georadius r1 1 1 1 km store x1 store w1
georadius r1 1 1 1 km store w1 storedist x1
georadius r1 1 1 1 km count 1 store
georadiusbymember r1 m 1 km store x1
georadius_ro x1 1 1 1 km
sort r1 store w1
sort r1 store x1
sort r1 store r2
sort r1 by b* get g* store w1
sort r1 limit 0 1 store x1
sort r1 get store store w1
sort r1 store x1 store w1
sort_ro r1 by x* get x*
xread streams r1 a1 0 0
xread streams r1 x1 0 0
xread streams r1 x1 0
xread streams x1
xread streams streams streams 0 0
xreadgroup group streams c streams a1 >
lcs r1 a1
lcs r1 w1
blpop a1 x1 0
brpop w1 0
bzpopmax a1 a2 0
copy r1 w1
copy w1 r1
copy a1 a2 db 3 replace
renamenx a1 w1
object freq x1
object help
xgroup help
xinfo help
watch a1 r1 w1 x1
unwatch
ping
echo hi
select 1
publish c1 m
publish x1 m
publish p1 m
spublish c1 m
spublish x1 m
subscribe c1
subscribe c1 x1
subscribe x1 c1
psubscribe c*
psubscribe c1
psubscribe c* x*
psubscribe *
ssubscribe c1 c2
ssubscribe x1
unsubscribe x1
punsubscribe x*
sunsubscribe x1
pubsub channels
pubsub numsub x1
keys *
scan 0
randomkey
dbsize
flushall
config get x
client list
client id
info
shutdown
debug jmap
auth a b
hello 3 auth a b
reset
quit
multi
exec
command count
acl whoami
acl list
wait 0 0
time
lastsave
role
replicaof no one
migrate host 1 "" 0 1 keys a1 a2
migrate host 1 "" 0 1 keys a1 x1
migrate host 1 "" 0 1 keys
migrate host 1 a1 0 1 keys x1
migrate host 1 "" 0 1 copy replace auth p keys a1 x1
migrate host 1 "" 0 1 auth keys keys x1
migrate host 1 "" 0 1 auth2 keys keys keys x1
memory doctor
swapdb 0 1
`;

const lines = (text: string) => text.split("\n").filter((line) => line !== "");
const asked = (request: string) => `ACL SETUSER u ${LIMITED} ; ACL DRYRUN u ${request}`;

conform(
  "acl keys",
  lines(ONE_KEY).map((request) =>
    `ACL SETUSER u ${LIMITED} ; ` +
    ["a1", "r1", "w1", "x1"].map((key) => `ACL DRYRUN u ${request.replaceAll("K", key)}`).join(
      " ; ",
    )
  ).join("\n"),
  { before: USERS_ANEW, tolerance: "acl" },
);

conform("acl requests", lines(REQUESTS).map(asked).join("\n"), {
  before: USERS_ANEW,
  tolerance: "acl",
});

conform(
  "acl checks",
  String.raw`
# commands
ACL SETUSER u +get ; ACL DRYRUN u get a ; ACL DRYRUN u set a b ; ACL DRYRUN u ping ; ACL DRYRUN u auth x
ACL SETUSER u +get allkeys ; ACL DRYRUN u get a ; ACL DRYRUN u set a b
ACL SETUSER u +@all -get allkeys ; ACL DRYRUN u get a ; ACL DRYRUN u set a b
ACL SETUSER u +@all -get +get ; ACL DRYRUN u get a ; ACL DRYRUN u config get a
ACL SETUSER u +config|get ; ACL DRYRUN u config get a ; ACL DRYRUN u config set a b ; ACL DRYRUN u config resetstat ; ACL DRYRUN u config
ACL SETUSER u +config -config|set ; ACL DRYRUN u config get a ; ACL DRYRUN u config set a b ; ACL DRYRUN u config
ACL SETUSER u +@all -config ; ACL DRYRUN u config get a ; ACL DRYRUN u CONFIG SET a b ; ACL DRYRUN u config
ACL SETUSER u +@all -config +config|get ; ACL DRYRUN u config get a ; ACL DRYRUN u config set a b
ACL SETUSER u +select|0 ; ACL DRYRUN u select 0 ; ACL DRYRUN u select 1 ; ACL DRYRUN u select
ACL SETUSER u +select|0 +select|2 ; ACL DRYRUN u select 0 ; ACL DRYRUN u select 1 ; ACL DRYRUN u select 2
ACL SETUSER u +select|0 -select ; ACL DRYRUN u select 0
ACL SETUSER u +select +select|0 ; ACL DRYRUN u select 1
ACL SETUSER u +echo|Hi ; ACL DRYRUN u echo hi ; ACL DRYRUN u echo HI ; ACL DRYRUN u echo "hi\x00x" ; ACL DRYRUN u echo hi2
ACL SETUSER u +get|a "~a" ; ACL DRYRUN u get a ; ACL DRYRUN u get b
ACL SETUSER u +get|a ; ACL DRYRUN u get a
ACL SETUSER u +debug|sleep ; ACL DRYRUN u debug sleep 0 ; ACL DRYRUN u debug jmap
ACL SETUSER u +@read +@write -@string allkeys ; ACL DRYRUN u get a ; ACL DRYRUN u lpush a b ; ACL DRYRUN u keys a
ACL SETUSER u +@all -@write allkeys ; ACL DRYRUN u get a ; ACL DRYRUN u lpush a b ; ACL DRYRUN u sort a ; ACL DRYRUN u sort_ro a
ACL SETUSER u +@transaction ; ACL DRYRUN u multi ; ACL DRYRUN u exec ; ACL DRYRUN u watch a ; ACL DRYRUN u get a
ACL SETUSER u +@connection ; ACL DRYRUN u client id ; ACL DRYRUN u client kill x ; ACL DRYRUN u ping ; ACL DRYRUN u hello
ACL SETUSER u +client ; ACL DRYRUN u client id ; ACL DRYRUN u client list
ACL SETUSER u +@slow ; ACL DRYRUN u client id ; ACL DRYRUN u client list ; ACL DRYRUN u config set a b ; ACL DRYRUN u ping
# patterns
ACL SETUSER u +@all "~a[bc]d" ; ACL DRYRUN u get abd ; ACL DRYRUN u get acd ; ACL DRYRUN u get aad
ACL SETUSER u +@all "~a?c" ; ACL DRYRUN u get abc ; ACL DRYRUN u get ac ; ACL DRYRUN u get abcd
ACL SETUSER u +@all "~a\\*c" ; ACL DRYRUN u get a*c ; ACL DRYRUN u get abc
ACL SETUSER u +@all "~[^a]*" ; ACL DRYRUN u get abc ; ACL DRYRUN u get b ; ACL DRYRUN u get ""
ACL SETUSER u +@all "~" ; ACL DRYRUN u get "" ; ACL DRYRUN u get a
ACL SETUSER u +@all "~**" ; ACL DRYRUN u get a ; ACL DRYRUN u sort a get x*
ACL SETUSER u +@all "%R~*" ; ACL DRYRUN u get a ; ACL DRYRUN u set a b ; ACL DRYRUN u copy a b
ACL SETUSER u +@all "%R~*" ; ACL DRYRUN u get "" ; ACL DRYRUN u get a ; ACL SETUSER u allkeys ; ACL DRYRUN u get ""
ACL SETUSER u +@all "%W~*" ; ACL DRYRUN u get a ; ACL DRYRUN u set a b ; ACL DRYRUN u append a b ; ACL DRYRUN u incr a
ACL SETUSER u +@all "%R~*" "%W~w*" ; ACL DRYRUN u copy a w ; ACL DRYRUN u copy w a ; ACL DRYRUN u incr w
ACL SETUSER u +@all "%R~*" "~w*" ; ACL DRYRUN u incr w ; ACL DRYRUN u incr a
ACL SETUSER u +@all "~k*" ; ACL DRYRUN u get k1 ; ACL DRYRUN u get K1
# channels
ACL SETUSER u +@all "&a*" ; ACL DRYRUN u publish ab m ; ACL DRYRUN u subscribe ab ; ACL DRYRUN u psubscribe a* ; ACL DRYRUN u psubscribe ab ; ACL DRYRUN u psubscribe ab*
ACL SETUSER u +@all allchannels ; ACL DRYRUN u publish ab m ; ACL DRYRUN u psubscribe *
ACL SETUSER u +@all ; ACL DRYRUN u publish ab m ; ACL DRYRUN u subscribe a ; ACL DRYRUN u unsubscribe a ; ACL DRYRUN u ssubscribe a
ACL SETUSER u +@all "&a" ; ACL DRYRUN u subscribe a a a b ; ACL DRYRUN u subscribe A
CONFIG SET acl-pubsub-default allchannels ; ACL SETUSER u +@all ; ACL GETUSER u ; ACL DRYRUN u publish x m ; ACL SETUSER u reset ; ACL GETUSER u
CONFIG SET acl-pubsub-default allchannels ; ACL SETUSER u "&a"
CONFIG SET acl-pubsub-default allchannels ; ACL SETUSER u "(+publish)" ; ACL GETUSER u
CONFIG SET acl-pubsub-default nope
CONFIG GET acl-pubsub-default ; CONFIG GET acllog-max-len ; CONFIG GET aclfile
# selectors
ACL SETUSER u "(+get ~a)" "(+set ~b)" ; ACL DRYRUN u get a ; ACL DRYRUN u get b ; ACL DRYRUN u set b v ; ACL DRYRUN u set a v ; ACL DRYRUN u del a
ACL SETUSER u "(+copy ~a)" "(+copy ~b)" ; ACL DRYRUN u copy a b ; ACL DRYRUN u copy a a ; ACL DRYRUN u copy b c
ACL SETUSER u "(+mget ~a)" "(+mget ~b)" ; ACL DRYRUN u mget a b ; ACL DRYRUN u mget b a ; ACL DRYRUN u mget c a ; ACL DRYRUN u mget a a c b
ACL SETUSER u +mget "~b" "(+mget ~a)" "(+set ~a)" ; ACL DRYRUN u mget a a b ; ACL DRYRUN u mget b a ; ACL DRYRUN u set b a
ACL SETUSER u +@all "(+publish &a)" ; ACL DRYRUN u publish a m ; ACL DRYRUN u publish b m ; ACL DRYRUN u get a
ACL SETUSER u +subscribe "&a" "(+subscribe &b)" ; ACL DRYRUN u subscribe a b ; ACL DRYRUN u subscribe b a c ; ACL DRYRUN u subscribe b b
ACL SETUSER u "(+@all allkeys allchannels)" ; ACL DRYRUN u set a b ; ACL DRYRUN u flushall ; ACL DRYRUN u publish a b
ACL SETUSER u "(%R~a +@all)" "(%W~a +@all)" ; ACL DRYRUN u get a ; ACL DRYRUN u append a v ; ACL DRYRUN u incr a
ACL SETUSER u "(%R~* +sort)" "(~k +sort)" ; ACL DRYRUN u sort k ; ACL DRYRUN u sort k get x* ; ACL DRYRUN u sort k store k
# running
ACL SETUSER u on nopass +get +set "~a*" ; @b AUTH u x ; @b SET a 1 ; @b GET a ; @b GET b ; @b SET b 1 ; @b DEL a ; @b nope ; @b GET ; @b CONFIG nope
ACL SETUSER u on nopass ; @b AUTH u x ; @b PING ; @b ACL WHOAMI ; @b HELLO 2 ~hello ; @b AUTH u y ; @b RESET ; @b PING
ACL SETUSER u on nopass +multi +exec +get +ping "~a*" ; @b AUTH u x ; @b MULTI ; @b GET a ; @b GET b ; @b PING ; @b EXEC
ACL SETUSER u on nopass +multi +exec +get +ping "~a*" ; @b AUTH u x ; @b MULTI ; @b GET a ; @b SET a b ; @b EXEC ; @b PING
ACL SETUSER u on nopass +multi +get "~a*" ; @b AUTH u x ; @b MULTI ; @b GET a ; @b EXEC ; @b DISCARD
ACL SETUSER u on nopass +multi +discard "~a*" ; @b AUTH u x ; @b MULTI ; @b EXEC ; @b DISCARD
ACL SETUSER u on nopass +@all "~*" "&*" ; @b AUTH u x ; @b MULTI ; @b SET a 1 ; @b GET b ; @b PUBLISH c m ; @b PING ; ACL SETUSER u -set resetkeys "~z" resetchannels ; @b EXEC
ACL SETUSER u on nopass +@all "~*" "&*" ; @b AUTH u x ; @b MULTI ; @b SET a 1 ; @b SET b 2 ; ACL SETUSER u -exec ; @b EXEC ; @b PING ; EXISTS a
ACL SETUSER u on nopass +@all "~*" ; @b AUTH u x ; @b MULTI ; @b SET a 1 ; @b AUTH default x ; @b SET b 2 ; @b ACL WHOAMI ; ACL SETUSER u resetkeys "~b" ; @b EXEC ; EXISTS a b
ACL SETUSER u on nopass +@all ; @b MULTI ; @b AUTH u x ; @b SET b 2 ; @b ACL WHOAMI ; @b EXEC
ACL SETUSER u on nopass +get "~a" ; @b AUTH u x ; @b GET b ; ACL SETUSER u "~b" ; @b GET b ; ACL SETUSER u -get ; @b GET b ; ACL SETUSER u +@all allkeys allchannels ; @b SET q 1
ACL SETUSER u on nopass +@all "~*" "&*" ; @b AUTH u x ; @b GET b ; ACL SETUSER u -get ; @b GET b ; ACL SETUSER u off ; @b PING ; @c AUTH u x
ACL SETUSER u on nopass +publish +subscribe +psubscribe +ping "&c*" ; @b AUTH u x ; @b PUBLISH x m ; @b PUBLISH c m ; @b PSUBSCRIBE d ; @b SUBSCRIBE c1 ; PUBLISH c1 hi ; @b <
RPUSH l 3 1 2 ; ACL SETUSER u on nopass +@all "~l" ; @b AUTH u x ; @b SORT l ; @b SORT l BY nosort ; @b SORT l BY w* ; @b SORT l GET w* ; @b SORT l GET # ; @b SORT_RO l GET w* ; @b SORT l STORE q
RPUSH l 3 1 2 ; ACL SETUSER u on nopass +@all "%R~*" ; @b AUTH u x ; @b SORT l BY w* GET # ; @b SORT_RO l BY w* ; @b SORT l GET w* STORE q
RPUSH l 3 1 2 ; ACL SETUSER u on nopass +@all "%RW~l" "(+sort %R~*)" ; @b AUTH u x ; @b SORT l BY w* GET # ; @b SORT_RO l BY w* ; @b SORT l LIMIT x y BY w*
RPUSH l 3 1 2 ; ACL SETUSER u on nopass +@all "~**" ; @b AUTH u x ; @b SORT l BY w* ; @b SORT l GET x ASC nope
ACL SETUSER u on nopass +blpop "~l" ; @b AUTH u x ; @b BLPOP l 0 & ; !blocked 1 ; RPUSH l v ; @b <
GEOADD a1 1 1 m ; ACL SETUSER u on nopass +@all "~a*" ; @b AUTH u x ; @b GEORADIUS a1 1 1 1 km STORE b ; @b GEORADIUS a1 1 1 1 km STORE a2 ; EXISTS a2 b
ACL SETUSER u on nopass +@all "~a*" ; @b AUTH u x ; @b MIGRATE 127.0.0.1 1 b 0 10 ; @b MIGRATE 127.0.0.1 1 "" 0 10 KEYS a b ; @b COPY a b ; @b RENAME a b
ACL SETUSER u on nopass +@all -@dangerous allkeys ; @b AUTH u x ; @b KEYS * ; @b FLUSHALL ; @b CONFIG GET x ; @b INFO ; @b SHUTDOWN ; @b DEBUG JMAP ; @b ACL LIST ; @b ACL WHOAMI ; @b REPLICAOF no one ; @b PSYNC ? -1
ACL SETUSER u on nopass +@all -select +select|1 ; @b AUTH u x ; @b SELECT 0 ; @b SELECT 1
ACL SETUSER u on nopass +@all -client +client|setname +client|getname ; @b AUTH u x ; @b CLIENT SETNAME me ; @b CLIENT GETNAME ; @b CLIENT ID ; @b CLIENT LIST
`,
  { before: USERS_ANEW, tolerance: "acl", fresh: true },
);
