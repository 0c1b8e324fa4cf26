/**
 * A point-in-time snapshot of a keyspace, taken while clients read and write.
 *
 * A walk goes over the entries of the tables, a slice at a time. What is about to change in an entry that
 * the walk has not come to yet is written first, out of turn, and the entry is marked; a key that
 * came later is marked likewise. So everything is written exactly once, as it was at the start.
 *
 * A table that leaves its database (FLUSHALL, SWAPDB) is walked to its end under the number that it
 * had at the start. A large value is written in steps too. When it is about to change before they
 * are done, or begun, it is copied, which is several times as quick as writing it, and the steps go
 * on with the copy.
 *
 * @module
 */

import type { Clock } from "../../clock/clock.ts";
import type { KeyTable } from "../../keyspace/key_table.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import type { SnapshotHook } from "../../keyspace/snapshot_hook.ts";
import { KEEP, type Steps } from "../encode/context.ts";

/** The epoch of entries that are written, or need not be. */
const TAKEN = 1;
/** Entries between two looks at the clock. */
const STRIDE = 16;

/** Where the keys of a snapshot go. */
export interface SnapshotTarget {
  /** Bytes that wait to be written to the disk. */
  readonly pending: number;
  selectDb(index: number): void;
  resizeDb(keys: number, expiring: number): void;
  key(index: number, table: KeyTable, entry: number): void;
  /**
   * Where the target can write a large value in steps: begin with it.
   *
   * @returns the work that is left; null when there is none
   */
  beginKey?(index: number, table: KeyTable, entry: number): Steps | null;
  /**
   * Where the target can write a large value later as it is now.
   *
   * @returns begins with it, as `beginKey`; null when the value is not large
   */
  freeze?(index: number, table: KeyTable, entry: number): (() => Steps | null) | null;
}

/** How long a slice may be. */
export interface SliceLimits {
  /** Milliseconds. */
  readonly ms: number;
  /** Bytes that may be pending in the target. */
  readonly bytes: number;
  /** Keys; no bound when absent. */
  readonly keys?: number;
}

/** A table as it was at the start. */
interface Part {
  readonly index: number;
  readonly table: KeyTable;
  readonly keys: number;
  readonly expiring: number;
  /** Entries from here on came later. */
  readonly limit: number;
  /** The walk has passed the entries below this one. */
  next: number;
  announced: boolean;
}

/** A snapshot that is being taken. At most one of a keyspace at a time. */
export class Snapshot implements SnapshotHook {
  /** Keys that there were at the start. */
  readonly keys: number;
  /** Keys written so far. */
  written = 0;

  readonly #keyspace: Keyspace;
  readonly #clock: Clock;
  readonly #target: SnapshotTarget;
  readonly #parts: Part[] = [];
  readonly #byTable = new Map<KeyTable, Part>();
  #part = 0;
  /** What is left of the value that is being written. */
  #rest: Steps | null = null;
  /** That is a copy, not the value that the walk stands at. */
  #restIsFrozen = false;
  /** Begin with values that have changed since they were copied. */
  #frozen: (() => Steps | null)[] = [];
  #open = true;

  /** Begin: from here on the keyspace reports its changes. O(databases). */
  constructor(keyspace: Keyspace, target: SnapshotTarget) {
    if (keyspace.snapshot !== null) throw new Error("a snapshot is being taken already");
    this.#keyspace = keyspace;
    this.#clock = keyspace.clock;
    this.#target = target;
    let keys = 0;
    for (const { index, table } of keyspace.databases) {
      if (table.size === 0) continue;
      keys += table.size;
      const part: Part = {
        index,
        table,
        keys: table.size,
        expiring: table.expiring,
        limit: table.entryLimit,
        next: 0,
        announced: false,
      };
      this.#parts.push(part);
      this.#byTable.set(table, part);
    }
    this.keys = keys;
    keyspace.snapshot = this;
  }

  beforeChange(table: KeyTable, entry: number): void {
    const part = this.#byTable.get(table);
    if (part === undefined || entry < part.next || entry >= part.limit) return;
    if (table.epochAt(entry) === TAKEN) return;
    const rest = this.#restIsFrozen ? null : this.#rest;
    if (rest !== null && entry === part.next && part === this.#parts[this.#part]) {
      if (rest.next(KEEP).done) this.#rest = null;
      else this.#restIsFrozen = true;
    } else {
      const target = this.#target;
      this.#announce(part);
      const begin = target.freeze?.(part.index, table, entry) ?? null;
      if (begin !== null) this.#frozen.push(begin);
      else target.key(part.index, table, entry);
      this.written++;
    }
    table.setEpochAt(entry, TAKEN);
  }

  added(table: KeyTable, entry: number): void {
    const part = this.#byTable.get(table);
    if (part === undefined || entry < part.next || entry >= part.limit) return;
    table.setEpochAt(entry, TAKEN);
  }

  /** Go on with the walk for a slice. @returns whether all is written */
  step(limits: SliceLimits): boolean {
    const deadline = this.#clock.monotonic() + limits.ms;
    const stopAt = this.written + (limits.keys ?? Infinity);
    let left = STRIDE;
    if (!this.#writeFrozen(limits, deadline)) return false;
    for (; this.#part < this.#parts.length; this.#part++) {
      const part = this.#parts[this.#part];
      const { table } = part;
      while (part.next < part.limit) {
        const entry = part.next;
        if (this.#rest === null && table.isLive(entry) && table.epochAt(entry) !== TAKEN) {
          this.#begin(part, entry);
        }
        if (this.#rest !== null && !this.#goOn(this.#rest, limits, deadline)) return false;
        part.next++;
        if (this.written >= stopAt || this.#target.pending >= limits.bytes) return false;
        if (--left > 0) continue;
        if (this.#clock.monotonic() >= deadline) return false;
        left = STRIDE;
      }
    }
    return this.#writeFrozen(limits, deadline);
  }

  /** Write copies, if no value is half written. @returns whether there is time left */
  #writeFrozen(limits: SliceLimits, deadline: number): boolean {
    if (this.#rest !== null && !this.#restIsFrozen) return true;
    for (;;) {
      if (this.#rest !== null && !this.#goOn(this.#rest, limits, deadline)) return false;
      const begin = this.#frozen.shift();
      this.#restIsFrozen = begin !== undefined;
      if (begin === undefined) return true;
      this.#rest = begin();
    }
  }

  /** Do steps of a large value. @returns whether it is complete */
  #goOn(rest: Steps, { bytes }: SliceLimits, deadline: number): boolean {
    while (!rest.next().done) {
      if (this.#target.pending >= bytes || this.#clock.monotonic() >= deadline) return false;
    }
    this.#rest = null;
    return true;
  }

  #begin(part: Part, entry: number): void {
    const target = this.#target;
    this.#announce(part);
    this.written++;
    if (target.beginKey === undefined) target.key(part.index, part.table, entry);
    else this.#rest = target.beginKey(part.index, part.table, entry);
  }

  /** Say how large the database is, before its first key. */
  #announce(part: Part): void {
    if (part.announced) return;
    part.announced = true;
    this.#target.selectDb(part.index);
    this.#target.resizeDb(part.keys, part.expiring);
  }

  /** End, complete or not: the keyspace reports nothing any more. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#frozen = [];
    this.#keyspace.snapshot = null;
    for (const { table } of this.#parts) table.dropEpochs();
  }
}
