/**
 * Payloads of FUNCTION DUMP: the libraries as an RDB file holds them, with the footer of DUMP.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { defaultLimits } from "../../values/limits.ts";
import { Crc64 } from "../crc64.ts";
import { Opcode } from "../format.ts";
import { EncodeContext, type WriteVersion } from "./context.ts";
import { ByteSink } from "./sink.ts";
import { writeString } from "./string.ts";

/**
 * Libraries as FUNCTION RESTORE takes them. O(their length)
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { decodeFunctionPayload } from "../decode/functions.ts";
 * const payload = encodeFunctionPayload(["#!lua name=a\n"], 11);
 * assertEquals(decodeFunctionPayload(payload), ["#!lua name=a\n"]);
 * ```
 */
export function encodeFunctionPayload(
  sources: readonly ByteString[],
  version: WriteVersion,
): Uint8Array<ArrayBuffer> {
  const sink = new ByteSink();
  const context = new EncodeContext({ version, compress: true, limits: defaultLimits() }, sink);
  for (const source of sources) {
    sink.byte(Opcode.FUNCTION2);
    writeString(context, source);
  }
  sink.uint16(version);
  const crc = new Crc64();
  crc.update(sink.bytes, 0, sink.length);
  sink.int64(crc.value);
  return sink.view();
}
