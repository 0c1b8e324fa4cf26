/**
 * The client as a subcommand of the program: with the program's own command table for hints.
 *
 * @module
 */

import { allCommands } from "../commands/mod.ts";
import type { Argument } from "../dispatch/arguments.ts";
import type { Command } from "../dispatch/command.ts";
import { REDENO_VERSION } from "../version.ts";
import type { ArgumentDocs, CommandDocs } from "./command_docs.ts";
import { runCli } from "./main.ts";

function argumentDocs(argument: Argument): ArgumentDocs {
  const flags: string[] = [];
  if (argument.optional) flags.push("optional");
  if (argument.multiple) flags.push("multiple");
  if (argument.multipleToken) flags.push("multiple_token");
  return {
    name: argument.name,
    type: argument.type,
    token: argument.token,
    flags,
    arguments: argument.arguments?.map(argumentDocs),
  };
}

function commandDocs({ spec }: Command): CommandDocs {
  return {
    name: spec.name,
    summary: spec.summary,
    since: spec.since,
    group: spec.group,
    arguments: spec.args?.map(argumentDocs),
    subcommands: spec.subcommands?.map(commandDocs),
  };
}

/** Run the client. @returns the exit code */
export function runClient(args: string[]): Promise<number> {
  return runCli(args, { version: REDENO_VERSION, commands: () => allCommands.map(commandDocs) });
}
