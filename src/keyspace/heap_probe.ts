/**
 * What V8's heap holds, how far it may grow, and a way to run a collection.
 *
 * The figures come from V8 itself (some 50 µs a sample, so they are taken seldom). A collection is
 * run through the function that V8 gives to new contexts once `--expose-gc` is set, which can be
 * done at run time.
 *
 * @module
 */

import v8 from "node:v8";

/** A look at the heap; all in bytes. */
export interface HeapSample {
  /** In use in the old generation, garbage that was not collected yet included. */
  old: number;
  /** In use by all generations. */
  used: number;
  /** Held outside the heap by objects on it (array buffers), garbage included. */
  external: number;
}

/** What is known of a heap. */
export interface HeapProbe {
  /** Most bytes that all generations together may take, as V8 says. */
  readonly limit: number;
  /** Most bytes of the old generation, where what lasts is: beyond it V8 ends the process. */
  readonly oldLimit: number;
  /** Look. */
  sample(): HeapSample;
  /** Run a full collection now. @returns false when that is not possible here */
  collect(): boolean;
}

/** V8 sets so much of its limit aside for the young generation (three spaces of 32 MB). */
const YOUNG_RESERVE = 96 * 1024 * 1024;

/** The heap of this process. */
export class V8Probe implements HeapProbe {
  readonly limit: number;
  readonly oldLimit: number;
  #collect: (() => void) | null | undefined;

  constructor() {
    this.limit = v8.getHeapStatistics().heap_size_limit;
    this.oldLimit = Math.max(this.limit - YOUNG_RESERVE, this.limit / 4);
  }

  sample(): HeapSample {
    let old = 0;
    let used = 0;
    for (const space of v8.getHeapSpaceStatistics()) {
      used += space.space_used_size;
      if (!space.space_name.startsWith("new_")) old += space.space_used_size;
    }
    return { old, used, external: v8.getHeapStatistics().external_memory };
  }

  collect(): boolean {
    if (this.#collect === undefined && contexts !== null) this.#collect = findCollector(contexts);
    if (this.#collect === undefined || this.#collect === null) return false;
    this.#collect();
    return true;
  }
}

type Contexts = Pick<typeof import("node:vm"), "runInNewContext">;

let contexts: Contexts | null = null;

/** Make `collect` possible; loading what it takes is no part of a server's start. */
export async function prepareCollector(): Promise<void> {
  contexts = await import("node:vm");
}

/** V8's function that runs a collection; null where it cannot be had. */
function findCollector(vm: Contexts): (() => void) | null {
  try {
    v8.setFlagsFromString("--expose-gc");
    const collect: unknown = vm.runInNewContext("gc");
    return typeof collect === "function" ? () => collect() : null;
  } catch {
    return null;
  }
}
