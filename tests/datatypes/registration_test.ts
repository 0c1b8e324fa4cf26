import { assertEquals } from "@std/assert";
import { dataType, TYPES } from "../../src/datatypes/mod.ts";
import { CODECS, PACKED_READERS, READERS } from "../../src/rdb/codecs.ts";
import { isValueType } from "../../src/rdb/decode/value.ts";
import { ValueType } from "../../src/rdb/format.ts";

/** Numbers that no reader is for: modules, and layouts that no release has written. */
const REFUSED: number[] = [
  ValueType.MODULE_PRE_GA,
  ValueType.MODULE_2,
  ValueType.HASH_METADATA_PRE_GA,
  ValueType.HASH_LISTPACK_EX_PRE_GA,
];

Deno.test("data types: each is registered under its own name", () => {
  assertEquals(TYPES, ["string", "list", "set", "zset", "hash", "stream"]);
  for (const name of TYPES) {
    assertEquals(dataType(name).name, name);
    assertEquals(CODECS[name], dataType(name));
  }
  assertEquals(Object.keys(CODECS).length, TYPES.length);
});

Deno.test("data types: every type number of files is one type's, and read in one way", () => {
  const owners = new Map<number, string[]>();
  for (const name of TYPES) {
    const { packed, readers } = dataType(name);
    for (const [type] of [...packed, ...readers]) {
      owners.set(type, [...owners.get(type) ?? [], name]);
    }
  }
  for (let type = 0; type < 64; type++) {
    const expected = isValueType(type) && !REFUSED.includes(type) ? 1 : 0;
    assertEquals(owners.get(type)?.length ?? 0, expected, `type ${type}`);
    const found = [PACKED_READERS[type], READERS[type]].filter((each) => each !== undefined);
    assertEquals(found.length, expected, `readers of type ${type}`);
  }
});

Deno.test("data types: digests tell the types apart by the numbers of a real server", () => {
  const numbers = Object.fromEntries(TYPES.map((name) => [name, dataType(name).number]));
  assertEquals(numbers, { string: 0, list: 1, set: 2, zset: 3, hash: 4, stream: 6 });
});
