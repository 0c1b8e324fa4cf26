/**
 * When the fields of a hash expire: a map from field to time, and a heap that knows the earliest.
 * The heap is cleaned lazily: an entry whose time is not the field's time any more is skipped when it
 * comes up, and the heap is rebuilt when more than half of it is of that kind.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";

/** Expiry times (unix ms) of some fields of one hash. */
export class FieldExpiry {
  #times = new Map<ByteString, number>();
  /** A binary min-heap over `#heapAt`, in two parallel arrays. */
  #heapAt: number[] = [];
  #heapField: ByteString[] = [];

  /** How many fields have a time. */
  get size(): number {
    return this.#times.size;
  }

  /** The fields that have a time. They may be deleted meanwhile. */
  fields(): IterableIterator<ByteString> {
    return this.#times.keys();
  }

  /** The field's time; undefined when it has none. O(1). */
  get(field: ByteString): number | undefined {
    return this.#times.get(field);
  }

  /** Give a field a time. O(log n) amortised. */
  set(field: ByteString, at: number): void {
    if (this.#times.get(field) === at) return;
    this.#times.set(field, at);
    if (this.#heapAt.length > 2 * this.#times.size + 16) this.#rebuild();
    else this.#push(at, field);
  }

  /** Forget a field's time. O(1). @returns whether it had one */
  delete(field: ByteString): boolean {
    return this.#times.delete(field);
  }

  /** The earliest time; Infinity without any. O(1), O(log n) for each stale entry on the way. */
  get next(): number {
    while (this.#heapAt.length > 0) {
      const at = this.#heapAt[0];
      if (this.#times.get(this.#heapField[0]) === at) return at;
      this.#pop();
    }
    return Infinity;
  }

  /** Take out the field with the earliest time if that is before `now`. O(log n). */
  takeDue(now: number): ByteString | undefined {
    if (!(this.next < now)) return undefined;
    const field = this.#heapField[0];
    this.#pop();
    this.#times.delete(field);
    return field;
  }

  clone(): FieldExpiry {
    const copy = new FieldExpiry();
    copy.#times = new Map(this.#times);
    copy.#rebuild();
    return copy;
  }

  /** Estimated bytes; field names are counted once, with the hash. O(1). */
  memoryBytes(): number {
    return 250 + this.#times.size * 56 + this.#heapAt.length * 16;
  }

  #rebuild(): void {
    const entries = [...this.#times].sort((a, b) => a[1] - b[1]);
    this.#heapAt = entries.map((entry) => entry[1]);
    this.#heapField = entries.map((entry) => entry[0]);
  }

  #push(at: number, field: ByteString): void {
    const ats = this.#heapAt;
    const fields = this.#heapField;
    let i = ats.length;
    ats.push(at);
    fields.push(field);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (ats[parent] <= at) break;
      ats[i] = ats[parent];
      fields[i] = fields[parent];
      i = parent;
    }
    ats[i] = at;
    fields[i] = field;
  }

  /** Remove the top of the heap. */
  #pop(): void {
    const ats = this.#heapAt;
    const fields = this.#heapField;
    const at = ats.pop()!;
    const field = fields.pop()!;
    const size = ats.length;
    if (size === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && ats[child + 1] < ats[child]) child++;
      if (ats[child] >= at) break;
      ats[i] = ats[child];
      fields[i] = fields[child];
      i = child;
    }
    ats[i] = at;
    fields[i] = field;
  }
}
