/**
 * How much memory the data takes: the figure that is compared with `maxmemory` and shown by INFO.
 *
 * It has three parts:
 *
 * - what the key tables use outside V8's heap (keys, plain strings, index, columns): exact, always;
 * - what objects (lists, hashes, …) take on the heap, and what buffers of theirs lie outside of it.
 *   V8 tells how much its old generation holds; what it held before there were any objects is the
 *   program. This is sampled, and counts garbage until it is collected. Without objects it is 0;
 * - what clients hold in buffers, sampled too.
 *
 * Evicting objects does not make the heap smaller at once. What they took is therefore deducted
 * until the old generation shrinks, which it does only when it was collected.
 *
 * Left out: the program itself (some 60 MB), the young generation, and pages' unused rests, all of
 * which the resident size shows.
 *
 * @module
 */

import type { Clock } from "../clock/clock.ts";
import type { HeapProbe, HeapSample } from "./heap_probe.ts";
import type { Keyspace } from "./keyspace.ts";

/** Samples that a window is made of in which the program is weighed: five seconds' worth. */
const WINDOW = 50;

/** What a meter looks at. */
export interface MeterOptions {
  keyspace: Keyspace;
  clock: Clock;
  heap: HeapProbe;
  /** Bytes that clients hold now. O(clients). */
  clientBytes: () => number;
}

/** Measures memory. */
export class MemoryMeter {
  readonly heap: HeapProbe;
  /** The last look at the heap. */
  last: HeapSample = { old: 0, used: 0, external: 0 };
  /** Monotonic milliseconds of the last sample. */
  sampledAt = -Infinity;
  /** Bytes that clients held at the last sample. */
  clients = 0;

  readonly #keyspace: Keyspace;
  readonly #clock: Clock;
  readonly #clientBytes: () => number;
  /** On the heap and beside it at the last sample, as far as it may be data. */
  #measured = 0;
  /** The same before there was any object: the program. */
  #program = 0;
  #seenObjects = false;
  #least = Infinity;
  #previousLeast = Infinity;
  #windowSamples = 0;
  /** What evicted objects took that were not collected yet, in bytes. */
  evicted = 0;
  /** `measured` after the last collection. */
  #afterCollection = 0;
  #collectMs = 0;
  #collectedAt = -Infinity;

  constructor(options: MeterOptions) {
    this.#keyspace = options.keyspace;
    this.#clock = options.clock;
    this.heap = options.heap;
    this.#clientBytes = options.clientBytes;
  }

  /** Measure the heap and the clients. O(databases + clients). */
  sample(): void {
    this.sampledAt = this.#clock.monotonic();
    this.last = this.heap.sample();
    this.clients = this.#clientBytes();
    let held = this.clients;
    let objects = 0;
    for (const { table } of this.#keyspace.databases) {
      held += table.heldBytes;
      objects += table.objects;
    }
    const measured = this.last.old + Math.max(0, this.last.external - held);
    const shrunk = this.#measured - measured;
    if (shrunk > 0) {
      this.evicted = Math.max(0, this.evicted - shrunk);
      // Buffers are freed at other times, too: it was a collection if most of what had been added
      // is gone.
      if (shrunk > this.uncollected / 2) this.#afterCollection = measured;
    }
    this.#measured = measured;
    if (objects > 0) this.#seenObjects = true;
    else if (!this.#seenObjects) this.#weighProgram();
  }

  /**
   * Without objects all that is measured is the program, which grows as its code is first run, and
   * garbage, which comes and goes: so the program is the least of the last samples.
   */
  #weighProgram(): void {
    if (this.#windowSamples++ % WINDOW === 0) {
      this.#previousLeast = this.#least;
      this.#least = Infinity;
    }
    this.#least = Math.min(this.#least, this.#measured);
    this.#program = Math.min(this.#least, this.#previousLeast);
  }

  /** Bytes of the tables outside the heap. */
  get tables(): number {
    let bytes = 0;
    for (const { table } of this.#keyspace.databases) if (table.size > 0) bytes += table.usedBytes;
    return bytes;
  }

  /** Bytes of objects on the heap and beside it. */
  get objects(): number {
    for (const { table } of this.#keyspace.databases) {
      if (table.objects > 0) return Math.max(0, this.#measured - this.#program - this.evicted);
    }
    return 0;
  }

  /** Bytes in use. O(databases). */
  get used(): number {
    return this.tables + this.objects + this.clients;
  }

  /** Bytes that may be garbage: what came to the heap since it was last collected. */
  get uncollected(): number {
    return Math.max(0, this.#measured - Math.max(this.#program, this.#afterCollection));
  }

  /** An object of about `bytes` was evicted. */
  noteEvicted(bytes: number): void {
    this.evicted += bytes;
  }

  /**
   * Run a full collection, unless one was run lately: it stops everything for a time that grows with
   * the heap, and must not take more than one part in `share` of all time.
   *
   * @returns whether it was run; then a new sample was taken
   */
  collect(share: number): boolean {
    const begun = this.#clock.monotonic();
    if (begun - this.#collectedAt < this.#collectMs * share) return false;
    if (!this.heap.collect()) return false;
    this.#collectedAt = this.#clock.monotonic();
    this.#collectMs = this.#collectedAt - begun;
    this.sample();
    this.evicted = 0;
    this.#afterCollection = this.#measured;
    return true;
  }
}
