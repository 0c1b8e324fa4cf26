/**
 * The commands of a server by name.
 *
 * Look-up is on the path of every request, so the two usual spellings of a name (all lower case,
 * all upper case) are keys of one map, and only an unusual one (`Get`) is folded first.
 *
 * @module
 */

import { asciiLower, asciiUpper, type ByteString } from "../bytes/bytes.ts";
import type { Command, CommandStats } from "./command.ts";

/** A table of commands; each server has its own, as `rename-command` and statistics are its own. */
export class Registry {
  #bySpelling = new Map<ByteString, Command>();
  #byName = new Map<string, Command>();
  #stats = new Map<Command, CommandStats>();

  /** @param commands all commands, containers with their subcommands inside */
  constructor(commands: Iterable<Command>) {
    for (const command of commands) this.#add(command.name, command);
  }

  #add(name: string, command: Command): void {
    this.#byName.set(name, command);
    this.#bySpelling.set(name, command);
    this.#bySpelling.set(asciiUpper(name), command);
  }

  /** Number of commands, subcommands not counted. */
  get size(): number {
    return this.#byName.size;
  }

  /** The command of a name in any case; O(1). */
  get(name: ByteString): Command | undefined {
    return this.#bySpelling.get(name) ?? this.#bySpelling.get(asciiLower(name));
  }

  /**
   * The command that a request means: the subcommand where the first argument names one, the
   * container itself where it does not.
   */
  resolve(args: readonly ByteString[]): Command | undefined {
    const command = this.get(args[0]);
    if (command?.subcommands === undefined || args.length < 2) return command;
    return command.subcommands.get(asciiLower(args[1])) ?? command;
  }

  /** All commands with the name they have here. */
  entries(): IterableIterator<[string, Command]> {
    return this.#byName.entries();
  }

  /**
   * Give a command another name, or none (`rename-command`).
   *
   * @returns why it cannot be, or null
   */
  rename(from: string, to: string): string | null {
    const name = asciiLower(from);
    const command = this.#byName.get(name);
    if (command === undefined) return "No such command in rename-command";
    this.#byName.delete(name);
    this.#bySpelling.delete(name);
    this.#bySpelling.delete(asciiUpper(name));
    if (to === "") return null;
    if (this.#byName.has(asciiLower(to))) return "Target command name already exists";
    this.#add(asciiLower(to), command);
    return null;
  }

  /** The statistics of a command, made at the first call. */
  stats(command: Command): CommandStats {
    let stats = this.#stats.get(command);
    if (stats === undefined) {
      stats = { calls: 0, micros: 0, rejected: 0, failed: 0, latency: null };
      this.#stats.set(command, stats);
    }
    return stats;
  }

  /** All statistics so far. */
  allStats(): IterableIterator<[Command, CommandStats]> {
    return this.#stats.entries();
  }

  /** Forget all statistics (CONFIG RESETSTAT). */
  resetStats(): void {
    this.#stats.clear();
  }
}
