import { assert, assertEquals } from "@std/assert";
import { fromBytes, toBytes } from "../../src/bytes/bytes.ts";
import { readIntset } from "../../src/rdb/decode/intset.ts";
import { latin1View } from "../../src/rdb/decode/latin1.ts";
import { readListpack } from "../../src/rdb/decode/listpack.ts";
import { readZiplist } from "../../src/rdb/decode/ziplist.ts";
import { readZipmap } from "../../src/rdb/decode/zipmap.ts";
import { type Element, listpack, little, ziplist } from "./writers.ts";
import { mulberry32, type Prng } from "../support/prng.ts";

/** `length` bytes as a byte string. */
function randomBytes(random: Prng, length: number): string {
  let out = "";
  for (let i = 0; i < length; i++) out += String.fromCharCode(random.int(256));
  return out;
}

/** Elements at the edges of every encoding, and ordinary ones. */
function elements(random: Prng, count: number): Element[] {
  return Array.from({ length: count }, () => {
    switch (random.int(4)) {
      case 0:
        return randomBytes(
          random,
          random.pick([0, 1, 62, 63, 64, 65, 250, 253, 254, 255, 4095, 4096]),
        );
      case 1: {
        const edge = 1n << BigInt(random.pick([4, 7, 8, 12, 13, 15, 16, 23, 24, 31, 32, 53, 62]));
        return random.pick([edge, edge - 1n, -edge, -edge - 1n, edge + 1n]);
      }
      case 2:
        return random.pick([0n, 1n, 12n, 13n, 127n, 128n, -(2n ** 63n), 2n ** 63n - 1n]);
      default:
        return randomBytes(random, random.int(20));
    }
  });
}

type Reader = (
  bytes: ReturnType<typeof latin1View>,
  start: number,
  end: number,
  out: string[],
) => boolean;

/** Read a structure that has other bytes around it. */
function read(reader: Reader, packed: string): string[] | null {
  const out: string[] = [];
  const bytes = latin1View(toBytes("\x00\xff\xff" + packed + "\xff\xff\x00"));
  return reader(bytes, 3, 3 + packed.length, out) ? out : null;
}

for (
  const [name, writer, reader] of [
    ["listpack", listpack, readListpack],
    ["ziplist", ziplist, readZiplist],
  ] as const
) {
  Deno.test(`a ${name} of any elements is read back, and no shorter or longer one is sound`, () => {
    const random = mulberry32(4711);
    for (let round = 0; round < 300; round++) {
      const list = elements(random, random.int(12));
      const packed = writer(list);
      assertEquals(read(reader, packed), list.map(String));
      assertEquals(read(reader, packed.slice(0, -1)), null);
      assertEquals(read(reader, packed + "\xff"), null);
    }
    for (const length of [16300, 16376, 16377, 16378, 16379, 16380, 16383, 16384, 70000]) {
      const list = [randomBytes(random, 3), randomBytes(random, length), "x"];
      assertEquals(read(reader, writer(list)), list);
    }
  });

  Deno.test(`a ${name} with any one byte of its frame changed is not sound`, () => {
    const packed = writer(["one", 2n, "three", 40000n]);
    const bytes = toBytes(packed);
    const header = name === "listpack" ? 6 : 10;
    for (const at of [...Array(header).keys(), bytes.length - 1]) {
      for (const change of [1, 0x80]) {
        bytes[at] ^= change;
        assertEquals(read(reader, fromBytes(bytes)), null, `byte ${at}`);
        bytes[at] ^= change;
      }
    }
    assertEquals(read(reader, ""), null);
  });
}

Deno.test("an element's record of a length must be right", () => {
  const long = "x".repeat(300);
  const list = ziplist(["one", long, "three"]);
  // The lengths of the entries before: one byte behind "one", five behind the long one.
  for (const at of [list.indexOf("one") + 3, list.indexOf("three") - 6, list.length - 11]) {
    const bytes = toBytes(list);
    bytes[at] += 1;
    assertEquals(read(readZiplist, fromBytes(bytes)), null, `byte ${at}`);
  }
  const pack = listpack(["one", long, "three"]);
  for (const at of [pack.indexOf("one") + 3, pack.indexOf("three") - 3, pack.length - 2]) {
    const bytes = toBytes(pack);
    bytes[at] += 1;
    assertEquals(read(readListpack, fromBytes(bytes)), null, `byte ${at}`);
  }
});

Deno.test("an element count of 65535 stands for any number", () => {
  for (
    const [packed, at, reader] of [
      [listpack(["a", "b"]), 4, readListpack],
      [ziplist(["a", "b"]), 8, readZiplist],
    ] as const
  ) {
    const unknown = packed.slice(0, at) + "\xff\xff" + packed.slice(at + 2);
    assertEquals(read(reader, unknown), ["a", "b"]);
  }
});

Deno.test("an intset of each width is read back; it must ascend", () => {
  const intset = (width: number, members: bigint[]) =>
    little(width, 4) + little(members.length, 4) + members.map((m) => little(m, width)).join("");
  for (const width of [2, 4, 8]) {
    const edge = 1n << BigInt(width * 8 - 1);
    const members = [-edge, -edge + 1n, -1n, 0n, 7n, edge - 2n, edge - 1n];
    assertEquals(read(readIntset, intset(width, members)), members.map(String));
    assertEquals(read(readIntset, intset(width, [7n, 7n])), null);
    assertEquals(read(readIntset, intset(width, [7n, -7n])), null);
    assertEquals(read(readIntset, intset(width, [])), null);
    assertEquals(read(readIntset, intset(width, members).slice(0, -1)), null);
  }
  assertEquals(read(readIntset, intset(3, [1n, 2n])), null);
  assertEquals(read(readIntset, "\x02\0\0\0"), null);
});

Deno.test("a zipmap's unused bytes are skipped, its lengths checked", () => {
  const long = "v".repeat(300);
  const zipmap = `\x02\x01f\x02\x03v1...\x02g2\xfe${little(300, 4)}\x00${long}\xff`;
  assertEquals(read(readZipmap, zipmap), ["f", "v1", "g2", long]);
  assertEquals(read(readZipmap, "\xfe" + zipmap.slice(1)), ["f", "v1", "g2", long]);
  assertEquals(read(readZipmap, "\x00\xff"), []);
  for (const bad of ["\x03" + zipmap.slice(1), zipmap.slice(0, -1), "\x01\x01f\xff", "\xff", ""]) {
    assertEquals(read(readZipmap, bad), null);
  }
});

Deno.test("no beginning of a packed structure is read beyond its end", () => {
  const random = mulberry32(99);
  for (const [writer, reader] of [[listpack, readListpack], [ziplist, readZiplist]] as const) {
    const packed = writer(elements(random, 30).map((e) => typeof e === "string" ? e.slice(70) : e));
    for (let length = 0; length < packed.length; length += 3) {
      // The size that it says is made to fit, so that only the elements tell.
      const cut = little(length, 4) + packed.slice(4, length);
      assert(read(reader, cut.slice(0, length)) === null);
    }
  }
});
