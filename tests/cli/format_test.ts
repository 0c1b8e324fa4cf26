/**
 * The forms replies are printed in: by hand for each kind, and random trees beside redis-cli.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { toBytes } from "../../src/bytes/bytes.ts";
import { formatPush, formatReply, type OutputMode } from "../../src/cli/format.ts";
import { type ClientReply, ReplyParser } from "../../src/cli/reply_parser.ts";
import { mulberry32 } from "../support/prng.ts";
import { HAS_REDIS, runReal, ScriptedServer, WITHOUT_REDIS } from "./support.ts";
import { encode, tree } from "./trees.ts";

const NEWLINES = { item: "\n", reply: "\n" };

function reply(bytes: string): ClientReply {
  const parser = new ReplyParser();
  parser.push(toBytes(bytes));
  const found = parser.next();
  if (found === undefined) throw new Error(`not a whole reply: ${bytes}`);
  return found;
}

const FORMS: [string, Record<OutputMode, string>][] = [
  ['$3\r\na"\n\r\n', {
    standard: '"a\\"\\n"\n',
    raw: 'a"\n\n',
    csv: '"a\\"\\n"\n',
    json: '"a\\"\\n"\n',
    "quoted-json": '"a\\\\"\\\\n"\n',
  }],
  ["$3\r\n\x01\xc3\xa9\r\n", {
    standard: '"\\x01\\xc3\\xa9"\n',
    raw: "\x01\xc3\xa9\n",
    csv: '"\\x01\\xc3\\xa9"\n',
    json: '"\\u0001\xc3\xa9"\n',
    "quoted-json": '"\\\\x01\\\\xc3\\\\xa9"\n',
  }],
  ["-ERR no\r\n", {
    standard: "(error) ERR no\n",
    raw: "ERR no\n\n",
    csv: 'ERROR,"ERR no"\n',
    json: 'error:"ERR no"\n',
    "quoted-json": 'error:"ERR no"\n',
  }],
  ["_\r\n", {
    standard: "(nil)\n",
    raw: "\n",
    csv: "NULL\n",
    json: "null\n",
    "quoted-json": "null\n",
  }],
  ["%2\r\n:1\r\n#t\r\n$1\r\nk\r\n*2\r\n,1.5\r\n_\r\n", {
    standard: '1# (integer) 1 => (true)\n2# "k" => \n   1) (double) 1.5\n   2) (nil)\n',
    raw: "1 (true)\nk 1.5\n\n",
    csv: '1,true,"k",1.5,NULL\n',
    json: '{"1":true,"k":[1.5,null]}\n',
    "quoted-json": '{"1":true,"k":[1.5,null]}\n',
  }],
  ["*3\r\n*0\r\n%0\r\n~1\r\n+OK\r\n", {
    standard: "1) (empty array)\n2) (empty hash)\n3) 1~ OK\n",
    raw: "\n\nOK\n",
    csv: ',,"OK"\n',
    json: '[[],{},["OK"]]\n',
    "quoted-json": '[[],{},["OK"]]\n',
  }],
  ["(12345678901234567890\r\n", {
    standard: "(big number) 12345678901234567890\n",
    raw: "12345678901234567890\n",
    csv: "12345678901234567890\n",
    json: "12345678901234567890\n",
    "quoted-json": "12345678901234567890\n",
  }],
  ["|1\r\n+ttl\r\n:5\r\n$1\r\nv\r\n", {
    standard: '1| ttl => (integer) 5\n"v"\n',
    raw: "v\n",
    csv: '"v"\n',
    json: '"v"\n',
    "quoted-json": '"v"\n',
  }],
];

for (const [bytes, forms] of FORMS) {
  for (const [mode, expected] of Object.entries(forms)) {
    Deno.test(`${JSON.stringify(bytes)} as ${mode}`, () => {
      assertEquals(formatReply(reply(bytes), mode as OutputMode, NEWLINES), expected);
    });
  }
}

Deno.test("numbers of items are set flush right, nested items indented below", () => {
  const twelve = `*12\r\n*2\r\n:1\r\n*1\r\n:2\r\n${":3\r\n".repeat(11)}`;
  assertEquals(
    formatReply(reply(twelve), "standard", NEWLINES).split("\n").slice(0, 4),
    [" 1) 1) (integer) 1", "    2) 1) (integer) 2", " 2) (integer) 3", " 3) (integer) 3"],
  );
});

Deno.test("the raw form's delimiters", () => {
  const nested = reply("*2\r\n:1\r\n*2\r\n:2\r\n:3\r\n");
  assertEquals(formatReply(nested, "raw", { item: ",", reply: ";" }), "1,2,3;");
});

Deno.test("an invalidation is one line, other push messages are replies", () => {
  const keys = reply(">2\r\n$10\r\ninvalidate\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n");
  assertEquals(formatPush(keys, "standard", NEWLINES), "-> invalidate: 'a', 'b'\n");
  assertEquals(formatPush(keys, "csv", NEWLINES), '"invalidate","a","b"\n');
  const all = reply(">2\r\n$10\r\ninvalidate\r\n_\r\n");
  assertEquals(formatPush(all, "standard", NEWLINES), '1) "invalidate"\n2) (nil)\n');
});

for (const mode of ["--no-raw", "--raw", "--csv", "--json", "--quoted-json"]) {
  Deno.test({
    name: `random trees look as redis-cli prints them with ${mode}${WITHOUT_REDIS}`,
    ignore: !HAS_REDIS,
    async fn() {
      const random = mulberry32(mode.length);
      const sent: ClientReply[] = [];
      using server = new ScriptedServer(([command]) => {
        if (command === "HELLO") return "%0\r\n";
        if (command === "COMMAND") return "*0\r\n";
        sent.push(tree(random, { depth: 4, exotic: false }));
        return encode(sent[sent.length - 1]);
      });
      const args = ["-p", String(server.port), "-3", "-r", "150", mode, "next"];
      const { out } = await runReal({ args });
      const name = mode === "--no-raw" ? "standard" : mode.slice(2) as OutputMode;
      let at = 0;
      for (const reply of sent) {
        const ours = formatReply(reply, name, NEWLINES);
        assertEquals(ours, out.slice(at, at + ours.length), encode(reply));
        at += ours.length;
      }
      assertEquals([sent.length, at], [150, out.length]);
    },
  });
}
