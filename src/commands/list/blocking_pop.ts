/**
 * Removing from the first of several lists that has elements, waiting for one: BLPOP BRPOP BLMPOP.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { detach } from "../../bytes/latin1.ts";
import { double, integer, key, many, oneof, opt, token } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyCount, keyRange } from "../../command/key_specs.ts";
import { NULL_ARRAY, type Reply } from "../../resp/reply.ts";
import { parseTimeoutSeconds } from "../blocking_timeout.ts";
import { parsePopOptions, popFirst, type PopOptions } from "./removal.ts";
import type { Side } from "./side.ts";

/** Remove from the first of the lists that is there, or wait until there is one. */
function popOrBlock(
  context: Context,
  args: readonly ByteString[],
  keys: readonly ByteString[],
  options: PopOptions & { timeoutMs: number },
): Reply {
  const reply = popFirst(context, keys, options);
  if (reply !== undefined) return reply;
  const own = keys.map(detach);
  return context.blocking.block(context.client, args, {
    keys: own,
    type: "list",
    timeoutMs: options.timeoutMs,
    retry: () => popFirst(context, own, options),
    onTimeout: () => NULL_ARRAY,
  });
}

function blockingPop(context: Context, args: readonly ByteString[], side: Side): Reply {
  const last = args.length - 1;
  const timeoutMs = parseTimeoutSeconds(args[last], context.clock.ms);
  return popOrBlock(context, args, args.slice(1, last), {
    side,
    count: 1,
    nested: false,
    timeoutMs,
  });
}

const common = {
  group: "list",
  complexity: "O(N) where N is the number of keys",
  arity: -3,
  flags: ["write", "blocking"],
  acl: ["@write", "@list", "@slow", "@blocking"],
  keys: [keyRange("RW access delete", { last: -2 })],
  since: "2.0.0",
  history: [["6.0.0", "The timeout is a floating point number, no longer an integer."]],
  args: [many(key("key")), double("timeout")],
} satisfies Partial<CommandSpec>;

const blpop = defineCommand({
  ...common,
  name: "blpop",
  summary: "Removes and answers the first element of the first list that has any, or waits.",
  run: (context, args) => blockingPop(context, args, "left"),
});

const brpop = defineCommand({
  ...common,
  name: "brpop",
  summary: "Removes and answers the last element of the first list that has any, or waits.",
  run: (context, args) => blockingPop(context, args, "right"),
});

const blmpop = defineCommand({
  name: "blmpop",
  summary: "Removes and answers elements of the first of several lists that has any, or waits.",
  since: "7.0.0",
  group: "list",
  complexity: "O(N+M) where N is the number of keys and M the number of elements returned",
  arity: -5,
  flags: ["write", "blocking", "movablekeys"],
  acl: ["@write", "@list", "@slow", "@blocking"],
  keys: [keyCount("RW access delete", 2)],
  args: [
    double("timeout"),
    integer("numkeys"),
    many(key("key")),
    oneof("where", [token("LEFT"), token("RIGHT")]),
    opt(integer("count", { token: "COUNT" })),
  ],
  run(context, args) {
    const { keys, side, count } = parsePopOptions(args, 2);
    const timeoutMs = parseTimeoutSeconds(args[1], context.clock.ms);
    return popOrBlock(context, args, keys, { side, count, nested: true, timeoutMs });
  },
});

/** The commands that wait for an element. */
export const blockingPopCommands: readonly Command<Context>[] = [blpop, brpop, blmpop];
