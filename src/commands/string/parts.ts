/**
 * Parts of strings: APPEND SETRANGE GETRANGE SUBSTR STRLEN.
 *
 * A string that is edited in place becomes a buffer, so that the cost of an append is that of the
 * appended bytes.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { integer, key, string } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { asString } from "../../keyspace/database.ts";
import { EventClass } from "../../keyspace/events.ts";
import { argumentLength } from "../../resp/large_arguments.ts";
import { BytesReply, RedisError, type Reply, wrongType } from "../../resp/reply.ts";
import { LARGE_STRING, StringBuffer } from "../../values/string_buffer.ts";
import type { Value } from "../../values/value.ts";
import { argumentContent, argumentValue } from "../large_strings.ts";
import { parseIntArg } from "../parse.ts";

function checkLength(context: Context, length: number): void {
  // What the primary has done cannot be refused.
  if (length > context.config.values.protoMaxBulkLen && !context.client.caller.obeyed) {
    throw new RedisError("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
  }
}

/**
 * The string at a key as a buffer that can be edited in place; `old` is what is there.
 *
 * @throws RedisError WRONGTYPE
 */
export function editable(context: Context, key: ByteString, old: Value): StringBuffer {
  if (old instanceof StringBuffer && old.encoding === "raw" && !old.isView) return old;
  const view = old instanceof StringBuffer && old.isView;
  const buffer = view ? old : StringBuffer.from(asString(old)!);
  buffer.own();
  context.db.putKeepingExpiry(key, buffer);
  return buffer;
}

function lengthOf(value: Value): number {
  if (typeof value === "string" || value instanceof StringBuffer) return value.length;
  throw wrongType();
}

const append = defineCommand({
  name: "append",
  summary: "Appends to the string at a key, which begins empty.",
  since: "2.0.0",
  group: "string",
  complexity: "O(1) amortised, with the length of the value appended",
  arity: 3,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@string", "@fast"],
  keys: [keyRange("RW insert")],
  args: [key("key"), string("value")],
  run(context, args) {
    const { db } = context;
    const key = args[1];
    const old = db.getForWrite(key);
    let length = argumentLength(args, 2);
    if (old === undefined) {
      db.add(key, argumentValue(args, 2));
    } else {
      checkLength(context, lengthOf(old) + length);
      length = editable(context, key, old).append(argumentContent(args, 2));
    }
    db.changed(key, EventClass.STRING, "append");
    return length;
  },
});

const setRange = defineCommand({
  name: "setrange",
  summary: "Overwrites a part of the string at a key, from an offset on.",
  since: "2.2.0",
  group: "string",
  complexity: "O(M) where M is the length of the value, plus the growth of the string",
  arity: 4,
  flags: ["write", "denyoom"],
  acl: ["@write", "@string", "@slow"],
  keys: [keyRange("RW update")],
  args: [key("key"), integer("offset"), string("value")],
  run(context, args) {
    const { db } = context;
    const key = args[1];
    const offset = parseIntArg(args[2]);
    const value = argumentContent(args, 3);
    if (offset < 0) throw new RedisError("ERR offset is out of range");
    const old = db.getForWrite(key);
    const oldLength = old === undefined ? 0 : lengthOf(old);
    if (value.length === 0) return oldLength;
    checkLength(context, offset + value.length);
    let length: number;
    if (old === undefined) {
      const buffer = StringBuffer.from("");
      length = buffer.setRange(offset, value);
      db.add(key, buffer);
    } else {
      length = editable(context, key, old).setRange(offset, value);
    }
    db.changed(key, EventClass.STRING, "setrange");
    return length;
  },
});

function getPart(context: Context, args: ByteString[]): Reply {
  const from = parseIntArg(args[2]);
  const to = parseIntArg(args[3]);
  const value = context.db.get(args[1]);
  if (value === undefined) return "";
  const length = lengthOf(value);
  if (from < 0 && to < 0 && from > to) return "";
  const start = Math.max(0, from < 0 ? from + length : from);
  const end = Math.min(length - 1, Math.max(0, to < 0 ? to + length : to));
  if (start > end || length === 0) return "";
  if (!(value instanceof StringBuffer)) return (value as ByteString).slice(start, end + 1);
  if (end - start < LARGE_STRING) return value.slice(start, end + 1);
  return new BytesReply(value.share().subarray(start, end + 1));
}

const getRange = defineCommand({
  name: "getrange",
  summary: "Answers a part of the string at a key.",
  since: "2.4.0",
  group: "string",
  complexity: "O(N) where N is the length of the part",
  arity: 4,
  flags: ["readonly"],
  acl: ["@read", "@string", "@slow"],
  keys: [keyRange("RO access")],
  args: [key("key"), integer("start"), integer("end")],
  run: getPart,
});

const substr = defineCommand({
  name: "substr",
  summary: "Answers a part of the string at a key.",
  since: "1.0.0",
  group: "string",
  complexity: "O(N) where N is the length of the part",
  arity: 4,
  flags: ["readonly"],
  acl: ["@read", "@string", "@slow"],
  keys: [keyRange("RO access")],
  deprecatedSince: "2.0.0",
  replacedBy: "`GETRANGE`",
  args: [key("key"), integer("start"), integer("end")],
  run: getPart,
});

const strLen = defineCommand({
  name: "strlen",
  summary: "Answers the length of the string at a key.",
  since: "2.2.0",
  group: "string",
  complexity: "O(1)",
  arity: 2,
  flags: ["readonly", "fast"],
  acl: ["@read", "@string", "@fast"],
  keys: [keyRange("RO")],
  args: [key("key")],
  run(context, args) {
    const value = context.db.get(args[1]);
    return value === undefined ? 0 : lengthOf(value);
  },
});

/** The commands on parts of strings. */
export const partCommands: readonly Command<Context>[] = [
  append,
  setRange,
  getRange,
  substr,
  strLen,
];
