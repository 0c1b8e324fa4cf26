/**
 * Removing members: ZREM, ZREMRANGEBYSCORE, ZREMRANGEBYRANK, ZREMRANGEBYLEX.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { double, integer, key, many, string } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import type { Reply } from "../../resp/reply.ts";
import { ZSetValue } from "../../values/zset.ts";
import { parseIntArg } from "../parse.ts";
import { parseLexRange, parseScoreRange } from "./bounds.ts";
import { ranksByIndex } from "./range_query.ts";

/** Members that have left a sorted set. */
export interface Removal {
  /** How many they were. */
  count: number;
  /** The event to emit. */
  event: string;
}

/** Report that members have left a sorted set, and remove it when it is empty. */
export function reportRemoval(
  context: Context,
  key: ByteString,
  zset: ZSetValue,
  removal: Removal,
): void {
  const { db } = context;
  db.changed(key, EventClass.ZSET, removal.event, removal.count);
  if (zset.size === 0) db.deleteEmptied(key);
}

const zrem = defineCommand({
  name: "zrem",
  summary: "Removes members from a sorted set.",
  since: "1.2.0",
  group: "sorted-set",
  complexity:
    "O(M*log(N)) where N is the size of the sorted set and M the number of members to remove",
  arity: -3,
  flags: ["write", "fast"],
  acl: ["@write", "@sortedset", "@fast"],
  keys: [keyRange("RW delete")],
  history: [["2.4.0", "Several members may be given."]],
  args: [key("key"), many(string("member"))],
  run(context, args) {
    const zset = context.db.getForWriteAs(args[1], ZSetValue);
    if (zset === undefined) return 0;
    let count = 0;
    for (let i = 2; i < args.length; i++) if (zset.delete(args[i])) count++;
    if (count > 0) reportRemoval(context, args[1], zset, { count, event: "zrem" });
    return count;
  },
});

/** Remove a range from the sorted set at `args[1]`; `remove` says how many members that were. */
function removeRange(
  context: Context,
  args: readonly ByteString[],
  event: string,
  remove: (zset: ZSetValue) => number,
): Reply {
  const zset = context.db.getForWriteAs(args[1], ZSetValue);
  if (zset === undefined) return 0;
  const count = remove(zset);
  if (count > 0) reportRemoval(context, args[1], zset, { count, event });
  return count;
}

/** What the three ZREMRANGEBY… share. */
const rangeCommon = {
  group: "sorted-set",
  complexity:
    "O(log(N)+M) where N is the size of the sorted set and M the number of members removed",
  arity: 4,
  flags: ["write"],
  acl: ["@write", "@sortedset", "@slow"],
  keys: [keyRange("RW delete")],
} satisfies Partial<CommandSpec>;

const zremrangebyscore = defineCommand({
  ...rangeCommon,
  name: "zremrangebyscore",
  summary: "Removes the members of a sorted set in a range of scores.",
  since: "1.2.0",
  args: [key("key"), double("min"), double("max")],
  run(context, args) {
    const range = parseScoreRange(args[2], args[3]);
    return removeRange(
      context,
      args,
      "zremrangebyscore",
      (zset) => zset.deleteRangeByScore(range),
    );
  },
});

const zremrangebyrank = defineCommand({
  ...rangeCommon,
  name: "zremrangebyrank",
  summary: "Removes the members of a sorted set in a range of indexes.",
  since: "2.0.0",
  args: [key("key"), integer("start"), integer("stop")],
  run(context, args) {
    const start = parseIntArg(args[2]);
    const stop = parseIntArg(args[3]);
    return removeRange(context, args, "zremrangebyrank", (zset) => {
      const ranks = ranksByIndex(zset.size, start, stop);
      return zset.deleteRangeByRank(ranks.start, ranks.end);
    });
  },
});

const zremrangebylex = defineCommand({
  ...rangeCommon,
  name: "zremrangebylex",
  summary: "Removes the members in a range of members of a sorted set whose scores are all equal.",
  since: "2.8.9",
  args: [key("key"), string("min"), string("max")],
  run(context, args) {
    const range = parseLexRange(args[2], args[3]);
    return removeRange(context, args, "zremrangebylex", (zset) => zset.deleteRangeByLex(range));
  },
});

/** The commands that remove members. */
export const removeCommands: readonly Command<Context>[] = [
  zrem,
  zremrangebyscore,
  zremrangebyrank,
  zremrangebylex,
];
