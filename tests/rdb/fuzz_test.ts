import { assert } from "@std/assert";
import { RdbDecoder } from "../../src/rdb/decode/decoder.ts";
import { RdbError } from "../../src/rdb/error.ts";
import { canonicalContent, takeAll } from "./canonical.ts";
import { readBytes } from "./fixtures.ts";
import { mulberry32, type Prng } from "../support/prng.ts";

const SEEDS = [
  "2.4.18/nocompress.rdb",
  "2.4.18/multidb.rdb",
  "2.6.17/multidb.rdb",
  "3.2.13/multidb.rdb",
  "5.0.14/streams.rdb",
  "5.0.14/lru.rdb",
  "7.0.15/plainlists.rdb",
  "7.0.15/nocompress.rdb",
  "7.2.6/streams.rdb",
  "7.2.6/nocompress.rdb",
  "7.4.1/multidb.rdb",
  "7.4.1/cluster.rdb",
  "derived/int-strings.rdb",
  "modules/module-value.rdb",
];

/** Numbers that length fields, counts and encodings like to go wrong at. */
const TELLING = [0, 1, 2, 0x3f, 0x40, 0x7f, 0x80, 0x81, 0xc0, 0xc3, 0xe0, 0xf0, 0xf4, 0xfe, 0xff];

function mutate(original: Uint8Array, random: Prng): Uint8Array {
  let bytes = new Uint8Array(original);
  for (let times = 1 + random.int(3); times > 0; times--) {
    const at = 9 + random.int(bytes.length - 9);
    switch (random.int(6)) {
      case 0:
        bytes[at] ^= 1 << random.int(8);
        break;
      case 1:
        bytes[at] = random.int(256);
        break;
      case 2:
        bytes[at] = random.pick(TELLING);
        break;
      case 3: {
        const removed = 1 + random.int(4);
        bytes = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + removed)]);
        break;
      }
      case 4: {
        const from = random.int(bytes.length);
        const extra = bytes.slice(from, from + 1 + random.int(24));
        bytes = new Uint8Array([...bytes.subarray(0, at), ...extra, ...bytes.subarray(at)]);
        break;
      }
      case 5:
        if (random.int(4) === 0) bytes = bytes.slice(0, at + 1);
        else bytes.fill(0xff, at, at + 1 + random.int(8));
        break;
    }
    if (bytes.length < 10) break;
  }
  return bytes;
}

for (const name of SEEDS) {
  Deno.test(`${name} with random damage is decoded or refused, and nothing else`, () => {
    const original = readBytes(name);
    const random = mulberry32(name.length * 7919 + original.length);
    let refused = 0;
    const rounds = 500;
    for (let round = 0; round < rounds; round++) {
      const bytes = mutate(original, random);
      const known = random.int(2) === 0;
      const decoder = new RdbDecoder({
        verifyChecksum: false,
        refuseDuplicateKeys: true,
        totalBytes: known ? bytes.length : undefined,
      });
      try {
        const records = [];
        for (let at = 0; at < bytes.length;) {
          const size = 1 + random.int(bytes.length);
          decoder.push(bytes.subarray(at, at + size));
          records.push(...takeAll(decoder));
          at += size;
        }
        decoder.end();
        records.push(...takeAll(decoder));
        assert(decoder.done);
        // Whatever came out must be whole: strings where strings belong, no holes.
        const keys = records.filter((record) => record.kind !== "function");
        assert(JSON.stringify(canonicalContent(keys)).length > 0);
      } catch (error) {
        if (!(error instanceof RdbError)) {
          throw new Error(`round ${round}: ${error}`, { cause: error });
        }
        assert(error.offset >= 0 && error.offset <= bytes.length, error.message);
        refused++;
      }
    }
    assert(refused > rounds / 10, `only ${refused} refused`);
  });
}

Deno.test("random bytes behind a header are decoded or refused", () => {
  const random = mulberry32(20240229);
  for (let round = 0; round < 3000; round++) {
    const body = new Uint8Array(1 + random.int(200));
    for (let i = 0; i < body.length; i++) {
      body[i] = random.int(3) === 0 ? random.pick(TELLING) : random.int(26);
    }
    const decoder = new RdbDecoder({ verifyChecksum: random.int(2) === 0 });
    decoder.push(new TextEncoder().encode("REDIS0012"));
    decoder.push(body);
    decoder.end();
    try {
      takeAll(decoder);
    } catch (error) {
      assert(error instanceof RdbError, `round ${round}: ${error}`);
    }
  }
});
