/**
 * Removing entries at the ends: ZPOPMIN, ZPOPMAX, ZMPOP, and BZPOPMIN, BZPOPMAX, BZMPOP, which wait
 * for a sorted set to be there.
 *
 * All leave through the journal as ZPOPMIN or ZPOPMAX of the one key that they found.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { detach } from "../../bytes/latin1.ts";
import { double, integer, key, many, oneof, opt, token } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyCount, keyRange } from "../../command/key_specs.ts";
import { NULL_ARRAY, type Reply, syntaxError } from "../../resp/reply.ts";
import { type ZSetEntry, ZSetValue } from "../../values/zset.ts";
import { parseTimeoutSeconds } from "../blocking_timeout.ts";
import { isWord, parseRangeArg } from "../parse.ts";
import { entriesReply, flatReply, pairsReply } from "./entries.ts";
import { reportRemoval } from "./remove.ts";

/** The end that entries are taken from: that of the lowest scores is "min". */
type End = "min" | "max";

/** Take up to `count` entries, the outermost first. */
function take(
  context: Context,
  key: ByteString,
  zset: ZSetValue,
  options: { end: End; count: number },
): ZSetEntry[] {
  const { end } = options;
  const count = Math.min(options.count, zset.size);
  const start = end === "min" ? 0 : zset.size - count;
  const entries: ZSetEntry[] = [];
  for (const cursor = zset.cursor(start, start + count, end === "max"); cursor.next();) {
    entries.push({ member: cursor.member, score: cursor.score });
  }
  zset.deleteRangeByRank(start, start + count);
  reportRemoval(context, key, zset, { count, event: `zpop${end}` });
  return entries;
}

/** `key [count]` */
function pop(context: Context, args: readonly ByteString[], end: End): Reply {
  if (args.length > 3) throw syntaxError();
  const counted = args.length === 3;
  const count = counted
    ? parseRangeArg(args[2], 0, Infinity, "ERR value is out of range, must be positive")
    : 1;
  const zset = context.db.getForWriteAs(args[1], ZSetValue);
  if (zset === undefined || count === 0) return [];
  const entries = take(context, args[1], zset, { end, count });
  return counted ? entriesReply(context, entries, true) : flatReply(entries);
}

/** What {@linkcode popFirst} is to take. */
interface PopOptions {
  end: End;
  /** How many entries; null for one that is answered flat, behind its key. */
  count: number | null;
}

/**
 * Take entries from the first of several sorted sets that is there.
 *
 * @returns undefined when there is none
 * @throws RedisError WRONGTYPE when a key before it holds something else
 */
function popFirst(
  context: Context,
  keys: readonly ByteString[],
  options: PopOptions,
): Reply | undefined {
  const { db } = context;
  const { journal } = context;
  const { end, count } = options;
  for (const key of keys) {
    const zset = db.getForWriteAs(key, ZSetValue);
    if (zset === undefined) continue;
    const entries = take(context, key, zset, { end, count: count ?? 1 });
    const name = end === "min" ? "ZPOPMIN" : "ZPOPMAX";
    if (count === null) {
      if (journal.active) journal.replace(db.index, [name, key]);
      return [key, ...flatReply(entries)];
    }
    if (journal.active) journal.replace(db.index, [name, key, `${entries.length}`]);
    return [key, pairsReply(entries)];
  }
  return undefined;
}

/** Take entries from the first of the sorted sets that is there, or wait until there is one. */
function popOrBlock(
  context: Context,
  args: readonly ByteString[],
  request: { keys: readonly ByteString[]; timeoutMs: number; options: PopOptions },
): Reply {
  const { timeoutMs, options } = request;
  const reply = popFirst(context, request.keys, options);
  if (reply !== undefined) return reply;
  const keys = request.keys.map(detach);
  return context.blocking.block(context.client, args, {
    keys,
    type: "zset",
    timeoutMs,
    retry: () => popFirst(context, keys, options),
    onTimeout: () => NULL_ARRAY,
  });
}

/** `key [key …] timeout` */
function blockingPop(context: Context, args: readonly ByteString[], end: End): Reply {
  const last = args.length - 1;
  const timeoutMs = parseTimeoutSeconds(args[last], context.clock.ms);
  const options = { end, count: null };
  return popOrBlock(context, args, { keys: args.slice(1, last), timeoutMs, options });
}

/**
 * Read `numkeys key [key …] MIN|MAX [COUNT count]`.
 *
 * @param at where `numkeys` stands
 * @throws RedisError
 */
function parseSeveral(
  args: readonly ByteString[],
  at: number,
): { keys: ByteString[]; options: PopOptions } {
  const numKeys = parseRangeArg(args[at], 1, Infinity, "ERR numkeys should be greater than 0");
  const endAt = at + 1 + numKeys;
  if (endAt >= args.length) throw syntaxError();
  const isMin = isWord(args[endAt], "MIN");
  if (!isMin && !isWord(args[endAt], "MAX")) throw syntaxError();
  let count: number | null = null;
  for (let i = endAt + 1; i < args.length; i += 2) {
    if (count !== null || !isWord(args[i], "COUNT") || i + 1 >= args.length) throw syntaxError();
    count = parseRangeArg(args[i + 1], 1, Infinity, "ERR count should be greater than 0");
  }
  return {
    keys: args.slice(at + 1, endAt),
    options: { end: isMin ? "min" : "max", count: count ?? 1 },
  };
}

/** What ZPOPMIN and ZPOPMAX share. */
const popCommon = {
  since: "5.0.0",
  group: "sorted-set",
  complexity: "O(M*log(N)) where N is the size of the sorted set and M the number of entries taken",
  arity: -2,
  flags: ["write", "fast"],
  acl: ["@write", "@sortedset", "@fast"],
  keys: [keyRange("RW access delete")],
  args: [key("key"), opt(integer("count"))],
} satisfies Partial<CommandSpec>;

const zpopmin = defineCommand({
  ...popCommon,
  name: "zpopmin",
  summary: "Removes the members of a sorted set that have the lowest scores, and answers them.",
  run: (context, args) => pop(context, args, "min"),
});

const zpopmax = defineCommand({
  ...popCommon,
  name: "zpopmax",
  summary: "Removes the members of a sorted set that have the highest scores, and answers them.",
  run: (context, args) => pop(context, args, "max"),
});

/** What BZPOPMIN and BZPOPMAX share. */
const blockingCommon = {
  since: "5.0.0",
  group: "sorted-set",
  complexity: "O(log(N)) where N is the size of the sorted set",
  arity: -3,
  flags: ["write", "blocking", "fast"],
  acl: ["@write", "@sortedset", "@fast", "@blocking"],
  keys: [keyRange("RW access delete", { last: -2 })],
  history: [["6.0.0", "The timeout is a floating point number, no longer an integer."]],
  args: [many(key("key")), double("timeout")],
} satisfies Partial<CommandSpec>;

const bzpopmin = defineCommand({
  ...blockingCommon,
  name: "bzpopmin",
  summary:
    "Removes and answers the member with the lowest score of the first sorted set that is there, " +
    "or waits.",
  run: (context, args) => blockingPop(context, args, "min"),
});

const bzpopmax = defineCommand({
  ...blockingCommon,
  name: "bzpopmax",
  summary:
    "Removes and answers the member with the highest score of the first sorted set that is there, " +
    "or waits.",
  run: (context, args) => blockingPop(context, args, "max"),
});

/** What ZMPOP and BZMPOP share. */
const severalCommon = {
  since: "7.0.0",
  group: "sorted-set",
  complexity: "O(K)+O(M*log(N)) where K is the number of keys, N the size of the sorted set, and " +
    "M the number of entries taken",
} satisfies Partial<CommandSpec>;

const SEVERAL_ARGS = [
  integer("numkeys"),
  many(key("key")),
  oneof("where", [token("MIN"), token("MAX")]),
  opt(integer("count", { token: "COUNT" })),
];

const zmpop = defineCommand({
  ...severalCommon,
  name: "zmpop",
  summary: "Removes and answers entries at one end of the first of several sorted sets there is.",
  arity: -4,
  flags: ["write", "movablekeys"],
  acl: ["@write", "@sortedset", "@slow"],
  keys: [keyCount("RW access delete", 1)],
  args: SEVERAL_ARGS,
  run(context, args) {
    const { keys, options } = parseSeveral(args, 1);
    return popFirst(context, keys, options) ?? NULL_ARRAY;
  },
});

const bzmpop = defineCommand({
  ...severalCommon,
  name: "bzmpop",
  summary:
    "Removes and answers entries at one end of the first of several sorted sets there is, or waits.",
  arity: -5,
  flags: ["write", "blocking", "movablekeys"],
  acl: ["@write", "@sortedset", "@slow", "@blocking"],
  keys: [keyCount("RW access delete", 2)],
  args: [double("timeout"), ...SEVERAL_ARGS],
  run(context, args) {
    const { keys, options } = parseSeveral(args, 2);
    const timeoutMs = parseTimeoutSeconds(args[1], context.clock.ms);
    return popOrBlock(context, args, { keys, timeoutMs, options });
  },
});

/** The commands that take entries off the ends. */
export const popCommands: readonly Command<Context>[] = [
  zpopmin,
  zpopmax,
  zmpop,
  bzpopmin,
  bzpopmax,
  bzmpop,
];
