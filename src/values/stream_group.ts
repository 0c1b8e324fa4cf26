/**
 * Consumer groups of streams: how far a group has read, its consumers, and what they have not
 * acknowledged yet.
 *
 * What depends on the stream's entries as well (delivering, lag) is with {@linkcode StreamValue}.
 *
 * @module
 */

import { type ByteString, compareBytes } from "../bytes/bytes.ts";
import { detach } from "../bytes/latin1.ts";
import {
  MAX_STREAM_ID as MAX,
  MIN_STREAM_ID as MIN,
  type StreamId,
  type Uint64,
} from "./stream_id.ts";
import { PendingEntry, PendingList } from "./stream_pending.ts";

export { PendingEntry, PendingList } from "./stream_pending.ts";

/** A consumer of a group. Made by {@linkcode StreamGroup.createConsumer}. */
export class StreamConsumer {
  readonly name: ByteString;
  /** Unix time in milliseconds of the last command that named it. */
  seenTime: number;
  /** Unix time in milliseconds of the last time that it got an entry; -1: never. */
  activeTime: number;
  /** What it has not acknowledged. */
  readonly pending: PendingList = new PendingList();

  constructor(name: ByteString, seenTime: number, activeTime: number) {
    this.name = name;
    this.seenTime = seenTime;
    this.activeTime = activeTime;
  }
}

/** A consumer group. Made by `StreamValue.createGroup`. All operations by name are O(1). */
export class StreamGroup {
  readonly name: ByteString;
  /** The last id that was delivered. */
  lastId: StreamId;
  /** How many of all entries ever added the group has read; null when that cannot be known. */
  entriesRead: Uint64 | null;
  /** What its consumers have not acknowledged. */
  readonly pending: PendingList = new PendingList();
  #consumers: Map<ByteString, StreamConsumer> = new Map();

  constructor(name: ByteString, lastId: StreamId, entriesRead: Uint64 | null) {
    this.name = detach(name);
    this.lastId = lastId;
    this.entriesRead = entriesRead;
  }

  /** Number of consumers. */
  get consumerCount(): number {
    return this.#consumers.size;
  }

  /** Consumers in the byte order of their names, as replies list them. O(n log n). */
  consumers(): StreamConsumer[] {
    return [...this.#consumers.values()].sort((a, b) => compareBytes(a.name, b.name));
  }

  /** A consumer by name. */
  consumer(name: ByteString): StreamConsumer | undefined {
    return this.#consumers.get(name);
  }

  /**
   * Make a consumer.
   *
   * @param seenTime unix time in milliseconds
   * @param activeTime likewise, or -1
   * @returns null when there is one of that name
   */
  createConsumer(name: ByteString, seenTime: number, activeTime = -1): StreamConsumer | null {
    if (this.#consumers.has(name)) return null;
    const consumer = new StreamConsumer(detach(name), seenTime, activeTime);
    this.#consumers.set(consumer.name, consumer);
    return consumer;
  }

  /**
   * Remove a consumer and what it has pending. O(its pending entries).
   *
   * @returns how many these were; null when there is no such consumer
   */
  deleteConsumer(name: ByteString): number | null {
    const consumer = this.#consumers.get(name);
    if (consumer === undefined) return null;
    for (const entry of consumer.pending.range(MIN, MAX)) this.pending.delete(entry.id);
    this.#consumers.delete(name);
    return consumer.pending.size;
  }

  /** Make an id pending that is not. O(log n). */
  addPending(
    id: StreamId,
    consumer: StreamConsumer,
    deliveryTime: number,
    deliveryCount: number,
  ): PendingEntry {
    const entry = new PendingEntry(id, consumer, deliveryTime, deliveryCount);
    this.pending.insert(entry);
    consumer.pending.insert(entry);
    return entry;
  }

  /** Hand a pending entry over; its time and count stay. O(log n). */
  reassign(entry: PendingEntry, consumer: StreamConsumer): void {
    if (entry.consumer === consumer) return;
    entry.consumer.pending.delete(entry.id);
    entry.consumer = consumer;
    consumer.pending.insert(entry);
  }

  /** Remove an id from what is pending; false when it was not. O(log n). */
  acknowledge(id: StreamId): boolean {
    const entry = this.pending.delete(id);
    if (entry === undefined) return false;
    entry.consumer.pending.delete(id);
    return true;
  }

  /** An independent copy. O(n). */
  clone(): StreamGroup {
    const copy = new StreamGroup(this.name, this.lastId, this.entriesRead);
    for (const { name, seenTime, activeTime } of this.#consumers.values()) {
      copy.createConsumer(name, seenTime, activeTime);
    }
    this.pending.forEach(MIN, MAX, ({ id, consumer, deliveryTime, deliveryCount }) => {
      copy.addPending(id, copy.consumer(consumer.name)!, deliveryTime, deliveryCount);
    });
    return copy;
  }

  /** Estimated bytes of memory. O(consumers). */
  memoryBytes(): number {
    let bytes = 200 + this.name.length + this.pending.size * 130;
    for (const name of this.#consumers.keys()) bytes += 200 + name.length;
    return bytes;
  }
}
