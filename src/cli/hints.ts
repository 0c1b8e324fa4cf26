/**
 * Argument hints: what of a command's syntax is still to come, given the words typed so far.
 *
 * The words are matched against the tree of arguments that COMMAND DOCS gives: each step takes the
 * words one argument wants and says what is missing of it. Neighbouring optional arguments may come in
 * any order; once a required one behind them has begun, they are gone. A word that fits nowhere ends
 * the hinting. The word under the cursor counts only once a space follows it.
 *
 * @module
 */

import { asciiLower } from "../bytes/bytes.ts";
import { splitArgs } from "../bytes/split_args.ts";
import type { ArgumentDocs, CommandBook } from "./command_docs.ts";

function has(arg: ArgumentDocs, flag: string): boolean {
  return arg.flags?.includes(flag) ?? false;
}

function tokenText(arg: ArgumentDocs): string {
  // MIGRATE's key may be the empty string: its token is shown as one types it.
  return arg.token === "" ? '""' : arg.token ?? "";
}

/** The value of an argument without its token, brackets and repetition. */
function valueSyntax(arg: ArgumentDocs): string {
  const parts = arg.arguments ?? [];
  if (arg.type === "oneof") return parts.map(syntaxOf).join("|");
  if (arg.type === "block") return parts.map(syntaxOf).join(" ");
  return arg.displayText ?? arg.name;
}

/** What repeats: the value, with its token when each repetition has one. */
function repetition(arg: ArgumentDocs): string {
  const value = valueSyntax(arg);
  const token = arg.token !== undefined && has(arg, "multiple_token") ? tokenText(arg) + " " : "";
  return `[${token}${value} ...]`;
}

function syntaxOf(arg: ArgumentDocs): string {
  let out: string;
  if (arg.type === "pure-token") {
    out = tokenText(arg);
  } else {
    out = (arg.token === undefined ? "" : tokenText(arg) + " ") + valueSyntax(arg);
    if (has(arg, "multiple")) out += " " + repetition(arg);
  }
  return has(arg, "optional") ? `[${out}]` : out;
}

/** The syntax of a list of arguments: `key value [NX|XX] [GET]`. */
export function argumentSyntax(args: readonly ArgumentDocs[]): string {
  return args.map(syntaxOf).join(" ");
}

/**
 * How far an argument was matched: the words up to `next` are taken; `rest` are the hints for what it
 * still wants (`whole` false) or could still take (`whole` true).
 */
interface Match {
  next: number;
  whole: boolean;
  rest: string[];
}

function isInteger(word: string): boolean {
  return /^\s*[-+]?[0-9]+$/.test(word);
}

function isDouble(word: string): boolean {
  return /^\s*[-+]?(?:inf(?:inity)?|nan|0x[0-9a-f]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?)$/i
    .test(word);
}

/** Match the value of an argument once, its token being behind us. */
function matchValue(arg: ArgumentDocs, words: readonly string[], at: number): Match | null {
  const parts = arg.arguments ?? [];
  switch (arg.type) {
    case "oneof": {
      // Several parts may take the first word; the one that goes furthest is what was meant.
      let best: Match | null = null;
      for (const part of parts) {
        const match = matchOne(part, words, at);
        if (match !== null && (best === null || match.next > best.next)) best = match;
      }
      return best;
    }
    case "block": {
      const match = matchList(parts, words, at);
      return match === null || match.next === at ? null : match;
    }
    case "integer":
    case "unix-time":
      return isInteger(words[at]) ? { next: at + 1, whole: true, rest: [] } : null;
    case "double":
      return isDouble(words[at]) ? { next: at + 1, whole: true, rest: [] } : null;
    default:
      return { next: at + 1, whole: true, rest: [] };
  }
}

function isToken(arg: ArgumentDocs, word: string): boolean {
  return arg.token !== undefined && asciiLower(arg.token) === asciiLower(word);
}

/** Match one argument with its token and repetitions, from a word that exists. */
function matchOne(arg: ArgumentDocs, words: readonly string[], at: number): Match | null {
  if (arg.type === "pure-token") {
    return isToken(arg, words[at]) ? { next: at + 1, whole: true, rest: [] } : null;
  }
  const multiple = has(arg, "multiple");
  const repeats = multiple ? [repetition(arg)] : [];
  if (arg.token !== undefined) {
    if (!isToken(arg, words[at])) return null;
    at++;
    if (at === words.length) {
      return { next: at, whole: false, rest: [valueSyntax(arg), ...repeats] };
    }
  }
  let match = matchValue(arg, words, at);
  if (match === null) return null;
  while (multiple && match.whole && match.next < words.length) {
    let from: number = match.next;
    if (arg.token !== undefined && has(arg, "multiple_token")) {
      if (!isToken(arg, words[from])) break;
      from++;
      if (from === words.length) {
        return { next: from, whole: false, rest: [valueSyntax(arg), ...repeats] };
      }
    }
    const again = matchValue(arg, words, from);
    if (again === null) break;
    match = again;
  }
  return { ...match, rest: [...match.rest, ...repeats] };
}

/** Match arguments one behind the other. */
function matchList(
  args: readonly ArgumentDocs[],
  words: readonly string[],
  start: number,
): Match | null {
  let at = start;
  for (let i = 0; i < args.length;) {
    let end = i;
    while (end < args.length && has(args[end], "optional")) end++;
    const open = args.slice(i, end);
    let begun: string[] = [];
    while (at < words.length && open.length > 0) {
      const step = matchAny(open, words, at);
      if (step === null) break;
      open.splice(step.index, 1);
      at = step.match.next;
      begun = step.match.rest;
      if (!step.match.whole) {
        return { next: at, whole: false, rest: [...begun, ...restOf(open, args, end)] };
      }
    }
    if (at === words.length) {
      return { next: at, whole: end === args.length, rest: [...begun, ...restOf(open, args, end)] };
    }
    if (end === args.length) break;
    const match = matchOne(args[end], words, at);
    if (match === null) return null;
    at = match.next;
    i = end + 1;
    if (at === words.length) {
      const whole = match.whole && args.slice(i).every((arg) => has(arg, "optional"));
      return { next: at, whole, rest: [...match.rest, ...args.slice(i).map(syntaxOf)] };
    }
    if (!match.whole) return null;
  }
  return { next: at, whole: true, rest: [] };
}

function matchAny(
  args: readonly ArgumentDocs[],
  words: readonly string[],
  at: number,
): { index: number; match: Match } | null {
  for (let index = 0; index < args.length; index++) {
    const match = matchOne(args[index], words, at);
    if (match !== null) return { index, match };
  }
  return null;
}

function restOf(
  open: readonly ArgumentDocs[],
  args: readonly ArgumentDocs[],
  end: number,
): string[] {
  return [...open.map(syntaxOf), ...args.slice(end).map(syntaxOf)];
}

/**
 * The hint for a line being typed.
 *
 * @returns the hint, with a leading space when the line does not end in one; "" when there is none
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { CommandBook } from "./command_docs.ts";
 * const book = new CommandBook([{
 *   name: "lpop",
 *   summary: "",
 *   since: "1.0.0",
 *   group: "list",
 *   arguments: [{ name: "key", type: "key" }, { name: "count", type: "integer", flags: ["optional"] }],
 * }]);
 * assertEquals(hintFor("lpop ", book), "key [count]");
 * assertEquals(hintFor("lpop k ", book), "[count]");
 * assertEquals(hintFor("lpop k 3 ", book), "");
 * ```
 */
export function hintFor(line: string, book: CommandBook): string {
  const words = splitArgs(line);
  if (words === null || words.length === 0) return "";
  const spaced = /\s$/.test(line);
  if (!spaced) words.pop();
  const entry = book.longest(words);
  if (entry === undefined) return "";
  const args = entry.docs.arguments ?? [];
  const typed = words.slice(entry.words.length);
  const match = matchList(args, typed, 0);
  if (match === null || match.next < typed.length || match.rest.length === 0) return "";
  return (spaced ? "" : " ") + match.rest.join(" ");
}
