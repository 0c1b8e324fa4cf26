/**
 * Consumer groups of streams: group, consumer, pending entries.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { StreamId, Uint64 } from "./stream_id.ts";

const SHELL = "shell";

/** An entry delivered to a consumer and not acknowledged; shared by the group's and its consumer's list. */
export class PendingEntry {
  constructor(
    readonly id: StreamId,
    public consumer: StreamConsumer,
    /** Unix milliseconds of the last delivery. */
    public deliveryTime: number,
    public deliveryCount: number,
  ) {}
}

/** Pending entries ordered by id. */
export class PendingList {
  get size(): number {
    throw new Error(SHELL);
  }
  get(_id: StreamId): PendingEntry | undefined {
    throw new Error(SHELL);
  }
  first(): PendingEntry | undefined {
    throw new Error(SHELL);
  }
  last(): PendingEntry | undefined {
    throw new Error(SHELL);
  }
  /** Visit entries from `start` to `end` (both inclusive) in order until `visit` gives false. */
  forEach(_start: StreamId, _end: StreamId, _visit: (entry: PendingEntry) => boolean | void): void {
    throw new Error(SHELL);
  }
  /** Up to `count` entries from `start` to `end`, both inclusive. O(log n + count). */
  range(_start: StreamId, _end: StreamId, _count?: number): PendingEntry[] {
    throw new Error(SHELL);
  }
}

/** A consumer of a group. */
export class StreamConsumer {
  readonly pending: PendingList = new PendingList();
  /** Unix ms of the last attempt to use it; and of the last time it got something (-1: never). */
  constructor(readonly name: ByteString, public seenTime: number, public activeTime: number) {}
}

/** A consumer group. Made by `StreamValue.createGroup`. */
export class StreamGroup {
  /** All pending entries of the group. */
  readonly pending: PendingList = new PendingList();
  /** Entries read as far as known; null when it cannot be known (-1 in RDB files). */
  entriesRead: Uint64 | null = null;

  constructor(readonly name: ByteString, public lastId: StreamId) {}

  get consumerCount(): number {
    throw new Error(SHELL);
  }
  /** Consumers in the order of their names. */
  consumers(): StreamConsumer[] {
    throw new Error(SHELL);
  }
  consumer(_name: ByteString): StreamConsumer | undefined {
    throw new Error(SHELL);
  }
  /** New consumer, or null when the name is taken. */
  createConsumer(_name: ByteString, _now: number): StreamConsumer | null {
    throw new Error(SHELL);
  }
  /** Remove a consumer with its pending entries; gives how many those were, or null if no such. */
  deleteConsumer(_name: ByteString): number | null {
    throw new Error(SHELL);
  }
  /** Make an id that is not pending pending for `consumer`. */
  addPending(
    _id: StreamId,
    _consumer: StreamConsumer,
    _deliveryTime: number,
    _deliveryCount: number,
  ): PendingEntry {
    throw new Error(SHELL);
  }
  /** Hand a pending entry to another consumer. */
  reassign(_entry: PendingEntry, _consumer: StreamConsumer): void {
    throw new Error(SHELL);
  }
  /** Acknowledge: remove an id from the pending lists; false when it was not pending. */
  acknowledge(_id: StreamId): boolean {
    throw new Error(SHELL);
  }
}
