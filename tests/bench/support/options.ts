/**
 * Command lines of the measuring programs: named options only, lists separated by commas, and
 * an unknown or malformed option ends the program instead of measuring something else.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";

/** The options that a program has. */
export interface OptionSpec {
  /** Options that take a value. */
  values?: string[];
  /** Options that stand alone. */
  flags?: string[];
  /** What `--help` prints. */
  usage: string;
}

/** The command line is wrong; the message says how. */
export class OptionError extends Error {
  override name = "OptionError";
}

/** A command line that was read. */
export class Options {
  readonly #found: Record<string, unknown>;

  /** @throws OptionError for an option that the program does not have */
  constructor(args: string[], spec: OptionSpec) {
    this.#found = parseArgs(args, {
      string: spec.values ?? [],
      boolean: [...spec.flags ?? [], "help"],
      unknown: (arg) => {
        throw new OptionError(`unknown option ${arg}`);
      },
    });
  }

  flag(name: string): boolean {
    return this.#found[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#found[name];
    if (value === "") throw new OptionError(`--${name} needs a value`);
    return typeof value === "string" ? value : undefined;
  }

  list(name: string, fallback: readonly string[]): string[] {
    return this.text(name)?.split(",").map((part) => part.trim()) ?? [...fallback];
  }

  /** Words that must be among the allowed ones, whatever their case. */
  words(name: string, allowed: readonly string[], fallback: readonly string[]): string[] {
    return this.list(name, fallback).map((word) => {
      const known = allowed.find((one) => one.toLowerCase() === word.toLowerCase());
      if (known === undefined) throw new OptionError(`--${name}: not one of ${allowed.join(", ")}`);
      return known;
    });
  }

  numbers(name: string, fallback: readonly number[]): number[] {
    return this.list(name, fallback.map(String)).map((word) => {
      const value = Number(word);
      if (word === "" || !(value > 0)) {
        throw new OptionError(`--${name}: not a positive number: ${word}`);
      }
      return value;
    });
  }

  number(name: string, fallback: number): number {
    const values = this.numbers(name, [fallback]);
    if (values.length !== 1) throw new OptionError(`--${name} takes one number`);
    return values[0];
  }
}

/**
 * Runs a program with this process's command line: help and mistakes of it are dealt with here.
 */
export async function program(
  spec: OptionSpec,
  run: (options: Options) => Promise<void>,
): Promise<void> {
  try {
    const options = new Options(Deno.args, spec);
    if (options.flag("help")) console.log(spec.usage);
    else await run(options);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    console.error(`${error.message}\n\n${spec.usage}`);
    Deno.exitCode = 2;
  }
}
