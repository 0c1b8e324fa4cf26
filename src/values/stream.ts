/**
 * Streams.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { EncodingLimits } from "./limits.ts";
import type { StreamConsumer, StreamGroup } from "./stream_group.ts";
import type { StreamId, Uint64 } from "./stream_id.ts";

const SHELL = "shell";

/** An entry as it is read: fields and values alternate. */
export interface StreamEntry {
  readonly id: StreamId;
  readonly fields: ByteString[];
}

/** How to trim. `limit` 0: no limit; only meaningful with `approximate`. */
export type StreamTrim =
  & { readonly approximate: boolean; readonly limit: number }
  & (
    | { readonly strategy: "maxlen"; readonly maxLength: number }
    | { readonly strategy: "minid"; readonly minId: StreamId }
  );

/** What {@linkcode StreamValue.add} did: nothing in the last two cases. */
export type StreamAddResult = "added" | "not-greater" | "too-large";

/** A stream. */
export class StreamValue {
  readonly type = "stream";
  readonly encoding = "stream";

  /** Number of entries. */
  get length(): number {
    throw new Error(SHELL);
  }
  /** The largest id ever added, or set. */
  get lastId(): StreamId {
    throw new Error(SHELL);
  }
  /** Id of the first entry; 0-0 when empty. */
  get firstId(): StreamId {
    throw new Error(SHELL);
  }
  get entriesAdded(): Uint64 {
    throw new Error(SHELL);
  }
  get maxDeletedId(): StreamId {
    throw new Error(SHELL);
  }

  /** The id that `XADD *` gives at `ms`; null when ids are exhausted. */
  nextId(_ms: number): StreamId | null {
    throw new Error(SHELL);
  }
  /** The id that `XADD ms-*` gives; null when the sequence of that `ms` is exhausted. */
  nextIdWithin(_ms: Uint64): StreamId | null {
    throw new Error(SHELL);
  }
  /** Append an entry; `fields` alternates fields and values. */
  add(_id: StreamId, _fields: ByteString[], _limits: EncodingLimits): StreamAddResult {
    throw new Error(SHELL);
  }
  has(_id: StreamId): boolean {
    throw new Error(SHELL);
  }
  /** The fields of an entry. */
  get(_id: StreamId): ByteString[] | undefined {
    throw new Error(SHELL);
  }
  /** XDEL of one id. */
  delete(_id: StreamId): boolean {
    throw new Error(SHELL);
  }
  /** Entries between two ids, both inclusive (start ≤ end also in reverse). */
  range(
    _start: StreamId,
    _end: StreamId,
    _options?: { reverse?: boolean; count?: number },
  ): StreamEntry[] {
    throw new Error(SHELL);
  }
  /** Gives how many entries went. */
  trim(_trim: StreamTrim): number {
    throw new Error(SHELL);
  }
  /** XSETID; validity is checked by the command. */
  setId(_lastId: StreamId, _entriesAdded?: Uint64, _maxDeletedId?: StreamId): void {
    throw new Error(SHELL);
  }

  get groupCount(): number {
    throw new Error(SHELL);
  }
  /** Groups in the order of their names. */
  groups(): StreamGroup[] {
    throw new Error(SHELL);
  }
  group(_name: ByteString): StreamGroup | undefined {
    throw new Error(SHELL);
  }
  /** New group, or null when the name is taken. */
  createGroup(
    _name: ByteString,
    _lastId: StreamId,
    _entriesRead: Uint64 | null,
  ): StreamGroup | null {
    throw new Error(SHELL);
  }
  destroyGroup(_name: ByteString): boolean {
    throw new Error(SHELL);
  }
  /** The counter that an id has among all entries ever added, or null when it cannot be known. */
  estimateEntriesRead(_id: StreamId): Uint64 | null {
    throw new Error(SHELL);
  }
  /** XINFO's lag, or null when it cannot be known. */
  lag(_group: StreamGroup): number | bigint | null {
    throw new Error(SHELL);
  }
  /** XREADGROUP with `>`: entries after the group's last id, which moves on; they become pending unless `noAck`. */
  deliver(
    _group: StreamGroup,
    _consumer: StreamConsumer,
    _options: { count?: number; noAck?: boolean; now: number },
  ): StreamEntry[] {
    throw new Error(SHELL);
  }

  /** The nodes as an RDB file has them: id of the master entry, and the listpack's bytes. */
  *nodes(): Generator<{ id: StreamId; listpack: Uint8Array }> {
    throw new Error(SHELL);
  }
  /** Append a node from an RDB file; throws a `RangeError` when the bytes are not a sound node. */
  loadNode(_id: StreamId, _listpack: Uint8Array): void {
    throw new Error(SHELL);
  }
  clone(): StreamValue {
    throw new Error(SHELL);
  }
  memoryBytes(): number {
    throw new Error(SHELL);
  }
}
