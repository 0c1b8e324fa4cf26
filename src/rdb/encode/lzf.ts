/**
 * The compressing side of LZF (see `../decode/lzf.ts` for the layout).
 *
 * One pass: where three bytes occurred before within the last 8 KB, a copy from there is written,
 * as long as the bytes are equal. The last place of each triple is in a table that is addressed by
 * a hash of the three bytes; it is not emptied between strings, as its positions go on counting.
 *
 * @module
 */

const HASH_BITS = 14;
const MAX_DISTANCE = 8192;
const MAX_COPY = 264;
const MAX_LITERALS = 32;
/** Where positions begin anew, and the table is emptied. */
const LAST_BASE = 0x40000000;

/** Position + base of the last triple with this hash. */
const table = new Int32Array(1 << HASH_BITS);
/** What positions count from; anything below is from a string before. */
let base = 1;

/**
 * Compress `size` bytes of `source` into `target`. O(size).
 *
 * @param limit bytes of `target` that may be used
 * @param start where in `source` they begin
 * @returns how many bytes it took; 0 when that would be more than `limit`
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const target = new Uint8Array(100);
 * const size = lzfCompress(new Uint8Array(100), 100, target, 96);
 * assertEquals([...target.subarray(0, size)], [0, 0, 0xe0, 90, 0]);
 * ```
 */
export function lzfCompress(
  source: Uint8Array,
  size: number,
  target: Uint8Array,
  limit: number,
  start = 0,
): number {
  if (size < 4 || limit < 4) return 0;
  if (base > LAST_BASE - size) {
    table.fill(0);
    base = 1;
  }
  const first = base - start;
  base += size;
  const end = start + size;
  const lastTriple = end - 3;
  let from = start;
  /** Where the literals that are not written yet begin. */
  let pending = start;
  let to = 0;
  /** A copy that begins later than this no longer fits behind the literals before it. */
  let lastUseful = Math.min(lastTriple, pending + limit - 2);
  let triple = (source[from] << 8) | source[from + 1];
  while (from <= lastUseful) {
    triple = ((triple & 0xffff) << 8) | source[from + 2];
    const hash = Math.imul(triple, 0x9e3779b1) >>> (32 - HASH_BITS);
    const at = table[hash] - first;
    table[hash] = from + first;
    if (
      at < start || from - at > MAX_DISTANCE || source[at] !== source[from] ||
      source[at + 1] !== source[from + 1] || source[at + 2] !== source[from + 2]
    ) {
      from++;
      continue;
    }
    const most = Math.min(MAX_COPY, end - from);
    let length = 3;
    while (length < most && source[at + length] === source[from + length]) length++;
    to = writeLiterals(source, pending, from, target, to, limit);
    if (to < 0 || to + 3 > limit) return 0;
    const distance = from - at - 1;
    const code = length - 2;
    if (code < 7) {
      target[to++] = (code << 5) | (distance >> 8);
    } else {
      target[to++] = 0xe0 | (distance >> 8);
      target[to++] = code - 7;
    }
    target[to++] = distance;
    from += length;
    pending = from;
    lastUseful = Math.min(lastTriple, pending + limit - to - 2);
    // The triple that begins with the copy's last byte: what comes next may continue a pattern.
    triple = (source[from] << 8) | source[from + 1];
    if (from - 1 <= lastTriple) {
      const last = (source[from - 1] << 16) | triple;
      table[Math.imul(last, 0x9e3779b1) >>> (32 - HASH_BITS)] = from - 1 + first;
    }
  }
  to = writeLiterals(source, pending, end, target, to, limit);
  return to < 0 ? 0 : to;
}

/** @returns where the target goes on; -1 when there is no room */
function writeLiterals(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
  limit: number,
): number {
  let to = at;
  for (let from = start; from < end;) {
    const count = Math.min(MAX_LITERALS, end - from);
    if (to + 1 + count > limit) return -1;
    target[to++] = count - 1;
    for (const stop = from + count; from < stop;) target[to++] = source[from++];
  }
  return to;
}
