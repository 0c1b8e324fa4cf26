import { conform } from "./runner.ts";

conform(
  "auth",
  String.raw`
# before authenticating
[2] PING
[2] GET k
[2] BOGUS
[2] GET
[2] ECHO x
[2] COMMAND COUNT
[2] MULTI ; PING ; EXEC
[2] CLIENT ID
[2] RESET
[2] QUIT ; !closed
[2] HELLO ~differs:hello-noauth
[2] HELLO 2 ~differs:hello-noauth
[2] HELLO 3 ~differs:hello-noauth
[2] HELLO 3 SETNAME me ~differs:hello-noauth
[2] HELLO 9
[2] SELECT 1
[2] INFO
[2] WATCH k
# AUTH
[2] AUTH
[2] AUTH wrong
[2] AUTH secret ; PING
[2] AUTH default secret ; PING
[2] AUTH default wrong ; PING
[2] AUTH nobody secret
[2] AUTH secret extra more
[2] AUTH Secret
[2] AUTH "" ; AUTH "secret\x00"
[2] AUTH secret ; AUTH wrong ; PING
[2] AUTH secret ; RESET ; PING
[2] AUTH secret ; MULTI ; AUTH secret ; PING ; EXEC
[2] AUTH secret ; CLIENT INFO ~client
# HELLO with AUTH
[2] HELLO 3 AUTH default secret ~hello ; PING ; HGETALL k
[2] HELLO 3 AUTH default wrong ; PING
[2] HELLO 2 AUTH default secret SETNAME me ~hello ; CLIENT GETNAME
[2] HELLO 3 AUTH default
[2] HELLO 3 SETNAME me AUTH default wrong ; AUTH secret ; CLIENT GETNAME ~differs:hello-setname
[2] HELLO 3 SETNAME "a b" AUTH default secret ; PING
# requirepass at run time
[2] AUTH secret ; CONFIG GET requirepass ; CONFIG SET requirepass "" ; @b PING ; @b AUTH x ; CONFIG SET requirepass secret ; PING ; @b PING ; @c PING
# protocol limits before authenticating
[2] !raw "*10\r\n$4\r\nPING\r\n" & ; AUTH x & ; @b PING
[2] !raw "*11\r\n" ; !closed
[2] !raw "*1\r\n$16384\r\n" & ; @b PING
[2] !raw "*1\r\n$16385\r\n" ; !closed
[2] AUTH secret ; !raw "*11\r\n$4\r\nECHO\r\n$1\r\na\r\n${"$1\\r\\nx\\r\\n".repeat(9)}"
[2] AUTH secret ; ECHO ${"x".repeat(20_000)}
`,
  { args: ["--requirepass", "secret"], password: "secret", fresh: true },
);
