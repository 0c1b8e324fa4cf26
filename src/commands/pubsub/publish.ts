/**
 * PUBLISH, SPUBLISH, and PUBSUB, which tells who listens.
 *
 * @module
 */

import { asciiUpper, type ByteString } from "../../bytes/bytes.ts";
import { matchGlob } from "../../bytes/glob.ts";
import { many, opt, pattern, string } from "../../command/arguments.ts";
import { type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import type { TopicKind } from "../../pubsub/pubsub.ts";
import { RedisError, type Reply } from "../../resp/reply.ts";
import { defineHelp } from "../help.ts";
import type { AdminContext, ServerCommand, Services } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"pubsub">;

const sending = {
  group: "pubsub",
  arity: 3,
  flags: ["pubsub", "loading", "stale", "fast"],
  acl: ["@pubsub", "@fast"],
} satisfies Partial<CommandSpec>;

const publish = defineCommand({
  ...sending,
  flags: [...sending.flags, "may_replicate"],
  name: "publish",
  channels: { one: true },
  summary: "Sends a message to all who listen to a channel, by its name or by a pattern.",
  since: "2.0.0",
  complexity: "O(N+M) where N is the number of listeners and M the number of patterns of all " +
    "connections",
  args: [string("channel"), string("message")],
  run({ db, journal, services: { pubsub } }: Needs, args) {
    journal.announce(db.index, args);
    return pubsub.publish(args[1], args[2]);
  },
});

const spublish = defineCommand({
  ...sending,
  flags: [...sending.flags, "may_replicate"],
  name: "spublish",
  channels: { one: true },
  summary: "Sends a message to all who listen to a shard channel.",
  since: "7.0.0",
  complexity: "O(N) where N is the number of listeners",
  keys: [keyRange("not_key")],
  args: [string("shardchannel"), string("message")],
  run({ db, journal, services: { pubsub } }: Needs, args) {
    journal.announce(db.index, args);
    return pubsub.publishShard(args[1], args[2]);
  },
});

const telling = {
  group: "pubsub",
  flags: ["pubsub", "loading", "stale"],
  acl: ["@pubsub", "@slow"],
} satisfies Partial<CommandSpec>;

/** A handler that lists names, all or those that match a pattern. */
function lister(kind: TopicKind) {
  return (context: Needs, args: ByteString[]): Reply => {
    if (args.length > 3) throw wrongCount(args);
    const names = [...context.services.pubsub.names(kind)];
    return args.length === 2 ? names : names.filter((name) => matchGlob(args[2], name));
  };
}

/** A handler that counts the listeners of each name. */
function counter(kind: TopicKind) {
  return (context: Needs, args: ByteString[]): Reply => {
    const { services: { pubsub } } = context;
    return args.slice(2).flatMap((name) => [name, pubsub.listeners(kind, name)]);
  };
}

function wrongCount(args: readonly ByteString[]): RedisError {
  return new RedisError(
    `ERR unknown subcommand or wrong number of arguments for '${args[1].slice(0, 128)}'. ` +
      `Try ${asciiUpper(args[0])} HELP.`,
  );
}

const pubsub = defineCommand<AdminContext<keyof Services>>({
  name: "pubsub",
  summary: "Groups the commands that tell who listens to what.",
  since: "2.8.0",
  group: "pubsub",
  complexity: "Depends on the subcommand.",
  arity: -2,
  flags: [],
  acl: ["@slow"],
  subcommands: [
    defineCommand({
      ...telling,
      name: "pubsub|channels",
      summary: "Lists the channels that somebody listens to.",
      since: "2.8.0",
      complexity: "O(N) where N is the number of channels, for patterns and names of usual length",
      arity: -2,
      args: [opt(pattern("pattern"))],
      run: lister("channel"),
    }),
    defineHelp("pubsub", {
      since: "6.2.0",
      group: "pubsub",
      flags: ["loading", "stale"],
      acl: ["@slow"],
    }),
    defineCommand({
      ...telling,
      name: "pubsub|numpat",
      summary: "Answers how many different patterns are listened by.",
      since: "2.8.0",
      complexity: "O(1)",
      arity: 2,
      run: (context: Needs) => context.services.pubsub.size("pattern"),
    }),
    defineCommand({
      ...telling,
      name: "pubsub|numsub",
      summary: "Answers how many listen to each of the channels, patterns left aside.",
      since: "2.8.0",
      complexity: "O(N) where N is the number of channels named",
      arity: -2,
      args: [opt(many(string("channel")))],
      run: counter("channel"),
    }),
    defineCommand({
      ...telling,
      name: "pubsub|shardchannels",
      summary: "Lists the shard channels that somebody listens to.",
      since: "7.0.0",
      complexity:
        "O(N) where N is the number of shard channels, for patterns and names of usual length",
      arity: -2,
      args: [opt(pattern("pattern"))],
      run: lister("shard"),
    }),
    defineCommand({
      ...telling,
      name: "pubsub|shardnumsub",
      summary: "Answers how many listen to each of the shard channels.",
      since: "7.0.0",
      complexity: "O(N) where N is the number of shard channels named",
      arity: -2,
      args: [opt(many(string("shardchannel")))],
      run: counter("shard"),
    }),
  ],
});

/** The commands that send messages and tell who gets them. */
export const publishCommands: readonly ServerCommand[] = [publish, spublish, pubsub];
