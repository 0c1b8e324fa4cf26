/**
 * Streams: entries of fields and values, ordered by id and only ever appended to; and consumer
 * groups that read them.
 *
 * Entries lie in nodes ({@linkcode StreamNode}) of up to `stream-node-max-entries` entries and
 * `stream-node-max-bytes` bytes, which are the listpacks of the real server byte for byte. That
 * matters because it can be seen from outside: approximate trimming removes whole nodes only, a
 * deleted entry counts for its node until that goes, and RDB files and DUMP hold the nodes as they
 * are. Nodes are one array, sorted by the id of their first entry: finding one is a binary search,
 * and since there is one for a hundred entries, taking one out of the middle moves few pointers.
 *
 * Counters beside the entries serve the groups' lag: how many entries were ever added, and the
 * largest id ever deleted ("tombstone"). Between the first entry and that id, positions cannot be
 * counted, and what would need it is null ("not known"). These rules are those of Redis 7.2.
 *
 * | operation (n entries) | cost |
 * |---|---|
 * | add | O(fields) |
 * | get, has, delete | O(log n), and a walk of its node at the first time |
 * | range of m | O(log n + m), likewise |
 * | trim by m entries | O(m) at most: O(1) a whole node |
 * | group by name; lag | O(1) |
 * | deliver m entries | O(log n + m log pending) |
 * | clone | O(bytes + pending) |
 *
 * @module
 */

import { type ByteString, compareBytes } from "../bytes/bytes.ts";
import type { EncodingLimits } from "./limits.ts";
import { type StreamConsumer, StreamGroup } from "./stream_group.ts";
import {
  addIntegers,
  compareStreamIds,
  isZeroStreamId,
  MAX_STREAM_ID,
  MIN_STREAM_ID,
  nextStreamId,
  type StreamId,
  subtractIntegers,
  type Uint64,
} from "./stream_id.ts";
import { type StreamEntry, StreamNode } from "./stream_node.ts";
import { radixTreeNodes } from "./stream_radix.ts";

export type { StreamEntry } from "./stream_node.ts";
export { PendingEntry, PendingList, StreamConsumer, StreamGroup } from "./stream_group.ts";

/** What to trim down to. */
export type StreamTrim =
  & {
    /** Remove whole nodes only, stopping where one would have to be cut. */
    readonly approximate: boolean;
    /** With `approximate`: remove at most so many entries; 0: no such bound. */
    readonly limit: number;
  }
  & (
    | { readonly strategy: "maxlen"; readonly maxLength: number }
    | { readonly strategy: "minid"; readonly minId: StreamId }
  );

/** What {@linkcode StreamValue.add} did: nothing in the last two cases. */
export type StreamAddResult = "added" | "not-greater" | "too-large";

/** A consumer group as {@linkcode StreamValue.load} takes it. */
export interface StreamGroupParts {
  readonly name: ByteString;
  readonly lastId: StreamId;
  readonly entriesRead: Uint64 | null;
  readonly consumers: readonly {
    readonly name: ByteString;
    readonly seenTime: number;
    readonly activeTime: number;
  }[];
  /** No id twice. `consumer` is an index into `consumers`. */
  readonly pending: Iterable<{
    readonly id: StreamId;
    readonly consumer: number;
    readonly deliveryTime: number;
    readonly deliveryCount: number;
  }>;
}

/** A stream as {@linkcode StreamValue.load} takes it. */
export interface StreamParts {
  /** By ascending id; `fields` alternates fields and values. */
  readonly entries: Iterable<{ ms: Uint64; seq: Uint64; fields: readonly ByteString[] }>;
  readonly lastId: StreamId;
  readonly entriesAdded: Uint64;
  readonly maxDeletedId: StreamId;
  readonly groups: Iterable<StreamGroupParts>;
}

/** No listpack grows beyond this, whatever the limits say. */
const MAX_NODE_BYTES = 1 << 30;

/**
 * A stream. It detaches what it keeps from the request that it came in; what it gives out may share
 * memory and must be detached where it is kept.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defaultLimits } from "./limits.ts";
 * import { MAX_STREAM_ID, MIN_STREAM_ID } from "./stream_id.ts";
 * const stream = new StreamValue();
 * stream.add({ ms: 5, seq: 1 }, ["color", "red"], defaultLimits());
 * assertEquals(stream.nextId(5), { ms: 5, seq: 2 });
 * assertEquals(stream.range(MIN_STREAM_ID, MAX_STREAM_ID), [
 *   { id: { ms: 5, seq: 1 }, fields: ["color", "red"] },
 * ]);
 * ```
 */
export class StreamValue {
  readonly type = "stream";
  /** What OBJECT ENCODING says. */
  readonly encoding = "stream";
  #nodes: StreamNode[] = [];
  /** Milliseconds of each node's id: searching an array of plain numbers stays in the cache. */
  #starts: Uint64[] = [];
  #length = 0;
  #lastId: StreamId = MIN_STREAM_ID;
  #firstId: StreamId = MIN_STREAM_ID;
  #entriesAdded: Uint64 = 0;
  #maxDeletedId: StreamId = MIN_STREAM_ID;
  #groups: Map<ByteString, StreamGroup> = new Map();

  /**
   * A stream of given parts, as a file has them. O(n).
   *
   * @throws RangeError when ids do not ascend, or one is above `lastId`
   */
  static load(parts: StreamParts, limits: EncodingLimits): StreamValue {
    const stream = new StreamValue();
    for (const { ms, seq, fields } of parts.entries) {
      if (stream.add({ ms, seq }, fields, limits) !== "added") {
        throw new RangeError("stream entries are not in the order of their ids");
      }
    }
    if (compareStreamIds(parts.lastId, stream.#lastId) < 0) {
      throw new RangeError("stream entry above the last id");
    }
    stream.setId(parts.lastId, parts.entriesAdded, parts.maxDeletedId);
    for (const from of parts.groups) {
      const group = stream.createGroup(from.name, from.lastId, from.entriesRead);
      const consumers: StreamConsumer[] = [];
      for (const { name, seenTime, activeTime } of from.consumers) {
        const consumer = group?.createConsumer(name, seenTime, activeTime);
        if (consumer) consumers.push(consumer);
      }
      if (group === null || consumers.length !== from.consumers.length) {
        throw new RangeError("a name of a stream's groups or consumers comes twice");
      }
      for (const { id, consumer, deliveryTime, deliveryCount } of from.pending) {
        group.addPending(id, consumers[consumer], deliveryTime, deliveryCount);
      }
    }
    return stream;
  }

  /** Number of entries. */
  get length(): number {
    return this.#length;
  }

  /** The largest id that was ever added, or set; 0-0 at first. */
  get lastId(): StreamId {
    return this.#lastId;
  }

  /** The first entry's id; 0-0 when there is none. */
  get firstId(): StreamId {
    return this.#firstId;
  }

  /** How many entries were ever added. */
  get entriesAdded(): Uint64 {
    return this.#entriesAdded;
  }

  /** The largest id that was ever deleted with `delete`; 0-0 at first. */
  get maxDeletedId(): StreamId {
    return this.#maxDeletedId;
  }

  /** Number of nodes: XINFO STREAM's radix-tree-keys. */
  get nodeCount(): number {
    return this.#nodes.length;
  }

  /** Nodes of the tree that the real server would keep these in: radix-tree-nodes. O(nodes). */
  get radixTreeNodes(): number {
    return radixTreeNodes(this.#nodes.map((node) => node.id));
  }

  /**
   * The id of an entry that is added now.
   *
   * @param ms unix time in milliseconds
   * @returns null when there is no larger id left
   */
  nextId(ms: number): StreamId | null {
    return ms > this.#lastId.ms ? { ms, seq: 0 } : nextStreamId(this.#lastId);
  }

  /**
   * The id of an entry whose milliseconds are given and whose sequence is not. It may be below the
   * last id.
   *
   * @returns null when the last id has these milliseconds and no larger sequence is left
   */
  nextIdWithin(ms: Uint64): StreamId | null {
    if (ms !== this.#lastId.ms) return { ms, seq: 0 };
    const next = nextStreamId(this.#lastId);
    return next === null || next.ms !== ms ? null : next;
  }

  /**
   * Append an entry.
   *
   * @param fields fields and values, alternating
   * @param limits the size of nodes
   * @returns "not-greater" when the id is not above the last one; "too-large" when the entry is
   * beyond what a node can hold
   */
  add(id: StreamId, fields: readonly ByteString[], limits: EncodingLimits): StreamAddResult {
    if (compareStreamIds(id, this.#lastId) <= 0) return "not-greater";
    let bytes = 0;
    for (let i = 0; i < fields.length; i++) bytes += fields[i].length;
    if (bytes > MAX_NODE_BYTES) return "too-large";
    const nodes = this.#nodes;
    let node: StreamNode | undefined = nodes[nodes.length - 1];
    if (node === undefined || isFull(node, bytes, limits)) {
      node?.close();
      node = StreamNode.create(id, fields, node);
      nodes.push(node);
      this.#starts.push(id.ms);
    }
    node.append(id, fields);
    this.#lastId = id;
    if (this.#length++ === 0) this.#firstId = id;
    const added = this.#entriesAdded;
    this.#entriesAdded = typeof added === "number" && added < Number.MAX_SAFE_INTEGER
      ? added + 1
      : addIntegers(added, 1);
    return "added";
  }

  /** Whether there is an entry with this id. */
  has(id: StreamId): boolean {
    const node = this.#nodes[this.#nodeOf(id)];
    if (node === undefined) return false;
    const pos = node.find(id);
    return pos >= 0 && node.isLive(pos);
  }

  /** Fields and values of the entry with this id, alternating; undefined without one. */
  get(id: StreamId): ByteString[] | undefined {
    const node = this.#nodes[this.#nodeOf(id)];
    if (node === undefined) return undefined;
    const pos = node.find(id);
    return pos >= 0 && node.isLive(pos) ? node.fieldsAt(pos) : undefined;
  }

  /** Delete an entry; false when there is none with this id. */
  delete(id: StreamId): boolean {
    const at = this.#nodeOf(id);
    const node = this.#nodes[at];
    if (node === undefined) return false;
    const pos = node.find(id);
    if (pos < 0 || !node.isLive(pos)) return false;
    if (node.live > 1) node.markDeleted(pos);
    else this.#dropNodes(at, 1);
    this.#length--;
    if (compareStreamIds(id, this.#maxDeletedId) > 0) this.#maxDeletedId = id;
    if (this.#length === 0 || compareStreamIds(id, this.#firstId) === 0) this.#findFirstId();
    return true;
  }

  /**
   * Up to `count` entries from `start` to `end`, both inclusive.
   *
   * @param options `reverse`: from the last such entry backwards; `count`: all without it
   */
  range(
    start: StreamId,
    end: StreamId,
    options: { readonly reverse?: boolean; readonly count?: number } = {},
  ): StreamEntry[] {
    const { reverse = false, count = Infinity } = options;
    const out: StreamEntry[] = [];
    if (count <= 0 || this.#length === 0 || compareStreamIds(start, end) > 0) return out;
    const nodes = this.#nodes;
    if (reverse) {
      for (let at = this.#nodeOf(end); at >= 0 && out.length < count; at--) {
        nodes[at].collectReverse(start, end, count - out.length, out);
        if (compareStreamIds(nodes[at].id, start) <= 0) break;
      }
      return out;
    }
    for (let at = Math.max(this.#nodeOf(start), 0); at < nodes.length; at++) {
      const more = nodes[at].collect(start, end, count - out.length, out);
      if (!more || out.length >= count) break;
    }
    return out;
  }

  /**
   * Remove entries from the start on.
   *
   * @returns how many were removed
   */
  trim(trim: StreamTrim): number {
    const nodes = this.#nodes;
    let removed = 0;
    let whole = 0;
    for (; whole < nodes.length; whole++) {
      const node = nodes[whole];
      if (trim.strategy === "maxlen" && this.#length <= trim.maxLength) break;
      if (trim.limit > 0 && removed + node.live > trim.limit) break;
      const goes = trim.strategy === "maxlen"
        ? this.#length - node.live >= trim.maxLength
        : compareStreamIds(node.lastId, trim.minId) < 0;
      if (!goes) {
        if (!trim.approximate) removed += this.#trimNode(node, trim);
        break;
      }
      this.#length -= node.live;
      removed += node.live;
    }
    if (whole > 0) this.#dropNodes(0, whole);
    if (removed > 0) this.#findFirstId();
    return removed;
  }

  /** Set the counters, as XSETID does; the command has to check whether they make sense. */
  setId(lastId: StreamId, entriesAdded?: Uint64, maxDeletedId?: StreamId): void {
    this.#lastId = lastId;
    if (entriesAdded !== undefined) this.#entriesAdded = entriesAdded;
    if (maxDeletedId !== undefined) this.#maxDeletedId = maxDeletedId;
  }

  /** Number of groups. */
  get groupCount(): number {
    return this.#groups.size;
  }

  /** Groups in the byte order of their names, as replies list them. O(n log n). */
  groups(): StreamGroup[] {
    return [...this.#groups.values()].sort((a, b) => compareBytes(a.name, b.name));
  }

  /** A group by name. */
  group(name: ByteString): StreamGroup | undefined {
    return this.#groups.get(name);
  }

  /**
   * Make a group.
   *
   * @param lastId what it has read up to
   * @param entriesRead how many entries that are, or null when that is not known
   * @returns null when there is one of that name
   */
  createGroup(
    name: ByteString,
    lastId: StreamId,
    entriesRead: Uint64 | null,
  ): StreamGroup | null {
    if (this.#groups.has(name)) return null;
    const group = new StreamGroup(name, lastId, entriesRead);
    this.#groups.set(group.name, group);
    return group;
  }

  /** Remove a group; false when there is none of that name. */
  destroyGroup(name: ByteString): boolean {
    return this.#groups.delete(name);
  }

  /**
   * How many of all entries ever added have ids up to `id`; null when that cannot be known. It is
   * known at the ends of the stream only, and at its start only while nothing behind it was deleted.
   */
  estimateEntriesRead(id: StreamId): Uint64 | null {
    const added = this.#entriesAdded;
    if (added === 0) return 0;
    const toLast = compareStreamIds(id, this.#lastId);
    if (this.#length === 0 && toLast <= 0) return added;
    if (toLast === 0) return added;
    if (toLast > 0) return null;
    const gap = this.#maxDeletedId;
    if (!isZeroStreamId(gap) && compareStreamIds(gap, this.#firstId) >= 0) return null;
    const toFirst = compareStreamIds(id, this.#firstId);
    if (toFirst > 0) return null;
    return subtractIntegers(added, toFirst < 0 ? this.#length : this.#length - 1);
  }

  /** How many entries a group has yet to read (XINFO GROUPS: lag); null when not known. O(1). */
  lag(group: StreamGroup): number | bigint | null {
    const added = this.#entriesAdded;
    if (added === 0) return 0;
    let read = group.entriesRead;
    if (read === null || this.#hasGapFrom(group.lastId)) {
      read = this.estimateEntriesRead(group.lastId);
    }
    return read === null ? null : subtractIntegers(added, read);
  }

  /** A group has read one entry more: the next one, or one behind it. O(1). */
  readUpTo(group: StreamGroup, id: StreamId): void {
    if (group.entriesRead !== null && !this.#hasGapFrom(id)) {
      group.entriesRead = addIntegers(group.entriesRead, 1);
    } else if (this.#entriesAdded !== 0) {
      group.entriesRead = this.estimateEntriesRead(id);
    }
    group.lastId = id;
  }

  /**
   * Give a group's consumer the entries that the group has not read yet (XREADGROUP with `>`). The
   * group has read them then, and unless `noAck` they become pending for the consumer.
   *
   * @param options `count`: at most so many; `now`: unix time in milliseconds
   */
  deliver(
    group: StreamGroup,
    consumer: StreamConsumer,
    options: { readonly count?: number; readonly noAck?: boolean; readonly now: number },
  ): StreamEntry[] {
    const start = nextStreamId(group.lastId);
    if (start === null) return [];
    const entries = this.range(start, MAX_STREAM_ID, { count: options.count });
    for (const { id } of entries) {
      this.readUpTo(group, id);
      if (options.noAck) continue;
      consumer.activeTime = options.now;
      const pending = group.pending.get(id);
      if (pending === undefined) {
        group.addPending(id, consumer, options.now, 1);
        continue;
      }
      // The group was set back: the entry changes hands.
      group.reassign(pending, consumer);
      pending.deliveryTime = options.now;
      pending.deliveryCount = 1;
    }
    return entries;
  }

  /**
   * Give a consumer again what it has not acknowledged (XREADGROUP with an id), from `start` on. What
   * is still in the stream counts as delivered once more; what is not comes with null for its fields.
   */
  redeliver(
    consumer: StreamConsumer,
    start: StreamId,
    options: { readonly count?: number; readonly now: number },
  ): { readonly id: StreamId; readonly fields: ByteString[] | null }[] {
    return consumer.pending.range(start, MAX_STREAM_ID, options.count).map((pending) => {
      const fields = this.get(pending.id);
      if (fields === undefined) return { id: pending.id, fields: null };
      pending.deliveryTime = options.now;
      pending.deliveryCount++;
      return { id: pending.id, fields };
    });
  }

  /** The nodes as RDB files have them: the id of each, and its listpack's bytes. */
  *nodes(): Generator<{ readonly id: StreamId; readonly listpack: Uint8Array<ArrayBuffer> }> {
    for (const node of this.#nodes) yield { id: node.id, listpack: node.toListpack() };
  }

  /**
   * Append a node from an RDB file. All counters but the length and the first id are to be set with
   * `setId` when all nodes are there. O(bytes).
   *
   * @throws RangeError when it is no sound node, or does not belong behind those before
   */
  loadNode(id: StreamId, listpack: Uint8Array): void {
    const node = StreamNode.parse(id, listpack);
    if (node === null) throw new RangeError("Stream listpack integrity check failed");
    const before = this.#nodes[this.#nodes.length - 1];
    if (before !== undefined && compareStreamIds(before.lastId, id) >= 0) {
      throw new RangeError("Stream nodes are not in the order of their ids");
    }
    this.#nodes.push(node);
    this.#starts.push(id.ms);
    this.#length += node.live;
    if (this.#length === node.live) this.#findFirstId();
    if (compareStreamIds(node.lastId, this.#lastId) > 0) this.#lastId = node.lastId;
  }

  /** An independent copy with all groups. */
  clone(): StreamValue {
    const copy = new StreamValue();
    copy.#nodes = this.#nodes.map((node) => node.clone());
    copy.#starts = this.#starts.slice();
    copy.#length = this.#length;
    copy.#lastId = this.#lastId;
    copy.#firstId = this.#firstId;
    copy.#entriesAdded = this.#entriesAdded;
    copy.#maxDeletedId = this.#maxDeletedId;
    for (const group of this.#groups.values()) copy.#groups.set(group.name, group.clone());
    return copy;
  }

  /** Estimated bytes of memory. O(nodes + consumers). */
  memoryBytes(): number {
    let bytes = 300;
    for (const node of this.#nodes) bytes += node.memoryBytes;
    for (const group of this.#groups.values()) bytes += group.memoryBytes();
    return bytes;
  }

  /** Index of the last node that does not begin behind an id; -1 without one. */
  #nodeOf(id: StreamId): number {
    const starts = this.#starts;
    const { ms, seq } = id;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const mid = (low + high) >>> 1;
      const start = starts[mid];
      if (start < ms || (start === ms && this.#nodes[mid].id.seq <= seq)) low = mid + 1;
      else high = mid;
    }
    return low - 1;
  }

  #dropNodes(from: number, count: number): void {
    this.#nodes.splice(from, count);
    this.#starts.splice(from, count);
  }

  /** Trim a node that does not go as a whole. */
  #trimNode(node: StreamNode, trim: StreamTrim): number {
    let left = this.#length;
    const removed = trim.strategy === "maxlen"
      ? node.deleteWhile((_ms, _seq, marked) => left - marked > trim.maxLength)
      : node.deleteWhile((ms, seq) =>
        ms < trim.minId.ms || (ms === trim.minId.ms && seq < trim.minId.seq)
      );
    left -= removed;
    this.#length = left;
    return removed;
  }

  #findFirstId(): void {
    this.#firstId = MIN_STREAM_ID;
    if (this.#length === 0) return;
    // A node can be left with deleted entries alone: trimming by id does not look for that.
    const node = this.#nodes.find((node) => node.live > 0);
    if (node !== undefined) this.#firstId = node.firstLiveId();
  }

  /** Whether an entry at or behind `id` was deleted, as far as the largest deleted id tells. */
  #hasGapFrom(id: StreamId): boolean {
    const gap = this.#maxDeletedId;
    if (this.#length === 0 || isZeroStreamId(gap)) return false;
    return compareStreamIds(this.#firstId, gap) <= 0 && compareStreamIds(id, gap) <= 0;
  }
}

/** Whether an entry of so many bytes begins a new node, as the real server computes it. */
function isFull(node: StreamNode, bytes: number, limits: EncodingLimits): boolean {
  const most = limits.streamNodeMaxBytes;
  const bound = most === 0 || most > MAX_NODE_BYTES ? MAX_NODE_BYTES : most;
  if (node.listpackBytes + bytes >= bound) return true;
  const entries = limits.streamNodeMaxEntries;
  return entries !== 0 && node.live + node.deleted >= entries;
}
