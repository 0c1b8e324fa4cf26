/**
 * Hashes, with the times at which fields expire.
 *
 * @module
 */

import { Batches } from "../aof/value_commands.ts";
import type { ByteString } from "../bytes/bytes.ts";
import {
  expiringListpackHash,
  listpackHash,
  ziplistHash,
  zipmapHash,
} from "../rdb/decode/packed.ts";
import { ExpiringHashReader, HashReader } from "../rdb/decode/plain.ts";
import { FIELD_EXPIRY_VERSION, hashType, writeHash } from "../rdb/encode/hash.ts";
import { ValueType } from "../rdb/format.ts";
import type { RdbHash } from "../rdb/records.ts";
import { HashValue } from "../values/hash.ts";
import { type DataType, lengthOf } from "./data_type.ts";
import { Parts } from "./digest.ts";
import { inner, unordered } from "./fingerprint.ts";
import { array, pair } from "./json.ts";

export const HASH: DataType<HashValue, RdbHash> = {
  name: "hash",
  number: 4,
  packed: [
    [ValueType.HASH_ZIPMAP, zipmapHash],
    [ValueType.HASH_ZIPLIST, ziplistHash],
    [ValueType.HASH_LISTPACK, listpackHash],
    [ValueType.HASH_LISTPACK_EX, expiringListpackHash],
  ],
  readers: [
    [ValueType.HASH, (input) => new HashReader(input)],
    [ValueType.HASH_METADATA, (input) => new ExpiringHashReader(input)],
  ],
  valueType: hashType,
  begin: writeHash,
  count: (hash) => hash.size,
  leastVersion: (hash) => hash.expiringCount > 0 ? FIELD_EXPIRY_VERSION : 9,
  toValue({ pairs, expires }, limits, now) {
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
  },
  emit(key, hash, emit) {
    const batches = new Batches(emit, ["HMSET", key]);
    const expiries: [field: ByteString, at: number][] = [];
    hash.forEach((field, value) => {
      batches.add(field, value);
      if (hash.expiringCount === 0) return;
      const at = hash.getExpiry(field);
      if (at !== undefined) expiries.push([field, at]);
    });
    batches.end();
    for (const [field, at] of expiries) emit(["HPEXPIREAT", key, `${at}`, "FIELDS", "1", field]);
  },
  digest(digest, hash) {
    const parts = new Parts(digest);
    hash.forEach((field, value) => {
      parts.begin(field, value);
      if (hash.getExpiry(field) !== undefined) parts.mark("!!hexpire!!");
      parts.end();
    });
  },
  elements: ({ pairs }) => pairs.length / 2,
  contentBytes: ({ pairs, expires }) => lengthOf(pairs) + 8 * (expires?.length ?? 0),
  json(out, { pairs, expires }) {
    array(out, pairs.length / 2, (i) => {
      const at = expires?.[i] ?? Infinity;
      pair(out, pairs, i, at === Infinity ? "" : `,${at}`);
    });
  },
  fingerprint({ pairs, expires }) {
    return unordered(
      14,
      pairs.length / 2,
      (i) =>
        inner.begin(0).text(pairs[2 * i]).text(pairs[2 * i + 1])
          .double(expires === null ? Infinity : expires[i]).end(),
    );
  },
};
