/**
 * The client as a part of this program: what `main.ts cli …` runs.
 *
 * The command table is loaded only when the client needs it (a terminal or HELP without a server that
 * could be asked), so that one command from a shell starts as quickly as it can.
 *
 * @module
 */

import type { Argument } from "../command/arguments.ts";
import type { Command } from "../command/command.ts";
import { REDENO_VERSION } from "../version.ts";
import type { ArgumentDocs, CommandDocs } from "./command_docs.ts";
import { runCli } from "./run_client.ts";

function argumentDocs(argument: Argument): ArgumentDocs {
  const { name, type, token, optional, multiple, multipleToken } = argument;
  const flags: string[] = [];
  if (optional) flags.push("optional");
  if (multiple) flags.push("multiple");
  if (multipleToken) flags.push("multiple_token");
  return { name, type, token, flags, arguments: argument.arguments?.map(argumentDocs) };
}

/** What the client shows of a command, from the command's own literal. */
export function commandDocs({ spec }: Command): CommandDocs {
  const { name, summary, since, group, args, subcommands } = spec;
  return {
    name,
    summary,
    since,
    group,
    arguments: args?.map(argumentDocs),
    subcommands: subcommands?.map(commandDocs),
  };
}

/**
 * Run the client.
 *
 * @param args the words behind `cli` on the command line
 * @returns the exit code
 */
export function runClient(args: string[]): Promise<number> {
  return runCli(args, {
    version: REDENO_VERSION,
    commands: async () => (await import("../commands/mod.ts")).allCommands.map(commandDocs),
  });
}
