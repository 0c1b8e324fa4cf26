/**
 * Members at random, and walks over all: ZRANDMEMBER, ZSCAN.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { formatDouble, formatDouble17 } from "../../bytes/double.ts";
import { parseInteger } from "../../bytes/int.ts";
import { block, integer, key, opt, pattern, token } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { RedisError, type Reply, syntaxError } from "../../resp/reply.ts";
import { type ZSetEntry, ZSetValue } from "../../values/zset.ts";
import { isWord } from "../parse.ts";
import { drawsOf, parseSampleCount } from "../sample_count.ts";
import { matchesScan, parseScanCursor, parseScanOptions } from "../scan_arguments.ts";
import { cursorReply, entriesReply } from "./entries.ts";

/** With scores, twice as many elements have to fit the integers of a real server. */
const MOST_PAIRS = 2n ** 62n - 1n;

/** `key [count [WITHSCORES]]` */
function pick(context: Context, args: readonly ByteString[]): Reply {
  const { random } = context.keyspace;
  if (args.length === 2) {
    return context.db.getAs(args[1], ZSetValue)?.randomEntry(random).member ?? null;
  }
  const count = parseSampleCount(args[2]);
  if (args.length > 4 || (args.length === 4 && !isWord(args[3], "WITHSCORES"))) {
    throw syntaxError();
  }
  const withScores = args.length === 4;
  if (withScores) checkPairs(args[2]);
  const zset = context.db.getAs(args[1], ZSetValue);
  if (zset === undefined || count === 0) return [];
  if (count >= zset.size) return cursorReply(context, zset.cursor(0, zset.size, true), withScores);
  const entries = count > 0 ? zset.sample(count, random) : draw(zset, drawsOf(count), random);
  return entriesReply(context, entries, withScores);
}

function checkPairs(count: ByteString): void {
  const value = parseInteger(count)!;
  if (value > MOST_PAIRS || value < -MOST_PAIRS) throw new RedisError("ERR value is out of range");
}

/** Entries drawn one by one, so that some may come several times. O(count). */
function draw(zset: ZSetValue, count: number, random: () => number): ZSetEntry[] {
  const entries: ZSetEntry[] = [];
  for (; count > 0; count--) entries.push(zset.randomEntry(random));
  return entries;
}

const zrandmember = defineCommand({
  name: "zrandmember",
  summary: "Answers members of a sorted set picked at random.",
  since: "6.2.0",
  group: "sorted-set",
  complexity: "O(N) where N is the number of members answered",
  arity: -2,
  flags: ["readonly"],
  acl: ["@read", "@sortedset", "@slow"],
  keys: [keyRange("RO access")],
  tips: ["nondeterministic_output"],
  args: [key("key"), opt(block("options", [integer("count"), opt(token("WITHSCORES"))]))],
  run: pick,
});

const zscan = defineCommand({
  name: "zscan",
  summary: "Walks the members of a sorted set and their scores, some at each call.",
  since: "2.8.0",
  group: "sorted-set",
  complexity:
    "O(1) for every call, O(N) for a whole walk, where N is the number of members of the sorted set",
  arity: -3,
  flags: ["readonly"],
  acl: ["@read", "@sortedset", "@slow"],
  keys: [keyRange("RO access")],
  tips: ["nondeterministic_output"],
  args: [
    key("key"),
    integer("cursor"),
    opt(pattern("pattern", { token: "MATCH" })),
    opt(integer("count", { token: "COUNT" })),
  ],
  run(context, args) {
    const cursor = parseScanCursor(args[2]);
    const zset = context.db.getAs(args[1], ZSetValue);
    if (zset === undefined) return ["0", []];
    const options = parseScanOptions(args, 3, false);
    // Only here does 7.2 still write 17 digits, and that of large sorted sets alone.
    const format = zset.encoding === "listpack" ? formatDouble : formatDouble17;
    const items: ByteString[] = [];
    const next = zset.scan(cursor, options.count, (member, score) => {
      if (matchesScan(options, member)) items.push(member, format(score));
    });
    return [String(next), items];
  },
});

/** The commands that pick and walk. */
export const samplingCommands: readonly Command<Context>[] = [zrandmember, zscan];
