/**
 * Taking over what other consumers have not acknowledged: XCLAIM XAUTOCLAIM.
 *
 * Both also drop pending entries that are no longer in the stream.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { INT64_MAX, parseInteger } from "../../bytes/int.ts";
import { integer, key, many, opt, string, token, unixTime } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { RedisError, type Reply, syntaxError } from "../../resp/reply.ts";
import type { PendingEntry, StreamConsumer, StreamValue } from "../../values/stream.ts";
import {
  compareStreamIds,
  formatStreamId,
  MAX_STREAM_ID,
  MIN_STREAM_ID,
  type StreamId,
} from "../../values/stream_id.ts";
import { isWord, parseIntArg } from "../parse.ts";
import { GroupEffects, isDelivery } from "./effects.ts";
import { type FoundGroup, nameInError, requireGroup } from "./group_lookup.ts";
import { parseId, parseRangeStart, tryParseId } from "./ids.ts";

/** XCLAIM's arguments behind the minimum idle time. */
interface ClaimOptions {
  readonly ids: readonly StreamId[];
  readonly deliveryTime: number;
  /** Undefined: count one more delivery, unless `justId`. */
  readonly deliveryCount: number | undefined;
  readonly force: boolean;
  readonly justId: boolean;
  readonly lastId: StreamId | undefined;
}

function parseClaimOptions(args: readonly ByteString[], now: number): ClaimOptions {
  const ids: StreamId[] = [];
  let at = 5;
  // The first that is no id begins the options.
  for (; at < args.length; at++) {
    const id = tryParseId(args[at], 0);
    if (id === null) break;
    ids.push(id);
  }
  let deliveryTime = -1;
  let deliveryCount: number | undefined;
  let lastId: StreamId | undefined;
  let force = false;
  let justId = false;
  for (; at < args.length; at++) {
    const arg = args[at];
    const more = at + 1 < args.length;
    if (isWord(arg, "FORCE")) {
      force = true;
    } else if (isWord(arg, "JUSTID")) {
      justId = true;
    } else if (more && isWord(arg, "IDLE")) {
      deliveryTime = now -
        parseIntArg(args[++at], "ERR Invalid IDLE option argument for XCLAIM");
    } else if (more && isWord(arg, "TIME")) {
      deliveryTime = parseIntArg(args[++at], "ERR Invalid TIME option argument for XCLAIM");
    } else if (more && isWord(arg, "RETRYCOUNT")) {
      const count = parseIntArg(
        args[++at],
        "ERR Invalid RETRYCOUNT option argument for XCLAIM",
      );
      // Counts are exact numbers: what is above them must not reach a reply or the journal.
      deliveryCount = count < 0 ? undefined : Math.min(count, Number.MAX_SAFE_INTEGER);
    } else if (more && isWord(arg, "LASTID")) {
      lastId = parseId(args[++at]);
    } else {
      throw new RedisError(`ERR Unrecognized XCLAIM option '${nameInError(arg)}'`);
    }
  }
  // A negative or future time is no error, as clients compute it with clocks of their own.
  if (deliveryTime < 0 || deliveryTime > now) deliveryTime = now;
  return { ids, deliveryTime, deliveryCount, force, justId, lastId };
}

/** The reply for one claimed entry. */
function claimedReply(stream: StreamValue, id: StreamId, justId: boolean): Reply {
  const idText = formatStreamId(id);
  return justId ? idText : [idText, stream.get(id)!];
}

/** Drop a pending entry whose entry is gone from the stream. */
function dropDeleted({ group }: FoundGroup, entry: PendingEntry, effects: GroupEffects): void {
  // Where the entry is gone, too, a claim drops it likewise.
  effects.pending(entry.consumer, entry);
  effects.changed();
  group.acknowledge(entry.id);
}

/** Hand a pending entry over; its time and count are already right. */
function handOver(
  context: Context,
  { group }: FoundGroup,
  entry: PendingEntry,
  consumer: StreamConsumer,
  effects: GroupEffects,
): void {
  group.reassign(entry, consumer);
  consumer.activeTime = context.clock.ms;
  effects.pending(consumer, entry);
  effects.changed();
}

function claim(context: Context, args: ByteString[]): Reply {
  const found = requireGroup(context, args[1], args[2]);
  const { stream, group } = found;
  const now = context.clock.ms;
  const minIdle = Math.max(
    parseIntArg(args[4], "ERR Invalid min-idle-time argument for XCLAIM"),
    0,
  );
  const options = parseClaimOptions(args, now);
  const { deliveryTime, deliveryCount, force, justId, lastId } = options;
  context.journal.suppress();
  const effects = new GroupEffects(context, args[1], group);
  // Every XCLAIM in the journal tells the last id; without any it must be told alone.
  let progressed = false;
  if (lastId !== undefined && compareStreamIds(lastId, group.lastId) > 0) {
    if (isDelivery(context, options, lastId)) stream.readUpTo(group, lastId);
    else group.lastId = lastId;
    progressed = true;
  }
  const consumer = effects.seenConsumer(args[3], false);
  const reply: Reply[] = [];
  for (const id of options.ids) {
    let entry = group.pending.get(id);
    if (!stream.has(id)) {
      if (entry === undefined) continue;
      dropDeleted(found, entry, effects);
      progressed = false;
      continue;
    }
    if (entry === undefined) {
      if (!force) continue;
      entry = group.addPending(id, consumer, now, 1);
    } else if (minIdle > 0 && now - entry.deliveryTime < minIdle) {
      continue;
    }
    entry.deliveryTime = deliveryTime;
    if (deliveryCount !== undefined) entry.deliveryCount = deliveryCount;
    else if (!justId) entry.deliveryCount++;
    handOver(context, found, entry, consumer, effects);
    progressed = false;
    reply.push(claimedReply(stream, id, justId));
  }
  if (progressed) {
    effects.progress();
    effects.changed();
  }
  return reply;
}

const xclaim = defineCommand({
  name: "xclaim",
  summary: "Makes pending entries another consumer's, as though they were delivered to it.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(N log P) where N is the number of ids and P the number of pending entries",
  arity: -6,
  flags: ["write", "fast"],
  acl: ["@write", "@stream", "@fast"],
  keys: [keyRange("RW update")],
  tips: ["nondeterministic_output"],
  args: [
    key("key"),
    string("group"),
    string("consumer"),
    string("min-idle-time"),
    many(string("id")),
    opt(integer("ms", { token: "IDLE" })),
    opt(unixTime("unix-time-milliseconds", { token: "TIME" })),
    opt(integer("count", { token: "RETRYCOUNT" })),
    opt(token("FORCE")),
    opt(token("JUSTID")),
    opt(string("lastid", { token: "LASTID" })),
  ],
  run: claim,
});

/** Pending entries looked at for each that may be claimed. */
const ATTEMPTS = 10;
/** A real server keeps room for so many ids of 16 bytes. */
const MAX_COUNT = INT64_MAX / 16n;

function parseCount(text: ByteString): number {
  const count = parseInteger(text);
  if (count === null || count < 1 || count > MAX_COUNT) {
    throw new RedisError("ERR COUNT must be > 0");
  }
  return Number(count);
}

/** What XAUTOCLAIM will work on. */
interface Selection {
  readonly entries: readonly PendingEntry[];
  /** Where to go on. */
  readonly cursor: StreamId;
}

/** Up to `count` entries that are idle for long enough, or gone from the stream. */
function select(
  { stream, group }: FoundGroup,
  start: StreamId,
  count: number,
  idleSince: number,
): Selection {
  const entries: PendingEntry[] = [];
  let attempts = count * ATTEMPTS;
  let cursor = MIN_STREAM_ID;
  group.pending.forEach(start, MAX_STREAM_ID, (entry) => {
    if (entries.length === count || attempts-- === 0) {
      cursor = entry.id;
      return false;
    }
    if (entry.deliveryTime <= idleSince || !stream.has(entry.id)) entries.push(entry);
    return true;
  });
  return { entries, cursor };
}

function autoClaim(context: Context, args: ByteString[]): Reply {
  const minIdle = Math.max(
    parseIntArg(args[4], "ERR Invalid min-idle-time argument for XAUTOCLAIM"),
    0,
  );
  const start = parseRangeStart(args[5]);
  let count = 100;
  let justId = false;
  for (let i = 6; i < args.length; i++) {
    if (i + 1 < args.length && isWord(args[i], "COUNT")) {
      count = parseCount(args[++i]);
    } else if (isWord(args[i], "JUSTID")) {
      justId = true;
    } else {
      throw syntaxError();
    }
  }
  const found = requireGroup(context, args[1], args[2]);
  const { stream, group } = found;
  const now = context.clock.ms;
  context.journal.suppress();
  const effects = new GroupEffects(context, args[1], group);
  const consumer = effects.seenConsumer(args[3], false);
  const claimed: Reply[] = [];
  const deleted: Reply[] = [];
  const { entries, cursor } = select(found, start, count, minIdle > 0 ? now - minIdle : Infinity);
  for (const entry of entries) {
    if (!stream.has(entry.id)) {
      dropDeleted(found, entry, effects);
      deleted.push(formatStreamId(entry.id));
      continue;
    }
    entry.deliveryTime = now;
    if (!justId) entry.deliveryCount++;
    handOver(context, found, entry, consumer, effects);
    claimed.push(claimedReply(stream, entry.id, justId));
  }
  return [formatStreamId(cursor), claimed, deleted];
}

const xautoclaim = defineCommand({
  name: "xautoclaim",
  summary: "Makes entries that are pending for long a consumer's, going through them by a cursor.",
  since: "6.2.0",
  group: "stream",
  complexity: "O(N log P) where N is COUNT and P the number of pending entries",
  arity: -6,
  flags: ["write", "fast"],
  acl: ["@write", "@stream", "@fast"],
  keys: [keyRange("RW delete")],
  tips: ["nondeterministic_output"],
  history: [["7.0.0", "What is gone from the stream is dropped, and its ids are answered."]],
  args: [
    key("key"),
    string("group"),
    string("consumer"),
    string("min-idle-time"),
    string("start"),
    opt(integer("count", { token: "COUNT" })),
    opt(token("JUSTID")),
  ],
  run: autoClaim,
});

/** The commands of this module. */
export const streamClaimCommands: readonly Command<Context>[] = [xclaim, xautoclaim];
