/**
 * Adding members and changing scores: ZADD, ZINCRBY.
 *
 * All arguments are read before the key is looked at, so that an error changes nothing.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { parseDouble } from "../../bytes/double.ts";
import {
  block,
  double,
  integer,
  key,
  many,
  oneof,
  opt,
  string,
  token,
} from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { DoubleReply, RedisError, type Reply, syntaxError } from "../../resp/reply.ts";
import { ZSetValue } from "../../values/zset.ts";
import { isWord } from "../parse.ts";

/** Options of ZADD. */
interface AddOptions {
  /** Only add new members. */
  nx: boolean;
  /** Only change members that are there. */
  xx: boolean;
  /** Only raise scores. */
  gt: boolean;
  /** Only lower scores. */
  lt: boolean;
  /** Count changed members, too. */
  ch: boolean;
  /** The score is an increment. */
  incr: boolean;
}

/** Options with which every member is added or changed. */
const PLAIN: AddOptions = { nx: false, xx: false, gt: false, lt: false, ch: false, incr: false };

/** What ZINCRBY asks for. */
const INCREMENT: AddOptions = { ...PLAIN, incr: true };

/** The option that a word switches on. */
function optionOf(word: ByteString): keyof AddOptions | null {
  // Most words are scores, and those hardly ever begin with a letter.
  if (word.charCodeAt(0) < 0x41 || word.length > 4) return null;
  if (isWord(word, "NX")) return "nx";
  if (isWord(word, "XX")) return "xx";
  if (isWord(word, "GT")) return "gt";
  if (isWord(word, "LT")) return "lt";
  if (isWord(word, "CH")) return "ch";
  if (isWord(word, "INCR")) return "incr";
  return null;
}

/** A score or an increment. */
function parseScore(text: ByteString): number {
  const score = parseDouble(text);
  if (score === null || score !== score) throw new RedisError("ERR value is not a valid float");
  return score;
}

/** Read the arguments from the third on, `[option …] score member [score member …]`, and run them. */
function parseAndAdd(context: Context, args: ByteString[], base: AddOptions): Reply {
  let options = base;
  let first = 2;
  for (; first < args.length; first++) {
    const option = optionOf(args[first]);
    if (option === null) break;
    if (options === base) options = { ...base };
    options[option] = true;
  }
  const count = args.length - first;
  if (count === 0 || count % 2 !== 0) throw syntaxError();
  if (options !== PLAIN) {
    const { nx, xx, gt, lt } = options;
    if (nx && xx) {
      throw new RedisError("ERR XX and NX options at the same time are not compatible");
    }
    if ((nx && (gt || lt)) || (gt && lt)) {
      throw new RedisError("ERR GT, LT, and/or NX options at the same time are not compatible");
    }
    if (options.incr && count > 2) {
      throw new RedisError("ERR INCR option supports a single increment-element pair");
    }
  }
  const scores: number[] = [];
  for (let i = first; i < args.length; i += 2) scores.push(parseScore(args[i]));
  return add(context, args, { first: first + 1, scores, options });
}

/**
 * Run a ZADD, for commands that are a form of it (GEOADD).
 *
 * @param args those of the ZADD
 */
export function addMembers(context: Context, args: ByteString[]): Reply {
  return parseAndAdd(context, args, PLAIN);
}

/** What to add, and how. */
interface Addition {
  /** Where the first member stands in the arguments; the others follow at every second place. */
  first: number;
  /** One for each member. */
  scores: readonly number[];
  options: AddOptions;
}

/** Add members to the sorted set at `args[1]`. */
function add(context: Context, args: readonly ByteString[], addition: Addition): Reply {
  const { first, scores, options } = addition;
  const { db } = context;
  const { limits } = context.keyspace;
  const found = db.getForWriteAs(args[1], ZSetValue);
  if (found === undefined && options.xx) return options.incr ? null : 0;
  const zset = found ?? ZSetValue.create(limits, scores.length, args[first].length);
  if (found !== undefined) found.prepare(scores.length, limits);

  let added = 0;
  let updated = 0;
  let result: number | null = null;
  for (let i = 0; i < scores.length; i++) {
    const member = args[first + 2 * i];
    let score = scores[i];
    if (options !== PLAIN) {
      const wanted = newScore(zset.score(member), score, options);
      if (wanted === null) continue;
      score = wanted;
    }
    result = score;
    const outcome = zset.add(member, score, limits);
    if (outcome === "added") added++;
    else if (outcome === "updated") updated++;
  }
  // A new sorted set has a member now: only XX leaves new ones out.
  if (found === undefined) db.add(args[1], zset);
  const count = added + updated;
  if (count > 0) db.changed(args[1], EventClass.ZSET, options.incr ? "zincr" : "zadd", count);
  if (options.incr) return result === null ? null : new DoubleReply(result);
  return options.ch ? count : added;
}

/**
 * The score that a member is to get.
 *
 * @param current its score, undefined when it is new
 * @returns null when the options say that nothing is to be done
 */
function newScore(
  current: number | undefined,
  score: number,
  options: AddOptions,
): number | null {
  if (current === undefined) return options.xx ? null : score;
  if (options.nx) return null;
  if (options.incr) {
    score += current;
    if (score !== score) throw new RedisError("ERR resulting score is not a number (NaN)");
  }
  if ((options.lt && score >= current) || (options.gt && score <= current)) return null;
  return score;
}

const zadd = defineCommand({
  name: "zadd",
  summary: "Adds members with their scores to a sorted set, or changes the scores of members.",
  since: "1.2.0",
  group: "sorted-set",
  complexity: "O(log(N)) for every member given, where N is the size of the sorted set",
  arity: -4,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@sortedset", "@fast"],
  keys: [keyRange("RW update")],
  history: [
    ["2.4.0", "Several members may be given."],
    ["3.0.2", "The options `XX`, `NX`, `CH` and `INCR` came."],
    ["6.2.0", "The options `GT` and `LT` came."],
  ],
  args: [
    key("key"),
    opt(oneof("condition", [token("NX"), token("XX")], { since: "3.0.2" })),
    opt(oneof("comparison", [token("GT"), token("LT")], { since: "6.2.0" })),
    opt(token("CH", { name: "change", since: "3.0.2" })),
    opt(token("INCR", { name: "increment", since: "3.0.2" })),
    many(block("data", [double("score"), string("member")])),
  ],
  run: addMembers,
});

const zincrby = defineCommand({
  name: "zincrby",
  summary: "Adds to the score of a member of a sorted set, which is added when absent.",
  since: "1.2.0",
  group: "sorted-set",
  complexity: "O(log(N)) where N is the size of the sorted set",
  arity: 4,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@sortedset", "@fast"],
  keys: [keyRange("RW access update")],
  args: [key("key"), integer("increment"), string("member")],
  // The real server reads options here, too, and then finds that the score is missing.
  run: (context, args) => parseAndAdd(context, args, INCREMENT),
});

/** The commands that add members. */
export const addCommands: readonly Command<Context>[] = [zadd, zincrby];
