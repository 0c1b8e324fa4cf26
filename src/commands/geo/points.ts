/**
 * Single places: GEOADD, GEOPOS, GEOHASH, GEODIST.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { block, double, key, many, oneof, opt, string, token } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { NULL_ARRAY, type Reply, syntaxError } from "../../resp/reply.ts";
import { geoDistance, geoPoint, geoScore, geoText } from "../../values/geohash.ts";
import { ZSetValue } from "../../values/zset.ts";
import { isWord } from "../parse.ts";
import { addMembers } from "../sorted_set/add.ts";
import { distanceReply, parsePoint, parseUnit, pointReply, UNIT } from "./text.ts";

/** It is a ZADD in disguise, and is journaled as that (in small letters, as a real server does). */
function add(context: Context, args: readonly ByteString[]): Reply {
  let nx = false;
  let xx = false;
  let first = 2;
  for (; first < args.length; first++) {
    if (isWord(args[first], "NX")) nx = true;
    else if (isWord(args[first], "XX")) xx = true;
    else if (!isWord(args[first], "CH")) break;
  }
  if ((args.length - first) % 3 !== 0 || (nx && xx)) throw syntaxError();
  const addition = ["zadd", ...args.slice(1, first)];
  for (let i = first; i < args.length; i += 3) {
    addition.push(String(geoScore(parsePoint(args[i], args[i + 1]))), args[i + 2]);
  }
  const { journal, keyspace } = context;
  const before = keyspace.changes;
  const reply = addMembers(context, addition);
  if (keyspace.changes !== before && journal.active) journal.replace(context.db.index, addition);
  return reply;
}

const geoAdd = defineCommand({
  name: "geoadd",
  summary: "Adds places to a sorted set, or moves them.",
  since: "3.2.0",
  group: "geo",
  complexity: "O(log(N)) for every place, where N is the size of the sorted set",
  arity: -5,
  flags: ["write", "denyoom"],
  acl: ["@write", "@geo", "@slow"],
  keys: [keyRange("RW update")],
  history: [["6.2.0", "The options `CH`, `NX` and `XX` came."]],
  args: [
    key("key"),
    opt(oneof("condition", [token("NX"), token("XX")], { since: "6.2.0" })),
    opt(token("CH", { name: "change", since: "6.2.0" })),
    many(block("data", [double("longitude"), double("latitude"), string("member")])),
  ],
  run: add,
});

/** What the commands that look members up share. */
const common = {
  since: "3.2.0",
  group: "geo",
  arity: -2,
  flags: ["readonly"],
  acl: ["@read", "@geo", "@slow"],
  keys: [keyRange("RO access")],
  args: [key("key"), opt(many(string("member")))],
} satisfies Partial<CommandSpec>;

/** The reply with one item for each member in the arguments. */
function forEachMember(
  context: Context,
  args: readonly ByteString[],
  missing: Reply,
  reply: (score: number) => Reply,
): Reply {
  const zset = context.db.getAs(args[1], ZSetValue);
  return args.slice(2).map((member) => {
    const score = zset?.score(member);
    return score === undefined ? missing : reply(score);
  });
}

const geoPos = defineCommand({
  ...common,
  name: "geopos",
  summary: "Answers the coordinates of places.",
  complexity: "O(1) for every place",
  run: (context, args) =>
    forEachMember(context, args, NULL_ARRAY, (score) => pointReply(geoPoint(score))),
});

const geoHash = defineCommand({
  ...common,
  name: "geohash",
  summary: "Answers the geohashes of places.",
  complexity: "O(1) for every place",
  run: (context, args) => forEachMember(context, args, null, geoText),
});

const geoDist = defineCommand({
  ...common,
  name: "geodist",
  summary: "Answers the distance of two places.",
  complexity: "O(1)",
  arity: -4,
  args: [key("key"), string("member1"), string("member2"), opt(UNIT)],
  run(context, args) {
    if (args.length > 5) throw syntaxError();
    const metres = args.length === 5 ? parseUnit(args[4]) : 1;
    const zset = context.db.getAs(args[1], ZSetValue);
    const from = zset?.score(args[2]);
    const to = zset?.score(args[3]);
    if (from === undefined || to === undefined) return null;
    return distanceReply(geoDistance(geoPoint(from), geoPoint(to)) / metres);
  },
});

/** The commands on single places. */
export const pointCommands: readonly Command<Context>[] = [geoAdd, geoPos, geoHash, geoDist];
