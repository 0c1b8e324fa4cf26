/**
 * Adding and removing at the ends of a list: LPUSH RPUSH LPUSHX RPUSHX LPOP RPOP LMPOP.
 *
 * What happens to a key when elements leave it (events, counters, an empty list goes) is said once,
 * in `removal.ts`.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { detach } from "../../bytes/latin1.ts";
import { integer, key, many, oneof, opt, string, token } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyCount, keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { NULL_ARRAY, RedisError, type Reply } from "../../resp/reply.ts";
import { ListValue } from "../../values/list.ts";
import { parseRangeArg } from "../parse.ts";
import { parsePopOptions, popFirst, popOne, popSome } from "./removal.ts";
import type { Side } from "./side.ts";

/** Put the arguments behind the key at one end of its list. */
function push(context: Context, args: ByteString[], side: Side, onlyExisting: boolean): Reply {
  const { db } = context;
  const { limits } = context.keyspace;
  const key = args[1];
  let list = db.getForWriteAs(key, ListValue);
  const isNew = list === undefined;
  if (list === undefined) {
    if (onlyExisting) return 0;
    list = new ListValue();
  }
  // An element outlives its request.
  for (let i = 2; i < args.length; i++) args[i] = detach(args[i]);
  if (side === "left") list.pushAllLeft(args, 2, limits);
  else list.pushAllRight(args, 2, limits);
  if (isNew) db.add(key, list);
  db.changed(key, EventClass.LIST, side === "left" ? "lpush" : "rpush", args.length - 2);
  return list.length;
}

const pushCommon = {
  group: "list",
  complexity: "O(N) where N is the number of elements added",
  arity: -3,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@list", "@fast"],
  keys: [keyRange("RW insert")],
  args: [key("key"), many(string("element"))],
} satisfies Partial<CommandSpec>;

const lpush = defineCommand({
  ...pushCommon,
  name: "lpush",
  summary: "Puts elements at the head of a list, one behind the other; begins it when absent.",
  since: "1.0.0",
  history: [["2.4.0", "Several elements may be given."]],
  run: (context, args) => push(context, args, "left", false),
});

const rpush = defineCommand({
  ...pushCommon,
  name: "rpush",
  summary: "Puts elements at the tail of a list; begins it when absent.",
  since: "1.0.0",
  history: [["2.4.0", "Several elements may be given."]],
  run: (context, args) => push(context, args, "right", false),
});

const lpushx = defineCommand({
  ...pushCommon,
  name: "lpushx",
  summary: "Puts elements at the head of a list that is there.",
  since: "2.2.0",
  history: [["4.0.0", "Several elements may be given."]],
  run: (context, args) => push(context, args, "left", true),
});

const rpushx = defineCommand({
  ...pushCommon,
  name: "rpushx",
  summary: "Puts elements at the tail of a list that is there.",
  since: "2.2.0",
  history: [["4.0.0", "Several elements may be given."]],
  run: (context, args) => push(context, args, "right", true),
});

/** LPOP and RPOP. */
function pop(context: Context, args: readonly ByteString[], side: Side): Reply {
  const key = args[1];
  if (args.length === 2) {
    const list = context.db.getForWriteAs(key, ListValue);
    return list === undefined ? null : popOne(context, key, list, side);
  }
  if (args.length > 3) {
    throw new RedisError(
      `ERR wrong number of arguments for '${side === "left" ? "lpop" : "rpop"}' command`,
    );
  }
  const count = parseRangeArg(
    args[2],
    0,
    Infinity,
    "ERR value is out of range, must be positive",
  );
  const list = context.db.getForWriteAs(key, ListValue);
  if (list === undefined) return NULL_ARRAY;
  return count === 0 ? [] : popSome(context, key, list, { side, count });
}

const popCommon = {
  group: "list",
  complexity: "O(N) where N is the number of elements returned",
  arity: -2,
  flags: ["write", "fast"],
  acl: ["@write", "@list", "@fast"],
  keys: [keyRange("RW access delete")],
  args: [key("key"), opt(integer("count", { since: "6.2.0" }))],
} satisfies Partial<CommandSpec>;

const lpop = defineCommand({
  ...popCommon,
  name: "lpop",
  summary: "Removes and answers the first elements of a list.",
  since: "1.0.0",
  history: [["6.2.0", "The count came."]],
  run: (context, args) => pop(context, args, "left"),
});

const rpop = defineCommand({
  ...popCommon,
  name: "rpop",
  summary: "Removes and answers the last elements of a list, the last one first.",
  since: "1.0.0",
  history: [["6.2.0", "The count came."]],
  run: (context, args) => pop(context, args, "right"),
});

const lmpop = defineCommand({
  name: "lmpop",
  summary: "Removes and answers elements at one end of the first of several lists that has any.",
  since: "7.0.0",
  group: "list",
  complexity: "O(N+M) where N is the number of keys and M the number of elements returned",
  arity: -4,
  flags: ["write", "movablekeys"],
  acl: ["@write", "@list", "@slow"],
  keys: [keyCount("RW access delete", 1)],
  args: [
    integer("numkeys"),
    many(key("key")),
    oneof("where", [token("LEFT"), token("RIGHT")]),
    opt(integer("count", { token: "COUNT" })),
  ],
  run(context, args) {
    const { keys, side, count } = parsePopOptions(args, 1);
    return popFirst(context, keys, { side, count, nested: true }) ?? NULL_ARRAY;
  },
});

/** The commands that add and remove at the ends. */
export const pushPopCommands: readonly Command<Context>[] = [
  lpush,
  rpush,
  lpushx,
  rpushx,
  lpop,
  rpop,
  lmpop,
];
