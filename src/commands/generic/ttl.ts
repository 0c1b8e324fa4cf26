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
import type { Client } from "../../session/client.ts";
import { type Command, type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { NO_ENTRY, NO_EXPIRY } from "../../keyspace/key_table.ts";
import type { Reply } from "../../resp/reply.ts";
import { lookUpUntouched } from "./look_up.ts";

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
  { db }: Client,
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
function left(client: Client, at: number): number {
  return Math.max(0, at - client.engine.clock.ms);
}

const ttl = defineCommand({
  ...relative,
  name: "ttl",
  summary: "Answers in how many seconds a key expires.",
  since: "1.0.0",
  run: (client, args) => answerExpiry(client, args[1], (at) => toSeconds(left(client, at))),
});

const pttl = defineCommand({
  ...relative,
  name: "pttl",
  summary: "Answers in how many milliseconds a key expires.",
  since: "2.6.0",
  run: (client, args) => answerExpiry(client, args[1], (at) => left(client, at)),
});

const expireTime = defineCommand({
  ...common,
  name: "expiretime",
  summary: "Answers the unix time in seconds at which a key expires.",
  since: "7.0.0",
  run: (client, args) => answerExpiry(client, args[1], toSeconds),
});

const pexpireTime = defineCommand({
  ...common,
  name: "pexpiretime",
  summary: "Answers the unix time in milliseconds at which a key expires.",
  since: "7.0.0",
  run: (client, args) => answerExpiry(client, args[1], (at) => at),
});

/** The commands that ask for expiry. */
export const ttlCommands: readonly Command[] = [ttl, pttl, expireTime, pexpireTime];
