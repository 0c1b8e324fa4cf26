import { conform } from "./runner.ts";

conform(
  "pubsub",
  String.raw`
# the facts
COMMAND INFO subscribe unsubscribe psubscribe punsubscribe ssubscribe sunsubscribe publish spublish
  pubsub ~commandInfo
COMMAND DOCS subscribe unsubscribe ssubscribe sunsubscribe publish spublish pubsub ~docs
COMMAND GETKEYS spublish ch m
COMMAND GETKEYS ssubscribe a b
COMMAND GETKEYSANDFLAGS ssubscribe a b
# SUBSCRIBE, UNSUBSCRIBE
SUBSCRIBE
SUBSCRIBE a ; @b PUBLISH a hello ; <
SUBSCRIBE a b c ; < ; < ; UNSUBSCRIBE b ; UNSUBSCRIBE b ; UNSUBSCRIBE nothing
SUBSCRIBE a a ; < ; @b PUBLISH a x ; <
UNSUBSCRIBE
UNSUBSCRIBE a b ; <
SUBSCRIBE a ; UNSUBSCRIBE ; SET k v
SUBSCRIBE a b ; < ; UNSUBSCRIBE ~size ; < ~size ; UNSUBSCRIBE
SUBSCRIBE "" ; @b PUBLISH "" "" ; <
SUBSCRIBE "\x00\r\n\xff" ; @b PUBLISH "\x00\r\n\xff" "\r\n\x00\xfe" ; <
SUBSCRIBE a ; UNSUBSCRIBE a ; @b PUBLISH a x ; PING
SUBSCRIBE a ; SUBSCRIBE b ; @b PUBLISH a 1 ; @b PUBLISH b 2 ; < ; <
subscribe A ; @b publish a x ; @b publish A y ; <
# PSUBSCRIBE, PUNSUBSCRIBE
PSUBSCRIBE
PSUBSCRIBE a* ; @b PUBLISH abc hello ; <
PSUBSCRIBE a* *b ; < ; @b PUBLISH ab hello ~int ; < ~size ; < ~size
PSUBSCRIBE h[ae]llo h?y ; < ; @b PUBLISH hello 1 ; < ; @b PUBLISH hallo 2 ; < ; @b PUBLISH hey 3 ; < ; @b PUBLISH hillo 4
PUNSUBSCRIBE
PUNSUBSCRIBE a b ; <
PSUBSCRIBE a* b* ; < ; PUNSUBSCRIBE a* ; @b PUBLISH ax 1 ; @b PUBLISH bx 2 ; < ; PUNSUBSCRIBE ; PUNSUBSCRIBE
SUBSCRIBE a ; PSUBSCRIBE a* ; @b PUBLISH a x ; < ; <
SUBSCRIBE a ; PSUBSCRIBE a* ; UNSUBSCRIBE ; PUNSUBSCRIBE ; GET k
SUBSCRIBE a ; PSUBSCRIBE a* ; SSUBSCRIBE a ; UNSUBSCRIBE ; SUNSUBSCRIBE ; PUNSUBSCRIBE ; GET k
# SSUBSCRIBE, SUNSUBSCRIBE
SSUBSCRIBE
SSUBSCRIBE a ; @b SPUBLISH a hello ; < ; @b PUBLISH a other ; PING
SSUBSCRIBE a b ; < ; SUNSUBSCRIBE a ; SUNSUBSCRIBE ; SUNSUBSCRIBE ; GET k
SUNSUBSCRIBE
SUNSUBSCRIBE a b ; <
SUBSCRIBE a ; SSUBSCRIBE a ; @b SPUBLISH a 1 ; < ; @b PUBLISH a 2 ; < ; UNSUBSCRIBE ; SUNSUBSCRIBE ; GET k
PSUBSCRIBE * ; @b SPUBLISH a x ; PING
# PUBLISH
PUBLISH
PUBLISH a
PUBLISH a b c
PUBLISH a b
SPUBLISH
SPUBLISH a
SPUBLISH a b c
SPUBLISH a b
@b SUBSCRIBE x ; @c SUBSCRIBE x ; @d PSUBSCRIBE x* ; PUBLISH x m ; @b < ; @c < ; @d <
@b SUBSCRIBE x ; @b PSUBSCRIBE x* ; PUBLISH x m ; @b < ; @b <
@b SUBSCRIBE x ; SELECT 5 ; PUBLISH x m ; @b <
@b SUBSCRIBE x ; PUBLISH x 1 ; PUBLISH x 2 ; PUBLISH x 3 ; @b < ; @b < ; @b <
@b SUBSCRIBE x ; MULTI ; PUBLISH x 1 ; SET k v ; PUBLISH x 2 ; EXEC ; @b < ; @b <
@b SUBSCRIBE x ; CLIENT PAUSE 10000 WRITE ; @c PUBLISH x 1 & ; !blocked 1 ; CLIENT UNPAUSE ; @c < ; @b <
CLIENT PAUSE 10000 WRITE ; @c SPUBLISH x 1 & ; !blocked 1 ; CLIENT UNPAUSE ; @c <
# one message for two protocols
[2] @b SUBSCRIBE x ; @c HELLO 3 ~hello ; @c SUBSCRIBE x ; @c PSUBSCRIBE * ; PUBLISH x m ; @b < ; @c < ; @c <
# PUBSUB
PUBSUB
PUBSUB BOGUS
PUBSUB BOGUS x y
PUBSUB HELP ~help
PUBSUB HELP x
PUBSUB CHANNELS
PUBSUB CHANNELS a b
PUBSUB SHARDCHANNELS
PUBSUB SHARDCHANNELS a b
PUBSUB NUMSUB
PUBSUB SHARDNUMSUB
PUBSUB NUMPAT
PUBSUB NUMPAT x
PUBSUB NUMSUB a b a
pubsub channels ; pubsub numpat
@b SUBSCRIBE a ab b ; @b < ; @b < ; PUBSUB CHANNELS ~unordered ; PUBSUB CHANNELS a* ~unordered ; PUBSUB CHANNELS c ; PUBSUB SHARDCHANNELS
@b SSUBSCRIBE a ab b ; @b < ; @b < ; PUBSUB SHARDCHANNELS ~unordered ; PUBSUB SHARDCHANNELS a* ~unordered ; PUBSUB CHANNELS
@b SUBSCRIBE a b ; @b < ; @c SUBSCRIBE a ; PUBSUB NUMSUB a b c ; PUBSUB SHARDNUMSUB a
@b SSUBSCRIBE a b ; @b < ; @c SSUBSCRIBE a ; PUBSUB SHARDNUMSUB a b c ; PUBSUB NUMSUB a
@b PSUBSCRIBE a* b* ; @b < ; @c PSUBSCRIBE a* ; PUBSUB NUMPAT ; PUBSUB CHANNELS ; @b PUNSUBSCRIBE b* ; PUBSUB NUMPAT ; @b PUNSUBSCRIBE a* ; PUBSUB NUMPAT
@b SUBSCRIBE a ; @b UNSUBSCRIBE a ; PUBSUB CHANNELS
@b SUBSCRIBE a ; @b QUIT ; @b !closed ; !until PUBLISH a x => 0 ; PUBSUB CHANNELS
# what a listening RESP2 connection may send
SUBSCRIBE a ; GET k
[2] SUBSCRIBE a ; get k ; SET k v ; CLIENT LIST ; client id ; HELLO 3 ; MULTI ; EXEC ; PUBLISH a b ; PUBSUB CHANNELS ; COMMAND ; INFO ~type
SUBSCRIBE a ; BOGUS x ; GET ; CLIENT BOGUS ; PING a b
PSUBSCRIBE a ; GET k ; PUNSUBSCRIBE ; GET k
SSUBSCRIBE a ; GET k ; SUNSUBSCRIBE ; GET k
SUBSCRIBE a ; PING ; PING x ; PING ""
SSUBSCRIBE a ; PING ; PING x
SUBSCRIBE a ; QUIT ; !closed
SUBSCRIBE a ; RESET ; GET k ; @b PUBLISH a x ; PING
PSUBSCRIBE a ; SUBSCRIBE a ; SSUBSCRIBE a ; RESET ; PUBSUB CHANNELS ; PUBSUB NUMPAT ; PUBSUB SHARDCHANNELS ; PING
[3] SUBSCRIBE a ; SET k v ; GET k ; HELLO 2 ~hello ; GET k ; PING
[3] SUBSCRIBE a ; PING ; PING x
[3] SUBSCRIBE a ; MULTI ; SET k v ; UNSUBSCRIBE a ; EXEC ~shape ; GET k
[3] SUBSCRIBE a ; RESET ; GET k
# a message to oneself goes out behind the reply to what caused it
[3] SUBSCRIBE a ; PUBLISH a x ~differs:self-publish ; < ~differs:self-message ; PING
[3] SUBSCRIBE a ; MULTI ; PUBLISH a x ; PING ; EXEC ~differs:self-exec ; < ~differs:self-message
# in a transaction
MULTI ; SUBSCRIBE a ; EXEC ; PING
MULTI ; SUBSCRIBE a b ; SET k v ; EXEC ; < ; PING
MULTI ; PSUBSCRIBE a* ; GET k ; EXEC ; PING ; PUNSUBSCRIBE ; GET k
MULTI ; SSUBSCRIBE a ; EXEC ; PING
MULTI ; UNSUBSCRIBE ; PUNSUBSCRIBE ; SUNSUBSCRIBE ; EXEC
MULTI ; SUBSCRIBE a ; UNSUBSCRIBE a ; GET k ; EXEC ; GET k
MULTI ; SUBSCRIBE a ; DISCARD ; GET k
# CLIENT
SUBSCRIBE a b ; < ; PSUBSCRIBE c* ; SSUBSCRIBE d e f ; < ; < ; @b CLIENT LIST ID $id:main ~client
@b SUBSCRIBE a ; CLIENT LIST TYPE pubsub ~client ; CLIENT LIST TYPE normal ~type ; @b UNSUBSCRIBE ; CLIENT LIST TYPE pubsub
@b SSUBSCRIBE a ; CLIENT LIST TYPE pubsub ~client
@b SUBSCRIBE a ; CLIENT KILL TYPE pubsub ; @b !closed ; PUBSUB CHANNELS
@b SUBSCRIBE a ; CLIENT KILL ID $id:b TYPE normal ; @b PING
CLIENT KILL TYPE pubsub ; PING
CLIENT REPLY OFF & ; SUBSCRIBE a ; PING & ; @b PUBLISH a x ; < ; UNSUBSCRIBE ; CLIENT REPLY ON ; PING
CLIENT REPLY SKIP & ; SUBSCRIBE a ; PING
CLIENT REPLY SKIP & ; UNSUBSCRIBE a b ; < ; PING
# large messages
@b SUBSCRIBE x ; !raw "*3\r\n$7\r\nPUBLISH\r\n$1\r\nx\r\n$5000\r\n${"y".repeat(5000)}\r\n" ; @b <
@b SUBSCRIBE x ; @c PSUBSCRIBE x ; !raw "*3\r\n$7\r\nPUBLISH\r\n$1\r\nx\r\n$70000\r\n${
    "\xff".repeat(70000)
  }\r\n" ; @b < ; @c <
# INFO
@b SUBSCRIBE a b ; @b < ; @b PSUBSCRIBE c ; @b SSUBSCRIBE d ; INFO stats ~infoFields
`,
  { fresh: true },
);
