import { conform } from "./runner.ts";
import { library, quoted } from "./scripting_support.ts";

const ONE = quoted(library("return {keys, args}"));
const TWO = quoted(
  "#!lua name=two\n" +
    "redis.register_function{function_name='b', callback=function() return redis.call('get', 'x') end, " +
    "flags={'no-writes'}, description='reads'}",
);
const SHA = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db";

/** Sources of libraries that are refused, and some that are not. */
const SOURCES = [
  "",
  "x",
  "#!",
  "#!lua",
  "#!lua ",
  "#!lua\nreturn 1",
  "#!lua name=\nx",
  "#!lua name=a",
  "#!lua name=a\n",
  "#!lua name=a-b\nx",
  "#!lua name=a b=c\nx",
  "#!lua name=a name=b\nx",
  "#!lua x\nx",
  "#!js name=a\nx",
  "#!LUA name=a\nredis.register_function('f', function() end)",
  "#!lua name=a\nx =",
  "#!lua name=a\nx()",
  "#!lua name=a\nx = 1",
  "#!lua name=a\nerror('x')",
  "#!lua name=a\nerror({err='X y'})",
  "#!lua name=a\nreturn 1",
  "#!lua name=a\nredis.call('get', 'x')",
  "#!lua name=a\nreturn redis.sha1hex('x')",
  "#!lua name=a\nredis.log(redis.LOG_DEBUG, 'x')",
  "#!lua name=a\nredis.register_function()",
  "#!lua name=a\nredis.register_function(1)",
  "#!lua name=a\nredis.register_function('f')",
  "#!lua name=a\nredis.register_function('f', 1)",
  "#!lua name=a\nredis.register_function({}, function() end)",
  "#!lua name=a\nredis.register_function('f', function() end, 1)",
  "#!lua name=a\nredis.register_function('f g', function() end)",
  "#!lua name=a\nredis.register_function('', function() end)",
  "#!lua name=a\nredis.register_function('f', function() end) redis.register_function('f', function() end)",
  "#!lua name=a\nredis.register_function{}",
  "#!lua name=a\nredis.register_function{function_name='f'}",
  "#!lua name=a\nredis.register_function{callback=function() end}",
  "#!lua name=a\nredis.register_function{function_name='f', callback=1}",
  "#!lua name=a\nredis.register_function{function_name={}, callback=function() end}",
  "#!lua name=a\nredis.register_function{function_name='f', callback=function() end, x=1}",
  "#!lua name=a\nredis.register_function{function_name='f', callback=function() end, flags=1}",
  "#!lua name=a\nredis.register_function{function_name='f', callback=function() end, flags={'x'}}",
  "#!lua name=a\nredis.register_function{function_name='f', callback=function() end, flags={}}",
  "#!lua name=a\nredis.register_function{function_name='f', callback=function() end, description={}}",
  "#!lua name=a\nredis.register_function{function_name='f', callback=function() end, " +
  "flags={'no-writes','allow-oom','allow-stale','no-cluster','allow-cross-slot-keys'}, description='d'}",
].map((source) =>
  `FUNCTION FLUSH ; FUNCTION LOAD ${quoted(source)} ; FUNCTION LIST WITHCODE ; FCALL f 0`
).join("\n");

conform(
  "scripting commands",
  `
SCRIPT
SCRIPT NOSUCH
SCRIPT LOAD
SCRIPT LOAD a b
SCRIPT LOAD "return 1"
SCRIPT LOAD "x ="
SCRIPT LOAD ""
SCRIPT LOAD ${quoted("#!lua flags=x\nreturn 1")}
SCRIPT EXISTS
SCRIPT EXISTS ${SHA} nosuch
SCRIPT FLUSH ; SCRIPT EXISTS ${SHA} ; EVAL "return 1" 0 ; SCRIPT EXISTS ${SHA} ${SHA.toUpperCase()}
SCRIPT FLUSH ASYNC ; EVALSHA ${SHA} 0
SCRIPT FLUSH SYNC ; SCRIPT LOAD "return 1" ; EVALSHA ${SHA} 0 ; EVALSHA ${SHA.toUpperCase()} 0
SCRIPT FLUSH x
SCRIPT FLUSH ASYNC SYNC
SCRIPT KILL
SCRIPT KILL x
SCRIPT DEBUG
SCRIPT DEBUG x
SCRIPT DEBUG NO
FUNCTION
FUNCTION NOSUCH
FUNCTION LOAD
FUNCTION LOAD REPLACE
FUNCTION LOAD x y
FUNCTION LOAD REPLACE REPLACE ${ONE}
FUNCTION DELETE
FUNCTION DELETE nosuch
FUNCTION DELETE a b
FUNCTION FLUSH x
FUNCTION FLUSH ASYNC SYNC
FUNCTION FLUSH async ; FUNCTION LIST
FUNCTION LIST x
FUNCTION LIST LIBRARYNAME
FUNCTION LIST LIBRARYNAME a LIBRARYNAME b
FUNCTION LIST WITHCODE WITHCODE
FUNCTION KILL
FUNCTION STATS
FUNCTION DUMP x
FUNCTION RESTORE
FUNCTION RESTORE x
FUNCTION RESTORE x y
FUNCTION RESTORE x APPEND y
FUNCTION RESTORE ""
FUNCTION FLUSH ; FUNCTION LOAD ${ONE} ; FUNCTION LOAD ${ONE}
FUNCTION FLUSH ; FUNCTION LOAD ${ONE} ; FUNCTION LOAD REPLACE ${ONE} ; FUNCTION STATS
FUNCTION FLUSH ; FUNCTION LOAD ${ONE} ; FCALL f 2 a b c d ; FCALL F 0 ; FCALL_RO f 0
FUNCTION FLUSH ; FUNCTION LOAD ${ONE} ; FCALL f 3 a b ; FCALL f -1 ; FCALL f x ; FCALL g 0
FUNCTION FLUSH ; FUNCTION LOAD ${TWO} ; FUNCTION LIST LIBRARYNAME two ; FUNCTION STATS
FUNCTION FLUSH ; FUNCTION LOAD ${TWO} ; FUNCTION LIST LIBRARYNAME T* WITHCODE
FUNCTION FLUSH ; FUNCTION LOAD ${TWO} ; FUNCTION LIST LIBRARYNAME nosuch
FUNCTION FLUSH ; FUNCTION LOAD ${TWO} ; FCALL b 0 ; FCALL_RO b 0
FUNCTION FLUSH ; FUNCTION LOAD ${TWO} ; FUNCTION DELETE two ; FCALL b 0 ; FUNCTION DELETE two
FUNCTION FLUSH ; FUNCTION LOAD ${quoted(library("return 1"))} ; FUNCTION LOAD ${
    quoted(library("return 2", "other"))
  } ; FCALL f 0
FUNCTION FLUSH ; FUNCTION LOAD ${quoted(library("return 1"))} ; FUNCTION LOAD REPLACE ${
    quoted(library("return 2"))
  } ; FCALL f 0
FUNCTION FLUSH ; FUNCTION LOAD ${ONE} ; FLUSHALL ; FCALL f 0
${SOURCES}
COMMAND GETKEYS EVAL "return 1" 2 a b c
FUNCTION FLUSH ; FUNCTION LOAD ${
    quoted(
      "#!lua name=a\nredis.register_function('f', function() return 1 end) " +
        "redis.register_function('F', function() return 2 end)",
    )
  } ; FUNCTION STATS
COMMAND GETKEYS EVAL "return 1" 0
COMMAND GETKEYS EVAL "return 1" x
COMMAND GETKEYS FCALL f 1 a
MULTI ; EVAL "return 1" 0 ; EVAL "return redis.call('nosuch')" 0 ; SET a 1 ; EVAL "return redis.call('get','a')" 0 ; EXEC
MULTI ; EVAL x ; EXEC
MULTI ; EVAL "x =" 0 ; SET a 1 ; EXEC ; GET a
MULTI ; SCRIPT LOAD "return 1" ; EVALSHA ${SHA} 0 ; EXEC
WATCH a ; EVAL "return redis.call('set','a',1)" 0 ; MULTI ; GET a ; EXEC
@b WATCH a ; EVAL "return redis.call('set','a',1)" 0 ; @b MULTI ; @b GET a ; @b EXEC
@b WATCH a ; EVAL "return redis.call('get','a')" 0 ; @b MULTI ; @b GET a ; @b EXEC
@b BLPOP l 0 & ; !blocked 1 ; EVAL "redis.call('lpush','l',1) redis.call('lpush','l',2) return redis.call('llen','l')" 0 ; @b < ; LRANGE l 0 -1
@b BLPOP l 0 & ; !blocked 1 ; EVAL "redis.call('lpush','l',1) redis.call('del','l') return 1" 0 ; RPUSH l x ; @b <
@b BZPOPMIN z 0 & ; !blocked 1 ; MULTI ; EVAL "return redis.call('zadd','z',1,'a')" 0 ; ZADD z 0 b ; EXEC ; @b <
EVAL "local t = redis.call('time') for i=1,500000 do end local u = redis.call('time') return {t[1] == u[1] and t[2] == u[2]}" 0 ~differs:script-still
SELECT 3 ; EVAL "redis.call('set','a',1) redis.call('select',4) redis.call('set','b',1) return 1" 0 ; EXISTS a b ; SELECT 4 ; EXISTS a b
EVAL "redis.call('set','a','v','px',30) local t=redis.call('time')[1] for i=1,100000 do end return {redis.call('get','a'), t == redis.call('time')[1]}" 0
EVAL "return {KEYS,ARGV}" 2 a b c d
EVAL "return {KEYS[3],ARGV[1]}" 2 a b c d
EVAL "KEYS[1]='x' return KEYS" 1 a
EVAL "return redis.call('set',KEYS[1],ARGV[1])" 1 "a\\x00b" "c\\r\\n" ; GET "a\\x00b"
SET a 1 ; DEBUG SLEEP 0 ; EVAL "redis.call('incr','a') return redis.call('nosuch')" 0 ; GET a
CONFIG SET maxmemory 1 ; EVAL "return redis.call('set','a',1)" 0 ; EVAL "return redis.pcall('set','a',1)" 0 ; CONFIG SET maxmemory 0
CONFIG SET maxmemory 1 ; EVAL "return redis.call('get','a')" 0 ; EVAL ${
    quoted("#!lua\nreturn 1")
  } 0 ; CONFIG SET maxmemory 0
CONFIG SET maxmemory 1 ; EVAL ${
    quoted("#!lua flags=allow-oom\nreturn redis.call('set','a',1)")
  } 0 ; CONFIG SET maxmemory 0
CONFIG SET maxmemory 1 ; EVAL ${
    quoted("#!lua flags=no-writes\nreturn redis.call('get','a')")
  } 0 ; CONFIG SET maxmemory 0
CONFIG SET maxmemory 1 ; EVAL "redis.call('del','a') return redis.call('set','a',1)" 0 ; CONFIG SET maxmemory 0
CONFIG SET maxmemory 1 ; FUNCTION LOAD ${ONE} ; CONFIG SET maxmemory 0
CONFIG SET min-replicas-to-write 1 ; EVAL "return redis.call('set','a',1)" 0 ; EVAL ${
    quoted("#!lua\nreturn 1")
  } 0 ; CONFIG SET min-replicas-to-write 0
CONFIG SET busy-reply-threshold 10 ; MULTI ; SET a 1 ; EVAL "redis.call('lpush','l',1) for i=1,5000000 do end return redis.call('incr','a')" 0 ; INCR a ; EVAL "for i=1,5000000 do end return redis.call('incr','a')" 0 ; EXEC ; GET a ; CONFIG SET busy-reply-threshold 5000
CONFIG SET busy-reply-threshold 10 ; @b EVAL "while true do end" 0 & ; !wait 60 ; PING ; SCRIPT KILL ; @b < ; PING ; CONFIG SET busy-reply-threshold 5000
CONFIG SET busy-reply-threshold 10 ; @b BLPOP l 0 & ; !blocked 1 ; @c EVAL "redis.call('lpush','l','x') for i=1,20000000 do end redis.call('lpush','l','y') return 1" 0 & ; !wait 40 ; HELLO nosuch ; @c < ; @b < ; CONFIG SET busy-reply-threshold 5000
CONFIG SET busy-reply-threshold 10 ; @b EVAL "while true do pcall(function() while true do end end) end" 0 & ; !wait 60 ; PING ; FUNCTION KILL ; SCRIPT KILL ; @b < ; CONFIG SET busy-reply-threshold 5000
`,
);
