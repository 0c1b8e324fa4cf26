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
LPUSH k ${LONG} ; LLEN k ; LRANGE k 0 5 ; LRANGE k 590 700 ; OBJECT ENCODING k ~differs:list-listpack
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
# a queue used from both ends
RPUSH k 1 2 3 ; LPOP k ; RPUSH k 4 ; LPOP k ; LPUSH k 0 ; RPOP k ; LRANGE k 0 -1
`,
);
