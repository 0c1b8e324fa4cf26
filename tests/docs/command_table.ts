/**
 * The tables of `src/commands/README.md`: every command of Redis 7.2 (and the hash-field expiry
 * commands of 7.4) with what this server has of it, made from the command literals and the recorded
 * reference.
 *
 * @module
 */

import { allCommands } from "../../src/commands/mod.ts";
import type { Command } from "../../src/command/command.ts";
import { formatSyntax } from "../../src/command/syntax.ts";

interface Recorded {
  group: string;
  since: string;
  subcommands?: Record<string, Recorded>;
}

const root = new URL("../../", import.meta.url);

async function recorded(version: string): Promise<Record<string, Recorded>> {
  const url = new URL(`fixtures/reference/commands-${version}.json`, root);
  return JSON.parse(await Deno.readTextFile(url));
}

/** The commands of the reference that this server does not have, and what lacks in others. */
function missingOf(name: string, facts: Recorded, command: Command | undefined): string {
  if (command === undefined) return "missing";
  const lacking = Object.keys(facts.subcommands ?? {})
    .map((each) => each.slice(each.indexOf("|") + 1))
    .filter((each) => !command.subcommands?.has(each) && !SELF_DISPATCHED.has(name));
  return lacking.length === 0 ? "done" : `without ${lacking.map((s) => s.toUpperCase()).join(" ")}`;
}

/** Commands that read their subcommand themselves, as in a real server. */
const SELF_DISPATCHED = new Set(["debug"]);

function escape(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}

interface Survey {
  groups: Map<string, string[]>;
  state: Map<string, string>;
  ours: Map<string, Command>;
}

async function survey(): Promise<Survey> {
  const reference = { ...await recorded("7.4"), ...await recorded("7.2") };
  const ours = new Map(allCommands.map((command) => [command.name, command]));
  const groups = new Map<string, string[]>();
  const state = new Map<string, string>();
  for (const name of Object.keys(reference).sort()) {
    const facts = reference[name];
    const list = groups.get(facts.group) ?? [];
    list.push(name);
    groups.set(facts.group, list);
    state.set(name, missingOf(name, facts, ours.get(name)));
  }
  return { groups, state, ours };
}

/** The texts about commands, for the places that are marked in the pages. */
export interface CommandTexts {
  /** How many commands are complete. */
  readonly count: string;
  /** The names of those that are not. */
  readonly missing: string;
  /** A table with a line a group. */
  readonly groups: string;
  /** A table a group, with a line a command. */
  readonly commands: string;
}

/** Make the texts. */
export async function commandTexts(): Promise<CommandTexts> {
  const { groups, state, ours } = await survey();
  const done = [...state.values()].filter((each) => each === "done").length;
  const missing = [...state].filter(([, each]) => each !== "done");
  const count = `${done} of ${state.size} commands of Redis 7.2, with the hash-field expiry ` +
    "commands of 7.4, are complete";
  return {
    count: `${count}.`,
    missing: missing.length === 0
      ? `${count}.`
      : `${count}. Missing or partial: ${missing.map(([name]) => name.toUpperCase()).join(", ")}.`,
    groups: groupTable(groups, state),
    commands: commandTables({ groups, state, ours }),
  };
}

function groupTable(
  groups: ReadonlyMap<string, string[]>,
  state: ReadonlyMap<string, string>,
): string {
  const lines = ["| group | complete | missing or partial |", "| --- | --- | --- |"];
  for (const group of [...groups.keys()].sort()) {
    const names = groups.get(group)!;
    const open = names.filter((name) => state.get(name) !== "done");
    const shown = open.map((name) => {
      const text = state.get(name)!;
      return name.toUpperCase() + (text === "missing" ? "" : ` (${text})`);
    });
    lines.push(
      `| ${group} | ${names.length - open.length} of ${names.length} | ${shown.join(", ")} |`,
    );
  }
  return lines.join("\n");
}

function commandTables({ groups, state, ours }: Survey): string {
  const lines: string[] = [];
  for (const group of [...groups.keys()].sort()) {
    lines.push(`### ${group}`, "", "| command | state | arguments |", "| --- | --- | --- |");
    for (const name of groups.get(group)!) {
      const command = ours.get(name);
      const syntax = command === undefined
        ? ""
        : command.subcommands !== undefined
        ? [...command.subcommands.keys()].map((sub) => sub.toUpperCase()).join(", ")
        : formatSyntax(command.spec.args ?? []);
      lines.push(`| ${name.toUpperCase()} | ${state.get(name)} | ${escape(syntax)} |`);
    }
    lines.push("");
  }
  return lines.join("\n").trimEnd();
}
