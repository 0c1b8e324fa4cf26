import { assertEquals, assertThrows } from "@std/assert";
import { encodeCommand, parseReply, ReplyScanner, toBytes } from "./resp.ts";

const REPLIES = [
  "+OK\r\n",
  "-ERR no\r\n",
  ":-12\r\n",
  "$-1\r\n",
  "*-1\r\n",
  "$0\r\n\r\n",
  "$4\r\n\r\n\r\n\r\n",
  "*0\r\n",
  "*2\r\n$1\r\na\r\n*2\r\n:1\r\n*-1\r\n",
  "_\r\n",
  ",1.5\r\n",
  "#t\r\n",
  "(12345678901234567890\r\n",
  "=5\r\ntxt:a\r\n",
  "%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n:2\r\n",
  "~2\r\n:1\r\n:2\r\n",
  ">2\r\n+x\r\n$1\r\ny\r\n",
  "|1\r\n+k\r\n:9\r\n*1\r\n:1\r\n",
  "%0\r\n",
];

Deno.test("the scanner finds the end of every kind of reply, however it is cut", () => {
  for (const reply of REPLIES) {
    const bytes = toBytes(reply + "+next\r\n");
    assertEquals(new ReplyScanner().scan(bytes, bytes.length), reply.length, reply);
    const scanner = new ReplyScanner();
    for (let n = 0; n < reply.length; n++) assertEquals(scanner.scan(bytes, n), undefined, reply);
    assertEquals(scanner.scan(bytes, reply.length), reply.length, reply);
  }
});

Deno.test("the scanner refuses bytes that are no reply", () => {
  for (const bad of ["hello\r\n", "$x\r\n", "*1x\r\n"]) {
    const bytes = toBytes(bad);
    assertThrows(() => new ReplyScanner().scan(bytes, bytes.length), Error, "not a reply");
  }
});

Deno.test("parseReply gives the tree of a reply", () => {
  assertEquals(parseReply("*2\r\n$1\r\na\r\n*-1\r\n"), {
    type: "*",
    text: "",
    items: [{ type: "$", text: "a" }, { type: "*", text: null }],
  });
  assertEquals(parseReply("|1\r\n+k\r\n:9\r\n:1\r\n").attributes?.length, 2);
});

Deno.test("encodeCommand writes an array of bulk strings", () => {
  assertEquals(encodeCommand(["GET", "k\r\n"]), "*2\r\n$3\r\nGET\r\n$3\r\nk\r\n\r\n");
});
