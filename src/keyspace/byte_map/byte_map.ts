/**
 * The key table for many keys: everything but object values lies outside V8's heap, so that the
 * collector has nothing to mark, and a key of 16 bytes with a value of 24 costs some 65 bytes.
 *
 *     key ──hash──▶ index (segments of rows: hash, entry)
 *                     │
 *                     ▼
 *                   entry ──▶ columns: address, lengths, access word │ expiry │ epoch │ object
 *                     address
 *                     ▼
 *                   slab (cells of size classes): key bytes, value bytes
 *
 * A record's cell holds the key's bytes and behind them those of a plain value. What is longer than
 * the largest cell is in a buffer of its own; an object value is in a column of objects. Only the
 * entry is known to others: records move when they grow, and when `compactStep` empties pages.
 * Strings come and go as copies; `text.ts` has what that costs.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { StringBuffer } from "../../values/string_buffer.ts";
import { isPlain, type ObjectValue, type Value } from "../../values/value.ts";
import { Box, hugeWords } from "./box.ts";
import { ExpiryColumn } from "./expiry.ts";
import { findHuge, findLoaded } from "./find.ts";
import {
  EMPTY_HASH,
  hashWords,
  keyWords,
  loadBytes,
  loadKey,
  LONGEST_LOADED,
  storeKey,
} from "./hash.ts";
import { HashIndex } from "./index.ts";
import {
  ACCESS,
  ADDRESS,
  BOXED,
  ENTRY_MASK,
  ENTRY_PAGE_SHIFT,
  ENTRY_WORDS,
  EntryColumns,
  EpochColumn,
  HUGE,
  KEY_SHIFT,
  KIND_MASK,
  LENGTH_MASK,
  META,
  OBJECT,
  ObjectColumn,
  PLAIN,
  VALUE_SHIFT,
} from "./entries.ts";
import { copyValue, insertStrings, readInt, readString, writeString } from "./text.ts";
import { type KeyTable, NO_ENTRY, type PlainRecord, type TableStats } from "../key_table.ts";
import { ARENA_SHIFT, type Extent, MOST_CELL_BYTES, Slab, UNIT_MASK } from "./slab.ts";

/** Compaction starts by itself when free cells and runs exceed this and half of what is in use. */
const WASTE_BYTES = 4 << 20;
/** Entries that it then looks at with every write that frees a cell. */
const WASTE_STEP = 8;
/** Frees to wait after a plan that found nothing to do. */
const WASTE_PATIENCE = 8192;

/** A key table outside V8's heap. See the module's comment for how it is laid out. */
export class ByteMap implements KeyTable {
  #index = new HashIndex();
  #entries = new EntryColumns();
  #slab = new Slab();
  #expiry = new ExpiryColumn();
  #epochs = new EpochColumn();
  #objects = new ObjectColumn<ObjectValue | Box>();
  /** Bytes of keys and plain values; bytes held in boxes. */
  #used = 0;
  #boxed = 0;
  /** Keys whose value is an object. */
  #objectCount = 0;
  /** The entry that compaction looks at next, or -1 when none is going on. */
  #compactAt = -1;
  #patience = 0;
  /** The key that `find` missed last, and its hash: the key that `insert` is most likely to get. */
  #missed: ByteString = "";
  #missedHash = EMPTY_HASH;

  get size(): number {
    return this.#entries.size;
  }

  get objects(): number {
    return this.#objectCount;
  }

  get usedBytes(): number {
    return this.#slab.liveBytes + this.#boxed + this.#index.bytes + this.#entries.bytes +
      this.#expiry.bytes + this.#epochs.bytes;
  }

  get heldBytes(): number {
    return this.usedBytes - this.#slab.liveBytes + this.#slab.reserved;
  }

  get expiring(): number {
    return this.#expiry.count;
  }

  get entryLimit(): number {
    return this.#entries.limit;
  }

  find(key: ByteString): number {
    const length = key.length;
    if (length > LONGEST_LOADED) return findHuge(this.#index, this.#entries, this.#objects, key);
    loadKey(key);
    const hash = hashWords(keyWords, 0, length);
    const entry = findLoaded(this.#index, this.#entries, this.#slab, hash, length);
    if (entry === NO_ENTRY) {
      this.#missed = key;
      this.#missedHash = hash;
    }
    return entry;
  }

  insert(key: ByteString, value: Value): number {
    const length = key.length;
    if (length > MOST_CELL_BYTES) return this.#insertHuge(key, value);
    loadKey(key);
    const hash = key === this.#missed ? this.#missedHash : hashWords(keyWords, 0, length);
    let address: number;
    let meta: number;
    let object: ObjectValue | Box | null = null;
    this.#used += length;
    if (typeof value === "string" && length + value.length <= MOST_CELL_BYTES) {
      address = this.#slab.allocate(length + value.length);
      meta = PLAIN | (length << KEY_SHIFT) | (value.length << VALUE_SHIFT);
      this.#used += value.length;
      const bytes = this.#slab.bytes[address >>> ARENA_SHIFT];
      writeString(value, bytes, ((address & UNIT_MASK) << 3) + length);
    } else if (isPlain(value)) {
      object = this.#fill(new Box(), value);
      address = this.#slab.allocate(length);
      meta = BOXED | (length << KEY_SHIFT);
      this.#used += value.length;
    } else {
      object = value;
      address = this.#slab.allocate(length);
      meta = OBJECT | (length << KEY_SHIFT);
      this.#objectCount++;
    }
    storeKey(this.#slab.words[address >>> ARENA_SHIFT], (address & UNIT_MASK) << 1, length);
    const entry = this.#enter(hash, address, meta);
    if (object !== null) this.#objects.set(entry, object);
    return entry;
  }

  insertRecord(record: PlainRecord, value: ObjectValue | null): number {
    const { keyLength } = record;
    const valueLength = value === null ? record.valueLength : 0;
    if (keyLength > LONGEST_LOADED || keyLength + valueLength > MOST_CELL_BYTES) {
      return insertStrings(this, record, value);
    }
    loadBytes(record.key, record.keyStart, keyLength);
    const hash = hashWords(keyWords, 0, keyLength);
    if (findLoaded(this.#index, this.#entries, this.#slab, hash, keyLength) !== NO_ENTRY) {
      return NO_ENTRY;
    }
    const address = this.#slab.allocate(keyLength + valueLength);
    const arena = address >>> ARENA_SHIFT;
    const start = (address & UNIT_MASK) << 3;
    copyValue(record, valueLength, this.#slab.bytes[arena], start + keyLength);
    storeKey(this.#slab.words[arena], start >>> 2, keyLength);
    this.#used += keyLength + valueLength;
    const kind = value === null ? PLAIN : OBJECT;
    const meta = kind | (keyLength << KEY_SHIFT) | (valueLength << VALUE_SHIFT);
    const entry = this.#enter(hash, address, meta);
    if (value !== null) {
      this.#objects.set(entry, value);
      this.#objectCount++;
    }
    return entry;
  }

  #insertHuge(key: ByteString, value: Value): number {
    const words = hugeWords(key);
    const box = new Box(words, key.length);
    this.#boxed += box.held;
    if (isPlain(value)) this.#fill(box, value);
    else {
      box.object = value;
      this.#objectCount++;
    }
    this.#used += key.length + box.length;
    const entry = this.#enter(hashWords(words, 0, key.length), 0, HUGE);
    this.#objects.set(entry, box);
    return entry;
  }

  /** A new entry, entered in the index. */
  #enter(hash: number, address: number, meta: number): number {
    const entry = this.#entries.take();
    const page = this.#entries.pages[entry >>> ENTRY_PAGE_SHIFT];
    const at = (entry & ENTRY_MASK) * ENTRY_WORDS;
    page[at + ADDRESS] = address;
    page[at + META] = meta;
    page[at + ACCESS] = 0;
    if (this.#epochs.active) this.#epochs.set(entry, 0);
    this.#index.insert(hash, entry);
    return entry;
  }

  isLive(entry: number): boolean {
    return this.#entries.isLive(entry);
  }

  #metaAt(entry: number): number {
    return this.#entries
      .pages[entry >>> ENTRY_PAGE_SHIFT][(entry & ENTRY_MASK) * ENTRY_WORDS + META];
  }

  #kindAt(entry: number): number {
    return this.#metaAt(entry) & KIND_MASK;
  }

  keyAt(entry: number): ByteString {
    const page = this.#entries.pages[entry >>> ENTRY_PAGE_SHIFT];
    const at = (entry & ENTRY_MASK) * ENTRY_WORDS;
    const meta = page[at + META];
    if ((meta & KIND_MASK) === HUGE) {
      return (this.#objects.get(entry) as Box).readKey();
    }
    const address = page[at + ADDRESS];
    const bytes = this.#slab.bytes[address >>> ARENA_SHIFT];
    return readString(bytes, (address & UNIT_MASK) << 3, (meta >>> KEY_SHIFT) & LENGTH_MASK);
  }

  valueAt(entry: number): Value {
    const page = this.#entries.pages[entry >>> ENTRY_PAGE_SHIFT];
    const at = (entry & ENTRY_MASK) * ENTRY_WORDS;
    const meta = page[at + META];
    if ((meta & KIND_MASK) === PLAIN) {
      const address = page[at + ADDRESS];
      const start = ((address & UNIT_MASK) << 3) + ((meta >>> KEY_SHIFT) & LENGTH_MASK);
      return readString(this.#slab.bytes[address >>> ARENA_SHIFT], start, meta >>> VALUE_SHIFT);
    }
    const object = this.#objects.get(entry);
    if (!(object instanceof Box)) return object;
    return object.bytes === null ? object.object! : object.read();
  }

  setValueAt(entry: number, value: Value): void {
    const page = this.#entries.pages[entry >>> ENTRY_PAGE_SHIFT];
    const at = (entry & ENTRY_MASK) * ENTRY_WORDS;
    const meta = page[at + META];
    const kind = meta & KIND_MASK;
    if (kind === PLAIN && typeof value === "string") {
      const keyLength = (meta >>> KEY_SHIFT) & LENGTH_MASK;
      const size = keyLength + value.length;
      const address = page[at + ADDRESS];
      const cell = this.#slab.cellBytes(address);
      if (size <= cell && size * 2 >= cell) {
        const bytes = this.#slab.bytes[address >>> ARENA_SHIFT];
        writeString(value, bytes, ((address & UNIT_MASK) << 3) + keyLength);
        this.#used += value.length - (meta >>> VALUE_SHIFT);
        page[at + META] = (meta & ((1 << VALUE_SHIFT) - 1)) | (value.length << VALUE_SHIFT);
        return;
      }
    }
    this.#replace(entry, kind, value);
  }

  /** As `setValueAt`, when the value does not simply go where the old one is. */
  #replace(entry: number, kind: number, value: Value): void {
    if (kind === HUGE) {
      const box = this.#objects.get(entry) as Box;
      const before = box.length;
      if (box.object !== null) this.#objectCount--;
      if (isPlain(value)) this.#fill(box, value);
      else {
        this.#empty(box);
        box.object = value;
        this.#objectCount++;
      }
      this.#used += box.length - before;
      return;
    }
    const meta = this.#metaAt(entry);
    const keyLength = (meta >>> KEY_SHIFT) & LENGTH_MASK;
    const old = kind === PLAIN ? null : this.#objects.get(entry);
    const box = old instanceof Box ? old : null;
    const before = kind === PLAIN ? meta >>> VALUE_SHIFT : box === null ? 0 : box.length;
    if (kind === OBJECT) this.#objectCount--;
    if (isPlain(value)) {
      if (typeof value === "string" && keyLength + value.length <= MOST_CELL_BYTES) {
        const address = this.#refit(entry, keyLength + value.length);
        const bytes = this.#slab.bytes[address >>> ARENA_SHIFT];
        writeString(value, bytes, ((address & UNIT_MASK) << 3) + keyLength);
        this.#setMeta(entry, PLAIN | (keyLength << KEY_SHIFT) | (value.length << VALUE_SHIFT));
        if (box !== null) this.#empty(box);
        if (old !== null) this.#objects.remove(entry);
      } else {
        const filled = this.#fill(box ?? new Box(), value);
        this.#objects.set(entry, filled);
        this.#refit(entry, keyLength);
        this.#setMeta(entry, BOXED | (keyLength << KEY_SHIFT));
      }
      this.#used += value.length - before;
    } else {
      if (box !== null) this.#empty(box);
      this.#objectCount++;
      this.#objects.set(entry, value);
      this.#refit(entry, keyLength);
      this.#setMeta(entry, OBJECT | (keyLength << KEY_SHIFT));
      this.#used -= before;
    }
    this.#tidy();
  }

  #setMeta(entry: number, meta: number): void {
    this.#entries.pages[entry >>> ENTRY_PAGE_SHIFT][(entry & ENTRY_MASK) * ENTRY_WORDS + META] =
      meta;
  }

  /**
   * A cell for a record that is to have `size` bytes: its own when that is large enough and not far
   * too large, else another one with the key moved there.
   *
   * @returns the address
   */
  #refit(entry: number, size: number): number {
    const page = this.#entries.pages[entry >>> ENTRY_PAGE_SHIFT];
    const at = (entry & ENTRY_MASK) * ENTRY_WORDS;
    const address = page[at + ADDRESS];
    const cell = this.#slab.cellBytes(address);
    if (size <= cell && (size * 2 >= cell || cell === 8)) return address;
    return this.#move(page, at, size, (page[at + META] >>> KEY_SHIFT) & LENGTH_MASK);
  }

  /** Move the first `keep` bytes of a record into a new cell of `size`, and free the old one. */
  #move(page: Int32Array, at: number, size: number, keep: number): number {
    const from = page[at + ADDRESS];
    const to = this.#slab.allocate(size);
    const source = this.#slab.words[from >>> ARENA_SHIFT];
    const target = this.#slab.words[to >>> ARENA_SHIFT];
    const read = (from & UNIT_MASK) << 1;
    const write = (to & UNIT_MASK) << 1;
    const words = (keep + 3) >>> 2;
    for (let i = 0; i < words; i++) target[write + i] = source[read + i];
    page[at + ADDRESS] = to;
    this.#slab.free(from);
    return to;
  }

  /** Put a plain value into a box. */
  #fill(box: Box, value: ByteString | StringBuffer): Box {
    const held = box.held;
    if (typeof value === "string") box.fill(value);
    else box.adopt(value.share());
    this.#boxed += box.held - held;
    return box;
  }

  /** Take a box's plain value away. */
  #empty(box: Box): void {
    this.#boxed -= box.held;
    box.empty();
    this.#boxed += box.held;
  }

  deleteAt(entry: number): void {
    if (this.#entries.size === 1 && this.#entries.pages.length > 1) {
      this.clear();
      return;
    }
    const page = this.#entries.pages[entry >>> ENTRY_PAGE_SHIFT];
    const at = (entry & ENTRY_MASK) * ENTRY_WORDS;
    const meta = page[at + META];
    const kind = meta & KIND_MASK;
    const keyLength = (meta >>> KEY_SHIFT) & LENGTH_MASK;
    if (kind === PLAIN) this.#used -= keyLength + (meta >>> VALUE_SHIFT);
    else this.#deleteObject(entry, keyLength);
    if (kind !== HUGE) {
      const address = page[at + ADDRESS];
      const words = this.#slab.words[address >>> ARENA_SHIFT];
      this.#index.remove(hashWords(words, (address & UNIT_MASK) << 1, keyLength), entry);
      this.#slab.free(address);
    }
    if (this.#expiry.count > 0) this.#expiry.set(entry, -1);
    this.#entries.release(entry);
    this.#tidy();
  }

  /** The part of deleting that has to do with what is not in a cell. */
  #deleteObject(entry: number, keyLength: number): void {
    const object = this.#objects.get(entry);
    this.#used -= keyLength;
    if (!(object instanceof Box) || object.object !== null) this.#objectCount--;
    if (object instanceof Box) {
      this.#used -= object.length + object.keyLength;
      this.#boxed -= object.held;
      if (object.key !== null) {
        this.#index.remove(hashWords(object.key, 0, object.keyLength), entry);
      }
    }
    this.#objects.remove(entry);
  }

  /** Drop all: O(1), and what V8 does to free the memory goes on in the background. */
  clear(): void {
    this.#index = new HashIndex();
    this.#entries = new EntryColumns();
    this.#slab = new Slab();
    this.#expiry.clear();
    this.#epochs = new EpochColumn();
    this.#objects = new ObjectColumn();
    this.#used = 0;
    this.#boxed = 0;
    this.#objectCount = 0;
    this.#compactAt = -1;
    this.#patience = 0;
    this.#missed = "";
    this.#missedHash = EMPTY_HASH;
  }

  expireAt(entry: number): number {
    return this.#expiry.get(entry);
  }

  setExpireAt(entry: number, ms: number): void {
    this.#expiry.set(entry, ms);
  }

  visitDue(now: number, limit: number, visit: (entry: number) => void): number {
    return this.#expiry.visitDue(now, limit, visit);
  }

  averageTtl(now: number): number {
    return this.#expiry.averageTtl(now);
  }

  accessAt(entry: number): number {
    const page = this.#entries.pages[entry >>> ENTRY_PAGE_SHIFT];
    return page[(entry & ENTRY_MASK) * ENTRY_WORDS + ACCESS] >>> 0;
  }

  setAccessAt(entry: number, word: number): void {
    this.#entries.pages[entry >>> ENTRY_PAGE_SHIFT][(entry & ENTRY_MASK) * ENTRY_WORDS + ACCESS] =
      word;
  }

  epochAt(entry: number): number {
    return this.#epochs.get(entry);
  }

  setEpochAt(entry: number, epoch: number): void {
    this.#epochs.set(entry, epoch);
  }

  dropEpochs(): void {
    this.#epochs.drop();
  }

  intAt(entry: number): number {
    const page = this.#entries.pages[entry >>> ENTRY_PAGE_SHIFT];
    const at = (entry & ENTRY_MASK) * ENTRY_WORDS;
    const meta = page[at + META];
    if ((meta & KIND_MASK) !== PLAIN) {
      const object = this.#objects.get(entry);
      const plain = object instanceof Box && object.bytes !== null;
      return plain ? readInt(object.bytes!, 0, object.length) : NaN;
    }
    const length = meta >>> VALUE_SHIFT;
    const address = page[at + ADDRESS];
    const bytes = this.#slab.bytes[address >>> ARENA_SHIFT];
    const start = ((address & UNIT_MASK) << 3) + ((meta >>> KEY_SHIFT) & LENGTH_MASK);
    return readInt(bytes, start, start + length);
  }

  plainAt(entry: number, record: PlainRecord): boolean {
    const page = this.#entries.pages[entry >>> ENTRY_PAGE_SHIFT];
    const at = (entry & ENTRY_MASK) * ENTRY_WORDS;
    const meta = page[at + META];
    const kind = meta & KIND_MASK;
    if (kind !== PLAIN && kind !== BOXED) return false;
    const address = page[at + ADDRESS];
    const length = (meta >>> KEY_SHIFT) & LENGTH_MASK;
    record.key = this.#slab.bytes[address >>> ARENA_SHIFT];
    record.keyStart = (address & UNIT_MASK) << 3;
    record.keyLength = length;
    const box = kind === PLAIN ? null : this.#objects.get(entry) as Box;
    record.value = box === null ? record.key : box.bytes!;
    record.valueStart = box === null ? record.keyStart + length : 0;
    record.valueLength = box === null ? meta >>> VALUE_SHIFT : box.length;
    return true;
  }

  stringLengthAt(entry: number): number {
    const meta = this.#metaAt(entry);
    if ((meta & KIND_MASK) === PLAIN) return meta >>> VALUE_SHIFT;
    const object = this.#objects.get(entry);
    return object instanceof Box && object.bytes !== null ? object.length : -1;
  }

  entryBytes(entry: number): number {
    let bytes = ENTRY_WORDS * 4 + INDEX_BYTES;
    const kind = this.#kindAt(entry);
    if (kind !== HUGE) bytes += this.#extent(entry).bytes;
    if (kind !== PLAIN) {
      bytes += 8;
      const object = this.#objects.get(entry);
      if (object instanceof Box) bytes += BOX_BYTES + object.held;
    }
    return this.#expiry.get(entry) < 0 ? bytes : bytes + 8;
  }

  randomEntry(random: () => number): number {
    return this.#entries.random(random);
  }

  randomExpiringEntry(random: () => number): number {
    return this.#expiry.random(random);
  }

  stats(): TableStats {
    const slab = this.#slab;
    const columns = this.#entries.bytes + this.#expiry.bytes + this.#epochs.bytes;
    return {
      reserved: this.heldBytes + slab.overhead + this.#objects.bytes,
      used: this.#used,
      free: slab.reserved - slab.liveBytes,
      index: this.#index.bytes,
      columns: columns + this.#objects.bytes,
      classes: slab.classes(),
    };
  }

  /** Compaction by itself: a few entries with each write that freed a cell, while much lies free. */
  #tidy(): void {
    const slab = this.#slab;
    if (this.#compactAt < 0) {
      const free = slab.reserved - slab.liveBytes;
      if (free < WASTE_BYTES || free * 2 < slab.liveBytes || this.#patience-- > 0) return;
      this.#patience = WASTE_PATIENCE;
    }
    this.compactStep(WASTE_STEP);
  }

  compactStep(entries: number): boolean {
    if (this.#compactAt < 0) {
      if (!this.#slab.planCompaction()) {
        this.#slab.purge();
        this.#entries.purge();
        return false;
      }
      this.#compactAt = 0;
    }
    const end = Math.min(this.#entries.limit, this.#compactAt + entries);
    for (let entry = this.#compactAt; entry < end; entry++) {
      if (!this.#entries.isLive(entry)) continue;
      const page = this.#entries.pages[entry >>> ENTRY_PAGE_SHIFT];
      const at = (entry & ENTRY_MASK) * ENTRY_WORDS;
      const meta = page[at + META];
      if ((meta & KIND_MASK) === HUGE || !this.#slab.isLeaving(page[at + ADDRESS])) continue;
      // Only a plain record has anything behind its key; then the meta word has the value's length.
      const bytes = ((meta >>> KEY_SHIFT) & LENGTH_MASK) + (meta >>> VALUE_SHIFT);
      this.#move(page, at, bytes, bytes);
    }
    this.#compactAt = end;
    if (end >= this.#entries.limit) {
      this.#slab.endCompaction();
      this.#compactAt = -1;
    }
    return true;
  }

  #extent(entry: number): Extent {
    const page = this.#entries.pages[entry >>> ENTRY_PAGE_SHIFT];
    const at = (entry & ENTRY_MASK) * ENTRY_WORDS;
    const meta = page[at + META];
    return {
      start: (page[at + ADDRESS] >>> 0) * 8,
      bytes: this.#slab.cellBytes(page[at + ADDRESS]),
      used: ((meta >>> KEY_SHIFT) & LENGTH_MASK) + (meta >>> VALUE_SHIFT),
    };
  }

  /** The cells of all records, and those in free lists (with `used` -1): for checks. O(entries). */
  *extents(): Generator<Extent> {
    for (let entry = 0; entry < this.#entries.limit; entry++) {
      if (this.#entries.isLive(entry) && this.#kindAt(entry) !== HUGE) yield this.#extent(entry);
    }
    for (const address of this.#slab.freeCells()) {
      yield { start: (address >>> 0) * 8, bytes: this.#slab.cellBytes(address), used: -1 };
    }
  }
}

/** Bytes of an index row at the usual load, and of a box's objects. */
const INDEX_BYTES = 11;
const BOX_BYTES = 250;
