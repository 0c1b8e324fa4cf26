/**
 * Writing to whoever may have gone.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { OutputClosedError, writeAll } from "../../src/cli/io.ts";

Deno.test("all bytes are written, however few are taken at once", () => {
  const taken: number[] = [];
  writeAll({
    writeSync(bytes) {
      taken.push(...bytes.subarray(0, 3));
      return Math.min(3, bytes.length);
    },
  }, Uint8Array.of(1, 2, 3, 4, 5, 6, 7));
  assertEquals(taken, [1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("a reader that has gone is an error of its own, any other fault is not", () => {
  const failing = (error: Error) => ({
    writeSync(): number {
      throw error;
    },
  });
  const one = Uint8Array.of(1);
  assertThrows(() => writeAll(failing(new Deno.errors.BrokenPipe("x")), one), OutputClosedError);
  assertThrows(() => writeAll(failing(new TypeError("y")), one), TypeError, "y");
});
