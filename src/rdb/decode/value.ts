/**
 * Finding what reads a value type (`codecs.ts`), and DUMP payloads: one value with a footer of its
 * own.
 *
 * @module
 */

import { fromBytes } from "../../bytes/bytes.ts";
import { PlainRecord } from "../../keyspace/key_table.ts";
import { LARGE_STRING } from "../../values/string_buffer.ts";
import { PACKED_READERS, READERS } from "../codecs.ts";
import { Crc64 } from "../crc64.ts";
import { RdbError } from "../error.ts";
import { RDB_VERSION_MAX, ValueType } from "../format.ts";
import { NEED_MORE, RdbInput } from "./input.ts";
import type { ValueReader } from "./plain.ts";
import type { RdbBytes, RdbString, RdbValue } from "../records.ts";

/** Characters of a module's name, six bits each. */
const MODULE_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** Version and checksum behind a DUMP payload's value. */
const FOOTER_BYTES = 10;

/** Whether there has ever been a value type of this number. */
export function isValueType(type: number): boolean {
  return type <= ValueType.HASH_LISTPACK_EX && type !== 8;
}

/**
 * Read a value that is one string, plain or packed.
 *
 * @returns null when it is a collection without elements, undefined when values of this type are
 * more than one string: then it is {@linkcode valueReader}'s
 */
export function readPacked(type: number, input: RdbInput): RdbValue | null | undefined {
  return PACKED_READERS[type]?.(input);
}

/** Begin a value of many strings, or refuse it by its type. */
export function valueReader(type: number, input: RdbInput): ValueReader {
  const begin = READERS[type];
  if (begin !== undefined) return begin(input);
  // A fault of the program must not look like one of the file.
  if (READERS.length === 0) throw new Error("No data type is registered: import datatypes/mod.ts");
  switch (type) {
    case ValueType.MODULE_2: {
      const name = moduleName(input.bigLength());
      throw input.error(
        "module",
        `The RDB file contains module data I can't load: no matching module type '${name}'`,
      );
    }
    case ValueType.MODULE_PRE_GA:
      throw input.error("version", "Pre-release module format not supported");
    default:
      throw input.error("version", "Pre-release hash field expiration format not supported");
  }
}

/** A module type's name: nine characters in the upper 54 bits of its id. */
export function moduleName(id: bigint): string {
  let name = "";
  for (let shift = 58n; shift >= 10n; shift -= 6n) {
    name += MODULE_CHARACTERS[Number((id >> shift) & 63n)];
  }
  return name;
}

/**
 * Check the footer of a payload: the format version and the CRC. O(its length)
 *
 * @returns how many bytes stand before it
 * @throws {RdbError} of kind "version" or "checksum" when it does not fit
 */
export function checkFooter(payload: Uint8Array, verifyChecksum = true): number {
  const size = payload.length - FOOTER_BYTES;
  if (size < 1) throw new RdbError("version", "Too short for a DUMP payload", payload.length);
  const footer = new DataView(payload.buffer, payload.byteOffset + size, FOOTER_BYTES);
  const version = footer.getUint16(0, true);
  if (version > RDB_VERSION_MAX) {
    throw new RdbError("version", `Can't handle RDB format version ${version}`, size);
  }
  if (verifyChecksum) {
    const crc = new Crc64();
    crc.update(payload, 0, size + 2);
    if (crc.value !== footer.getBigUint64(2, true)) {
      throw new RdbError("checksum", "Wrong DUMP payload checksum", size + 2);
    }
  }
  return size;
}

/**
 * Decode what DUMP gives and RESTORE takes: a value's type and the value as in an RDB file, the
 * format version (two bytes, little endian) and the CRC of all that.
 *
 * @param verifyChecksum whether to compare the CRC
 * @returns null when it is a collection without elements
 * @throws {RdbError} of kind "version" or "checksum" when the footer does not fit, of another kind
 * when the value cannot be decoded
 */
export function decodeDumpPayload(
  payload: Uint8Array,
  verifyChecksum = true,
): RdbValue | RdbBytes | null {
  const size = checkFooter(payload, verifyChecksum);
  const input = new RdbInput(size, false);
  input.push(payload.subarray(0, size));
  input.ended = true;
  try {
    const type = input.byte();
    if (!isValueType(type)) throw input.corrupt(`Unknown RDB encoding type ${type}`);
    if (type === ValueType.STRING) return readText(input);
    const packed = readPacked(type, input);
    return packed === undefined ? valueReader(type, input).read(input) : packed;
  } catch (thrown) {
    if (thrown === NEED_MORE) throw input.shortRead();
    // V8's own bounds, as in a file.
    if (thrown instanceof RangeError) {
      throw input.error("limit", `Value too large (${thrown.message})`);
    }
    // The format is known here; the type is not.
    if (thrown instanceof RdbError && thrown.kind === "version") {
      throw new RdbError("corrupt", thrown.what, thrown.offset);
    }
    throw thrown;
  }
}

function readText(input: RdbInput): RdbString | RdbBytes {
  const record = new PlainRecord();
  input.value(record);
  const { value, valueStart, valueLength } = record;
  const end = valueStart + valueLength;
  if (valueLength < LARGE_STRING) {
    return { type: "string", value: fromBytes(value, valueStart, end) };
  }
  const bytes = new Uint8Array(valueLength);
  bytes.set(value.subarray(valueStart, end));
  return { type: "bytes", bytes };
}
