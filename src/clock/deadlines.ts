/**
 * Many deadlines over one timer: a binary heap.
 *
 * A client that runs BLPOP with a timeout in a loop sets and removes a deadline with every command.
 * A timer of the runtime's own costs about 13 µs and 1 KB each time, an entry here well under one.
 * The timer is left running when the first deadline is removed, as the next one is rarely earlier;
 * it then finds nothing to do, and is set anew.
 *
 * @module
 */

import type { Clock, Timer } from "./clock.ts";

/** A deadline that has been set. */
export class Deadline<T> {
  /** Where it stands in the heap; -1 once it is removed. */
  index = -1;

  constructor(readonly item: T, readonly atMs: number, readonly order: number) {}
}

function isBefore<T>(a: Deadline<T>, b: Deadline<T>): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/**
 * Deadlines, each with an item that is handed out when the time has come; those of the same moment
 * in the order in which they were set.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ManualClock } from "./clock.ts";
 * const clock = new ManualClock();
 * const due: string[] = [];
 * const deadlines = new Deadlines<string>(clock, (item) => due.push(item));
 * deadlines.add("late", 20);
 * const removed = deadlines.add("removed", 5);
 * deadlines.add("early", 10);
 * deadlines.remove(removed);
 * clock.advance(30);
 * assertEquals(due, ["early", "late"]);
 * ```
 */
export class Deadlines<T> {
  readonly #clock: Clock;
  readonly #expired: (item: T) => void;
  readonly #heap: Deadline<T>[] = [];
  #timer: Timer | null = null;
  #timerAtMs = 0;
  #nextOrder = 0;

  /** @param expired called with the item of each deadline that is reached; it is removed before */
  constructor(clock: Clock, expired: (item: T) => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  /** How many are set. */
  get size(): number {
    return this.#heap.length;
  }

  /** Set one, `ms` milliseconds from now. O(log n). */
  add(item: T, ms: number): Deadline<T> {
    const now = this.#clock.monotonic();
    const deadline = new Deadline(item, now + ms, this.#nextOrder++);
    this.#heap.push(deadline);
    this.#rise(deadline, this.#heap.length - 1);
    if (deadline.index === 0) this.#arm(now);
    return deadline;
  }

  /** Remove one; nothing happens when it is gone. O(log n). */
  remove(deadline: Deadline<T>): void {
    const { index } = deadline;
    if (index < 0) return;
    deadline.index = -1;
    const last = this.#heap.pop()!;
    if (last === deadline) return;
    this.#rise(last, index);
    if (last.index === index) this.#sink(last, index);
  }

  /** Stop the timer if no deadline is set; the next one starts it again. */
  rest(): void {
    if (this.#heap.length > 0) return;
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Set the timer so that it fires at the first deadline or before. */
  #arm(now: number): void {
    const { atMs } = this.#heap[0];
    if (this.#timer !== null) {
      if (this.#timerAtMs <= atMs) return;
      this.#timer.cancel();
    }
    this.#timerAtMs = atMs;
    this.#timer = this.#clock.after(Math.max(0, Math.ceil(atMs - now)), () => this.#fire());
  }

  #fire(): void {
    this.#timer = null;
    this.#clock.tick();
    const now = this.#clock.monotonic();
    while (this.#heap.length > 0 && this.#heap[0].atMs <= now) {
      const first = this.#heap[0];
      this.remove(first);
      this.#expired(first.item);
    }
    if (this.#heap.length > 0) this.#arm(now);
  }

  /** Put a deadline at an index, and move it towards the root as far as it goes. */
  #rise(deadline: Deadline<T>, index: number): void {
    const heap = this.#heap;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(deadline, heap[parent])) break;
      heap[index] = heap[parent];
      heap[index].index = index;
      index = parent;
    }
    heap[index] = deadline;
    deadline.index = index;
  }

  /** The same away from the root. */
  #sink(deadline: Deadline<T>, index: number): void {
    const heap = this.#heap;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], deadline)) break;
      heap[index] = heap[child];
      heap[index].index = index;
      index = child;
    }
    heap[index] = deadline;
    deadline.index = index;
  }
}
