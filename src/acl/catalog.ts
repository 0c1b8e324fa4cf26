/**
 * The commands that rules can name: all of a server under their original names, so that rules mean the
 * same whatever `rename-command` does.
 *
 * @module
 */

import { asciiLower, type ByteString } from "../bytes/bytes.ts";
import type { Command } from "../command/command.ts";
import { categoryBits } from "./categories.ts";

/** The commands of one server, for rules. */
export class CommandCatalog {
  readonly #byName = new Map<string, Command>();
  readonly #categories = new Map<Command, number>();
  /** Above the ids of all commands. */
  readonly idLimit: number;

  /** @param commands the commands under their original names, subcommands inside */
  constructor(commands: Iterable<Command>) {
    let limit = 0;
    for (const command of commands) {
      this.#byName.set(command.name, command);
      for (const one of [command, ...command.subcommands?.values() ?? []]) {
        this.#categories.set(one, categoryBits(one.spec.acl));
        limit = Math.max(limit, one.id + 1);
      }
    }
    this.idLimit = limit;
  }

  /** The command of a name in any case, `container|sub` included. O(1) */
  lookUp(name: ByteString): Command | undefined {
    const parts = asciiLower(name).split("|");
    const command = this.#byName.get(parts[0]);
    if (parts.length === 1) return command;
    return parts.length === 2 ? command?.subcommands?.get(parts[1]) : undefined;
  }

  /** The commands of a category, subcommands as well. O(commands) */
  *inCategory(bit: number): Generator<Command> {
    for (const [command, bits] of this.#categories) if ((bits & bit) !== 0) yield command;
  }
}
