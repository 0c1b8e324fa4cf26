/**
 * What OBJECT ENCODING says of a value.
 *
 * @module
 */

import { isInt64Text } from "../bytes/int.ts";
import type { Value } from "../values/value.ts";

/** Strings up to this length are "embstr". */
const EMBEDDED_LIMIT = 44;

/** The name of a value's encoding. */
export function encodingName(value: Value): string {
  if (typeof value !== "string") return value.encoding;
  if (isInt64Text(value)) return "int";
  return value.length <= EMBEDDED_LIMIT ? "embstr" : "raw";
}
