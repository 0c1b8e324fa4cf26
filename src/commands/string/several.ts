/**
 * Several strings at once: MGET MSET MSETNX.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { block, key, many, string } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { OK, RedisError, type Reply } from "../../resp/reply.ts";
import { argumentValue, textReply } from "../large_strings.ts";

const mGet = defineCommand({
  name: "mget",
  summary: "Answers the strings at several keys.",
  since: "1.0.0",
  group: "string",
  complexity: "O(N) where N is the number of keys",
  arity: -2,
  flags: ["readonly", "fast"],
  acl: ["@read", "@string", "@fast"],
  keys: [keyRange("RO access", { last: -1 })],
  tips: ["request_policy:multi_shard"],
  args: [many(key("key"))],
  run(context, args) {
    const replies: Reply[] = [];
    for (let i = 1; i < args.length; i++) {
      const value = context.db.get(args[i]);
      replies.push(value === undefined ? null : textReply(value));
    }
    return replies;
  },
});

function setAll(context: Context, args: readonly ByteString[]): void {
  for (let i = 1; i < args.length; i += 2) {
    context.db.put(args[i], argumentValue(args, i + 1));
    context.db.changed(args[i], EventClass.STRING, "set");
  }
}

function checkPairs(command: string, args: readonly ByteString[]): void {
  if (args.length % 2 === 0) {
    throw new RedisError(`ERR wrong number of arguments for '${command}' command`);
  }
}

const mSet = defineCommand({
  name: "mset",
  summary: "Sets the strings at several keys at once.",
  since: "1.0.1",
  group: "string",
  complexity: "O(N) where N is the number of keys",
  arity: -3,
  flags: ["write", "denyoom"],
  acl: ["@write", "@string", "@slow"],
  keys: [keyRange("OW update", { last: -1, step: 2 })],
  tips: ["request_policy:multi_shard", "response_policy:all_succeeded"],
  args: [many(block("data", [key("key"), string("value")]))],
  run(context, args) {
    checkPairs("mset", args);
    setAll(context, args);
    return OK;
  },
});

const mSetNx = defineCommand({
  name: "msetnx",
  summary: "Sets the strings at several keys at once, if none of them exists.",
  since: "1.0.1",
  group: "string",
  complexity: "O(N) where N is the number of keys",
  arity: -3,
  flags: ["write", "denyoom"],
  acl: ["@write", "@string", "@slow"],
  keys: [keyRange("OW insert", { last: -1, step: 2 })],
  args: [many(block("data", [key("key"), string("value")]))],
  run(context, args) {
    checkPairs("msetnx", args);
    for (let i = 1; i < args.length; i += 2) if (context.db.has(args[i])) return 0;
    setAll(context, args);
    return 1;
  },
});

/** The commands on several strings. */
export const severalCommands: readonly Command<Context>[] = [mGet, mSet, mSetNx];
