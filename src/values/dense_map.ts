/**
 * Sets and maps whose items are numbered 0 … size-1 without gaps ({@linkcode DenseKeys}), which gives
 * members picked at random in O(1) and scans with a guarantee (see `scanRange`).
 *
 * In `compact` mode a table stands in for a compact encoding that grew too long to be one string:
 * order of insertion is kept, so removing is O(n).
 *
 * What is kept is copied out of the request that it came in, unless it is said to be `owned`.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { detach } from "../bytes/latin1.ts";
import { DenseKeys, NO_ENTRY } from "./dense_keys.ts";
import { stringBytes } from "./packed.ts";

/** Estimated bytes of an empty table: objects and their headers. */
const TABLE_BYTES = 300;

/** A set of byte strings in dense order. */
export class DenseSet extends DenseKeys {
  /** Whether order is kept on removal. */
  compact: boolean;

  constructor(compact = false) {
    super();
    this.compact = compact;
  }

  /** Add a key. O(1) amortised. @returns whether it is new */
  add(key: ByteString, owned = false): boolean {
    const size = this.size;
    return this.entryFor(key, owned) === size;
  }

  /** Remove a key. O(1), or O(n) when compact. @returns whether it was there */
  delete(key: ByteString): boolean {
    const entry = this.find(key);
    if (entry === NO_ENTRY) return false;
    this.deleteAt(entry);
    return true;
  }

  /** Remove and return the key of an entry. */
  deleteAt(entry: number): ByteString {
    const key = this.keys[entry];
    if (this.compact) this.removeInOrder(entry);
    else this.removeAt(entry);
    return key;
  }

  clone(): DenseSet {
    const copy = new DenseSet(this.compact);
    copy.copyFrom(this);
    return copy;
  }

  /** Estimated bytes, keys included. O(1). */
  memoryBytes(): number {
    return TABLE_BYTES + this.tableBytes() + estimatedBytes(this.keys);
  }
}

/** A map of byte strings to byte strings in dense order. */
export class DenseMap extends DenseKeys {
  /** Whether order is kept on removal. */
  compact: boolean;
  /** The values by entry. Read only for others. */
  values: ByteString[] = [];

  constructor(compact = false) {
    super();
    this.compact = compact;
  }

  /** O(1). */
  get(key: ByteString): ByteString | undefined {
    const entry = this.find(key);
    return entry === NO_ENTRY ? undefined : this.values[entry];
  }

  /** Set a key's value. O(1) amortised. @returns whether the key is new */
  set(key: ByteString, value: ByteString, owned = false): boolean {
    const size = this.size;
    const entry = this.entryFor(key, owned);
    const kept = owned ? value : detach(value);
    if (entry === size) this.values.push(kept);
    else this.values[entry] = kept;
    return entry === size;
  }

  /** Remove a key. O(1), or O(n) when compact. @returns whether it was there */
  delete(key: ByteString): boolean {
    const entry = this.find(key);
    if (entry === NO_ENTRY) return false;
    const values = this.values;
    if (this.compact) {
      this.removeInOrder(entry);
      values.splice(entry, 1);
      return true;
    }
    this.removeAt(entry);
    const last = values.pop()!;
    if (entry < values.length) values[entry] = last;
    return true;
  }

  clone(): DenseMap {
    const copy = new DenseMap(this.compact);
    copy.copyFrom(this);
    copy.values = this.values.slice();
    return copy;
  }

  /** Estimated bytes, keys and values included. O(1). */
  memoryBytes(): number {
    return TABLE_BYTES + this.tableBytes() + this.values.length * 8 +
      estimatedBytes(this.keys) + estimatedBytes(this.values);
  }
}

/** Strings that are looked at to estimate the size of all of a table's. */
const SAMPLES = 64;

/**
 * Bytes of strings: exact for a few, else from some of them. (Counting along with every change
 * would have to look at each value that is overwritten, which costs as much as finding it.)
 */
function estimatedBytes(strings: readonly ByteString[]): number {
  const step = Math.max(1, strings.length / SAMPLES);
  let bytes = 0;
  let sampled = 0;
  for (let at = 0; at < strings.length; at += step) {
    bytes += stringBytes(strings[Math.floor(at)].length);
    sampled++;
  }
  return sampled === 0 ? 0 : Math.round((bytes / sampled) * strings.length);
}
