import { conform } from "./runner.ts";
import { USERS_ANEW } from "./users.ts";

conform(
  "acl logins",
  String.raw`
# AUTH
AUTH x
AUTH default x
AUTH nobody x
AUTH "" ""
AUTH a b c
AUTH
ACL SETUSER u on >a >b ; AUTH u a ; ACL WHOAMI ; AUTH u b ; AUTH u c ; ACL WHOAMI
ACL SETUSER u >a ; AUTH u a
ACL SETUSER u on ; AUTH u a ; AUTH u ""
ACL SETUSER u on >a ; AUTH U a ; AUTH "u\x00" a ; AUTH u "a\x00" ; AUTH u ""
ACL SETUSER u on nopass +@all ; AUTH u anything ; ACL WHOAMI ; ACL SETUSER u resetpass ; PING ; AUTH u anything
ACL SETUSER u on ">\x00\xff" +@all ; AUTH u "\x00\xff" ; AUTH u "\x00" ; ACL WHOAMI
ACL SETUSER u on "#b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c" ; AUTH u foo ; AUTH u bar
ACL SETUSER u on >a +@all ; AUTH u a ; ACL SETUSER u off ; PING ; RESET ; AUTH u a
ACL SETUSER u on >a +@all ; AUTH u a ; ACL SETUSER u <a ; PING ; AUTH u a ; ACL WHOAMI
ACL SETUSER u on nopass +@all ; MULTI ; AUTH u x ; ACL WHOAMI ; AUTH u y ; EXEC ; ACL WHOAMI
# HELLO
ACL SETUSER u on >a +@all ; HELLO 3 AUTH u a ~hello ; ACL WHOAMI ; HELLO 3 AUTH u b ; HELLO 2 AUTH default x ~hello ; ACL WHOAMI
ACL SETUSER u on >a ; HELLO 3 AUTH u a ~hello ; ACL WHOAMI ; HELLO ~hello
ACL SETUSER u on >a +@all ; HELLO 2 SETNAME n AUTH u a ~hello ; CLIENT GETNAME ; HELLO 2 AUTH u
HELLO 2 AUTH nobody x
# requirepass and the default user
CONFIG SET requirepass p ; ACL GETUSER default ; CONFIG GET requirepass ; @b PING ; @b AUTH q ; @b AUTH p ; @b PING
CONFIG SET requirepass p ; ACL SETUSER default >q ; CONFIG GET requirepass ; @b AUTH q ; @b AUTH p ; @b AUTH r
CONFIG SET requirepass p ; ACL SETUSER default nopass ; CONFIG GET requirepass ; @b AUTH p ; @b PING ; @c PING
CONFIG SET requirepass p ; CONFIG SET requirepass q ; ACL GETUSER default ; @b AUTH p ; @b AUTH q
CONFIG SET requirepass p ; CONFIG SET requirepass "" ; ACL GETUSER default ; @b PING ; @b AUTH p
ACL SETUSER default >p ; ACL GETUSER default ; @b PING ; CONFIG GET requirepass ; @b AUTH p ; @b PING
ACL SETUSER default resetpass ; ACL GETUSER default ; CONFIG SET requirepass p ; ACL GETUSER default
ACL SETUSER default resetpass ; @b AUTH x ; @b AUTH default x
ACL SETUSER default off ; PING ; @b PING ; AUTH default x ; ACL SETUSER default on ; @c PING ; PING
ACL SETUSER default off ; RESET ; PING ; AUTH default x
ACL SETUSER default >p ; RESET ; PING ; HELLO 3 ~differs:hello-noauth ; AUTH p ; PING
@b PING ; ACL SETUSER default >p ; @b PING ; @b ACL WHOAMI
ACL SETUSER u on nopass +@all allkeys allchannels ; ACL SETUSER default off ; @c AUTH u x ; @c PING ; @c ACL WHOAMI ; @c RESET ; @c PING
ACL SETUSER default -@all +acl +ping +flushall +config +client +command +reset +hello +debug ; GET x ; PING ; @b GET x
ACL SETUSER default resetkeys "~a" ; GET a ; GET b ; @b GET b ; ACL SETUSER default allkeys ; GET b
CONFIG SET requirepass p ; AUTH p ; RESET ; PING ; MULTI ; QUIT
# clients of users
ACL SETUSER u on nopass +@all ; @b AUTH u x ; ACL DELUSER u ; @b !closed
ACL SETUSER u on nopass +@all ; @b AUTH u x ; @b ACL DELUSER u ; @b !closed
ACL SETUSER u on nopass +@all ; AUTH u x ; ACL DELUSER u ; !closed
ACL SETUSER u on nopass +@all ; @b AUTH u x ; @b MULTI ; @b ACL WHOAMI ; @b ACL DELUSER u ; @b EXEC ; @b !closed
ACL SETUSER u on nopass +@all ; ACL SETUSER v on nopass +@all ; @b AUTH u x ; @c AUTH v x ; @d AUTH u x ; ACL DELUSER u v ; @b !closed ; @c !closed ; @d !closed
ACL SETUSER u on nopass +@all ; @b AUTH u x ; @b AUTH default x ; ACL DELUSER u ; @b PING
ACL SETUSER u on nopass +@all allkeys ; @b AUTH u x ; @b BLPOP k 0 & ; !blocked 1 ; ACL DELUSER u ; @b !closed ; !blocked 0
ACL SETUSER u on nopass +@all ; @b AUTH u x ; ACL DELUSER u ; ACL SETUSER u on nopass +@all ; @b !closed
ACL SETUSER u on nopass +@all "&a*" ; @b AUTH u x ; @b SUBSCRIBE a1 ; ACL SETUSER u resetchannels "&b*" ; @b !closed
ACL SETUSER u on nopass +@all "&a*" ; @b AUTH u x ; @b SUBSCRIBE a1 ; ACL SETUSER u "&b*" ; PUBLISH a1 m ; @b <
ACL SETUSER u on nopass +@all "&a*" "&b*" ; @b AUTH u x ; @b SUBSCRIBE a1 ; ACL SETUSER u resetchannels "&a*" ; PUBLISH a1 m ; @b <
ACL SETUSER u on nopass +@all allchannels ; @b AUTH u x ; @b SUBSCRIBE a1 ; ACL SETUSER u resetchannels "&a*" ; PUBLISH a1 m ; @b <
ACL SETUSER u on nopass +@all allchannels ; @b AUTH u x ; @b SUBSCRIBE a1 ; ACL SETUSER u resetchannels ; @b !closed
ACL SETUSER u on nopass +@all allchannels ; @b AUTH u x ; @b PSUBSCRIBE a* ; ACL SETUSER u resetchannels "&a*" ; PUBLISH a1 m ; @b <
ACL SETUSER u on nopass +@all allchannels ; @b AUTH u x ; @b PSUBSCRIBE ab* ; ACL SETUSER u resetchannels "&a*" ; @b !closed
ACL SETUSER u on nopass +@all allchannels ; @b AUTH u x ; @b SSUBSCRIBE a1 ; ACL SETUSER u resetchannels "&b*" ; @b !closed
ACL SETUSER u on nopass +@all allchannels ; @b AUTH u x ; @b SUBSCRIBE a1 ; ACL SETUSER u -@all ; PUBLISH a1 m ; @b <
ACL SETUSER u on nopass +@all allchannels ; @b AUTH u x ; @b SUBSCRIBE a1 ; ACL SETUSER u reset ; @b !closed
ACL SETUSER u on nopass +@all "(&a)" ; @b AUTH u x ; @b PING ; ACL SETUSER u resetchannels clearselectors ; @b PING
ACL SETUSER u on nopass +@all "(+subscribe &a)" ; @b AUTH u x ; @b SUBSCRIBE a ; ACL SETUSER u clearselectors ; @b !closed
ACL SETUSER u on nopass +@all "(+subscribe &a)" ; @b AUTH u x ; @b SUBSCRIBE a ; ACL SETUSER u clearselectors "(&a)" ; PUBLISH a m ; @b <
ACL SETUSER u on nopass +@all allchannels ; @b AUTH u x ; @b SUBSCRIBE a1 ; ACL SETUSER u resetchannels foo ; PUBLISH a1 m ; @b <
ACL SETUSER u on nopass +@all allchannels ; @b AUTH u x ; @b SUBSCRIBE a1 ; CONFIG SET acl-pubsub-default allchannels ; ACL SETUSER u reset ; PUBLISH a1 m ; @b <
# CLIENT
ACL SETUSER u on nopass +@all ; @b AUTH u x ; @b CLIENT INFO ~client ; CLIENT KILL USER u ; @b !closed
ACL SETUSER u on nopass +@all ; @b AUTH u x ; @c AUTH u y ; CLIENT KILL USER u ; @b !closed ; @c !closed
ACL SETUSER u on nopass +@all ; @b AUTH u x ; CLIENT KILL USER u ID $id:b ; @b !closed
ACL SETUSER u on nopass +@all ; @b AUTH u x ; CLIENT KILL USER default ID $id:b ; @b PING
ACL SETUSER u on nopass +@all ; @b AUTH u x ; @b CLIENT KILL USER u SKIPME no ; @b !closed
ACL SETUSER u on nopass +@all ; @b AUTH u x ; @b CLIENT KILL USER u ; @b PING
ACL SETUSER u ; CLIENT KILL USER u
CLIENT KILL USER nobody
CLIENT KILL USER
ACL SETUSER default >p ; @b PING ; CLIENT KILL USER default ID $id:b ; @b !closed
# the log
AUTH nobody x ; ACL LOG ~acllog
AUTH nobody x ; AUTH nobody y ; auth nobody x ; ACL LOG ~acllog
AUTH nobody x ; AUTH noone x ; AUTH nobody x ; ACL LOG ~acllog ; ACL LOG 1 ~acllog ; ACL LOG 0 ; ACL LOG 99 ~acllog ; ACL LOG -1
HELLO 2 AUTH nobody x ; hello 2 auth nobody x ; ACL LOG ~acllog
MULTI ; AUTH nobody x ; EXEC ; AUTH nobody x ; ACL LOG ~acllog
ACL SETUSER u on nopass +get +multi +exec +client "~a" "&c" ; @b AUTH u x ; @b GET b ; @b SET a b ; @b GET b ; ACL LOG ~acllog
ACL SETUSER u on nopass +get +publish "~a" "&c" ; @b AUTH u x ; @b GET b ; @b PUBLISH x m ; @b CONFIG GET a ; @b config get b ; @b Get c ; ACL LOG ~acllog
ACL SETUSER u on nopass +get +multi +exec "~a" ; @b AUTH u x ; @b MULTI ; @b GET b ; @b SET a 1 ; @b EXEC ; @b SET a 1 ; ACL LOG ~acllog
ACL SETUSER u on nopass +@all allkeys ; @b AUTH u x ; @b MULTI ; @b GET b ; @b GET c ; ACL SETUSER u resetkeys "~c" ; @b EXEC ; ACL LOG ~acllog
ACL SETUSER u on nopass +@all "~a" ; ACL SETUSER v on nopass +@all "~a" ; @b AUTH u x ; @c AUTH v x ; @b GET b ; @c GET b ; @b GET b ; ACL LOG ~acllog
ACL SETUSER u +get ; ACL DRYRUN u get x ; ACL DRYRUN u set a b ; ACL LOG
AUTH n0 x ; AUTH n1 x ; AUTH n2 x ; AUTH n3 x ; AUTH n4 x ; AUTH n5 x ; AUTH n6 x ; AUTH n7 x ; AUTH n8 x ; AUTH n9 x ; AUTH n10 x ; AUTH n0 x ; AUTH n5 x ; ACL LOG 20 ~acllog
CONFIG SET acllog-max-len 2 ; AUTH a x ; AUTH b x ; AUTH c x ; ACL LOG ~acllog ; CONFIG SET acllog-max-len 128
CONFIG SET acllog-max-len 0 ; AUTH a x ; ACL LOG ; CONFIG SET acllog-max-len 128
AUTH a x ; CONFIG SET acllog-max-len 0 ; ACL LOG ~acllog ; AUTH a x ; ACL LOG ~acllog ; AUTH b x ; ACL LOG ; CONFIG SET acllog-max-len 128
AUTH a x ; ACL LOG RESET ; ACL LOG ; AUTH a x ; ACL LOG ~acllog
CONFIG SET acllog-max-len -1
`,
  { before: USERS_ANEW, tolerance: "acl", fresh: true },
);
