/**
 * Set commands on one set: SADD, SREM, SISMEMBER, SMISMEMBER, SMEMBERS, SCARD, SSCAN, and SMOVE.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { integer, key, many, opt, pattern, string } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { type Reply, SetReply } from "../../resp/reply.ts";
import { SetValue } from "../../values/set.ts";
import { matchesScan, parseScanCursor, parseScanOptions } from "../scan_arguments.ts";

const sadd = defineCommand({
  name: "sadd",
  summary: "Adds members to a set, and counts those that are new.",
  since: "1.0.0",
  group: "set",
  complexity: "O(1) for one member; O(N) where N is the number of members added",
  arity: -3,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@set", "@fast"],
  keys: [keyRange("RW insert")],
  history: [["2.4.0", "Several members can be added."]],
  args: [key("key"), many(string("member"))],
  run({ db }, args) {
    const { limits } = db.keyspace;
    let set = db.getForWriteAs(args[1], SetValue);
    if (set === undefined) {
      set = SetValue.create(args[2], args.length - 2, limits);
      db.add(args[1], set);
    } else {
      set.reserve(args.length - 2, limits);
    }
    let added = 0;
    for (let i = 2; i < args.length; i++) if (set.add(args[i], limits)) added++;
    if (added > 0) db.changed(args[1], EventClass.SET, "sadd", added);
    return added;
  },
});

const srem = defineCommand({
  name: "srem",
  summary: "Removes members from a set, and the key with the last of them.",
  since: "1.0.0",
  group: "set",
  complexity: "O(N) where N is the number of members named",
  arity: -3,
  flags: ["write", "fast"],
  acl: ["@write", "@set", "@fast"],
  keys: [keyRange("RW delete")],
  history: [["2.4.0", "Several members can be named."]],
  args: [key("key"), many(string("member"))],
  run({ db }, args) {
    const set = db.getForWriteAs(args[1], SetValue);
    if (set === undefined) return 0;
    let removed = 0;
    for (let i = 2; i < args.length && set.size > 0; i++) if (set.delete(args[i])) removed++;
    if (removed === 0) return 0;
    db.changed(args[1], EventClass.SET, "srem", removed);
    if (set.size === 0) db.deleteEmptied(args[1]);
    return removed;
  },
});

const sismember = defineCommand({
  name: "sismember",
  summary: "Tells whether something is a member of a set.",
  since: "1.0.0",
  group: "set",
  complexity: "O(1)",
  arity: 3,
  flags: ["readonly", "fast"],
  acl: ["@read", "@set", "@fast"],
  keys: [keyRange("RO")],
  args: [key("key"), string("member")],
  run: ({ db }, args) => db.getAs(args[1], SetValue)?.has(args[2]) ? 1 : 0,
});

const smismember = defineCommand({
  name: "smismember",
  summary: "Tells of several things whether they are members of a set.",
  since: "6.2.0",
  group: "set",
  complexity: "O(N) where N is the number of members asked for",
  arity: -3,
  flags: ["readonly", "fast"],
  acl: ["@read", "@set", "@fast"],
  keys: [keyRange("RO access")],
  args: [key("key"), many(string("member"))],
  run({ db }, args) {
    const set = db.getAs(args[1], SetValue);
    const out: Reply[] = [];
    for (let i = 2; i < args.length; i++) out.push(set?.has(args[i]) ? 1 : 0);
    return out;
  },
});

const smembers = defineCommand({
  name: "smembers",
  summary: "Answers all members of a set.",
  since: "1.0.0",
  group: "set",
  complexity: "O(N) where N is the number of members",
  arity: 2,
  flags: ["readonly"],
  acl: ["@read", "@set", "@slow"],
  keys: [keyRange("RO access")],
  tips: ["nondeterministic_output_order"],
  args: [key("key")],
  run: ({ db }, args) => new SetReply(db.getAs(args[1], SetValue)?.toArray() ?? []),
});

const scard = defineCommand({
  name: "scard",
  summary: "Counts the members of a set.",
  since: "1.0.0",
  group: "set",
  complexity: "O(1)",
  arity: 2,
  flags: ["readonly", "fast"],
  acl: ["@read", "@set", "@fast"],
  keys: [keyRange("RO")],
  args: [key("key")],
  run: ({ db }, args) => db.getAs(args[1], SetValue)?.size ?? 0,
});

function moveMember({ db }: Context, [, from, to, member]: ByteString[]): Reply {
  const source = db.getForWriteAs(from, SetValue);
  if (source === undefined) return 0;
  const target = db.getForWriteAs(to, SetValue);
  if (source === target) return source.has(member) ? 1 : 0;
  if (!source.delete(member)) return 0;
  db.changed(from, EventClass.SET, "srem");
  if (source.size === 0) db.deleteEmptied(from);
  const { limits } = db.keyspace;
  const grown = target ?? SetValue.create(member, 1, limits);
  if (target === undefined) db.add(to, grown);
  if (grown.add(member, limits)) db.changed(to, EventClass.SET, "sadd");
  return 1;
}

const smove = defineCommand({
  name: "smove",
  summary: "Takes a member out of a set and adds it to another.",
  since: "1.0.0",
  group: "set",
  complexity: "O(1)",
  arity: 4,
  flags: ["write", "fast"],
  acl: ["@write", "@set", "@fast"],
  keys: [keyRange("RW access delete"), keyRange("RW insert", { at: 2 })],
  args: [key("source"), key("destination", { keySpecIndex: 1 }), string("member")],
  run: moveMember,
});

const sscan = defineCommand({
  name: "sscan",
  summary: "Walks the members of a set, some at each call.",
  since: "2.8.0",
  group: "set",
  complexity:
    "O(1) for every call, O(N) for a whole walk, where N is the number of members in the set",
  arity: -3,
  flags: ["readonly"],
  acl: ["@read", "@set", "@slow"],
  keys: [keyRange("RO access")],
  tips: ["nondeterministic_output"],
  args: [
    key("key"),
    integer("cursor"),
    opt(pattern("pattern", { token: "MATCH" })),
    opt(integer("count", { token: "COUNT" })),
  ],
  run({ db }, args) {
    const cursor = parseScanCursor(args[2]);
    const set = db.getAs(args[1], SetValue);
    if (set === undefined) return ["0", []];
    const options = parseScanOptions(args, 3, false);
    const page = set.scan(cursor, options.count);
    const items = options.pattern === null
      ? page.items
      : page.items.filter((member) => matchesScan(options, member));
    return [String(page.cursor), items];
  },
});

/** The commands on one set. */
export const memberCommands: readonly Command<Context>[] = [
  sadd,
  srem,
  sismember,
  smismember,
  smembers,
  scard,
  smove,
  sscan,
];
