import { conform } from "./runner.ts";

/** What a real server dumps: a string, a list, a sorted set, a hash. */
const S = String.raw`"\x00\x05hello\x0a\x00cr\xdfve4\x20\x0a"`;
const L = String
  .raw`"\x12\x01\x02\x0c\x0c\x00\x00\x00\x02\x00\x81a\x02\x01\x01\xff\x0a\x00\x94\x96+#\xac\x17\xaa\x85"`;
const Z = String
  .raw`"\x11\x14\x14\x00\x00\x00\x04\x00\x81a\x02\x01\x01\x81b\x02\x832.5\x04\xff\x0a\x00\xd4Ln\xa4\xf6D\xd9\xd7"`;
const H = String
  .raw`"\x10\x0d\x0d\x00\x00\x00\x02\x00\x81f\x02\x81v\x02\xff\x0a\x00\x20\xf1=D#T\x08\x9d"`;
/** With a checksum that does not fit. */
const BAD = String.raw`"\x00\x05hello\x0a\x00cr\xdfve4\x20\x00"`;

conform(
  "dump",
  String.raw`
# DUMP, RESTORE
DUMP
DUMP k l
DUMP nokey
RESTORE
RESTORE k 0
RESTORE k 0 ${S} ; GET k ; TTL k
RESTORE k 0 ${L} ; LRANGE k 0 -1 ; OBJECT ENCODING k ~shape
RESTORE k 0 ${Z} ; ZRANGE k 0 -1 WITHSCORES ; OBJECT ENCODING k
RESTORE k 0 ${H} ; HGETALL k ; OBJECT ENCODING k
RESTORE k 0 ${BAD}
RESTORE k 0 "" ; RESTORE k 0 x
RESTORE k 0 "\x12\x01\x01\x00\x0a\x00\x8f\xc6\xc0W\x1c\x0a\xb3<" ; EXISTS k
RESTORE k 0 "\x12\x02\x02\x0a\x0a\x00\x00\x00\x01\x00\x81a\x02\xff\x01\x00\x0a\x00|\xa7\xf9Nr\x1f\x02\x9f"
RESTORE k 0 "\x0e\x01\x0b\x0b\x00\x00\x00\x0a\x00\x00\x00\x00\x00\xff\x0a\x00\x12\x9bfOh\xf9\x9d\xde"
RESTORE k 0 "\x12\x01\x02\x07\x07\x00\x00\x00\x00\x00\xff\x0a\x00\xe4\xb0!\xa1\x07Cl\x1a" ; EXISTS k
RESTORE k 0 "\x12\x02\x02\x07\x07\x00\x00\x00\x00\x00\xff\x02\x0a\x0a\x00\x00\x00\x01\x00\x81a\x02\xff\x0a\x00@\xb7\xb8\x92C%@\xb1" ; LRANGE k 0 -1
RESTORE k 0 "\x10\x07\x07\x00\x00\x00\x00\x00\xff\x0a\x00\xda\x12\x96\x88t\x99Z8" ; EXISTS k
SET k v ; RESTORE k 0 ${S} ; GET k
SET k v ; RESTORE k 0 x ; RESTORE k -1 x ; RESTORE k x x
SET k v ; RESTORE k 0 ${S} REPLACE ; GET k
SET k v EX 100 ; RESTORE k 0 ${S} replace ; TTL k
SET k v ; RESTORE k 0 ${BAD} REPLACE ; GET k
RESTORE k -1 ${S} ; RESTORE k x ${S} ; RESTORE k 99999999999999999999 ${S} ; EXISTS k
RESTORE k 100000 ${S} ; PTTL k ~near:1000
RESTORE k $ms+100000 ${S} ABSTTL ; PTTL k ~near:1000
RESTORE k 1 ${S} ABSTTL ; EXISTS k
SET k v ; RESTORE k 1 ${S} ABSTTL REPLACE ; EXISTS k
RESTORE k 0 ${S} ABSTTL ; TTL k
RESTORE k 0 ${S} FOO ; RESTORE k 0 ${S} REPLACE FOO ; EXISTS k
RESTORE k 0 ${S} IDLETIME ; RESTORE k 0 ${S} FREQ
RESTORE k 0 ${S} IDLETIME 100 ; OBJECT IDLETIME k
RESTORE k 0 ${S} IDLETIME -1 ; RESTORE k 0 ${S} IDLETIME x ; EXISTS k
RESTORE k 0 ${S} FREQ -1 ; RESTORE k 0 ${S} FREQ 256 ; RESTORE k 0 ${S} FREQ x ; EXISTS k
RESTORE k 0 ${S} FREQ 7 ; OBJECT IDLETIME k
RESTORE k 0 ${S} FREQ 7 IDLETIME 100 ; RESTORE k 0 ${S} IDLETIME 100 FREQ 7 ; EXISTS k
RESTORE k 0 ${S} IDLETIME 100 REPLACE ; RESTORE k 0 ${S} IDLETIME 100 REPLACE ; OBJECT IDLETIME k
CONFIG SET maxmemory-policy allkeys-lfu ; RESTORE k 0 ${S} FREQ 7 ; OBJECT FREQ k ; CONFIG SET maxmemory-policy noeviction
MULTI ; RESTORE k 0 ${S} ; GET k ; EXEC
RESTORE k 0 ${L} ; RPUSH k more ; LLEN k
COMMAND INFO dump restore restore-asking ~commandInfo
COMMAND GETKEYS RESTORE k 0 x

# SAVE, BGSAVE, DEBUG RELOAD
SAVE x
SAVE
MULTI ; SAVE ; EXEC
BGSAVE x
BGSAVE SCHEDULE x
MULTI ; BGSAVE x ; EXEC
COMMAND INFO save bgsave ~commandInfo
SET k v ; EXPIRE k 100 ; RPUSH l a b ; DEBUG RELOAD ; GET k ; TTL k ; LRANGE l 0 -1
SET k v ; SAVE ; SET k w ; SET n 1 ; DEBUG RELOAD NOSAVE ; GET k ; EXISTS n
SET k v ; SAVE ; SET k w ; SET n 1 ; DEBUG RELOAD nosave noflush merge ; GET k ; EXISTS n
DEBUG RELOAD x ; DEBUG RELOAD NOSAVE x
`,
);
