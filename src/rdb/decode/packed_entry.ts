/**
 * Writing entries of packed strings (`values/packed.ts`) into bytes: a length in one byte, and what
 * is so long.
 *
 * @module
 */

/** Longest entry whose length takes one byte. */
export const LONGEST_ENTRY = 253;

/** Write the bytes `start` to `end` (exclusive) as an entry at `at`. @returns where it ends */
export function putEntry(
  out: Uint8Array,
  at: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  out[at++] = end - start;
  for (let pos = start; pos < end;) out[at++] = bytes[pos++];
  return at;
}

/** Write a safe integer's decimal text as an entry at `at`. @returns where it ends */
export function putInteger(out: Uint8Array, at: number, value: number): number {
  const end = putDigits(out, at + 1, value);
  out[at] = end - at - 1;
  return end;
}

/** Write a safe integer's decimal text at `at`. @returns where it ends */
export function putDigits(out: Uint8Array, at: number, value: number): number {
  let rest = value;
  if (value < 0) {
    out[at++] = 0x2d;
    rest = -value;
  }
  let end = at + 1;
  for (let limit = 10; rest >= limit; limit *= 10) end++;
  let pos = end;
  for (; rest > 0x7fffffff; rest = Math.floor(rest / 10)) out[--pos] = 48 + rest % 10;
  for (let small = rest | 0; pos > at; small = (small / 10) | 0) out[--pos] = 48 + small % 10;
  return end;
}
