/**
 * Numbers as C's `printf` writes them, for output that tools read by column or by pattern.
 *
 * @module
 */

/**
 * `%.<digits>f`. `toFixed` differs where a value lies exactly between two: C takes the even one
 * (1.125 gives `1.12`), JavaScript the larger.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals([1.125, 1.375, 1 / 3].map((value) => fixed(value, 2)), ["1.12", "1.38", "0.33"]);
 * ```
 */
export function fixed(value: number, digits: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  // Only a multiple of a half of the last digit that is a binary fraction can lie between two.
  if (Number.isInteger(value * 2 ** (digits + 1))) {
    const exact = value.toFixed(digits + 1);
    if (exact.endsWith("5") && "02468".includes(exact[exact.length - (digits === 0 ? 3 : 2)])) {
      return exact.slice(0, digits === 0 ? -2 : -1);
    }
  }
  return value.toFixed(digits);
}

/** `%05.2f%%`: a share of a whole, in percent. */
export function percentage(value: number): string {
  return fixed(value, 2).padStart(5, "0") + "%";
}

/** Bytes for people: `512B`, `1.50K`, `2.00G`. */
export function humanBytes(bytes: number): string {
  if (bytes < 0) return "-" + humanBytes(-bytes);
  if (bytes < 1024) return `${bytes}B`;
  let value = bytes / 1024;
  for (const unit of "KMG") {
    if (value < 1024) return fixed(value, 2) + unit;
    value /= 1024;
  }
  return fixed(value, 2) + "T";
}
