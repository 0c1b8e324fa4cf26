/**
 * Reads configuration texts: the file, standard input and the command line's options, which count
 * as one text in this order, so that what comes later wins.
 *
 * A line is a directive and its words; `#` at its start makes it a comment. `include` reads other
 * files in its place, `rename-command` and `user` are handed to the caller, who knows the
 * commands. What a real server takes in a file and this one cannot do (modules) is refused.
 *
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/management/config-file/
 *
 * @module
 */

import { asciiLower, type ByteString, fromBytes, fromText, toText } from "../bytes/bytes.ts";
import { matchGlob } from "../bytes/glob.ts";
import { splitArgs } from "../bytes/split_args.ts";
import type { Config } from "./config.ts";
import { osReason } from "./os_error.ts";
import { resolvePath } from "./paths.ts";
import { findDirective } from "./table.ts";

/** Where in a configuration text something is wrong. */
export interface ConfigPlace {
  /** Number of the line, from 1. */
  readonly line: number;
  /** The line, without the white space around it. */
  readonly text: ByteString;
}

/** A configuration that a server cannot start with. */
export class ConfigError extends Error {
  override name = "ConfigError";

  /**
   * @param reason what is wrong
   * @param place the line at fault; null when it is the configuration as a whole
   */
  constructor(readonly reason: string, readonly place: ConfigPlace | null = null) {
    super(place === null ? reason : `line ${place.line}: ${reason}`);
  }

  /**
   * What a server prints on standard error before it exits with status 1; ends in a new line.
   *
   * @param version the Redis version that the server speaks for
   */
  format(version: string): string {
    let text = `\n*** FATAL CONFIG FILE ERROR (Redis ${version}) ***\n`;
    if (this.place !== null) {
      text += `Reading the configuration file, at line ${this.place.line}\n`;
      text += `>>> '${toText(this.place.text)}'\n`;
    }
    return `${text}${this.reason}\n`;
  }
}

/** A configuration file that cannot be read; a real server logs `reason` as a warning and exits. */
export class ConfigOpenError extends ConfigError {
  override name = "ConfigOpenError";

  override format(_version: string): string {
    return `${this.reason}\n`;
  }
}

/** What to load. */
export interface ConfigSources {
  /** Path of the configuration file. */
  readonly file?: string | null;
  /** What standard input held, when the configuration is to be read from there. */
  readonly stdin?: ByteString;
  /** The command line's options as configuration lines. */
  readonly options?: ByteString;
  /**
   * Rename a command, or remove it when `to` is empty.
   *
   * @returns why it cannot be (`No such command in rename-command`), or null
   */
  renameCommand?(from: ByteString, to: ByteString): string | null;
  /**
   * Define a user.
   *
   * @param words the line, its `user` included
   * @returns why it cannot be, or null
   */
  defineUser?(words: readonly ByteString[]): string | null;
}

/** Directives of old versions that are read and ignored; each has one word. */
const IGNORED = new Set([
  "list-max-ziplist-entries",
  "list-max-ziplist-value",
  "lua-replicate-commands",
]);

/** Files within files, so that one that includes itself is found out. */
const DEEPEST_INCLUDE = 64;

const BAD_LINE = "Bad directive or wrong number of arguments";
const MAGIC = /[*?[]/;

/**
 * Load a configuration: file, standard input, options, in this order.
 *
 * @throws ConfigError when a server must not start with it; `config` is then half changed
 */
export function loadConfig(config: Config, sources: ConfigSources): void {
  const { file = null, stdin = "", options = "" } = sources;
  if (file !== null) config.file = resolvePath(Deno.cwd(), file);
  const content = config.file !== null && file !== null ? readFiles("/", config.file) : "";
  const loader = new Loader(config, sources);
  loader.load(`${content}${stdin}\n${options}`, 0);
  checkLogFile(config);
}

/**
 * Fail now if the log cannot be written: once the server runs, nobody would be told.
 *
 * @throws ConfigError
 */
export function checkLogFile(config: Config): void {
  const { logfile } = config.values;
  if (logfile === "") return;
  try {
    Deno.openSync(config.path(logfile), { append: true, create: true }).close();
  } catch (error) {
    throw new ConfigError(`Can't open the log file: ${osReason(error)}`);
  }
}

class Loader {
  readonly #config: Config;
  readonly #sources: ConfigSources;

  constructor(config: Config, sources: ConfigSources) {
    this.#config = config;
    this.#sources = sources;
  }

  load(content: ByteString, depth: number): void {
    const lines = content.split("\n");
    for (let i = 0; i < lines.length; i++) {
      const text = lines[i].replace(/^[ \t\r]+|[ \t\r]+$/g, "");
      if (text === "" || text[0] === "#") continue;
      const reason = this.#line(text, depth);
      if (reason !== null) throw new ConfigError(reason, { line: i + 1, text });
    }
  }

  /** Carry out one line; the reason why it cannot be, or null. */
  #line(text: ByteString, depth: number): string | null {
    const words = splitArgs(text);
    if (words === null) return "Unbalanced quotes in configuration line";
    if (words.length === 0) return null;
    const [first, ...rest] = words;
    const name = asciiLower(first);
    if (findDirective(name) !== undefined) return this.#config.assign(name, rest);
    if (IGNORED.has(name) && rest.length === 1) return null;
    switch (name) {
      case "include":
        return rest.length === 1 ? this.#include(rest[0], depth) : BAD_LINE;
      case "rename-command":
        if (rest.length !== 2) return BAD_LINE;
        return this.#sources.renameCommand === undefined
          ? "No such command in rename-command"
          : this.#sources.renameCommand(rest[0], rest[1]);
      case "user":
        if (rest.length === 0) return BAD_LINE;
        return this.#sources.defineUser === undefined
          ? "this server has no users beside the default one"
          : this.#sources.defineUser(words);
      case "loadmodule":
        return rest.length > 0 ? "this server does not load modules" : BAD_LINE;
      case "sentinel":
        return rest.length > 0 ? "sentinel directive while not in sentinel mode" : null;
    }
    if (!name.includes(".")) return BAD_LINE;
    return rest.length === 1
      ? "this server does not load modules, which alone have such directives"
      : "Module config specified without value";
  }

  #include(path: ByteString, depth: number): string | null {
    if (depth === DEEPEST_INCLUDE) return "Too many configuration files include each other";
    this.load(readFiles(toText(this.#config.values.dir), toText(path)), depth + 1);
    return null;
  }
}

/**
 * The text of a file, or of all files that a path with wildcards matches, which may be none.
 *
 * @param directory where a relative path starts
 * @param path as it was given, which is how messages name it
 */
function readFiles(directory: string, path: string): ByteString {
  const paths = MAGIC.test(path) ? expand(resolvePath(directory, path)) : [path];
  let content = "";
  for (const one of paths) {
    try {
      content += fromBytes(Deno.readFileSync(resolvePath(directory, one)));
    } catch (error) {
      const reason = osReason(error);
      throw new ConfigOpenError(`Fatal error, can't open config file '${one}': ${reason}`);
    }
  }
  return content;
}

/** The existing paths that an absolute path with wildcards matches, in order. */
function expand(pattern: string): string[] {
  let found = [""];
  for (const part of pattern.split("/").slice(1)) {
    if (!MAGIC.test(part)) found = found.map((path) => `${path}/${part}`);
    else found = found.flatMap((path) => matching(path, part));
  }
  return found.filter(exists);
}

function matching(directory: string, part: string): string[] {
  const pattern = fromText(part.replaceAll("[!", "[^"));
  return entries(directory)
    // A wildcard does not match the dot that hides a file.
    .filter((name) => (name[0] !== "." || part[0] === ".") && matchGlob(pattern, fromText(name)))
    .sort()
    .map((name) => `${directory}/${name}`);
}

function entries(directory: string): string[] {
  try {
    return Array.from(Deno.readDirSync(directory === "" ? "/" : directory), ({ name }) => name);
  } catch {
    return [];
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
