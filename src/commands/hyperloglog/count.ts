/**
 * Adding, counting and merging: PFADD, PFCOUNT, PFMERGE.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { key, many, opt, string } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { OK, type Reply } from "../../resp/reply.ts";
import { HLL_REGISTERS, HyperLogLog } from "../../values/hyperloglog.ts";
import { readHyperLogLog, refusingBroken, StoredHyperLogLog } from "./stored.ts";

function add(context: Context, args: readonly ByteString[]): Reply {
  const { db } = context;
  const key = args[1];
  const value = db.getForWrite(key);
  const stored = value === undefined
    ? StoredHyperLogLog.create(context, key)
    : StoredHyperLogLog.open(context, key, value);
  const { hll } = stored;
  const limit = context.config.values.hllSparseMaxBytes;
  let changes = value === undefined ? 1 : 0;
  for (let i = 2; i < args.length; i++) if (hll.add(args[i], limit)) changes++;
  if (changes === 0) return 0;
  hll.invalidate();
  stored.save();
  db.changed(key, EventClass.STRING, "pfadd", changes);
  return 1;
}

const pfAdd = defineCommand({
  name: "pfadd",
  summary: "Adds elements to a HyperLogLog, which is created when absent.",
  since: "2.8.9",
  group: "hyperloglog",
  complexity: "O(1) for every element",
  arity: -2,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@hyperloglog", "@fast"],
  keys: [keyRange("RW insert")],
  args: [key("key"), opt(many(string("element")))],
  run: refusingBroken(add),
});

function countOne(context: Context, key: ByteString): number | bigint {
  const { db } = context;
  const value = db.get(key);
  if (value === undefined) return 0;
  const stored = StoredHyperLogLog.open(context, key, value);
  const known = stored.hll.storedCount();
  if (known !== null) return known;
  const count = stored.hll.count();
  stored.save();
  // The count is now in the string: that is a change, though one without an event.
  db.keyspace.changes++;
  db.keyspace.listeners.modified(db, key);
  return count;
}

function countUnion(context: Context, keys: readonly ByteString[]): number | bigint {
  const registers = new Uint8Array(HLL_REGISTERS);
  for (const key of keys) {
    const value = context.db.get(key);
    if (value !== undefined) readHyperLogLog(value).mergeInto(registers);
  }
  return HyperLogLog.countOf(registers);
}

const pfCount = defineCommand({
  name: "pfcount",
  summary:
    "Estimates how many different elements were added to a HyperLogLog, or to any of several.",
  since: "2.8.9",
  group: "hyperloglog",
  complexity: "O(1) for one key, mostly; O(N) for N keys, with a large constant",
  arity: -2,
  flags: ["readonly", "may_replicate"],
  acl: ["@read", "@hyperloglog", "@slow"],
  keys: [
    keyRange("RW access", {
      last: -1,
      notes: "The string is written to, as it keeps the last estimate, and that is replicated",
    }),
  ],
  args: [many(key("key"))],
  run: refusingBroken((context, args) =>
    args.length === 2 ? countOne(context, args[1]) : countUnion(context, args.slice(1))
  ),
});

function merge(context: Context, args: readonly ByteString[]): Reply {
  const { db } = context;
  const registers = new Uint8Array(HLL_REGISTERS);
  let dense = false;
  for (let i = 1; i < args.length; i++) {
    const value = db.get(args[i]);
    if (value === undefined) continue;
    const hll = readHyperLogLog(value);
    dense ||= hll.encoding === "dense";
    hll.mergeInto(registers);
  }
  const key = args[1];
  const value = db.getForWrite(key);
  const stored = value === undefined
    ? StoredHyperLogLog.create(context, key)
    : StoredHyperLogLog.open(context, key, value);
  if (dense) stored.hll.toDense();
  stored.hll.raiseTo(registers, context.config.values.hllSparseMaxBytes);
  stored.save();
  db.changed(key, EventClass.STRING, "pfadd");
  return OK;
}

const pfMerge = defineCommand({
  name: "pfmerge",
  summary: "Adds all elements of several HyperLogLogs to one.",
  since: "2.8.9",
  group: "hyperloglog",
  complexity: "O(N) for N HyperLogLogs, with a large constant",
  arity: -2,
  flags: ["write", "denyoom"],
  acl: ["@write", "@hyperloglog", "@slow"],
  keys: [keyRange("RW access insert"), keyRange("RO access", { at: 2, last: -1 })],
  args: [key("destkey"), opt(many(key("sourcekey", { keySpecIndex: 1 })))],
  run: refusingBroken(merge),
});

/** The commands for everybody. */
export const countingCommands: readonly Command<Context>[] = [pfAdd, pfCount, pfMerge];
