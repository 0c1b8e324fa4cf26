/**
 * Commands that list, look for and remove keys: KEYS, SCAN, RANDOMKEY, TYPE, EXISTS, TOUCH, DEL,
 * UNLINK.
 *
 * DEL and UNLINK do the same here: the garbage collector frees the value in either case.
 *
 * @module
 */

import { asciiLower, type ByteString } from "../../bytes/bytes.ts";
import { matchGlob } from "../../bytes/glob.ts";
import { integer, key, many, opt, pattern, string } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import type { Database } from "../../keyspace/database.ts";
import { EventClass } from "../../keyspace/events.ts";
import { NO_ENTRY, NO_EXPIRY } from "../../keyspace/key_table.ts";
import { type Reply, SimpleString } from "../../resp/reply.ts";
import type { TypeName } from "../../values/value.ts";
import {
  matchesScan,
  parseScanCursor,
  parseScanOptions,
  type ScanOptions,
} from "../scan_arguments.ts";
import { lookUpTouched, lookUpUntouched, typeAt } from "./look_up.ts";
import type { ServerCommand } from "../services.ts";

/** What commands over any number of keys share. */
const overKeys = {
  since: "1.0.0",
  group: "generic",
  arity: -2,
  tips: ["request_policy:multi_shard", "response_policy:agg_sum"],
  args: [many(key("key"))],
} satisfies Partial<CommandSpec>;

const keys = defineCommand({
  name: "keys",
  summary: "Answers all keys that match a pattern.",
  since: "1.0.0",
  group: "generic",
  complexity: "O(N) where N is the number of keys in the database",
  arity: 2,
  flags: ["readonly"],
  acl: ["@keyspace", "@read", "@slow", "@dangerous"],
  tips: ["request_policy:all_shards", "nondeterministic_output_order"],
  args: [pattern("pattern")],
  run(context, args) {
    const glob = args[1];
    const all = glob === "*";
    const { db } = context;
    const { table, keyspace: { clock, expiryPaused } } = db;
    const found: Reply[] = [];
    for (let entry = 0; entry < table.entryLimit; entry++) {
      if (!table.isLive(entry)) continue;
      const name = table.keyAt(entry);
      if (!all && !matchGlob(glob, name)) continue;
      // What is past its time is left out, and left alone.
      const at = table.expireAt(entry);
      if (at === NO_EXPIRY || at >= clock.ms || expiryPaused) found.push(name);
    }
    return found;
  },
});

const scan = defineCommand({
  name: "scan",
  summary: "Walks the keys of the database, some at each call.",
  since: "2.8.0",
  group: "generic",
  complexity:
    "O(1) for every call, O(N) for a whole walk, where N is the number of keys in the database",
  arity: -2,
  flags: ["readonly"],
  acl: ["@keyspace", "@read", "@slow"],
  tips: ["nondeterministic_output", "request_policy:special", "response_policy:special"],
  history: [["6.0.0", "The TYPE option came."]],
  args: [
    integer("cursor"),
    opt(pattern("pattern", { token: "MATCH" })),
    opt(integer("count", { token: "COUNT" })),
    opt(string("type", { token: "TYPE", since: "6.0.0" })),
  ],
  run(context, args) {
    const cursor = parseScanCursor(args[1]);
    const options = parseScanOptions(args, 2, true);
    const type = options.type === null ? null : asciiLower(options.type);
    const found: ByteString[] = [];
    // Keys that it removes on its way have nothing to do with each other.
    context.journal.separate();
    const next = context.db.scan(cursor, options.count, (name) => {
      if (matchesScan(options, name)) found.push(name);
    });
    return [String(next), found.filter((name) => isListed(context.db, name, type))];
  },
});

/** Whether SCAN gives a key: it is not past its time, and has the type asked for. */
function isListed(db: Database, name: ByteString, type: ScanOptions["type"]): boolean {
  if (type === null && db.table.expiring === 0) return true;
  const entry = db.entryOf(name);
  return entry !== NO_ENTRY && (type === null || typeAt(db.table, entry) === type);
}

const randomKey = defineCommand({
  name: "randomkey",
  summary: "Answers one of the keys, all being equally likely.",
  since: "1.0.0",
  group: "generic",
  complexity: "O(1)",
  arity: 1,
  flags: ["readonly"],
  acl: ["@keyspace", "@read", "@slow"],
  tips: ["request_policy:all_shards", "response_policy:special", "nondeterministic_output"],
  run(context) {
    context.journal.separate();
    return context.db.randomKey() ?? null;
  },
});

const NONE = new SimpleString("none");
const TYPE_REPLIES: Record<TypeName, SimpleString> = {
  string: new SimpleString("string"),
  list: new SimpleString("list"),
  set: new SimpleString("set"),
  hash: new SimpleString("hash"),
  zset: new SimpleString("zset"),
  stream: new SimpleString("stream"),
};

const type = defineCommand({
  name: "type",
  summary: "Answers the type of what a key holds.",
  since: "1.0.0",
  group: "generic",
  complexity: "O(1)",
  arity: 2,
  flags: ["readonly", "fast"],
  acl: ["@keyspace", "@read", "@fast"],
  keys: [keyRange("RO")],
  args: [key("key")],
  run({ db }, args) {
    const entry = lookUpUntouched(db, args[1]);
    return entry === NO_ENTRY ? NONE : TYPE_REPLIES[typeAt(db.table, entry)];
  },
});

const exists = defineCommand({
  ...overKeys,
  name: "exists",
  summary: "Counts how many of the named keys are there; one that is named twice counts twice.",
  complexity: "O(N) where N is the number of keys named",
  flags: ["readonly", "fast"],
  acl: ["@keyspace", "@read", "@fast"],
  keys: [keyRange("RO", { last: -1 })],
  history: [["3.0.3", "Several keys can be named."]],
  run({ db }, args) {
    let count = 0;
    for (let i = 1; i < args.length; i++) {
      if (lookUpUntouched(db, args[i]) !== NO_ENTRY) count++;
    }
    return count;
  },
});

const touch = defineCommand({
  ...overKeys,
  name: "touch",
  summary: "Marks keys as just used, and counts those that are there.",
  since: "3.2.1",
  complexity: "O(N) where N is the number of keys named",
  flags: ["readonly", "fast"],
  acl: ["@keyspace", "@read", "@fast"],
  keys: [keyRange("RO", { last: -1 })],
  run({ db }, args) {
    let count = 0;
    for (let i = 1; i < args.length; i++) if (lookUpTouched(db, args[i]) !== NO_ENTRY) count++;
    return count;
  },
});

const del = defineCommand({
  ...overKeys,
  name: "del",
  summary: "Removes keys.",
  complexity:
    "O(N) where N is the number of keys named; what they held is freed later, in the background",
  flags: ["write"],
  acl: ["@keyspace", "@write", "@slow"],
  keys: [keyRange("RM delete", { last: -1 })],
  run: removeKeys,
});

const unlink = defineCommand({
  ...overKeys,
  name: "unlink",
  summary: "Removes keys, and frees what they held in the background.",
  since: "4.0.0",
  complexity:
    "O(1) for every key named; freeing what a key held is O(N) in its elements, in the background",
  flags: ["write", "fast"],
  acl: ["@keyspace", "@write", "@fast"],
  keys: [keyRange("RM delete", { last: -1 })],
  run: removeKeys,
});

function removeKeys({ db }: Context, args: ByteString[]): Reply {
  let count = 0;
  for (let i = 1; i < args.length; i++) {
    if (!db.delete(args[i])) continue;
    db.changed(args[i], EventClass.GENERIC, "del");
    count++;
  }
  return count;
}

/** The commands that list, look for and remove keys. */
export const keyCommands: readonly ServerCommand[] = [
  keys,
  scan,
  randomKey,
  type,
  exists,
  touch,
  del,
  unlink,
];
