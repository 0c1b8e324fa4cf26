/**
 * From a decoded value to the structure that a server keeps.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { HashValue } from "../../values/hash.ts";
import type { EncodingLimits } from "../../values/limits.ts";
import { ListValue } from "../../values/list.ts";
import { SetValue } from "../../values/set.ts";
import { StreamValue } from "../../values/stream.ts";
import { type StreamId, toUint64 } from "../../values/stream_id.ts";
import { StringBuffer } from "../../values/string_buffer.ts";
import type { Value } from "../../values/value.ts";
import { ZSetValue } from "../../values/zset.ts";
import type { RdbBytes, RdbHash, RdbStream, RdbStreamId, RdbValue } from "../records.ts";

/**
 * Make the structure. O(size of the value).
 *
 * @param now unix milliseconds: hash fields whose time is past are left out
 * @returns null when nothing is left
 */
export function toValue(
  value: RdbValue | RdbBytes,
  limits: EncodingLimits,
  now: number,
): Value | null {
  switch (value.type) {
    case "string":
      return value.value;
    case "bytes":
      return StringBuffer.view(value.bytes);
    case "list":
      return ListValue.from(value.items, limits);
    case "set":
      return SetValue.from(value.members, limits);
    case "hash":
      return toHash(value, limits, now);
    case "zset":
      return ZSetValue.from(value.members, Array.from(value.scores), limits);
    case "stream":
      return toStream(value, limits);
  }
}

function toHash({ pairs, expires }: RdbHash, limits: EncodingLimits, now: number): Value | null {
  if (expires === null) return HashValue.fromFlat(pairs, limits);
  const kept: ByteString[] = [];
  const times = new Map<ByteString, number>();
  for (let i = 0; i < expires.length; i++) {
    const at = expires[i];
    if (at < now) continue;
    kept.push(pairs[2 * i], pairs[2 * i + 1]);
    if (at !== Infinity) times.set(pairs[2 * i], at);
  }
  return kept.length === 0 ? null : HashValue.fromFlat(kept, limits, times);
}

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
