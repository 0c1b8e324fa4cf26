/**
 * Looking into lists: LLEN LRANGE LINDEX LPOS.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { integer, key, opt, string } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { RedisError, type Reply, syntaxError } from "../../resp/reply.ts";
import { ListValue } from "../../values/list.ts";
import { isWord, parseIntArg, parseRangeArg } from "../parse.ts";

const llen = defineCommand({
  name: "llen",
  summary: "Counts the elements of a list.",
  since: "1.0.0",
  group: "list",
  complexity: "O(1)",
  arity: 2,
  flags: ["readonly", "fast"],
  acl: ["@read", "@list", "@fast"],
  keys: [keyRange("RO")],
  args: [key("key")],
  run: (context, [, key]) => context.db.getAs(key, ListValue)?.length ?? 0,
});

const lrange = defineCommand({
  name: "lrange",
  summary: "Answers the elements of a list from one index to another.",
  since: "1.0.0",
  group: "list",
  complexity: "O(S+N) where S is the distance to the nearer end and N the number of elements",
  arity: 4,
  flags: ["readonly"],
  acl: ["@read", "@list", "@slow"],
  keys: [keyRange("RO access")],
  args: [key("key"), integer("start"), integer("stop")],
  run(context, args) {
    const start = parseIntArg(args[2]);
    const stop = parseIntArg(args[3]);
    const list = context.db.getAs(args[1], ListValue);
    if (list === undefined) return [];
    const { length } = list;
    return list.slice(start < 0 ? length + start : start, (stop < 0 ? length + stop : stop) + 1);
  },
});

const lindex = defineCommand({
  name: "lindex",
  summary: "Answers the element of a list at an index.",
  since: "1.0.0",
  group: "list",
  complexity: "O(N) where N is the number of elements on the way; O(1) at the ends",
  arity: 3,
  flags: ["readonly"],
  acl: ["@read", "@list", "@slow"],
  keys: [keyRange("RO access")],
  args: [key("key"), integer("index")],
  run(context, args) {
    const list = context.db.getAs(args[1], ListValue);
    if (list === undefined) return null;
    const index = parseIntArg(args[2]);
    return list.get(index < 0 ? list.length + index : index) ?? null;
  },
});

const lpos = defineCommand({
  name: "lpos",
  summary: "Answers at which indexes of a list an element stands.",
  since: "6.0.6",
  group: "list",
  complexity: "O(N) where N is the number of elements compared; MAXLEN bounds them",
  arity: -3,
  flags: ["readonly"],
  acl: ["@read", "@list", "@slow"],
  keys: [keyRange("RO access")],
  args: [
    key("key"),
    string("element"),
    opt(integer("rank", { token: "RANK" })),
    opt(integer("num-matches", { token: "COUNT" })),
    opt(integer("len", { token: "MAXLEN" })),
  ],
  run: positions,
});

/** RANK's largest value, of both signs. */
const RANK_MAX = 2n ** 63n - 1n;

function parseRank(text: ByteString): number {
  const rank = parseIntArg(text);
  if (BigInt(text) < -RANK_MAX) {
    throw new RedisError(
      `ERR value is out of range, value must between -${RANK_MAX} and ${RANK_MAX}`,
    );
  }
  if (rank === 0) {
    throw new RedisError(
      "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... " +
        "or use negative to start from the end of the list",
    );
  }
  return rank;
}

function positions(context: Context, args: readonly ByteString[]): Reply {
  let rank = 1;
  let count = -1;
  let maxlen = 0;
  for (let i = 3; i < args.length; i += 2) {
    if (i + 1 >= args.length) throw syntaxError();
    if (isWord(args[i], "RANK")) {
      rank = parseRank(args[i + 1]);
    } else if (isWord(args[i], "COUNT")) {
      count = parseRangeArg(args[i + 1], 0, Infinity, "ERR COUNT can't be negative");
    } else if (isWord(args[i], "MAXLEN")) {
      maxlen = parseRangeArg(args[i + 1], 0, Infinity, "ERR MAXLEN can't be negative");
    } else {
      throw syntaxError();
    }
  }
  const list = context.db.getAs(args[1], ListValue);
  if (list === undefined) return count === -1 ? null : [];
  const found = list.positions(args[2], { rank, count: count === -1 ? 1 : count, maxlen });
  return count === -1 ? found[0] ?? null : found;
}

/** The commands that change nothing. */
export const readCommands: readonly Command<Context>[] = [llen, lrange, lindex, lpos];
