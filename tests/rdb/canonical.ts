/**
 * The canonical JSON form of a database's content that the fixtures are described in (see
 * fixtures/README.md), made out of decoded records; and comparing two of them.
 *
 * @module
 */

import "../../src/datatypes/mod.ts";
import type { ByteString } from "../../src/bytes/bytes.ts";
import { compareBytes } from "../../src/bytes/bytes.ts";
import { RdbDecoder, type RdbDecoderOptions } from "../../src/rdb/decode/decoder.ts";
import type {
  RdbHash,
  RdbKeyRecord,
  RdbRecord,
  RdbStream,
  RdbStreamId,
  RdbValue,
  RdbZset,
} from "../../src/rdb/records.ts";

/** A byte string in base64. */
type Base64 = string;

/** A field and its value, and when the field expires. */
export type CanonicalField = [Base64, Base64] | [Base64, Base64, number];

/** A consumer group's entry that was not acknowledged. */
export interface CanonicalPending {
  id: string;
  consumer: Base64;
  delivery_time: number;
  delivery_count: number;
}

/** A consumer. */
export interface CanonicalConsumer {
  name: Base64;
  seen_time: number;
  seen_time_tolerance_ms?: number;
  active_time: number | null;
  pending: string[];
}

/** A consumer group. */
export interface CanonicalGroup {
  name: Base64;
  last_delivered_id: string;
  entries_read: number | null;
  pel: CanonicalPending[];
  consumers: CanonicalConsumer[];
}

/** A stream. */
export interface CanonicalStream {
  length: number;
  last_id: string;
  entries_added: number | null;
  max_deleted_id: string | null;
  entries: { id: string; fields: [Base64, Base64][] }[];
  groups: CanonicalGroup[];
}

/** A value; which one it is, the key's `type` says. */
export type CanonicalValue = Base64 | Base64[] | CanonicalField[] | CanonicalStream;

/** A key. */
export interface CanonicalKey {
  key: Base64;
  type: RdbValue["type"];
  ttl: number | null;
  encoding?: string;
  value: CanonicalValue;
  idle_s?: number;
  freq?: number;
}

/** All of a file. */
export interface CanonicalContent {
  rdb_version: number;
  lua_scripts?: Base64[];
  functions?: { name: Base64; engine: string; code: Base64 }[];
  dbs: Record<string, CanonicalKey[]>;
}

/** Decode a whole file that is in memory. */
export function decodeAll(bytes: Uint8Array, options: RdbDecoderOptions = {}): RdbRecord[] {
  const decoder = new RdbDecoder({ totalBytes: bytes.length, ...options });
  decoder.push(bytes);
  decoder.end();
  return takeAll(decoder);
}

/** The records that a decoder has ready. */
export function takeAll(decoder: RdbDecoder): RdbRecord[] {
  const records: RdbRecord[] = [];
  for (let record = decoder.next(); record !== null; record = decoder.next()) records.push(record);
  return records;
}

/** The canonical form of a file's records. */
export function canonicalContent(records: Iterable<RdbRecord>): CanonicalContent {
  const content: CanonicalContent = { rdb_version: 0, dbs: {} };
  const rows: Record<string, [ByteString, CanonicalKey][]> = {};
  for (const record of records) {
    switch (record.kind) {
      case "header":
        content.rdb_version = record.version;
        if (record.version >= 10) content.functions = [];
        break;
      case "aux":
        if (record.key === "lua") (content.lua_scripts ??= []).push(btoa(record.value));
        break;
      case "function":
        (content.functions ??= []).push(canonicalFunction(record.code));
        break;
      case "key":
        (rows[record.db] ??= []).push([record.key, canonicalKey(record)]);
        break;
    }
  }
  content.functions?.sort((a, b) => compareBytes(a.name, b.name));
  content.lua_scripts?.sort((a, b) => compareBytes(atob(a), atob(b)));
  for (const [db, keys] of Object.entries(rows)) {
    keys.sort((a, b) => compareBytes(a[0], b[0]));
    content.dbs[db] = keys.map((row) => row[1]);
  }
  return content;
}

/** A library's first line names its engine and itself: `#!lua name=…`. */
function canonicalFunction(code: ByteString) {
  const shebang = /^#!(\S+)\s+name=([^\s]+)/.exec(code);
  if (shebang === null) throw new Error("a function library without a first line");
  return { name: btoa(shebang[2]), engine: shebang[1].toUpperCase(), code: btoa(code) };
}

function canonicalKey(record: RdbKeyRecord): CanonicalKey {
  const row: CanonicalKey = {
    key: btoa(record.key),
    type: record.value.type,
    ttl: record.expireAt,
    value: canonicalValue(record.value),
  };
  if (record.idle !== null) row.idle_s = record.idle;
  if (record.freq !== null) row.freq = record.freq;
  return row;
}

/** The canonical form of a value. */
export function canonicalValue(value: RdbValue): CanonicalValue {
  switch (value.type) {
    case "string":
      return btoa(value.value);
    case "list":
      return value.items.map(btoa);
    case "set":
      return [...value.members].sort(compareBytes).map(btoa);
    case "hash":
      return canonicalHash(value);
    case "zset":
      return canonicalZset(value);
    case "stream":
      return canonicalStream(value);
  }
}

function canonicalHash(hash: RdbHash): CanonicalField[] {
  const fields: [ByteString, CanonicalField][] = [];
  for (let i = 0; i < hash.pairs.length; i += 2) {
    const field = hash.pairs[i];
    const row: CanonicalField = [btoa(field), btoa(hash.pairs[i + 1])];
    const expireAt = hash.expires === null ? Infinity : hash.expires[i / 2];
    fields.push([field, expireAt === Infinity ? row : [row[0], row[1], expireAt]]);
  }
  fields.sort((a, b) => compareBytes(a[0], b[0]));
  return fields.map((entry) => entry[1]);
}

function canonicalZset(zset: RdbZset): CanonicalField[] {
  const rows = zset.members.map((member, i): [ByteString, number] => [member, zset.scores[i]]);
  rows.sort((a, b) => a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : compareBytes(a[0], b[0]));
  return rows.map(([member, score]) => [btoa(member), scoreText(score)]);
}

/** A score's shortest text, as newer servers print it. */
function scoreText(score: number): string {
  if (score === Infinity) return "inf";
  if (score === -Infinity) return "-inf";
  return Object.is(score, -0) ? "-0" : String(score);
}

function idText(id: RdbStreamId): string {
  return `${id.ms}-${id.seq}`;
}

function canonicalStream(stream: RdbStream): CanonicalStream {
  const entries = stream.entries.map((flat, i) => {
    const fields: [Base64, Base64][] = [];
    for (let at = 0; at < flat.length; at += 2) fields.push([btoa(flat[at]), btoa(flat[at + 1])]);
    return { id: `${stream.ids[2 * i]}-${stream.ids[2 * i + 1]}`, fields };
  });
  const recorded = stream.format >= 2;
  const groups = [...stream.groups].sort((a, b) => compareBytes(a.name, b.name));
  return {
    length: entries.length,
    last_id: idText(stream.lastId),
    entries_added: recorded ? Number(stream.entriesAdded) : null,
    max_deleted_id: recorded ? idText(stream.maxDeletedId) : null,
    entries,
    groups: groups.map((group): CanonicalGroup => {
      const consumers = group.consumers.map((consumer, index) => ({
        consumer,
        pending: group.pending.filter((p) => p.consumer === index).map((p) => idText(p.id)),
      }));
      consumers.sort((a, b) => compareBytes(a.consumer.name, b.consumer.name));
      return {
        name: btoa(group.name),
        last_delivered_id: idText(group.lastId),
        entries_read: recorded && group.entriesRead !== null ? Number(group.entriesRead) : null,
        pel: group.pending.map((p) => ({
          id: idText(p.id),
          consumer: btoa(group.consumers[p.consumer].name),
          delivery_time: p.deliveryTime,
          delivery_count: p.deliveryCount,
        })),
        consumers: consumers.map(({ consumer, pending }) => ({
          name: btoa(consumer.name),
          seen_time: consumer.seenTime,
          active_time: stream.format >= 3 ? consumer.activeTime : null,
          pending,
        })),
      };
    }),
  };
}

/** What two contents are compared in; see {@linkcode comparable}. */
export type Comparable = Pick<CanonicalContent, "functions" | "lua_scripts" | "dbs">;

/**
 * The parts of a content that must agree, in a form that `assertEquals` can compare: scores as
 * numbers, without the encoding (a matter of the writer's settings) and the access statistics
 * (which {@linkcode idleAndFrequency} gives).
 */
export function comparable(content: CanonicalContent): Comparable {
  const dbs: CanonicalContent["dbs"] = {};
  for (const [db, keys] of Object.entries(content.dbs)) {
    dbs[db] = keys.map(({ key, type, ttl, value }) => {
      if (type === "zset") {
        const scores = (value as CanonicalField[]).map(([member, score]) =>
          [member, scoreText(Number(score.replace("inf", "Infinity")))] as CanonicalField
        );
        return { key, type, ttl, value: scores };
      }
      return { key, type, ttl, value };
    });
  }
  const out: Comparable = { dbs };
  if (content.functions !== undefined) {
    out.functions = [...content.functions].sort((a, b) => compareBytes(a.name, b.name));
  }
  if (content.lua_scripts !== undefined) {
    out.lua_scripts = [...content.lua_scripts].sort((a, b) => compareBytes(atob(a), atob(b)));
  }
  return out;
}

/** Each key that has access statistics, by database and key. */
export function idleAndFrequency(
  content: CanonicalContent,
): Map<string, { idle_s?: number; freq?: number }> {
  const out = new Map<string, { idle_s?: number; freq?: number }>();
  for (const [db, keys] of Object.entries(content.dbs)) {
    for (const { key, idle_s, freq } of keys) {
      if (idle_s !== undefined || freq !== undefined) out.set(`${db} ${key}`, { idle_s, freq });
    }
  }
  return out;
}

/**
 * Take over from `got` the `seen_time`s of `want` that are within the tolerance that `want` allows:
 * a writer of version 5 tells only how long ago it was.
 */
export function settleSeenTimes(want: CanonicalContent, got: CanonicalContent): void {
  for (const [db, keys] of Object.entries(want.dbs)) {
    keys.forEach((key, i) => {
      const other = got.dbs[db]?.[i];
      if (key.type !== "stream" || other?.type !== "stream") return;
      (key.value as CanonicalStream).groups.forEach((group, g) =>
        group.consumers.forEach((consumer, c) => {
          const tolerance = consumer.seen_time_tolerance_ms;
          if (tolerance === undefined) return;
          delete consumer.seen_time_tolerance_ms;
          const seen = (other.value as CanonicalStream).groups[g]?.consumers[c]?.seen_time;
          if (Math.abs(seen - consumer.seen_time) <= tolerance) consumer.seen_time = seen;
        })
      );
    });
  }
}
