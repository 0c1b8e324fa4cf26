/**
 * Hash fields that are numbers: HINCRBY and HINCRBYFLOAT. A field keeps its expiry.
 *
 * Integers are exact over 64 bits. Floating point sums are those of an 80-bit long double, and leave
 * through the journal as the result.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { addLongDouble, isLongDouble } from "../../bytes/double.ts";
import { INT64_MAX, INT64_MIN, parseInteger } from "../../bytes/int.ts";
import { double, integer, key, string } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { notAnInteger, RedisError, type Reply } from "../../resp/reply.ts";
import { hashToFill, hashToWrite } from "./look_up.ts";

function add({ db }: Context, [, name, field, increment]: ByteString[]): Reply {
  const delta = parseInteger(increment);
  if (delta === null) throw notAnInteger();
  const text = hashToWrite(db, name)?.get(field);
  const old = text === undefined ? 0 : parseInteger(text);
  if (old === null) throw new RedisError("ERR hash value is not an integer");
  let sum: number | bigint;
  if (typeof old === "number" && typeof delta === "number" && Number.isSafeInteger(old + delta)) {
    sum = old + delta;
  } else {
    sum = BigInt(old) + BigInt(delta);
    if (sum > INT64_MAX || sum < INT64_MIN) {
      throw new RedisError("ERR increment or decrement would overflow");
    }
  }
  hashToFill(db, name).set(field, String(sum), db.keyspace.limits, true);
  db.changed(name, EventClass.HASH, "hincrby");
  return sum;
}

const hincrby = defineCommand({
  name: "hincrby",
  summary: "Adds a number to the integer in a field of a hash, which begins at 0.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(1)",
  arity: 4,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@hash", "@fast"],
  keys: [keyRange("RW access update")],
  args: [key("key"), string("field"), integer("increment")],
  run: add,
});

function addFloat({ db, journal }: Context, [, name, field, increment]: ByteString[]): Reply {
  if (!isLongDouble(increment)) throw new RedisError("ERR value is not a valid float");
  if (/inf/i.test(increment)) throw new RedisError("ERR value is NaN or Infinity");
  const old = hashToWrite(db, name)?.get(field) ?? "0";
  if (!isLongDouble(old)) throw new RedisError("ERR hash value is not a float");
  const sum = addLongDouble(old, increment);
  if (sum === null) throw new RedisError("ERR increment would produce NaN or Infinity");
  const hash = hashToFill(db, name);
  hash.set(field, sum, db.keyspace.limits, true);
  db.changed(name, EventClass.HASH, "hincrbyfloat");
  if (journal.active) {
    journal.replace(db.index, ["HSET", name, field, sum]);
    // HSET drops the expiry that the field keeps here.
    const at = hash.getExpiry(field);
    if (at !== undefined) {
      journal.replace(db.index, ["HPEXPIREAT", name, String(at), "FIELDS", "1", field]);
    }
  }
  return sum;
}

const hincrbyfloat = defineCommand({
  name: "hincrbyfloat",
  summary: "Adds to the floating point number in a field of a hash, which begins at 0.",
  since: "2.6.0",
  group: "hash",
  complexity: "O(1)",
  arity: 4,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@hash", "@fast"],
  keys: [keyRange("RW access update")],
  args: [key("key"), string("field"), double("increment")],
  run: addFloat,
});

/** The commands on numbers in hashes. */
export const hashNumberCommands: readonly Command<Context>[] = [hincrby, hincrbyfloat];
