/**
 * Random trees of replies, and their bytes on the wire.
 *
 * @module
 */

import type { ClientReply } from "../../src/cli/reply_parser.ts";
import type { Prng } from "../support/prng.ts";

const STRINGS = [
  "",
  "a",
  "two words",
  'q"uo\\te',
  "\r\n\t\x07\b\0",
  "\x7f\x80\xff\xc3\xa9",
  "/<>&'",
];
const DOUBLES = ["0", "1.5", "-3e-7", "inf", "-inf"];
const LINES = ["", "OK", 'with "quotes"', "back\\slash \x01"];

/** What a tree may be made of. */
export interface TreeOptions {
  /** How deep aggregates may go. */
  depth: number;
  /** With the kinds that redis-cli 7.0 does not print: big numbers, blob errors, nan, attributes. */
  exotic: boolean;
}

function leaf(random: Prng, exotic: boolean): ClientReply {
  switch (random.int(exotic ? 11 : 8)) {
    case 0:
      return { type: "status", value: random.pick(LINES) };
    case 1:
      return { type: "error", value: "ERR " + random.pick(LINES) };
    case 2:
      return {
        type: "integer",
        value: random.pick([0, 1, -1, 12345678901, -(2n ** 63n), 2n ** 63n - 1n]),
      };
    case 3:
      return { type: "double", value: random.pick(DOUBLES) };
    case 4:
      return { type: "bool", value: random.int(2) === 0 };
    case 5:
      return { type: "nil" };
    case 6:
      return { type: "verbatim", format: random.pick(["txt", "mkd"]), value: random.pick(STRINGS) };
    case 8:
      return { type: "bignum", value: "-123456789012345678901234567890" };
    case 9:
      return { type: "error", value: "BLOB\r\nerror" };
    case 10:
      return { type: "double", value: "nan" };
    default:
      return { type: "string", value: random.pick(STRINGS) };
  }
}

function items(random: Prng, options: TreeOptions, count: number): ClientReply[] {
  return Array.from({ length: count }, () => tree(random, options));
}

/** A random reply. */
export function tree(random: Prng, options: TreeOptions): ClientReply {
  if (options.depth === 0 || random.int(3) === 0) return leaf(random, options.exotic);
  const inner = { ...options, depth: options.depth - 1 };
  const count = random.pick([0, 1, 1, 2, 3, 11]);
  const type = random.pick(["array", "set", "map", "map"] as const);
  const reply: ClientReply = {
    type,
    items: items(random, inner, type === "map" ? 2 * count : count),
  };
  if (options.exotic && random.int(4) === 0) reply.attributes = items(random, inner, 2);
  return reply;
}

/** The bytes of a reply in RESP3. */
export function encode(reply: ClientReply): string {
  const attributes = reply.attributes;
  const before = attributes === undefined
    ? ""
    : `|${attributes.length / 2}\r\n` + attributes.map(encode).join("");
  return before + encodeBare(reply);
}

function encodeBare(reply: ClientReply): string {
  switch (reply.type) {
    case "status":
      return `+${reply.value}\r\n`;
    case "error":
      return /[\r\n]/.test(reply.value)
        ? `!${reply.value.length}\r\n${reply.value}\r\n`
        : `-${reply.value}\r\n`;
    case "integer":
      return `:${reply.value}\r\n`;
    case "double":
      return `,${reply.value}\r\n`;
    case "bignum":
      return `(${reply.value}\r\n`;
    case "bool":
      return reply.value ? "#t\r\n" : "#f\r\n";
    case "nil":
      return "_\r\n";
    case "string":
      return `$${reply.value.length}\r\n${reply.value}\r\n`;
    case "verbatim":
      return `=${reply.value.length + 4}\r\n${reply.format}:${reply.value}\r\n`;
    default: {
      const head = { array: "*", set: "~", push: ">", map: "%" }[reply.type];
      const count = reply.type === "map" ? reply.items.length / 2 : reply.items.length;
      return `${head}${count}\r\n` + reply.items.map(encode).join("");
    }
  }
}
