/**
 * Values as RDB files hold them: which type number a value gets, and the bytes behind it; and DUMP
 * payloads, one value with a footer of its own.
 *
 * @module
 */

import type { ObjectValue, Value } from "../../values/value.ts";
import type { StringBuffer } from "../../values/string_buffer.ts";
import { CODECS } from "../codecs.ts";
import { Crc64 } from "../crc64.ts";
import { ValueType } from "../format.ts";
import { EncodeContext, type EncodeOptions, type Steps, type WriteVersion } from "./context.ts";
import { ByteSink } from "./sink.ts";
import { writeString } from "./string.ts";

export type { EncodeOptions, WriteVersion } from "./context.ts";

/** The type number of a value in a file of this version. O(1). */
export function valueType(value: Value, version: WriteVersion): number {
  if (typeof value === "string") return ValueType.STRING;
  return CODECS[value.type].valueType(value, version);
}

/**
 * Begin to append a value, without its type number.
 *
 * @returns the work that is left, or null when the value is written: then it was a string or packed
 */
export function beginValue(context: EncodeContext, value: Value): Steps | null {
  if (typeof value !== "string") return CODECS[value.type].begin(context, value);
  writeString(context, value);
  return null;
}

/** Values with more elements than this take a good part of a millisecond to write. */
const LARGE = 512;

/** Values that consist of elements. */
type Collection = Exclude<ObjectValue, StringBuffer>;

/** Whether a value has so many elements that it is better copied than written at once. O(1). */
export function isLarge(value: Value): value is Collection {
  return typeof value !== "string" && CODECS[value.type].count(value) > LARGE;
}

/** Append a value, without its type number. O(size of the value). */
export function writeValue(context: EncodeContext, value: Value): void {
  const steps = beginValue(context, value);
  if (steps !== null) { while (!steps.next().done); }
}

/**
 * The version that a value needs: 12 for a hash with fields that expire, which older ones cannot
 * say, else the one that is wanted.
 */
export function versionFor(value: Value, wanted: WriteVersion): WriteVersion {
  if (typeof value === "string") return wanted;
  const least = CODECS[value.type].leastVersion?.(value) ?? wanted;
  return least > wanted ? least : wanted;
}

/** A value's bytes without its type number. O(size of the value). */
export function encodeValue(value: Value, options: EncodeOptions): Uint8Array<ArrayBuffer> {
  const context = new EncodeContext(options, new ByteSink());
  writeValue(context, value);
  return context.sink.view();
}

/**
 * What DUMP answers: type, value, the format version (two bytes, little endian) and the CRC of all
 * that. `decodeDumpPayload` reads it. O(size of the value).
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defaultLimits } from "../../values/limits.ts";
 * import "../../datatypes/mod.ts";
 * import { decodeDumpPayload } from "../decode/value.ts";
 * const payload = encodeDumpPayload("12", { version: 11, compress: true, limits: defaultLimits() });
 * assertEquals([...payload.subarray(0, 5)], [0, 0xc0, 12, 11, 0]);
 * assertEquals(decodeDumpPayload(payload), { type: "string", value: "12" });
 * ```
 */
export function encodeDumpPayload(value: Value, options: EncodeOptions): Uint8Array<ArrayBuffer> {
  const version = versionFor(value, options.version);
  const sink = new ByteSink();
  sink.byte(valueType(value, version));
  writeValue(new EncodeContext({ ...options, version }, sink), value);
  sink.uint16(version);
  const crc = new Crc64();
  crc.update(sink.bytes, 0, sink.length);
  sink.int64(crc.value);
  return sink.view();
}
