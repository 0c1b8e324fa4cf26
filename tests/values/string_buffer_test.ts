import { assert, assertEquals } from "@std/assert";
import { toBytes } from "../../src/bytes/bytes.ts";
import { mulberry32 } from "../support/prng.ts";
import { StringBuffer } from "../../src/values/string_buffer.ts";

for (const [longest, edits] of [[100, 8000], [400, 8000], [20_000, 3000]]) {
  Deno.test(`string buffer: random edits against an array of bytes, up to ${longest}`, () => {
    const prng = mulberry32(longest);
    let buffer = StringBuffer.from("");
    let model: number[] = [];
    const grow = (length: number) => {
      while (model.length < length) model.push(0);
    };
    for (let i = 0; i < edits; i++) {
      const value = Array.from({ length: prng.int(longest / 10) }, () => prng.int(256));
      const text = String.fromCharCode(...value);
      const offset = prng.int(model.length + longest / 20);
      switch (prng.int(6)) {
        case 0:
          model.push(...value);
          assertEquals(buffer.append(text), model.length);
          break;
        case 1:
          if (value.length > 0) {
            grow(offset + value.length);
            model.splice(offset, value.length, ...value);
          }
          assertEquals(buffer.setRange(offset, text), model.length);
          break;
        case 2: {
          const bit = prng.int((model.length + 4) * 8);
          const mask = 128 >> (bit % 8);
          const old = ((model[bit >> 3] ?? 0) & mask) === 0 ? 0 : 1;
          assertEquals(buffer.getBit(bit), old);
          const next = prng.int(2) as 0 | 1;
          assertEquals(buffer.setBit(bit, next), old);
          grow((bit >> 3) + 1);
          model[bit >> 3] = next === 1 ? model[bit >> 3] | mask : model[bit >> 3] & ~mask;
          break;
        }
        case 3: {
          const end = offset + prng.int(30) - 5;
          const expected = String.fromCharCode(...model.slice(offset, Math.max(offset, end)));
          assertEquals(buffer.slice(offset, end), expected);
          break;
        }
        case 4:
          if (prng.int(5) === 0) {
            const length = prng.int(model.length + 10);
            const bytes = buffer.writable(length);
            grow(length);
            if (bytes.length > 0) bytes[0] = model[0] = 7;
          }
          break;
        default: {
          const copy = buffer.clone();
          copy.setRange(0, "copy");
          copy.setBit(9, 1);
        }
      }
      assertEquals(buffer.length, model.length);
      if (i % 20 === 0) {
        const all = model.map((byte) => String.fromCharCode(byte)).join("");
        assert(buffer.toByteString() === all);
        assertEquals(buffer.bytes, toBytes(all));
      }
      if (model.length > longest) {
        buffer = StringBuffer.from("start");
        model = [..."start"].map((char) => char.charCodeAt(0));
      }
    }
  });
}

Deno.test("string buffer: the encoding is what it was given until the first edit", () => {
  for (const length of [3, 200]) {
    const text = "3".repeat(length);
    assertEquals(StringBuffer.from(text).encoding, "raw");
    const computed = StringBuffer.from(text, "embstr");
    assertEquals([computed.encoding, computed.clone().encoding], ["embstr", "embstr"]);
    assertEquals(computed.setRange(9, ""), length);
    assertEquals(computed.encoding, "embstr", "nothing was written");
    computed.append("4");
    assertEquals([computed.encoding, computed.length], ["raw", length + 1]);
    const bits = StringBuffer.from(text, "embstr");
    bits.setBit(0, 0);
    assertEquals(bits.encoding, "raw");
  }
});

Deno.test("string buffer: appending byte by byte is linear", () => {
  const buffer = StringBuffer.from("");
  for (let i = 0; i < 1_000_000; i++) buffer.append("x");
  assertEquals(buffer.length, 1_000_000);
  assert(buffer.memoryBytes() < 2_500_000);
  assertEquals(buffer.toByteString(), "x".repeat(1_000_000));
});

Deno.test("string buffer: the last bit of 512 MB, and of what lies beyond 32 bits", () => {
  const buffer = StringBuffer.from("");
  assertEquals(buffer.getBit(2 ** 32 - 1), 0);
  assertEquals(buffer.getBit(2 ** 35 + 7), 0);
  assertEquals(buffer.setBit(8 * 4_000_000 + 7, 1), 0);
  assertEquals([buffer.length, buffer.getBit(8 * 4_000_000 + 7)], [4_000_001, 1]);
});

Deno.test("string buffer: adopting bytes shares them, cloning does not", () => {
  const bytes = new Uint8Array(1000).fill(65);
  const buffer = StringBuffer.adopt(bytes);
  const copy = buffer.clone();
  buffer.setRange(0, "B");
  assertEquals([bytes[0], copy.slice(0, 1), buffer.slice(0, 2)], [66, "A", "BA"]);
});
