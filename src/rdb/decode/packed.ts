/**
 * The collections that are stored as one string holding a packed structure: what makes a list, set,
 * hash or sorted set out of a ziplist, listpack, intset or zipmap.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { parseSmallInt } from "../../bytes/int.ts";
import { findDuplicate } from "./distinct.ts";
import { quoted } from "../error.ts";
import type { RdbInput } from "./input.ts";
import { readIntset } from "./intset.ts";
import type { Latin1Bytes } from "./latin1.ts";
import { readListpack } from "./listpack.ts";
import { expiryColumn, LATEST_FIELD_EXPIRY } from "./plain.ts";
import type { RdbHash, RdbList, RdbSet, RdbZset } from "../records.ts";
import { parseScore } from "./score.ts";
import { readZiplist } from "./ziplist.ts";
import { readZipmap } from "./zipmap.ts";

/** Appends what a packed structure holds to `out`; false when the structure is not sound. */
type Unpack = (bytes: Latin1Bytes, start: number, end: number, out: ByteString[]) => boolean;

function unpack(input: RdbInput, what: string, read: Unpack): ByteString[] {
  const out: ByteString[] = [];
  const { bytes, start, end } = input.blob();
  if (!read(bytes, start, end, out)) throw broken(input, what);
  return out;
}

function broken(input: RdbInput, what: string, detail = "") {
  return input.corrupt(`${what} integrity check failed${detail}`);
}

function refuseDuplicates(
  input: RdbInput,
  what: string,
  elements: ByteString[],
  stride: number,
): void {
  const twice = findDuplicate(elements, stride);
  if (twice >= 0) throw broken(input, what, `: ${quoted(elements[twice])} is there twice,`);
}

/** A list in one ziplist. */
export function ziplistList(input: RdbInput): RdbList | null {
  const items = unpack(input, "List ziplist", readZiplist);
  return items.length === 0 ? null : { type: "list", items };
}

/** A set of integers. */
export function intsetSet(input: RdbInput): RdbSet {
  return { type: "set", members: unpack(input, "Intset", readIntset) };
}

/** A set in a listpack. */
export function listpackSet(input: RdbInput): RdbSet | null {
  const members = unpack(input, "Set listpack", readListpack);
  if (members.length === 0) return null;
  refuseDuplicates(input, "Set listpack", members, 1);
  return { type: "set", members };
}

function hash(input: RdbInput, what: string, read: Unpack): RdbHash | null {
  const pairs = unpack(input, what, read);
  if (pairs.length === 0) return null;
  if (pairs.length % 2 !== 0) throw broken(input, what, ": a field has no value,");
  refuseDuplicates(input, what, pairs, 2);
  return { type: "hash", pairs, expires: null };
}

/** A hash in a zipmap. */
export function zipmapHash(input: RdbInput): RdbHash | null {
  return hash(input, "Zipmap", readZipmap);
}

/** A hash in a ziplist. */
export function ziplistHash(input: RdbInput): RdbHash | null {
  return hash(input, "Hash ziplist", readZiplist);
}

/** A hash in a listpack. */
export function listpackHash(input: RdbInput): RdbHash | null {
  return hash(input, "Hash listpack", readListpack);
}

/** A hash whose fields may expire, in a listpack of field, value, time (0: does not expire). */
export function expiringListpackHash(input: RdbInput): RdbHash | null {
  const what = "Hash listpack with field expiry";
  // The earliest of the times: a hint for the loader's index.
  input.int64();
  const triples = unpack(input, what, readListpack);
  if (triples.length === 0) return null;
  if (triples.length % 3 !== 0) throw broken(input, what, ": a field has no value or no time,");
  refuseDuplicates(input, what, triples, 3);
  const pairs: ByteString[] = [];
  const expires: number[] = [];
  for (let i = 0; i < triples.length; i += 3) {
    const at = parseSmallInt(triples[i + 2]);
    if (!(at >= 0 && at <= LATEST_FIELD_EXPIRY)) throw broken(input, what, ": a time is none,");
    pairs.push(triples[i], triples[i + 1]);
    expires.push(at === 0 ? Infinity : at);
  }
  return { type: "hash", pairs, expires: expiryColumn(expires) };
}

function zset(input: RdbInput, what: string, read: Unpack): RdbZset | null {
  const pairs = unpack(input, what, read);
  if (pairs.length === 0) return null;
  if (pairs.length % 2 !== 0) throw broken(input, what, ": a member has no score,");
  refuseDuplicates(input, what, pairs, 2);
  const count = pairs.length / 2;
  const members: ByteString[] = new Array(count);
  const scores = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const score = parseScore(pairs[2 * i + 1]);
    if (score !== score) {
      throw broken(input, what, `: bad score ${quoted(pairs[2 * i + 1])} of a sorted set`);
    }
    members[i] = pairs[2 * i];
    scores[i] = score;
  }
  return { type: "zset", members, scores };
}

/** A sorted set in a ziplist. */
export function ziplistZset(input: RdbInput): RdbZset | null {
  return zset(input, "Zset ziplist", readZiplist);
}

/** A sorted set in a listpack. */
export function listpackZset(input: RdbInput): RdbZset | null {
  return zset(input, "Zset listpack", readListpack);
}
