import { conform } from "./runner.ts";

const PAIRS = Array.from({ length: 600 }, (_, i) => `f${i} ${i}`).join(" ");

conform(
  "hash",
  String.raw`
# HSET
HSET
HSET k
HSET k f
HSET k f v g
HSET k f v g w h
SET s v ; HSET s f v
SET s v ; HSET s f
HSET k f v ; HSET k f w ; HGET k f
HSET k f 1 g 2 f 3 ; HGETALL k ; HLEN k
HSET k f v g w ; HSET k g x h y ; HGETALL k
HSET k "" "" "\x00" "\xff\r\n" ; HGETALL k
HSET k 1 2 -1 9223372036854775807 ; HGETALL k
HSET k ${PAIRS} ; HLEN k ; HGETALL k ~pairs ; OBJECT ENCODING k ; HGET k f599
HSET k f ${"x".repeat(70_000)} ; HGET k f ; OBJECT ENCODING k
HSET k f v ; OBJECT ENCODING k ; HSET k ${"f".repeat(65)} v ; OBJECT ENCODING k ; HGETALL k ~pairs
# HGET
HGET
HGET k
HGET k f g
HGET nokey f
SET s v ; HGET s f
HSET k f v ; HGET k f ; HGET k g ; HGET k F
# HGETALL
HGETALL
HGETALL a b
HGETALL nokey
SET s v ; HGETALL s
HSET k f v ; HGETALL k
HSET k a 1 b 2 c 3 ; HDEL k b ; HSET k b 4 ; HGETALL k
# HDEL
HDEL
HDEL k
HDEL nokey f
SET s v ; HDEL s f
HSET k a 1 b 2 c 3 ; HDEL k a x c a ; HGETALL k ; HDEL k b ; EXISTS k ; TYPE k
HSET k a 1 ; HDEL k a a ; HLEN k
HSET k ${PAIRS} ; HDEL k f0 f1 f599 ; HLEN k ; HGET k f1
# HLEN
HLEN
HLEN a b
HLEN nokey
SET s v ; HLEN s
HSET k a 1 b 2 ; HLEN k
`,
);
