/**
 * FUNCTION: the function libraries of the server.
 *
 * Source: https://redis.io/docs/latest/develop/programmability/functions-intro/
 *
 * @module
 */

import { asciiUpper, type ByteString, fromBytes, toBytes } from "../../bytes/bytes.ts";
import { matchGlob } from "../../bytes/glob.ts";
import { oneof, opt, string, token } from "../../command/arguments.ts";
import { type CommandSpec, defineCommand } from "../../command/command.ts";
import { decodeFunctionPayload } from "../../rdb/decode/functions.ts";
import { encodeFunctionPayload } from "../../rdb/encode/functions.ts";
import type { WriteVersion } from "../../rdb/encode/value.ts";
import { MapReply, OK, RedisError, type Reply, SetReply, SimpleString } from "../../resp/reply.ts";
import { SCRIPT_FLAGS } from "../../scripting/flags.ts";
import type { Library, RestorePolicy } from "../../scripting/libraries.ts";
import { defineHelp } from "../help.ts";
import type { AdminContext, ServerCommand, Services } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"libraries" | "scriptRunner">;

const common = {
  group: "scripting",
  since: "7.0.0",
  flags: ["noscript"],
  acl: ["@slow", "@scripting"],
} satisfies Partial<CommandSpec<Needs>>;

const writing = {
  ...common,
  acl: ["@write", "@slow", "@scripting"],
  tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
} satisfies Partial<CommandSpec<Needs>>;

const load = defineCommand({
  ...writing,
  name: "function|load",
  summary: "Loads a library.",
  complexity: "O(1), beside what the library's code does",
  arity: -3,
  flags: ["write", "denyoom", "noscript"],
  args: [opt(token("REPLACE")), string("function-code")],
  needsEngine: true,
  run({ client, keyspace, services }: Needs, args) {
    let replace = false;
    for (const word of args.slice(2, -1)) {
      if (asciiUpper(word) !== "REPLACE") {
        throw new RedisError(`ERR Unknown option given: ${word}`);
      }
      replace = true;
    }
    const limited = !client.caller.obeyed;
    const name = services.libraries.load(args[args.length - 1], { replace, limited });
    keyspace.changes++;
    return name;
  },
});

const remove = defineCommand({
  ...writing,
  name: "function|delete",
  summary: "Removes a library with its functions.",
  complexity: "O(1)",
  arity: 3,
  flags: ["write", "noscript"],
  args: [string("library-name")],
  run({ keyspace, services }: Needs, args) {
    services.libraries.delete(args[2]);
    keyspace.changes++;
    return OK;
  },
});

const flush = defineCommand({
  ...writing,
  name: "function|flush",
  summary: "Removes all libraries.",
  complexity: "O(N) where N is the number of functions",
  arity: -2,
  flags: ["write", "noscript"],
  args: [opt(oneof("flush-type", [token("ASYNC"), token("SYNC")]))],
  run({ keyspace, services }: Needs, args) {
    if (args.length > 3) throw wrongSubcommand(args[1]);
    const mode = args.length === 3 ? asciiUpper(args[2]) : "";
    if (args.length === 3 && mode !== "ASYNC" && mode !== "SYNC") {
      throw new RedisError("ERR FUNCTION FLUSH only supports SYNC|ASYNC option");
    }
    services.libraries.flush();
    keyspace.changes++;
    return OK;
  },
});

function wrongSubcommand(word: ByteString): RedisError {
  return new RedisError(
    `ERR unknown subcommand or wrong number of arguments for '${word}'. Try FUNCTION HELP.`,
  );
}

function describe({ name, source, functions }: Library, withCode: boolean): Reply {
  const described = Array.from(functions.values(), (each): Reply =>
    new MapReply([
      ...["name", each.name, "description", each.description, "flags"],
      new SetReply(
        SCRIPT_FLAGS.filter((flag) => each.flags.has(flag)).map((flag) => new SimpleString(flag)),
      ),
    ]));
  return new MapReply([
    ...["library_name", name, "engine", "LUA", "functions", described],
    ...withCode ? ["library_code", source] : [],
  ]);
}

const list = defineCommand({
  ...common,
  name: "function|list",
  summary: "Lists the libraries with their functions.",
  complexity: "O(N) where N is the number of functions",
  arity: -2,
  tips: ["nondeterministic_output_order"],
  args: [
    opt(string("library-name-pattern", { token: "LIBRARYNAME" })),
    opt(token("WITHCODE")),
  ],
  run({ services }: Needs, args) {
    let withCode = false;
    let pattern: ByteString | null = null;
    for (let i = 2; i < args.length; i++) {
      const word = asciiUpper(args[i]);
      if (!withCode && word === "WITHCODE") withCode = true;
      else if (pattern === null && word === "LIBRARYNAME") {
        if (i + 1 === args.length) throw new RedisError("ERR library name argument was not given");
        pattern = args[++i];
      } else throw new RedisError(`ERR Unknown argument ${args[i]}`);
    }
    const replies: Reply[] = [];
    for (const library of services.libraries.values()) {
      if (pattern !== null && !matchGlob(pattern, library.name, true)) continue;
      replies.push(describe(library, withCode));
    }
    return replies;
  },
});

const dump = defineCommand({
  ...common,
  name: "function|dump",
  summary: "Answers all libraries as a payload for FUNCTION RESTORE.",
  complexity: "O(N) where N is the number of functions",
  arity: 2,
  run({ config, services }: Needs) {
    // What a real 7.2 reads.
    const version = Math.min(config.values.rdbVersion, 11) as WriteVersion;
    return fromBytes(
      encodeFunctionPayload(services.libraries.sources, Math.max(version, 10) as WriteVersion),
    );
  },
});

const restore = defineCommand({
  ...writing,
  name: "function|restore",
  summary: "Loads the libraries of a payload.",
  complexity: "O(N) where N is the number of functions in the payload",
  arity: -3,
  flags: ["write", "denyoom", "noscript"],
  args: [
    string("serialized-value"),
    opt(oneof("policy", [token("FLUSH"), token("APPEND"), token("REPLACE")])),
  ],
  needsEngine: true,
  run({ keyspace, services }: Needs, args) {
    if (args.length > 4) throw wrongSubcommand(args[1]);
    const policy = args.length === 4 ? args[3].toLowerCase() : "append";
    if (policy !== "append" && policy !== "replace" && policy !== "flush") {
      throw new RedisError(
        "ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.",
      );
    }
    const sources = decodeFunctionPayload(toBytes(args[2]));
    services.libraries.restore(sources, policy satisfies RestorePolicy);
    keyspace.changes++;
    return OK;
  },
});

const stats = defineCommand({
  ...common,
  name: "function|stats",
  summary: "Tells which function runs, and how many there are.",
  complexity: "O(1)",
  arity: 2,
  flags: ["noscript", "allow_busy"],
  tips: [
    "nondeterministic_output",
    "request_policy:all_shards",
    "response_policy:special",
  ],
  run({ clock, services: { libraries, scriptRunner } }: Needs) {
    const { running } = scriptRunner;
    if (running?.call.isEval) throw new RedisError(scriptRunner.busyError.text);
    const current = running === null ? null : new MapReply([
      ...["name", running.call.name, "command", [...running.call.command]],
      ...["duration_ms", Math.floor(clock.monotonic() - running.startedMs)],
    ]);
    const engine = new MapReply([
      ...["libraries_count", libraries.size, "functions_count", libraries.functionCount],
    ]);
    return new MapReply(["running_script", current, "engines", new MapReply(["LUA", engine])]);
  },
});

const kill = defineCommand({
  ...common,
  name: "function|kill",
  summary: "Ends the function that runs.",
  complexity: "O(1)",
  arity: 2,
  flags: ["noscript", "allow_busy"],
  tips: ["request_policy:all_shards", "response_policy:one_succeeded"],
  run({ services }: Needs) {
    services.scriptRunner.kill(false);
    return OK;
  },
});

/** FUNCTION with its subcommands. */
export const functionCommand: ServerCommand = defineCommand<AdminContext<keyof Services>>({
  name: "function",
  summary: "Groups the commands about functions.",
  since: "7.0.0",
  group: "scripting",
  complexity: "Depends on the subcommand.",
  arity: -2,
  flags: [],
  acl: ["@slow"],
  subcommands: [
    remove,
    dump,
    flush,
    defineHelp("function", {
      since: "7.0.0",
      group: "scripting",
      flags: ["loading", "stale"],
      acl: ["@slow", "@scripting"],
    }),
    kill,
    list,
    load,
    restore,
    stats,
  ],
});
