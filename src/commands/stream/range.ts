/**
 * Reading of a stream by ids: XLEN XRANGE XREVRANGE.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { integer, key, opt, string } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { NULL_ARRAY, type Reply, syntaxError } from "../../resp/reply.ts";
import { type StreamEntry, StreamValue } from "../../values/stream.ts";
import { formatStreamId } from "../../values/stream_id.ts";
import { isWord, parseIntArg } from "../parse.ts";
import { parseRangeEnd, parseRangeStart } from "./ids.ts";

/** Entries as replies have them. */
export function entriesReply(entries: readonly StreamEntry[]): Reply[] {
  const out: Reply[] = new Array(entries.length);
  for (let i = 0; i < entries.length; i++) out[i] = entryReply(entries[i]);
  return out;
}

/** An entry as replies have it: its id, and its fields and values. */
export function entryReply(entry: StreamEntry): Reply[] {
  return [formatStreamId(entry.id), entry.fields];
}

function range(context: Context, args: readonly ByteString[], reverse: boolean): Reply {
  const start = parseRangeStart(args[reverse ? 3 : 2]);
  const end = parseRangeEnd(args[reverse ? 2 : 3]);
  let count: number | undefined;
  for (let i = 4; i < args.length; i += 2) {
    if (i + 1 === args.length || !isWord(args[i], "COUNT")) throw syntaxError();
    count = Math.max(parseIntArg(args[i + 1]), 0);
  }
  const stream = context.db.getAs(args[1], StreamValue);
  if (stream === undefined) return [];
  if (count === 0) return NULL_ARRAY;
  return entriesReply(stream.range(start, end, { reverse, count }));
}

const rangeCommon = {
  since: "5.0.0",
  group: "stream",
  complexity: "O(log N + M) where N is the number of entries and M the number of those answered",
  arity: -4,
  flags: ["readonly"],
  acl: ["@read", "@stream", "@slow"],
  keys: [keyRange("RO access")],
  history: [["6.2.0", "`(` before an id excludes it."]],
} satisfies Partial<CommandSpec>;

const count = opt(integer("count", { token: "COUNT" }));

const xrange = defineCommand({
  ...rangeCommon,
  name: "xrange",
  summary: "Answers the entries of a stream between two ids, the oldest first.",
  args: [key("key"), string("start"), string("end"), count],
  run: (context, args) => range(context, args, false),
});

const xrevrange = defineCommand({
  ...rangeCommon,
  name: "xrevrange",
  summary: "Answers the entries of a stream between two ids, the newest first.",
  args: [key("key"), string("end"), string("start"), count],
  run: (context, args) => range(context, args, true),
});

const xlen = defineCommand({
  name: "xlen",
  summary: "Counts the entries of a stream.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(1)",
  arity: 2,
  flags: ["readonly", "fast"],
  acl: ["@read", "@stream", "@fast"],
  keys: [keyRange("RO")],
  args: [key("key")],
  run: ({ db }, args) => db.getAs(args[1], StreamValue)?.length ?? 0,
});

/** The commands of this module. */
export const streamRangeCommands: readonly Command<Context>[] = [xlen, xrange, xrevrange];
