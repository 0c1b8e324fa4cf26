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
import type { EncodeContext, Steps } from "./context.ts";
import type { ByteSink } from "./sink.ts";
import { writeBytes, writeLength, writeString } from "./string.ts";

/** The value type that streams are written as. */
export function streamType(version: number): number {
  if (version >= 11) return ValueType.STREAM_LISTPACKS_3;
  return version === 10 ? ValueType.STREAM_LISTPACKS_2 : ValueType.STREAM_LISTPACKS;
}

/** Write a stream, a step for each node and each group. O(bytes). */
export function* writeStream(context: EncodeContext, stream: StreamValue): Steps {
  const { sink, version } = context;
  writeLength(sink, stream.nodeCount);
  for (const { id, listpack } of stream.nodes()) {
    writeLength(sink, 16);
    writeRawId(sink, id);
    writeBytes(context, listpack, listpack.length);
    yield;
  }
  writeLength(sink, stream.length);
  writeId(sink, stream.lastId);
  if (version >= 10) {
    writeId(sink, stream.firstId);
    writeId(sink, stream.maxDeletedId);
    writeLength(sink, stream.entriesAdded);
  }
  const groups = stream.groups();
  writeLength(sink, groups.length);
  for (const group of groups) {
    writeGroup(context, group);
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
