import { conform } from "./runner.ts";

const A = "a".repeat(100);

conform(
  "protocol",
  String.raw`
# inline commands
!raw "PING\r\n"
!raw "PING\n"
!raw "ping\r\n"
!raw "\r\n\r\nPING\r\n"
!raw "\nPING\r\n"
!raw "   \r\nPING\r\n"
!raw "  PING   hello  \r\n"
!raw "SET k \"a b\\x00\\n\"\r\n" ; GET k
!raw "SET k 'a \\' b'\r\n" ; GET k
!raw "SET k \"\"\r\n" ; GET k
!raw "SET k ''\r\n" ; GET k
!raw "SET k \"a\\qb\\t\\a\\b\\r\\\\\"\r\n" ; GET k
!raw "SET k a\"b c\"\r\n" ; GET k
!raw "SET k 'a\\nb'\r\n" ; GET k
!raw "SET k \"\\xZZ\\x4\\x41\"\r\n" ; GET k
!raw "SET k\tv\r\n" ; GET k
!raw "SET k \xff\xfe\r\n" ; GET k
!raw "SET k \"abc\r\n" ; !closed
!raw "SET k 'abc\r\n" ; !closed
!raw "SET k \"abc\"d\r\n" ; !closed
!raw "SET k 'abc'd\r\n" ; !closed
!raw "GET\r\n"
!raw "BOGUS a b\r\n"
!raw "GET / HTTP/1.0\r\n"
!raw "POST / HTTP/1.0\r\n" & ; !closed
!raw "Host: example.org\r\n" & ; !closed
!raw "host: x\r\n" & ; !closed
!raw "PING\r\nPING x\r\n" ; <
!raw "PING\r\n*1\r\n$4\r\nPING\r\nPING y\r\n" ; < ; <
!raw "${"a".repeat(70_000)}" ; !closed
!raw "${"a ".repeat(20_000)}\r\n"
!raw "-1\r\n"
!raw "$4\r\nPING\r\n" ; <
!raw ":1\r\n"
!raw "+PING\r\n"
# arrays: what is accepted
!raw "*1\r\n$4\r\nPING\r\n"
!raw "*0\r\n*1\r\n$4\r\nPING\r\n"
!raw "*-1\r\n*1\r\n$4\r\nPING\r\n"
!raw "*-10\r\nPING\r\n"
!raw "*2\r\n$4\r\nECHO\r\n$0\r\n\r\n"
!raw "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\n\r\n\r\n\r\n" ; GET k
!raw "*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\r\n" ; <
!raw "*1\nx$4\r\nPING\r\n"
!raw "*1\r\n$0\r\n\r\n"
!raw "*2\r\n$0\r\n\r\n$1\r\na\r\n"
# arrays: errors that close the connection
!raw "*abc\r\n" ; !closed
!raw "*\r\n" ; PING
!raw "*1.5\r\n" ; !closed
!raw "* 1\r\n" ; !closed
!raw "*+1\r\n" ; !closed
!raw "*01\r\n" ; !closed
!raw "*1 \r\n" ; !closed
!raw "*2147483648\r\n" ; !closed
!raw "*99999999999999999999\r\n" ; !closed
!raw "*1\r\nPING\r\n" ; !closed
!raw "*1\r\n:4\r\n" ; !closed
!raw "*1\r\n\"\r\n" ; !closed
!raw "*1\r\n$\r\n" ; !closed
!raw "*1\r\n$abc\r\n" ; !closed
!raw "*1\r\n$-1\r\n" ; !closed
!raw "*1\r\n$-5\r\n" ; !closed
!raw "*1\r\n$+4\r\nPING\r\n" ; !closed
!raw "*1\r\n$04\r\nPING\r\n" ; !closed
!raw "*1\r\n$536870913\r\n" ; !closed
!raw "*1\r\n$99999999999999999999\r\n" ; !closed
!raw "*2\r\n$3\r\nGET\r\n$x\r\n" ; !closed
!raw "*1\r\n*1\r\n$4\r\nPING\r\n" ; !closed
!raw "*${"1".repeat(70_000)}" ; !closed
!raw "*1\r\n$${"1".repeat(70_000)}" ; !closed
!raw "PING\r\n*abc\r\nPING\r\n" ; < ; !closed
!raw "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*1\r\n!" & ; <
!raw "MULTI\r\nSET k v\r\n*x\r\n" ; < ; < ; !closed ; @b EXISTS k
# unknown commands and arity
BOGUS
BOGUS a b c
bogus "\r\n" "a\nb"
BOGUS ${A} ${A} ${A}
BOGUS a b c d e f g h i j k l m n o p q r s t u v w x y z ${A}
${"b".repeat(300)} x
"BO\r\nGUS" x
"" x
"G\x00T" k
GET ; GET a b ; SET ; get ; gEt a b
"bogus'" "it's" "a\"b"
BOGUS "" ""
# pipelines
PING ; SET k 1 ; INCR k ; BOGUS ; GET k ; LPUSH k x ; DEL k ; GET k
!raw "*1\r\n$4\r\nPI" & ; !wait 20 ; !raw "NG\r\n"
!raw "*1\r\n$4\r" & ; !wait 20 ; !raw "\nPING\r\n"
!raw "*" & ; !wait 10 ; !raw "1\r\n$" & ; !wait 10 ; !raw "4\r\nPING\r" & ; !wait 10 ; !raw "\n"
!raw "PI" & ; !wait 20 ; !raw "NG\r" & ; !wait 20 ; !raw "\n"
# kinds of reply
DEBUG PROTOCOL
DEBUG PROTOCOL string
DEBUG PROTOCOL integer
DEBUG PROTOCOL double
DEBUG PROTOCOL null
DEBUG PROTOCOL array
DEBUG PROTOCOL set
DEBUG PROTOCOL map
DEBUG PROTOCOL bignum
DEBUG PROTOCOL true
DEBUG PROTOCOL false
DEBUG PROTOCOL verbatim
[2] DEBUG PROTOCOL attrib
[3] DEBUG PROTOCOL attrib ; PING
[2] DEBUG PROTOCOL push
[3] DEBUG PROTOCOL push ; <
DEBUG PROTOCOL bogus
debug protocol MAP
MULTI ; DEBUG PROTOCOL map ; DEBUG PROTOCOL null ; DEBUG PROTOCOL true ; EXEC
`,
  { fresh: true },
);
