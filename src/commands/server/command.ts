/**
 * COMMAND: the command table, told to clients.
 *
 * @module
 */

import { asciiLower, asciiUpper, type ByteString } from "../../bytes/bytes.ts";
import { matchGlob } from "../../bytes/glob.ts";
import { many, oneof, opt, pattern, string } from "../../command/arguments.ts";
import { type Command, type CommandSpec, defineCommand } from "../../command/command.ts";
import type { KeyReference } from "../../command/key_specs.ts";
import {
  MapReply,
  RedisError,
  type Reply,
  SetReply,
  SimpleString,
  syntaxError,
} from "../../resp/reply.ts";
import { defineHelp } from "../help.ts";
import { describeDocs, describeInfo } from "./command_describe.ts";
import type { AdminContext, ServerCommand } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"registry">;

const common = {
  group: "server",
  flags: ["loading", "stale"],
  acl: ["@slow", "@connection"],
} satisfies Partial<CommandSpec>;

/** The command of a name, `container|sub` included. */
function lookUp(context: Needs, name: ByteString): Command | undefined {
  const bar = name.indexOf("|");
  if (bar < 0) return context.services.registry.get(name);
  const container = context.services.registry.get(name.slice(0, bar));
  return container?.subcommands?.get(asciiLower(name.slice(bar + 1)));
}

const count = defineCommand({
  ...common,
  name: "command|count",
  summary: "Counts the commands.",
  since: "2.8.13",
  complexity: "O(1)",
  arity: 2,
  run: (context: Needs) => context.services.registry.size,
});

const docs = defineCommand({
  ...common,
  name: "command|docs",
  summary: "Answers the documentation of commands: of all, or of those named.",
  since: "7.0.0",
  complexity: "O(N) where N is the number of commands to look up",
  arity: -2,
  tips: ["nondeterministic_output_order"],
  args: [opt(many(string("command-name")))],
  run(context: Needs, args) {
    const flat: Reply[] = [];
    if (args.length === 2) {
      for (const [name, command] of context.services.registry.entries()) {
        flat.push(name, describeDocs(command));
      }
    } else {
      for (const name of args.slice(2)) {
        const command = lookUp(context, name);
        if (command !== undefined) flat.push(asciiLower(name), describeDocs(command));
      }
    }
    return new MapReply(flat);
  },
});

const info = defineCommand({
  ...common,
  name: "command|info",
  summary: "Answers the facts of commands: of all, or of those named.",
  since: "2.8.13",
  complexity: "O(N) where N is the number of commands to look up",
  arity: -2,
  tips: ["nondeterministic_output_order"],
  history: [["7.0.0", "Without names it answers for all commands."]],
  args: [opt(many(string("command-name")))],
  run(context: Needs, args) {
    if (args.length === 2) return allInfo(context);
    return args.slice(2).map((name) => {
      const command = lookUp(context, name);
      return command === undefined ? null : describeInfo(command);
    });
  },
});

function allInfo(context: Needs): Reply {
  return Array.from(
    context.services.registry.entries(),
    ([name, command]) => describeInfo(command, name),
  );
}

const list = defineCommand({
  ...common,
  name: "command|list",
  summary: "Lists the commands' names: of all, or of a category, a module, or a pattern.",
  since: "7.0.0",
  complexity: "O(N) where N is the number of commands",
  arity: -2,
  tips: ["nondeterministic_output_order"],
  args: [
    opt(
      oneof("filterby", [
        string("module-name", { token: "MODULE" }),
        string("category", { token: "ACLCAT" }),
        pattern("pattern", { token: "PATTERN" }),
      ], { token: "FILTERBY" }),
    ),
  ],
  run(context: Needs, args) {
    const all: [string, Command][] = [];
    for (const [name, command] of context.services.registry.entries()) {
      all.push([name, command]);
    }
    if (args.length !== 2 && (args.length !== 5 || asciiUpper(args[2]) !== "FILTERBY")) {
      throw syntaxError();
    }
    for (const [name, command] of [...all]) {
      for (const sub of command.subcommands?.values() ?? []) {
        all.push([`${name}${sub.name.slice(sub.name.indexOf("|"))}`, sub]);
      }
    }
    if (args.length === 2) return all.map(([name]) => name);
    const value = args[4];
    let selected: [string, Command][];
    switch (asciiUpper(args[3])) {
      case "MODULE":
        // There are no modules, so no command belongs to one.
        selected = [];
        break;
      case "ACLCAT": {
        const category = `@${asciiLower(value)}`;
        selected = all.filter(([, command]) => command.spec.acl.includes(category));
        break;
      }
      case "PATTERN":
        selected = all.filter(([name]) => matchGlob(value, name, true));
        break;
      default:
        throw syntaxError();
    }
    return selected.map(([name]) => name);
  },
});

/** The keys of the command in `args` from index 2 on, as positions in that command. */
function keysOf(context: Needs, args: readonly ByteString[]): [KeyReference[], ByteString[]] {
  const request = args.slice(2);
  const command = context.services.registry.resolve(request);
  if (command === undefined || (command.subcommands !== undefined && request.length > 1)) {
    throw new RedisError("ERR Invalid command specified");
  }
  // Shard channels stand where keys do, and are none.
  const specs = command.keySpecs.filter(({ flags }) => !flags.includes("not_key"));
  if (specs.length === 0 && command.spec.getKeys === undefined) {
    throw new RedisError("ERR The command has no key arguments");
  }
  if (!command.acceptsArgumentCount(request.length)) {
    throw new RedisError("ERR Invalid number of arguments specified for command");
  }
  const keys = command.listedKeys(request);
  if (keys.length === 0 && !command.spec.flags.includes("no_mandatory_keys")) {
    throw new RedisError("ERR Invalid arguments specified for command");
  }
  return [keys, request];
}

const getKeys = defineCommand({
  ...common,
  name: "command|getkeys",
  summary: "Finds the keys in the arguments of a command.",
  since: "2.8.13",
  complexity: "O(N) where N is the number of arguments to the command",
  arity: -3,
  args: [string("command"), opt(many(string("arg")))],
  run(context: Needs, args) {
    const [keys, request] = keysOf(context, args);
    return keys.map(({ index }) => request[index]);
  },
});

const getKeysAndFlags = defineCommand({
  ...common,
  name: "command|getkeysandflags",
  summary: "Finds the keys in the arguments of a command, with what is done to each.",
  since: "7.0.0",
  complexity: "O(N) where N is the number of arguments to the command",
  arity: -3,
  args: [string("command"), opt(many(string("arg")))],
  run(context: Needs, args) {
    const [keys, request] = keysOf(context, args);
    return keys.map(({ index, flags }) => [
      request[index],
      new SetReply(flags.map((flag) => new SimpleString(flag))),
    ]);
  },
});

/** COMMAND with its subcommands. */
export const commandCommand: ServerCommand = defineCommand({
  name: "command",
  summary: "Answers the facts of all commands.",
  since: "2.8.13",
  group: "server",
  complexity: "O(N) where N is the number of commands",
  arity: -1,
  flags: ["loading", "stale"],
  acl: ["@slow", "@connection"],
  tips: ["nondeterministic_output_order"],
  subcommands: [
    count,
    docs,
    getKeys,
    getKeysAndFlags,
    defineHelp("command", {
      since: "5.0.0",
      group: "server",
      flags: ["loading", "stale"],
      acl: ["@slow", "@connection"],
    }),
    info,
    list,
  ],
  run: allInfo,
});
