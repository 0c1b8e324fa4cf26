/**
 * Entry numbers and the words of each: pages of three words an entry, side by side in one cache
 * line.
 *
 * - the address of the entry's record in the slab, or the next free entry;
 * - the meta word: kind of record, length of its key, length of its value; 0 in a free entry;
 * - the access word.
 *
 * A new key takes a free entry of the lowest page that has one, so that pages at the end run empty
 * and are given back. A page in the middle is given back when it is empty. Entries do not move, so a
 * table that has shrunk to a few keys may keep a page (96 KB) for each of them.
 *
 * @module
 */

import { NO_ENTRY } from "../key_table.ts";

/** An entry's page is its number shifted right by this. */
export const ENTRY_PAGE_SHIFT = 13;
/** Entries of a page. */
export const PAGE_ENTRIES: number = 1 << ENTRY_PAGE_SHIFT;
/** Mask of an entry's place in its page. */
export const ENTRY_MASK: number = PAGE_ENTRIES - 1;
/** Words of an entry. */
export const ENTRY_WORDS = 3;
/** Word of an entry: address of its record. */
export const ADDRESS = 0;
/** Word of an entry: kind and lengths. */
export const META = 1;
/** Word of an entry: access. */
export const ACCESS = 2;

/** Kinds of record, the meta word's low bits; 0 is a free entry. */
export const KIND_MASK = 7;
/** Key and value in the cell. */
export const PLAIN = 1;
/** Key in the cell, value in the column of objects. */
export const OBJECT = 2;
/** Key in the cell, plain value in a box of its own. */
export const BOXED = 3;
/** Key and value in a box; there is no cell. */
export const HUGE = 4;

/** Where the meta word has the lengths: 14 bits each, in bytes; the value's for PLAIN only. */
export const KEY_SHIFT = 3;
export const VALUE_SHIFT = 17;
export const LENGTH_MASK: number = (1 << 14) - 1;

const FIRST_CAPACITY = 16;
const NO_PAGE = new Int32Array(0);
/** Tries at a random entry before the live ones are counted off instead. */
const RANDOM_TRIES = 48;

/** Entries and their words. The pages are public for reading and writing the words of live entries. */
export class EntryColumns {
  pages: Int32Array[] = [];
  /** Number of live entries. */
  size = 0;
  /** For each page: live entries, entries ever used, first of the free entries' list (its place + 1). */
  #live: number[] = [];
  #top: number[] = [];
  #free: number[] = [];
  /** No page before this one has a free entry. */
  #roomy = 0;
  /**
   * A page that became empty, kept so that adding and removing at a page's edge does not allocate
   * each time. Its metas are 0.
   */
  #spare: Int32Array = NO_PAGE;
  #words = 0;

  /** Memory in bytes. */
  get bytes(): number {
    return (this.#words + this.#spare.length) * 4 + this.pages.length * 32;
  }

  /** All entries are below this number. */
  get limit(): number {
    const last = this.pages.length - 1;
    return last < 0 ? 0 : last * PAGE_ENTRIES + this.#top[last];
  }

  /** Whether an entry (any number) holds a key. */
  isLive(entry: number): boolean {
    if (!(entry >= 0 && entry < this.pages.length * PAGE_ENTRIES)) return false;
    const page = this.pages[entry >>> ENTRY_PAGE_SHIFT];
    const word = (entry & ENTRY_MASK) * ENTRY_WORDS + META;
    return word < page.length && page[word] !== 0;
  }

  /** Take a free entry; its words are for the caller to set. O(1), but for one look at full pages. */
  take(): number {
    let index = this.#roomy;
    while (index < this.pages.length && this.#live[index] === PAGE_ENTRIES) index++;
    this.#roomy = index;
    if (index === this.pages.length) {
      this.pages.push(NO_PAGE);
      this.#live.push(0);
      this.#top.push(0);
      this.#free.push(0);
    }
    this.#live[index]++;
    this.size++;
    const free = this.#free[index];
    if (free !== 0) {
      this.#free[index] = this.pages[index][(free - 1) * ENTRY_WORDS + ADDRESS];
      return index * PAGE_ENTRIES + free - 1;
    }
    const place = this.#top[index]++;
    if (place * ENTRY_WORDS === this.pages[index].length) this.#extend(index);
    return index * PAGE_ENTRIES + place;
  }

  /** Memory for one more entry in a page: the first page grows by doubling, others are made whole. */
  #extend(index: number): void {
    const old = this.pages[index];
    let page = this.#spare;
    if (index > 0 && page.length > 0) {
      this.#spare = NO_PAGE;
    } else {
      const capacity = index > 0
        ? PAGE_ENTRIES
        : Math.max(FIRST_CAPACITY, (old.length / ENTRY_WORDS) * 2);
      page = new Int32Array(capacity * ENTRY_WORDS);
      page.set(old);
    }
    this.#words += page.length - old.length;
    this.pages[index] = page;
  }

  /** Free a live entry. */
  release(entry: number): void {
    const index = entry >>> ENTRY_PAGE_SHIFT;
    const place = entry & ENTRY_MASK;
    const page = this.pages[index];
    page[place * ENTRY_WORDS + META] = 0;
    page[place * ENTRY_WORDS + ADDRESS] = this.#free[index];
    this.#free[index] = place + 1;
    this.size--;
    if (index < this.#roomy) this.#roomy = index;
    if (--this.#live[index] > 0) return;
    if (index > 0) {
      this.#words -= page.length;
      this.#spare = page;
      this.pages[index] = NO_PAGE;
    }
    this.#top[index] = 0;
    this.#free[index] = 0;
    while (this.pages.length > 1 && this.#live[this.pages.length - 1] === 0) {
      this.pages.pop();
      this.#live.pop();
      this.#top.pop();
      this.#free.pop();
    }
    if (this.#roomy > this.pages.length) this.#roomy = this.pages.length;
  }

  /** Give the spare page back. */
  purge(): void {
    this.#spare = NO_PAGE;
  }

  /** A live entry, uniformly at random. */
  random(random: () => number): number {
    if (this.size === 0) return NO_ENTRY;
    const limit = this.limit;
    for (let i = 0; i < RANDOM_TRIES; i++) {
      const entry = Math.floor(random() * limit);
      if (this.isLive(entry)) return entry;
    }
    let nth = Math.floor(random() * this.size);
    let index = 0;
    while (nth >= this.#live[index]) nth -= this.#live[index++];
    const page = this.pages[index];
    for (let place = 0;; place++) {
      if (page[place * ENTRY_WORDS + META] !== 0 && nth-- === 0) {
        return index * PAGE_ENTRIES + place;
      }
    }
  }
}

const EPOCH_SHIFT = 12;
const NO_EPOCHS = new Uint32Array(0);

/** An epoch for each entry, unsigned 32 bit; pages are made when an entry first gets one. */
export class EpochColumn {
  /** Whether any entry may have an epoch other than 0. */
  active = false;
  #pages: Uint32Array[] = [];
  #held = 0;

  /** Memory in bytes. */
  get bytes(): number {
    return this.#held << (EPOCH_SHIFT + 2);
  }

  /** The epoch of an entry, 0 when it was not set. */
  get(entry: number): number {
    const index = entry >>> EPOCH_SHIFT;
    if (index >= this.#pages.length) return 0;
    const page = this.#pages[index];
    return page.length === 0 ? 0 : page[entry & ((1 << EPOCH_SHIFT) - 1)];
  }

  /** Set the epoch of an entry. */
  set(entry: number, epoch: number): void {
    const index = entry >>> EPOCH_SHIFT;
    while (index >= this.#pages.length) this.#pages.push(NO_EPOCHS);
    if (this.#pages[index].length === 0) {
      if (epoch === 0) return;
      this.#pages[index] = new Uint32Array(1 << EPOCH_SHIFT);
      this.#held++;
      this.active = true;
    }
    this.#pages[index][entry & ((1 << EPOCH_SHIFT) - 1)] = epoch;
  }

  /** Set all to 0. */
  drop(): void {
    this.active = false;
    this.#pages = [];
    this.#held = 0;
  }
}

const OBJECT_SHIFT = 10;

/** An object for the entries that have one; pages are made and dropped as needed. */
export class ObjectColumn<T> {
  #pages: ((T | null)[] | null)[] = [];
  #counts: number[] = [];
  #held = 0;

  /** Memory in bytes, without the objects. */
  get bytes(): number {
    return this.#held << (OBJECT_SHIFT + 3);
  }

  /** The object of an entry that has one. */
  get(entry: number): T {
    return this.#pages[entry >>> OBJECT_SHIFT]![entry & ((1 << OBJECT_SHIFT) - 1)]!;
  }

  /** Give an entry an object, or another one. */
  set(entry: number, object: T): void {
    const index = entry >>> OBJECT_SHIFT;
    while (index >= this.#pages.length) {
      this.#pages.push(null);
      this.#counts.push(0);
    }
    let page = this.#pages[index];
    if (page === null) {
      page = this.#pages[index] = new Array<T | null>(1 << OBJECT_SHIFT).fill(null);
      this.#held++;
    }
    const place = entry & ((1 << OBJECT_SHIFT) - 1);
    if (page[place] === null) this.#counts[index]++;
    page[place] = object;
  }

  /** Take the object of an entry away; nothing happens when it has none. */
  remove(entry: number): void {
    const index = entry >>> OBJECT_SHIFT;
    const page = index < this.#pages.length ? this.#pages[index] : null;
    const place = entry & ((1 << OBJECT_SHIFT) - 1);
    if (page === null || page[place] === null) return;
    page[place] = null;
    if (--this.#counts[index] > 0) return;
    this.#pages[index] = null;
    this.#held--;
  }
}
