/**
 * The data types, one registration each. Importing this module lets RDB files and append-only files
 * hold all of them; a new type is a file of this folder and a line here.
 *
 * @module
 */

import { registerForm } from "../aof/value_commands.ts";
import { registerCodec } from "../rdb/codecs.ts";
import type { TypeName } from "../values/value.ts";
import type { DataType } from "./data_type.ts";
import { HASH } from "./hash.ts";
import { LIST } from "./list.ts";
import { SET } from "./set.ts";
import { STREAM } from "./stream.ts";
import { STRING } from "./string.ts";
import { ZSET } from "./zset.ts";

export type { DataType } from "./data_type.ts";

const BY_NAME: Record<TypeName, DataType> = {
  string: STRING,
  list: LIST,
  set: SET,
  zset: ZSET,
  hash: HASH,
  stream: STREAM,
};

/** The names of the types, in the order that tools print them in. */
export const TYPES = Object.keys(BY_NAME) as readonly TypeName[];

for (const type of Object.values(BY_NAME)) {
  registerCodec(type);
  registerForm(type);
}

/** A type by its name. O(1). */
export function dataType(name: TypeName): DataType {
  return BY_NAME[name];
}
