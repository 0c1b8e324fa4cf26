/**
 * DEBUG DIGEST: one hash over a data set, the same on every server that holds the same data,
 * however it came there. Two servers are compared with it, and one before and after a restart.
 *
 * Where order means something (lists, streams) hashes are chained, else they are combined by XOR, so
 * that the order of walking does not show. The rules are those of a real server, digit for digit.
 * As there, consumer groups of streams do not count, and keys past their time that nobody has met
 * yet do.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { formatShortest } from "../../bytes/double.ts";
import { sha1, sha1Bytes, sha1OfHash, sha1Text, type Sha1Words } from "../../bytes/sha1.ts";
import type { Context } from "../../command/context.ts";
import { type KeyTable, NO_ENTRY, NO_EXPIRY } from "../../keyspace/key_table.ts";
import { type Reply, SimpleString } from "../../resp/reply.ts";
import { HashValue } from "../../values/hash.ts";
import { ListValue } from "../../values/list.ts";
import { SetValue } from "../../values/set.ts";
import { MAX_STREAM_ID, MIN_STREAM_ID } from "../../values/stream_id.ts";
import { StringBuffer } from "../../values/string_buffer.ts";
import type { Value } from "../../values/value.ts";
import { ZSetValue } from "../../values/zset.ts";

/** A type's number, as four bytes. */
const TYPE = { string: 0, list: 1, set: 2, zset: 3, hash: 4, stream: 6 } as const;

const scratch = new Int32Array(5);

/** XOR the hash of a text into the digest: the order of several does not matter. */
function combine(digest: Sha1Words, text: ByteString): void {
  sha1(text, scratch);
  for (let i = 0; i < 5; i++) digest[i] ^= scratch[i];
}

/** Hash a text and all that was before it into the digest: the order matters. */
function chain(digest: Sha1Words, text: ByteString): void {
  combine(digest, text);
  sha1OfHash(digest);
}

function chainBytes(digest: Sha1Words, bytes: Uint8Array): void {
  sha1Bytes(bytes, scratch);
  for (let i = 0; i < 5; i++) digest[i] ^= scratch[i];
  sha1OfHash(digest);
}

/** XOR the hash of a part's digest into the whole's. The part's is lost. */
function combineDigest(digest: Sha1Words, part: Sha1Words): void {
  sha1OfHash(part);
  for (let i = 0; i < 5; i++) digest[i] ^= part[i];
}

function bigEndian(number: number): ByteString {
  return String.fromCharCode(0, 0, number >>> 8, number & 255);
}

/** Put values of several parts (field and value) into a digest, in any order. */
class Parts {
  readonly #part = new Int32Array(5);

  constructor(readonly digest: Sha1Words) {}

  begin(first: ByteString, second: ByteString): void {
    this.#part.fill(0);
    chain(this.#part, first);
    chain(this.#part, second);
  }

  mark(text: ByteString): void {
    combine(this.#part, text);
  }

  end(): void {
    combineDigest(this.digest, this.#part);
  }
}

function addHash(digest: Sha1Words, hash: HashValue): void {
  const parts = new Parts(digest);
  hash.forEach((field, value) => {
    parts.begin(field, value);
    if (hash.getExpiry(field) !== undefined) parts.mark("!!hexpire!!");
    parts.end();
  });
}

function addSortedSet(digest: Sha1Words, zset: ZSetValue): void {
  const parts = new Parts(digest);
  const cursor = zset.cursor();
  while (cursor.next()) {
    parts.begin(cursor.member, formatShortest(cursor.score));
    parts.end();
  }
}

function addValue(digest: Sha1Words, value: Value): void {
  if (typeof value === "string") {
    chain(digest, bigEndian(TYPE.string));
    chain(digest, value);
    return;
  }
  chain(digest, bigEndian(TYPE[value.type]));
  if (value instanceof StringBuffer) chainBytes(digest, value.bytes);
  else if (value instanceof ListValue) value.forEach((item) => chain(digest, item));
  else if (value instanceof SetValue) value.forEach((member) => combine(digest, member));
  else if (value instanceof ZSetValue) addSortedSet(digest, value);
  else if (value instanceof HashValue) addHash(digest, value);
  else {
    for (const { id, fields } of value.range(MIN_STREAM_ID, MAX_STREAM_ID)) {
      chain(digest, `${id.ms}.${id.seq}`);
      for (const text of fields) chain(digest, text);
    }
  }
}

/** Put the value at an entry, with whether it expires, into a digest. */
function addEntry(digest: Sha1Words, table: KeyTable, entry: number): void {
  addValue(digest, table.valueAt(entry));
  if (table.expireAt(entry) !== NO_EXPIRY) combine(digest, "!!expire!!");
}

/** DEBUG DIGEST. O(all bytes of all databases). */
export function digestAll(context: Context): Reply {
  const all = new Int32Array(5);
  const digest = new Int32Array(5);
  for (const { index, table } of context.keyspace.databases) {
    if (table.size === 0) continue;
    chain(all, bigEndian(index));
    for (let entry = 0; entry < table.entryLimit; entry++) {
      if (!table.isLive(entry)) continue;
      digest.fill(0);
      chain(digest, table.keyAt(entry));
      addEntry(digest, table, entry);
      combineDigest(all, digest);
    }
  }
  return new SimpleString(sha1Text(all));
}

/** DEBUG DIGEST-VALUE: a digest of each key's value, zeros where there is no key. O(their bytes). */
export function digestValues({ db }: Context, args: readonly ByteString[]): Reply {
  return args.slice(2).map((key) => {
    const digest = new Int32Array(5);
    const entry = db.entryOf(key);
    if (entry !== NO_ENTRY) addEntry(digest, db.table, entry);
    return new SimpleString(sha1Text(digest));
  });
}
