/**
 * What every encoding needs: where the bytes go, and the format version that is written.
 *
 * @module
 */

import type { EncodingLimits } from "../../values/limits.ts";
import { ByteSink } from "./sink.ts";

/**
 * The format versions that are written: 9 for Redis 5 and 6, 10 for 7.0, 11 for 7.2, 12 for 7.4.
 * Only the last can hold expiries of hash fields.
 */
export type WriteVersion = 9 | 10 | 11 | 12;

/**
 * Passed to `next` of {@linkcode Steps}: copy what is left of the value, and write nothing. From
 * then on the value may change.
 */
export const KEEP = "keep";

/**
 * The work that is left of a large value, in steps of some hundred elements: each `next` does one.
 * The value must not change before the last, unless one of them, not the first, was `next(KEEP)`.
 */
export type Steps = Generator<void, void, typeof KEEP | undefined>;

/** Elements a step. */
export const STEP = 128;

/** How values are encoded. */
export interface EncodeOptions {
  readonly version: WriteVersion;
  /** Compress strings that become shorter by it (`rdbcompression`). */
  readonly compress: boolean;
  /** What a list's nodes may hold. */
  readonly limits: EncodingLimits;
}

/** The options with the memory to work in. One of these serves one writer. */
export class EncodeContext {
  /** Where encoded bytes go. */
  readonly sink: ByteSink;
  readonly version: WriteVersion;
  readonly compress: boolean;
  readonly limits: EncodingLimits;
  /** Where a packed structure is put together before its length is known. */
  readonly packed: ByteSink = new ByteSink();
  /** A string before it is compressed; `squeezed` has it afterwards. */
  readonly plain: ByteSink = new ByteSink();
  readonly squeezed: ByteSink = new ByteSink();

  constructor(options: EncodeOptions, sink: ByteSink) {
    this.sink = sink;
    this.version = options.version;
    this.compress = options.compress;
    this.limits = options.limits;
  }

  /** Give back memory that one huge value took. */
  trim(): void {
    for (const each of [this.packed, this.plain, this.squeezed]) {
      if (each.bytes.length > LARGEST_KEPT) each.bytes = new Uint8Array(LEAST_KEPT);
      each.length = 0;
    }
  }
}

const LARGEST_KEPT = 1024 * 1024;
const LEAST_KEPT = 1024;

/** Take `count` items of what a copy gives, which were written from the value itself; in steps. */
export function* pass(items: Iterator<unknown>, count: number): Steps {
  for (let i = 0; i < count; i++) {
    items.next();
    yield;
  }
}
