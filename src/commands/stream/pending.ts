/**
 * XPENDING: what the consumers of a group have not acknowledged.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { block, integer, key, opt, string } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { NULL_ARRAY, type Reply, syntaxError } from "../../resp/reply.ts";
import type { StreamGroup } from "../../values/stream.ts";
import { formatStreamId } from "../../values/stream_id.ts";
import { isWord, parseIntArg } from "../parse.ts";
import { elapsed } from "./elapsed.ts";
import { requireGroup } from "./group_lookup.ts";
import { type IdRange, parseRangeEnd, parseRangeStart } from "./ids.ts";

/** Which entries the long form asks for. */
interface Filter extends IdRange {
  readonly minIdle: number;
  readonly count: number;
  readonly consumer: ByteString | undefined;
}

function parseFilter(args: readonly ByteString[]): Filter {
  let at = 3;
  let minIdle = 0;
  if (isWord(args[3], "IDLE")) {
    minIdle = parseIntArg(args[4]);
    if (args.length < 8) throw syntaxError();
    at = 5;
  }
  const count = Math.max(parseIntArg(args[at + 2]), 0);
  const start = parseRangeStart(args[at]);
  const end = parseRangeEnd(args[at + 1]);
  return { start, end, minIdle, count, consumer: args[at + 3] };
}

function pending(context: Context, args: ByteString[]): Reply {
  const { length } = args;
  if (length !== 3 && (length < 6 || length > 9)) throw syntaxError();
  const filter = length > 3 ? parseFilter(args) : null;
  const { group } = requireGroup(context, args[1], args[2]);
  return filter === null ? summary(group) : listed(group, filter, context.clock.ms);
}

function summary(group: StreamGroup): Reply {
  const first = group.pending.first();
  const last = group.pending.last();
  if (first === undefined || last === undefined) return [0, null, null, NULL_ARRAY];
  const consumers: Reply[] = [];
  for (const { name, pending } of group.consumers()) {
    if (pending.size > 0) consumers.push([name, String(pending.size)]);
  }
  return [group.pending.size, formatStreamId(first.id), formatStreamId(last.id), consumers];
}

function listed(group: StreamGroup, filter: Filter, now: number): Reply {
  const { start, end, minIdle, count, consumer } = filter;
  const out: Reply[] = [];
  const list = consumer === undefined ? group.pending : group.consumer(consumer)?.pending;
  if (list === undefined || count === 0) return out;
  list.forEach(start, end, (entry) => {
    const idle = now - entry.deliveryTime;
    if (minIdle !== 0 && idle < minIdle) return;
    out.push([
      formatStreamId(entry.id),
      entry.consumer.name,
      elapsed(now, entry.deliveryTime),
      entry.deliveryCount,
    ]);
    return out.length < count;
  });
  return out;
}

/** XPENDING. */
export const xpending = defineCommand({
  name: "xpending",
  summary:
    "Answers what a consumer group was given and has not acknowledged: a summary, or a list.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(log P + N) where P is the number of pending entries and N of those looked at; " +
    "the summary: O(C log C) where C is the number of consumers",
  arity: -3,
  flags: ["readonly"],
  acl: ["@read", "@stream", "@slow"],
  keys: [keyRange("RO access")],
  tips: ["nondeterministic_output"],
  history: [["6.2.0", "The option IDLE came, and `(` before an id excludes it."]],
  args: [
    key("key"),
    string("group"),
    opt(block("filters", [
      opt(integer("min-idle-time", { token: "IDLE", since: "6.2.0" })),
      string("start"),
      string("end"),
      integer("count"),
      opt(string("consumer")),
    ])),
  ],
  run: pending,
});
