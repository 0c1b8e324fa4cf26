/**
 * Set commands on several sets: SINTER, SUNION, SDIFF, their STORE forms, and SINTERCARD.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { asciiUpper } from "../../bytes/bytes.ts";
import { parseInteger } from "../../bytes/int.ts";
import { integer, key, many, opt } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyCount, keyRange } from "../../command/key_specs.ts";
import type { Database } from "../../keyspace/database.ts";
import { EventClass } from "../../keyspace/events.ts";
import { RedisError, type Reply, SetReply, syntaxError } from "../../resp/reply.ts";
import { SetValue } from "../../values/set.ts";
import {
  countIntersection,
  intersect,
  intersectionValue,
  type Operands,
  subtract,
  unite,
} from "./algebra.ts";

const INTERSECTION_COST =
  "O(N*M) at worst, where N is the size of the smallest set and M the number of sets";
const TOTAL_COST = "O(N) where N is the number of members in all sets";

/** The sets at keys, each of which is looked at, so that one of a wrong type is always an error. */
function operands(db: Database, keys: readonly ByteString[]): Operands {
  return keys.map((name) => db.getAs(name, SetValue));
}

/** What commands that answer a set have in common. */
const answering = {
  since: "1.0.0",
  group: "set",
  arity: -2,
  flags: ["readonly"],
  acl: ["@read", "@set", "@slow"],
  keys: [keyRange("RO access", { last: -1 })],
  tips: ["nondeterministic_output_order"],
  args: [many(key("key"))],
} satisfies Partial<CommandSpec>;

/** What commands that store a set have in common. */
const storing = {
  since: "1.0.0",
  group: "set",
  arity: -3,
  flags: ["write", "denyoom"],
  acl: ["@write", "@set", "@slow"],
  args: [key("destination"), many(key("key", { keySpecIndex: 1 }))],
} satisfies Partial<CommandSpec>;

/** Put a result at a key, or remove the key when it is empty. */
function store({ db }: Context, name: ByteString, result: SetValue, event: string): Reply {
  if (result.size === 0) {
    if (db.deleteEvenExpired(name)) db.changed(name, EventClass.GENERIC, "del");
    return 0;
  }
  db.put(name, result);
  db.changed(name, EventClass.SET, event);
  return result.size;
}

const sinter = defineCommand({
  ...answering,
  name: "sinter",
  summary: "Answers the members that all of several sets have.",
  complexity: INTERSECTION_COST,
  run: ({ db }, args) => new SetReply(intersect(operands(db, args.slice(1)))),
});

const sunion = defineCommand({
  ...answering,
  name: "sunion",
  summary: "Answers the members that any of several sets has.",
  complexity: TOTAL_COST,
  run: ({ db }, args) =>
    new SetReply(unite(operands(db, args.slice(1)), db.keyspace.limits, false).toArray()),
});

const sdiff = defineCommand({
  ...answering,
  name: "sdiff",
  summary: "Answers the members of a set that others do not have.",
  complexity: TOTAL_COST,
  run: ({ db }, args) =>
    new SetReply(subtract(operands(db, args.slice(1)), db.keyspace.limits, false).toArray()),
});

const sinterstore = defineCommand({
  ...storing,
  name: "sinterstore",
  summary: "Stores the members that all of several sets have.",
  complexity: INTERSECTION_COST,
  keys: [keyRange("RW update"), keyRange("RO access", { at: 2, last: -1 })],
  run(context, args) {
    const sets = operands(context.db, args.slice(2));
    const result = intersectionValue(sets, context.db.keyspace.limits);
    return store(context, args[1], result, "sinterstore");
  },
});

const sunionstore = defineCommand({
  ...storing,
  name: "sunionstore",
  summary: "Stores the members that any of several sets has.",
  complexity: TOTAL_COST,
  keys: [keyRange("OW update"), keyRange("RO access", { at: 2, last: -1 })],
  run(context, args) {
    const sets = operands(context.db, args.slice(2));
    const result = unite(sets, context.db.keyspace.limits, true);
    return store(context, args[1], result, "sunionstore");
  },
});

const sdiffstore = defineCommand({
  ...storing,
  name: "sdiffstore",
  summary: "Stores the members of a set that others do not have.",
  complexity: TOTAL_COST,
  keys: [keyRange("OW update"), keyRange("RO access", { at: 2, last: -1 })],
  run(context, args) {
    const sets = operands(context.db, args.slice(2));
    const result = subtract(sets, context.db.keyspace.limits, true);
    return store(context, args[1], result, "sdiffstore");
  },
});

function countCommon({ db }: Context, args: ByteString[]): Reply {
  const count = parseInteger(args[1]);
  if (count === null || count < 1) throw new RedisError("ERR numkeys should be greater than 0");
  if (count > args.length - 2) {
    throw new RedisError("ERR Number of keys can't be greater than number of args");
  }
  const end = 2 + Number(count);
  let limit = 0;
  for (let i = end; i < args.length; i += 2) {
    if (asciiUpper(args[i]) !== "LIMIT" || i + 1 === args.length) throw syntaxError();
    const value = parseInteger(args[i + 1]);
    if (value === null || value < 0) throw new RedisError("ERR LIMIT can't be negative");
    limit = Number(value);
  }
  return countIntersection(operands(db, args.slice(2, end)), limit === 0 ? Infinity : limit);
}

const sintercard = defineCommand({
  name: "sintercard",
  summary: "Counts the members that all of several sets have.",
  since: "7.0.0",
  group: "set",
  complexity: INTERSECTION_COST,
  arity: -3,
  flags: ["readonly", "movablekeys"],
  acl: ["@read", "@set", "@slow"],
  keys: [keyCount("RO access", 1)],
  args: [
    integer("numkeys"),
    many(key("key")),
    opt(integer("limit", { token: "LIMIT" })),
  ],
  run: countCommon,
});

/** The commands on several sets. */
export const combiningCommands: readonly Command<Context>[] = [
  sinter,
  sinterstore,
  sintercard,
  sunion,
  sunionstore,
  sdiff,
  sdiffstore,
];
