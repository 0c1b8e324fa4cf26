/**
 * Expiry times by entry: pages of doubles, made when a page gets its first expiry and dropped with
 * its last, and for each page its earliest time, so that looking for what is due reads a page only
 * when it has something due.
 *
 * A page's earliest time is a lower bound: taking the earliest expiry away leaves it as it is, and
 * the next look at the page puts it right. It costs at most one look at a page for each time that
 * its earliest expiry was put off and then passed.
 *
 * @module
 */

import { NO_ENTRY, NO_EXPIRY } from "../key_table.ts";

const PAGE_SHIFT = 11;
const PAGE_ENTRIES = 1 << PAGE_SHIFT;
const PAGE_MASK = PAGE_ENTRIES - 1;
/** What an entry without expiry holds: it compares as never due. */
const NEVER = Infinity;
/** Pages that an estimate of the mean time to live looks at. */
const TTL_PAGES = 8;
/** Tries at a random entry, and the share of entries with an expiry below which it is not tried. */
const RANDOM_TRIES = 48;
const RANDOM_SHARE = 1 / 16;

const NO_PAGE = new Float64Array(0);

/** Expiry times, unix milliseconds, by entry. */
export class ExpiryColumn {
  /** Number of entries with an expiry. */
  count = 0;
  #pages: Float64Array[] = [];
  /** For each page: how many entries have an expiry, and a lower bound of their times. */
  #counts: number[] = [];
  #earliest: number[] = [];
  #held = 0;
  /** The page that `visitDue` begins with, so that a limit does not starve the last pages. */
  #next = 0;
  #sampled = 0;

  /** Memory in bytes. */
  get bytes(): number {
    return this.#held * PAGE_ENTRIES * 8 + this.#pages.length * 24;
  }

  /** The time of an entry, or {@linkcode NO_EXPIRY}. */
  get(entry: number): number {
    if (this.count === 0) return NO_EXPIRY;
    const index = entry >>> PAGE_SHIFT;
    if (index >= this.#pages.length) return NO_EXPIRY;
    const page = this.#pages[index];
    if (page.length === 0) return NO_EXPIRY;
    const ms = page[entry & PAGE_MASK];
    return ms === NEVER ? NO_EXPIRY : ms;
  }

  /** Set the time of an entry, or take it away with {@linkcode NO_EXPIRY}. */
  set(entry: number, ms: number): void {
    const index = entry >>> PAGE_SHIFT;
    if (ms === NO_EXPIRY) {
      if (this.count === 0 || index >= this.#pages.length) return;
      const page = this.#pages[index];
      if (page.length === 0 || page[entry & PAGE_MASK] === NEVER) return;
      page[entry & PAGE_MASK] = NEVER;
      this.count--;
      if (--this.#counts[index] === 0) this.#drop(index);
      return;
    }
    while (index >= this.#pages.length) {
      this.#pages.push(NO_PAGE);
      this.#counts.push(0);
      this.#earliest.push(NEVER);
    }
    let page = this.#pages[index];
    if (page.length === 0) {
      page = this.#pages[index] = new Float64Array(PAGE_ENTRIES).fill(NEVER);
      this.#held++;
    }
    if (page[entry & PAGE_MASK] === NEVER) {
      this.#counts[index]++;
      this.count++;
    }
    page[entry & PAGE_MASK] = ms;
    if (ms < this.#earliest[index]) this.#earliest[index] = ms;
  }

  #drop(index: number): void {
    this.#pages[index] = NO_PAGE;
    this.#earliest[index] = NEVER;
    this.#held--;
    if (this.count === 0) this.clear();
  }

  /** Take all times away. Safe while `visitDue` goes on. */
  clear(): void {
    this.count = 0;
    this.#held = 0;
    this.#pages = [];
    this.#counts = [];
    this.#earliest = [];
  }

  /** See `KeyTable.visitDue`. */
  visitDue(now: number, limit: number, visit: (entry: number) => void): number {
    let visited = 0;
    const pages = this.#pages.length;
    if (this.#next >= pages) this.#next = 0;
    let index = this.#next;
    for (let looked = 0; looked < pages; looked++) {
      if (index < this.#pages.length && this.#earliest[index] <= now) {
        visited += this.#visitPage(index, now, limit - visited, visit);
        if (visited >= limit) {
          this.#next = index;
          return visited;
        }
      }
      if (++index >= pages) index = 0;
    }
    this.#next = index;
    return visited;
  }

  #visitPage(index: number, now: number, limit: number, visit: (entry: number) => void): number {
    const page = this.#pages[index];
    // What `visit` itself sets lowers this again; what the loop passes over is added at the end.
    this.#earliest[index] = NEVER;
    let earliest = NEVER;
    let visited = 0;
    let at = 0;
    for (; at < PAGE_ENTRIES; at++) {
      const ms = page[at];
      if (ms <= now) {
        if (visited === limit) break;
        visited++;
        visit(index * PAGE_ENTRIES + at);
        if (this.#pages[index] !== page) return visited;
        if (page[at] < earliest) earliest = page[at];
      } else if (ms < earliest) {
        earliest = ms;
      }
    }
    if (at < PAGE_ENTRIES) earliest = Math.min(earliest, page[at]);
    if (earliest < this.#earliest[index]) this.#earliest[index] = earliest;
    return visited;
  }

  /** See `KeyTable.averageTtl`: an estimate from the next pages that have an expiry. */
  averageTtl(now: number): number {
    let sum = 0;
    let seen = 0;
    let left = TTL_PAGES;
    for (let looked = 0; looked < this.#pages.length && left > 0; looked++) {
      if (++this.#sampled >= this.#pages.length) this.#sampled = 0;
      if (this.#counts[this.#sampled] === 0) continue;
      left--;
      const page = this.#pages[this.#sampled];
      for (let i = 0; i < PAGE_ENTRIES; i++) {
        if (page[i] === NEVER) continue;
        seen++;
        sum += Math.max(0, page[i] - now);
      }
    }
    return seen === 0 ? 0 : sum / seen;
  }

  /** See `KeyTable.randomExpiringEntry`. */
  random(random: () => number): number {
    if (this.count === 0) return NO_ENTRY;
    const entries = this.#pages.length * PAGE_ENTRIES;
    if (this.count >= entries * RANDOM_SHARE) {
      for (let i = 0; i < RANDOM_TRIES; i++) {
        const entry = Math.floor(random() * entries);
        if (this.get(entry) !== NO_EXPIRY) return entry;
      }
    }
    let nth = Math.floor(random() * this.count);
    let index = 0;
    while (nth >= this.#counts[index]) nth -= this.#counts[index++];
    const page = this.#pages[index];
    for (let at = 0;; at++) {
      if (page[at] !== NEVER && nth-- === 0) return index * PAGE_ENTRIES + at;
    }
  }
}
