import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { sha1, sha1Hex, sha1OfHash, sha1Text } from "../../src/bytes/sha1.ts";

Deno.test("sha1: texts of every length around the ends of blocks, of all bytes", () => {
  for (let length = 0; length < 300; length++) {
    let text = "";
    for (let i = 0; i < length; i++) text += String.fromCharCode((i * 37 + length) & 255);
    const expected = createHash("sha1").update(text, "latin1").digest("hex");
    assertEquals(sha1Hex(text), expected, `${length} bytes`);
    const words = new Int32Array(5);
    sha1(text, words);
    sha1OfHash(words);
    assertEquals(sha1Text(words), createHash("sha1").update(expected, "hex").digest("hex"));
  }
});

Deno.test("sha1: a million bytes", () => {
  assertEquals(sha1Hex("a".repeat(1_000_000)), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
});
