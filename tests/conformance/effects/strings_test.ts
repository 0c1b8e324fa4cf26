import { streams } from "./runner.ts";

streams(
  "strings",
  String.raw`
SET k v
set k v
SeT k v
SET k v ; SET k v
SET k v NX
SET k v ; SET k w NX
SET k v XX
SET k v ; SET k w XX
SET k v GET
SET k v ; SET k w GET
SET k v ; SET k w get
SET k v ; SET k w XX GET
SET k v ; SET k w NX GET
SET k w NX GET
SET k v GET XX
RPUSH k a ; SET k w GET
SET k v EX 100
SET k v ex 100
SET k v PX 100000
SET k v EXAT $now+100
SET k v PXAT $ms+100000
SET k v exat $now+100
SET k v pxat $ms+100000 ~differs:pxat-case
SET k v EX 100 NX
SET k v ; SET k w EX 100 NX
SET k v ; SET k w XX PX 100000
SET k v GET EX 100
SET k v ; SET k w GET EX 100
SET k v ; SET k w EX 100 GET
SET k v ; SET k w PXAT $ms+100000 GET XX ~differs:pxat-get
SET k v ; SET k w NX EX 100 GET
SET k v PX 1 ; !wait 5 ; SET k w KEEPTTL
SET k v EX 100 ; SET k w KEEPTTL
SET k v EX 100 ; SET k w KEEPTTL GET
SET k v EX 100 ; SET k w GET KEEPTTL XX
SET k v keepttl
SET k v PXAT 1
SET k v EXAT 1
SET k v ; SET k w PXAT 1 GET ~differs:pxat-get-past
SET k v EX 0
SET k v EX -1
SET k v EX abc
SET k v EX 100 PX 100
SET k v EX 50 EX 100
SETNX k v
SETNX k v ; SETNX k w
SETEX k 100 v
SETEX k 0 v
PSETEX k 100000 v
psetex k 100000 v
PSETEX k 0 v
SETEX k 100 v ; PSETEX k 200000 w
GETSET k v
getset k v
SET k v EX 100 ; GETSET k w
GETSET k v ; GETSET k v
RPUSH k a ; GETSET k v
GETDEL k
SET k v ; GETDEL k
SET k v ; getdel k
RPUSH k v ; GETDEL k
SET k v PX 1 ; !wait 5 ; GETDEL k
GETEX k
GETEX k EX 100
SET k v ; GETEX k
SET k v ; GETEX k EX 100
SET k v ; getex k ex 100
SET k v ; GETEX k PX 100000
SET k v ; GETEX k EXAT $now+100
SET k v ; GETEX k PXAT $ms+100000
SET k v ; GETEX k PXAT 1
SET k v ; GETEX k EXAT 1
SET k v ; GETEX k PERSIST
SET k v EX 100 ; GETEX k PERSIST
SET k v EX 100 ; getex k persist ; GETEX k PERSIST
SET k v EX 100 ; GETEX k EX 100
SET k v PX 1 ; !wait 5 ; GETEX k EX 100
SET k v ; GETEX k EX 0
RPUSH k v ; GETEX k EX 100
MSET a 1 b 2
mset a 1 a 2
MSET a 1 b
MSETNX a 1 b 2
MSETNX a 1 b 2 ; MSETNX b 3 c 4
SET a v EX 100 ; MSET a 1 b 2
SET a v PX 1 ; !wait 5 ; MSET a 1 b 2
SET a v PX 1 ; !wait 5 ; MSETNX a 1 b 2
APPEND k abc
APPEND k abc ; APPEND k def
APPEND k ""
SET k v ; APPEND k ""
RPUSH k a ; APPEND k b
SETRANGE k 0 abc
SETRANGE k 5 abc
SETRANGE k 0 ""
SET k v ; SETRANGE k 0 ""
SETRANGE k 10 ""
SET k v ; SETRANGE k 0 v
SET k v ; SETRANGE k -1 v
INCR k
INCR k ; INCR k ; DECR k
INCRBY k 5
INCRBY k 0
DECRBY k 5
DECRBY k 0
SET k abc ; INCR k
SET k 9223372036854775807 ; INCR k
SET k 1 EX 100 ; INCR k
SET k 1 PX 1 ; !wait 5 ; INCR k
INCRBYFLOAT k 1.5
incrbyfloat k 1.50
INCRBYFLOAT k 0
INCRBYFLOAT k 1e2
SET k 10.50 ; INCRBYFLOAT k 0.1
SET k 10.5 EX 100 ; INCRBYFLOAT k -5
SET k abc ; INCRBYFLOAT k 1
INCRBYFLOAT k inf
SET k 1 PX 1 ; !wait 5 ; INCRBYFLOAT k 1
GET k ; STRLEN k ; GETRANGE k 0 1 ; MGET k j ; LCS k j
SET k v ; GET k ; STRLEN k ; GETRANGE k 0 1 ; SUBSTR k 0 0 ; MGET k j
SETBIT k 7 1
SETBIT k 7 0
SETBIT k 7 1 ; SETBIT k 7 1
SETBIT k 7 2
SETBIT k 100 0 ; SETBIT k 5 0
BITFIELD k SET u8 0 255
BITFIELD k GET u8 0
BITFIELD k INCRBY u8 0 1
BITFIELD k INCRBY u8 0 0
BITFIELD k SET u8 0 0
BITFIELD k SET u8 100 0 ; BITFIELD k SET u8 100 0
BITFIELD k OVERFLOW FAIL INCRBY u2 0 5 ~differs:bitfield-overflow
BITFIELD k SET u8 0 1 GET u8 0 INCRBY u8 8 2
BITFIELD_RO k GET u8 0
SET k v ; BITFIELD k GET u8 0 GET u8 8
BITFIELD k
BITOP AND d a b
SET a foo ; BITOP NOT d a
SET a foo ; SET b bar ; BITOP XOR d a b ; BITOP or a a b
SET d v ; BITOP AND d a b
SET d v EX 100 ; SET a foo ; BITOP AND d a a
SET a foo PX 1 ; SET d v ; !wait 5 ; BITOP NOT d a
BITCOUNT k ; BITPOS k 1 ; GETBIT k 3
SET k "a b\r\n\x00\xff" ; APPEND k "\x80"
`,
);
