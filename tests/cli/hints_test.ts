/**
 * Hints, HELP and completion over a small book of commands of all grammars.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { toBytes } from "../../src/bytes/bytes.ts";
import {
  type ArgumentDocs,
  CommandBook,
  type CommandDocs,
  docsOfReply,
} from "../../src/cli/command_docs.ts";
import { completions, helpText } from "../../src/cli/help.ts";
import { argumentSyntax, hintFor } from "../../src/cli/hints.ts";
import { type ClientReply, ReplyParser } from "../../src/cli/reply_parser.ts";

const arg = (name: string, type = "string", more: Partial<ArgumentDocs> = {}): ArgumentDocs => ({
  name,
  type,
  ...more,
});
const key = arg("key", "key");
const token = (word: string): ArgumentDocs =>
  arg(word.toLowerCase(), "pure-token", { token: word });
const oneof = (...parts: ArgumentDocs[]): ArgumentDocs =>
  arg("choice", "oneof", { arguments: parts });
const block = (...parts: ArgumentDocs[]): ArgumentDocs =>
  arg("group", "block", { arguments: parts });
const after = (word: string, value: ArgumentDocs): ArgumentDocs => ({ ...value, token: word });
const flagged = (value: ArgumentDocs, ...flags: string[]): ArgumentDocs => ({
  ...value,
  flags: [...value.flags ?? [], ...flags],
});
const optional = (value: ArgumentDocs) => flagged(value, "optional");
const multiple = (value: ArgumentDocs) => flagged(value, "multiple");

function command(name: string, args: ArgumentDocs[], subcommands: CommandDocs[] = []): CommandDocs {
  const group = name.startsWith("z") ? "sorted-set" : "string";
  return { name, summary: `About ${name}`, since: "1.0.0", group, arguments: args, subcommands };
}

const member = multiple(block(arg("score", "double"), arg("member")));
const BOOK = new CommandBook([
  command("set", [
    key,
    arg("value"),
    optional(oneof(token("NX"), token("XX"))),
    optional(token("GET")),
    optional(oneof(
      after("EX", arg("seconds", "integer")),
      after("PXAT", arg("time", "unix-time", { displayText: "unix-time-milliseconds" })),
      token("KEEPTTL"),
    )),
  ]),
  command("get", [key]),
  command("mget", [multiple(key)]),
  command("lpop", [key, optional(arg("count", "integer"))]),
  command("zadd", [
    key,
    optional(oneof(token("NX"), token("XX"))),
    optional(token("CH")),
    member,
  ]),
  command("zrandmember", [
    key,
    optional(block(arg("count", "integer"), optional(token("WITHSCORES")))),
  ]),
  command("zunion", [
    arg("numkeys", "integer"),
    multiple(key),
    optional(after("WEIGHTS", multiple(arg("weight", "integer")))),
  ]),
  command("bitfield_ro", [
    key,
    optional(
      flagged(
        after("GET", block(arg("encoding"), arg("offset", "integer"))),
        "multiple",
        "multiple_token",
      ),
    ),
  ]),
  command("search", [
    key,
    optional(after("COUNT", block(arg("count", "integer"), optional(token("ANY"))))),
    optional(oneof(token("ASC"), token("DESC"))),
    optional(after("STORE", arg("destination", "key"))),
  ]),
  command("config", [], [
    command("config|get", [multiple(arg("parameter"))]),
    command("config|set", [multiple(block(arg("parameter"), arg("value")))]),
  ]),
  command("migrate", [
    oneof(key, arg("empty", "pure-token", { token: "" })),
    arg("timeout", "integer"),
  ]),
  command("kill", [oneof(
    arg("address", "string", { displayText: "ip:port" }),
    multiple(
      oneof(
        after("ID", arg("id", "integer")),
        after("TYPE", oneof(token("NORMAL"), token("PUBSUB"))),
      ),
    ),
  )]),
  command("ping", []),
]);

const HINTS: [string, string][] = [
  ["", ""],
  ["ge", ""],
  ["get", ""],
  ["nosuch ", ""],
  ["get ", "key"],
  ["GET ", "key"],
  ["  get  ", "key"],
  ["get k", " key"],
  ["get k ", ""],
  ["get k more ", ""],
  ['get "open ', ""],
  ['get "a b" ', ""],
  ["ping ", ""],
  ["lpop k ", "[count]"],
  ["lpop k x ", ""],
  ["lpop k 12 ", ""],
  ["mget ", "key [key ...]"],
  ["mget a b ", "[key ...]"],
  ["set k ", "value [NX|XX] [GET] [EX seconds|PXAT unix-time-milliseconds|KEEPTTL]"],
  ["set k v ", "[NX|XX] [GET] [EX seconds|PXAT unix-time-milliseconds|KEEPTTL]"],
  ["set k v E", " [NX|XX] [GET] [EX seconds|PXAT unix-time-milliseconds|KEEPTTL]"],
  ["set k v EX", " [NX|XX] [GET] [EX seconds|PXAT unix-time-milliseconds|KEEPTTL]"],
  ["set k v ex ", "seconds [NX|XX] [GET]"],
  ["set k v ex 10 ", "[NX|XX] [GET]"],
  ["set k v ex ten ", ""],
  ["set k v get keepttl xx ", ""],
  ["set k v keepttl ", "[NX|XX] [GET]"],
  ["set k v keepttl nosuch ", ""],
  ["zadd k ", "[NX|XX] [CH] score member [score member ...]"],
  ["zadd k ch ", "[NX|XX] score member [score member ...]"],
  ["zadd k ch 1.5e3 ", "member [score member ...]"],
  ["zadd k 1 m ", "[score member ...]"],
  ["zadd k 1 m 2 ", "member [score member ...]"],
  ["zadd k +inf ", "member [score member ...]"],
  ["zadd k one ", ""],
  ["zrandmember k ", "[count [WITHSCORES]]"],
  ["zrandmember k 2 ", "[WITHSCORES]"],
  ["zrandmember k 2 withscores ", ""],
  ["bitfield_ro k ", "[GET encoding offset [GET encoding offset ...]]"],
  ["bitfield_ro k get ", "encoding offset [GET encoding offset ...]"],
  ["bitfield_ro k get u8 ", "offset [GET encoding offset ...]"],
  ["bitfield_ro k get u8 0 ", "[GET encoding offset ...]"],
  ["bitfield_ro k get u8 0 get ", "encoding offset [GET encoding offset ...]"],
  ["search k count ", "count [ANY] [ASC|DESC] [STORE destination]"],
  ["search k count 3 ", "[ANY] [ASC|DESC] [STORE destination]"],
  ["search k count 3 desc ", "[STORE destination]"],
  ["search k store d count 3 any ", "[ASC|DESC]"],
  ["config ", ""],
  ["config se", ""],
  ["config get ", "parameter [parameter ...]"],
  ["config set a ", "value [parameter value ...]"],
  ["CONFIG SET a 1 ", "[parameter value ...]"],
  ["migrate ", 'key|"" timeout'],
  ['migrate "" ', "timeout"],
  ["kill ", "ip:port|ID id|TYPE NORMAL|PUBSUB [ID id|TYPE NORMAL|PUBSUB ...]"],
  ["kill type pubsub ", "[ID id|TYPE NORMAL|PUBSUB ...]"],
  ["kill 1.1.1.1:1 ", ""],
];

for (const [line, expected] of HINTS) {
  Deno.test(`hint for ${JSON.stringify(line)}`, () => assertEquals(hintFor(line, BOOK), expected));
}

Deno.test("repeated values swallow what follows them, whatever it is", () => {
  assertEquals(hintFor("zunion 1 a WEIGHTS ", BOOK), "[key ...] [WEIGHTS weight [weight ...]]");
});

Deno.test("HELP on a command, on a container and its parts, on a group, and on nothing", () => {
  const get = helpText(["GET"], BOOK, "1.2.3");
  assertEquals(
    get,
    "\r\n  \x1b[1mGET\x1b[0m \x1b[90mkey\x1b[0m\r\n  \x1b[33msummary:\x1b[0m About get\r\n" +
      "  \x1b[33msince:\x1b[0m 1.0.0\r\n  \x1b[33mgroup:\x1b[0m string\r\n\r\n",
  );
  const titles = (text: string) =>
    text.split("\x1b[1m").slice(1).map((part) => part.split("\x1b")[0]);
  assertEquals(titles(helpText(["config"], BOOK, "")), ["CONFIG", "CONFIG GET", "CONFIG SET"]);
  assertEquals(titles(helpText(["config", "set"], BOOK, "")), ["CONFIG SET"]);
  assertEquals(titles(helpText(["@Sorted-Set"], BOOK, "")), ["ZADD", "ZRANDMEMBER", "ZUNION"]);
  assertEquals(helpText(["nosuch"], BOOK, ""), "\r\n");
  assertEquals(helpText([], BOOK, "1.2.3").startsWith("redeno-cli 1.2.3\n"), true);
});

Deno.test("completion of commands, subcommands and topics of HELP", () => {
  assertEquals(completions("ge", BOOK), ["GET"]);
  assertEquals(completions("CONFIG s", BOOK), ["CONFIG SET"]);
  assertEquals(completions("get k", BOOK), []);
  assertEquals(completions("", BOOK), []);
  assertEquals(completions("help @", BOOK), ["help @sorted-set", "help @string"]);
  assertEquals(completions("HELP  conf", BOOK), [
    "HELP  CONFIG",
    "HELP  CONFIG GET",
    "HELP  CONFIG SET",
  ]);
  assertEquals(completions("help ", BOOK).slice(0, 3), [
    "help @sorted-set",
    "help @string",
    "help BITFIELD_RO",
  ]);
});

Deno.test("COMMAND DOCS is read the same from RESP2 and RESP3", () => {
  const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
  const answer = (map: (pairs: number) => string) =>
    map(1) + bulk("config") + map(4) + bulk("summary") + bulk("Talks") + bulk("since") +
    bulk("2.0.0") +
    bulk("group") + bulk("server") + bulk("subcommands") + map(1) + bulk("config|get") + map(4) +
    bulk("summary") + bulk("Reads") + bulk("since") + bulk("2.0.0") + bulk("group") +
    bulk("server") +
    bulk("arguments") + "*1\r\n" + map(5) + bulk("name") + bulk("parameter") + bulk("type") +
    bulk("string") + bulk("token") + bulk("FOR") + bulk("display_text") + bulk("what") +
    bulk("flags") + "*1\r\n+multiple\r\n";
  const expected = [{
    name: "config",
    summary: "Talks",
    since: "2.0.0",
    group: "server",
    arguments: [],
    subcommands: [{
      name: "config|get",
      summary: "Reads",
      since: "2.0.0",
      group: "server",
      arguments: [
        {
          name: "parameter",
          type: "string",
          token: "FOR",
          displayText: "what",
          flags: ["multiple"],
        },
      ],
      subcommands: [],
    }],
  }];
  for (const map of [(n: number) => `%${n}\r\n`, (n: number) => `*${2 * n}\r\n`]) {
    const parser = new ReplyParser();
    parser.push(toBytes(answer(map)));
    const docs = docsOfReply(parser.next() as ClientReply);
    assertEquals(docs, expected);
    assertEquals(argumentSyntax(docs[0].subcommands?.[0].arguments ?? []), "FOR what [what ...]");
  }
  assertEquals(docsOfReply({ type: "error", value: "NOAUTH" }), []);
});
