/**
 * RESTORE of packed values that hold nothing, or are no bytes at all, for every type and in every
 * place: what Redis 7.2.6 takes (with `sanitize-dump-payload yes`) and nothing else, and whatever the
 * bytes, an answer.
 *
 * @module
 */

import "../../src/datatypes/mod.ts";
import { assertEquals } from "@std/assert";
import { toBytes } from "../../src/bytes/bytes.ts";
import { Crc64 } from "../../src/rdb/crc64.ts";
import { decodeDumpPayload } from "../../src/rdb/decode/value.ts";
import { RdbError } from "../../src/rdb/error.ts";
import { mulberry32 } from "../support/prng.ts";

const LISTPACK = "\x0a\0\0\0\x01\0\x81a\x02\xff";
const ZIPLIST = "\x0e\0\0\0\x0a\0\0\0\x01\0\0\x01a\xff";
/** Packed strings without elements, and none at all. */
const EMPTY: Record<string, string> = {
  nothing: "",
  listpack: "\x07\0\0\0\0\0\xff",
  ziplist: "\x0b\0\0\0\x0a\0\0\0\0\0\xff",
  intset: "\x02\0\0\0\0\0\0\0",
  zipmap: "\0\xff",
  byte: "\xff",
  zeros: "\0\0\0\0\0\0\0",
};

function blob(bytes: string): string {
  return String.fromCharCode(bytes.length) + bytes;
}

/** With the footer of a DUMP payload. */
function payload(body: string): Uint8Array {
  const bytes = toBytes(body + "\x0b\0" + "\0".repeat(8));
  const crc = new Crc64();
  crc.update(bytes, 0, body.length + 2);
  new DataView(bytes.buffer).setBigUint64(body.length + 2, crc.value, true);
  return bytes;
}

/** The number of elements (of a list), or that it is refused with `Bad data format`. */
function restore(body: string): number | "refused" {
  try {
    const value = decodeDumpPayload(payload(body));
    if (value === null) return "refused";
    return value.type === "list" ? value.items.length : 0;
  } catch (error) {
    // These two have another text.
    if (error instanceof RdbError && !["version", "checksum"].includes(error.kind)) {
      return "refused";
    }
    throw error;
  }
}

Deno.test("empty nodes: what is packed as a whole and empty is refused", () => {
  for (const [name, bytes] of Object.entries(EMPTY)) {
    for (const type of [9, 10, 11, 12, 13, 16, 17, 20]) {
      assertEquals(restore(String.fromCharCode(type) + blob(bytes)), "refused", `${type} ${name}`);
    }
    for (const type of [15, 19, 21]) {
      const rest = type === 15 ? "\0\0\0\0" : "\0\0\0\0\0\0\0\0\0";
      const node = blob("\0".repeat(16)) + blob(bytes);
      assertEquals(
        restore(String.fromCharCode(type) + "\x01" + node + rest),
        "refused",
        `${type} ${name}`,
      );
    }
  }
  for (const type of [1, 2, 3, 4, 5, 14, 18]) {
    assertEquals(restore(String.fromCharCode(type) + "\0"), "refused", `${type}`);
  }
});

Deno.test("empty nodes: a list's node has bytes; an empty ziplist or listpack adds nothing", () => {
  const one = { 14: blob(ZIPLIST), 18: "\x02" + blob(LISTPACK) };
  for (const [name, bytes] of Object.entries(EMPTY)) {
    for (
      const [kind, container, takes] of [[14, "", "ziplist"], [18, "\x02", "listpack"]] as const
    ) {
      const type = String.fromCharCode(kind);
      const node = container + blob(bytes);
      const expected = name === takes ? 1 : "refused";
      assertEquals(restore(type + "\x01" + node), "refused", name);
      assertEquals(restore(type + "\x02" + node + one[kind]), expected, name);
      assertEquals(restore(type + "\x02" + one[kind] + node), expected, name);
    }
    // A node that is an element by itself.
    const plain = "\x01" + blob(bytes);
    const taken = name !== "nothing";
    assertEquals(restore("\x12\x01" + plain), taken ? 1 : "refused", name);
    assertEquals(restore("\x12\x02" + plain + one[18]), taken ? 2 : "refused", name);
    assertEquals(restore("\x12\x02" + one[18] + plain), taken ? 2 : "refused", name);
  }
  for (const container of ["\0", "\x03"]) {
    assertEquals(restore("\x12\x01" + container + blob(LISTPACK)), "refused");
  }
});

Deno.test("empty nodes: compressed to nothing is a string, and no node", () => {
  const compressed = "\xc3\x01\0\xaa";
  assertEquals(restore("\0" + compressed), 0);
  for (const before of ["\x0b", "\x10", "\x12\x01\x01", "\x12\x01\x02", "\x0e\x01"]) {
    assertEquals(restore(before + compressed), "refused");
  }
});

Deno.test("empty nodes: bytes that are nearly right end in a value or `Bad data format`", () => {
  const random = mulberry32(7);
  const pieces = [...Object.values(EMPTY), LISTPACK, ZIPLIST];
  for (let round = 0; round < 30_000; round++) {
    const type = random.int(27);
    let body = String.fromCharCode(type);
    for (let count = random.int(4); count > 0; count--) {
      body += String.fromCharCode(random.int(4)) + blob(pieces[random.int(pieces.length)]);
    }
    if (random.int(2) === 0) {
      const at = random.int(body.length);
      body = body.slice(0, at) + String.fromCharCode(random.int(256)) + body.slice(at + 1);
    }
    restore(body);
  }
});
