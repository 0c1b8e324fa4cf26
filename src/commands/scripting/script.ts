/**
 * SCRIPT: the scripts that the server keeps for EVALSHA, and the end of one that is slow.
 *
 * Source: https://redis.io/docs/latest/commands/script-load/
 *
 * @module
 */

import { asciiUpper } from "../../bytes/bytes.ts";
import { many, oneof, opt, string, token } from "../../command/arguments.ts";
import { type CommandSpec, defineCommand } from "../../command/command.ts";
import { OK, RedisError } from "../../resp/reply.ts";
import { defineHelp } from "../help.ts";
import type { AdminContext, ServerCommand, Services } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"scriptRunner" | "scripts">;

const common = {
  group: "scripting",
  since: "2.6.0",
  flags: ["noscript"],
  acl: ["@slow", "@scripting"],
} satisfies Partial<CommandSpec<Needs>>;

const load = defineCommand({
  ...common,
  name: "script|load",
  summary: "Keeps a script for EVALSHA.",
  complexity: "O(N) where N is the length of the script",
  arity: 3,
  flags: ["noscript", "stale"],
  tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
  args: [string("script")],
  needsEngine: true,
  run: ({ services }: Needs, args) => services.scripts.add(args[2]).sha,
});

const exists = defineCommand({
  ...common,
  name: "script|exists",
  summary: "Tells which scripts the server has.",
  complexity: "O(N) where N is the number of scripts asked for",
  arity: -3,
  tips: ["request_policy:all_shards", "response_policy:agg_logical_and"],
  args: [many(string("sha1"))],
  run: ({ services }: Needs, args) => args.slice(2).map((sha) => services.scripts.has(sha) ? 1 : 0),
});

const flush = defineCommand({
  ...common,
  name: "script|flush",
  summary: "Forgets all scripts.",
  complexity: "O(N) where N is the number of scripts",
  arity: -2,
  tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
  history: [["6.2.0", "The modes ASYNC and SYNC came."]],
  args: [opt(oneof("flush-type", [token("ASYNC"), token("SYNC")], { since: "6.2.0" }))],
  run({ services }: Needs, args) {
    const mode = args.length === 3 ? asciiUpper(args[2]) : "";
    if (args.length > 3 || (args.length === 3 && mode !== "ASYNC" && mode !== "SYNC")) {
      throw new RedisError("ERR SCRIPT FLUSH only support SYNC|ASYNC option");
    }
    services.scripts.flush();
    return OK;
  },
});

const kill = defineCommand({
  ...common,
  name: "script|kill",
  summary: "Ends the script that runs.",
  complexity: "O(1)",
  arity: 2,
  flags: ["noscript", "allow_busy"],
  tips: ["request_policy:all_shards", "response_policy:one_succeeded"],
  run({ services }: Needs) {
    services.scriptRunner.kill(true);
    return OK;
  },
});

const debug = defineCommand({
  ...common,
  name: "script|debug",
  summary: "Turns debugging of scripts on or off.",
  since: "3.2.0",
  complexity: "O(1)",
  arity: 3,
  args: [oneof("mode", [token("YES"), token("SYNC"), token("NO")])],
  run(_context, args) {
    switch (asciiUpper(args[2])) {
      case "NO":
        return OK;
      case "YES":
      case "SYNC":
        throw new RedisError("ERR The Lua debugger is not available on this server");
      default:
        throw new RedisError("ERR Use SCRIPT DEBUG YES/SYNC/NO");
    }
  },
});

/** SCRIPT with its subcommands. */
export const scriptCommand: ServerCommand = defineCommand<AdminContext<keyof Services>>({
  name: "script",
  summary: "Groups the commands about scripts.",
  since: "2.6.0",
  group: "scripting",
  complexity: "Depends on the subcommand.",
  arity: -2,
  flags: [],
  acl: ["@slow"],
  subcommands: [
    debug,
    exists,
    flush,
    defineHelp("script", {
      since: "5.0.0",
      group: "scripting",
      flags: ["loading", "stale"],
      acl: ["@slow", "@scripting"],
    }),
    kill,
    load,
  ],
});
