/**
 * What a data type is: all that the rest has to know of it, in one object. A file of this folder
 * makes each, and `mod.ts` registers it.
 *
 * @module
 */

import type { CommandForm } from "../aof/value_commands.ts";
import type { ValueCodec } from "../rdb/codecs.ts";
import type { RdbValue } from "../rdb/records.ts";
import type { ObjectValue } from "../values/value.ts";
import type { Sha1Words } from "./digest.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { JsonOut } from "./json.ts";

/** A type of value: `V` is what a server keeps, `D` what the decoder of RDB files gives. */
export interface DataType<V extends ObjectValue = ObjectValue, D extends RdbValue = RdbValue>
  extends ValueCodec<V, D>, CommandForm<V> {
  /** The number that a real server has for it, which is part of digests. */
  readonly number: number;
  /** Put a value into a digest. O(its bytes). */
  digest(digest: Sha1Words, value: V): void;
  /** Elements of a decoded value; of a string, its bytes. O(1). */
  elements(decoded: D): number;
  /** Bytes of a decoded value's elements: 8 for a score or time, 16 for a stream id. O(elements). */
  contentBytes(decoded: D): number;
  /** Write a decoded value as JSON; `tools/json.ts` tells the form. O(size of the value). */
  json(out: JsonOut, decoded: D): void;
  /** A decoded value's content as 96 bits, valid until the next call. O(size of the value). */
  fingerprint(decoded: D): Fingerprint;
}

/** Bytes of some strings. O(n). */
export function lengthOf(strings: readonly string[]): number {
  let sum = 0;
  for (const each of strings) sum += each.length;
  return sum;
}
