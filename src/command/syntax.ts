/**
 * A command's argument grammar as one line of text: `key value [NX | XX] [EX seconds]`.
 *
 * HELP replies, the command-line client's hints and the generated documentation show this form.
 *
 * @module
 */

import type { Argument } from "./arguments.ts";

/**
 * Format arguments as documentation does. O(size of the grammar).
 *
 * @example
 * ```ts
 * import { key, oneof, opt, string, token } from "./arguments.ts";
 * import { assertEquals } from "@std/assert";
 * const args = [key("key"), string("value"), opt(oneof("condition", [token("NX"), token("XX")]))];
 * assertEquals(formatSyntax(args), "key value [NX | XX]");
 * ```
 */
export function formatSyntax(args: readonly Argument[]): string {
  return args.map(formatArgument).join(" ");
}

/** Format one argument, with the brackets of an optional or repeatable one. */
export function formatArgument(argument: Argument): string {
  let text: string;
  if (argument.type === "oneof") {
    text = (argument.arguments ?? []).map(formatArgument).join(" | ");
    if (!argument.optional) text = `<${text}>`;
  } else if (argument.type === "block") {
    text = formatSyntax(argument.arguments ?? []);
  } else if (argument.type === "pure-token") {
    text = argument.token === "" ? '""' : argument.token ?? argument.name;
  } else {
    text = argument.name;
  }
  if (argument.type !== "pure-token" && argument.token !== undefined) {
    text = `${argument.token === "" ? '""' : argument.token} ${text}`;
  }
  if (argument.multiple) {
    const repeated = argument.multipleToken || argument.token === undefined
      ? text
      : text.slice(argument.token.length + 1);
    text = `${text} [${repeated} ...]`;
  }
  return argument.optional ? `[${text}]` : text;
}
