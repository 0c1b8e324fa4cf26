/**
 * XREAD: what came into streams behind ids that the reader knows, waiting for it if need be.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/command.ts";
import { keyAfter } from "../../command/key_specs.ts";
import { NULL_ARRAY, RedisError, type Reply } from "../../resp/reply.ts";
import { StreamValue } from "../../values/stream.ts";
import {
  formatStreamId,
  MAX_STREAM_ID,
  MIN_STREAM_ID,
  nextStreamId,
  type StreamId,
} from "../../values/stream_id.ts";
import { parseId } from "./ids.ts";
import { entriesReply } from "./range.ts";
import {
  parseReadOptions,
  readLimits,
  type ReadOptions,
  readReply,
  streamsArgument,
} from "./read_options.ts";

/** The id that is read on from: all of what is asked for is behind it. */
function startOf(text: ByteString, stream: StreamValue | undefined): StreamId {
  if (text === "$") return stream?.lastId ?? MIN_STREAM_ID;
  if (text === ">") {
    throw new RedisError(
      "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> " +
        "<consumer> option.",
    );
  }
  return parseId(text);
}

/** What is behind the ids; undefined when nothing is. */
function readNew(context: Context, options: ReadOptions): Reply | undefined {
  const { keys, ids, count } = options;
  const streams: (StreamValue | undefined)[] = [];
  const starts: StreamId[] = [];
  for (let i = 0; i < keys.length; i++) {
    const stream = context.db.getAs(keys[i], StreamValue);
    streams.push(stream);
    starts.push(startOf(ids[i], stream));
  }
  let found: [ByteString, Reply][] | undefined;
  for (let i = 0; i < keys.length; i++) {
    const start = nextStreamId(starts[i]);
    if (start === null) continue;
    const entries = streams[i]?.range(start, MAX_STREAM_ID, { count });
    if (entries === undefined || entries.length === 0) continue;
    (found ??= []).push([keys[i], entriesReply(entries)]);
  }
  return found === undefined ? undefined : readReply(context, found);
}

function read(context: Context, args: ByteString[]): Reply {
  const options = parseReadOptions(context, args, false);
  const reply = readNew(context, options);
  if (reply !== undefined) return reply;
  if (options.blockMs === undefined) return NULL_ARRAY;
  return context.blocking.block(context.client, withLastIds(context, args, options), {
    keys: options.keys,
    type: "stream",
    timeoutMs: options.blockMs,
    retry: (args) => readNew(context, parseReadOptions(context, args, false)),
    onTimeout: () => NULL_ARRAY,
  });
}

/** The command with the present last ids for `$`, which means something else later. */
function withLastIds(
  context: Context,
  args: readonly ByteString[],
  { keys, ids }: ReadOptions,
): ByteString[] {
  const out = args.slice();
  const idsAt = args.length - ids.length;
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] !== "$") continue;
    const stream = context.db.peek(keys[i]);
    out[idsAt + i] = formatStreamId(
      stream instanceof StreamValue ? stream.lastId : MIN_STREAM_ID,
    );
  }
  return out;
}

/** XREAD. */
export const xread = defineCommand({
  name: "xread",
  summary: "Answers the entries of streams behind given ids, waiting for them if asked to.",
  since: "5.0.0",
  group: "stream",
  arity: -4,
  flags: ["readonly", "blocking", "movablekeys"],
  acl: ["@read", "@stream", "@slow", "@blocking"],
  keys: [keyAfter("STREAMS", 1, "RO access", { last: -1, limit: 2 })],
  args: [...readLimits, streamsArgument],
  run: read,
});
