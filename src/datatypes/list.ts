/**
 * Lists.
 *
 * @module
 */

import { Batches } from "../aof/value_commands.ts";
import { ziplistList } from "../rdb/decode/packed.ts";
import { ElementsReader } from "../rdb/decode/plain.ts";
import { QuicklistReader } from "../rdb/decode/quicklist.ts";
import { writeList } from "../rdb/encode/list.ts";
import { LISTPACK_VERSION } from "../rdb/encode/packed.ts";
import { ValueType } from "../rdb/format.ts";
import type { RdbList } from "../rdb/records.ts";
import { ListValue } from "../values/list.ts";
import { type DataType, lengthOf } from "./data_type.ts";
import { chain } from "./digest.ts";
import { outer } from "./fingerprint.ts";
import { array } from "./json.ts";

export const LIST: DataType<ListValue, RdbList> = {
  name: "list",
  number: 1,
  packed: [[ValueType.LIST_ZIPLIST, ziplistList]],
  readers: [
    [ValueType.LIST, (input) => new ElementsReader("list", input)],
    [ValueType.LIST_QUICKLIST, (input) => new QuicklistReader(1, input)],
    [ValueType.LIST_QUICKLIST_2, (input) => new QuicklistReader(2, input)],
  ],
  valueType(_list, version) {
    return version >= LISTPACK_VERSION ? ValueType.LIST_QUICKLIST_2 : ValueType.LIST_QUICKLIST;
  },
  begin: writeList,
  count: (list) => list.length,
  toValue: ({ items }, limits) => ListValue.from(items, limits),
  emit(key, list, emit) {
    const batches = new Batches(emit, ["RPUSH", key]);
    list.forEach((item) => batches.add(item));
    batches.end();
  },
  digest: (digest, list) => list.forEach((item) => chain(digest, item)),
  elements: ({ items }) => items.length,
  contentBytes: ({ items }) => lengthOf(items),
  json: (out, { items }) => array(out, items.length, (i) => out.bytes(items[i])),
  fingerprint({ items }) {
    outer.begin(11);
    for (const item of items) outer.text(item);
    return outer.end();
  },
};
