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
`,
);
