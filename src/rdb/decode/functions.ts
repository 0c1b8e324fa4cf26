/**
 * Payloads of FUNCTION DUMP: the libraries as an RDB file holds them, with the footer of DUMP.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { RedisError } from "../../resp/reply.ts";
import { RdbError } from "../error.ts";
import { Opcode } from "../format.ts";
import { NEED_MORE, RdbInput } from "./input.ts";
import { checkFooter } from "./value.ts";

/**
 * The source code of the libraries in a payload. O(its length)
 *
 * @throws RedisError with the text of FUNCTION RESTORE when it is no such payload
 */
export function decodeFunctionPayload(payload: Uint8Array): ByteString[] {
  let size: number;
  try {
    size = checkFooter(payload);
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    throw new RedisError("ERR DUMP payload version or checksum are wrong");
  }
  const input = new RdbInput(size, false);
  input.push(payload.subarray(0, size));
  input.ended = true;
  const sources: ByteString[] = [];
  for (let left = size; left > 0; left = size - input.offset) {
    const opcode = input.byte();
    if (opcode === Opcode.FUNCTION_PRE_GA) {
      throw new RedisError("ERR Pre-GA function format not supported");
    }
    if (opcode !== Opcode.FUNCTION2) throw new RedisError("ERR given type is not a function");
    try {
      sources.push(input.string());
    } catch (thrown) {
      if (thrown !== NEED_MORE && !(thrown instanceof RdbError)) throw thrown;
      throw new RedisError("ERR Failed loading library payload");
    }
  }
  return sources;
}
