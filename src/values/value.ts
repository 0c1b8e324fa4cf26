/**
 * The union of what a key can hold. A string is a plain byte string, or a {@linkcode StringBuffer}
 * once it was edited in place; every other type is a class of this folder.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { HashValue } from "./hash.ts";
import { ListValue } from "./list.ts";
import { SetValue } from "./set.ts";
import { StreamValue } from "./stream.ts";
import { StringBuffer } from "./string_buffer.ts";
import { ZSetValue } from "./zset.ts";

/** Anything but a plain string. */
export type ObjectValue =
  | StringBuffer
  | ListValue
  | SetValue
  | HashValue
  | ZSetValue
  | StreamValue;

/** What a key holds. */
export type Value = ByteString | ObjectValue;

/** The name that TYPE gives. */
export type TypeName = "string" | "list" | "set" | "hash" | "zset" | "stream";

/** The type name of a value. */
export function typeName(value: Value): TypeName {
  return typeof value === "string" ? "string" : value.type;
}

/** Whether a value is a string that was not edited in place, which a key table holds as bytes. */
export function isPlain(value: Value): value is ByteString | StringBuffer {
  return typeof value === "string" || (value instanceof StringBuffer && value.isView);
}
