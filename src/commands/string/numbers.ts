/**
 * Strings that are numbers: INCR DECR INCRBY DECRBY INCRBYFLOAT.
 *
 * Integers are exact over 64 bits; they become bigints only beyond 2^53. Floating point sums are
 * those of an 80-bit long double, and leave through the journal as the result.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { addLongDouble, isLongDouble } from "../../bytes/double.ts";
import { INT64_MAX, INT64_MIN, isInt64Text, parseInteger } from "../../bytes/int.ts";
import { double, integer, key } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { asString } from "../../keyspace/database.ts";
import { EventClass } from "../../keyspace/events.ts";
import { NO_ENTRY } from "../../keyspace/key_table.ts";
import { notAnInteger, RedisError, type Reply } from "../../resp/reply.ts";
import { LARGE_STRING, StringBuffer } from "../../values/string_buffer.ts";
import type { Value } from "../../values/value.ts";

/** Add to the integer at a key, exactly. */
function add(context: Context, key: ByteString, delta: number | bigint): Reply {
  const { db } = context;
  const entry = db.entryOf(key);
  if (entry !== NO_ENTRY && typeof delta === "number") {
    // The usual case: a small number, read and written in the key table.
    const sum = db.table.intAt(entry) + delta;
    if (Number.isSafeInteger(sum)) {
      db.replaceAt(entry, String(sum));
      db.changed(key, EventClass.STRING, "incrby");
      return sum;
    }
  }
  const text = numberText(db.getForWrite(key));
  const old = text === undefined ? 0 : parseInteger(text);
  if (old === null) throw notAnInteger();
  let sum: number | bigint;
  if (typeof old === "number" && typeof delta === "number" && Number.isSafeInteger(old + delta)) {
    sum = old + delta;
  } else {
    sum = BigInt(old) + BigInt(delta);
    if (sum > INT64_MAX || sum < INT64_MIN) {
      throw new RedisError("ERR increment or decrement would overflow");
    }
  }
  db.putKeepingExpiry(key, String(sum));
  db.changed(key, EventClass.STRING, "incrby");
  return sum;
}

/** The text of what may be a number; none of so many bytes is one. @throws RedisError WRONGTYPE */
function numberText(value: Value | undefined): ByteString | undefined {
  if (value instanceof StringBuffer && value.length >= LARGE_STRING) return "no number";
  return asString(value);
}

function parseDelta(text: ByteString): number | bigint {
  const value = parseInteger(text);
  if (value === null) throw notAnInteger();
  return value;
}

const incr = defineCommand({
  name: "incr",
  summary: "Adds one to the integer at a key, which begins at 0.",
  since: "1.0.0",
  group: "string",
  complexity: "O(1)",
  arity: 2,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@string", "@fast"],
  keys: [keyRange("RW access update")],
  args: [key("key")],
  run: (context, args) => add(context, args[1], 1),
});

const decr = defineCommand({
  name: "decr",
  summary: "Takes one from the integer at a key, which begins at 0.",
  since: "1.0.0",
  group: "string",
  complexity: "O(1)",
  arity: 2,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@string", "@fast"],
  keys: [keyRange("RW access update")],
  args: [key("key")],
  run: (context, args) => add(context, args[1], -1),
});

const incrBy = defineCommand({
  name: "incrby",
  summary: "Adds a number to the integer at a key, which begins at 0.",
  since: "1.0.0",
  group: "string",
  complexity: "O(1)",
  arity: 3,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@string", "@fast"],
  keys: [keyRange("RW access update")],
  args: [key("key"), integer("increment")],
  run: (context, args) => add(context, args[1], parseDelta(args[2])),
});

const decrBy = defineCommand({
  name: "decrby",
  summary: "Takes a number from the integer at a key, which begins at 0.",
  since: "1.0.0",
  group: "string",
  complexity: "O(1)",
  arity: 3,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@string", "@fast"],
  keys: [keyRange("RW access update")],
  args: [key("key"), integer("decrement")],
  run(context, args) {
    const delta = parseDelta(args[2]);
    if (delta === INT64_MIN) throw new RedisError("ERR decrement would overflow");
    return add(context, args[1], -delta);
  },
});

function addFloat(context: Context, args: ByteString[]): Reply {
  const { db } = context;
  const key = args[1];
  const old = numberText(db.getForWrite(key)) ?? "0";
  if (!isLongDouble(old) || !isLongDouble(args[2])) {
    throw new RedisError("ERR value is not a valid float");
  }
  const sum = addLongDouble(old, args[2]);
  if (sum === null) throw new RedisError("ERR increment would produce NaN or Infinity");
  // A sum that looks like an integer is still held as text, which OBJECT ENCODING shows.
  db.putKeepingExpiry(key, isInt64Text(sum) ? StringBuffer.from(sum, "embstr") : sum);
  db.changed(key, EventClass.STRING, "incrbyfloat");
  if (context.journal.active) context.journal.replace(db.index, ["SET", key, sum, "KEEPTTL"]);
  return sum;
}

const incrByFloat = defineCommand({
  name: "incrbyfloat",
  summary: "Adds to the floating point number at a key, which begins at 0.",
  since: "2.6.0",
  group: "string",
  complexity: "O(1)",
  arity: 3,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@string", "@fast"],
  keys: [keyRange("RW access update")],
  args: [key("key"), double("increment")],
  run: addFloat,
});

/** The commands on numbers. */
export const numberCommands: readonly Command<Context>[] = [
  incr,
  decr,
  incrBy,
  decrBy,
  incrByFloat,
];
