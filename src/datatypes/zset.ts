/**
 * Sorted sets.
 *
 * @module
 */

import { Batches } from "../aof/value_commands.ts";
import { formatDouble, formatShortest } from "../bytes/double.ts";
import { listpackZset, ziplistZset } from "../rdb/decode/packed.ts";
import { ZsetReader } from "../rdb/decode/plain.ts";
import { writeZset, zsetType } from "../rdb/encode/zset.ts";
import { ValueType } from "../rdb/format.ts";
import type { RdbZset } from "../rdb/records.ts";
import { ZSetValue } from "../values/zset.ts";
import { type DataType, lengthOf } from "./data_type.ts";
import { Parts } from "./digest.ts";
import { inner, unordered } from "./fingerprint.ts";
import { array, jsonDouble } from "./json.ts";

export const ZSET: DataType<ZSetValue, RdbZset> = {
  name: "zset",
  number: 3,
  packed: [[ValueType.ZSET_ZIPLIST, ziplistZset], [ValueType.ZSET_LISTPACK, listpackZset]],
  readers: [
    [ValueType.ZSET, (input) => new ZsetReader(true, input)],
    [ValueType.ZSET_2, (input) => new ZsetReader(false, input)],
  ],
  valueType: zsetType,
  begin: writeZset,
  count: (zset) => zset.size,
  toValue: ({ members, scores }, limits) => ZSetValue.from(members, Array.from(scores), limits),
  emit(key, zset, emit) {
    const batches = new Batches(emit, ["ZADD", key]);
    for (const cursor = zset.cursor(); cursor.next();) {
      batches.add(formatDouble(cursor.score), cursor.member);
    }
    batches.end();
  },
  digest(digest, zset) {
    const parts = new Parts(digest);
    for (const cursor = zset.cursor(); cursor.next();) {
      parts.begin(cursor.member, formatShortest(cursor.score));
      parts.end();
    }
  },
  elements: ({ members }) => members.length,
  contentBytes: ({ members }) => lengthOf(members) + 8 * members.length,
  json(out, { members, scores }) {
    array(out, members.length, (i) => {
      out.raw("[");
      out.bytes(members[i]);
      out.raw(`,${jsonDouble(scores[i])}]`);
    });
  },
  fingerprint({ members, scores }) {
    return unordered(
      13,
      members.length,
      // Scores 0 and -0 are the same score.
      (i) => inner.begin(0).text(members[i]).double(scores[i] + 0).end(),
    );
  },
};
