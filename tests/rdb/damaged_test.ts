import "../../src/datatypes/mod.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { toBytes } from "../../src/bytes/bytes.ts";
import { RdbDecoder } from "../../src/rdb/decode/decoder.ts";
import { RdbError } from "../../src/rdb/error.ts";
import { decodeAll, takeAll } from "./canonical.ts";
import { damagedFiles, readBytes } from "./fixtures.ts";
import { file } from "./writers.ts";

/** What the message for a file must hold; of the others the kind is looked at. */
const MESSAGES: Record<string, string> = {
  "flip-value-byte-v6.rdb":
    "Wrong RDB checksum expected: (965a5125b98c005) but got (15be62c53b896a59)",
  "magic-lowercase.rdb": "Wrong signature trying to load DB from file",
  "magic-text.rdb": "Wrong signature trying to load DB from file",
  "version-0099.rdb": "Can't handle RDB format version 99",
  "version-abcd.rdb": "Can't handle RDB format version 0",
  "version-001.rdb": "Can't handle RDB format version -1",
  "len-bad-form.rdb": "Unknown length encoding 2",
  "string-bad-encoding.rdb": "Unknown RDB string encoding type 4",
  "type-unknown-8.rdb": "Unknown RDB encoding type 8",
  "type-unknown-100.rdb": "Unknown RDB encoding type 100",
  "select-out-of-range.rdb": "more than 16 databases",
  "duplicate-key.rdb": "RDB has duplicated key 'key' in DB 0",
  "opcode-function-pre-ga.rdb": "Pre-release function format not supported",
  "lzf-wrong-length.rdb": "Invalid LZF compressed string",
  "lzf-huge-length.rdb": "Invalid LZF compressed string",
  "ziplist-count.rdb": "List ziplist integrity check failed",
  "ziplist-tail.rdb": "List ziplist integrity check failed",
  "ziplist-entry.rdb": "List ziplist integrity check failed",
  "hash-ziplist-dup.rdb": "Hash ziplist integrity check failed",
  "zset-ziplist-score.rdb": "bad score 'xyz'",
  "listpack-count.rdb": "Hash listpack integrity check failed",
  "listpack-backlen.rdb": "Hash listpack integrity check failed",
  "listpack-odd.rdb": "Zset listpack integrity check failed",
  "set-listpack-dup.rdb": "Set listpack integrity check failed",
  "quicklist2-container.rdb": "unknown quicklist container 3",
  "intset-encoding.rdb": "Intset integrity check failed",
  "intset-count.rdb": "Intset integrity check failed",
  "zipmap-length.rdb": "Zipmap integrity check failed",
  "zset-nan.rdb": "NaN score",
  "hash-duplicate.rdb": "Duplicate hash field 'f'",
  "zset-duplicate.rdb": "Duplicate zset member 'm'",
  "module-unknown.rdb": "no matching module type 'pLAsjJ17X'",
};

for (const { file, must, category, change } of damagedFiles()) {
  const bytes = readBytes(`damaged/${file}`);
  if (must === "load-skip") {
    Deno.test(`damaged/${file} (${change}) names the empty key and goes on`, () => {
      const records = decodeAll(bytes);
      const empty = records.find((record) => record.kind === "emptyKey");
      assertEquals(empty?.key, "e");
      const key = records.find((record) => record.kind === "key");
      assertEquals(key?.value, { type: "string", value: "hello" });
      assertEquals(records.at(-1)?.kind, "end");
    });
    continue;
  }
  if (must === "load") {
    Deno.test(`damaged/${file} (${change}) loads`, () => {
      const key = decodeAll(bytes).find((record) => record.kind === "key" && record.key === "s");
      assert(key?.kind === "key");
      assertEquals(key.value, { type: "string", value: "Hello" });
    });
    continue;
  }
  Deno.test(`damaged/${file} (${change}) is refused`, () => {
    const refuse = () => decodeAll(bytes, { refuseDuplicateKeys: true });
    const error = assertThrows(refuse, RdbError, MESSAGES[file] ?? "");
    // Here a length swallows the end, and what the checksum's bytes mean is chance.
    if (file !== "len-off-by-one.rdb") assertEquals(error.kind, category, error.message);
    if (error.kind === "short-read") {
      assert(error.message.startsWith("Unexpected EOF reading RDB file"));
    }
    assert(error.offset >= 0 && error.offset <= bytes.length, error.message);
    assert(error.message.endsWith(` at byte offset ${error.offset}`), error.message);
  });
  Deno.test(`damaged/${file} (${change}) is refused as a stream of unknown length`, () => {
    const decoder = new RdbDecoder({ refuseDuplicateKeys: true });
    const feed = () => {
      for (let i = 0; i < bytes.length; i++) {
        decoder.push(bytes.subarray(i, i + 1));
        takeAll(decoder);
      }
      decoder.end();
      takeAll(decoder);
    };
    const error = assertThrows(feed, RdbError);
    assert(error.offset <= bytes.length);
    assertThrows(() => decoder.next(), RdbError, error.message);
  });
}

const damaged = new Set(damagedFiles().map((damage) => damage.file));
for (const file of Object.keys(MESSAGES)) {
  if (!damaged.has(file)) throw new Error(`no such damaged file: ${file}`);
}

const EARLY_END = "Unexpected EOF reading RDB file";
const CRAFTED: [what: string, body: string, kind: string, message: string][] = [
  ["an unused opcode", "\xf0\x00", "corrupt", "Unknown RDB encoding type 240"],
  ["a length that marks an encoding", "\x01\x01l\xc0\x01\x01a", "corrupt", "Bad length"],
  ["a set member twice", "\x02\x01s\x02\x01m\x01m", "corrupt", "Duplicate set member 'm'"],
  ["an LZF reference before the start", "\x00\x01k\xc3\x04\x20\x20\xff\x00\x00", "corrupt", "LZF"],
  ["a ziplist without its end", zl("\x0b\0\0\0\x0a\0\0\0\0\0\0"), "corrupt", "ziplist"],
  ["a ziplist of a wrong size", zl("\xff\0\0\0\x0a\0\0\0\0\0\xff"), "corrupt", "ziplist"],
  ["a zipmap without its end", "\x09\x01h\x06\x01\x01f\x01\x00v", "corrupt", "Zipmap"],
  ["a listpack of a wrong size", "\x10\x01h\x07\xff\0\0\0\0\0\xff", "corrupt", "Hash listpack"],
  [
    "an intset out of order",
    "\x0b\x01s\x0c\x02\0\0\0\x02\0\0\0\x05\0\x02\0",
    "corrupt",
    "Intset",
  ],
  ["an empty intset", "\x0b\x01s\x08\x02\0\0\0\0\0\0\0", "corrupt", "Intset"],
  ["a score in words", "\x03\x01z\x01\x01m\x03one", "corrupt", "Bad score 'one'"],
  ["a score in text that is NaN", "\x03\x01z\x01\x01m\xfd", "corrupt", "NaN score"],
  ["a module value of version 1", "\x06\x01m\x00", "version", "Pre-release module"],
  ["a pre-release hash", "\x16\x01h\x00", "version", "Pre-release hash"],
  ["a list that claims too much", "\x01\x01l\x80\xff\xff\xff\xf0\x01a", "short-read", EARLY_END],
  ["a string of 2^63 - 1 bytes", "\x00\x01k\x81\x7f" + "\xff".repeat(7), "short-read", EARLY_END],
  ["a stream node with a short name", "\x15\x01s\x01\x02ab\x01x" + "\0".repeat(20), "corrupt", ""],
];
function zl(list: string): string {
  return `\x0a\x01l${String.fromCharCode(list.length)}${list}`;
}
for (const [what, body, kind, message] of CRAFTED) {
  Deno.test(`${what} is refused`, () => {
    const error = assertThrows(() => decodeAll(file(body)), RdbError, message);
    assertEquals(error.kind, kind, error.message);
  });
}

Deno.test("every beginning of a file is a short read", () => {
  for (const name of ["7.2.6/nocompress.rdb", "2.4.18/nocompress.rdb", "7.4.1/cluster.rdb"]) {
    const bytes = readBytes(name);
    for (let length = 0; length < bytes.length; length++) {
      const part = bytes.subarray(0, length);
      const error = assertThrows(() => decodeAll(part), RdbError, EARLY_END);
      assertEquals(error.kind, "short-read");
      // Without the size being known it is the same, but for the place it is noticed at.
      const late = assertThrows(() => decodeAll(part, { totalBytes: undefined }), RdbError);
      assertEquals([late.kind, late.offset], ["short-read", length]);
    }
  }
});

Deno.test("a length that lies does not take memory", () => {
  const lies = [
    "\x00\x03key\x80\x1f\xff\xff\x00", // a string of half a gigabyte
    "\x01\x01l\x81\x00\x00\x00\xff\xff\xff\xff\xff", // a list of a trillion elements
    "\x04\x01h\x81\x00\x00\x00\xff\xff\xff\xff\xff",
    "\x05\x01z\x81\x00\x00\x00\xff\xff\xff\xff\xff",
    "\x15\x01s\x81\x00\x00\x00\xff\xff\xff\xff\xff",
    "\x00\x03key\xc3\x80\x1f\xff\xff\x00\x80\x1f\xff\xff\x00", // compressed
    "\x00\x03key\xc3\x06\x80\x1f\xff\xff\x00\x04hello", // unpacks to half a gigabyte
  ];
  const before = Deno.memoryUsage();
  const decoders = lies.map((body) => {
    const decoder = new RdbDecoder();
    decoder.push(toBytes("REDIS0011" + body));
    try {
      takeAll(decoder);
    } catch (error) {
      assert(error instanceof RdbError);
    }
    return decoder;
  });
  const after = Deno.memoryUsage();
  const grown = after.heapTotal + after.external - before.heapTotal - before.external;
  assert(grown < 32 * 1024 * 1024, `${grown} bytes for ${decoders.length} lies`);
});

Deno.test("bytes that are decoded do not stay in memory", () => {
  const decoder = new RdbDecoder();
  decoder.push(toBytes("REDIS0003\xfe\x00"));
  const chunk = new Uint8Array(64 * 1024);
  // Records of 1 KiB: type, name of one byte, value of 1020 bytes.
  for (let at = 0; at < chunk.length; at += 1024) {
    chunk.set([0, 1, 0x6b, 0x43, 0xfb], at);
    chunk.fill(0x78, at + 5, at + 1024);
  }
  const before = Deno.memoryUsage().external;
  let keys = 0;
  for (let i = 0; i < 1024; i++) {
    decoder.push(chunk);
    for (let record = decoder.next(); record !== null; record = decoder.next()) keys++;
  }
  assertEquals(keys, 2 + 1024 * 64);
  assert(Deno.memoryUsage().external - before < 8 * 1024 * 1024);
});
