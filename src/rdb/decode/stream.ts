/**
 * Streams: a row of listpacks that hold the entries, then the stream's counters, then the consumer
 * groups with what they have delivered and not had acknowledged.
 *
 * A node is named by the id of its first entry, and begins with that entry's field names. An entry
 * gives its id as the difference to the node's, and leaves its field names out when they are the
 * node's.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { INT64_MAX } from "../../bytes/int.ts";
import { quoted } from "../error.ts";
import type { ByteRange, RdbInput } from "./input.ts";
import { LARGEST_INT64 } from "./integers.ts";
import type { Latin1Bytes } from "./latin1.ts";
import { ELEMENT, END, ListpackCursor } from "./listpack.ts";
import type { ValueReader } from "./plain.ts";
import type { RdbConsumerGroup, RdbStream, RdbStreamId } from "../records.ts";

/** Entry flags. */
const DELETED = 1;
const SAME_FIELDS = 2;

const ID_BYTES = 16;
const NO_CONSUMER = -1;

/** What is read next. */
const enum Stage {
  Nodes,
  Counters,
  Group,
  Pending,
  ConsumerCount,
  Consumer,
  Owned,
}

/** Reads a stream, node by node and then pending entry by pending entry. */
export class StreamReader implements ValueReader {
  readonly #format: 1 | 2 | 3;
  #stage: Stage = Stage.Nodes;
  /** How many of the stage's things are left. */
  #left: number;
  readonly #ids: IdColumn = new IdColumn();
  readonly #entries: ByteString[][] = [];
  #stream: RdbStream | null = null;
  #groupsLeft = 0;
  #consumersLeft = 0;
  /** The current group's pending entries by their ids' sixteen bytes. */
  #pending: Map<ByteString, number> = new Map();
  readonly #groupNames: Set<ByteString> = new Set();
  readonly #consumerNames: Set<ByteString> = new Set();

  constructor(format: 1 | 2 | 3, input: RdbInput) {
    this.#format = format;
    this.#left = input.length();
    input.expectAtLeast(this.#left, ID_BYTES + 2);
  }

  read(input: RdbInput): RdbStream {
    for (;;) {
      switch (this.#stage) {
        case Stage.Nodes:
          for (; this.#left > 0; this.#left--) {
            this.#node(input);
            input.commit();
          }
          this.#stage = Stage.Counters;
          break;
        case Stage.Counters:
          this.#counters(input);
          this.#stage = Stage.Group;
          break;
        case Stage.Group:
          if (this.#groupsLeft === 0) return this.#current();
          this.#group(input);
          this.#groupsLeft--;
          this.#stage = Stage.Pending;
          break;
        case Stage.Pending:
          for (; this.#left > 0; this.#left--) {
            this.#pendingEntry(input);
            input.commit();
          }
          this.#stage = Stage.ConsumerCount;
          break;
        case Stage.ConsumerCount:
          this.#consumersLeft = input.length();
          input.expectAtLeast(this.#consumersLeft, 10);
          this.#stage = Stage.Consumer;
          break;
        case Stage.Consumer:
          if (this.#consumersLeft === 0) {
            this.#endGroup(input);
            this.#stage = Stage.Group;
            break;
          }
          this.#consumer(input);
          this.#consumersLeft--;
          this.#stage = Stage.Owned;
          break;
        case Stage.Owned:
          for (; this.#left > 0; this.#left--) {
            this.#ownedEntry(input);
            input.commit();
          }
          this.#stage = Stage.Consumer;
          break;
      }
      input.commit();
    }
  }

  #current(): RdbStream {
    if (this.#stream === null) throw new Error("a stream's groups come after its counters");
    return this.#stream;
  }

  #node(input: RdbInput): void {
    const key = input.blob();
    if (key.end - key.start !== ID_BYTES) {
      throw input.corrupt("Stream node key entry is not the size of a stream ID");
    }
    const master = new Uint32Array(4);
    for (let i = 0; i < 4; i++) master[i] = bigEndian32(key.bytes, key.start + 4 * i);
    if (!this.#readNode(input.blob(), master)) {
      throw input.corrupt("Stream listpack integrity check failed");
    }
  }

  /** @returns false when the node is not sound */
  #readNode(range: ByteRange, master: Uint32Array): boolean {
    const cursor = new NodeCursor(range.bytes, range.start, range.end);
    const live = cursor.count();
    const deleted = cursor.count();
    const fieldCount = cursor.count();
    if (live < 0 || deleted < 0 || fieldCount < 0) return false;
    const names: ByteString[] = [];
    for (let i = 0; i < fieldCount; i++) {
      const name = cursor.text();
      if (name === null) return false;
      names.push(name);
    }
    if (cursor.count() !== 0) return false;
    let liveSeen = 0;
    let deletedSeen = 0;
    while (!cursor.atEnd()) {
      const fields = this.#readEntry(cursor, master, names);
      if (fields === null) return false;
      if (fields === GONE) {
        deletedSeen++;
      } else {
        this.#entries.push(fields);
        liveSeen++;
      }
    }
    return cursor.sound && liveSeen === live && deletedSeen === deleted && live + deleted > 0;
  }

  /** @returns the entry's fields and values, GONE for a deleted entry, null when it is not sound */
  #readEntry(
    cursor: NodeCursor,
    master: Uint32Array,
    names: ByteString[],
  ): ByteString[] | typeof GONE | null {
    const flags = cursor.count();
    if (flags < 0) return null;
    if (!cursor.difference()) return null;
    const ms = cursor.list.integer;
    const bigMs = cursor.list.big;
    if (!cursor.difference()) return null;
    const seq = cursor.list.integer;
    const bigSeq = cursor.list.big;
    const same = (flags & SAME_FIELDS) !== 0;
    const fieldCount = same ? names.length : cursor.count();
    // No entry is without fields: a rewrite into commands could not say it.
    if (fieldCount < 1) return null;
    const fields: ByteString[] = [];
    for (let i = 0; i < fieldCount; i++) {
      const name = same ? names[i] : cursor.text();
      const value = cursor.text();
      if (name === null || value === null) return null;
      fields.push(name, value);
    }
    // How many elements the entry took, so that it can be skipped from its end.
    if (cursor.count() !== fieldCount * (same ? 1 : 2) + (same ? 3 : 4)) return null;
    if ((flags & DELETED) !== 0) return GONE;
    return this.#ids.push(master, ms, bigMs, seq, bigSeq) ? fields : null;
  }

  #counters(input: RdbInput): void {
    const length = input.bigLength();
    const lastId = readId(input);
    const ids = this.#ids.toArray();
    const noId = { ms: 0n, seq: 0n };
    let firstId: RdbStreamId = ids.length > 0 ? { ms: ids[0], seq: ids[1] } : noId;
    let maxDeletedId: RdbStreamId = noId;
    let entriesAdded = length;
    if (this.#format >= 2) {
      firstId = readId(input);
      maxDeletedId = readId(input);
      entriesAdded = input.bigLength();
    }
    this.#groupsLeft = input.length();
    input.expectAtLeast(this.#groupsLeft, 5);
    if (length !== BigInt(this.#entries.length)) {
      throw input.corrupt("Stream length inconsistent with its entries");
    }
    // What comes next is above the last id, which therefore is at or above all that there was.
    const top = { ms: ids[ids.length - 2] ?? 0n, seq: ids[ids.length - 1] ?? 0n };
    if (compareIds(lastId, top) < 0 || compareIds(lastId, maxDeletedId) < 0) {
      throw input.corrupt("Stream last ID is below that of an entry");
    }
    if (entriesAdded < length || entriesAdded > INT64_MAX) {
      throw input.corrupt("Stream count of entries added inconsistent with its entries");
    }
    this.#stream = {
      type: "stream",
      format: this.#format,
      ids,
      entries: this.#entries,
      lastId,
      firstId,
      maxDeletedId,
      entriesAdded,
      groups: [],
    };
  }

  #group(input: RdbInput): void {
    const stream = this.#current();
    const name = input.string();
    const lastId = readId(input);
    let entriesRead: bigint | null;
    if (this.#format >= 2) {
      const stored = BigInt.asIntN(64, input.bigLength());
      entriesRead = stored < 0n ? null : stored;
    } else {
      entriesRead = estimateEntriesRead(stream, lastId);
    }
    const left = input.length();
    input.expectAtLeast(left, ID_BYTES + 9);
    if (this.#groupNames.has(name)) {
      throw input.corrupt(`Duplicated consumer group name ${quoted(name)}`);
    }
    this.#left = left;
    this.#groupNames.add(name);
    this.#pending = new Map();
    this.#consumerNames.clear();
    stream.groups.push({ name, lastId, entriesRead, pending: [], consumers: [] });
  }

  #currentGroup(): RdbConsumerGroup {
    const groups = this.#current().groups;
    return groups[groups.length - 1];
  }

  #pendingEntry(input: RdbInput): void {
    const raw = input.text(ID_BYTES);
    const deliveryTime = input.int64();
    const deliveryCount = Math.min(input.length(), LARGEST_INT64);
    const pending = this.#currentGroup().pending;
    if (this.#pending.has(raw)) {
      throw input.corrupt("Duplicated global PEL entry in a stream consumer group");
    }
    this.#pending.set(raw, pending.length);
    const id = { ms: bigEndian64(raw, 0), seq: bigEndian64(raw, 8) };
    pending.push({ id, deliveryTime, deliveryCount, consumer: NO_CONSUMER });
  }

  #consumer(input: RdbInput): void {
    const name = input.string();
    const seenTime = input.int64();
    let activeTime: number | null = this.#format >= 3 ? input.int64() : seenTime;
    // A time before 1970 means "never"; a file of an older version holds no other time.
    if (activeTime < 0) activeTime = null;
    const left = input.length();
    input.expectAtLeast(left, ID_BYTES);
    if (this.#consumerNames.has(name)) {
      throw input.corrupt(`Duplicated consumer name ${quoted(name)} in a stream consumer group`);
    }
    this.#left = left;
    this.#consumerNames.add(name);
    this.#currentGroup().consumers.push({ name, seenTime, activeTime });
  }

  #ownedEntry(input: RdbInput): void {
    const group = this.#currentGroup();
    const index = this.#pending.get(input.text(ID_BYTES));
    if (index === undefined) {
      throw input.corrupt("Consumer entry not found in the stream group's global PEL");
    }
    const entry = group.pending[index];
    if (entry.consumer !== NO_CONSUMER) {
      throw input.corrupt("Duplicated consumer PEL entry in a stream consumer group");
    }
    entry.consumer = group.consumers.length - 1;
  }

  #endGroup(input: RdbInput): void {
    const pending = this.#currentGroup().pending;
    for (let i = 0; i < pending.length; i++) {
      if (pending[i].consumer === NO_CONSUMER) {
        throw input.corrupt("Pending entry of a stream group belongs to no consumer");
      }
      if (i > 0 && compareIds(pending[i - 1].id, pending[i].id) > 0) {
        pending.sort((a, b) => compareIds(a.id, b.id));
        i = 0;
      }
    }
  }
}

/** Stands for the fields of an entry that was deleted. */
const GONE: unique symbol = Symbol("deleted stream entry");

/** Walks a stream node's listpack, where integers and strings have their fixed places. */
class NodeCursor {
  readonly list: ListpackCursor;
  /** False as soon as the listpack turned out to be broken. */
  sound = true;
  #peeked = false;

  constructor(bytes: Latin1Bytes, start: number, end: number) {
    this.list = new ListpackCursor(bytes, start, end);
  }

  #next(): boolean {
    if (this.#peeked) {
      this.#peeked = false;
      return true;
    }
    const step = this.list.next();
    if (step !== ELEMENT && step !== END) this.sound = false;
    return step === ELEMENT;
  }

  /** Whether there is nothing more; also when the rest is broken. */
  atEnd(): boolean {
    this.#peeked = this.#next();
    return !this.#peeked;
  }

  /** A non-negative integer; -1 when there is none. */
  count(): number {
    if (!this.#next() || !this.list.isInteger || this.list.big !== null) return -1;
    return this.list.integer < 0 ? -1 : this.list.integer;
  }

  /** Go to an integer, which is then in `list`; false when there is none. */
  difference(): boolean {
    return this.#next() && this.list.isInteger;
  }

  /** A string; null when there is none. */
  text(): ByteString | null {
    return this.#next() ? this.list.text() : null;
  }
}

/** A growing column of ids, each four 32-bit numbers: low and high half of milliseconds, sequence. */
class IdColumn {
  #words: Uint32Array<ArrayBuffer> = new Uint32Array(16);
  #length = 0;

  /**
   * Append `master` (high and low half of milliseconds, then of the sequence) plus the differences,
   * modulo 2^64.
   *
   * @returns false when the id is not above the one before it, or above 0-0
   */
  push(
    master: Uint32Array,
    ms: number,
    bigMs: bigint | null,
    seq: number,
    bigSeq: bigint | null,
  ): boolean {
    const at = this.#length;
    if (at === this.#words.length) {
      const grown = new Uint32Array(at * 2);
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#add(at, master[0], master[1], ms, bigMs);
    this.#add(at + 2, master[2], master[3], seq, bigSeq);
    this.#length = at + 4;
    const words = this.#words;
    // There is no entry 0-0: ids begin above it.
    if (at === 0) return (words[0] | words[1] | words[2] | words[3]) !== 0;
    for (const half of [1, 0, 3, 2]) {
      const difference = words[at + half] - words[at + half - 4];
      if (difference !== 0) return difference > 0;
    }
    return false;
  }

  #add(at: number, high: number, low: number, difference: number, big: bigint | null): void {
    if (big === null) {
      const sum = low + (difference >>> 0);
      this.#words[at] = sum;
      this.#words[at + 1] = high + Math.floor(difference / 4294967296) +
        (sum > 0xffffffff ? 1 : 0);
    } else {
      const sum = (BigInt(high) << 32n) + BigInt(low) + big;
      this.#words[at] = Number(BigInt.asUintN(32, sum));
      this.#words[at + 1] = Number(BigInt.asUintN(32, sum >> 32n));
    }
  }

  toArray(): BigUint64Array<ArrayBuffer> {
    // The words are in the byte order of every machine that Deno runs on: little endian.
    const words = this.#words.slice(0, this.#length);
    return new BigUint64Array(words.buffer);
  }
}

function readId(input: RdbInput): RdbStreamId {
  const ms = input.bigLength();
  return { ms, seq: input.bigLength() };
}

function bigEndian32(bytes: Latin1Bytes, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

function bigEndian64(raw: ByteString, at: number): bigint {
  let high = 0;
  let low = 0;
  for (let i = 0; i < 4; i++) {
    high = high * 256 + raw.charCodeAt(at + i);
    low = low * 256 + raw.charCodeAt(at + 4 + i);
  }
  return (BigInt(high) << 32n) | BigInt(low);
}

function compareIds(a: RdbStreamId, b: RdbStreamId): number {
  if (a.ms !== b.ms) return a.ms < b.ms ? -1 : 1;
  return a.seq < b.seq ? -1 : a.seq > b.seq ? 1 : 0;
}

/**
 * How many entries a group that has read up to `id` must have read, as far as a stream of the first
 * format tells; null when it does not. Nothing is known of deletions in between, so only the ends of
 * the stream give an answer.
 */
function estimateEntriesRead(stream: RdbStream, id: RdbStreamId): bigint | null {
  const added = stream.entriesAdded;
  if (added === 0n) return 0n;
  const toLast = compareIds(id, stream.lastId);
  if (toLast === 0) return added;
  if (toLast > 0) return null;
  const toFirst = compareIds(id, stream.firstId);
  const length = BigInt(stream.entries.length);
  if (toFirst < 0) return added - length;
  return toFirst === 0 ? added - length + 1n : null;
}
