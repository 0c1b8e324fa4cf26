/**
 * A node of a stream: up to a few kilobytes of entries whose ids follow one another.
 *
 * The bytes are the elements of the listpack that the real server keeps (and writes into RDB files
 * and DUMP payloads) for the same commands:
 *
 *     live count, deleted count, number of field names, names…, 0       the master entry
 *     flags, ms, seq, [number of fields,] fields and values…, elements   each entry
 *
 * Ids are differences to the node's own id, which is that of its first entry. An entry whose field
 * names are the master entry's, in their order, leaves them out. A deleted entry is only flagged:
 * the rest of its bytes stay, and count for the size, until the whole node goes.
 *
 * The two counts change all the time, and with them the number of their bytes, so they are numbers
 * here and become bytes on the way out; `#bytes` begins with the number of field names.
 *
 * Elements can only be stepped over one by one, so the first search in a node leaves marks on the
 * way: the position of every eighth entry. Positions never change, as nothing is ever taken out.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { ByteString } from "../bytes/bytes.ts";
import { detach } from "../bytes/latin1.ts";
import type { StreamId, Uint64 } from "./stream_id.ts";
import { toUint64 } from "./stream_id.ts";
import {
  checkedEnd,
  elementEnd,
  END_MARK,
  HEADER_BYTES,
  integerSize,
  isIntegerAt,
  type ListpackBuffer,
  readInteger,
  readText,
  textSizeBound,
  writeInteger,
  writeText,
} from "./stream_listpack.ts";

/** An entry as it is read: fields and values alternate. */
export interface StreamEntry {
  readonly id: StreamId;
  /** The strings may share memory with their neighbours: detach what is to be kept. */
  readonly fields: ByteString[];
}

const DELETED = 1;
const SAME_FIELDS = 2;
const MIN_CAPACITY = 128;
/** Entries from one mark to the next. */
const STRIDE = 8;
/** Element count in a listpack's header that stands for "too many to say". */
const COUNT_UNKNOWN = 0xffff;

/** Positions of the entries found by a walk; grown as needed, used by one walk at a time. */
let found = new Int32Array(256);

function remember(index: number, pos: number): void {
  if (index === found.length) {
    const wider = new Int32Array(index * 2);
    wider.set(found);
    found = wider;
  }
  found[index] = pos;
}

/** A node. It is empty only between its construction and the first `append`. */
export class StreamNode {
  /** The node's id: that of its first entry, deleted or not. */
  readonly id: StreamId;
  /** Id of the last entry, deleted or not. */
  lastId: StreamId;
  /** Entries that are not deleted. */
  live = 0;
  /** Entries that are. */
  deleted = 0;
  /** Field names of the master entry. */
  readonly names: readonly ByteString[];
  #bytes: ListpackBuffer;
  #used = 0;
  /** Where the first entry begins. */
  #entries = 0;
  /** All entries before this position are deleted. */
  #alive = 0;
  /** Positions of the entries 0, 8, 16, … as far as a search has come. */
  #marks: number[] = [];
  /** What `#used` was when the marks were last complete. */
  #marked = 0;

  private constructor(id: StreamId, names: readonly ByteString[], bytes: ListpackBuffer) {
    this.id = id;
    this.lastId = id;
    this.names = names;
    this.#bytes = bytes;
  }

  /**
   * A node without entries.
   *
   * @param id of the entry that comes first
   * @param fields of that entry, fields and values alternating
   * @param before the node before, whose field names may be shared and whose size is the best guess
   */
  static create(id: StreamId, fields: readonly ByteString[], before?: StreamNode): StreamNode {
    let names = before?.names;
    let bound = 22;
    if (names === undefined || !hasNames(fields, names)) {
      const own: ByteString[] = [];
      for (let i = 0; i < fields.length; i += 2) own.push(detach(fields[i]));
      names = own;
    }
    for (const name of names) bound += textSizeBound(name);
    const capacity = Math.max(MIN_CAPACITY, bound, before === undefined ? 0 : before.#used);
    const bytes = Buffer.allocUnsafeSlow(capacity) as ListpackBuffer;
    const node = new StreamNode(id, names, bytes);
    let pos = writeInteger(bytes, 0, names.length);
    for (const name of names) pos = writeText(bytes, pos, name);
    pos = writeInteger(bytes, pos, 0);
    node.#entries = pos;
    node.#alive = pos;
    node.#used = pos;
    return node;
  }

  /**
   * A node from the bytes of a listpack, which may be anything. O(n).
   *
   * @returns null when they are not a sound node whose ids ascend
   */
  static parse(id: StreamId, listpack: Uint8Array): StreamNode | null {
    const size = listpack.length;
    if (size <= HEADER_BYTES || listpack[size - 1] !== END_MARK) return null;
    const claimed = listpack[0] | listpack[1] << 8 | listpack[2] << 16 | listpack[3] << 24;
    if (claimed >>> 0 !== size) return null;
    const positions = elementPositions(listpack);
    if (positions === null) return null;
    const count = listpack[4] | listpack[5] << 8;
    if (count !== COUNT_UNKNOWN && count !== positions.length) return null;
    return StreamNode.#parseElements(id, listpack, positions);
  }

  static #parseElements(
    id: StreamId,
    listpack: Uint8Array,
    positions: readonly number[],
  ): StreamNode | null {
    let next = 0;
    /** The integer of the next element; NaN when there is none or it is negative or too large. */
    const count = (): number => {
      if (next >= positions.length || !isIntegerAt(listpack, positions[next])) return NaN;
      const value = readInteger(listpack, positions[next++]);
      return typeof value === "number" && value >= 0 ? value : NaN;
    };
    const live = count();
    const deleted = count();
    const start = positions[next];
    const nameCount = count();
    if (!(next + nameCount < positions.length)) return null;
    const source = (Buffer.from(listpack) as ListpackBuffer).latin1Slice(0, listpack.length);
    const names: ByteString[] = [];
    for (; names.length < nameCount; next++) {
      names.push(readText(listpack, positions[next], source, 0));
    }
    if (count() !== 0) return null;
    const end = listpack.length - 1;
    const bytes = Buffer.allocUnsafeSlow(end - start) as ListpackBuffer;
    bytes.set(listpack.subarray(start, end));
    const node = new StreamNode(id, names, bytes);
    node.#used = end - start;
    node.#entries = (positions[next] ?? end) - start;
    node.#alive = node.#entries;
    for (let previous: StreamId | null = null; next < positions.length;) {
      // The flags' encoding is known to be the shortest in all that reads entries.
      const flags = listpack[positions[next++]];
      if (flags > (DELETED | SAME_FIELDS) || next + 2 > positions.length) return null;
      if (!isIntegerAt(listpack, positions[next]) || !isIntegerAt(listpack, positions[next + 1])) {
        return null;
      }
      const entry = node.#idAt(positions[next - 1] - start);
      next += 2;
      if (previous === null ? isLess(entry, id) : !isLess(previous, entry)) return null;
      previous = entry;
      const same = (flags & SAME_FIELDS) !== 0;
      const fields = same ? nameCount : count();
      if (fields !== fields) return null;
      next += same ? fields : fields * 2;
      if (!(count() === fields * (same ? 1 : 2) + (same ? 3 : 4))) return null;
      if ((flags & DELETED) !== 0) node.deleted++;
      else node.live++;
      node.lastId = entry;
    }
    return node.live === live && node.deleted === deleted && live + deleted > 0 ? node : null;
  }

  /** What the real server says is the size of the node's listpack. O(1). */
  get listpackBytes(): number {
    return HEADER_BYTES + integerSize(this.live) + integerSize(this.deleted) + this.#used + 1;
  }

  /** Bytes of memory that the node takes. */
  get memoryBytes(): number {
    return this.#bytes.length + 280 + this.#marks.length * 8;
  }

  /**
   * Append an entry whose id is above all others.
   *
   * @param fields fields and values alternating
   */
  append(id: StreamId, fields: readonly ByteString[]): void {
    const same = hasNames(fields, this.names);
    let bound = 60;
    for (let i = same ? 1 : 0; i < fields.length; i += same ? 2 : 1) {
      bound += textSizeBound(fields[i]);
    }
    if (this.#used + bound > this.#bytes.length) this.#reserve(bound);
    const bytes = this.#bytes;
    const base = this.id;
    let pos = writeInteger(bytes, this.#used, same ? SAME_FIELDS : 0);
    pos = writeInteger(bytes, pos, difference(id.ms, base.ms));
    pos = writeInteger(bytes, pos, difference(id.seq, base.seq));
    if (same) {
      for (let i = 1; i < fields.length; i += 2) pos = writeText(bytes, pos, fields[i]);
      pos = writeInteger(bytes, pos, fields.length / 2 + 3);
    } else {
      pos = writeInteger(bytes, pos, fields.length / 2);
      for (let i = 0; i < fields.length; i++) pos = writeText(bytes, pos, fields[i]);
      pos = writeInteger(bytes, pos, fields.length + 4);
    }
    this.#used = pos;
    this.lastId = id;
    this.live++;
  }

  /** Give back unused memory if it is much: the node will not grow any more. */
  close(): void {
    if (this.#bytes.length - this.#used > this.#bytes.length >>> 2) this.#resize(this.#used);
  }

  /** Where the entry with this id begins, deleted or not; -1 without one. */
  find(id: StreamId): number {
    const bytes = this.#bytes;
    for (let pos = this.#seek(id); pos < this.#used;) {
      const ms = this.#msAt(pos);
      if (ms >= id.ms) {
        if (ms > id.ms) return -1;
        const seq = this.#seqAt(pos);
        if (seq === id.seq) return pos;
        if (seq > id.seq) return -1;
      }
      pos = this.#next(bytes, pos);
    }
    return -1;
  }

  /** Whether the entry at a position that `find` gave is not deleted. */
  isLive(pos: number): boolean {
    return (this.#bytes[pos] & DELETED) === 0;
  }

  /** Mark the entry at a position as deleted; it must not be so already. */
  markDeleted(pos: number): void {
    this.#bytes[pos] |= DELETED;
    this.live--;
    this.deleted++;
  }

  /** Fields and values of the entry at a position. */
  fieldsAt(pos: number): ByteString[] {
    const source = this.#bytes.latin1Slice(pos, this.#next(this.#bytes, pos));
    return this.#fields(pos, source, pos);
  }

  /** Id of the first entry that is not deleted; there must be one. */
  firstLiveId(): StreamId {
    return this.#idAt(this.#firstLive());
  }

  /**
   * Append up to `count` entries with ids from `start` to `end`, both inclusive, to `out`.
   *
   * @returns whether entries behind the node may be in the range as well
   */
  collect(start: StreamId, end: StreamId, count: number, out: StreamEntry[]): boolean {
    const bytes = this.#bytes;
    let size = 0;
    let pos = isLess(this.id, start) ? this.#seek(start) : this.#entries;
    let inside = true;
    for (; pos < this.#used && size < count; pos = this.#next(bytes, pos)) {
      if (!this.isLive(pos) || this.#isBefore(pos, start)) continue;
      if (this.#isBehind(pos, end)) {
        inside = false;
        break;
      }
      remember(size++, pos);
    }
    if (size === 0) return inside;
    const base = found[0];
    // One string for all entries, cut into theirs: making a string costs ten times a cut.
    const source = bytes.latin1Slice(base, pos);
    for (let i = 0; i < size; i++) {
      out.push({ id: this.#idAt(found[i]), fields: this.#fields(found[i], source, base) });
    }
    return inside;
  }

  /** As `collect`, but the last such entries, from the last to the first. */
  collectReverse(start: StreamId, end: StreamId, count: number, out: StreamEntry[]): void {
    const bytes = this.#bytes;
    let upTo = this.#used;
    let left = count;
    for (let mark = this.#markOf(end); mark >= 0 && left > 0; mark--) {
      const from = this.#marks[mark];
      let size = 0;
      let pos = from;
      for (; pos < upTo; pos = this.#next(bytes, pos)) {
        if (!this.isLive(pos) || this.#isBefore(pos, start)) continue;
        if (this.#isBehind(pos, end)) break;
        remember(size++, pos);
      }
      if (size > 0) {
        const source = bytes.latin1Slice(from, pos);
        const least = Math.max(size - left, 0);
        for (let i = size - 1; i >= least; i--) {
          out.push({ id: this.#idAt(found[i]), fields: this.#fields(found[i], source, from) });
        }
        left -= size - least;
      }
      if (this.#isBefore(from, start)) break;
      upTo = from;
    }
  }

  /**
   * Mark entries from the first one that is not deleted on as deleted, while `wanted` says so.
   *
   * @returns how many entries were marked
   */
  deleteWhile(wanted: (ms: Uint64, seq: Uint64, marked: number) => boolean): number {
    let marked = 0;
    for (let pos = this.#firstLive(); pos < this.#used; pos = this.#next(this.#bytes, pos)) {
      if (!wanted(this.#msAt(pos), this.#seqAt(pos), marked)) break;
      if (!this.isLive(pos)) continue;
      this.markDeleted(pos);
      marked++;
    }
    return marked;
  }

  /** The listpack as the real server has it. O(n). */
  toListpack(): Uint8Array<ArrayBuffer> {
    const size = this.listpackBytes;
    const out = new Uint8Array(size);
    let pos = writeInteger(out, HEADER_BYTES, this.live);
    pos = writeInteger(out, pos, this.deleted);
    out.set(this.#bytes.subarray(0, this.#used), pos);
    out[size - 1] = END_MARK;
    let count = 2;
    for (let at = 0; at < this.#used; at = elementEnd(this.#bytes, at)) count++;
    out[0] = size;
    out[1] = size >>> 8;
    out[2] = size >>> 16;
    out[3] = size >>> 24;
    const stored = Math.min(count, COUNT_UNKNOWN);
    out[4] = stored;
    out[5] = stored >>> 8;
    return out;
  }

  /** An independent copy. */
  clone(): StreamNode {
    const bytes = Buffer.allocUnsafeSlow(this.#used) as ListpackBuffer;
    bytes.set(this.#bytes.subarray(0, this.#used));
    const copy = new StreamNode(this.id, this.names, bytes);
    copy.lastId = this.lastId;
    copy.live = this.live;
    copy.deleted = this.deleted;
    copy.#used = this.#used;
    copy.#entries = this.#entries;
    copy.#alive = this.#alive;
    return copy;
  }

  /** Position of the first entry that is not deleted; behind all without one. */
  #firstLive(): number {
    let pos = this.#alive;
    while (pos < this.#used && !this.isLive(pos)) pos = this.#next(this.#bytes, pos);
    this.#alive = pos;
    return pos;
  }

  /** The last mark whose entry is not behind an id; -1 when the first one is. */
  #markOf(id: StreamId): number {
    this.#extendMarks();
    let low = 0;
    let high = this.#marks.length;
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (this.#isBehind(this.#marks[mid], id)) high = mid;
      else low = mid + 1;
    }
    return low - 1;
  }

  /** A position to search for an id from: nothing before it has this id. */
  #seek(id: StreamId): number {
    return this.#marks[Math.max(this.#markOf(id), 0)];
  }

  #extendMarks(): void {
    if (this.#marked === this.#used) return;
    this.#marked = this.#used;
    const marks = this.#marks;
    const bytes = this.#bytes;
    if (marks.length === 0) marks.push(this.#entries);
    for (let pos = marks[marks.length - 1];;) {
      for (let i = 0; i < STRIDE; i++) {
        if (pos >= this.#used) return;
        pos = this.#next(bytes, pos);
      }
      if (pos >= this.#used) return;
      marks.push(pos);
    }
  }

  /** Whether the entry at a position is before an id. */
  #isBefore(pos: number, id: StreamId): boolean {
    const ms = this.#msAt(pos);
    return ms < id.ms || (ms === id.ms && this.#seqAt(pos) < id.seq);
  }

  /** Whether the entry at a position is behind an id. */
  #isBehind(pos: number, id: StreamId): boolean {
    const ms = this.#msAt(pos);
    return ms > id.ms || (ms === id.ms && this.#seqAt(pos) > id.seq);
  }

  #msAt(pos: number): Uint64 {
    return sum(this.id.ms, readInteger(this.#bytes, pos + 2));
  }

  #seqAt(pos: number): Uint64 {
    return sum(this.id.seq, readInteger(this.#bytes, elementEnd(this.#bytes, pos + 2)));
  }

  #idAt(pos: number): StreamId {
    return { ms: this.#msAt(pos), seq: this.#seqAt(pos) };
  }

  /** Where the entry behind the one at `pos` begins. (Flags are an element of two bytes.) */
  #next(bytes: Uint8Array, pos: number): number {
    let at = elementEnd(bytes, elementEnd(bytes, pos + 2));
    let left = this.names.length;
    if ((bytes[pos] & SAME_FIELDS) === 0) {
      left = Number(readInteger(bytes, at)) * 2;
      at = elementEnd(bytes, at);
    }
    // The last is the number of elements.
    for (; left >= 0; left--) at = elementEnd(bytes, at);
    return at;
  }

  #fields(pos: number, source: ByteString, base: number): ByteString[] {
    const bytes = this.#bytes;
    const out: ByteString[] = [];
    let at = elementEnd(bytes, elementEnd(bytes, pos + 2));
    if ((bytes[pos] & SAME_FIELDS) !== 0) {
      for (const name of this.names) {
        out.push(name, readText(bytes, at, source, base));
        at = elementEnd(bytes, at);
      }
      return out;
    }
    let left = Number(readInteger(bytes, at)) * 2;
    at = elementEnd(bytes, at);
    for (; left > 0; left--) {
      out.push(readText(bytes, at, source, base));
      at = elementEnd(bytes, at);
    }
    return out;
  }

  #reserve(bytes: number): void {
    this.#resize(Math.max(this.#used + bytes, Math.floor(this.#bytes.length * 1.7)));
  }

  #resize(capacity: number): void {
    const wider = Buffer.allocUnsafeSlow(capacity) as ListpackBuffer;
    wider.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = wider;
  }
}

/** Whether the field names are these, in this order. */
function hasNames(fields: readonly ByteString[], names: readonly ByteString[]): boolean {
  if (fields.length !== names.length * 2) return false;
  for (let i = 0; i < names.length; i++) if (fields[i * 2] !== names[i]) return false;
  return true;
}

/** Positions of all elements, or null when they are not sound. */
function elementPositions(listpack: Uint8Array): number[] | null {
  const end = listpack.length - 1;
  const positions: number[] = [];
  for (let pos = HEADER_BYTES; pos < end;) {
    positions.push(pos);
    pos = checkedEnd(listpack, pos, end);
    if (pos < 0) return null;
  }
  return positions;
}

function isLess(a: StreamId, b: StreamId): boolean {
  return a.ms < b.ms || (a.ms === b.ms && a.seq < b.seq);
}

/** `a - b` modulo 2^64 as a signed integer. */
function difference(a: Uint64, b: Uint64): number | bigint {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const value = BigInt.asIntN(64, BigInt(a) - BigInt(b));
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/** `base + step` modulo 2^64. */
function sum(base: Uint64, step: number | bigint): Uint64 {
  if (typeof base === "number" && typeof step === "number") {
    const value = base + step;
    if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) return value;
  }
  return toUint64(BigInt.asUintN(64, BigInt(base) + BigInt(step)));
}
