/**
 * The commands that make a key as it is: what a base in commands consists of.
 *
 * A large collection takes several commands of a bounded size, so that loading it needs no more
 * memory than the collection does.
 *
 * Left out, as no command makes it: what a consumer has pending of entries that are no longer in the
 * stream. A base that is a snapshot has that as well.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { formatDouble } from "../bytes/double.ts";
import { LargeArguments } from "../resp/large_arguments.ts";
import { HashValue } from "../values/hash.ts";
import { ListValue } from "../values/list.ts";
import { SetValue } from "../values/set.ts";
import { StreamValue } from "../values/stream.ts";
import type { StreamGroup } from "../values/stream_group.ts";
import {
  formatStreamId,
  MAX_STREAM_ID,
  MIN_STREAM_ID,
  nextStreamId,
  type StreamId,
} from "../values/stream_id.ts";
import { StringBuffer } from "../values/string_buffer.ts";
import type { Value } from "../values/value.ts";
import type { ZSetValue } from "../values/zset.ts";

/** Elements of a collection in one command, and bytes, after which there is no further one. */
const ELEMENTS = 64;
const COMMAND_BYTES = 1024 * 1024;

/** Takes a command. */
export type Emit = (args: readonly ByteString[]) => void;

/** Gathers the elements of a collection into commands. */
class Batches {
  readonly #emit: Emit;
  readonly #head: readonly ByteString[];
  #args: ByteString[];
  #count = 0;
  #bytes = 0;

  constructor(emit: Emit, head: readonly ByteString[]) {
    this.#emit = emit;
    this.#head = head;
    this.#args = [...head];
  }

  /** Add an element of one or two words. */
  add(first: ByteString, second?: ByteString): void {
    this.#args.push(first);
    if (second !== undefined) this.#args.push(second);
    this.#bytes += first.length + (second === undefined ? 0 : second.length);
    if (++this.#count === ELEMENTS || this.#bytes >= COMMAND_BYTES) this.end();
  }

  /** Emit what is left. */
  end(): void {
    if (this.#count === 0) return;
    this.#emit(this.#args);
    this.#args = [...this.#head];
    this.#count = this.#bytes = 0;
  }
}

function setOf(key: ByteString, value: StringBuffer): readonly ByteString[] {
  const args = LargeArguments.copyOf(["SET", key]);
  args.pushBytes(value.share());
  return args;
}

/** Emit the commands that make a value at a key, its expiry not included. O(size of the value). */
export function emitValue(key: ByteString, value: Value, emit: Emit): void {
  if (typeof value === "string") emit(["SET", key, value]);
  else if (value instanceof StringBuffer) emit(setOf(key, value));
  else if (value instanceof ListValue) {
    const batches = new Batches(emit, ["RPUSH", key]);
    value.forEach((item) => batches.add(item));
    batches.end();
  } else if (value instanceof SetValue) {
    const batches = new Batches(emit, ["SADD", key]);
    value.forEach((member) => batches.add(member));
    batches.end();
  } else if (value instanceof HashValue) emitHash(key, value, emit);
  else if (value instanceof StreamValue) emitStream(key, value, emit);
  else emitZset(key, value, emit);
}

function emitHash(key: ByteString, hash: HashValue, emit: Emit): void {
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
}

function emitZset(key: ByteString, zset: ZSetValue, emit: Emit): void {
  const batches = new Batches(emit, ["ZADD", key]);
  for (const cursor = zset.cursor(); cursor.next();) {
    batches.add(formatDouble(cursor.score), cursor.member);
  }
  batches.end();
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
