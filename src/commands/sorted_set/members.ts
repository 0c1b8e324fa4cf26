/**
 * Reading what is known of single members, and how many there are: ZSCORE, ZMSCORE, ZRANK, ZREVRANK,
 * ZCARD.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { key, many, opt, string, token } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { DoubleReply, NULL_ARRAY, RedisError, type Reply, syntaxError } from "../../resp/reply.ts";
import { ZSetValue } from "../../values/zset.ts";
import { isWord } from "../parse.ts";

/** What these commands share. */
const common = {
  group: "sorted-set",
  flags: ["readonly", "fast"],
  acl: ["@read", "@sortedset", "@fast"],
  keys: [keyRange("RO access")],
} satisfies Partial<CommandSpec>;

function scoreOf(zset: ZSetValue | undefined, member: ByteString): Reply {
  const score = zset === undefined ? undefined : zset.score(member);
  return score === undefined ? null : new DoubleReply(score);
}

const zscore = defineCommand({
  ...common,
  name: "zscore",
  summary: "Answers the score of a member of a sorted set.",
  since: "1.2.0",
  complexity: "O(1)",
  arity: 3,
  args: [key("key"), string("member")],
  run: (context, args) => scoreOf(context.db.getAs(args[1], ZSetValue), args[2]),
});

const zmscore = defineCommand({
  ...common,
  name: "zmscore",
  summary: "Answers the scores of several members of a sorted set.",
  since: "6.2.0",
  complexity: "O(N) where N is the number of members asked for",
  arity: -3,
  args: [key("key"), many(string("member"))],
  run(context, args) {
    const zset = context.db.getAs(args[1], ZSetValue);
    const scores: Reply[] = [];
    for (let i = 2; i < args.length; i++) scores.push(scoreOf(zset, args[i]));
    return scores;
  },
});

const zcard = defineCommand({
  ...common,
  name: "zcard",
  summary: "Answers how many members a sorted set has.",
  since: "1.2.0",
  complexity: "O(1)",
  arity: 2,
  keys: [keyRange("RO")],
  args: [key("key")],
  run: (context, args) => context.db.getAs(args[1], ZSetValue)?.size ?? 0,
});

/** `key member [WITHSCORE]` */
function rankOf(context: Context, args: readonly ByteString[], reverse: boolean): Reply {
  if (args.length > 4) {
    const name = reverse ? "zrevrank" : "zrank";
    throw new RedisError(`ERR wrong number of arguments for '${name}' command`);
  }
  if (args.length === 4 && !isWord(args[3], "WITHSCORE")) throw syntaxError();
  const withScore = args.length === 4;
  const zset = context.db.getAs(args[1], ZSetValue);
  const rank = zset === undefined ? -1 : reverse ? zset.reverseRank(args[2]) : zset.rank(args[2]);
  if (rank < 0) return withScore ? NULL_ARRAY : null;
  return withScore ? [rank, scoreOf(zset, args[2])] : rank;
}

/** What ZRANK and ZREVRANK share. */
const rankCommon = {
  ...common,
  since: "2.0.0",
  complexity: "O(log(N)) where N is the size of the sorted set",
  arity: -3,
  history: [["7.2.0", "The option `WITHSCORE` came."]],
  args: [key("key"), string("member"), opt(token("WITHSCORE"))],
} satisfies Partial<CommandSpec>;

const zrank = defineCommand({
  ...rankCommon,
  name: "zrank",
  summary: "Answers how many members of a sorted set come before a member.",
  run: (context, args) => rankOf(context, args, false),
});

const zrevrank = defineCommand({
  ...rankCommon,
  name: "zrevrank",
  summary: "Answers how many members of a sorted set come after a member.",
  run: (context, args) => rankOf(context, args, true),
});

/** The commands on single members. */
export const memberCommands: readonly Command<Context>[] = [
  zscore,
  zmscore,
  zcard,
  zrank,
  zrevrank,
];
