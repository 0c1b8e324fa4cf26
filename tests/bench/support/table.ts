/**
 * Tables of text, and how figures are written in them.
 *
 * @module
 */

import type { Spread } from "./statistics.ts";

/** Figures in three-digit groups, without fraction. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** A figure with a fixed number of decimals; `-` when there is none. */
export function decimal(value: number | null | undefined, digits = 2): string {
  return value === null || value === undefined ? "-" : value.toFixed(digits);
}

/** A ratio with its smallest and largest round: `0.84 (0.80–0.91)`. */
export function ratioText(ratio: Spread | undefined): string {
  if (ratio === undefined) return "-";
  return `${decimal(ratio.median)} (${decimal(ratio.low)}–${decimal(ratio.high)})`;
}

/** Bytes with the unit that fits: `3 B`, `1.0 KiB`, `10.0 MiB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

/**
 * Rows under a heading, columns as wide as their widest cell. The first column stands left, the
 * others right, since they hold figures.
 */
export function formatTable(heading: readonly string[], rows: readonly string[][]): string {
  const widths = heading.map((cell, i) => Math.max(cell.length, ...rows.map((r) => r[i].length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join("  ");
  return [line(heading), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)]
    .join("\n");
}
