import { conform } from "./runner.ts";
import { USERS_ANEW } from "./users.ts";

/** Rules that each are given to a new user, which is then looked at. */
const RULES = String.raw`
on
off
ON
nopass
resetpass
nopass resetpass
>secret
>secret >other
>secret >secret
>secret <secret
>secret <other
<secret
">"
">" "<"
>a >b <a
>a nopass
nopass >a
"#b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c"
"#b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c" "!b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c"
"#B5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c"
"#b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944"
"#b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944cc"
"#b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944g"
"#"
!abc
"!b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c"
">\x00\x01\xff"
">a b"
skip-sanitize-payload
skip-sanitize-payload sanitize-payload
sanitize-payload
SKIP-SANITIZE-PAYLOAD
"~k*"
"~k*" "~k*"
"~a" "~b" "~c"
"~*"
allkeys
ALLKEYS
"~a" allkeys
allkeys "~a"
"~*" "~a"
"~*" "%R~a"
allkeys resetkeys "~a"
"~a" resetkeys
resetkeys
"~"
"~" "~"
"~a b"
"~a\tb"
"~a\x00b"
"~[a"
"~a|b"
"%R~r*"
"%W~w*"
"%RW~b*"
"%WR~b*"
"%r~x"
"%w~x" "%R~x"
"%rW~x"
"%R~x" "~x"
"~x" "%R~x"
"%R~x" "%W~x"
"%R~"
"%R"
"%RW"
"%RR~x"
"%X~x"
"%~x"
"%R~a b"
"%Rx~y"
"%RW~*"
"%R~*"
"%R~*" "~a"
"&ch"
"&ch" "&ch"
"&a*" "&b?"
"&*"
allchannels
AllChannels
allchannels "&a"
"&a" allchannels
"&a" resetchannels
resetchannels
allchannels resetchannels "&a"
"&"
"&a b"
"&a\x00b"
+get
+GET
+get +set
+get +get
+get -get
-get
-get +get
+nope
-nope
+
-
+@
+@nope
-@nope
+@all
-@all
+@ALL
allcommands
nocommands
ALLCOMMANDS
NoCommands
+@all -get
+@all -get +get
+@all -@write
+@all -@dangerous -@admin
+@read
+@READ
+@read -get
+@read +@write
+@read -@read
-@read +@read
+@fast -@connection +ping
+@keyspace
+@string +@list +@set +@hash +@sortedset +@stream +@bitmap +@hyperloglog +@geo +@pubsub
+@blocking +@transaction +@connection +@slow
+config
+config|get
+CONFIG|GET
+config|get +config|set
+config|get +config
+config -config|set
+config|get -config
-config|get
+config|nope
-config|nope
+config|
-config|
+config|get|x
-config|get|x
+config|get +config|get
+client|id +client|info -client
+@all -config|set -client|kill
+object|freq
+command|count +command
+select|0
+select|0 +select|1
+select|0 +select|0
+select|0 -select
+select +select|0
+select|0 +select
+select|
-select|0
+SELECT|0
+get|x|y
+nope|x
-nope|x
+nope|
|
+|x
-|x
+get|x +@all
+@all +get|x
+get|x -@all
+@read +get|x
foo
allkey
on off on
reset
on nopass +@all "~*" "&*" reset
on >x "~a" "&b" +get skip-sanitize-payload (+set) reset
clearselectors
()
"( )"
"(+get ~x)"
(+get "~x)"
(+get "~x" )
( +get "~x" )
"(+get ~a)" "(+set ~b)"
"(+get ~a)" "(+get ~a)"
"(+get ~a)" clearselectors
"(+get ~a)" clearselectors "(+set ~b)"
"(%R~a &b +get -get)"
"(allkeys allchannels allcommands)"
"(~* ~a)"
"(&* &a)"
"(+nope)"
"(foo)"
"(on)"
"(>secret)"
"(reset)"
"((+get))"
"(+get) "
"(+get" "~a"
(
)
(+get
+get)
"(+get ~a) (+set ~b)"
"(~x)(~y)"
"(+get 'a b')"
"(+get 'a)"
"(+get \"~x\")"
"(~a\x00b)"
"(+select|0)"
"(+config|get -config|get)"
"(-@all +@all)"
+set "(+get" "~a" "&b)" -set
""
"" on ""
"on\x00off"
"\x00"
"foo\r\nbar"
"foo\nbar"
"+ge\nt"
on foo
foo on
+get +nope +set
"~a" "~* b"
`;

const table = RULES.split("\n").filter((line) => line !== "").map((rules) =>
  `ACL SETUSER u ${rules} ; ACL GETUSER u ; ACL LIST`
).join("\n");

conform("acl rules", table, { before: USERS_ANEW, tolerance: "acl" });

conform(
  "acl changes",
  String.raw`
ACL SETUSER u on +get ; ACL SETUSER u foo ; ACL GETUSER u
ACL SETUSER u on +get ; ACL SETUSER u +set foo ; ACL GETUSER u
ACL SETUSER u >a ; ACL SETUSER u >b <a ; ACL GETUSER u
ACL SETUSER u allkeys ; ACL SETUSER u "~a" ; ACL SETUSER u resetkeys "~a" ; ACL GETUSER u
ACL SETUSER u "(~a)" ; ACL SETUSER u "(~b)" ; ACL GETUSER u ; ACL SETUSER u clearselectors ; ACL GETUSER u
ACL SETUSER u +@all ; ACL SETUSER u -get ; ACL SETUSER u -set ; ACL SETUSER u +get ; ACL GETUSER u
ACL SETUSER u ; ACL SETUSER v ; ACL USERS ; ACL LIST
ACL SETUSER v ; ACL SETUSER u ; ACL USERS
ACL SETUSER "a b"
ACL SETUSER "a\x00b"
ACL SETUSER "a\tb"
ACL SETUSER "" ; ACL GETUSER "" ; ACL USERS ; ACL DELUSER ""
ACL SETUSER U ; ACL GETUSER u ; ACL DELUSER U
ACL SETUSER
ACL SETUSER default ; ACL GETUSER default
ACL SETUSER default "~a" ; ACL SETUSER default resetkeys "~a" ; ACL SETUSER default "~*" ; ACL GETUSER default
ACL GETUSER
ACL GETUSER nobody
ACL GETUSER a b
ACL DELUSER
ACL DELUSER nobody
ACL DELUSER default
ACL SETUSER u ; ACL DELUSER u default ; ACL USERS
ACL SETUSER u ; ACL SETUSER v ; ACL DELUSER u v u w ; ACL USERS
ACL USERS x
ACL LIST x
ACL WHOAMI
ACL WHOAMI x
ACL
ACL nope
ACL CAT
ACL CAT nope
ACL CAT ""
ACL CAT a b
ACL CAT @read
ACL CAT transaction ~unordered
ACL CAT Transaction ~unordered
ACL GENPASS 0
ACL GENPASS -1
ACL GENPASS 4097
ACL GENPASS x
ACL GENPASS 1 2
ACL GENPASS 99999999999999999999
ACL LOAD
ACL SAVE
ACL LOAD x
ACL SAVE x
ACL HELP x
ACL LOG ; ACL LOG RESET ; ACL LOG reset ; ACL LOG 0 ; ACL LOG -5 ; ACL LOG 5
ACL LOG x
ACL LOG 1 2
ACL DRYRUN
ACL DRYRUN default
ACL DRYRUN nobody get x
ACL DRYRUN default nope
ACL DRYRUN default get
ACL DRYRUN default get a b
ACL DRYRUN default GET a
ACL DRYRUN default config
ACL DRYRUN default config nope
ACL DRYRUN default config get
ACL DRYRUN default config get x
ACL DRYRUN default CONFIG GET x
COMMAND INFO acl|cat acl|whoami acl|dryrun acl|genpass acl|getuser acl|list acl|load acl|log acl|users
COMMAND GETKEYS ACL DRYRUN default get x
MULTI ; ACL SETUSER u +get ; ACL GETUSER u ; ACL DELUSER u ; EXEC
MULTI ; ACL WHOAMI ; ACL SETUSER u foo ; EXEC
`,
  { before: USERS_ANEW, tolerance: "acl" },
);
