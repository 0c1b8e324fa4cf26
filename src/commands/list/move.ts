/**
 * Moving an element from one list to another: LMOVE RPOPLPUSH BLMOVE BRPOPLPUSH.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { detach } from "../../bytes/latin1.ts";
import { type Argument, double, key, oneof, token } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { NULL_ARRAY, type Reply } from "../../resp/reply.ts";
import { ListValue } from "../../values/list.ts";
import { parseTimeoutSeconds } from "../blocking_timeout.ts";
import { removed } from "./removal.ts";
import { parseSide, type Side } from "./side.ts";

/** From which end to which. */
interface Direction {
  from: Side;
  to: Side;
}

/**
 * Move an element between the keys `args[1]` and `args[2]`.
 *
 * @returns the element; undefined when there is no source
 * @throws RedisError WRONGTYPE
 */
function move(
  context: Context,
  args: readonly ByteString[],
  { from, to }: Direction,
): ByteString | undefined {
  const { db } = context;
  const { limits } = context.keyspace;
  const [, sourceKey, targetKey] = args;
  const source = db.getForWriteAs(sourceKey, ListValue);
  if (source === undefined) return undefined;
  let target = db.getForWriteAs(targetKey, ListValue);
  // An element that a list gives out may be a slice of the list's packed text.
  const element = detach(from === "left" ? source.popLeft(limits)! : source.popRight(limits)!);
  if (target === undefined) db.add(targetKey, target = new ListValue());
  if (to === "left") target.pushLeft(element, limits);
  else target.pushRight(element, limits);
  db.changed(targetKey, EventClass.LIST, to === "left" ? "lpush" : "rpush", 0);
  removed(context, sourceKey, source, { side: from, count: 1 });
  return element;
}

/** The blocking forms: what they leave in the journal is the form that does not block. */
function moveOrBlock(context: Context, args: readonly ByteString[], direction: Direction): Reply {
  const { db } = context;
  const timeoutMs = parseTimeoutSeconds(args[args.length - 1], context.clock.ms);
  const attempt = (args: readonly ByteString[]): ByteString | undefined => {
    const element = move(context, args, direction);
    if (element !== undefined && context.journal.active) {
      const name = args.length === 4 ? "RPOPLPUSH" : "LMOVE";
      context.journal.replace(db.index, [name, ...args.slice(1, -1)]);
    }
    return element;
  };
  const element = attempt(args);
  if (element !== undefined) return element;
  if (!context.client.caller.mayBlock) return null;
  return context.blocking.block(context.client, args, {
    keys: [args[1]],
    type: "list",
    timeoutMs,
    retry: attempt,
    onTimeout: () => NULL_ARRAY,
  });
}

const common = {
  group: "list",
  complexity: "O(1)",
  flags: ["write", "denyoom"],
  acl: ["@write", "@list", "@slow"],
  keys: [keyRange("RW access delete"), keyRange("RW insert", { at: 2 })],
} satisfies Partial<CommandSpec>;

const blocking = {
  ...common,
  flags: ["write", "denyoom", "blocking"],
  acl: ["@write", "@list", "@slow", "@blocking"],
} satisfies Partial<CommandSpec>;

const sourceAndDestination: readonly Argument[] = [
  key("source"),
  key("destination", { keySpecIndex: 1 }),
];

const sides: readonly Argument[] = [
  oneof("wherefrom", [token("LEFT"), token("RIGHT")]),
  oneof("whereto", [token("LEFT"), token("RIGHT")]),
];

const lmove = defineCommand({
  ...common,
  name: "lmove",
  summary: "Moves an element from an end of one list to an end of another, and answers it.",
  since: "6.2.0",
  arity: 5,
  args: [...sourceAndDestination, ...sides],
  run(context, args) {
    const direction = { from: parseSide(args[3]), to: parseSide(args[4]) };
    return move(context, args, direction) ?? null;
  },
});

const rpoplpush = defineCommand({
  ...common,
  name: "rpoplpush",
  summary: "Moves the last element of one list to the head of another, and answers it.",
  since: "1.2.0",
  deprecatedSince: "6.2.0",
  replacedBy: "`LMOVE` with the `RIGHT` and `LEFT` arguments",
  arity: 3,
  args: sourceAndDestination,
  run: (context, args) => move(context, args, { from: "right", to: "left" }) ?? null,
});

const blmove = defineCommand({
  ...blocking,
  name: "blmove",
  summary: "Moves an element from one list to another, and waits for one while there is none.",
  since: "6.2.0",
  arity: 6,
  args: [...sourceAndDestination, ...sides, double("timeout")],
  run(context, args) {
    return moveOrBlock(context, args, { from: parseSide(args[3]), to: parseSide(args[4]) });
  },
});

const brpoplpush = defineCommand({
  ...blocking,
  name: "brpoplpush",
  summary: "Moves the last element of one list to the head of another; waits while there is none.",
  since: "2.2.0",
  deprecatedSince: "6.2.0",
  replacedBy: "`BLMOVE` with the `RIGHT` and `LEFT` arguments",
  arity: 4,
  history: [["6.0.0", "The timeout is a floating point number, no longer an integer."]],
  args: [...sourceAndDestination, double("timeout")],
  run: (context, args) => moveOrBlock(context, args, { from: "right", to: "left" }),
});

/** The commands that move elements. */
export const moveCommands: readonly Command<Context>[] = [lmove, rpoplpush, blmove, brpoplpush];
