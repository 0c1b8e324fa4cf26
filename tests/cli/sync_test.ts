/**
 * The bytes of a full copy, cut anywhere, with and without a mark at their end.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { fromBytes, toBytes } from "../../src/bytes/bytes.ts";
import { type ByteSource, type Copy, copyBytes } from "../../src/cli/modes/sync.ts";
import { mulberry32, type Prng } from "../support/prng.ts";

/** Gives bytes in pieces of random length. */
function source(bytes: string, random: Prng): ByteSource {
  let at = 0;
  return {
    readBytes(buffer) {
      if (at === bytes.length) return Promise.resolve(null);
      const longest = Math.min(
        buffer.length,
        bytes.length - at,
        random.pick([1, 3, 39, 40, 41, 200]),
      );
      const count = 1 + random.int(longest);
      buffer.set(toBytes(bytes.slice(at, at + count)));
      at += count;
      return Promise.resolve(count);
    },
  };
}

async function read(bytes: string, copy: Copy, random: Prng): Promise<string | undefined> {
  let out = "";
  for await (const chunk of copyBytes(source(bytes, random), copy)) {
    if (chunk === undefined) return undefined;
    out += fromBytes(chunk);
  }
  return out;
}

const MARK = "0123456789012345678901234567890123456789";

Deno.test("a copy is the same wherever it is cut", async () => {
  const random = mulberry32(7);
  for (let round = 0; round < 500; round++) {
    const bytes = Array.from(
      { length: random.int(300) },
      () => String.fromCharCode(0x30 + random.int(10)),
    ).join("");
    const marked: Copy = { kind: "marked", mark: MARK };
    assertEquals(await read(bytes + MARK, marked, random), bytes);
    if (!bytes.endsWith("0")) {
      assertEquals(await read(bytes + MARK.slice(1), marked, random), undefined);
    }
    const sized: Copy = { kind: "sized", bytes: bytes.length };
    assertEquals(await read(bytes + "and more", sized, random), bytes);
    if (bytes !== "") assertEquals(await read(bytes.slice(1), sized, random), undefined);
  }
  assertEquals(await read("x", { kind: "partial" }, random), "");
});
