import "../../src/datatypes/mod.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { toBytes } from "../../src/bytes/bytes.ts";
import { Crc64 } from "../../src/rdb/crc64.ts";
import { findDuplicate, findDuplicateIn } from "../../src/rdb/decode/distinct.ts";
import { quoted, RdbError } from "../../src/rdb/error.ts";
import { lzfDecompress, lzfPlausible } from "../../src/rdb/decode/lzf.ts";
import { parseScore } from "../../src/rdb/decode/score.ts";
import { decodeDumpPayload } from "../../src/rdb/decode/value.ts";
import { mulberry32, type Prng } from "../support/prng.ts";

/** `length` bytes as a byte string. */
function randomBytes(random: Prng, length: number): string {
  let out = "";
  for (let i = 0; i < length; i++) out += String.fromCharCode(random.int(256));
  return out;
}

/** CRC-64 bit by bit. */
function slowCrc(bytes: Uint8Array): bigint {
  let crc = 0n;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc & 1n) === 1n ? (crc >> 1n) ^ 0x95ac9329ac4bc9b5n : crc >> 1n;
    }
  }
  return crc;
}

Deno.test("the CRC is that of the definition, however the bytes are cut", () => {
  const random = mulberry32(1);
  for (let round = 0; round < 200; round++) {
    const bytes = toBytes(randomBytes(random, random.int(70)));
    const crc = new Crc64();
    for (let at = 0; at < bytes.length;) {
      const end = Math.min(bytes.length, at + 1 + random.int(20));
      crc.update(bytes, at, end);
      at = end;
    }
    assertEquals(crc.value, slowCrc(bytes));
  }
  const check = new Crc64();
  check.update(toBytes("123456789"));
  assertEquals(check.value, 0xe9c6d914c4b8d9can);
});

Deno.test("LZF unpacks literals, copies and overlapping copies", () => {
  const unpack = (packed: string, size: number) => {
    const source = toBytes("##" + packed + "##");
    const target = new Uint8Array(size + 4).fill(0x2e);
    const done = lzfDecompress(source, 2, source.length - 2, target, size);
    assertEquals([...target.subarray(size)], [0x2e, 0x2e, 0x2e, 0x2e]);
    return done ? String.fromCharCode(...target.subarray(0, size)) : null;
  };
  assertEquals(unpack("\x04hello", 5), "hello");
  assertEquals(unpack("\x02abc\x20\x02", 6), "abcabc");
  assertEquals(unpack("\x00a\x80\x00", 7), "aaaaaaa");
  assertEquals(unpack("\x01xy\xe0\x05\x01", 16), "xyxyxyxyxyxyxyxy");
  assertEquals(unpack("\x04hello", 6), null);
  assertEquals(unpack("\x04hello", 4), null);
  assertEquals(unpack("\x05hello", 6), null);
  assertEquals(unpack("\x00a\x20\x01", 4), null);
  assertEquals(unpack("\x00a\x20", 4), null);
  assertEquals(unpack("\x00a\xe0", 20), null);
  assertEquals(unpack("\x00a\xe0\x05\x00", 8), null);
});

Deno.test("what LZF data claims to unpack to has a bound", () => {
  assertEquals(lzfPlausible(3, 264), true);
  assertEquals(lzfPlausible(3, 265), false);
  assertEquals(lzfPlausible(10, 0), false);
});

Deno.test("scores: what is a number, and what is not", () => {
  const cases: [string, number][] = [
    ["0", 0],
    ["-0", -0],
    ["17", 17],
    ["-3.25", -3.25],
    ["0.10000000000000001", 0.1],
    ["1e+300", 1e300],
    ["1.7976931348623157e+308", Number.MAX_VALUE],
    ["4.9406564584124654e-324", 5e-324],
    ["9007199254740993", 9007199254740992],
    ["inf", Infinity],
    ["-inf", -Infinity],
    ["+inf", Infinity],
  ];
  for (const [text, score] of cases) assertEquals(parseScore(text), score, text);
  for (const text of ["", " ", "nan", "one", "1x", "0x10", "1e", ".", "--1", "infinit", "1 "]) {
    assertEquals(parseScore(text), NaN, text);
  }
});

Deno.test("duplicates are found in few, many and very many elements", () => {
  const random = mulberry32(5);
  for (let round = 0; round < 300; round++) {
    const stride = 1 + random.int(3);
    const count = 1 + random.int(30);
    const elements: string[] = [];
    for (let i = 0; i < count; i++) {
      elements.push(`${i}`.padStart(2 + random.int(30), "e"));
      for (let j = 1; j < stride; j++) elements.push("same");
    }
    assertEquals(findDuplicate(elements, stride), -1);
    assertEquals(findDuplicateIn(elements, stride, 3), -1);
    if (count < 2) continue;
    const copy = 1 + random.int(count - 1);
    elements[copy * stride] = elements[random.int(copy) * stride];
    assertEquals(findDuplicate(elements, stride), copy * stride);
    assertEquals(findDuplicateIn(elements, stride, 3), copy * stride);
  }
  assertEquals(findDuplicate([]), -1);
});

Deno.test("byte strings in messages are short and printable", () => {
  assertEquals(quoted("key:1"), "'key:1'");
  assertEquals(quoted("a'\x00\\\xff"), "'a\\x27\\x00\\x5c\\xff'");
  assertEquals(quoted("k".repeat(70)), `'${"k".repeat(64)}'...`);
});

/** A DUMP payload with the right checksum. */
function payload(value: string, version = 11): Uint8Array {
  const bytes = toBytes(value + String.fromCharCode(version, 0) + "\0".repeat(8));
  const crc = new Crc64();
  crc.update(bytes, 0, bytes.length - 8);
  new DataView(bytes.buffer).setBigUint64(bytes.length - 8, crc.value, true);
  return bytes;
}

Deno.test("DUMP payloads: one that a server made, and damaged ones", () => {
  // What Redis 7.0 gave for SET k 10.
  const served = toBytes("\x00\xc0\n\n\x00n\x9fWE\x0e\xaec\xbb");
  assertEquals(decodeDumpPayload(served), { type: "string", value: "10" });
  // Not at the start of its buffer.
  const shifted = new Uint8Array([9, 9, ...served]).subarray(2);
  assertEquals(decodeDumpPayload(shifted), { type: "string", value: "10" });
  assertEquals(decodeDumpPayload(payload("\x01\x02\x01a\x01b")), {
    type: "list",
    items: ["a", "b"],
  });
  assertEquals(decodeDumpPayload(payload("\x02\x00")), null);
  const kindOf = (bytes: Uint8Array) => assertThrows(() => decodeDumpPayload(bytes), RdbError).kind;
  for (let at = 0; at < served.length; at++) {
    const damaged = served.slice();
    damaged[at] ^= 0x40;
    assertEquals(kindOf(damaged), at === 3 || at === 4 ? "version" : "checksum");
    assertEquals(kindOf(served.slice(0, at)) === "corrupt", false);
  }
  assertEquals(kindOf(payload("\x00\x01a", 13)), "version");
  assertEquals(kindOf(payload("\x01\x02\x01a")), "short-read");
  assertEquals(kindOf(payload("\x64\x01a")), "corrupt");
  assertEquals(kindOf(payload("\x02\x02\x01a\x01a")), "corrupt");
});
