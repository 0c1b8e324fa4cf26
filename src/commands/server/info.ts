/**
 * INFO: the server's state as text.
 *
 * @module
 */

import { asciiLower, type ByteString } from "../../bytes/bytes.ts";
import { many, opt, string } from "../../command/arguments.ts";
import { defineCommand } from "../../command/command.ts";
import { type Reply, VerbatimReply } from "../../resp/reply.ts";
import { DEFAULT_SECTIONS, SECTIONS } from "./info_sections.ts";
import type { AdminContext, ServerCommand, Services } from "../services.ts";

/** The names of the sections that the arguments ask for. */
function selectSections(args: readonly ByteString[]): Set<string> {
  if (args.length === 1) return new Set(DEFAULT_SECTIONS);
  const selected = new Set<string>();
  for (const arg of args.slice(1)) {
    const name = asciiLower(arg);
    if (name === "default") { for (const each of DEFAULT_SECTIONS) selected.add(each); }
    else if (name === "everything" || name === "all") {
      // The two differ in what modules add, and there are none.
      for (const each of SECTIONS.keys()) selected.add(each);
    } else selected.add(name);
  }
  return selected;
}

function info({ services }: AdminContext<keyof Services>, args: readonly ByteString[]): Reply {
  const selected = selectSections(args);
  services.timer.settle();
  const parts: string[] = [];
  for (const [name, { title, section }] of SECTIONS) {
    if (!selected.has(name)) continue;
    const lines = section(services).map(([field, value]) => `${field}:${value}\r\n`);
    parts.push(`# ${title}\r\n${lines.join("")}`);
  }
  return new VerbatimReply("txt", parts.join("\r\n"));
}

/** INFO. */
export const infoCommand: ServerCommand = defineCommand({
  name: "info",
  summary: "Answers the server's state and statistics as text.",
  since: "1.0.0",
  group: "server",
  complexity: "O(1)",
  arity: -1,
  flags: ["loading", "stale"],
  acl: ["@slow", "@dangerous"],
  tips: [
    "nondeterministic_output",
    "request_policy:all_shards",
    "response_policy:special",
  ],
  history: [["7.0.0", "Several sections can be named."]],
  args: [opt(many(string("section")))],
  run: info,
});
