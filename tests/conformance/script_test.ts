import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseReply } from "../support/resp.ts";
import { parseTable, splitWords } from "./script.ts";
import { TOLERANCES } from "./tolerances.ts";

function words(line: string): string[] {
  return splitWords(line).map((word) => word.text);
}

Deno.test("case language: words are quoted as redis-cli does", () => {
  assertEquals(words(String.raw`SET  k "a b\x00\n\"" '\x' ''`), [
    "SET",
    "k",
    'a b\0\n"',
    "\\x",
    "",
  ]);
  assertEquals(splitWords(`"&" &`).map((word) => word.quoted), [true, false]);
  assertThrows(() => splitWords(`SET k "open`), Error, "open quote");
});

Deno.test("case language: steps, marks, tolerances and continued lines", () => {
  const [first, second] = parseTable(`
# a comment
[3] SET k v ; @b BLPOP k 0 & ;
  TTL k ~near:1 ; @b <
!until EXISTS k => 0 ; KEYS "~x"
`);
  assertEquals(first.protocols, [3]);
  assertEquals(
    first.steps.map(({ kind, connection, awaited, tolerances }) => [
      kind,
      connection,
      awaited,
      tolerances,
    ]),
    [
      ["command", "", true, []],
      ["command", "b", false, []],
      ["command", "", true, ["near:1"]],
      ["read", "b", true, []],
    ],
  );
  assertEquals([second.steps[0].kind, second.steps[0].goal], ["until", "0"]);
  assertEquals(second.steps[1].words[1].text, "~x");
  assertThrows(() => parseTable("GET k\nGET k"), Error, "twice");
  assertThrows(() => parseTable("!bogus 1"), Error, "unknown mark");
});

Deno.test("tolerances: each accepts what it is for and nothing more", () => {
  const accepts = (mark: string, oracle: string, ours: string) => {
    const [name, argument = ""] = mark.split(":");
    return TOLERANCES[name]({ oracle: parseReply(oracle), ours: parseReply(ours) }, argument);
  };
  const ab = "*2\r\n$1\r\na\r\n$1\r\nb\r\n";
  const ba = "*2\r\n$1\r\nb\r\n$1\r\na\r\n";
  assert(accepts("unordered", ab, ba));
  assert(!accepts("unordered", ab, "*2\r\n$1\r\nb\r\n$1\r\nb\r\n"));
  assert(!accepts("unordered", ab, ba.replace("*", "~")));
  assert(!accepts("pairs", ab, ba));
  assert(accepts("near:2", ":100\r\n", ":98\r\n"));
  assert(!accepts("near:2", ":100\r\n", ":97\r\n"));
  assert(!accepts("near:2", ":100\r\n", "$3\r\n100\r\n"));
  assert(accepts("int", ":5\r\n", ":9\r\n"));
  assert(!accepts("int", ":5\r\n", "-ERR\r\n"));
  assert(accepts("errorCode", "-ERR a\r\n", "-ERR b\r\n"));
  assert(!accepts("errorCode", "-ERR a\r\n", "-OOM b\r\n"));
  assert(accepts("oneOf:a,b", "$1\r\na\r\n", "$1\r\nb\r\n"));
  assert(!accepts("oneOf:a,b", "$1\r\na\r\n", "$1\r\nc\r\n"));
  assert(accepts("superset", "*1\r\n$1\r\na\r\n", ab));
  assert(!accepts("superset", ab, "*1\r\n$1\r\na\r\n"));
  assert(!accepts("shape", ab, "*2\r\n:1\r\n$1\r\nb\r\n"));
  assert(accepts("digits", "+at:0x1f n:12\r\n", "+at:0x2e n:7\r\n"));
  assert(!accepts("digits", "+at:0x1f n:12\r\n", "+at:0x2e m:7\r\n"));
  assert(!accepts("type", "$-1\r\n", "$1\r\na\r\n"));
});
