/**
 * The argument grammar of a command, as COMMAND DOCS shows it and the command-line client hints it.
 *
 * The builders below exist so that a command's literal stays a few readable lines:
 * `args: [key("key"), opt(oneof("condition", [token("NX"), token("XX")]))]`.
 *
 * Source: https://redis.io/docs/latest/develop/reference/command-arguments/
 *
 * @module
 */

/** Kinds of arguments. */
export type ArgumentType =
  | "string"
  | "integer"
  | "double"
  | "key"
  | "pattern"
  | "unix-time"
  | "pure-token"
  | "oneof"
  | "block";

/** One argument of a command's grammar. */
export interface Argument {
  readonly name: string;
  readonly type: ArgumentType;
  /** The literal word that introduces (or, for a pure token, is) the argument. */
  readonly token?: string;
  /** What documentation shows in place of the name, where that is something else. */
  readonly display?: string;
  /** For keys: which of the command's key specs finds it. */
  readonly keySpecIndex?: number;
  readonly since?: string;
  readonly deprecatedSince?: string;
  readonly optional?: boolean;
  /** May be given several times. */
  readonly multiple?: boolean;
  /** When given several times, the token is repeated too. */
  readonly multipleToken?: boolean;
  /** The alternatives of a "oneof", the parts of a "block". */
  readonly arguments?: readonly Argument[];
}

/** What the builders take beside a name. */
export type ArgumentOptions = Partial<Omit<Argument, "name" | "type">>;

/** A string argument. */
export function string(name: string, options?: ArgumentOptions): Argument {
  return { name, type: "string", ...options };
}

/** An integer argument. */
export function integer(name: string, options?: ArgumentOptions): Argument {
  return { name, type: "integer", ...options };
}

/** A floating point argument. */
export function double(name: string, options?: ArgumentOptions): Argument {
  return { name, type: "double", ...options };
}

/** A glob pattern. */
export function pattern(name: string, options?: ArgumentOptions): Argument {
  return { name, type: "pattern", ...options };
}

/** A unix time. */
export function unixTime(name: string, options?: ArgumentOptions): Argument {
  return { name, type: "unix-time", ...options };
}

/** A key, found by the command's first key spec unless `keySpecIndex` says otherwise. */
export function key(name: string, options?: ArgumentOptions): Argument {
  return { name, type: "key", keySpecIndex: 0, ...options };
}

/** A literal word; its name is the word in lower case unless given. */
export function token(word: string, options?: ArgumentOptions & { name?: string }): Argument {
  return { name: word.toLowerCase(), ...options, type: "pure-token", token: word };
}

/** One out of several alternatives. */
export function oneof(
  name: string,
  alternatives: readonly Argument[],
  options?: ArgumentOptions,
): Argument {
  return { name, type: "oneof", ...options, arguments: alternatives };
}

/** Several arguments that belong together. */
export function block(
  name: string,
  parts: readonly Argument[],
  options?: ArgumentOptions,
): Argument {
  return { name, type: "block", ...options, arguments: parts };
}

/** The argument made optional. */
export function opt(argument: Argument): Argument {
  return { ...argument, optional: true };
}

/** The argument made repeatable. */
export function many(argument: Argument): Argument {
  return { ...argument, multiple: true };
}
