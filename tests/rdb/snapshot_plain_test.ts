/**
 * Keys with plain strings are written from the bytes that the byte map holds; other tables and values
 * go by way of strings. Both ways give the same bytes.
 *
 * @module
 */

import "../../src/datatypes/mod.ts";
import { assert, assertEquals } from "@std/assert";
import type { ByteString } from "../../src/bytes/bytes.ts";
import { ByteMap } from "../../src/keyspace/byte_map/byte_map.ts";
import { type KeyTable, PlainRecord } from "../../src/keyspace/key_table.ts";
import { MapTable } from "../../src/keyspace/map_table.ts";
import { RdbWriter } from "../../src/rdb/encode/writer.ts";
import { ListValue } from "../../src/values/list.ts";
import { defaultLimits } from "../../src/values/limits.ts";
import { StringBuffer } from "../../src/values/string_buffer.ts";
import { mulberry32, type Prng } from "../support/prng.ts";
import { newKeyspace } from "./saving.ts";

/** Texts at the edges of what is an integer, and of its widths. */
const NUMBERS = [
  ...["0", "-0", "00", "01", "-", "--1", "+1", " 1", "1 ", "1a", "a1", "-1", "9", "10", ""],
  ...["127", "128", "-128", "-129", "32767", "32768", "-32768", "-32769", "/", ":", "-a", "1.5"],
  ...["2147483647", "2147483648", "-2147483648", "-2147483649", "99999999999", "-9999999999"],
  ...["123456789012", "-12345678901", "000000000000", "\x00", "\xb1"],
];
/** Lengths at the edges of length encodings, of compression, of cells, and of a writer's memory. */
const LENGTHS = [
  1,
  11,
  12,
  19,
  20,
  21,
  22,
  24,
  63,
  64,
  96,
  97,
  300,
  8170,
  8192,
  8193,
  16383,
  16384,
];

function text({ int, pick }: Prng, length: number): ByteString {
  const letters = pick([1, 3, 90, 256]);
  let out = "";
  while (out.length < length) out += String.fromCharCode(int(letters) + (letters < 256 ? 33 : 0));
  return out;
}

/** Keys and values of all kinds, the same in every table. */
function fill(table: KeyTable, prng: Prng): void {
  const { int, pick } = prng;
  for (let i = 0; i < 1500; i++) {
    const long = i % 20 === 0;
    const length = long ? pick(LENGTHS) : int(110);
    const value = int(3) === 0 ? pick(NUMBERS) : text(prng, length);
    const key = i < NUMBERS.length
      ? NUMBERS[i]
      : `:${i}${text(prng, int(20) === 0 ? pick(LENGTHS) : int(30))}`;
    const kind = int(30);
    const entry = table.insert(
      key,
      kind === 0
        ? ListValue.from([value, key], defaultLimits())
        : kind === 1
        ? StringBuffer.from(value)
        : value,
    );
    if (int(4) === 0) table.setExpireAt(entry, 1e12 + int(1e9));
    table.setAccessAt(entry, int(0xffffff));
    if (int(10) === 0) table.setValueAt(entry, text(prng, pick(LENGTHS)));
  }
  table.insert("a long one", text(prng, 20_000).repeat(30));
  table.insert("a longer one", "ab".repeat(600_000));
}

/** A table's bytes in a file. */
function written(
  table: KeyTable,
  compress: boolean,
  access: "idle" | "frequency" | null,
  step: boolean,
): Uint8Array {
  const { access: accessClock, limits } = newKeyspace(5e11);
  const writer = new RdbWriter({
    ...{ version: 11, compress, checksum: true, access, accessClock, limits },
  });
  for (let entry = 0; entry < table.entryLimit; entry++) {
    if (!table.isLive(entry)) continue;
    if (!step) writer.key(3, table, entry);
    else for (const steps = writer.beginKey(3, table, entry); steps && !steps.next().done;);
  }
  writer.end();
  assertEquals(writer.keys, table.size);
  return writer.take();
}

/** Counts the plain strings that are read as strings. */
class CountingMap extends ByteMap {
  strings = 0;

  override valueAt(entry: number) {
    const value = super.valueAt(entry);
    if (typeof value === "string") this.strings++;
    return value;
  }
}

Deno.test("the bytes of plain strings are written as the strings would be", () => {
  for (let seed = 1; seed <= 4; seed++) {
    const bytes = new CountingMap();
    const strings = new MapTable();
    fill(bytes, mulberry32(seed));
    fill(strings, mulberry32(seed));
    for (const compress of [true, false]) {
      const step = seed % 2 === 0;
      for (const access of step ? ["idle", null] as const : ["frequency", null] as const) {
        const expected = written(strings, compress, access, step);
        const actual = written(bytes, compress, access, step);
        assertEquals(actual.length, expected.length);
        const at = actual.findIndex((byte, i) => byte !== expected[i]);
        assertEquals(at, -1, `seed ${seed}, compress ${compress}, access ${access}`);
      }
    }
    // Only those of huge keys are.
    assert(bytes.strings < 4 * 60, `${bytes.strings} strings`);
  }
});

Deno.test("a table says where a plain record lies", () => {
  const table = new ByteMap();
  const record = new PlainRecord();
  const read = (bytes: Uint8Array, start: number, length: number) =>
    String.fromCharCode(...bytes.subarray(start, start + length));
  for (const [key, value] of [["", ""], ["k", ""], ["", "v"], ["key", "v".repeat(9000)]] as const) {
    const entry = table.insert(key, value);
    assert(table.plainAt(entry, record));
    assertEquals(read(record.key, record.keyStart, record.keyLength), key);
    assertEquals(read(record.value, record.valueStart, record.valueLength), value);
    table.deleteAt(entry);
  }
  const list = ListValue.from(["a"], defaultLimits());
  assert(!table.plainAt(table.insert("list", list), record));
  assert(!table.plainAt(table.insert("k".repeat(9000), "huge key"), record));
  assert(!table.plainAt(table.insert("l".repeat(9000), list), record));
});
