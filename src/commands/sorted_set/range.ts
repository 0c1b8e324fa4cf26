/**
 * Reading ranges: ZRANGE with its older forms ZREVRANGE, Z(REV)RANGEBYSCORE, Z(REV)RANGEBYLEX, the
 * storing ZRANGESTORE, and the counting ZCOUNT and ZLEXCOUNT.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { block, double, integer, key, oneof, opt, string, token } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { ZSetValue } from "../../values/zset.ts";
import { parseLexRange, parseScoreRange } from "./bounds.ts";
import { cursorReply } from "./entries.ts";
import { parseRangeQuery, queryRanks, type RangeForm } from "./range_query.ts";
import { storeResult } from "./store.ts";

function runRange(context: Context, args: readonly ByteString[], form: RangeForm): Reply {
  const query = parseRangeQuery(args, form);
  const zset = context.db.getAs(args[form.keyAt], ZSetValue);
  if (zset === undefined) return [];
  const { start, end } = queryRanks(zset, query);
  return cursorReply(context, zset.cursor(start, end, query.reverse), query.withScores);
}

const LIMIT = opt(block("limit", [integer("offset"), integer("count")], { token: "LIMIT" }));

/** What the reading commands share. */
const common = {
  group: "sorted-set",
  complexity: "O(log(N)+M) where N is the size of the sorted set and M the number of members given",
  arity: -4,
  flags: ["readonly"],
  acl: ["@read", "@sortedset", "@slow"],
  keys: [keyRange("RO access")],
} satisfies Partial<CommandSpec>;

/** What the forms that ZRANGE has replaced share. */
const older = { ...common, deprecatedSince: "6.2.0" } satisfies Partial<CommandSpec>;

const ZRANGE: RangeForm = { keyAt: 1 };
const zrange = defineCommand({
  ...common,
  name: "zrange",
  summary: "Answers the members of a sorted set in a range of indexes, scores or members.",
  since: "1.2.0",
  history: [["6.2.0", "The options `REV`, `BYSCORE`, `BYLEX` and `LIMIT` came."]],
  args: [
    key("key"),
    string("start"),
    string("stop"),
    opt(oneof("sortby", [token("BYSCORE"), token("BYLEX")], { since: "6.2.0" })),
    opt(token("REV", { since: "6.2.0" })),
    { ...LIMIT, since: "6.2.0" },
    opt(token("WITHSCORES")),
  ],
  run: (context, args) => runRange(context, args, ZRANGE),
});

const ZREVRANGE: RangeForm = { keyAt: 1, by: "rank", reverse: true };
const zrevrange = defineCommand({
  ...older,
  name: "zrevrange",
  summary: "Answers the members of a sorted set in a range of indexes from the end.",
  since: "1.2.0",
  replacedBy: "`ZRANGE` with the `REV` argument",
  args: [key("key"), integer("start"), integer("stop"), opt(token("WITHSCORES"))],
  run: (context, args) => runRange(context, args, ZREVRANGE),
});

const ZRANGEBYSCORE: RangeForm = { keyAt: 1, by: "score", reverse: false };
const zrangebyscore = defineCommand({
  ...older,
  name: "zrangebyscore",
  summary: "Answers the members of a sorted set in a range of scores.",
  since: "1.0.5",
  history: [["2.0.0", "The option `WITHSCORES` came."]],
  replacedBy: "`ZRANGE` with the `BYSCORE` argument",
  args: [
    key("key"),
    double("min"),
    double("max"),
    opt(token("WITHSCORES", { since: "2.0.0" })),
    LIMIT,
  ],
  run: (context, args) => runRange(context, args, ZRANGEBYSCORE),
});

const ZREVRANGEBYSCORE: RangeForm = { keyAt: 1, by: "score", reverse: true };
const zrevrangebyscore = defineCommand({
  ...older,
  name: "zrevrangebyscore",
  summary: "Answers the members of a sorted set in a range of scores, the highest first.",
  since: "2.2.0",
  history: [["2.1.6", "An end of the range can be left out of it."]],
  replacedBy: "`ZRANGE` with the `REV` and `BYSCORE` arguments",
  args: [key("key"), double("max"), double("min"), opt(token("WITHSCORES")), LIMIT],
  run: (context, args) => runRange(context, args, ZREVRANGEBYSCORE),
});

const ZRANGEBYLEX: RangeForm = { keyAt: 1, by: "lex", reverse: false };
const zrangebylex = defineCommand({
  ...older,
  name: "zrangebylex",
  summary: "Answers the members in a range of members of a sorted set whose scores are all equal.",
  since: "2.8.9",
  replacedBy: "`ZRANGE` with the `BYLEX` argument",
  args: [key("key"), string("min"), string("max"), LIMIT],
  run: (context, args) => runRange(context, args, ZRANGEBYLEX),
});

const ZREVRANGEBYLEX: RangeForm = { keyAt: 1, by: "lex", reverse: true };
const zrevrangebylex = defineCommand({
  ...older,
  name: "zrevrangebylex",
  summary:
    "Answers the members in a range of members of a sorted set whose scores are all equal, the " +
    "highest first.",
  since: "2.8.9",
  replacedBy: "`ZRANGE` with the `REV` and `BYLEX` arguments",
  args: [key("key"), string("max"), string("min"), LIMIT],
  run: (context, args) => runRange(context, args, ZREVRANGEBYLEX),
});

const ZRANGESTORE: RangeForm = { keyAt: 2, store: true };
const zrangestore = defineCommand({
  name: "zrangestore",
  summary: "Stores a range of a sorted set at another key.",
  since: "6.2.0",
  group: "sorted-set",
  complexity:
    "O(log(N)+M) where N is the size of the sorted set and M the number of members stored",
  arity: -5,
  flags: ["write", "denyoom"],
  acl: ["@write", "@sortedset", "@slow"],
  keys: [keyRange("OW update"), keyRange("RO access", { at: 2 })],
  args: [
    key("dst"),
    key("src", { keySpecIndex: 1 }),
    string("min"),
    string("max"),
    opt(oneof("sortby", [token("BYSCORE"), token("BYLEX")])),
    opt(token("REV")),
    LIMIT,
  ],
  run(context, args) {
    const query = parseRangeQuery(args, ZRANGESTORE);
    const zset = context.db.getAs(args[2], ZSetValue);
    const members: ByteString[] = [];
    const scores: number[] = [];
    if (zset !== undefined) {
      const { start, end } = queryRanks(zset, query);
      for (const cursor = zset.cursor(start, end); cursor.next();) {
        members.push(cursor.member);
        scores.push(cursor.score);
      }
    }
    return storeResult(context, args[1], { members, scores, event: "zrangestore" });
  },
});

/** What ZCOUNT and ZLEXCOUNT share. */
const countCommon = {
  group: "sorted-set",
  complexity: "O(log(N)) where N is the size of the sorted set",
  arity: 4,
  flags: ["readonly", "fast"],
  acl: ["@read", "@sortedset", "@fast"],
  keys: [keyRange("RO access")],
} satisfies Partial<CommandSpec>;

const zcount = defineCommand({
  ...countCommon,
  name: "zcount",
  summary: "Counts the members of a sorted set in a range of scores.",
  since: "2.0.0",
  args: [key("key"), double("min"), double("max")],
  run(context, args) {
    const range = parseScoreRange(args[2], args[3]);
    return context.db.getAs(args[1], ZSetValue)?.countByScore(range) ?? 0;
  },
});

const zlexcount = defineCommand({
  ...countCommon,
  name: "zlexcount",
  summary: "Counts the members in a range of members of a sorted set whose scores are all equal.",
  since: "2.8.9",
  args: [key("key"), string("min"), string("max")],
  run(context, args) {
    const range = parseLexRange(args[2], args[3]);
    return context.db.getAs(args[1], ZSetValue)?.countByLex(range) ?? 0;
  },
});

/** The commands that read ranges. */
export const rangeCommands: readonly Command<Context>[] = [
  zrange,
  zrevrange,
  zrangebyscore,
  zrevrangebyscore,
  zrangebylex,
  zrevrangebylex,
  zrangestore,
  zcount,
  zlexcount,
];
