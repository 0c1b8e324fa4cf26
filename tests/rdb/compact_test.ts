/**
 * Keys taken straight into a keyspace against the same keys taken as records: the content, the
 * encodings and what is refused must be the same.
 *
 * @module
 */

import "../../src/datatypes/mod.ts";
import { assert, assertEquals } from "@std/assert";
import { ManualClock } from "../../src/clock/clock.ts";
import { ByteMap } from "../../src/keyspace/byte_map/byte_map.ts";
import type { Keyspace } from "../../src/keyspace/keyspace.ts";
import { RdbDecoder } from "../../src/rdb/decode/decoder.ts";
import { RdbError } from "../../src/rdb/error.ts";
import { KeyLoader, newLoadResult } from "../../src/rdb/load/load.ts";
import { lzfCompress } from "../../src/rdb/encode/lzf.ts";
import { fromBytes, toBytes } from "../../src/bytes/bytes.ts";
import type { EncodingLimits } from "../../src/values/limits.ts";
import type { Value } from "../../src/values/value.ts";
import { mulberry32, type Prng } from "../support/prng.ts";
import { keyspaceContent, silentKeyspace } from "./keyspace_content.ts";
import { big, type Element, file, listpack, little, string } from "./writers.ts";

const NOW = 1_700_000_000_000;

function encodingOf(value: Value): string {
  return typeof value === "string" || !("encoding" in value) ? "" : String(value.encoding);
}

/** The order of the elements, which the canonical content does not show. */
function orderOf(value: Value): string[] {
  if (typeof value === "string") return [];
  if (value.type === "set" && value.encoding !== "hashtable") return value.toArray();
  return value.type === "hash" && value.encoding === "listpack" ? value.toFlat() : [];
}

function details(keyspace: Keyspace): unknown[] {
  const out: [string, string, string[]][] = [];
  for (const { table } of keyspace.databases) {
    for (let entry = 0; entry < table.entryLimit; entry++) {
      const value = table.valueAt(entry);
      out.push([table.keyAt(entry), encodingOf(value), orderOf(value)]);
    }
  }
  return out.sort(([a], [b]) => a < b ? -1 : 1);
}

interface Outcome {
  readonly content: unknown;
  readonly details: unknown[];
  readonly loaded: number;
  readonly expired: number;
  readonly empty: string[];
  readonly error: string | null;
  /** How many keys came as records. */
  readonly records: number;
}

interface How {
  readonly direct: boolean;
  /** Bytes a push. */
  readonly piece?: number;
  readonly limits?: Partial<EncodingLimits>;
}

function load(bytes: Uint8Array, { direct, piece = bytes.length, limits = {} }: How): Outcome {
  const keyspace = silentKeyspace(new ManualClock(NOW));
  Object.assign(keyspace.limits, limits);
  const result = newLoadResult();
  const empty: string[] = [];
  const loader = new KeyLoader(keyspace, result, { onEmptyKey: (key) => void empty.push(key) });
  const sink = direct ? loader : undefined;
  const decoder = new RdbDecoder({ totalBytes: bytes.length, sink });
  let error: string | null = null;
  let records = 0;
  try {
    for (let at = 0; !decoder.done; at += piece) {
      if (at >= bytes.length) decoder.end();
      else decoder.push(bytes.subarray(at, at + piece));
      for (let record = decoder.next(); record !== null; record = decoder.next()) {
        if (record.kind === "key") records++;
        loader.record(record);
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof RdbError)) throw thrown;
    error = `${thrown.kind}: ${thrown.message}`;
  }
  return {
    content: keyspaceContent(keyspace),
    details: details(keyspace),
    loaded: result.keysLoaded,
    expired: result.keysExpired,
    empty,
    error,
    records,
  };
}

/** Both ways; says how many keys came as records where they need not. */
function compare(bytes: Uint8Array, limits?: Partial<EncodingLimits>, piece?: number): Outcome {
  const { records: all, ...expected } = load(bytes, { direct: false, limits });
  const { records, ...got } = load(bytes, { direct: true, limits, piece });
  assertEquals(got, expected);
  return { ...got, records: all === 0 ? 0 : records };
}

const INTEGERS = [0n, 1n, 127n, 128n, -1n, -4096n, 4095n, -4097n, 32767n, -32769n, 8388607n]
  .concat([-8388609n, 2n ** 31n - 1n, -(2n ** 31n), 2n ** 31n, 2n ** 53n - 1n, -(2n ** 53n) + 1n])
  .concat([2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)]);

function anyText(random: Prng): string {
  const length = random.pick([0, 1, 2, 5, 12, 13, 14, 20, 40, 63, 64, 65, 127, 128, 253, 254]);
  const letters = random.pick(["ab", "element:0123456789", "\0\xff\x80"]);
  return Array.from({ length }, () => letters[random.int(letters.length)]).join("");
}

function anyElement(random: Prng): Element {
  return random.int(3) === 0 ? random.pick(INTEGERS) : anyText(random).slice(0, random.int(80));
}

function different(random: Prng, count: number, make: (random: Prng) => Element): Element[] {
  const seen = new Map<string, Element>();
  for (let i = 0; i < count; i++) {
    const element = make(random);
    seen.set(String(element), element);
  }
  return [...seen.values()];
}

/** A string as a file may have it. */
function anyString(random: Prng, element: Element): string {
  const text = String(element);
  const number = Number(text);
  if (text === String(number) && Number.isInteger(number) && random.int(2) === 0) {
    if (number >= -128 && number < 128) return "\xc0" + little(number, 1);
    if (number >= -32768 && number < 32768) return "\xc1" + little(number, 2);
    if (number >= -(2 ** 31) && number < 2 ** 31) return "\xc2" + little(number, 4);
  }
  return compressed(text) ?? plain(random, text);
}

function plain(random: Prng, text: string): string {
  return random.int(8) === 0 ? "\x80" + big(text.length, 4) + text : string(text);
}

function compressed(text: string): string | null {
  if (text.length <= 20) return null;
  const target = new Uint8Array(text.length);
  const size = lzfCompress(toBytes(text), text.length, target, text.length - 4);
  if (size <= 0) return null;
  return "\xc3" + length(size) + length(text.length) + fromBytes(target.subarray(0, size));
}

function length(value: number): string {
  return value < 64 ? little(value, 1) : big(0x4000 | value, 2);
}

function anyScore(random: Prng): Element {
  if (random.int(60) === 0) return random.pick([...INTEGERS, "nan", "1.2.3", ""]);
  return random.pick<() => Element>([
    () => BigInt(random.int(100) - 50),
    () => random.pick(["1.5", "-0.25", "1e3", "inf", "-inf", "-0", "-0.0", "3.", "0.1"]),
    () => `${random.int(1000)}.${random.int(1_000_000)}`,
    () => String(random.next()),
    () => "99999999999999.75",
  ])();
}

/** A collection with its type's number in front, as what is behind a key. */
function anyCollection(random: Prng): [type: string, value: string] {
  const some = random.pick([0, 1, 2, 3, 6, 24, 25, 40, 130]);
  const members = different(random, some, anyElement);
  // Now and then one comes twice, which sets and the like must not have.
  if (random.int(12) === 0 && members.length > 0) members.push(members[0]);
  switch (random.int(7)) {
    case 0:
      return ["\x10", string(listpack(members.flatMap((each) => [each, anyElement(random)])))];
    case 1:
      return ["\x14", string(listpack(members))];
    case 2:
      return ["\x02", length(members.length) + members.map((e) => anyString(random, e)).join("")];
    case 3: {
      const texts = members.flatMap((each) => [each, anyElement(random)]);
      return ["\x04", length(members.length) + texts.map((e) => anyString(random, e)).join("")];
    }
    case 4: {
      const scored = members.map((each) => [each, anyScore(random)]);
      if (random.int(4) > 0) scored.sort((a, b) => Number(a[1]) - Number(b[1]));
      const text = listpack(scored.flat());
      return ["\x11", compressed(text) ?? string(text)];
    }
    case 5: {
      const width = random.pick([2, 4, 8]);
      const values = [...new Set(members.map(() => random.int(60_000) - 30_000))];
      values.sort((a, b) => random.int(200) === 0 ? 1 : a - b);
      const header = little(width, 4) + little(values.length, 4);
      return ["\x0b", string(header + values.map((each) => little(each, width)).join(""))];
    }
    default: {
      const nodes = random.pick([1, 1, 1, 2]);
      return ["\x12", length(nodes) + ("\x02" + string(listpack(members))).repeat(nodes)];
    }
  }
}

Deno.test("keys taken at once are those that records would have made", () => {
  const random = mulberry32(20261122);
  let direct = 0;
  let refused = 0;
  for (let round = 0; round < 300; round++) {
    let keys = "";
    const count = 1 + random.int(12);
    for (let i = 0; i < count; i++) {
      if (random.int(6) === 0) keys += "\xfc" + little(NOW + random.int(3) - 1, 8);
      if (random.int(8) === 0) keys += "\xf9" + little(random.int(256), 1);
      if (random.int(8) === 0) keys += "\xf8" + length(random.int(5000));
      const key = random.int(30) === 0 ? "twice" : `${anyText(random)}${i}`;
      if (random.int(3) === 0) {
        keys += "\0" + anyString(random, key) + anyString(random, anyText(random));
      } else {
        const [type, value] = anyCollection(random);
        keys += type + anyString(random, random.int(4) === 0 ? BigInt(i) : key) + value;
      }
    }
    const limits = random.int(3) > 0 ? undefined : {
      hashMaxListpackEntries: random.int(8),
      hashMaxListpackValue: random.int(30),
      setMaxIntsetEntries: random.int(8),
      setMaxListpackEntries: random.int(8),
      setMaxListpackValue: random.int(30),
      zsetMaxListpackEntries: random.int(8),
      zsetMaxListpackValue: random.int(30),
      listMaxListpackSize: random.pick([-2, 1, 4]),
    };
    const piece = random.pick([undefined, 1, 7, 100]);
    const { loaded, records, error } = compare(file(keys), limits, piece);
    direct += loaded - records;
    if (error !== null) refused++;
  }
  // Both ways were taken, and neither all nor no files were sound.
  assert(direct > 400, `${direct}`);
  assert(refused > 20 && refused < 280, `${refused}`);
});

Deno.test("small collections do not become records", () => {
  const small = [
    ["\x10", string(listpack(["name", "Ada", "born", 1815n]))],
    ["\x14", string(listpack(["a", "b", 3n]))],
    ["\x02", "\x02" + string("a") + string("b")],
    ["\x04", "\x01" + string("field") + "\xc0\x07"],
    ["\x11", string(listpack(["a", 1n, "b", "1.5"]))],
    ["\x0b", string(little(2, 4) + little(2, 4) + little(1, 2) + little(5, 2))],
    ["\x12", "\x01\x02" + string(listpack(["a", "b"]))],
    ["\0", string("a string")],
  ];
  const keys = small.map(([type, value], i) => type + string(`key:${i}`) + value).join("");
  const { loaded, records } = compare(file(keys));
  assertEquals([loaded, records], [small.length, 0]);
});

Deno.test("keys and values of every length and form arrive whole", () => {
  let keys = "";
  for (const size of [0, 1, 3, 4, 31, 32, 33, 63, 64, 4095, 4096, 8191, 8192, 8193, 20_000]) {
    const noise = mulberry32(size);
    const text = Array.from({ length: size }, () => String.fromCharCode(noise.int(256))).join("");
    const packed = string(listpack(["a", "b"]));
    const repeated = compressed(`${size}:`.repeat(Math.min(size, 2000))) ?? string(`${size}`);
    keys += "\0" + string("s" + text) + string(text);
    keys += "\x10" + string("h" + text) + packed;
    // The key is unpacked, and then the value is.
    keys += "\0" + repeated + repeated;
  }
  const { loaded, records } = compare(file(keys));
  assertEquals([loaded, records], [45, 0]);
});

Deno.test("a key past its time is left out, and one that is there already is refused or replaced", () => {
  const past = "\xfc" + little(NOW - 1, 8);
  const key = "\0" + string("key") + string("value");
  assertEquals(compare(file(past + key + key)).expired, 1);
  assertEquals(compare(file(key + key)).error?.slice(0, 8), "corrupt:");
  const keyspace = silentKeyspace(new ManualClock(NOW));
  keyspace.databases[0].put("key", "old");
  const sink = new KeyLoader(keyspace, newLoadResult(), { merge: true });
  const decoder = new RdbDecoder({ sink });
  decoder.push(file(key));
  while (decoder.next() !== null);
  assertEquals(keyspace.databases[0].get("key"), "value");
  assert(keyspace.databases[0].table instanceof ByteMap && keyspace.size === 1);
});
