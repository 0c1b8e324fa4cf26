/**
 * Strings. A plain byte string takes the short way past this, wherever values are looked at; what
 * comes here is one that was edited in place.
 *
 * @module
 */

import { LargeArguments } from "../resp/large_arguments.ts";
import { writeRange } from "../rdb/encode/string.ts";
import { ValueType } from "../rdb/format.ts";
import type { RdbString } from "../rdb/records.ts";
import type { StringBuffer } from "../values/string_buffer.ts";
import type { DataType } from "./data_type.ts";
import { chainBytes } from "./digest.ts";
import { outer } from "./fingerprint.ts";

export const STRING: DataType<StringBuffer, RdbString> = {
  name: "string",
  number: 0,
  packed: [[ValueType.STRING, (input) => ({ type: "string", value: input.string() })]],
  readers: [],
  valueType: () => ValueType.STRING,
  begin(context, value) {
    writeRange(context, value.bytes, 0, value.length);
    return null;
  },
  count: () => 0,
  toValue: ({ value }) => value,
  emit(key, value, emit) {
    const args = LargeArguments.copyOf(["SET", key]);
    args.pushBytes(value.share());
    emit(args);
  },
  digest: (digest, value) => chainBytes(digest, value.bytes),
  elements: ({ value }) => value.length,
  contentBytes: ({ value }) => value.length,
  json: (out, { value }) => out.bytes(value),
  fingerprint: ({ value }) => outer.begin(10).text(value).end(),
};
