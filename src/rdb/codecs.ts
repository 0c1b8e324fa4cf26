/**
 * How each type of value gets into RDB files and out of them: a table that the types' registrations
 * fill (`datatypes/`, a room above). Encoder, decoder and loader look up here and name no type but
 * plain strings, which are most of what there is and need no look-up.
 *
 * Whoever reads or writes values imports `datatypes/mod.ts` somewhere, else the table is empty.
 *
 * @module
 */

import type { EncodingLimits } from "../values/limits.ts";
import type { ObjectValue, TypeName, Value } from "../values/value.ts";
import type { RdbInput } from "./decode/input.ts";
import type { ValueReader } from "./decode/plain.ts";
import type { EncodeContext, Steps, WriteVersion } from "./encode/context.ts";
import type { RdbValue } from "./records.ts";

/** A type number of files, and what reads a value that is one string there, plain or packed. */
export type PackedReader = readonly [
  type: number,
  read: (input: RdbInput) => RdbValue | null,
];

/** A type number of files, and what begins to read a value that is many strings there. */
export type ReaderOf = readonly [type: number, begin: (input: RdbInput) => ValueReader];

/** A type of value in RDB files. `V` is what a server keeps, `D` what the decoder gives. */
export interface ValueCodec<V extends ObjectValue = ObjectValue, D extends RdbValue = RdbValue> {
  readonly name: TypeName;
  /** All layouts that files have it in. */
  readonly packed: readonly PackedReader[];
  readonly readers: readonly ReaderOf[];
  /** The type number of a value in a file of this version. O(1). */
  valueType(value: V, version: WriteVersion): number;
  /** Begin to append a value. @returns the work that is left; null when the value is written */
  begin(context: EncodeContext, value: V): Steps | null;
  /** How many elements a value has: with many it is written in steps. 0 for strings. O(1). */
  count(value: V): number;
  /** The oldest version that can say all of a value, where that is not the first. O(1). */
  leastVersion?(value: V): WriteVersion;
  /** From a decoded value to the structure; as `toValue` (`load/to_value.ts`). */
  toValue(decoded: D, limits: EncodingLimits, now: number): Value | null;
}

/** The types by the name that values bear; complete once they are registered. */
export const CODECS = {} as Record<TypeName, ValueCodec>;
/** What reads a value, by the type number in the file. */
export const PACKED_READERS: (PackedReader[1] | undefined)[] = [];
export const READERS: (ReaderOf[1] | undefined)[] = [];

/** Let values of a type be written and read. */
export function registerCodec(codec: ValueCodec): void {
  CODECS[codec.name] = codec;
  for (const [type, read] of codec.packed) PACKED_READERS[type] = read;
  for (const [type, begin] of codec.readers) READERS[type] = begin;
}
