/**
 * XINFO: what a stream, its consumer groups and their consumers are made of.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { block, integer, key, opt, string, token } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { MapReply, RedisError, type Reply } from "../../resp/reply.ts";
import { type StreamConsumer, type StreamGroup, StreamValue } from "../../values/stream.ts";
import { formatStreamId, MAX_STREAM_ID, MIN_STREAM_ID } from "../../values/stream_id.ts";
import { defineHelp } from "../help.ts";
import { isWord, parseIntArg } from "../parse.ts";
import { elapsed } from "./elapsed.ts";
import { subcommandSyntaxError } from "./group.ts";
import { noSuchGroup } from "./group_lookup.ts";
import { entriesReply, entryReply } from "./range.ts";

function requireStream(context: Context, name: ByteString): StreamValue {
  const stream = context.db.getAs(name, StreamValue);
  if (stream === undefined) throw new RedisError("ERR no such key");
  return stream;
}

function consumers(context: Context, args: ByteString[]): Reply {
  const group = requireStream(context, args[2]).group(args[3]);
  if (group === undefined) throw noSuchGroup(args[2], args[3]);
  const now = context.clock.ms;
  return group.consumers().map(({ name, pending, seenTime, activeTime }) =>
    new MapReply([
      "name",
      name,
      "pending",
      pending.size,
      "idle",
      elapsed(now, seenTime),
      "inactive",
      activeTime === -1 ? -1 : now - activeTime,
    ])
  );
}

function groups(context: Context, args: ByteString[]): Reply {
  const stream = requireStream(context, args[2]);
  return stream.groups().map((group) =>
    new MapReply([
      "name",
      group.name,
      "consumers",
      group.consumerCount,
      "pending",
      group.pending.size,
      "last-delivered-id",
      formatStreamId(group.lastId),
      "entries-read",
      group.entriesRead,
      "lag",
      stream.lag(group),
    ])
  );
}

/** The COUNT of FULL; 0 for all, undefined without FULL. */
function parseFull(args: readonly ByteString[]): number | undefined {
  if (args.length === 3) return undefined;
  if ((args.length !== 4 && args.length !== 6) || !isWord(args[3], "FULL")) {
    throw subcommandSyntaxError(args);
  }
  if (args.length === 4) return 10;
  if (!isWord(args[4], "COUNT")) throw subcommandSyntaxError(args);
  const count = parseIntArg(args[5]);
  return count < 0 ? 10 : count;
}

function streamInfo(context: Context, args: ByteString[]): Reply {
  const stream = requireStream(context, args[2]);
  const full = parseFull(args);
  const fields: Reply[] = [
    "length",
    stream.length,
    "radix-tree-keys",
    stream.nodeCount,
    "radix-tree-nodes",
    stream.radixTreeNodes,
    "last-generated-id",
    formatStreamId(stream.lastId),
    "max-deleted-entry-id",
    formatStreamId(stream.maxDeletedId),
    "entries-added",
    stream.entriesAdded,
    "recorded-first-entry-id",
    formatStreamId(stream.firstId),
  ];
  if (full !== undefined) {
    const count = full === 0 ? Infinity : full;
    const entries = stream.range(MIN_STREAM_ID, MAX_STREAM_ID, { count });
    const groups = stream.groups().map((group) => fullGroup(stream, group, count));
    fields.push("entries", entriesReply(entries), "groups", groups);
    return new MapReply(fields);
  }
  fields.push("groups", stream.groupCount);
  fields.push("first-entry", outermost(stream, false), "last-entry", outermost(stream, true));
  return new MapReply(fields);
}

function outermost(stream: StreamValue, reverse: boolean): Reply {
  const [entry] = stream.range(MIN_STREAM_ID, MAX_STREAM_ID, { reverse, count: 1 });
  return entry === undefined ? null : entryReply(entry);
}

function fullGroup(stream: StreamValue, group: StreamGroup, count: number): Reply {
  const pending = group.pending.range(MIN_STREAM_ID, MAX_STREAM_ID, count);
  return new MapReply([
    "name",
    group.name,
    "last-delivered-id",
    formatStreamId(group.lastId),
    "entries-read",
    group.entriesRead,
    "lag",
    stream.lag(group),
    "pel-count",
    group.pending.size,
    "pending",
    pending.map(({ id, consumer, deliveryTime, deliveryCount }) => [
      formatStreamId(id),
      consumer.name,
      deliveryTime,
      deliveryCount,
    ]),
    "consumers",
    group.consumers().map((consumer) => fullConsumer(consumer, count)),
  ]);
}

function fullConsumer(consumer: StreamConsumer, count: number): Reply {
  const pending = consumer.pending.range(MIN_STREAM_ID, MAX_STREAM_ID, count);
  return new MapReply([
    "name",
    consumer.name,
    "seen-time",
    consumer.seenTime,
    "active-time",
    consumer.activeTime,
    "pel-count",
    consumer.pending.size,
    "pending",
    pending.map(({ id, deliveryTime, deliveryCount }) => [
      formatStreamId(id),
      deliveryTime,
      deliveryCount,
    ]),
  ]);
}

const xinfoConsumers = defineCommand({
  name: "xinfo|consumers",
  summary: "Describes the consumers of a group.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(N log N) where N is the number of consumers",
  arity: 4,
  flags: ["readonly"],
  acl: ["@read", "@stream", "@slow"],
  keys: [keyRange("RO access", { at: 2 })],
  tips: ["nondeterministic_output"],
  history: [["7.2.0", "The field inactive came; idle is since the last command of the consumer."]],
  args: [key("key"), string("group")],
  run: consumers,
});

const xinfoGroups = defineCommand({
  name: "xinfo|groups",
  summary: "Describes the consumer groups of a stream.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(N log N) where N is the number of groups",
  arity: 3,
  flags: ["readonly"],
  acl: ["@read", "@stream", "@slow"],
  keys: [keyRange("RO access", { at: 2 })],
  history: [["7.0.0", "The fields entries-read and lag came."]],
  args: [key("key")],
  run: groups,
});

const xinfoStream = defineCommand({
  name: "xinfo|stream",
  summary: "Describes a stream; with FULL its entries and groups, too.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(N) where N is the number of nodes, plus what FULL answers",
  arity: -3,
  flags: ["readonly"],
  acl: ["@read", "@stream", "@slow"],
  keys: [keyRange("RO access", { at: 2 })],
  history: [
    ["6.0.0", "The option FULL came."],
    ["7.0.0", "The fields about the first, the added and the deleted entries came."],
    ["7.2.0", "The field active-time came, and seen-time is of any command of the consumer."],
  ],
  args: [
    key("key"),
    opt(block("full-block", [token("FULL"), opt(integer("count", { token: "COUNT" }))])),
  ],
  run: streamInfo,
});

/** XINFO. */
export const xinfo = defineCommand({
  name: "xinfo",
  summary: "Holds the commands that describe streams.",
  since: "5.0.0",
  group: "stream",
  complexity: "Depends on the subcommand.",
  arity: -2,
  flags: [],
  acl: ["@slow"],
  subcommands: [
    xinfoConsumers,
    xinfoGroups,
    defineHelp("xinfo", {
      since: "5.0.0",
      group: "stream",
      flags: ["loading", "stale"],
      acl: ["@stream", "@slow"],
    }),
    xinfoStream,
  ],
});
