/**
 * What the client knows of commands: for hints, completion and HELP.
 *
 * The shape is that of COMMAND DOCS, so that the same book can be made from the table this program is
 * built with and from the answer of the server one is connected to.
 *
 * Source: https://redis.io/docs/latest/commands/command-docs/
 *
 * @module
 */

import { asciiUpper } from "../bytes/bytes.ts";
import type { ClientReply } from "./reply_parser.ts";

/** One argument of a command, or a group of them. */
export interface ArgumentDocs {
  name: string;
  /** `key`, `string`, `integer`, `double`, `pattern`, `unix-time`, `pure-token`, `oneof`, `block`. */
  type: string;
  /** The literal word that stands before the value (or is all of it, for a pure token). */
  token?: string;
  /** What to show for the value when that is not the name. */
  displayText?: string;
  /** Of `optional`, `multiple`, `multiple_token`. */
  flags?: readonly string[];
  /** The parts of a `oneof` or `block`. */
  arguments?: readonly ArgumentDocs[];
}

/** One command or subcommand. */
export interface CommandDocs {
  /** As COMMAND DOCS names it: `get`, `config|get`. */
  name: string;
  summary: string;
  since: string;
  group: string;
  arguments?: readonly ArgumentDocs[];
  subcommands?: readonly CommandDocs[];
}

/** A command as it is looked up: `words` is its name in upper case, a word each. */
export interface BookEntry {
  words: readonly string[];
  title: string;
  docs: CommandDocs;
}

/**
 * All commands and subcommands, in the order of their names.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const get = { name: "config|get", summary: "Reads directives", since: "2.0.0", group: "server" };
 * const book = new CommandBook([{ ...get, name: "config", subcommands: [get] }]);
 * assertEquals(book.longest(["config", "get", "save"])?.title, "CONFIG GET");
 * assertEquals(book.complete("conf"), ["CONFIG", "CONFIG GET"]);
 * ```
 */
export class CommandBook {
  readonly entries: readonly BookEntry[];
  readonly groups: readonly string[];
  #byTitle: Map<string, BookEntry> = new Map();

  /** @param commands the commands; subcommands hang on their container */
  constructor(commands: Iterable<CommandDocs>) {
    const entries: BookEntry[] = [];
    const add = (docs: CommandDocs, container: string | undefined) => {
      const name = asciiUpper(docs.name);
      const full = container === undefined || name.includes("|") ? name : `${container}|${name}`;
      const words = full.split("|");
      const entry = { words, title: words.join(" "), docs };
      entries.push(entry);
      this.#byTitle.set(entry.title, entry);
      for (const sub of docs.subcommands ?? []) add(sub, full);
    };
    for (const docs of commands) add(docs, undefined);
    entries.sort((a, b) => a.title < b.title ? -1 : a.title > b.title ? 1 : 0);
    this.entries = entries;
    this.groups = [...new Set(entries.map((entry) => entry.docs.group))].sort();
  }

  /** The entry whose name is the longest one that `words` begins with. */
  longest(words: readonly string[]): BookEntry | undefined {
    for (let count = Math.min(words.length, 3); count > 0; count--) {
      const entry = this.#byTitle.get(asciiUpper(words.slice(0, count).join(" ")));
      if (entry !== undefined && entry.words.length === count) return entry;
    }
    return undefined;
  }

  /** The entries whose name begins with all of `words`: a command, or a container and its parts. */
  under(words: readonly string[]): BookEntry[] {
    const upper = words.map((word) => asciiUpper(word));
    return this.entries.filter((entry) => upper.every((word, i) => entry.words[i] === word));
  }

  /** The titles that begin with what has been typed. */
  complete(prefix: string): string[] {
    const upper = asciiUpper(prefix);
    return this.entries.map((entry) => entry.title).filter((title) => title.startsWith(upper));
  }
}

/** The entries of a map reply, or of the flat array that RESP2 has for it. */
function fields(reply: ClientReply | undefined): Map<string, ClientReply> {
  const out = new Map<string, ClientReply>();
  if (reply === undefined || (reply.type !== "map" && reply.type !== "array")) return out;
  for (let i = 0; i + 1 < reply.items.length; i += 2) {
    out.set(text(reply.items[i]), reply.items[i + 1]);
  }
  return out;
}

function text(reply: ClientReply | undefined): string {
  return reply !== undefined && "value" in reply ? String(reply.value) : "";
}

function list(reply: ClientReply | undefined): ClientReply[] {
  return reply !== undefined && "items" in reply ? reply.items : [];
}

function argumentOf(reply: ClientReply): ArgumentDocs {
  const field = fields(reply);
  const docs: ArgumentDocs = { name: text(field.get("name")), type: text(field.get("type")) };
  const token = field.get("token");
  if (token !== undefined) docs.token = text(token);
  const display = field.get("display_text");
  if (display !== undefined) docs.displayText = text(display);
  const flags = list(field.get("flags"));
  if (flags.length > 0) docs.flags = flags.map(text);
  const parts = list(field.get("arguments"));
  if (parts.length > 0) docs.arguments = parts.map(argumentOf);
  return docs;
}

/**
 * The commands in an answer to COMMAND DOCS (RESP2 or RESP3).
 *
 * @returns an empty list when the reply is an error or has another shape
 */
export function docsOfReply(reply: ClientReply): CommandDocs[] {
  const out: CommandDocs[] = [];
  for (const [name, value] of fields(reply)) {
    const field = fields(value);
    if (field.size === 0) continue;
    const subcommands = field.get("subcommands");
    out.push({
      name,
      summary: text(field.get("summary")),
      since: text(field.get("since")),
      group: text(field.get("group")),
      arguments: list(field.get("arguments")).map(argumentOf),
      subcommands: subcommands === undefined ? [] : docsOfReply(subcommands),
    });
  }
  return out;
}
