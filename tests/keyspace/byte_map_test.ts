import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { ByteMap } from "../../src/keyspace/byte_map/byte_map.ts";
import { hashWords, keyWords, loadKey, matchesKey } from "../../src/keyspace/byte_map/hash.ts";
import { HashIndex, homeOf, rowsOf } from "../../src/keyspace/byte_map/index.ts";
import { readInt, readString, writeString } from "../../src/keyspace/byte_map/text.ts";
import {
  anyKey,
  anyValue,
  below,
  chiSquareSigmas,
  longString,
  objectValue,
  randomBytes,
  seeded,
  TableModel,
} from "./key_table_support.ts";

/** All cells, live and in free lists, must be apart; the live ones' bytes are the sum of `stats`. */
function checkExtents(table: ByteMap): void {
  const extents = [...table.extents()].sort((a, b) => a.start - b.start);
  const live = new Map<number, number>();
  let end = 0;
  let used = 0;
  for (const { start, bytes, used: inUse } of extents) {
    assert(start >= end, `cells overlap at ${start}`);
    assert(inUse <= bytes, "a record is longer than its cell");
    end = start + bytes;
    if (inUse < 0) continue;
    used += bytes;
    live.set(bytes, (live.get(bytes) ?? 0) + 1);
  }
  const stats = table.stats();
  for (const { cell, live: count } of stats.classes) assertEquals(count, live.get(cell) ?? 0);
  const inClasses = stats.classes.reduce((sum, { cell, live }) => sum + cell * live, 0);
  assertEquals(inClasses, used);
}

Deno.test("ByteMap: cells neither overlap nor leak while it churns and compacts", () => {
  const random = seeded(99);
  const table = new ByteMap();
  const model = new TableModel(table);
  for (let round = 0; round < 12; round++) {
    const target = [30_000, 1000, 15_000, 10][round % 4];
    for (let i = 0; i < 25_000; i++) {
      const grow = model.list.length < target ? 0.8 : 0.2;
      if (model.list.length === 0 || random() < grow) model.put(anyKey(random), anyValue(random));
      else model.delete(model.any(random));
      if (i === 12_000) {
        // Halfway through a compaction is a state as good as any.
        table.compactStep(1000);
        checkExtents(table);
      }
    }
    checkExtents(table);
    model.checkAll();
    while (table.compactStep(500));
    checkExtents(table);
    model.checkAll();
  }
});

Deno.test("ByteMap: memory follows what is stored, by itself and after compaction", () => {
  const random = seeded(5);
  const table = new ByteMap();
  const keys: string[] = [];
  const wasted = () => {
    const { free, reserved } = table.stats();
    return free / reserved;
  };
  for (let i = 0; i < 150_000; i++) {
    keys.push("key:" + i);
    table.insert(keys[i], longString(random, below(random, 250)));
  }
  const full = table.stats().reserved;
  // Nine of ten go at random: each page keeps a few records.
  const kept = keys.filter((key) => {
    if (random() < 0.1) return true;
    table.deleteAt(table.find(key));
    return false;
  });
  // Churn alone sets the work going.
  for (let i = 0; i < 60_000; i++) {
    const key = kept[below(random, kept.length)];
    table.setValueAt(table.find(key), longString(random, below(random, 250)));
  }
  assertLessOrEqual(table.stats().reserved, full * 0.6);
  while (table.compactStep(10_000));
  checkExtents(table);
  assertLessOrEqual(table.stats().reserved, full * 0.4);
  // Every size class in use may have a run that is mostly free, and there may be an arena that is.
  const { free, classes } = table.stats();
  assertLessOrEqual(free, (classes.length + 32) * 131_072);
  // Another distribution of sizes uses the same memory again.
  for (let round = 0; round < 3; round++) {
    for (const key of kept) {
      table.setValueAt(table.find(key), longString(random, 500 + 300 * round));
    }
    while (table.compactStep(10_000));
    assertLessOrEqual(wasted(), 0.35);
  }
  for (const key of kept) table.deleteAt(table.find(key));
  while (table.compactStep(10_000));
  const empty = table.stats();
  assertEquals([table.size, empty.used, empty.free, empty.classes.length], [0, 0, 0, 0]);
  assertLessOrEqual(empty.reserved, 200_000);
});

Deno.test("ByteMap: coming and going at zero keys allocates nothing anew", () => {
  const table = new ByteMap();
  table.insert("a", "b");
  const { reserved } = table.stats();
  for (let i = 0; i < 1000; i++) {
    table.deleteAt(table.find("a"));
    assertEquals(table.stats().reserved, reserved);
    table.insert("a", "b");
  }
});

Deno.test("ByteMap: an entry's bytes add up to about what the table holds", () => {
  const table = new ByteMap();
  let sum = 0;
  for (let i = 0; i < 50_000; i++) {
    sum += table.entryBytes(table.insert("key:" + String(i).padStart(12, "0"), "v".repeat(24)));
  }
  const { reserved, free } = table.stats();
  assert(Math.abs(sum / (reserved - free) - 1) < 0.1, `${sum} against ${reserved - free}`);
});

Deno.test("ByteMap: neither a former object nor a former large value keeps memory", () => {
  const table = new ByteMap();
  const entries = Array.from({ length: 5000 }, (_, i) => table.insert("key:" + i, "text"));
  const { columns } = table.stats();
  for (const entry of entries) table.setValueAt(entry, objectValue());
  assert(table.stats().columns > columns);
  for (const entry of entries) table.setValueAt(entry, "text");
  assertEquals(table.stats().columns, columns);
  for (const entry of entries) table.setValueAt(entry, objectValue());
  for (const entry of entries.slice(1)) table.deleteAt(entry);
  assertLessOrEqual(table.stats().columns, columns + 8192);

  const held = () => {
    const { reserved, index, columns } = table.stats();
    return reserved - index - columns;
  };
  const before = held();
  const entry = table.insert("large", "x".repeat(1 << 20));
  assertEquals(held(), before + (1 << 20));
  assert(table.entryBytes(entry) > 1 << 20);
  table.setValueAt(entry, "y".repeat(600_000));
  assert(table.entryBytes(entry) > 1 << 20, "the buffer is used again while it is half full");
  table.setValueAt(entry, "z".repeat(20_000));
  assertLessOrEqual(table.entryBytes(entry), 21_000);
  table.setValueAt(entry, "z");
  assertLessOrEqual(table.entryBytes(entry), 64);
  assertEquals(held(), before);
  const huge = table.insert("k".repeat(10_000), "x".repeat(50_000));
  assertEquals(held(), before + 60_000);
  table.setValueAt(huge, objectValue());
  assertEquals(held(), before + 10_000);
  table.deleteAt(huge);
  assertEquals(held(), before);
});

Deno.test("ByteMap: values written at one entry leave the others alone", () => {
  const random = seeded(3);
  const table = new ByteMap();
  const entries: number[] = [];
  const values: string[] = [];
  for (let i = 0; i < 500; i++) {
    values.push(randomBytes(random, 1 + (i % 70)));
    entries.push(table.insert("k" + i, values[i]));
  }
  for (let round = 0; round < 20_000; round++) {
    const i = below(random, 500);
    values[i] = randomBytes(random, below(random, 90));
    table.setValueAt(entries[i], values[i]);
    const j = below(random, 500);
    assert(table.valueAt(entries[j]) === values[j]);
  }
});

Deno.test("byte map text: every length, at every offset, through every path", () => {
  const random = seeded(11);
  const bytes = new Uint8Array(40_000);
  const lengths = [...Array(140).keys(), 255, 256, 1000, 4095, 4096, 4097, 20_000];
  for (const length of lengths) {
    const binary = longString(random, length);
    const flat = randomBytes(random, Math.min(length, 5000));
    const ascii = "abcdefghij".repeat(length / 10 + 1).slice(0, length);
    const late = length === 0 ? "" : ascii.slice(0, -1) + "\xfe";
    for (const text of [binary, flat, ascii, late]) {
      bytes.fill(0xaa);
      const offset = below(random, 50) + 1;
      writeString(text, bytes, offset);
      assert(readString(bytes, offset, text.length) === text, `length ${length}`);
      assertEquals(bytes[offset - 1], 0xaa);
      assert(bytes.subarray(offset + text.length).every((byte) => byte === 0xaa));
    }
  }
});

Deno.test("byte map text: a binary string that V8 keeps at two bytes a char is written right", () => {
  const wide = ("\u0100" + "\x80\xff".repeat(4000)).substring(1);
  const bytes = new Uint8Array(9000);
  writeString(wide, bytes, 10);
  assert(readString(bytes, 10, wide.length) === wide);
});

Deno.test("byte map text: integers end where they end", () => {
  const bytes = new Uint8Array(32).fill(0x39);
  assertEquals([readInt(bytes, 0, 3), readInt(bytes, 5, 5), readInt(bytes, 0, 17)], [
    999,
    NaN,
    NaN,
  ]);
});

Deno.test("byte map hash: the same from the key, from memory at any word, whatever follows", () => {
  const random = seeded(17);
  const words = new Int32Array(3000);
  const bytes = new Uint8Array(words.buffer);
  for (const length of [...Array(70).keys(), 100, 1000, 8192]) {
    const key = randomBytes(random, length);
    loadKey(key);
    const hash = hashWords(keyWords, 0, length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = below(random, 256);
    const start = below(random, 100);
    writeString(key, bytes, start * 4);
    assertEquals(hashWords(words, start, length), hash, `length ${length}`);
    assert(matchesKey(words, start, length));
    for (const at of [0, length >> 1, length - 1]) {
      if (length === 0) break;
      bytes[start * 4 + at] ^= 0x80;
      assert(!matchesKey(words, start, length), `byte ${at} of ${length} differs`);
      bytes[start * 4 + at] ^= 0x80;
    }
  }
});

Deno.test("byte map hash: keys that hardly differ spread evenly over segments and rows", () => {
  const families: Record<string, (i: number) => string> = {
    "decimal suffix": (i) => "key:" + String(i).padStart(12, "0"),
    "binary suffix": (i) => "session:" + String.fromCharCode(i & 255, i >> 8),
    "binary prefix": (i) => String.fromCharCode(i & 255, i >> 8) + "\0".repeat(14),
    "high bits": (i) =>
      Array.from({ length: 16 }, (_, bit) => (i >> bit) & 1 ? "\x80" : "\0").join(""),
    "zeros of many lengths": (i) => "\0".repeat(i & 8191) + (i >> 13),
  };
  for (const [name, key] of Object.entries(families)) {
    const high = new Array(256).fill(0);
    const low = new Array(256).fill(0);
    for (let i = 0; i < 65_536; i += name.startsWith("zeros") ? 16 : 1) {
      const text = key(i);
      loadKey(text);
      const hash = hashWords(keyWords, 0, text.length);
      high[hash >>> 24]++;
      low[homeOf(hash, 256)]++;
    }
    for (const counts of [high, low]) {
      // The seed is another one in each process: a bound that chance does not reach.
      const sigmas = chiSquareSigmas(counts);
      assert(Math.abs(sigmas) < 8, `${name}: off by ${sigmas} standard deviations`);
    }
  }
});

Deno.test("HashIndex: agrees with a model, with equal hashes and rows that wrap around", () => {
  const random = seeded(23);
  const index = new HashIndex();
  const hashes = new Map<number, number>();
  const entries: number[] = [];
  const find = (hash: number, entry: number) => {
    const segment = index.segmentOf(hash);
    const rows = rowsOf(segment);
    for (let row = homeOf(hash, rows); segment[row * 2 + 1] !== 0; row = (row + 1) % rows) {
      if (segment[row * 2] === hash && segment[row * 2 + 1] === entry + 1) return true;
    }
    return false;
  };
  const crafted = () => {
    const shape = random();
    if (shape < 0.1) return below(random, 20) * 0x08000000 | 0xffff;
    if (shape < 0.2) return (below(random, 2 ** 16) << 16) | (0xfff0 + below(random, 16));
    return below(random, 2 ** 32) | 0;
  };
  let next = 0;
  for (let i = 0; i < 300_000; i++) {
    const target = [60_000, 100, 30_000, 0][Math.floor(i / 75_000)];
    if (entries.length === 0 || random() < (entries.length < target ? 0.95 : 0.05)) {
      const hash = crafted();
      index.insert(hash, next);
      hashes.set(next, hash);
      entries.push(next++);
    } else {
      const at = below(random, entries.length);
      const entry = entries[at];
      entries[at] = entries[entries.length - 1];
      entries.pop();
      index.remove(hashes.get(entry)!, entry);
      hashes.delete(entry);
    }
    if (i % 25_000 !== 0) continue;
    for (const [entry, hash] of hashes) assert(find(hash, entry), `entry ${entry} is lost`);
    let rows = 0;
    for (const segment of new Set(index.directory)) {
      assert(segment[rowsOf(segment) * 2] <= rowsOf(segment) * 0.8 + 1);
      for (let row = 0; row < rowsOf(segment); row++) if (segment[row * 2 + 1] !== 0) rows++;
    }
    assertEquals(rows, hashes.size);
  }
});

Deno.test("HashIndex: stays within its bounds of memory as it grows and shrinks", () => {
  const random = seeded(29);
  const index = new HashIndex();
  const hashes: number[] = [];
  for (let i = 0; i < 200_000; i++) {
    hashes.push(below(random, 2 ** 32) | 0);
    index.insert(hashes[i], i);
    if (i > 1000 && i % 1000 === 0) assertLessOrEqual(index.bytes / i, 14.5);
  }
  while (hashes.length > 0) index.remove(hashes.pop()!, hashes.length);
  // Segments are not joined again, but become small.
  assertLessOrEqual(index.bytes, index.directory.length * 160);
});
