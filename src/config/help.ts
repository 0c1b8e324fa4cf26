/**
 * The texts made of the table of directives: what `--help` prints, and the tables in
 * `src/config/README.md`.
 *
 * @module
 */

import { toText } from "../bytes/bytes.ts";
import type { Directive } from "./directive.ts";
import { formatSize } from "./numbers.ts";
import { FILE_DIRECTIVES, TOPICS } from "./table.ts";

/** Columns of the left part, beyond which a description goes on a line of its own. */
const LEFT = 44;

function entry(left: string, doc: string): string {
  if (left.length > LEFT) return `  ${left}\n  ${" ".repeat(LEFT + 1)}${doc}\n`;
  return `  ${left.padEnd(LEFT)} ${doc}\n`;
}

/** Choices that fill more than a column are better listed in the documentation. */
function label({ kind }: Directive): string {
  return kind.label.length > 34 ? "<choice>" : kind.label;
}

/** The default as one would write it; empty where there is none. */
function shownDefault({ name, kind, fallback }: Directive): string {
  if (name === "dir") return "";
  if (kind.label === "<bytes>") return formatSize(BigInt(fallback.text));
  return toText(fallback.text);
}

/**
 * The help of the server's command line.
 *
 * @param program how the user calls the program
 */
export function helpText(program: string): string {
  let help = `Usage: ${program} [/path/to/redis.conf] [--directive value ...] [-]

  -              as the first or last argument: read configuration from standard input
  -v, --version  print the version and exit
  -h, --help     print this help and exit

The file is read first, then standard input, then the options; what comes last wins.

Examples:
  ${program}
  ${program} /etc/redis/6379.conf --loglevel verbose
  ${program} --port 7777 --save 900 1 --save 60 1000
  echo 'requirepass "secret"' | ${program} -

Directives, with their defaults in brackets. A * marks those that are accepted, shown and
rewritten but change nothing in this server.
`;
  for (const { title, directives } of TOPICS) {
    help += `\n${title}\n`;
    for (const directive of directives) {
      if (directive.hidden) continue;
      const mark = directive.acts ? "" : " *";
      const shown = shownDefault(directive);
      help += entry(
        `--${directive.name} ${label(directive)}${mark}`,
        shown === "" ? directive.doc : `${directive.doc} [${shown}]`,
      );
    }
  }
  help += "\nIn configuration files and on the command line only\n";
  for (const { name, label, doc } of FILE_DIRECTIVES) help += entry(`--${name} ${label}`, doc);
  return help;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** All directives as Markdown tables, one a topic. */
export function directivesMarkdown(): string {
  let text = "";
  for (const { title, directives } of TOPICS) {
    text += `### ${title}\n\n| Directive | Value | Default | CONFIG SET | Acts | Meaning |\n` +
      "| --- | --- | --- | --- | --- | --- |\n";
    for (const directive of directives) {
      if (directive.hidden) continue;
      const { name, alias, kind, mutable, acts, doc } = directive;
      const names = alias === null ? `\`${name}\`` : `\`${name}\`, \`${alias}\``;
      const shown = name === "dir" ? "the working directory" : shownDefault(directive);
      const cells = [names, kind.label, shown, mutable ? "yes" : "no", acts ? "yes" : "no", doc];
      text += `| ${cells.map(cell).join(" | ")} |\n`;
    }
    text += "\n";
  }
  return text.trimEnd() + "\n";
}
