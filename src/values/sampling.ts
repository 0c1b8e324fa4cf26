/**
 * What sets and hashes share: pages of a scan, and picking at random.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";

/** A source of numbers uniform in [0, 1), such as `Math.random`. */
export type RandomSource = () => number;

/** One page of a scan; `cursor` is 0 when the scan is over. */
export interface ScanPage {
  cursor: number;
  /** Members; for hashes field, value, field, value… */
  items: ByteString[];
}
