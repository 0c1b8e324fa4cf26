/**
 * Commands on several sorted sets (or sets): ZUNION, ZINTER, ZDIFF, their STORE forms, and
 * ZINTERCARD.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { parseDouble } from "../../bytes/double.ts";
import { type Argument, integer, key, many, oneof, opt, token } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyCount, keyRange } from "../../command/key_specs.ts";
import { RedisError, type Reply, syntaxError, wrongType } from "../../resp/reply.ts";
import { SetValue } from "../../values/set.ts";
import { type ZSetEntry, ZSetValue } from "../../values/zset.ts";
import { isWord, parseIntArg, parseRangeArg } from "../parse.ts";
import {
  type Aggregate,
  type Combined,
  countIntersection,
  intersect,
  type Source,
  subtract,
  unite,
} from "./algebra.ts";
import { entriesReply } from "./entries.ts";
import { storeResult } from "./store.ts";

/** What the arguments of a command are. */
interface Form {
  /** Its name, for an error. */
  name: string;
  /** Where `numkeys` stands. */
  at: number;
  /** Takes WEIGHTS and AGGREGATE. */
  weighted?: boolean;
  /** Takes WITHSCORES. */
  answering?: boolean;
  /** Takes LIMIT. */
  counting?: boolean;
}

/** Parsed arguments. */
interface Operation {
  sources: Source[];
  aggregate: Aggregate;
  withScores: boolean;
  /** 0: none. */
  limit: number;
}

/**
 * Read `numkeys key [key …] [option …]`, and look the keys up. A key of a wrong type is found before
 * an error in the options behind it.
 */
function parse(context: Context, args: readonly ByteString[], form: Form): Operation {
  const numKeys = parseIntArg(args[form.at]);
  if (numKeys < 1) {
    throw new RedisError(`ERR at least 1 input key is needed for '${form.name}' command`);
  }
  const end = form.at + 1 + numKeys;
  if (end > args.length) throw syntaxError();
  const sources: Source[] = [];
  for (let i = form.at + 1; i < end; i++) {
    sources.push({ value: lookUp(context, args[i]), weight: 1 });
  }
  const operation: Operation = { sources, aggregate: "sum", withScores: false, limit: 0 };
  for (let i = end; i < args.length;) i = parseOption(args, i, form, operation);
  return operation;
}

function lookUp(context: Context, key: ByteString): ZSetValue | SetValue | undefined {
  const value = context.db.get(key);
  if (value === undefined || value instanceof ZSetValue || value instanceof SetValue) return value;
  throw wrongType();
}

/** Read one option. @returns where the next one stands */
function parseOption(
  args: readonly ByteString[],
  at: number,
  form: Form,
  operation: Operation,
): number {
  const word = args[at];
  const left = args.length - at - 1;
  const { sources } = operation;
  if (form.weighted && left >= sources.length && isWord(word, "WEIGHTS")) {
    sources.forEach((source, i) => source.weight = parseWeight(args[at + 1 + i]));
    return at + 1 + sources.length;
  }
  if (form.weighted && left >= 1 && isWord(word, "AGGREGATE")) {
    operation.aggregate = parseAggregate(args[at + 1]);
    return at + 2;
  }
  if (form.answering && isWord(word, "WITHSCORES")) {
    operation.withScores = true;
    return at + 1;
  }
  if (form.counting && left >= 1 && isWord(word, "LIMIT")) {
    operation.limit = parseRangeArg(args[at + 1], 0, Infinity, "ERR LIMIT can't be negative");
    return at + 2;
  }
  throw syntaxError();
}

function parseWeight(text: ByteString): number {
  const weight = parseDouble(text);
  if (weight === null || weight !== weight) throw new RedisError("ERR weight value is not a float");
  return weight;
}

function parseAggregate(text: ByteString): Aggregate {
  if (isWord(text, "SUM")) return "sum";
  if (isWord(text, "MIN")) return "min";
  if (isWord(text, "MAX")) return "max";
  throw syntaxError();
}

/** What the three operations have in common. */
type Combine = (operation: Operation) => Combined;

const union: Combine = ({ sources, aggregate }) => unite(sources, aggregate);
const intersection: Combine = ({ sources, aggregate }) => intersect(sources, aggregate);
const difference: Combine = ({ sources }) => subtract(sources);

/** Answer a result by score and member. O(n log n). */
function answer(
  context: Context,
  args: readonly ByteString[],
  form: Form,
  combine: Combine,
): Reply {
  const operation = parse(context, args, form);
  const { members, scores } = combine(operation);
  const entries: ZSetEntry[] = members.map((member, i) => ({ member, score: scores[i] }));
  entries.sort((a, b) => {
    if (a.score !== b.score) return a.score < b.score ? -1 : 1;
    return a.member < b.member ? -1 : 1;
  });
  return entriesReply(context, entries, operation.withScores);
}

/** Store a result at `args[1]`. */
function store(context: Context, args: readonly ByteString[], form: Form, combine: Combine): Reply {
  const { members, scores } = combine(parse(context, args, form));
  return storeResult(context, args[1], { members, scores, event: form.name });
}

const KEYS: readonly Argument[] = [integer("numkeys"), many(key("key"))];
const STORE_KEYS: readonly Argument[] = [
  key("destination"),
  integer("numkeys"),
  many(key("key", { keySpecIndex: 1 })),
];
const OPTIONS: readonly Argument[] = [
  opt(many(integer("weight", { token: "WEIGHTS" }))),
  opt(oneof("aggregate", [token("SUM"), token("MIN"), token("MAX")], { token: "AGGREGATE" })),
];
const WITHSCORES = opt(token("WITHSCORES"));

const UNION_COST =
  "O(N)+O(M*log(M)) where N is the number of members of all inputs and M that of the result";
const INTERSECTION_COST =
  "O(N*K)+O(M*log(M)) at worst, where N is the size of the smallest input, K the number of inputs " +
  "and M the size of the result";
const DIFFERENCE_COST =
  "O(L+(N-K)*log(N)) at worst, where L is the number of members of all inputs, N the size of the " +
  "first and K the size of the result";

/** What the commands that answer share. */
const answering = {
  since: "6.2.0",
  group: "sorted-set",
  arity: -3,
  flags: ["readonly", "movablekeys"],
  acl: ["@read", "@sortedset", "@slow"],
  keys: [keyCount("RO access", 1)],
} satisfies Partial<CommandSpec>;

/** What the commands that store share. */
const storing = {
  group: "sorted-set",
  arity: -4,
  flags: ["write", "denyoom", "movablekeys"],
  acl: ["@write", "@sortedset", "@slow"],
  keys: [keyRange("OW update"), keyCount("RO access", 2)],
} satisfies Partial<CommandSpec>;

const ZUNION: Form = { name: "zunion", at: 1, weighted: true, answering: true };
const zunion = defineCommand({
  ...answering,
  name: "zunion",
  summary: "Answers the members that any of several sorted sets has.",
  complexity: UNION_COST,
  args: [...KEYS, ...OPTIONS, WITHSCORES],
  run: (context, args) => answer(context, args, ZUNION, union),
});

const ZINTER: Form = { name: "zinter", at: 1, weighted: true, answering: true };
const zinter = defineCommand({
  ...answering,
  name: "zinter",
  summary: "Answers the members that all of several sorted sets have.",
  complexity: INTERSECTION_COST,
  args: [...KEYS, ...OPTIONS, WITHSCORES],
  run: (context, args) => answer(context, args, ZINTER, intersection),
});

const ZDIFF: Form = { name: "zdiff", at: 1, answering: true };
const zdiff = defineCommand({
  ...answering,
  name: "zdiff",
  summary: "Answers the members of a sorted set that others do not have.",
  complexity: DIFFERENCE_COST,
  args: [...KEYS, WITHSCORES],
  run: (context, args) => answer(context, args, ZDIFF, difference),
});

const ZUNIONSTORE: Form = { name: "zunionstore", at: 2, weighted: true };
const zunionstore = defineCommand({
  ...storing,
  name: "zunionstore",
  summary: "Stores the members that any of several sorted sets has.",
  since: "2.0.0",
  complexity: UNION_COST,
  args: [...STORE_KEYS, ...OPTIONS],
  run: (context, args) => store(context, args, ZUNIONSTORE, union),
});

const ZINTERSTORE: Form = { name: "zinterstore", at: 2, weighted: true };
const zinterstore = defineCommand({
  ...storing,
  name: "zinterstore",
  summary: "Stores the members that all of several sorted sets have.",
  since: "2.0.0",
  complexity: INTERSECTION_COST,
  args: [...STORE_KEYS, ...OPTIONS],
  run: (context, args) => store(context, args, ZINTERSTORE, intersection),
});

const ZDIFFSTORE: Form = { name: "zdiffstore", at: 2 };
const zdiffstore = defineCommand({
  ...storing,
  name: "zdiffstore",
  summary: "Stores the members of a sorted set that others do not have.",
  since: "6.2.0",
  complexity: DIFFERENCE_COST,
  args: [...STORE_KEYS],
  run: (context, args) => store(context, args, ZDIFFSTORE, difference),
});

const ZINTERCARD: Form = { name: "zintercard", at: 1, counting: true };
const zintercard = defineCommand({
  ...answering,
  name: "zintercard",
  summary: "Counts the members that all of several sorted sets have.",
  since: "7.0.0",
  complexity:
    "O(N*K) at worst, where N is the size of the smallest input and K the number of inputs",
  args: [...KEYS, opt(integer("limit", { token: "LIMIT" }))],
  run(context, args) {
    const { sources, limit } = parse(context, args, ZINTERCARD);
    return countIntersection(sources, limit === 0 ? Infinity : limit);
  },
});

/** The commands on several sorted sets. */
export const combiningCommands: readonly Command<Context>[] = [
  zunion,
  zinter,
  zdiff,
  zunionstore,
  zinterstore,
  zdiffstore,
  zintercard,
];
