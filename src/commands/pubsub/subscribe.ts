/**
 * SUBSCRIBE, UNSUBSCRIBE and their forms for patterns and shard channels.
 *
 * Each name is answered by a reply of its own. With RESP3 these are pushes, and may be told from
 * other replies; with RESP2 a connection that listens takes hardly any other command. Like the
 * messages themselves they come even where CLIENT REPLY is off.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { many, opt, pattern, string } from "../../command/arguments.ts";
import { type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { answerListener, type TopicKind } from "../../pubsub/pubsub.ts";
import { PushReply, RedisError, type Reply } from "../../resp/reply.ts";
import type { AdminContext, ServerCommand } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"pubsub">;

const common = {
  group: "pubsub",
  flags: ["pubsub", "noscript", "loading", "stale"],
  acl: ["@pubsub", "@slow"],
  whileSubscribed: true,
} satisfies Partial<CommandSpec>;

/** A handler that adds subscriptions. */
function subscriber(word: string, kind: TopicKind) {
  return (context: Needs, args: ByteString[]): Reply => {
    // A client that may get only one reply to each command cannot get messages; in transactions
    // it is allowed for compatibility.
    if (
      context.client.caller.inTransaction ? kind === "shard" : context.client.connection === null
    ) {
      throw new RedisError(
        `ERR ${word.toUpperCase()} isn't allowed for a DENY BLOCKING client`,
      );
    }
    const { services: { pubsub } } = context;
    const replies: Reply[] = [];
    for (let i = 1; i < args.length; i++) {
      pubsub.subscribe(context.client, kind, args[i]);
      replies.push(new PushReply([word, args[i], context.client.subscriptions!.count(kind)]));
    }
    return answerListener(context.client, replies);
  };
}

/** A handler that takes subscriptions away: those named, or all of its kind. */
function unsubscriber(word: string, kind: TopicKind) {
  return (context: Needs, args: ByteString[]): Reply => {
    const { services: { pubsub } } = context;
    const names = args.length > 1 ? args.slice(1) : [...context.client.subscriptions?.[kind] ?? []];
    const replies: Reply[] = [];
    for (const name of names) {
      pubsub.unsubscribe(context.client, kind, name);
      replies.push(new PushReply([word, name, context.client.subscriptions?.count(kind) ?? 0]));
    }
    if (names.length === 0) {
      replies.push(new PushReply([word, null, context.client.subscriptions?.count(kind) ?? 0]));
    }
    return answerListener(context.client, replies);
  };
}

const subscribe = defineCommand({
  ...common,
  name: "subscribe",
  channels: {},
  summary: "Lets the connection listen to channels.",
  since: "2.0.0",
  complexity: "O(N) where N is the number of channels",
  arity: -2,
  args: [many(string("channel"))],
  run: subscriber("subscribe", "channel"),
});

const unsubscribe = defineCommand({
  ...common,
  name: "unsubscribe",
  summary: "Ends listening to channels, to all when none is named.",
  since: "2.0.0",
  complexity: "O(N) where N is the number of channels",
  arity: -1,
  args: [opt(many(string("channel")))],
  run: unsubscriber("unsubscribe", "channel"),
});

const psubscribe = defineCommand({
  ...common,
  name: "psubscribe",
  channels: { patterns: true },
  summary: "Lets the connection listen to all channels that match a pattern.",
  since: "2.0.0",
  complexity: "O(N) where N is the number of patterns",
  arity: -2,
  args: [many(pattern("pattern"))],
  run: subscriber("psubscribe", "pattern"),
});

const punsubscribe = defineCommand({
  ...common,
  name: "punsubscribe",
  summary: "Ends listening by patterns, by all when none is named.",
  since: "2.0.0",
  complexity: "O(N) where N is the number of patterns",
  arity: -1,
  args: [opt(many(pattern("pattern")))],
  run: unsubscriber("punsubscribe", "pattern"),
});

const ssubscribe = defineCommand({
  ...common,
  name: "ssubscribe",
  channels: {},
  summary: "Lets the connection listen to shard channels.",
  since: "7.0.0",
  complexity: "O(N) where N is the number of shard channels",
  arity: -2,
  keys: [keyRange("not_key", { last: -1 })],
  args: [many(string("shardchannel"))],
  run: subscriber("ssubscribe", "shard"),
});

const sunsubscribe = defineCommand({
  ...common,
  name: "sunsubscribe",
  summary: "Ends listening to shard channels, to all when none is named.",
  since: "7.0.0",
  complexity: "O(N) where N is the number of shard channels",
  arity: -1,
  keys: [keyRange("not_key", { last: -1 })],
  args: [opt(many(string("shardchannel")))],
  run: unsubscriber("sunsubscribe", "shard"),
});

/** The commands that begin and end listening. */
export const subscribeCommands: readonly ServerCommand[] = [
  subscribe,
  unsubscribe,
  psubscribe,
  punsubscribe,
  ssubscribe,
  sunsubscribe,
];
