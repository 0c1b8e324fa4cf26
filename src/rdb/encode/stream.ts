/**
 * Streams: the nodes' listpacks, the counters, and the consumer groups with what is pending. Layout
 * 1 (version 9) has fewer counters, 2 (version 10) no time of a consumer's last success.
 *
 * @module
 */

import type { StreamValue } from "../../values/stream.ts";
import type { StreamGroup } from "../../values/stream_group.ts";
import { MAX_STREAM_ID, MIN_STREAM_ID, type StreamId } from "../../values/stream_id.ts";
import { UINT64_MAX } from "../../bytes/int.ts";
import { ValueType } from "../format.ts";
import { type EncodeContext, KEEP, pass, type Steps } from "./context.ts";
import type { ByteSink } from "./sink.ts";
import { writeBytes, writeLength, writeString } from "./string.ts";

/** The value type that streams are written as. */
export function streamType(version: number): number {
  if (version >= 11) return ValueType.STREAM_LISTPACKS_3;
  return version === 10 ? ValueType.STREAM_LISTPACKS_2 : ValueType.STREAM_LISTPACKS;
}

/** Write a stream, a step for each node and each group. O(bytes). */
export function* writeStream(context: EncodeContext, live: StreamValue): Steps {
  const { sink, version } = context;
  let stream = live;
  writeLength(sink, stream.nodeCount);
  let nodes = stream.nodes();
  for (let node = nodes.next(), done = 1; !node.done; node = nodes.next(), done++) {
    const { id, listpack } = node.value;
    writeLength(sink, 16);
    writeRawId(sink, id);
    writeBytes(context, listpack, listpack.length);
    if ((yield) !== KEEP) continue;
    stream = stream.clone();
    nodes = stream.nodes();
    yield;
    yield* pass(nodes, done);
  }
  writeLength(sink, stream.length);
  writeId(sink, stream.lastId);
  if (version >= 10) {
    writeId(sink, stream.firstId);
    writeId(sink, stream.maxDeletedId);
    writeLength(sink, stream.entriesAdded);
  }
  let groups = stream.groups();
  writeLength(sink, groups.length);
  for (let i = 0; i < groups.length; i++) {
    writeGroup(context, groups[i]);
    if ((yield) !== KEEP) continue;
    groups = stream.clone().groups();
    yield;
  }
}

function writeGroup(context: EncodeContext, group: StreamGroup): void {
  const { sink, version } = context;
  writeString(context, group.name);
  writeId(sink, group.lastId);
  // "Not known" is -1, as an unsigned integer.
  if (version >= 10) writeLength(sink, group.entriesRead ?? UINT64_MAX);
  writeLength(sink, group.pending.size);
  group.pending.forEach(MIN_STREAM_ID, MAX_STREAM_ID, (entry) => {
    writeRawId(sink, entry.id);
    sink.int64(entry.deliveryTime);
    writeLength(sink, entry.deliveryCount);
  });
  const consumers = group.consumers();
  writeLength(sink, consumers.length);
  for (const consumer of consumers) {
    writeString(context, consumer.name);
    sink.int64(consumer.seenTime);
    if (version >= 11) sink.int64(consumer.activeTime);
    writeLength(sink, consumer.pending.size);
    consumer.pending.forEach(MIN_STREAM_ID, MAX_STREAM_ID, (entry) => writeRawId(sink, entry.id));
  }
}

/** An id as two lengths. */
function writeId(sink: ByteSink, { ms, seq }: StreamId): void {
  writeLength(sink, ms);
  writeLength(sink, seq);
}

/** An id as sixteen bytes whose order is the ids'. */
function writeRawId(sink: ByteSink, { ms, seq }: StreamId): void {
  sink.uint64BigEndian(ms);
  sink.uint64BigEndian(seq);
}
