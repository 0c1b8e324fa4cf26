/**
 * A command's literal in the forms of COMMAND INFO and COMMAND DOCS.
 *
 * Sources: https://redis.io/docs/latest/commands/command/ and
 * https://redis.io/docs/latest/commands/command-docs/
 *
 * @module
 */

import type { Argument } from "../../command/arguments.ts";
import type { Command } from "../../command/command.ts";
import type { KeySpec } from "../../command/key_specs.ts";
import { MapReply, type Reply, SetReply, SimpleString } from "../../resp/reply.ts";

function statusSet(words: readonly string[]): Reply {
  return new SetReply(words.map((word) => new SimpleString(word)));
}

/**
 * The ten-element array of COMMAND INFO.
 *
 * @param name what the command is called here, when it was renamed
 */
export function describeInfo(command: Command, name: string = command.name): Reply {
  const { spec } = command;
  const [first, last, step] = command.legacyRange;
  return [
    name,
    spec.arity,
    // Whether a command may be replicated is an inner matter of the server.
    statusSet(spec.flags.filter((flag) => flag !== "may_replicate")),
    first,
    last,
    step,
    statusSet(spec.acl),
    new SetReply([...spec.tips ?? []]),
    new SetReply(command.keySpecs.map(describeKeySpec)),
    new SetReply(Array.from(command.subcommands?.values() ?? [], (sub) => describeInfo(sub))),
  ];
}

function describeKeySpec(spec: KeySpec): Reply {
  const flat: Reply[] = [];
  if (spec.notes !== undefined) flat.push("notes", spec.notes);
  flat.push("flags", statusSet(spec.flags));
  const { begin, find } = spec;
  const beginSpec: Reply[] = begin.type === "index"
    ? ["index", begin.index]
    : begin.type === "keyword"
    ? ["keyword", begin.keyword, "startfrom", begin.startFrom]
    : [];
  flat.push(
    "begin_search",
    new MapReply(["type", begin.type, "spec", new MapReply(beginSpec)]),
  );
  const findSpec: Reply[] = find.type === "range"
    ? ["lastkey", find.lastKey, "keystep", find.step, "limit", find.limit]
    : find.type === "keynum"
    ? ["keynumidx", find.keyNumIndex, "firstkey", find.firstKey, "keystep", find.step]
    : [];
  flat.push("find_keys", new MapReply(["type", find.type, "spec", new MapReply(findSpec)]));
  return new MapReply(flat);
}

/** The map of COMMAND DOCS. */
export function describeDocs(command: Command): Reply {
  const { spec } = command;
  const flat: Reply[] = ["summary", spec.summary, "since", spec.since, "group", spec.group];
  if (spec.complexity !== undefined) flat.push("complexity", spec.complexity);
  const flags: string[] = [];
  if (spec.deprecatedSince !== undefined) flags.push("deprecated");
  if (spec.isInternal) flags.push("syscmd");
  if (flags.length > 0) flat.push("doc_flags", statusSet(flags));
  if (spec.deprecatedSince !== undefined) flat.push("deprecated_since", spec.deprecatedSince);
  if (spec.replacedBy !== undefined) flat.push("replaced_by", spec.replacedBy);
  if (spec.history !== undefined) {
    flat.push("history", new SetReply(spec.history.map(([version, text]) => [version, text])));
  }
  if (spec.args !== undefined) flat.push("arguments", spec.args.map(describeArgument));
  if (command.subcommands !== undefined) {
    const subs: Reply[] = [];
    for (const sub of command.subcommands.values()) subs.push(sub.name, describeDocs(sub));
    flat.push("subcommands", new MapReply(subs));
  }
  return new MapReply(flat);
}

function describeArgument(argument: Argument): Reply {
  const flat: Reply[] = ["name", argument.name, "type", argument.type];
  if (argument.arguments === undefined) {
    flat.push("display_text", argument.display ?? argument.name);
  }
  if (argument.keySpecIndex !== undefined) flat.push("key_spec_index", argument.keySpecIndex);
  if (argument.token !== undefined) flat.push("token", argument.token);
  if (argument.since !== undefined) flat.push("since", argument.since);
  if (argument.deprecatedSince !== undefined) {
    flat.push("deprecated_since", argument.deprecatedSince);
  }
  const flags: string[] = [];
  if (argument.optional) flags.push("optional");
  if (argument.multiple) flags.push("multiple");
  if (argument.multipleToken) flags.push("multiple_token");
  if (flags.length > 0) flat.push("flags", statusSet(flags));
  if (argument.arguments !== undefined) {
    flat.push("arguments", argument.arguments.map(describeArgument));
  }
  return new MapReply(flat);
}
