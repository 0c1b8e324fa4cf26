import { conform } from "./runner.ts";

const MANY = Array.from({ length: 400 }, (_, i) => `m${i * 7919}`).join(" ");
const MORE = Array.from({ length: 3000 }, (_, i) => `n${i}`).join(" ");
const DENSE = "HYLL\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x80";
const HEADER = "HYLL\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x80";

conform(
  "hyperloglog",
  String.raw`
# PFADD: errors
PFADD
SET s v ; PFADD s a
SET s v ; PFADD s
SET s 123 ; PFADD s a
SET s "" ; PFADD s a
RPUSH l a ; PFADD l a
RPUSH l a ; PFADD l
SET s "HYLL" ; PFADD s a
SET s "HYLL\x02${"x".repeat(20)}" ; PFADD s a
SET s "HYLL\x00${"x".repeat(20)}" ; PFADD s a
SET s "hyll\x01${"\\x00".repeat(11)}\x7f\xff" ; PFADD s a
SET s "${HEADER}" ; PFADD s a
SET s "${HEADER}\x7f\xfe" ; PFADD s a b c d e f g h ; PFCOUNT s
SET s "${HEADER}\x7f\xff\x00" ; PFADD s a ; PFCOUNT s
# PFADD: behaviour
PFADD k ; EXISTS k ; PFADD k ; GET k ; PFCOUNT k ; GET k ; OBJECT ENCODING k
PFADD k a ; GET k ; PFADD k a ; PFADD k a a ; PFADD k b a ; GET k ; STRLEN k ; TYPE k
PFADD k "" ; GET k ; PFADD k "" ; PFCOUNT k
PFADD k "a\x00b" "a\x00c" "\xff\xfe" ; GET k ; PFCOUNT k
PFADD k a b c d e f g h i j ; PFADD k a ; GET k ; PFCOUNT k ; GET k ; PFADD k a ; GET k ; PFADD k z ; GET k
PFADD k ${MANY} ; GET k ; PFCOUNT k ; GET k ; STRLEN k ; PFDEBUG ENCODING k
PFADD k ${MORE} ; GET k ; PFCOUNT k ; GET k ; STRLEN k ; PFDEBUG ENCODING k ; PFADD k n1 ; PFADD k n1 q r s ; PFCOUNT k
PFADD k a ; EXPIRE k 100 ; PFADD k ${MANY} ; TTL k ~near:1 ; PFCOUNT k ; TTL k ~near:1
PFADD k a ; COPY k c ; PFADD c b ; GET k ; GET c ; PFCOUNT k ; PFCOUNT c
PFADD k a b ; COPY k c ; OBJECT ENCODING k ; OBJECT ENCODING c ; PFCOUNT c ; OBJECT ENCODING c
PFADD k ${MANY} ; COPY k c ; PFADD c b ; GET k ; GET c ; PFCOUNT k ; PFCOUNT c
PFADD k ${MORE} ; COPY k c ; PFADD c b1 b2 b3 b4 b5 b6 ; GET k ; GET c ; PFCOUNT k ; PFCOUNT c
SET s "${HEADER}\x7f\xff" ; PFADD s a ; GET s ; PFCOUNT s
SET s "${HEADER}\x7f\xff" EX 100 ; OBJECT ENCODING s ; PFADD s ; OBJECT ENCODING s ; TTL s ~near:1
SET s "${HEADER}\x7f\xff" ; PFCOUNT s ; OBJECT ENCODING s ; GET s
SET s "HYLL\x01\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\x7f\x7f\xff" ; PFCOUNT s
SET s "HYLL\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x20\x00\x7f\xff" ; PFCOUNT s ; PFADD s ; PFCOUNT s
SET s "HYLL\x01abc\x05\x00\x00\x00\x00\x00\x00\x00junk" ; PFCOUNT s ; PFCOUNT s nokey
CONFIG SET hll-sparse-max-bytes 40 ; PFADD k a b c d e f g h ; PFDEBUG ENCODING k ; PFADD k i j k ; PFDEBUG ENCODING k ; GET k ; CONFIG SET hll-sparse-max-bytes 3000
CONFIG SET hll-sparse-max-bytes 0 ; PFADD k ; PFDEBUG ENCODING k ; PFADD k a ; PFDEBUG ENCODING k ; CONFIG SET hll-sparse-max-bytes 3000 ; PFCOUNT k
CONFIG SET hll-sparse-max-bytes 16000 ; PFADD k ${MORE} ; PFDEBUG ENCODING k ; GET k ; PFCOUNT k ; CONFIG SET hll-sparse-max-bytes 3000 ; PFADD k n1 a b c ; PFDEBUG ENCODING k
# registers that no elements give: the estimate is beyond 64 bits, or nearly so
SET s "${DENSE}${
    "\\xff".repeat(12288)
  }" ; PFCOUNT s ; GETRANGE s 0 15 ; PFCOUNT s ; PFCOUNT s nokey ; PFADD s a ; PFCOUNT s ; PFMERGE d s ; PFCOUNT d
SET s "${DENSE}${"\\xff".repeat(12287)}\xf3" ; PFCOUNT s ; GETRANGE s 0 15 ; PFCOUNT s nokey
SET s "${DENSE}${"\\xff".repeat(12287)}\xc3" ; PFCOUNT s ; GETRANGE s 0 15 ; PFCOUNT s
SET s "${DENSE}${"\\xff".repeat(12287)}\xb3" ; PFCOUNT s ; GETRANGE s 0 15
SET s "${DENSE}${"\\xff".repeat(12287)}\x7f" ; PFCOUNT s ; GETRANGE s 0 15 ; PFCOUNT s nokey
SET s "${DENSE}${"\\xcb\\xb2\\x2c".repeat(4096)}" ; PFCOUNT s ; GETRANGE s 0 15
SET s "${DENSE}${"\\xf3\\x3c\\xcf".repeat(4096)}" ; PFCOUNT s ; GETRANGE s 0 15
SET s "${DENSE}${"\\xa2\\x28\\x8a".repeat(4096)}" ; PFCOUNT s ; GETRANGE s 0 15 ; PFCOUNT s nokey
SET s "${DENSE}${"\\x61\\x18\\x86".repeat(4096)}" ; PFCOUNT s ; GETRANGE s 0 15 ; PFCOUNT s nokey
# PFCOUNT
PFCOUNT
PFCOUNT nokey
PFCOUNT nokey nokey2
SET s v ; PFCOUNT s
SET s v ; PFCOUNT nokey s
SET s 5 ; PFADD k a ; PFCOUNT k s
RPUSH l a ; PFCOUNT l
RPUSH l a ; PFADD k a ; PFCOUNT k l
RPUSH l a ; SET s v ; PFCOUNT s l ; PFCOUNT l s
SET s "${HEADER}" ; PFCOUNT s ; PFCOUNT s nokey ; GET s
SET s "${HEADER}\x7f" ; PFCOUNT s
SET s "${HEADER}\x7f\xff\x40" ; PFCOUNT s ; PFCOUNT nokey s
SET s "${HEADER}\xff\xff\xff" ; PFCOUNT s
PFADD a 1 2 3 ; PFADD b 3 4 5 ; PFCOUNT a b ; PFCOUNT a ; PFCOUNT a a ; PFCOUNT b nokey a ; GET a
PFADD a ${MANY} ; PFADD b ${MORE} ; PFCOUNT a b ; PFCOUNT b a nokey ; PFCOUNT a ; PFCOUNT b ; PFCOUNT a b
PFADD k a ; WATCH k ; PFCOUNT k ; MULTI ; EXEC
PFADD k a ; PFCOUNT k ; WATCH k ; PFCOUNT k ; PFCOUNT k k ; PFADD k a ; MULTI ; EXEC
PFADD k a ; WATCH k ; PFADD k b ; MULTI ; EXEC
# PFMERGE
PFMERGE
PFMERGE k ; EXISTS k ; GET k ; PFCOUNT k
PFMERGE k nokey nokey2 ; GET k
SET s v ; PFMERGE k s ; EXISTS k
SET s v ; PFMERGE s ; GET s
SET s v ; PFADD k a ; PFMERGE s k ; GET s
RPUSH l a ; PFMERGE k l ; EXISTS k
RPUSH l a ; PFADD k a ; PFMERGE l k
SET s "${HEADER}\x7f" ; PFADD k a ; PFMERGE d k s ; EXISTS d ; PFMERGE s k ; GET s
PFADD a 1 2 3 ; PFADD b 3 4 5 ; PFMERGE d a b ; GET d ; PFCOUNT d ; GET a ; PFMERGE a b ; GET a ; PFCOUNT a
PFADD a 1 2 3 ; EXPIRE a 100 ; PFMERGE a nokey ; TTL a ~near:1 ; GET a ; PFMERGE a a ; GET a
PFADD a ${MANY} ; PFADD b ${MORE} ; PFMERGE d a ; PFDEBUG ENCODING d ; GET d ; PFMERGE d b ; PFDEBUG ENCODING d ; GET d ; PFCOUNT d
PFADD a ${MANY} ; PFDEBUG TODENSE a ; PFMERGE d a ; PFDEBUG ENCODING d ; PFADD b 1 ; PFMERGE b a ; GET b ; PFCOUNT b
CONFIG SET hll-sparse-max-bytes 60 ; PFADD a 1 2 3 4 5 6 ; PFADD b 7 8 9 10 11 ; PFMERGE d a b ; PFDEBUG ENCODING d ; GET d ; CONFIG SET hll-sparse-max-bytes 3000
PFADD a 1 ; WATCH a ; PFMERGE a ; MULTI ; EXEC
# PFDEBUG, PFSELFTEST
PFDEBUG
PFDEBUG DECODE
PFDEBUG DECODE a b
PFDEBUG BOGUS nokey
PFDEBUG DECODE nokey
PFADD k a ; PFDEBUG BOGUS k
PFADD k a ; PFDEBUG "" k
SET s v ; PFDEBUG DECODE s
SET s v ; PFDEBUG BOGUS s
RPUSH l a ; PFDEBUG DECODE l
PFADD k a b c ; PFDEBUG DECODE k ; PFDEBUG encoding k ; PFDEBUG todense k ; PFDEBUG TODENSE k ; PFDEBUG ENCODING k ; PFDEBUG DECODE k ; GET k
PFADD k a b c ; PFDEBUG GETREG k ; PFDEBUG ENCODING k ; PFCOUNT k
PFADD k ${MANY} ; PFDEBUG DECODE k ; PFDEBUG getreg k
SET s "${HEADER}\x7f\xff" ; OBJECT ENCODING s ; PFDEBUG ENCODING s ; OBJECT ENCODING s
SET s "${HEADER}\x81\x40" ; PFDEBUG DECODE s ; PFDEBUG TODENSE s ; PFDEBUG GETREG s ; PFDEBUG ENCODING s
PFSELFTEST ; PFSELFTEST x
# Facts and events
COMMAND INFO pfadd pfcount pfmerge pfdebug pfselftest ~commandInfo
COMMAND GETKEYSANDFLAGS PFMERGE d a b
COMMAND GETKEYSANDFLAGS PFCOUNT a b
@s PSUBSCRIBE __key*__:* ; CONFIG SET notify-keyspace-events KEA ; PFADD k a ; @s < ; @s < ; PFADD k a ; PFCOUNT k ;
  PFMERGE d k ; @s < ; @s < ; PFDEBUG TODENSE d ; PFMERGE k ; @s < ; @s < ; CONFIG SET notify-keyspace-events ""
`,
);
