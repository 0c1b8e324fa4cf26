/**
 * Numbers, times, keys and tables as the tools print them.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { quoteBytes } from "../bytes/repr.ts";

const UNITS = ["KiB", "MiB", "GiB", "TiB"];

/** A size in bytes, with a unit: `812 B`, `1.5 KiB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes / 1024;
  let unit = 0;
  for (; value >= 1023.95 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${value.toFixed(1)} ${UNITS[unit]}`;
}

/** A count and its noun: `1 key`, `2 keys`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Chars of a key that are printed. */
const KEY_SHOWN = 100;

/** A key for people: in double quotes, escaped, and cut when it is long. */
export function keyText(key: ByteString): string {
  if (key.length <= KEY_SHOWN) return quoteBytes(key);
  return `${quoteBytes(key.slice(0, KEY_SHOWN))}... (${key.length} bytes)`;
}

/** Unix milliseconds as a date and time; what no calendar has, as the number. */
export function timeText(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : `${ms} ms`;
}

/**
 * Rows in columns: the first column and those in `left` aligned to the left, others to the right.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(table([["type", "keys"], ["hash", "12"]]), ["  type  keys", "  hash    12"]);
 * ```
 */
export function table(
  rows: readonly (readonly string[])[],
  left: readonly number[] = [],
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, cell.length));
  }
  return rows.map((row) =>
    "  " +
    row.map((cell, i) =>
      i === 0 || left.includes(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i])
    ).join("  ").trimEnd()
  );
}
