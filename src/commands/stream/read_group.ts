/**
 * XREADGROUP: what a consumer group has not read yet, for one of its consumers; or what this
 * consumer has not acknowledged. And XACK, which ends that.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { block, key, many, opt, string, token } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyAfter, keyRange } from "../../command/key_specs.ts";
import { NULL_ARRAY, RedisError, type Reply } from "../../resp/reply.ts";
import type { StreamConsumer } from "../../values/stream.ts";
import { formatStreamId, nextStreamId, type StreamId } from "../../values/stream_id.ts";
import { GroupEffects } from "./effects.ts";
import { findGroup, type FoundGroup, requireGroup } from "./group_lookup.ts";
import { parseId } from "./ids.ts";
import { entriesReply } from "./range.ts";
import {
  parseReadOptions,
  readLimits,
  type ReadOptions,
  readReply,
  streamsArgument,
} from "./read_options.ts";

/** Where in its history a consumer begins to read; null for what is new. */
function historyStart(text: ByteString): StreamId | null {
  if (text === "$") {
    throw new RedisError(
      "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of " +
        "this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID " +
        "would just return an empty result set.",
    );
  }
  // Nothing is behind the largest id, so that it stands for ">", too.
  return text === ">" ? null : nextStreamId(parseId(text));
}

/** What was not read yet, and is now; empty when there is nothing. */
function deliverNew(
  context: Context,
  { stream, group }: FoundGroup,
  consumer: StreamConsumer,
  effects: GroupEffects,
  { count, noAck }: ReadOptions,
): Reply[] {
  const now = context.clock.ms;
  const entries = stream.deliver(group, consumer, { count, noAck, now });
  if (entries.length === 0) return [];
  if (noAck) effects.progress();
  else {
    for (const { id } of entries) {
      effects.pending(consumer, { id, deliveryTime: now, deliveryCount: 1 }, id);
    }
  }
  return entriesReply(entries);
}

/** What the consumer has not acknowledged. */
function deliverAgain(
  context: Context,
  { stream }: FoundGroup,
  consumer: StreamConsumer,
  start: StreamId,
  count: number | undefined,
): Reply[] {
  return stream.redeliver(consumer, start, { count, now: context.clock.ms })
    .map(({ id, fields }) => [formatStreamId(id), fields ?? NULL_ARRAY]);
}

/** Read; undefined when there is nothing. */
function readOnce(context: Context, options: ReadOptions): Reply | undefined {
  const { keys, ids, group: name } = options;
  const suffix = " in XREADGROUP with GROUP option";
  // All that is wrong with the command has to be found before anything is delivered.
  const groups: FoundGroup[] = [];
  const starts: (StreamId | null)[] = [];
  for (let i = 0; i < keys.length; i++) {
    groups.push(requireGroup(context, keys[i], name, suffix));
    starts.push(historyStart(ids[i]));
  }
  context.journal.suppress();
  let found: [ByteString, Reply][] | undefined;
  for (let i = 0; i < keys.length; i++) {
    const effects = new GroupEffects(context, keys[i], groups[i].group);
    const consumer = effects.seenConsumer(options.consumer, options.noAck);
    const start = starts[i];
    let entries: Reply[];
    if (start === null) {
      entries = deliverNew(context, groups[i], consumer, effects, options);
      if (entries.length === 0) continue;
    } else {
      entries = deliverAgain(context, groups[i], consumer, start, options.count);
    }
    effects.changed();
    (found ??= []).push([keys[i], entries]);
  }
  return found === undefined ? undefined : readReply(context, found);
}

function readGroup(context: Context, args: ByteString[]): Reply {
  const options = parseReadOptions(context, args, true);
  const reply = readOnce(context, options);
  if (reply !== undefined) return reply;
  if (options.blockMs === undefined) return NULL_ARRAY;
  return context.blocking.block(context.client, args, {
    keys: options.keys,
    type: "stream",
    timeoutMs: options.blockMs,
    retry: (args) => readOnce(context, parseReadOptions(context, args, true)),
    onTimeout: () => NULL_ARRAY,
    wakeOnDelete: true,
  });
}

const xreadgroup = defineCommand({
  name: "xreadgroup",
  summary: "Answers what a consumer group has not read yet, and makes it a consumer's to process.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(log N + M log P) for each stream of N entries of which M are answered, where P " +
    "is the number of pending entries",
  arity: -7,
  flags: ["write", "blocking", "movablekeys"],
  acl: ["@write", "@stream", "@slow", "@blocking"],
  keys: [keyAfter("STREAMS", 4, "RO access", { last: -1, limit: 2 })],
  args: [
    block("group-block", [string("group"), string("consumer")], { token: "GROUP" }),
    ...readLimits,
    opt(token("NOACK")),
    streamsArgument,
  ],
  run: readGroup,
});

const xack = defineCommand({
  name: "xack",
  summary: "Acknowledges entries that a consumer group was given, and answers how many they were.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(N log P) where N is the number of ids and P the number of pending entries",
  arity: -4,
  flags: ["write", "fast"],
  acl: ["@write", "@stream", "@fast"],
  keys: [keyRange("RW update")],
  args: [key("key"), string("group"), many(string("id"))],
  run(context, args) {
    const found = findGroup(context, args[1], args[2]);
    if (found === undefined) return 0;
    const ids = args.slice(3).map((arg) => parseId(arg));
    let acknowledged = 0;
    for (const id of ids) if (found.group.acknowledge(id)) acknowledged++;
    context.keyspace.changes += acknowledged;
    return acknowledged;
  },
});

/** The commands of this module. */
export const streamReadGroupCommands: readonly Command<Context>[] = [xreadgroup, xack];
