/**
 * Sorted set scores written as text.
 *
 * @module
 */

import { parseSmallInt } from "../../bytes/int.ts";
import type { ByteString } from "../../bytes/bytes.ts";

const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** The score that the text stands for; NaN when it is none. */
export function parseScore(text: ByteString): number {
  const integer = parseSmallInt(text);
  if (integer === integer) return integer;
  if (DECIMAL.test(text)) return Number(text);
  const infinite = INFINITE.exec(text);
  if (infinite === null) return NaN;
  return infinite[1] === "-" ? -Infinity : Infinity;
}
