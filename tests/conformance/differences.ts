/**
 * Where Redeno follows Redis 7.2 (or 7.4) and the real server that the cases run against, 7.0, does
 * not: each difference by name, with its reason and with the reply that is right. A case marks the
 * command with `~differs:name`; its reply must then be the one here, whatever the real server says.
 *
 * @module
 */

/** A reply (one char a byte), a pattern for it, or one for each protocol. */
export type Expected = string | RegExp | { 2: string | RegExp; 3: string | RegExp };

/** One intended difference. */
export interface Difference {
  why: string;
  /** What Redeno must reply. */
  reply: Expected;
}

/** All intended differences by name. */
export const DIFFERENCES: Record<string, Difference> = {
  "ok": {
    why: "a subcommand that is new in 7.2 (CLIENT SETINFO, CLIENT NO-TOUCH)",
    reply: "+OK\r\n",
  },
  "syntax": {
    why: "an option or a subcommand that is new in 7.2",
    reply: "-ERR syntax error\r\n",
  },
  "setinfo-arity": {
    why: "CLIENT SETINFO is new in 7.2",
    reply: "-ERR wrong number of arguments for 'client|setinfo' command\r\n",
  },
  "setinfo-option": {
    why: "CLIENT SETINFO is new in 7.2",
    reply: "-ERR Unrecognized option 'bogus'\r\n",
  },
  "setinfo-name": {
    why: "CLIENT SETINFO is new in 7.2",
    reply: "-ERR lib-name cannot contain spaces, newlines or special characters.\r\n",
  },
  "setinfo-ver": {
    why: "CLIENT SETINFO is new in 7.2",
    reply: "-ERR lib-ver cannot contain spaces, newlines or special characters.\r\n",
  },
  "setinfo-upper-name": {
    why: "CLIENT SETINFO is new in 7.2",
    reply: "-ERR LIB-NAME cannot contain spaces, newlines or special characters.\r\n",
  },
  "setinfo-upper-ver": {
    why: "CLIENT SETINFO is new in 7.2",
    reply: "-ERR LIB-VER cannot contain spaces, newlines or special characters.\r\n",
  },
  "info-lib-name": {
    why: "the fields lib-name and lib-ver are new in 7.2",
    reply: / lib-name=me lib-ver=\n\r\n$/,
  },
  "no-touch-arity": {
    why: "CLIENT NO-TOUCH is new in 7.2",
    reply: "-ERR wrong number of arguments for 'client|no-touch' command\r\n",
  },
  "hello-noauth": {
    why: "since 7.2 the text names the protocol argument that AUTH must follow",
    reply: /^-NOAUTH HELLO must be called .* the HELLO <proto> AUTH <user> <pass> option /,
  },
  "hello-setname": {
    why: "since 7.2 a HELLO that fails sets no name",
    reply: { 2: "$-1\r\n", 3: "_\r\n" },
  },
  "getkeys-invalid": {
    why: "since 7.2 COMMAND GETKEYS takes a command without arguments and then looks at it",
    reply: "-ERR Invalid command specified\r\n",
  },
  "getkeys-arity": {
    why: "since 7.2 COMMAND GETKEYS takes a command without arguments and then looks at it",
    reply: "-ERR Invalid number of arguments specified for command\r\n",
  },
  "getkeys-none": {
    why: "since 7.2 COMMAND GETKEYS takes a command without arguments and then looks at it",
    reply: "-ERR The command has no key arguments\r\n",
  },
  "loglevel": {
    why: "since 7.2 there is the level `nothing`",
    reply: /must be one of the following: debug, verbose, notice, warning, nothing\r\n$/,
  },
  "stringmatch-len": {
    why: "DEBUG STRINGMATCH-LEN is an addition of this server",
    reply: /^[:+]/,
  },
  "lpos-rank": {
    why: "7.0 takes the smallest rank, which it cannot negate, for the first match from the tail",
    reply: "-ERR value is out of range, value must between -9223372036854775807 and " +
      "9223372036854775807\r\n",
  },
  "blocked-key-order": {
    why:
      "since 7.2 a woken command looks at its keys in their order; 7.0 takes the first that was " +
      "written to",
    reply: "*2\r\n$1\r\nk\r\n$1\r\n2\r\n",
  },
  "blocked-wrong-type": {
    why: "since 7.2 a woken command runs anew from its beginning, and meets what a key holds now",
    reply: "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n",
  },
  "one": { why: "what an earlier difference of the case entails", reply: ":1\r\n" },
  "zero": { why: "what an earlier difference of the case entails", reply: ":0\r\n" },
  "timeout-range": {
    why: "since 7.2 a timeout that is too large is out of range; in 7.0 it overflows",
    reply: "-ERR timeout is out of range\r\n",
  },
  "xread-unbalanced": {
    why: "since 7.2 the text names the command in quotes and lower case",
    reply:
      "-ERR Unbalanced 'xread' list of streams: for each stream key an ID or '$' must be specified.\r\n",
  },
  "xadd-sequence": {
    why: "7.0 leaves the reason unset when the sequence of ms-* is used up, and names a wrong one",
    reply: "-ERR The ID specified in XADD is equal or smaller than the target stream top item\r\n",
  },
  "list-listpack": {
    why: "since 7.2 a list that fits one node is a listpack; 7.0 knows quicklists only",
    reply: "$8\r\nlistpack\r\n",
  },
  "digest-scores": {
    why: "since 7.2 the digest takes the shortest digits of a score",
    reply: "+400089d89e2835ec0b74b8eced6ac3d9c85f692e\r\n",
  },
  "digest-scores-value": {
    why: "since 7.2 the digest takes the shortest digits of a score",
    reply: "*1\r\n+6069d2ac090e187820bf71baa6e8ede9f20dfba0\r\n",
  },
  "hash-presized": {
    why: "since 7.2 HSET counts the pairs it was given, not the fields, to choose the encoding",
    reply: "$9\r\nhashtable\r\n",
  },
  "null-array": {
    why: "the option WITHSCORE of ZRANK and ZREVRANK is new in 7.2",
    reply: { 2: "*-1\r\n", 3: "_\r\n" },
  },
  "wrong-type": {
    why: "the option WITHSCORE of ZRANK and ZREVRANK is new in 7.2",
    reply: "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n",
  },
  "rank-score": {
    why: "the option WITHSCORE of ZRANK and ZREVRANK is new in 7.2",
    reply: { 2: "*2\r\n:0\r\n$3\r\n1.5\r\n", 3: "*2\r\n:0\r\n,1.5\r\n" },
  },
  "zset-presized": {
    why: "since 7.2 ZADD counts the pairs it was given, not the members, to choose the encoding",
    reply: "$8\r\nskiplist\r\n",
  },
  "zscan-listpack": {
    why: "since 7.2 the scores within a listpack have the fewest digits that read back as the same",
    reply:
      /\r\na\r\n\$3\r\n0\.1\r\n\$1\r\nc\r\n\$1\r\n3\r\n\$1\r\nb\r\n\$18\r\n100000000000000000\r\n$/,
  },
  "script-null": {
    why: "since 7.2 commands that block are allowed in scripts: they do not wait",
    reply: { 2: "$-1\r\n", 3: "_\r\n" },
  },
  "script-still": {
    why: "since 7.2 TIME stands still within a script",
    reply: "*1\r\n:1\r\n",
  },
  "script-wait": {
    why: "since 7.2 commands that block are allowed in scripts: they do not wait",
    reply: ":0\r\n",
  },
  "script-tenth": {
    why: "since 7.2 numbers of scripts have the fewest digits that read back as the same",
    reply: "$3\r\n0.1\r\n",
  },
  "script-zero": {
    why: "since 7.2 numbers of scripts have the fewest digits that read back as the same",
    reply: "$1\r\n0\r\n",
  },
  "script-small": {
    why: "since 7.2 numbers of scripts have the fewest digits that read back as the same",
    reply: "$4\r\n1e-7\r\n",
  },
  "script-large": {
    why: "since 7.2 numbers of scripts have the fewest digits that read back as the same",
    reply: "$19\r\n9223372036854776000\r\n",
  },
  "script-nan": {
    why: "since 7.2 numbers of scripts have the fewest digits that read back as the same",
    reply: { 2: "$3\r\nnan\r\n", 3: ",nan\r\n" },
  },
  "script-double": {
    why: "since 7.2 numbers of scripts have the fewest digits that read back as the same",
    reply: { 2: "$6\r\n1e+300\r\n", 3: ",1e+300\r\n" },
  },
  "self-publish": {
    why: "since 7.2 a message to the client that publishes it goes out behind the reply",
    reply: ":1\r\n",
  },
  "self-message": {
    why: "since 7.2 a message to the client that publishes it goes out behind the reply",
    reply: ">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n",
  },
  "self-exec": {
    why: "since 7.2 a message to the client that publishes it goes out behind the reply",
    reply: "*2\r\n:1\r\n+PONG\r\n",
  },
  "set-listpack": {
    why: "since 7.2 a small set of strings is a listpack; in 7.0 it is a hash table",
    reply: "$8\r\nlistpack\r\n",
  },
  "xreadgroup-unbalanced": {
    why: "since 7.2 the text is about XREADGROUP and its `>`",
    reply: "-ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must " +
      "be specified.\r\n",
  },
  "read-emptied": {
    why:
      "since 7.2 a woken command goes on waiting when what came is gone; 7.0 answers with nothing",
    reply:
      /^[*%]1\r\n(\*2\r\n)?\$1\r\nx\r\n\*1\r\n\*2\r\n\$3\r\n2-0\r\n\*2\r\n\$1\r\nf\r\n\$1\r\nv\r\n$/,
  },
  "read-twice": {
    why: "since 7.2 a woken command runs anew from its beginning; 7.0 looks at the one key",
    reply: /^[*%]2\r\n/,
  },
  "xreadgroup-nogroup": {
    why: "since 7.2 a blocked XREADGROUP is run again when its group or key goes",
    reply: "-NOGROUP No such key 'x' or consumer group 'g' in XREADGROUP with GROUP option\r\n",
  },
  "xsetid-max-deleted": {
    why: "since 7.2 XSETID looks at the largest id ever deleted",
    reply: "-ERR The ID specified in XSETID is smaller than current max_deleted_entry_id\r\n",
  },
  "consumer-made": {
    why: "since 7.2 reading and claiming make their consumer even when there is nothing to give",
    reply: ":0\r\n",
  },
  "consumer-times": {
    why: "since 7.2 XINFO CONSUMERS has the field inactive: -1 for one that never got an entry",
    reply: {
      2: /^\*1\r\n\*8\r\n\$4\r\nname\r\n\$1\r\nc\r\n\$7\r\npending\r\n:0\r\n\$4\r\nidle\r\n:\d+\r\n\$8\r\ninactive\r\n:-1\r\n$/,
      3: /^\*1\r\n%4\r\n\$4\r\nname\r\n\$1\r\nc\r\n\$7\r\npending\r\n:0\r\n\$4\r\nidle\r\n:\d+\r\n\$8\r\ninactive\r\n:-1\r\n$/,
    },
  },
  "consumer-full-times": {
    why: "since 7.2 XINFO STREAM FULL has the field active-time",
    reply: /\r\nseen-time\r\n:\d+\r\n\$11\r\nactive-time\r\n:-1\r\n\$9\r\npel-count\r\n:0\r\n/,
  },
};

/** Is this reply the one that the named difference asks for? */
export function isExpected(name: string, raw: string, protocol: 2 | 3): boolean {
  const { reply } = DIFFERENCES[name];
  const expected = typeof reply === "string" || reply instanceof RegExp ? reply : reply[protocol];
  return typeof expected === "string" ? raw === expected : expected.test(raw);
}
