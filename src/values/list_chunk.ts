/**
 * One node of a long list: up to some kilobytes of elements, as an array that takes elements at both
 * ends (while the node is being worked on) or as one packed string (while it rests in the list's
 * middle). A packed node of short elements takes a third of the memory and gives the garbage
 * collector one object to look at instead of hundreds.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { LISTPACK_OVERHEAD, listpackEntrySize } from "./listpack_size.ts";
import {
  encodeEntry,
  entryAt,
  findAll,
  nextEntry,
  packItems,
  readEntry,
  splicePacked,
  stringBytes,
  unpackItems,
} from "./packed.ts";

const NO_ITEMS: ByteString[] = [];
/** Elements of more bytes than this on average stay single strings. */
const PACK_AVERAGE = 200;
/** So many free places before the first element are left as they are. */
const ROOM_KEPT = 32;

/** A stretch of a list's elements. */
export class ListChunk {
  /** Position of the first element on the list's axis; kept by the owner. */
  start = 0;
  /** How many elements there are. */
  count: number;
  /** Bytes of the elements in a listpack, without its frame. */
  bytes: number;
  /** It holds one large element, and shall hold nothing else. */
  plain = false;
  /** null while the elements are in `#packed`. Elements begin at `#front`. */
  #items: ByteString[] | null;
  #front = 0;
  #packed: ByteString = "";

  /** @param items the elements; the array is taken over */
  constructor(items: ByteString[], bytes = sizeOf(items)) {
    this.#items = items;
    this.count = items.length;
    this.bytes = bytes;
  }

  /** What the node would occupy as a listpack. */
  get listpackBytes(): number {
    return this.bytes + LISTPACK_OVERHEAD;
  }

  /** The element at `index`. O(1) as an array, O(index) packed. */
  get(index: number): ByteString {
    if (this.#items !== null) return this.#items[this.#front + index];
    return readEntry(this.#packed, entryAt(this.#packed, index));
  }

  /** Become an array. O(count) when packed. */
  #unpack(): ByteString[] {
    if (this.#items === null) {
      this.#items = unpackItems(this.#packed);
      this.#front = 0;
      this.#packed = "";
    }
    return this.#items;
  }

  /** Become a packed string, unless the elements are large. O(bytes). */
  pack(): void {
    const items = this.#items;
    if (items === null || this.bytes > this.count * PACK_AVERAGE) return;
    this.#packed = packItems(items, this.#front, items.length);
    this.#items = null;
    this.#front = 0;
  }

  /** Add at the end. O(1) amortised. */
  pushRight(value: ByteString): void {
    this.#unpack().push(value);
    this.count++;
    this.bytes += listpackEntrySize(value);
  }

  /** Add at the beginning. O(1) amortised. */
  pushLeft(value: ByteString): void {
    let items = this.#unpack();
    if (this.#front === 0) {
      this.#front = Math.max(8, items.length);
      items = this.#items = new Array<ByteString>(this.#front).fill("").concat(items);
    }
    items[--this.#front] = value;
    this.count++;
    this.bytes += listpackEntrySize(value);
  }

  /** Remove and return the last element; there must be one. O(1) amortised. */
  popRight(): ByteString {
    const value = this.#unpack().pop()!;
    this.count--;
    this.bytes -= listpackEntrySize(value);
    return value;
  }

  /** Remove and return the first element; there must be one. O(1) amortised. */
  popLeft(): ByteString {
    const items = this.#unpack();
    const value = items[this.#front];
    items[this.#front++] = "";
    // A queue grows at the other end: the free places at this end must not grow with it.
    if (this.#front > ROOM_KEPT && this.#front * 2 > items.length) {
      this.#items = items.slice(this.#front);
      this.#front = 0;
    }
    this.count--;
    this.bytes -= listpackEntrySize(value);
    return value;
  }

  /** Replace the element at `index`. */
  set(index: number, value: ByteString): void {
    this.bytes += listpackEntrySize(value);
    if (this.#items !== null) {
      const at = this.#front + index;
      this.bytes -= listpackEntrySize(this.#items[at]);
      this.#items[at] = value;
      return;
    }
    const at = entryAt(this.#packed, index);
    this.bytes -= listpackEntrySize(readEntry(this.#packed, at));
    const end = nextEntry(this.#packed, at);
    this.#packed = splicePacked(this.#packed, at, end, encodeEntry(value), 0);
  }

  /** Put an element before that at `index` (0 … count). */
  insert(index: number, value: ByteString): void {
    if (this.#items !== null) {
      this.#items.splice(this.#front + index, 0, value);
    } else {
      const at = entryAt(this.#packed, index);
      this.#packed = splicePacked(this.#packed, at, at, encodeEntry(value), 1);
    }
    this.count++;
    this.bytes += listpackEntrySize(value);
  }

  /** Remove `count` elements from `index` on. O(this.count). */
  removeRange(index: number, count: number): void {
    const packed = this.#items === null;
    const removed = this.#unpack().splice(this.#front + index, count);
    this.count -= count;
    this.bytes -= sizeOf(removed);
    if (packed) this.pack();
  }

  /** Remove the elements at these indexes, which ascend. O(count). */
  removeAll(indexes: readonly number[]): void {
    const packed = this.#items === null;
    const items = this.toArray();
    let kept = indexes[0];
    for (let i = kept, next = 0; i < items.length; i++) {
      if (i === indexes[next]) {
        this.bytes -= listpackEntrySize(items[i]);
        next++;
      } else items[kept++] = items[i];
    }
    items.length = kept;
    this.#items = items;
    this.#front = 0;
    this.#packed = "";
    this.count = kept;
    if (packed) this.pack();
  }

  /** Cut off and return the elements from `index` on as a chunk of their own. O(count). */
  split(index: number): ListChunk {
    const tail = this.#unpack().splice(this.#front + index);
    const chunk = new ListChunk(tail);
    this.count -= tail.length;
    this.bytes -= chunk.bytes;
    return chunk;
  }

  /** Take over the elements of the chunk that follows. O(count). */
  merge(next: ListChunk): void {
    this.#items = this.toArray().concat(next.toArray());
    this.#front = 0;
    this.#packed = "";
    this.count += next.count;
    this.bytes += next.bytes;
  }

  /** The indexes of the elements equal to `value`, ascending. O(count). */
  find(value: ByteString): number[] {
    const items = this.#items;
    if (items === null) return findAll(this.#packed, value);
    const out: number[] = [];
    const front = this.#front;
    for (let i = items.indexOf(value, front); i >= 0; i = items.indexOf(value, i + 1)) {
      out.push(i - front);
    }
    return out;
  }

  /** The elements from `start` up to `end`, in an array of their own. */
  toArray(start = 0, end = this.count): ByteString[] {
    const items = this.#items;
    if (items !== null) return items.slice(this.#front + start, this.#front + end);
    const packed = this.#packed;
    if (end - start === this.count) return unpackItems(packed);
    const out: ByteString[] = [];
    for (let at = entryAt(packed, start), i = start; i < end; i++) {
      out.push(readEntry(packed, at));
      at = nextEntry(packed, at);
    }
    return out;
  }

  clone(): ListChunk {
    const copy = new ListChunk(NO_ITEMS, this.bytes);
    copy.#items = this.#items === null ? null : this.toArray();
    copy.#packed = this.#packed;
    copy.count = this.count;
    copy.plain = this.plain;
    return copy;
  }

  /** Estimated bytes. O(1). */
  memoryBytes(): number {
    if (this.#items === null) return 80 + stringBytes(this.#packed.length);
    return 128 + 8 * this.#items.length + 24 * this.count + this.bytes;
  }
}

function sizeOf(items: readonly ByteString[]): number {
  let bytes = 0;
  for (const item of items) bytes += listpackEntrySize(item);
  return bytes;
}
