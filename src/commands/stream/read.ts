/**
 * XREAD: what came into streams behind ids that the reader knows, waiting for it if need be.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { Client } from "../../dispatch/client.ts";
import { defineCommand } from "../../dispatch/command.ts";
import { keyAfter } from "../../dispatch/key_specs.ts";
import { NULL_ARRAY, RedisError, type Reply, wrongType } from "../../resp/reply.ts";
import { StreamValue } from "../../values/stream.ts";
import {
  MAX_STREAM_ID,
  MIN_STREAM_ID,
  nextStreamId,
  type StreamId,
} from "../../values/stream_id.ts";
import { parseId } from "./ids.ts";
import { entriesReply } from "./range.ts";
import { parseReadOptions, readLimits, readReply, streamsArgument } from "./read_options.ts";

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
function readNew(
  client: Client,
  keys: readonly ByteString[],
  streams: readonly (StreamValue | undefined)[],
  ids: readonly StreamId[],
  count: number | undefined,
): Reply | undefined {
  let found: [ByteString, Reply][] | undefined;
  for (let i = 0; i < keys.length; i++) {
    const stream = streams[i];
    if (stream === undefined) continue;
    const start = nextStreamId(ids[i]);
    if (start === null) continue;
    const entries = stream.range(start, MAX_STREAM_ID, { count });
    if (entries.length > 0) (found ??= []).push([keys[i], entriesReply(entries)]);
  }
  return found === undefined ? undefined : readReply(client, found);
}

/**
 * Look again. A key of another type is no reason to wake up; but when there is something to read
 * elsewhere, the command is answered as if it came only now.
 */
function readAgain(
  client: Client,
  keys: readonly ByteString[],
  ids: readonly StreamId[],
  count: number | undefined,
): Reply | undefined {
  let misplaced = false;
  const streams = keys.map((key) => {
    const value = client.db.get(key);
    if (value === undefined || value instanceof StreamValue) return value;
    misplaced = true;
    return undefined;
  });
  const reply = readNew(client, keys, streams, ids, count);
  if (reply !== undefined && misplaced) throw wrongType();
  return reply;
}

function read(client: Client, args: ByteString[]): Reply {
  const { keys, ids: idTexts, count, blockMs } = parseReadOptions(client, args, false);
  const streams: (StreamValue | undefined)[] = [];
  const ids: StreamId[] = [];
  for (let i = 0; i < keys.length; i++) {
    const stream = client.db.getAs(keys[i], StreamValue);
    streams.push(stream);
    ids.push(startOf(idTexts[i], stream));
  }
  const reply = readNew(client, keys, streams, ids, count);
  if (reply !== undefined) return reply;
  if (blockMs === undefined || client.inExec) return NULL_ARRAY;
  return client.engine.blocking.block(client, args, {
    keys,
    timeoutMs: blockMs,
    retry: () => readAgain(client, keys, ids, count),
    onTimeout: () => NULL_ARRAY,
  });
}

/** XREAD. */
export const xread = defineCommand({
  name: "xread",
  summary: "Answers the entries of streams behind given ids, waiting for them if asked to.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(log N + M) for each stream of N entries of which M are answered",
  arity: -4,
  flags: ["readonly", "blocking", "movablekeys"],
  acl: ["@read", "@stream", "@slow", "@blocking"],
  keys: [keyAfter("STREAMS", 1, "RO access", { last: -1, limit: 2 })],
  args: [...readLimits, streamsArgument],
  run: read,
});
