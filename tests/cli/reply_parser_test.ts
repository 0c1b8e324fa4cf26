/**
 * The reply parser: every kind, cut at every byte; random trees; what it refuses.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { toBytes } from "../../src/bytes/bytes.ts";
import { type ClientReply, ProtocolError, ReplyParser } from "../../src/cli/reply_parser.ts";
import { mulberry32 } from "../support/prng.ts";
import { encode, tree } from "./trees.ts";

function parse(pieces: string[]): ClientReply[] {
  const parser = new ReplyParser();
  const out: ClientReply[] = [];
  for (const piece of pieces) {
    parser.push(toBytes(piece));
    for (let reply = parser.next(); reply !== undefined; reply = parser.next()) out.push(reply);
  }
  return out;
}

const string = (value: string): ClientReply => ({ type: "string", value });
const integer = (value: number | bigint): ClientReply => ({ type: "integer", value });

const samples: [string, ClientReply[]][] = [
  ["+OK\r\n", [{ type: "status", value: "OK" }]],
  ["+\r\n", [{ type: "status", value: "" }]],
  ["-ERR no\r\n", [{ type: "error", value: "ERR no" }]],
  ["$3\r\na\r\n\r\n", [string("a\r\n")]],
  ["$0\r\n\r\n", [string("")]],
  ["$-1\r\n*-1\r\n_\r\n", [{ type: "nil" }, { type: "nil" }, { type: "nil" }]],
  [":-9223372036854775808\r\n", [integer(-(2n ** 63n))]],
  ["*0\r\n%0\r\n~0\r\n>0\r\n", [
    { type: "array", items: [] },
    { type: "map", items: [] },
    { type: "set", items: [] },
    { type: "push", items: [] },
  ]],
  ["*2\r\n*1\r\n:1\r\n*0\r\n:7\r\n", [
    {
      type: "array",
      items: [{ type: "array", items: [integer(1)] }, { type: "array", items: [] }],
    },
    integer(7),
  ]],
  ["%1\r\n$1\r\nk\r\n~1\r\n#t\r\n", [
    { type: "map", items: [string("k"), { type: "set", items: [{ type: "bool", value: true }] }] },
  ]],
  ["=5\r\ntxt:x\r\n", [{ type: "verbatim", format: "txt", value: "x" }]],
  [",1e400\r\n,-inf\r\n", [{ type: "double", value: "1e400" }, { type: "double", value: "-inf" }]],
  ["(123456789012345678901\r\n", [{ type: "bignum", value: "123456789012345678901" }]],
  ["!6\r\nERR\r\nx\r\n", [{ type: "error", value: "ERR\r\nx" }]],
  ["|1\r\n+ttl\r\n:9\r\n$1\r\nv\r\n", [{
    type: "string",
    value: "v",
    attributes: [{ type: "status", value: "ttl" }, integer(9)],
  }]],
  ["*2\r\n|1\r\n+a\r\n:1\r\n*1\r\n:2\r\n:3\r\n", [{
    type: "array",
    items: [
      {
        type: "array",
        items: [integer(2)],
        attributes: [{ type: "status", value: "a" }, integer(1)],
      },
      integer(3),
    ],
  }]],
  ["|0\r\n:1\r\n", [integer(1)]],
];

Deno.test("each reply is read, however its bytes are cut in two", () => {
  for (const [bytes, expected] of samples) {
    for (let cut = 0; cut <= bytes.length; cut++) {
      assertEquals(
        parse([bytes.slice(0, cut), bytes.slice(cut)]),
        expected,
        `${bytes} cut at ${cut}`,
      );
    }
    assertEquals(parse([...bytes]), expected);
  }
});

Deno.test("random trees come out as they went in, in pieces of any size", () => {
  const random = mulberry32(20240601);
  for (let round = 0; round < 300; round++) {
    const replies = Array.from({ length: 3 }, () => tree(random, { depth: 4, exotic: true }));
    const bytes = replies.map(encode).join("");
    const pieces: string[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = 1 + random.int(random.pick([3, 40, 5000]));
      pieces.push(bytes.slice(at, at += size));
    }
    assertEquals(parse(pieces), replies);
  }
});

Deno.test("what is no protocol is refused with hiredis's words", () => {
  const wrong: [string, string][] = [
    ["x", 'Protocol error, got "x" as reply type byte'],
    ['"', 'Protocol error, got "\\"" as reply type byte'],
    ["\x01", 'Protocol error, got "\\x01" as reply type byte'],
    [":a\r\n", "Bad integer value"],
    [",x\r\n", "Bad double value"],
    ["#y\r\n", "Bad bool value"],
    ["_x\r\n", "Bad nil value"],
    ["(1x\r\n", "Bad bignum value"],
    ["$-2\r\n", "Bulk string length out of range"],
    ["$x\r\n", "Bad bulk string length"],
    ["*-2\r\n", "Multi-bulk length out of range"],
    ["*2\r\n:1\r\nfoo\r\n", 'Protocol error, got "f" as reply type byte'],
    ["=2\r\nab\r\n", "Verbatim string"],
  ];
  for (const [bytes, message] of wrong) {
    assertThrows(() => parse([bytes]), ProtocolError, message);
  }
});

Deno.test("a long string in small pieces takes time in proportion to its length", () => {
  const parser = new ReplyParser();
  const size = 8 << 20;
  const piece = new Uint8Array(1 << 14).fill(0x61);
  parser.push(toBytes(`*1\r\n$${size}\r\n`));
  for (let sent = 0; sent < size; sent += piece.length) {
    parser.push(piece);
    assertEquals(parser.next(), undefined);
  }
  parser.push(toBytes("\r\n"));
  const reply = parser.next();
  assertEquals(
    reply?.type === "array" && reply.items[0].type === "string" && reply.items[0].value.length,
    size,
  );
});
