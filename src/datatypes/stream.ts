/**
 * Streams with their consumer groups.
 *
 * Left out of the commands, as none makes it: what a consumer has pending of entries that are no
 * longer in the stream. A base that is a snapshot has that as well.
 *
 * @module
 */

import { ELEMENTS, type Emit } from "../aof/value_commands.ts";
import type { ByteString } from "../bytes/bytes.ts";
import { StreamReader } from "../rdb/decode/stream.ts";
import { streamType, writeStream } from "../rdb/encode/stream.ts";
import { ValueType } from "../rdb/format.ts";
import type { RdbConsumerGroup, RdbStream, RdbStreamId } from "../rdb/records.ts";
import type { EncodingLimits } from "../values/limits.ts";
import { StreamValue } from "../values/stream.ts";
import type { StreamGroup } from "../values/stream_group.ts";
import {
  formatStreamId,
  MAX_STREAM_ID,
  MIN_STREAM_ID,
  nextStreamId,
  type StreamId,
  toUint64,
} from "../values/stream_id.ts";
import { type DataType, lengthOf } from "./data_type.ts";
import { chain } from "./digest.ts";
import { type Fingerprint, type Hasher, outer } from "./fingerprint.ts";
import { array, type JsonOut, pair } from "./json.ts";

export const STREAM: DataType<StreamValue, RdbStream> = {
  name: "stream",
  number: 6,
  packed: [],
  readers: [
    [ValueType.STREAM_LISTPACKS, (input) => new StreamReader(1, input)],
    [ValueType.STREAM_LISTPACKS_2, (input) => new StreamReader(2, input)],
    [ValueType.STREAM_LISTPACKS_3, (input) => new StreamReader(3, input)],
  ],
  valueType: (_stream, version) => streamType(version),
  begin: writeStream,
  count: (stream) => stream.length,
  toValue: toStream,
  emit: emitStream,
  digest(digest, stream) {
    for (const { id, fields } of stream.range(MIN_STREAM_ID, MAX_STREAM_ID)) {
      chain(digest, `${id.ms}.${id.seq}`);
      for (const text of fields) chain(digest, text);
    }
  },
  elements: ({ entries }) => entries.length,
  contentBytes,
  json: writeStreamJson,
  fingerprint,
};

function toId({ ms, seq }: RdbStreamId): StreamId {
  return { ms: toUint64(ms), seq: toUint64(seq) };
}

function toStream(decoded: RdbStream, limits: EncodingLimits): StreamValue {
  const stream = new StreamValue();
  const { ids, entries } = decoded;
  for (let i = 0; i < entries.length; i++) {
    const id = { ms: toUint64(ids[2 * i]), seq: toUint64(ids[2 * i + 1]) };
    stream.add(id, entries[i], limits);
  }
  stream.setId(toId(decoded.lastId), toUint64(decoded.entriesAdded), toId(decoded.maxDeletedId));
  for (const each of decoded.groups) {
    const read = each.entriesRead === null ? null : toUint64(each.entriesRead);
    const group = stream.createGroup(each.name, toId(each.lastId), read);
    if (group === null) continue;
    const consumers = each.consumers.map(({ name, seenTime, activeTime }) => {
      const consumer = group.createConsumer(name, seenTime)!;
      consumer.seenTime = seenTime;
      consumer.activeTime = activeTime ?? -1;
      return consumer;
    });
    for (const { id, consumer, deliveryTime, deliveryCount } of each.pending) {
      group.addPending(toId(id), consumers[consumer], deliveryTime, deliveryCount);
    }
  }
  return stream;
}

function emitStream(key: ByteString, stream: StreamValue, emit: Emit): void {
  if (stream.length === 0) {
    // A stream comes to be by an entry alone, which must be gone at once.
    emit(["XADD", key, "MAXLEN", "0", "0-1", "x", "y"]);
  } else {
    for (let start: StreamId | null = MIN_STREAM_ID; start !== null;) {
      const entries = stream.range(start, MAX_STREAM_ID, { count: ELEMENTS });
      for (const { id, fields } of entries) emit(["XADD", key, formatStreamId(id), ...fields]);
      start = entries.length < ELEMENTS ? null : nextStreamId(entries[ELEMENTS - 1].id);
    }
  }
  emit([
    "XSETID",
    key,
    formatStreamId(stream.lastId),
    "ENTRIESADDED",
    `${stream.entriesAdded}`,
    "MAXDELETEDID",
    formatStreamId(stream.maxDeletedId),
  ]);
  for (const group of stream.groups()) emitGroup(key, group, emit);
}

function emitGroup(key: ByteString, group: StreamGroup, emit: Emit): void {
  emit([
    "XGROUP",
    "CREATE",
    key,
    group.name,
    formatStreamId(group.lastId),
    "ENTRIESREAD",
    `${group.entriesRead ?? -1}`,
  ]);
  for (const consumer of group.consumers()) {
    if (consumer.pending.size === 0) {
      emit(["XGROUP", "CREATECONSUMER", key, group.name, consumer.name]);
      continue;
    }
    consumer.pending.forEach(MIN_STREAM_ID, MAX_STREAM_ID, (entry) => {
      emit([
        "XCLAIM",
        key,
        group.name,
        consumer.name,
        "0",
        formatStreamId(entry.id),
        "TIME",
        `${entry.deliveryTime}`,
        "RETRYCOUNT",
        `${entry.deliveryCount}`,
        "JUSTID",
        "FORCE",
      ]);
    });
  }
}

function contentBytes(stream: RdbStream): number {
  let sum = 16 * stream.entries.length;
  for (const entry of stream.entries) sum += lengthOf(entry);
  for (const group of stream.groups) {
    sum += group.name.length + 16 + 32 * group.pending.length;
    for (const consumer of group.consumers) sum += consumer.name.length + 16;
  }
  return sum;
}

function idText({ ms, seq }: RdbStreamId): string {
  return `"${ms}-${seq}"`;
}

function writeStreamJson(out: JsonOut, stream: RdbStream): void {
  const { ids, entries, groups } = stream;
  out.raw(
    `{"length":${entries.length},"lastId":${idText(stream.lastId)},` +
      `"maxDeletedId":${
        idText(stream.maxDeletedId)
      },"entriesAdded":${stream.entriesAdded},"entries":`,
  );
  array(out, entries.length, (i) => {
    const fields = entries[i];
    out.raw(`{"id":"${ids[2 * i]}-${ids[2 * i + 1]}","fields":`);
    array(out, fields.length / 2, (at) => pair(out, fields, at, ""));
    out.raw("}");
  });
  out.raw(',"groups":');
  array(out, groups.length, (i) => writeGroupJson(out, groups[i]));
  out.raw("}");
}

function writeGroupJson(out: JsonOut, group: RdbConsumerGroup): void {
  const { pending, consumers } = group;
  out.raw('{"name":');
  out.bytes(group.name);
  out.raw(`,"lastDeliveredId":${idText(group.lastId)},"entriesRead":${group.entriesRead},`);
  out.raw('"pending":');
  array(out, pending.length, (i) => {
    const { id, consumer, deliveryTime, deliveryCount } = pending[i];
    out.raw(`{"id":${idText(id)},"consumer":`);
    out.bytes(consumers[consumer].name);
    out.raw(`,"deliveryTime":${deliveryTime},"deliveryCount":${deliveryCount}}`);
  });
  out.raw(',"consumers":');
  array(out, consumers.length, (i) => {
    const { name, seenTime, activeTime } = consumers[i];
    out.raw('{"name":');
    out.bytes(name);
    out.raw(`,"seenTime":${seenTime},"activeTime":${activeTime}}`);
  });
  out.raw("}");
}

function putId(hasher: Hasher, { ms, seq }: RdbStreamId): void {
  hasher.text(`${ms}-${seq}`);
}

/** A stream without the times at which consumers were seen, which are not content. */
function fingerprint(stream: RdbStream): Fingerprint {
  const hasher = outer.begin(15);
  const { ids, entries } = stream;
  hasher.word(entries.length);
  for (let i = 0; i < entries.length; i++) {
    putId(hasher, { ms: ids[2 * i], seq: ids[2 * i + 1] });
    hasher.word(entries[i].length);
    for (const text of entries[i]) hasher.text(text);
  }
  putId(hasher, stream.lastId);
  const groups = [...stream.groups].sort((a, b) => a.name < b.name ? -1 : 1);
  hasher.word(groups.length);
  for (const group of groups) {
    hasher.text(group.name);
    putId(hasher, group.lastId);
    hasher.word(group.pending.length);
    for (const pending of group.pending) {
      putId(hasher, pending.id);
      hasher.text(group.consumers[pending.consumer].name).double(pending.deliveryCount);
    }
    const names = group.consumers.map(({ name }) => name).sort();
    hasher.word(names.length);
    for (const name of names) hasher.text(name);
  }
  return hasher.end();
}
