/**
 * Pending entries lists: what was delivered to the consumers of a group and not acknowledged yet,
 * ordered by id.
 *
 * An entry is in two lists, its group's and its consumer's, as one shared object. A list is a row of
 * chunks, each a sorted array; deliveries append to the last chunk, acknowledgements mostly take from
 * the first. Finding searches the row by halving, then the chunk.
 *
 * | operation | cost |
 * |---|---|
 * | get, insert, delete | O(log n), and once a chunk a move of n/128 pointers |
 * | first, last | O(1) |
 * | range of m | O(log n + m) |
 *
 * @module
 */

import type { StreamConsumer } from "./stream_group.ts";
import type { StreamId } from "./stream_id.ts";

/** An entry that was delivered and not acknowledged. The stream's entry may be gone meanwhile. */
export class PendingEntry {
  readonly id: StreamId;
  /** Whose it is; changed by `StreamGroup.reassign` alone. */
  consumer: StreamConsumer;
  /** Unix time in milliseconds of the last delivery. */
  deliveryTime: number;
  /** How often it was delivered. */
  deliveryCount: number;

  constructor(id: StreamId, consumer: StreamConsumer, deliveryTime: number, deliveryCount: number) {
    this.id = id;
    this.consumer = consumer;
    this.deliveryTime = deliveryTime;
    this.deliveryCount = deliveryCount;
  }
}

const CHUNK = 128;

/** Pending entries in the order of their ids. Only a group changes the lists it is made of. */
export class PendingList {
  /** None of them is empty. */
  #chunks: PendingEntry[][] = [];
  #size = 0;

  /** Number of entries. */
  get size(): number {
    return this.#size;
  }

  /** The entry with an id, or undefined. */
  get(id: StreamId): PendingEntry | undefined {
    const chunk = this.#chunks[this.#chunkOf(id)];
    if (chunk === undefined) return undefined;
    const entry = chunk[lowerBound(chunk, id)];
    return entry.id.ms === id.ms && entry.id.seq === id.seq ? entry : undefined;
  }

  /** The entry with the smallest id, or undefined. */
  first(): PendingEntry | undefined {
    return this.#size === 0 ? undefined : this.#chunks[0][0];
  }

  /** The entry with the largest id, or undefined. */
  last(): PendingEntry | undefined {
    if (this.#size === 0) return undefined;
    const chunk = this.#chunks[this.#chunks.length - 1];
    return chunk[chunk.length - 1];
  }

  /**
   * Visit the entries from `start` to `end`, both inclusive, in order, until `visit` gives false.
   * The list must not change meanwhile.
   */
  forEach(start: StreamId, end: StreamId, visit: (entry: PendingEntry) => boolean | void): void {
    const chunks = this.#chunks;
    let at = this.#chunkOf(start);
    if (at === chunks.length) return;
    let i = lowerBound(chunks[at], start);
    for (; at < chunks.length; at++, i = 0) {
      const chunk = chunks[at];
      for (; i < chunk.length; i++) {
        const entry = chunk[i];
        if (isLess(end, entry.id) || visit(entry) === false) return;
      }
    }
  }

  /** The first `count` entries from `start` to `end`, both inclusive. */
  range(start: StreamId, end: StreamId, count = Infinity): PendingEntry[] {
    const out: PendingEntry[] = [];
    if (count <= 0) return out;
    this.forEach(start, end, (entry) => out.push(entry) < count);
    return out;
  }

  /** @internal Insert an entry whose id is not in the list. */
  insert(entry: PendingEntry): void {
    const chunks = this.#chunks;
    this.#size++;
    const at = Math.min(this.#chunkOf(entry.id), chunks.length - 1);
    if (at < 0) {
      chunks.push([entry]);
      return;
    }
    const chunk = chunks[at];
    const i = lowerBound(chunk, entry.id);
    if (chunk.length < CHUNK) {
      if (i === chunk.length) chunk.push(entry);
      else chunk.splice(i, 0, entry);
    } else if (i === CHUNK) {
      // Only behind the very last: a new chunk, so that those before stay full.
      chunks.push([entry]);
    } else {
      const right = chunk.splice(CHUNK / 2);
      chunks.splice(at + 1, 0, right);
      if (i > CHUNK / 2) right.splice(i - CHUNK / 2, 0, entry);
      else chunk.splice(i, 0, entry);
    }
  }

  /** @internal Remove the entry with an id and give it; undefined without one. */
  delete(id: StreamId): PendingEntry | undefined {
    const chunks = this.#chunks;
    const at = this.#chunkOf(id);
    if (at === chunks.length) return undefined;
    const chunk = chunks[at];
    const i = lowerBound(chunk, id);
    const entry = chunk[i];
    if (entry.id.ms !== id.ms || entry.id.seq !== id.seq) return undefined;
    this.#size--;
    if (i === 0) chunk.shift();
    else chunk.splice(i, 1);
    if (chunk.length === 0) chunks.splice(at, 1);
    else if (chunk.length < CHUNK / 4 && at + 1 < chunks.length) {
      const next = chunks[at + 1];
      if (chunk.length + next.length <= CHUNK / 2) {
        for (const entry of next) chunk.push(entry);
        chunks.splice(at + 1, 1);
      }
    }
    return entry;
  }

  /** Index of the first chunk whose last entry is not below an id; the number of chunks if none. */
  #chunkOf(id: StreamId): number {
    const chunks = this.#chunks;
    let low = 0;
    let high = chunks.length;
    while (low < high) {
      const mid = (low + high) >>> 1;
      const chunk = chunks[mid];
      if (isLess(chunk[chunk.length - 1].id, id)) low = mid + 1;
      else high = mid;
    }
    return low;
  }
}

/** Index of the first entry that is not below an id. */
function lowerBound(chunk: readonly PendingEntry[], id: StreamId): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (isLess(chunk[mid].id, id)) low = mid + 1;
    else high = mid;
  }
  return low;
}

function isLess(a: StreamId, b: StreamId): boolean {
  return a.ms < b.ms || (a.ms === b.ms && a.seq < b.seq);
}
