/**
 * Hash commands that name fields: HSET, HMSET, HSETNX, HGET, HMGET, HDEL, HEXISTS, HSTRLEN, and
 * HLEN.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { block, key, many, string } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { fieldTime } from "../../keyspace/field_expire.ts";
import { OK, RedisError, type Reply } from "../../resp/reply.ts";
import { HashValue } from "../../values/hash.ts";
import { hashToFill, hashToRead, hashToWrite } from "./look_up.ts";

/** Set the pairs from `args[2]` on. @returns how many fields are new */
function setPairs(context: Context, args: ByteString[], name: string): number {
  if (args.length % 2 === 1) {
    throw new RedisError(`ERR wrong number of arguments for '${name}' command`);
  }
  const { db } = context;
  const { limits } = db.keyspace;
  const hash = hashToFill(db, args[1]);
  hash.reserve(args, 2, limits);
  let added = 0;
  for (let i = 2; i < args.length; i += 2) {
    if (hash.set(args[i], args[i + 1], limits)) added++;
  }
  db.changed(args[1], EventClass.HASH, "hset", (args.length - 2) / 2);
  return added;
}

const hset = defineCommand({
  name: "hset",
  summary: "Sets fields of a hash, and counts those that are new.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(1) for one field; O(N) where N is the number of fields set",
  arity: -4,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@hash", "@fast"],
  keys: [keyRange("RW update")],
  history: [["4.0.0", "Several fields can be set."]],
  args: [key("key"), many(block("data", [string("field"), string("value")]))],
  run: (context, args) => setPairs(context, args, "hset"),
});

const hmset = defineCommand({
  name: "hmset",
  summary: "Sets fields of a hash.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(N) where N is the number of fields set",
  arity: -4,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@hash", "@fast"],
  keys: [keyRange("RW update")],
  deprecatedSince: "4.0.0",
  replacedBy: "`HSET` with multiple field-value pairs",
  args: [key("key"), many(block("data", [string("field"), string("value")]))],
  run(context, args) {
    setPairs(context, args, "hmset");
    return OK;
  },
});

const hsetnx = defineCommand({
  name: "hsetnx",
  summary: "Sets a field of a hash unless the hash has it already.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(1)",
  arity: 4,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@hash", "@fast"],
  keys: [keyRange("RW insert")],
  args: [key("key"), string("field"), string("value")],
  run({ db }, args) {
    if (hashToWrite(db, args[1])?.has(args[2])) return 0;
    const { limits } = db.keyspace;
    hashToFill(db, args[1]).set(args[2], args[3], limits);
    db.changed(args[1], EventClass.HASH, "hset");
    return 1;
  },
});

const hget = defineCommand({
  name: "hget",
  summary: "Answers the value of a field of a hash.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(1)",
  arity: 3,
  flags: ["readonly", "fast"],
  acl: ["@read", "@hash", "@fast"],
  keys: [keyRange("RO access")],
  args: [key("key"), string("field")],
  run: ({ db }, args) => hashToRead(db, args[1])?.get(args[2], fieldTime(db.keyspace)) ?? null,
});

const hmget = defineCommand({
  name: "hmget",
  summary: "Answers the values of several fields of a hash.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(N) where N is the number of fields asked for",
  arity: -3,
  flags: ["readonly", "fast"],
  acl: ["@read", "@hash", "@fast"],
  keys: [keyRange("RO access")],
  args: [key("key"), many(string("field"))],
  run({ db }, args) {
    const hash = hashToRead(db, args[1]);
    const now = fieldTime(db.keyspace);
    const values: Reply[] = [];
    for (let i = 2; i < args.length; i++) values.push(hash?.get(args[i], now) ?? null);
    return values;
  },
});

const hdel = defineCommand({
  name: "hdel",
  summary: "Removes fields of a hash, and the key with the last of them.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(N) where N is the number of fields named",
  arity: -3,
  flags: ["write", "fast"],
  acl: ["@write", "@hash", "@fast"],
  keys: [keyRange("RW delete")],
  history: [["2.4.0", "Several fields can be named."]],
  args: [key("key"), many(string("field"))],
  run({ db }, args) {
    const hash = hashToWrite(db, args[1]);
    if (hash === undefined) return 0;
    let deleted = 0;
    for (let i = 2; i < args.length && hash.size > 0; i++) if (hash.delete(args[i])) deleted++;
    if (deleted === 0) return 0;
    db.changed(args[1], EventClass.HASH, "hdel", deleted);
    if (hash.size === 0) db.deleteEmptied(args[1]);
    return deleted;
  },
});

const hlen = defineCommand({
  name: "hlen",
  summary: "Counts the fields of a hash.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(1)",
  arity: 2,
  flags: ["readonly", "fast"],
  acl: ["@read", "@hash", "@fast"],
  keys: [keyRange("RO")],
  args: [key("key")],
  run: ({ db }, args) => db.getAs(args[1], HashValue)?.size ?? 0,
});

const hexists = defineCommand({
  name: "hexists",
  summary: "Tells whether a hash has a field.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(1)",
  arity: 3,
  flags: ["readonly", "fast"],
  acl: ["@read", "@hash", "@fast"],
  keys: [keyRange("RO")],
  args: [key("key"), string("field")],
  run: ({ db }, args) => hashToRead(db, args[1])?.has(args[2], fieldTime(db.keyspace)) ? 1 : 0,
});

const hstrlen = defineCommand({
  name: "hstrlen",
  summary: "Answers the length of a field's value in bytes.",
  since: "3.2.0",
  group: "hash",
  complexity: "O(1)",
  arity: 3,
  flags: ["readonly", "fast"],
  acl: ["@read", "@hash", "@fast"],
  keys: [keyRange("RO")],
  args: [key("key"), string("field")],
  run: ({ db }, args) => hashToRead(db, args[1])?.strlen(args[2], fieldTime(db.keyspace)) ?? 0,
});

/** The commands that name fields. */
export const fieldCommands: readonly Command<Context>[] = [
  hset,
  hmset,
  hsetnx,
  hget,
  hmget,
  hdel,
  hlen,
  hexists,
  hstrlen,
];
