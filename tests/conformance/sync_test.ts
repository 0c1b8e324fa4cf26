import { conform } from "./runner.ts";

conform(
  "sync",
  String.raw`
# what a replica says of itself
REPLCONF
REPLCONF x
REPLCONF listening-port
REPLCONF listening-port 6380
REPLCONF listening-port abc
REPLCONF listening-port 70000
REPLCONF listening-port -1
REPLCONF LISTENING-PORT 6380 CAPA eof
REPLCONF listening-port 6380 nonsense 1
REPLCONF nonsense 1
REPLCONF ip-address 1.2.3.4
REPLCONF ip-address ""
REPLCONF ip-address xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
REPLCONF capa eof capa psync2
REPLCONF capa nonsense
REPLCONF capa
REPLCONF rdb-only 0
REPLCONF rdb-only 2
REPLCONF rdb-only -1
REPLCONF rdb-only x
REPLCONF rdb-filter-only functions
REPLCONF rdb-filter-only "functions functions"
REPLCONF rdb-filter-only ""
REPLCONF rdb-filter-only "functions nonsense"
REPLCONF rdb-filter-only "\"open"
# no answer to those, whoever says it
REPLCONF ack 5 & ; PING
REPLCONF ack x & ; PING
REPLCONF ack 5 fack 5 & ; PING
REPLCONF getack * & ; PING
REPLCONF getack & ; PING
REPLCONF capa eof ack 5 & ; PING
MULTI ; REPLCONF capa eof ; REPLCONF x y ; EXEC
# asking to be one
SYNC x
PSYNC
PSYNC ?
PSYNC ? x
PSYNC ? 1.5
MULTI ; PSYNC ? -1 ; EXEC
MULTI ; SYNC ; EXEC
REPLCONF rdb-filter-only functions ; PSYNC ? -1
REPLCONF rdb-filter-only functions ; SYNC
PSYNC ? -1 FAILOVER
PSYNC nonsense 1 failover
!raw "PING\r\nPSYNC ? -1\r\n" ; <
!raw "PING\r\nSYNC\r\n" ; < ; PING
# afterwards there is no replica
CLIENT KILL TYPE replica
CLIENT KILL TYPE slave
CLIENT LIST TYPE replica
CLIENT LIST TYPE master
WAIT 0 10
WAIT 1 10
SET k v ; WAIT 1 10
MULTI ; SET k v ; WAIT 1 0 ; EXEC
DEBUG CHANGE-REPL-ID
DEBUG CHANGE-REPL-ID x
`,
);
