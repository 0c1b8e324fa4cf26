/**
 * BITFIELD and BITFIELD_RO: integers of any width at any bit of a string.
 *
 * All operations are read before the first one runs, and the string grows at once as far as the
 * farthest write.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { parseInteger, parseSmallInt } from "../../bytes/int.ts";
import {
  type Argument,
  block,
  integer,
  key,
  many,
  oneof,
  opt,
  string,
  token,
} from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange, type KeyReference } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { notAnInteger, RedisError, type Reply, syntaxError } from "../../resp/reply.ts";
import { StringBuffer } from "../../values/string_buffer.ts";
import { isWord } from "../parse.ts";
import { editable } from "../string/parts.ts";
import { parseBitOffset, readBitString } from "./bit_string.ts";
import {
  addIntegers,
  type FieldPlace,
  type FieldType,
  fitSum,
  fitValue,
  type Integer,
  type Overflow,
  placeOf,
  readField,
  writeField,
} from "./field.ts";

/** One operation. */
interface Operation {
  readonly kind: "get" | "set" | "incrby";
  readonly type: FieldType;
  readonly place: FieldPlace;
  /** The value or increment; 0 for "get". */
  readonly operand: Integer;
  readonly overflow: Overflow;
}

/** Parsed arguments. */
interface Operations {
  readonly list: readonly Operation[];
  /** Bytes that the string must have for its writes; 0 when there are none. */
  readonly length: number;
}

function parseType(text: ByteString): FieldType {
  const sign = text.charCodeAt(0);
  const signed = sign === 0x69;
  const width = parseSmallInt(text.substring(1));
  if ((!signed && sign !== 0x75) || !(width >= 1) || width > (signed ? 64 : 63)) {
    throw new RedisError(
      "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but " +
        "i64 is.",
    );
  }
  return { signed, width };
}

function parseOverflow(text: ByteString): Overflow {
  if (isWord(text, "WRAP")) return "wrap";
  if (isWord(text, "SAT")) return "sat";
  if (isWord(text, "FAIL")) return "fail";
  throw new RedisError("ERR Invalid OVERFLOW type specified");
}

function parseOperand(text: ByteString): Integer {
  const value = parseInteger(text);
  if (value === null) throw notAnInteger();
  return value;
}

/** The operation that begins at an argument, if there are as many more as it takes. */
function kindOf(args: readonly ByteString[], at: number): Operation["kind"] | "overflow" | null {
  const word = args[at];
  const left = args.length - at - 1;
  if (left >= 2 && isWord(word, "GET")) return "get";
  if (left >= 3 && isWord(word, "SET")) return "set";
  if (left >= 3 && isWord(word, "INCRBY")) return "incrby";
  if (left >= 1 && isWord(word, "OVERFLOW")) return "overflow";
  return null;
}

function parse(context: Context, args: readonly ByteString[]): Operations {
  const list: Operation[] = [];
  let length = 0;
  let overflow: Overflow = "wrap";
  for (let i = 2; i < args.length;) {
    const kind = kindOf(args, i);
    if (kind === null) throw syntaxError();
    if (kind === "overflow") {
      overflow = parseOverflow(args[i + 1]);
      i += 2;
      continue;
    }
    const type = parseType(args[i + 1]);
    const place = placeOf(parseBitOffset(context, args[i + 2], type.width), type.width);
    const writes = kind !== "get";
    if (writes) length = Math.max(length, place.end);
    const operand = writes ? parseOperand(args[i + 3]) : 0;
    list.push({ kind, type, place, operand, overflow });
    i += writes ? 4 : 3;
  }
  return { list, length };
}

function read(context: Context, key: ByteString, list: readonly Operation[]): Reply {
  const value = readBitString(context, key) ?? "";
  return list.map(({ type, place }) => {
    const { first, end, bit } = place;
    const bytes = typeof value === "string" ? value.substring(first, end) : value.slice(first, end);
    return readField(bytes, bit, type);
  });
}

function write(context: Context, key: ByteString, { list, length }: Operations): Reply {
  const { db } = context;
  const old = db.getForWrite(key);
  const buffer = old === undefined ? StringBuffer.from("") : editable(context, key, old);
  const grows = buffer.length < length;
  if (grows) buffer.setRange(length - 1, "\0");
  if (old === undefined) db.add(key, buffer);
  let changes = 0;
  const replies = list.map(({ kind, type, place, operand, overflow }) => {
    const bytes = buffer.slice(place.first, place.end);
    const before = readField(bytes, place.bit, type);
    if (kind === "get") return before;
    const after = kind === "set"
      ? fitValue(operand, type, overflow)
      : fitSum(addIntegers(before, operand), type, overflow);
    if (after === null) return null;
    if (after !== before) {
      buffer.setRange(place.first, writeField(bytes, place.bit, type.width, after));
    }
    if (grows || after !== before) changes++;
    return kind === "set" ? before : after;
  });
  if (changes > 0) db.changed(key, EventClass.STRING, "setbit", changes);
  // All overflowed: there is no event, but the string may be new or longer, so it is journaled.
  else if (grows) db.keyspace.changes++;
  return replies;
}

/** It only reads the key when all operations are GET. */
function bitFieldKeys(args: readonly ByteString[]): KeyReference[] {
  for (let i = 2; i < args.length;) {
    const kind = kindOf(args, i);
    if (kind !== "get" && kind !== "overflow") {
      return [{ index: 1, flags: ["RW", "access", "update"] }];
    }
    i += kind === "get" ? 3 : 2;
  }
  return [{ index: 1, flags: ["RO", "access"] }];
}

const GET_PARTS: readonly Argument[] = [string("encoding"), integer("offset")];

const bitField = defineCommand({
  name: "bitfield",
  summary: "Reads, sets and increments integers of any width in the string at a key.",
  since: "3.2.0",
  group: "bitmap",
  complexity: "O(1) for each operation, plus the growth of the string",
  arity: -2,
  flags: ["write", "denyoom"],
  acl: ["@write", "@bitmap", "@slow"],
  keys: [
    keyRange("RW access update variable_flags", {
      notes: "With GET operations alone the key is only read",
    }),
  ],
  getKeys: bitFieldKeys,
  args: [
    key("key"),
    opt(many(oneof("operation", [
      block("get-block", GET_PARTS, { token: "GET" }),
      block("write", [
        opt(oneof("overflow-block", [token("WRAP"), token("SAT"), token("FAIL")], {
          token: "OVERFLOW",
        })),
        oneof("write-operation", [
          block("set-block", [...GET_PARTS, integer("value")], { token: "SET" }),
          block("incrby-block", [...GET_PARTS, integer("increment")], { token: "INCRBY" }),
        ]),
      ]),
    ]))),
  ],
  run(context, args) {
    const operations = parse(context, args);
    return operations.length === 0
      ? read(context, args[1], operations.list)
      : write(context, args[1], operations);
  },
});

const bitFieldRo = defineCommand({
  name: "bitfield_ro",
  summary: "Reads integers of any width in the string at a key.",
  since: "6.0.0",
  group: "bitmap",
  complexity: "O(1) for each operation",
  arity: -2,
  flags: ["readonly", "fast"],
  acl: ["@read", "@bitmap", "@fast"],
  keys: [keyRange("RO access")],
  args: [
    key("key"),
    opt(many(block("get-block", GET_PARTS, { token: "GET", multipleToken: true }))),
  ],
  run(context, args) {
    const { list, length } = parse(context, args);
    if (length > 0) throw new RedisError("ERR BITFIELD_RO only supports the GET subcommand");
    return read(context, args[1], list);
  },
});

/** BITFIELD and BITFIELD_RO. */
export const fieldCommands: readonly Command<Context>[] = [bitField, bitFieldRo];
