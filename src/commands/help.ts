/**
 * The HELP subcommand of container commands, made from the container's own literals: one line of
 * syntax and one of summary for each subcommand.
 *
 * @module
 */

import { asciiUpper } from "../bytes/bytes.ts";
import { type Command, type CommandSpec, defineCommand } from "../command/command.ts";
import { formatSyntax } from "../command/syntax.ts";
import { type Reply, SimpleString } from "../resp/reply.ts";
import type { AdminContext } from "./services.ts";

/** What these commands work with. */
type Needs = AdminContext<"registry">;

/** The facts of a HELP subcommand that differ from container to container. */
export type HelpFacts = Pick<CommandSpec, "since" | "group" | "flags" | "acl">;

/** Define `container|help`. */
export function defineHelp(container: string, facts: HelpFacts): Command<Needs> {
  return defineCommand({
    name: `${container}|help`,
    summary: "Lists the subcommands with their syntax.",
    complexity: "O(1)",
    arity: 2,
    ...facts,
    run(context: Needs) {
      const command = context.services.registry.resolve([container]);
      return command === undefined ? [] : helpLines(command);
    },
  });
}

function helpLines(container: Command): Reply[] {
  const name = asciiUpper(container.name);
  const lines = [`${name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`];
  for (const [word, command] of container.subcommands ?? []) {
    if (word === "help") continue;
    lines.push(`${asciiUpper(word)} ${formatSyntax(command.spec.args ?? [])}`.trimEnd());
    lines.push(`    ${command.spec.summary}`);
  }
  lines.push("HELP", "    Print this help.");
  return lines.map((line) => new SimpleString(line));
}
