/**
 * Ids of stream entries: two unsigned 64-bit numbers, milliseconds and sequence, over their full
 * range.
 *
 * Practically every half of an id is below 2^53, so a half is a plain `number` up to
 * `Number.MAX_SAFE_INTEGER` and a `bigint` only above it. As long as that form is kept (every
 * function here gives it and expects it), JavaScript's own `<`, `>` and `===` between two halves
 * are exact whichever of the two types they have, and the common case costs no more than a
 * comparison of two doubles.
 *
 * Which texts a command takes as an id, and what a missing half stands for, the commands decide:
 * {@linkcode parseStreamId} takes the default as an argument.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { UINT64_MAX } from "../bytes/int.ts";

/**
 * An unsigned 64-bit integer: a `number` up to 2^53 - 1, and a `bigint` exactly for what is above.
 */
export type Uint64 = number | bigint;

/** The id of a stream entry. Never changed once made, so it may be shared. */
export interface StreamId {
  /** Unix time in milliseconds, or whatever the client chose. */
  readonly ms: Uint64;
  /** Sequence number within the millisecond. */
  readonly seq: Uint64;
}

/** `0-0`: the smallest id; no entry can have it. */
export const MIN_STREAM_ID: StreamId = { ms: 0, seq: 0 };
/** `18446744073709551615-18446744073709551615`: the largest id. */
export const MAX_STREAM_ID: StreamId = { ms: UINT64_MAX, seq: UINT64_MAX };

/** A bigint in 0 … 2^64 - 1 in its canonical form. */
export function toUint64(value: bigint): Uint64 {
  return fromBig(value);
}

/** `a + b` of integers in the same form, exact; the result is not wrapped. */
export function addIntegers(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return fromBig(BigInt(a) + BigInt(b));
}

/** `a - b`, which may be negative, likewise. */
export function subtractIntegers(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === "number" && typeof b === "number") {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return fromBig(BigInt(a) - BigInt(b));
}

function fromBig(value: bigint): number | bigint {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/** Order of two ids: negative, zero or positive. */
export function compareStreamIds(a: StreamId, b: StreamId): number {
  if (a.ms !== b.ms) return a.ms < b.ms ? -1 : 1;
  if (a.seq !== b.seq) return a.seq < b.seq ? -1 : 1;
  return 0;
}

/** Whether the id is `0-0`. */
export function isZeroStreamId(id: StreamId): boolean {
  return id.ms === 0 && id.seq === 0;
}

/** One more; the caller makes sure that there is room (`value < 2^64 - 1`). */
function plusOne(value: Uint64): Uint64 {
  return typeof value === "number" && value < Number.MAX_SAFE_INTEGER
    ? value + 1
    : addIntegers(value, 1);
}

/** One less; the caller makes sure that `value > 0`. */
function minusOne(value: Uint64): Uint64 {
  return typeof value === "number" ? value - 1 : subtractIntegers(value, 1);
}

/**
 * The id after this one, carrying from the sequence into the milliseconds.
 *
 * @returns null when `id` is the largest id
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(nextStreamId({ ms: 5, seq: 1 }), { ms: 5, seq: 2 });
 * assertEquals(nextStreamId({ ms: 5, seq: 2n ** 64n - 1n }), { ms: 6, seq: 0 });
 * assertEquals(nextStreamId(MAX_STREAM_ID), null);
 * ```
 */
export function nextStreamId(id: StreamId): StreamId | null {
  if (id.seq !== UINT64_MAX) return { ms: id.ms, seq: plusOne(id.seq) };
  if (id.ms === UINT64_MAX) return null;
  return { ms: plusOne(id.ms), seq: 0 };
}

/**
 * The id before this one, borrowing from the milliseconds.
 *
 * @returns null when `id` is `0-0`
 */
export function previousStreamId(id: StreamId): StreamId | null {
  if (id.seq !== 0) return { ms: id.ms, seq: minusOne(id.seq) };
  if (id.ms === 0) return null;
  return { ms: minusOne(id.ms), seq: UINT64_MAX };
}

/** `ms-seq` in decimal. */
export function formatStreamId(id: StreamId): ByteString {
  return `${id.ms}-${id.seq}`;
}

/**
 * Parse an unsigned 64-bit decimal integer: digits only, no sign, no leading zeros.
 *
 * @returns the integer, or null when the text is none or is out of range
 */
export function parseUint64(text: ByteString): Uint64 | null {
  const length = text.length;
  if (length === 0 || length > 20) return null;
  const first = text.charCodeAt(0);
  if (first === 48 && length > 1) return null;
  let value = 0;
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  if (length <= 15) return value;
  const big = BigInt(text);
  return big > UINT64_MAX ? null : toUint64(big);
}

/**
 * Parse `ms-seq`, or `ms` alone.
 *
 * @param text what to parse
 * @param missingSeq the sequence of an id that gives its milliseconds alone; null refuses such ids
 * @returns null when the text is no id
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseStreamId("12-3", 0), { ms: 12, seq: 3 });
 * assertEquals(parseStreamId("12", 7), { ms: 12, seq: 7 });
 * assertEquals(parseStreamId("12", null), null);
 * assertEquals(parseStreamId("12-x", 0), null);
 * ```
 */
export function parseStreamId(text: ByteString, missingSeq: Uint64 | null): StreamId | null {
  const dash = text.indexOf("-");
  if (dash < 0) {
    if (missingSeq === null) return null;
    const ms = parseUint64(text);
    return ms === null ? null : { ms, seq: missingSeq };
  }
  const ms = parseUint64(text.substring(0, dash));
  if (ms === null) return null;
  const seq = parseUint64(text.substring(dash + 1));
  return seq === null ? null : { ms, seq };
}
