/**
 * One bit: SETBIT, GETBIT.
 *
 * @module
 */

import { integer, key } from "../../command/arguments.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { StringBuffer } from "../../values/string_buffer.ts";
import { parseRangeArg } from "../parse.ts";
import { editable } from "../string/parts.ts";
import { parseBitOffset, readBitString } from "./bit_string.ts";
import type { Context } from "../../command/context.ts";

const setBit = defineCommand({
  name: "setbit",
  summary: "Sets or clears a bit of the string at a key, which grows as far as the bit.",
  since: "2.2.0",
  group: "bitmap",
  complexity: "O(1), plus the growth of the string",
  arity: 4,
  flags: ["write", "denyoom"],
  acl: ["@write", "@bitmap", "@slow"],
  keys: [keyRange("RW access update")],
  args: [key("key"), integer("offset"), integer("value")],
  run(context, [, key, at, value]) {
    const offset = parseBitOffset(context, at);
    const bit = parseRangeArg(value, 0, 1, "ERR bit is not an integer or out of range") as 0 | 1;
    const { db } = context;
    const old = db.getForWrite(key);
    const buffer = old === undefined ? StringBuffer.from("") : editable(context, key, old);
    const length = buffer.length;
    const before = buffer.setBit(offset, bit);
    if (old === undefined) db.add(key, buffer);
    if (before !== bit || buffer.length !== length) db.changed(key, EventClass.STRING, "setbit");
    return before;
  },
});

const getBit = defineCommand({
  name: "getbit",
  summary: "Answers a bit of the string at a key; 0 beyond its end.",
  since: "2.2.0",
  group: "bitmap",
  complexity: "O(1)",
  arity: 3,
  flags: ["readonly", "fast"],
  acl: ["@read", "@bitmap", "@fast"],
  keys: [keyRange("RO access")],
  args: [key("key"), integer("offset")],
  run(context, [, key, at]) {
    const offset = parseBitOffset(context, at);
    const value = readBitString(context, key);
    if (value === undefined) return 0;
    if (typeof value !== "string") return value.getBit(offset);
    const low = offset % 8;
    const index = (offset - low) / 8;
    return index < value.length ? (value.charCodeAt(index) >> (7 - low)) & 1 : 0;
  },
});

/** The commands on one bit. */
export const bitCommands: readonly Command<Context>[] = [setBit, getBit];
