/**
 * Hash commands that answer a whole hash, or parts that they pick themselves: HGETALL, HKEYS, HVALS,
 * HSCAN, HRANDFIELD. Expired fields are hidden from them.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { parseInteger } from "../../bytes/int.ts";
import { block, integer, key, opt, pattern, token } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { fieldTime } from "../../keyspace/field_expire.ts";
import { MapReply, RedisError, type Reply, syntaxError } from "../../resp/reply.ts";
import { HashValue } from "../../values/hash.ts";
import { isWord } from "../parse.ts";
import { drawsOf, parseSampleCount } from "../sample_count.ts";
import { matchesScan, parseScanCursor, parseScanOptions } from "../scan_arguments.ts";

/** Beyond half the range a count has no room for pairs. */
const MOST_PAIRS = 2n ** 62n - 1n;

const hgetall = defineCommand({
  name: "hgetall",
  summary: "Answers all fields of a hash with their values.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(N) where N is the number of fields",
  arity: 2,
  flags: ["readonly"],
  acl: ["@read", "@hash", "@slow"],
  keys: [keyRange("RO access")],
  tips: ["nondeterministic_output_order"],
  args: [key("key")],
  run: ({ db }, args) =>
    new MapReply(db.getAs(args[1], HashValue)?.toFlat(fieldTime(db.keyspace)) ?? []),
});

const hkeys = defineCommand({
  name: "hkeys",
  summary: "Answers the names of all fields of a hash.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(N) where N is the number of fields",
  arity: 2,
  flags: ["readonly"],
  acl: ["@read", "@hash", "@slow"],
  keys: [keyRange("RO access")],
  tips: ["nondeterministic_output_order"],
  args: [key("key")],
  run: ({ db }, args) => db.getAs(args[1], HashValue)?.fields(fieldTime(db.keyspace)) ?? [],
});

const hvals = defineCommand({
  name: "hvals",
  summary: "Answers the values of all fields of a hash.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(N) where N is the number of fields",
  arity: 2,
  flags: ["readonly"],
  acl: ["@read", "@hash", "@slow"],
  keys: [keyRange("RO access")],
  tips: ["nondeterministic_output_order"],
  args: [key("key")],
  run: ({ db }, args) => db.getAs(args[1], HashValue)?.values(fieldTime(db.keyspace)) ?? [],
});

function randomField(context: Context, args: ByteString[]): Reply {
  const { keyspace } = context;
  const { random } = keyspace;
  const now = fieldTime(keyspace);
  if (args.length === 2) {
    return context.db.getAs(args[1], HashValue)?.random(random, now)?.[0] ?? null;
  }
  const count = parseSampleCount(args[2]);
  if (args.length > 4 || (args.length === 4 && !isWord(args[3], "WITHVALUES"))) {
    throw syntaxError();
  }
  const withValues = args.length === 4;
  if (withValues) checkPairs(args[2]);
  const hash = context.db.getAs(args[1], HashValue);
  if (hash === undefined || count === 0) return [];
  const flat = count > 0
    ? hash.sample(count, random, now)
    : draw(hash, drawsOf(count), random, now);
  return arrange(flat, withValues, context.client.protocol);
}

function checkPairs(count: ByteString): void {
  const value = parseInteger(count)!;
  if (value > MOST_PAIRS || value < -MOST_PAIRS) throw new RedisError("ERR value is out of range");
}

/** Pairs drawn one by one, so that some may come several times; flat. */
function draw(hash: HashValue, count: number, random: () => number, now: number): ByteString[] {
  const out: ByteString[] = [];
  // Where every draw would walk the whole hash, all pairs are read once.
  const flat = hash.encoding === "hashtable" && hash.nextExpiry >= now ? null : hash.toFlat(now);
  if (flat !== null && flat.length === 0) return out;
  for (; count > 0; count--) {
    if (flat === null) {
      const pair = hash.random(random)!;
      out.push(pair[0], pair[1]);
    } else {
      const i = 2 * Math.floor(random() * (flat.length / 2));
      out.push(flat[i], flat[i + 1]);
    }
  }
  return out;
}

/** Of flat pairs what HRANDFIELD answers: the names, or the pairs in the form of the protocol. */
function arrange(flat: ByteString[], withValues: boolean, protocol: 2 | 3): Reply {
  if (withValues && protocol === 2) return flat;
  const out: Reply[] = [];
  for (let i = 0; i < flat.length; i += 2) out.push(withValues ? [flat[i], flat[i + 1]] : flat[i]);
  return out;
}

const hrandfield = defineCommand({
  name: "hrandfield",
  summary: "Answers fields of a hash picked at random.",
  since: "6.2.0",
  group: "hash",
  complexity: "O(N) where N is the number of fields answered",
  arity: -2,
  flags: ["readonly"],
  acl: ["@read", "@hash", "@slow"],
  keys: [keyRange("RO access")],
  tips: ["nondeterministic_output"],
  args: [key("key"), opt(block("options", [integer("count"), opt(token("WITHVALUES"))]))],
  run: randomField,
});

function scanFields({ db }: Context, args: ByteString[]): Reply {
  const cursor = parseScanCursor(args[2]);
  const hash = db.getAs(args[1], HashValue);
  if (hash === undefined) return ["0", []];
  const plain = withoutNoValues(args);
  const options = parseScanOptions(plain, 3, false);
  const page = hash.scan(cursor, options.count, fieldTime(db.keyspace));
  const items: ByteString[] = [];
  for (let i = 0; i < page.items.length; i += 2) {
    if (!matchesScan(options, page.items[i])) continue;
    items.push(page.items[i]);
    if (plain === args) items.push(page.items[i + 1]);
  }
  return [String(page.cursor), items];
}

/** The arguments of HSCAN without the option that only it has; the very same ones if it is not there. */
function withoutNoValues(args: ByteString[]): ByteString[] {
  for (let i = 3; i < args.length; i += 2) {
    if (isWord(args[i], "NOVALUES")) {
      return withoutNoValues([...args.slice(0, i), ...args.slice(i + 1)]);
    }
  }
  return args;
}

const hscan = defineCommand({
  name: "hscan",
  summary: "Walks the fields of a hash, some at each call.",
  since: "2.8.0",
  group: "hash",
  complexity:
    "O(1) for every call, O(N) for a whole walk, where N is the number of fields in the hash",
  arity: -3,
  flags: ["readonly"],
  acl: ["@read", "@hash", "@slow"],
  keys: [keyRange("RO access")],
  tips: ["nondeterministic_output"],
  args: [
    key("key"),
    integer("cursor"),
    opt(pattern("pattern", { token: "MATCH" })),
    opt(integer("count", { token: "COUNT" })),
    opt(token("NOVALUES")),
  ],
  run: scanFields,
});

/** The commands that answer whole hashes. */
export const wholeHashCommands: readonly Command<Context>[] = [
  hgetall,
  hkeys,
  hvals,
  hrandfield,
  hscan,
];
