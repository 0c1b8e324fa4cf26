/**
 * Sets.
 *
 * @module
 */

import { Batches } from "../aof/value_commands.ts";
import { intsetSet, listpackSet } from "../rdb/decode/packed.ts";
import { ElementsReader } from "../rdb/decode/plain.ts";
import { setType, writeSet } from "../rdb/encode/set.ts";
import { ValueType } from "../rdb/format.ts";
import type { RdbSet } from "../rdb/records.ts";
import { SetValue } from "../values/set.ts";
import { type DataType, lengthOf } from "./data_type.ts";
import { combine } from "./digest.ts";
import { inner, unordered } from "./fingerprint.ts";
import { array } from "./json.ts";

export const SET: DataType<SetValue, RdbSet> = {
  name: "set",
  number: 2,
  packed: [[ValueType.SET_INTSET, intsetSet], [ValueType.SET_LISTPACK, listpackSet]],
  readers: [[ValueType.SET, (input) => new ElementsReader("set", input)]],
  valueType: setType,
  begin: writeSet,
  count: (set) => set.size,
  toValue: ({ members }, limits) => SetValue.from(members, limits),
  emit(key, set, emit) {
    const batches = new Batches(emit, ["SADD", key]);
    set.forEach((member) => batches.add(member));
    batches.end();
  },
  digest: (digest, set) => set.forEach((member) => combine(digest, member)),
  elements: ({ members }) => members.length,
  contentBytes: ({ members }) => lengthOf(members),
  json: (out, { members }) => array(out, members.length, (i) => out.bytes(members[i])),
  fingerprint({ members }) {
    return unordered(12, members.length, (i) => inner.begin(0).text(members[i]).end());
  },
};
