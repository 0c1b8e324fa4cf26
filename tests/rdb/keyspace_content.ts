/**
 * The content of a keyspace in the canonical form that the fixtures are described in, read through
 * the structures' own interfaces.
 *
 * @module
 */

import { type ByteString, compareBytes } from "../../src/bytes/bytes.ts";
import type { Clock } from "../../src/clock/clock.ts";
import { ByteMap } from "../../src/keyspace/byte_map/byte_map.ts";
import type { Database } from "../../src/keyspace/database.ts";
import { NO_EXPIRY } from "../../src/keyspace/key_table.ts";
import { Keyspace } from "../../src/keyspace/keyspace.ts";
import { HashValue } from "../../src/values/hash.ts";
import { ListValue } from "../../src/values/list.ts";
import { SetValue } from "../../src/values/set.ts";
import { StreamValue } from "../../src/values/stream.ts";
import {
  formatStreamId,
  MAX_STREAM_ID,
  MIN_STREAM_ID,
  type StreamId,
} from "../../src/values/stream_id.ts";
import { StringBuffer } from "../../src/values/string_buffer.ts";
import { typeName, type Value } from "../../src/values/value.ts";
import { ZSetValue } from "../../src/values/zset.ts";
import type {
  CanonicalContent,
  CanonicalField,
  CanonicalGroup,
  CanonicalKey,
  CanonicalStream,
  CanonicalValue,
} from "./canonical.ts";

/** A keyspace of 16 databases that tells nobody what happens in it. */
export function silentKeyspace(clock: Clock): Keyspace {
  return new Keyspace({
    clock,
    databases: 16,
    newTable: () => new ByteMap(),
  });
}

/** All keys of a keyspace, those past their time included. */
export function keyspaceContent(keyspace: Keyspace): CanonicalContent["dbs"] {
  const dbs: CanonicalContent["dbs"] = {};
  for (const db of keyspace.databases) {
    if (db.size === 0) continue;
    const rows: [ByteString, CanonicalKey][] = [];
    for (let entry = 0; entry < db.table.entryLimit; entry++) {
      if (db.table.isLive(entry)) rows.push([db.table.keyAt(entry), canonicalKey(db, entry)]);
    }
    rows.sort((a, b) => compareBytes(a[0], b[0]));
    dbs[db.index] = rows.map((row) => row[1]);
  }
  return dbs;
}

function canonicalKey(db: Database, entry: number): CanonicalKey {
  const { table, keyspace: { access } } = db;
  const value = table.valueAt(entry);
  const ttl = table.expireAt(entry);
  const word = table.accessAt(entry);
  return {
    key: btoa(table.keyAt(entry)),
    type: typeName(value),
    ttl: ttl === NO_EXPIRY ? null : ttl,
    value: canonicalValue(value),
    ...(access.lfu ? { freq: access.frequency(word) } : { idle_s: access.idleMs(word) / 1000 }),
  };
}

function canonicalValue(value: Value): CanonicalValue {
  if (typeof value === "string") return btoa(value);
  if (value instanceof StringBuffer) return btoa(value.toByteString());
  if (value instanceof ListValue) {
    const items = [...value].map(btoa);
    if (items.length !== value.length) throw new Error("the list's length is wrong");
    return items;
  }
  if (value instanceof SetValue) {
    const members = value.toArray();
    if (members.length !== value.size) throw new Error("the set's size is wrong");
    for (const each of members) if (!value.has(each)) throw new Error("a member is not found");
    return members.sort(compareBytes).map(btoa);
  }
  if (value instanceof HashValue) return canonicalHash(value);
  if (value instanceof ZSetValue) return canonicalZset(value);
  return canonicalStream(value);
}

function canonicalHash(hash: HashValue): CanonicalField[] {
  const fields: [ByteString, CanonicalField][] = [];
  let expiring = 0;
  hash.forEach((field, value) => {
    if (hash.get(field) !== value) throw new Error("a field is not found");
    const at = hash.getExpiry(field);
    if (at !== undefined) expiring++;
    const row: [string, string] = [btoa(field), btoa(value)];
    fields.push([field, at === undefined ? row : [...row, at]]);
  });
  if (fields.length !== hash.size) throw new Error("the hash's size is wrong");
  if (expiring !== hash.expiringCount) throw new Error("the count of expiring fields is wrong");
  fields.sort((a, b) => compareBytes(a[0], b[0]));
  return fields.map((row) => row[1]);
}

function canonicalZset(zset: ZSetValue): CanonicalField[] {
  const rows: CanonicalField[] = [];
  for (let rank = 0; rank < zset.size; rank++) {
    const { member, score } = zset.at(rank);
    if (zset.rank(member) !== rank) throw new Error("a member has another rank");
    if (!Object.is(zset.score(member), score)) throw new Error("a member has another score");
    const text = Object.is(score, -0) ? "-0" : String(score).replace("Infinity", "inf");
    rows.push([btoa(member), text]);
  }
  return rows;
}

function ids(pending: { id: StreamId }[]): string[] {
  return pending.map(({ id }) => formatStreamId(id));
}

function canonicalStream(stream: StreamValue): CanonicalStream {
  const entries = stream.range(MIN_STREAM_ID, MAX_STREAM_ID).map(({ id, fields }) => {
    const pairs: [string, string][] = [];
    for (let i = 0; i < fields.length; i += 2) pairs.push([btoa(fields[i]), btoa(fields[i + 1])]);
    return { id: formatStreamId(id), fields: pairs };
  });
  const groups = stream.groups().sort((a, b) => compareBytes(a.name, b.name));
  return {
    length: stream.length,
    last_id: formatStreamId(stream.lastId),
    entries_added: Number(stream.entriesAdded),
    max_deleted_id: formatStreamId(stream.maxDeletedId),
    entries,
    groups: groups.map((group): CanonicalGroup => ({
      name: btoa(group.name),
      last_delivered_id: formatStreamId(group.lastId),
      entries_read: group.entriesRead === null ? null : Number(group.entriesRead),
      pel: group.pending.range(MIN_STREAM_ID, MAX_STREAM_ID).map((entry) => ({
        id: formatStreamId(entry.id),
        consumer: btoa(entry.consumer.name),
        delivery_time: entry.deliveryTime,
        delivery_count: entry.deliveryCount,
      })),
      consumers: group.consumers().sort((a, b) => compareBytes(a.name, b.name)).map((consumer) => ({
        name: btoa(consumer.name),
        seen_time: consumer.seenTime,
        active_time: consumer.activeTime === -1 ? null : consumer.activeTime,
        pending: ids(consumer.pending.range(MIN_STREAM_ID, MAX_STREAM_ID)),
      })),
    })),
  };
}
