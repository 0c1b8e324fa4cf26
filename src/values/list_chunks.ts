/**
 * A long list: chunks in a row, the first and the last two as arrays, the others packed.
 *
 * The chunks lie in an array with room at the front, so that both ends grow in O(1). Elements have
 * positions on an axis: the first element is at `#base`, which moves left and right as the list's
 * head does. A chunk's `start` is its first element's position; work at the ends changes no other
 * chunk's start, and work in the middle makes the starts behind it invalid, which are computed anew
 * when they are needed. So an index is found by binary search.
 *
 * What fits in a chunk, and how chunks are split and merged on insertion, follows the rules for
 * quicklist nodes of Redis 7.2, so that the list returns to "listpack" when it does there.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { EncodingLimits } from "./limits.ts";
import { ListChunk } from "./list_chunk.ts";

/** What decides about the nodes of a list. */
export type NodeLimits = Pick<EncodingLimits, "listMaxListpackSize" | "listPackedThreshold">;

/** Bytes that an element may need beside its own in a node, as the real server estimates. */
const ENTRY_ESTIMATE = 8;
/** Bytes that the real server expects to save when it merges two nodes (it saves 7). */
const MERGE_SAVING = 11;
/** Most bytes of a node whose size is limited by count. */
const COUNT_LIMIT_BYTES = 8192;

/** Most bytes of a node, by size class -1 … -5; Infinity when nodes are limited by count. */
export function nodeBytes(maxListpackSize: number): number {
  return maxListpackSize >= 0 ? Infinity : 2048 << Math.min(5, -maxListpackSize);
}

/** Most elements of a node; Infinity when nodes are limited by size. */
export function nodeCount(maxListpackSize: number): number {
  return maxListpackSize < 0 ? Infinity : Math.max(1, maxListpackSize);
}

/** Whether a node of this size would break the limit (`list-max-listpack-size`). */
export function exceedsNode(maxListpackSize: number, bytes: number, count: number): boolean {
  if (maxListpackSize < 0) return bytes > nodeBytes(maxListpackSize);
  return bytes > COUNT_LIMIT_BYTES || count > nodeCount(maxListpackSize);
}

/** Whether an element of this length is to be a node by itself. */
function isLarge({ listPackedThreshold }: NodeLimits, length: number): boolean {
  return listPackedThreshold !== 0 && length >= listPackedThreshold;
}

/** A list as a row of chunks. Indexes given to its methods must exist. */
export class ListChunks {
  /** What the list is called: "quicklist", or while false "listpack" (and it is one chunk). */
  quick: boolean;
  /** Chunks from `#first` on; below it is room to grow to the left. */
  #chunks: ListChunk[] = [];
  #first = 0;
  #count = 0;
  /** Position of the first element. */
  #base = 0;
  /** How many chunks, from the first on, have a right `start`; the first one's counts as `#base`. */
  #valid = 0;
  /** Where `#locate` found an index: the chunk's place in `#chunks`, and the index within it. */
  #at = 0;
  #offset = 0;

  constructor(items: ByteString[], quick: boolean) {
    this.quick = quick;
    if (items.length > 0) this.#insertChunk(0, new ListChunk(items));
    this.#count = items.length;
  }

  /** How many elements there are. */
  get length(): number {
    return this.#count;
  }

  /** How many chunks there are. */
  get chunkCount(): number {
    return this.#chunks.length - this.#first;
  }

  /** The first chunk, the only one while the list is a "listpack". */
  get head(): ListChunk {
    return this.#chunks[this.#first];
  }

  /** Find the element at `index`: sets `#at` and `#offset`. O(log chunks) when starts are valid. */
  #locate(index: number): void {
    const chunks = this.#chunks;
    const lastAt = chunks.length - 1;
    const fromTail = this.#count - chunks[lastAt].count;
    if (index >= fromTail) {
      this.#at = lastAt;
      this.#offset = index - fromTail;
      return;
    }
    const position = this.#base + index;
    let low = this.#first;
    let high = this.#validate(position);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (chunks[middle].start <= position) low = middle;
      else high = middle - 1;
    }
    this.#at = low;
    this.#offset = position - (low === this.#first ? this.#base : chunks[low].start);
  }

  /** Make starts valid up to the chunk that holds `position`; returns the last valid chunk's place. */
  #validate(position: number): number {
    const chunks = this.#chunks;
    let last = this.#first + Math.max(1, this.#valid) - 1;
    if (this.#valid < 1) this.#valid = 1;
    let start = last === this.#first ? this.#base : chunks[last].start;
    while (start + chunks[last].count <= position) {
      start += chunks[last].count;
      chunks[++last].start = start;
      this.#valid++;
    }
    return last;
  }

  /** The starts behind the chunk at `at` are wrong from now on. */
  #invalidate(at: number): void {
    this.#valid = Math.min(this.#valid, at - this.#first + 1);
  }

  /** Put a chunk at place `at` (absolute), moving that and the following ones. O(chunks). */
  #insertChunk(at: number, chunk: ListChunk): void {
    this.#chunks.splice(at, 0, chunk);
    this.#invalidate(at - 1);
  }

  #removeChunk(at: number): void {
    if (at === this.#first) {
      this.#chunks[at] = PLACEHOLDER;
      this.#first++;
      this.#valid = Math.max(0, this.#valid - 1);
      if (this.#first > 32 && this.#first * 2 > this.#chunks.length) {
        this.#chunks = this.#chunks.slice(this.#first);
        this.#first = 0;
      }
    } else if (at === this.#chunks.length - 1) {
      this.#chunks.pop();
      this.#valid = Math.min(this.#valid, this.chunkCount);
    } else {
      this.#chunks.splice(at, 1);
      this.#invalidate(at - 1);
    }
  }

  /** A chunk of one element. */
  #chunkOf(value: ByteString, limits: NodeLimits): ListChunk {
    const chunk = new ListChunk([value]);
    // A "listpack" takes elements of any size.
    if (this.quick && isLarge(limits, value.length)) chunk.plain = true;
    return chunk;
  }

  /** Whether `chunk` may take an element of this length. */
  #accepts(chunk: ListChunk, length: number, limits: NodeLimits): boolean {
    return !chunk.plain && !isLarge(limits, length) &&
      !exceedsNode(
        limits.listMaxListpackSize,
        chunk.listpackBytes + length + ENTRY_ESTIMATE,
        chunk.count + 1,
      );
  }

  /** Add at the end. O(1) amortised. */
  pushRight(value: ByteString, limits: NodeLimits): void {
    const chunks = this.#chunks;
    const chunkCount = this.chunkCount;
    const tail = chunks[chunks.length - 1];
    if (chunkCount > 0 && (!this.quick || this.#accepts(tail, value.length, limits))) {
      tail.pushRight(value);
    } else {
      const chunk = this.#chunkOf(value, limits);
      if (this.#valid === chunkCount) {
        chunk.start = this.#base + this.#count;
        this.#valid++;
      }
      chunks.push(chunk);
      if (chunkCount >= 4) chunks[chunks.length - 3].pack();
    }
    this.#count++;
  }

  /** Add at the beginning. O(1) amortised. */
  pushLeft(value: ByteString, limits: NodeLimits): void {
    const chunkCount = this.chunkCount;
    if (chunkCount === 0) return this.pushRight(value, limits);
    const head = this.head;
    if (!this.quick || this.#accepts(head, value.length, limits)) {
      head.pushLeft(value);
    } else {
      head.start = this.#base;
      if (this.#first === 0) {
        this.#first = Math.max(4, chunkCount);
        this.#chunks = new Array<ListChunk>(this.#first).fill(PLACEHOLDER).concat(this.#chunks);
      }
      this.#chunks[--this.#first] = this.#chunkOf(value, limits);
      this.#valid = Math.max(2, this.#valid + 1);
      if (chunkCount >= 4) this.#chunks[this.#first + 2].pack();
    }
    this.#base--;
    this.#count++;
  }

  /** Remove and return the first element. O(1) amortised. */
  popLeft(): ByteString {
    const value = this.head.popLeft();
    this.#base++;
    this.#count--;
    if (this.head.count === 0) this.#removeChunk(this.#first);
    return value;
  }

  /** Remove and return the last element. O(1) amortised. */
  popRight(): ByteString {
    const last = this.#chunks.length - 1;
    const value = this.#chunks[last].popRight();
    this.#count--;
    if (this.#chunks[last].count === 0) this.#removeChunk(last);
    return value;
  }

  /** The element at `index`. */
  get(index: number): ByteString {
    this.#locate(index);
    return this.#chunks[this.#at].get(this.#offset);
  }

  /** Replace the element at `index`. */
  set(index: number, value: ByteString, limits: NodeLimits): void {
    this.#locate(index);
    const chunk = this.#chunks[this.#at];
    if (chunk.plain === (this.quick && isLarge(limits, value.length))) {
      chunk.set(this.#offset, value);
      return;
    }
    this.insert(index, true, value, limits);
    this.removeRange(index, 1);
  }

  /** Put an element before or behind that at `index`. */
  insert(index: number, after: boolean, value: ByteString, limits: NodeLimits): void {
    this.#locate(index);
    const at = this.#at;
    const offset = this.#offset;
    const chunk = this.#chunks[at];
    this.#invalidate(at);
    this.#count++;
    if (!this.quick || this.#accepts(chunk, value.length, limits)) {
      chunk.insert(after ? offset + 1 : offset, value);
      return;
    }
    const atEdge = after ? offset === chunk.count - 1 : offset === 0;
    if (atEdge) {
      const place = after ? at + 1 : at;
      const neighbour = after ? place : at - 1;
      const exists = neighbour >= this.#first && neighbour < this.#chunks.length;
      if (exists && this.#accepts(this.#chunks[neighbour], value.length, limits)) {
        this.#chunks[neighbour].insert(after ? 0 : this.#chunks[neighbour].count, value);
        this.#invalidate(neighbour);
      } else this.#insertChunk(place, this.#chunkOf(value, limits));
      return;
    }
    const tail = chunk.split(after ? offset + 1 : offset);
    this.#insertChunk(at + 1, tail);
    if (isLarge(limits, value.length)) {
      return this.#insertChunk(at + 1, this.#chunkOf(value, limits));
    }
    if (after) tail.pushLeft(value);
    else chunk.pushRight(value);
    this.#mergeAround(after ? at : at + 1, limits);
  }

  /** Merge the neighbours of the chunk at `at`, and it with them, where two fit in one. */
  #mergeAround(at: number, limits: NodeLimits): void {
    let centre = at;
    if (this.#tryMerge(centre - 2, limits)) centre--;
    this.#tryMerge(centre + 1, limits);
    if (this.#tryMerge(centre - 1, limits)) centre--;
    this.#tryMerge(centre, limits);
    for (let i = centre - 1; i <= centre + 1; i++) {
      if (i >= this.#first + 2 && i < this.#chunks.length - 2) this.#chunks[i].pack();
    }
  }

  /** Merge the chunks at `at` and `at + 1` if they exist and fit in one. */
  #tryMerge(at: number, limits: NodeLimits): boolean {
    if (at < this.#first || at + 1 >= this.#chunks.length) return false;
    const left = this.#chunks[at];
    const right = this.#chunks[at + 1];
    const bytes = left.listpackBytes + right.listpackBytes - MERGE_SAVING;
    if (left.plain || right.plain) return false;
    if (exceedsNode(limits.listMaxListpackSize, bytes, left.count + right.count)) return false;
    left.merge(right);
    this.#invalidate(at);
    this.#removeChunk(at + 1);
    return true;
  }

  /** Remove `count` elements from `index` on. O(chunks + chunk size). */
  removeRange(index: number, count: number): void {
    if (count <= 0) return;
    this.#locate(index);
    const chunks = this.#chunks;
    let at = this.#at;
    let left = count;
    if (index === 0) this.#base += count;
    else this.#invalidate(at - 1);
    if (this.#offset > 0) {
      const here = Math.min(left, chunks[at].count - this.#offset);
      chunks[at].removeRange(this.#offset, here);
      left -= here;
      at++;
    }
    let end = at;
    while (left > 0 && chunks[end].count <= left) left -= chunks[end++].count;
    if (left > 0) chunks[end].removeRange(0, left);
    chunks.splice(at, end - at);
    if (index === 0) this.#valid = Math.max(0, this.#valid - (end - at));
    this.#count -= count;
  }

  /** Remove up to `most` elements equal to `value`, from either end on. @returns how many. O(n) */
  removeEqual(value: ByteString, most: number, backwards: boolean): number {
    let removed = 0;
    const step = backwards ? -1 : 1;
    let at = backwards ? this.#chunks.length - 1 : this.#first;
    while (removed < most && at >= this.#first && at < this.#chunks.length) {
      const chunk = this.#chunks[at];
      let found = chunk.find(value);
      const left = most - removed;
      if (found.length > left) found = backwards ? found.slice(-left) : found.slice(0, left);
      if (found.length > 0) {
        chunk.removeAll(found);
        removed += found.length;
      }
      at += step;
    }
    if (removed > 0) {
      this.#chunks = this.#chunks.filter((chunk, i) => i >= this.#first && chunk.count > 0);
      this.#first = 0;
      this.#count -= removed;
      this.#valid = 0;
    }
    return removed;
  }

  /** The elements from `start` up to `end`. O(log chunks + end - start). */
  slice(start: number, end: number): ByteString[] {
    if (start >= end) return [];
    this.#locate(start);
    let at = this.#at;
    const out = this.#chunks[at].toArray(
      this.#offset,
      Math.min(this.#chunks[at].count, this.#offset + end - start),
    );
    while (out.length < end - start) {
      const chunk = this.#chunks[++at];
      const part = chunk.toArray(0, Math.min(chunk.count, end - start - out.length));
      for (const item of part) out.push(item);
    }
    return out;
  }

  /** Call `visit` with the elements of each chunk from that of index `start` on, until it is false. */
  forEachChunk(
    start: number,
    backwards: boolean,
    visit: (chunk: ListChunk, firstIndex: number) => boolean,
  ): void {
    if (start < 0 || start >= this.#count) return;
    this.#locate(start);
    let firstIndex = start - this.#offset;
    for (let at = this.#at; at >= this.#first && at < this.#chunks.length;) {
      const chunk = this.#chunks[at];
      if (!visit(chunk, firstIndex)) return;
      if (backwards) {
        at--;
        if (at >= this.#first) firstIndex -= this.#chunks[at].count;
      } else {
        at++;
        firstIndex += chunk.count;
      }
    }
  }

  /** A copy that shares no arrays. */
  clone(): ListChunks {
    const copy = new ListChunks([], this.quick);
    copy.#chunks = this.#chunks.slice(this.#first).map((chunk) => chunk.clone());
    copy.#count = this.#count;
    return copy;
  }

  /** Estimated bytes: exact for up to 32 chunks, else from 32 of them. */
  memoryBytes(): number {
    const chunkCount = this.chunkCount;
    const step = Math.max(1, Math.floor(chunkCount / 32));
    let bytes = 0;
    let sampled = 0;
    for (let at = this.#first; at < this.#chunks.length; at += step) {
      bytes += this.#chunks[at].memoryBytes();
      sampled++;
    }
    return 120 + 8 * this.#chunks.length +
      (sampled === 0 ? 0 : Math.round((bytes / sampled) * chunkCount));
  }
}

/** Fills the room at the front of a list's array of chunks. */
const PLACEHOLDER = new ListChunk([]);
