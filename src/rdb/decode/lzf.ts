/**
 * LZF, the compression of long strings in RDB files.
 *
 * The compressed form is a row of runs, each begun by a control byte. Below 32 it is a literal run:
 * that many bytes plus one follow and are copied. Otherwise its three upper bits are the length of a
 * copy out of what was written already (7 means that the next byte is to be added), less two; its
 * lower five bits and the next byte are the distance, less one.
 *
 * @module
 */

/** One back reference of three bytes yields at most 264: nothing grows by more than this factor. */
const LARGEST_GROWTH = 88;

/**
 * Whether `compressed` bytes can unpack to `plain` bytes at all: ask before allocating what a length
 * field claims.
 */
export function lzfPlausible(compressed: number, plain: number): boolean {
  return plain > 0 && plain <= compressed * LARGEST_GROWTH;
}

/**
 * Unpack the bytes `start` to `end` (exclusive) of `source` into the first `size` bytes of `target`.
 * O(size).
 *
 * @returns false when the data is not valid LZF, or unpacks to anything but exactly `size` bytes
 */
export function lzfDecompress(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  size: number,
): boolean {
  let from = start;
  let to = 0;
  while (from < end) {
    const control = source[from++];
    if (control < 32) {
      const length = control + 1;
      if (from + length > end || to + length > size) return false;
      for (const stop = from + length; from < stop;) target[to++] = source[from++];
      continue;
    }
    let length = control >> 5;
    if (length === 7) {
      if (from >= end) return false;
      length += source[from++];
    }
    length += 2;
    if (from >= end) return false;
    let back = to - ((control & 31) << 8) - source[from++] - 1;
    if (back < 0 || to + length > size) return false;
    // Byte by byte: a copy may overlap what it writes, and then repeats it.
    for (const stop = to + length; to < stop;) target[to++] = target[back++];
  }
  return to === size;
}
