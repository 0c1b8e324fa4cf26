/**
 * Options of the tools' command lines: each tool says which it has, and anything else is refused.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";

/** A command line that cannot be understood: exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Which options there are, by their long names. */
export interface OptionNames {
  /** Those without a value. */
  readonly flags?: readonly string[];
  /** Those with a value. */
  readonly values?: readonly string[];
  /** Those with a value that may be given several times. */
  readonly lists?: readonly string[];
  /** Short names. */
  readonly alias?: Readonly<Record<string, string>>;
}

/** What was given. */
export class Options {
  /** What is not an option, in order. */
  readonly words: readonly string[];
  readonly #parsed: Record<string, unknown>;

  constructor(words: readonly string[], parsed: Record<string, unknown>) {
    this.words = words;
    this.#parsed = parsed;
  }

  /** Whether an option without a value was given. */
  has(name: string): boolean {
    return this.#parsed[name] === true;
  }

  /** An option's value; undefined when it was not given. */
  value(name: string): string | undefined {
    const value = this.#parsed[name];
    return typeof value === "string" ? value : undefined;
  }

  /** All values of an option that may be given several times. */
  list(name: string): string[] {
    const value = this.#parsed[name];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /**
   * An option's value as a whole number.
   *
   * @throws {UsageError} when it is none, or outside of the range
   */
  integer(name: string, least: number, most: number): number | undefined {
    const text = this.value(name);
    return text === undefined ? undefined : wholeNumber(name, text, least, most);
  }

  /** The same for an option that may be given several times. */
  integers(name: string, least: number, most: number): number[] {
    return this.list(name).map((text) => wholeNumber(name, text, least, most));
  }

  /**
   * The words, which must be as many as there are names for.
   *
   * @throws {UsageError} when they are not
   */
  exactly(...names: string[]): string[] {
    const missing = names[this.words.length];
    if (missing !== undefined) throw new UsageError(`${missing} is missing`);
    if (this.words.length > names.length) {
      throw new UsageError(`'${this.words[names.length]}' is one word too many`);
    }
    return [...this.words];
  }
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) {
    throw new UsageError(`--${name} takes a number from ${least} to ${most}, not '${text}'`);
  }
  return value;
}

/**
 * Read a command line. `--help` and `-h` are always there, as the flag `help`; behind `--` all are
 * words.
 *
 * @throws {UsageError} when an option is not known, lacks its value, or is given twice
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * const options = readOptions(["a.rdb", "--top", "5"], { flags: ["json"], values: ["top"] });
 * assertEquals(options.words, ["a.rdb"]);
 * assertEquals(options.integer("top", 1, 100), 5);
 * assertEquals(options.has("json"), false);
 * assertThrows(() => readOptions(["--tip"], { values: ["top"] }), UsageError, "--tip");
 * ```
 */
export function readOptions(args: readonly string[], names: OptionNames): Options {
  const flags = ["help", ...names.flags ?? []];
  const values = [...names.values ?? []];
  const lists = [...names.lists ?? []];
  const parsed = parseArgs([...args], {
    boolean: flags,
    string: ["_", ...values, ...lists],
    collect: [...lists, ...values],
    alias: { h: "help", ...names.alias },
    unknown: (arg, key) => {
      if (key !== undefined) throw new UsageError(`there is no option ${arg.split("=")[0]}`);
      return true;
    },
  });
  const given: Record<string, unknown> = {};
  for (const name of flags) given[name] = parsed[name];
  for (const name of [...values, ...lists]) {
    const all = (parsed[name] as string[] | undefined) ?? [];
    if (all.includes("")) throw new UsageError(`--${name} lacks its value`);
    if (lists.includes(name)) given[name] = all;
    else if (all.length > 1) throw new UsageError(`--${name} is given twice`);
    else given[name] = all[0];
  }
  return new Options(parsed._.map(String), given);
}
