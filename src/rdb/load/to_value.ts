/**
 * From a decoded value to the structure that a server keeps.
 *
 * @module
 */

import type { EncodingLimits } from "../../values/limits.ts";
import { StringBuffer } from "../../values/string_buffer.ts";
import type { Value } from "../../values/value.ts";
import { CODECS } from "../codecs.ts";
import type { RdbBytes, RdbValue } from "../records.ts";

/**
 * Make the structure. O(size of the value).
 *
 * @param now unix milliseconds: hash fields whose time is past are left out
 * @returns null when nothing is left
 */
export function toValue(
  value: RdbValue | RdbBytes,
  limits: EncodingLimits,
  now: number,
): Value | null {
  if (value.type === "string") return value.value;
  if (value.type === "bytes") return StringBuffer.view(value.bytes);
  return CODECS[value.type].toValue(value, limits, now);
}
