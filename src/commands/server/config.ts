/**
 * CONFIG: reading and changing the configuration of a running server.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { rewriteFile } from "../../config/rewrite.ts";
import { block, many, string } from "../../command/arguments.ts";
import { type CommandSpec, defineCommand } from "../../command/command.ts";
import { MapReply, NO_REPLY, OK, RedisError, type Reply } from "../../resp/reply.ts";
import { defineHelp } from "../help.ts";
import type { AdminContext, ServerCommand } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"acl" | "loading" | "log" | "registry" | "stats">;

const common = {
  group: "server",
  flags: ["admin", "noscript", "loading", "stale"],
  acl: ["@admin", "@slow", "@dangerous"],
} satisfies Partial<CommandSpec>;

const everywhere = ["request_policy:all_nodes", "response_policy:all_succeeded"];

const get = defineCommand({
  ...common,
  name: "config|get",
  summary: "Answers the values of the directives whose names match a pattern.",
  since: "2.0.0",
  complexity: "O(N) where N is the number of patterns",
  arity: -3,
  history: [["7.0.0", "Several patterns can be given."]],
  args: [many(string("parameter"))],
  run: (context: Needs, args) => new MapReply(context.config.get(args.slice(2))),
});

const resetStat = defineCommand({
  ...common,
  name: "config|resetstat",
  summary: "Sets the statistics back to zero.",
  since: "2.0.0",
  complexity: "O(1)",
  arity: 2,
  tips: everywhere,
  run(context: Needs) {
    const { keyspace, services: { acl, stats, registry } } = context;
    stats.reset();
    acl.refused.resetTotals();
    registry.resetStats();
    keyspace.resetStats();
    return OK;
  },
});

const rewrite = defineCommand({
  ...common,
  name: "config|rewrite",
  summary: "Writes the configuration as it is now into the configuration file.",
  since: "2.8.0",
  complexity: "O(1)",
  arity: 2,
  tips: everywhere,
  run(context: Needs) {
    const { config, services: { acl, log } } = context;
    const error = rewriteFile(config, { users: acl.fileLines() });
    if (error !== null) throw new RedisError(error);
    log.notice("CONFIG REWRITE executed with success.");
    return OK;
  },
});

function answer(error: ByteString | null): Reply {
  if (error !== null) throw new RedisError(error);
  return OK;
}

/** Who cannot wait is told that it goes well; if it does not, the old values are back soon. */
function answerLater(
  { client, blocking }: Needs,
  args: readonly ByteString[],
  result: Promise<ByteString | null>,
): Reply {
  if (!client.caller.mayBlock) return OK;
  let error: ByteString | null = null;
  const state = blocking.beginWork(client, args, () => answer(error));
  void result.then((text) => {
    error = text;
    blocking.finishWork(client, state);
  });
  return NO_REPLY;
}

const set = defineCommand({
  ...common,
  name: "config|set",
  summary: "Sets directives while the server runs: all of those given, or none.",
  since: "2.0.0",
  complexity: "O(N) where N is the number of directives",
  arity: -4,
  tips: everywhere,
  history: [["7.0.0", "Several directives can be set at once."]],
  args: [many(block("data", [string("parameter"), string("value")]))],
  run(context: Needs, args) {
    if (args.length % 2 !== 0) {
      throw new RedisError("ERR wrong number of arguments for 'config|set' command");
    }
    const pairs: [ByteString, ByteString][] = [];
    for (let i = 2; i < args.length; i += 2) pairs.push([args[i], args[i + 1]]);
    const { config, services: { loading } } = context;
    const error = config.setMany(pairs, {
      local: context.client.connection === null || context.client.connection.isLocal,
      loading: loading.active,
    });
    return error instanceof Promise ? answerLater(context, args, error) : answer(error);
  },
});

/** CONFIG with its subcommands. */
export const configCommand: ServerCommand = defineCommand({
  name: "config",
  summary: "Groups the commands about the configuration.",
  since: "2.0.0",
  group: "server",
  complexity: "Depends on the subcommand.",
  arity: -2,
  flags: [],
  acl: ["@slow"],
  subcommands: [
    get,
    defineHelp("config", {
      since: "5.0.0",
      group: "server",
      flags: ["loading", "stale"],
      acl: ["@slow"],
    }),
    resetStat,
    rewrite,
    set,
  ],
});
