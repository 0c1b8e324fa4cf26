/**
 * HELP in the client: on a command, on a group of commands, and on the client itself.
 *
 * @module
 */

import { argumentSyntax } from "./hints.ts";
import type { BookEntry, CommandBook } from "./command_docs.ts";

const BOLD = "\x1b[1m";
const GREY = "\x1b[90m";
const YELLOW = "\x1b[33m";
const PLAIN = "\x1b[0m";

function entryText(entry: BookEntry, withGroup: boolean): string {
  const { docs, title } = entry;
  const lines = [
    `  ${BOLD}${title}${PLAIN} ${GREY}${argumentSyntax(docs.arguments ?? [])}${PLAIN}`,
    `  ${YELLOW}summary:${PLAIN} ${docs.summary}`,
    `  ${YELLOW}since:${PLAIN} ${docs.since}`,
  ];
  if (withGroup) lines.push(`  ${YELLOW}group:${PLAIN} ${docs.group}`);
  return lines.join("\r\n") + "\r\n";
}

function overview(version: string): string {
  return `redeno-cli ${version}
Help on commands:
      "help <command>"   its arguments, what it does, since when it exists
      "help @<group>"    all commands of a group
      "help <tab>"       walk through commands and groups
      "quit"             leave

Preferences, for now or (in the file ~/.redisclirc) for good:
      ":set hints"       show the arguments to come while typing
      ":set nohints"     do not
`;
}

/**
 * The text of HELP.
 *
 * @param topic the words behind HELP: none, a command's name, or `@` and a group
 * @param book what there is to know
 * @param version of this client
 */
export function helpText(topic: readonly string[], book: CommandBook, version: string): string {
  if (topic.length === 0) return overview(version);
  let out = "";
  if (topic[0].startsWith("@")) {
    const group = topic[0].slice(1).toLowerCase();
    for (const entry of book.entries) {
      if (entry.docs.group === group) out += "\r\n" + entryText(entry, false);
    }
  } else {
    for (const entry of book.under(topic)) out += "\r\n" + entryText(entry, true);
  }
  return out + "\r\n";
}

/** Lines that a line being typed may be completed to: command names, or topics behind HELP. */
export function completions(line: string, book: CommandBook): string[] {
  const help = /^help\s+/i.exec(line);
  if (help === null) return line === "" ? [] : book.complete(line);
  const topic = line.slice(help[0].length);
  const groups = book.groups.map((group) => "@" + group);
  return [
    ...groups.filter((group) => group.startsWith(topic.toLowerCase())),
    ...book.complete(topic),
  ].map((title) => help[0] + title);
}
