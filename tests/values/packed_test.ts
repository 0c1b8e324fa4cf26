/**
 * Packed strings, and how long the real server's listpack would be.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import {
  EMPTY_PACKED,
  encodeEntry,
  entryAt,
  findAll,
  findEntry,
  nextEntry,
  packedEntrySize,
  packItems,
  readEntry,
  unpackItems,
} from "../../src/values/packed.ts";
import { listpackEntrySize } from "../../src/values/listpack_size.ts";

Deno.test("packed: entries of every length come back, whatever their lengths take", () => {
  const lengths = [0, 1, 253, 254, 255, 256, 0xffff, 0x10000, 0x12345, 0x1000000, 0x1020304];
  const items = lengths.map((length, i) => String.fromCharCode(0x41 + i).repeat(length));
  const packed = packItems(items);
  assertEquals(unpackItems(packed).map((item) => item.length), lengths);
  let at = EMPTY_PACKED.length;
  for (let i = 0; i < items.length; i++) {
    assertEquals(entryAt(packed, i), at);
    assertEquals(readEntry(packed, at) === items[i], true);
    assertEquals(encodeEntry(items[i]).length, packedEntrySize(lengths[i]));
    assertEquals(nextEntry(packed, at), at + packedEntrySize(lengths[i]));
    assertEquals(findEntry(packed, items[i], 1), at);
    assertEquals(findAll(packed, items[i]), [i]);
    at = nextEntry(packed, at);
  }
  assertEquals(at, packed.length);
});

Deno.test("listpack sizes: integers by their width, texts by the lengths of their lengths", () => {
  const cases: [string[], number][] = [
    [["0", "127"], 2],
    [["128", "-1", "4095", "-4096"], 3],
    [["4096", "-4097", "32767", "-32768"], 4],
    [["32768", "-32769", "8388607", "-8388608"], 5],
    [["8388608", "-8388609", "2147483647", "-2147483648"], 6],
    [["2147483648", "-2147483649", "9223372036854775807", "-9223372036854775808"], 10],
    // No integers: what has a leading zero or a plus sign, and what takes more than 64 bits.
    [["007", "-0a", "1.5"], 5],
    [["+1", "-0"], 4],
    [["9223372036854775808"], 21],
    [[""], 2],
  ];
  for (const [values, size] of cases) {
    for (const value of values) assertEquals(listpackEntrySize(value), size, value);
  }
  const texts: [number, number][] = [
    [63, 65],
    [64, 67],
    [125, 128],
    [126, 130],
    [4095, 4099],
    [4096, 4103],
    [16_377, 16_384],
    [16_378, 16_386],
    [2_097_145, 2_097_153],
    [2_097_146, 2_097_155],
    [268_435_449, 268_435_458],
    [268_435_450, 268_435_460],
  ];
  for (const [length, size] of texts) {
    assertEquals(listpackEntrySize("x".repeat(length)), size, String(length));
  }
});
