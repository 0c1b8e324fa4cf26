/**
 * Commands that ask for the expiry of a key: TTL, PTTL, EXPIRETIME, PEXPIRETIME.
 *
 * -2 stands for a key that is not there, -1 for one without an expiry.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { INT64_MAX } from "../../bytes/int.ts";
import { key } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { NO_ENTRY, NO_EXPIRY } from "../../keyspace/key_table.ts";
import type { Reply } from "../../resp/reply.ts";
import { lookUpUntouched } from "./look_up.ts";
import type { ServerCommand } from "../services.ts";

const NO_KEY = -2;

const common = {
  group: "generic",
  complexity: "O(1)",
  arity: 2,
  flags: ["readonly", "fast"],
  acl: ["@keyspace", "@read", "@fast"],
  keys: [keyRange("RO access")],
  args: [key("key")],
} satisfies Partial<CommandSpec>;

/** What the two commands that count from now on share. */
const relative = {
  ...common,
  tips: ["nondeterministic_output"],
  history: [["2.8.0", "-2 is the answer when there is no key."]],
} satisfies Partial<CommandSpec>;

/** Answer a key's expiry through `convert`, which is given unix milliseconds. */
function answerExpiry(
  { db }: Context,
  name: ByteString,
  convert: (at: number) => number,
): Reply {
  const entry = lookUpUntouched(db, name);
  if (entry === NO_ENTRY) return NO_KEY;
  const at = db.table.expireAt(entry);
  return at === NO_EXPIRY ? NO_EXPIRY : integerReply(convert(at));
}

/** Times of the far future are beyond what a number prints in digits. */
function integerReply(value: number): Reply {
  if (Number.isSafeInteger(value)) return value;
  const exact = BigInt(value);
  return exact > INT64_MAX ? INT64_MAX : exact;
}

/** Milliseconds to seconds, half a second rounded up. */
function toSeconds(ms: number): number {
  return Math.floor((ms + 500) / 1000);
}

/** Milliseconds from now on until a time; 0 when it has passed. */
function left(context: Context, at: number): number {
  return Math.max(0, at - context.clock.ms);
}

const ttl = defineCommand({
  ...relative,
  name: "ttl",
  summary: "Answers in how many seconds a key expires.",
  since: "1.0.0",
  run: (context, args) => answerExpiry(context, args[1], (at) => toSeconds(left(context, at))),
});

const pttl = defineCommand({
  ...relative,
  name: "pttl",
  summary: "Answers in how many milliseconds a key expires.",
  since: "2.6.0",
  run: (context, args) => answerExpiry(context, args[1], (at) => left(context, at)),
});

const expireTime = defineCommand({
  ...common,
  name: "expiretime",
  summary: "Answers the unix time in seconds at which a key expires.",
  since: "7.0.0",
  run: (context, args) => answerExpiry(context, args[1], toSeconds),
});

const pexpireTime = defineCommand({
  ...common,
  name: "pexpiretime",
  summary: "Answers the unix time in milliseconds at which a key expires.",
  since: "7.0.0",
  run: (context, args) => answerExpiry(context, args[1], (at) => at),
});

/** The commands that ask for expiry. */
export const ttlCommands: readonly ServerCommand[] = [ttl, pttl, expireTime, pexpireTime];
