/**
 * Set commands that pick members at random: SPOP and SRANDMEMBER.
 *
 * SPOP leaves through the journal as the SREM of what it picked, or as DEL when nothing is left.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { integer, key, opt } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { type Reply, SetReply, syntaxError } from "../../resp/reply.ts";
import { SetValue } from "../../values/set.ts";
import { parseRangeArg } from "../parse.ts";
import { drawsOf, parseSampleCount } from "../sample_count.ts";

/** Members in one SREM of the journal, so that none is longer than a request may be. */
const BATCH = 1024;

function pop(context: Context, args: ByteString[]): Reply {
  if (args.length > 3) throw syntaxError();
  if (args.length === 3) return popMany(context, args[1], args[2]);
  const { db } = context;
  const set = db.getForWriteAs(args[1], SetValue);
  const member = set?.pop(db.keyspace.random);
  if (set === undefined || member === undefined) return null;
  db.changed(args[1], EventClass.SET, "spop");
  if (context.journal.active) context.journal.replace(db.index, ["SREM", args[1], member]);
  if (set.size === 0) db.deleteEmptied(args[1]);
  return member;
}

function popMany(context: Context, name: ByteString, countText: ByteString): Reply {
  const { db } = context;
  const count = parseRangeArg(
    countText,
    0,
    Infinity,
    "ERR value is out of range, must be positive",
  );
  const set = db.getForWriteAs(name, SetValue);
  if (set === undefined || count === 0) return new SetReply([]);
  const { random, limits } = db.keyspace;
  const members = set.popMany(count, random, limits);
  db.changed(name, EventClass.SET, "spop", members.length);
  if (set.size === 0) {
    db.deleteEmptied(name);
    const { lazyfreeLazyServerDel } = context.config.values;
    context.journal.replace(db.index, [lazyfreeLazyServerDel ? "UNLINK" : "DEL", name]);
  } else if (context.journal.active) {
    for (let i = 0; i < members.length; i += BATCH) {
      context.journal.replace(db.index, ["SREM", name, ...members.slice(i, i + BATCH)]);
    }
  }
  return new SetReply(members);
}

const spop = defineCommand({
  name: "spop",
  summary: "Removes members of a set picked at random, and answers them.",
  since: "1.0.0",
  group: "set",
  complexity: "O(1) without a count, else O(N) where N is the count",
  arity: -2,
  flags: ["write", "fast"],
  acl: ["@write", "@set", "@fast"],
  keys: [keyRange("RW access delete")],
  tips: ["nondeterministic_output"],
  history: [["3.2.0", "The count came."]],
  args: [key("key"), opt(integer("count", { since: "3.2.0" }))],
  run: pop,
});

function pick({ db }: Context, args: ByteString[]): Reply {
  const { random } = db.keyspace;
  if (args.length === 2) return db.getAs(args[1], SetValue)?.random(random) ?? null;
  if (args.length > 3) throw syntaxError();
  const count = parseSampleCount(args[2]);
  const set = db.getAs(args[1], SetValue);
  if (set === undefined || count === 0) return [];
  return count > 0 ? set.sample(count, random) : draw(set, drawsOf(count), random);
}

/** Members drawn one by one, so that some may come several times. */
function draw(set: SetValue, count: number, random: () => number): ByteString[] {
  const out: ByteString[] = [];
  if (set.encoding === "hashtable") {
    for (; count > 0; count--) out.push(set.random(random)!);
    return out;
  }
  // In other encodings every draw would walk the whole set, so all members are read once.
  const members = set.toArray();
  for (; count > 0; count--) out.push(members[Math.floor(random() * members.length)]);
  return out;
}

const srandmember = defineCommand({
  name: "srandmember",
  summary: "Answers members of a set picked at random.",
  since: "1.0.0",
  group: "set",
  complexity: "O(1) without a count, else O(N) where N is the count without its sign",
  arity: -2,
  flags: ["readonly"],
  acl: ["@read", "@set", "@slow"],
  keys: [keyRange("RO access")],
  tips: ["nondeterministic_output"],
  history: [["2.6.0", "The count came."]],
  args: [key("key"), opt(integer("count", { since: "2.6.0" }))],
  run: pick,
});

/** The commands that pick members at random. */
export const randomMemberCommands: readonly Command<Context>[] = [spop, srandmember];
