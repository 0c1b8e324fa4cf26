/**
 * Sets: an intset, a listpack from version 11 on, else the members one by one.
 *
 * @module
 */

import { parseInteger } from "../../bytes/int.ts";
import type { SetValue } from "../../values/set.ts";
import { ValueType } from "../format.ts";
import { type EncodeContext, KEEP, STEP, type Steps } from "./context.ts";
import { beginPacked } from "./packed.ts";
import { writeLength, writePacked, writeString } from "./string.ts";

/** First version that has sets in listpacks. */
const SET_LISTPACK_VERSION = 11;

/** The value type that the set is written as. */
export function setType(set: SetValue, version: number): number {
  switch (set.encoding) {
    case "intset":
      return ValueType.SET_INTSET;
    case "listpack":
      return version >= SET_LISTPACK_VERSION ? ValueType.SET_LISTPACK : ValueType.SET;
    default:
      return ValueType.SET;
  }
}

/** Write a set. O(n). @returns the work that is left when it is a table */
export function writeSet(context: EncodeContext, set: SetValue): Steps | null {
  switch (setType(set, context.version)) {
    case ValueType.SET_INTSET:
      writeIntset(context, set);
      return null;
    case ValueType.SET_LISTPACK: {
      const packed = beginPacked(context);
      for (const member of set.toArray()) packed.text(member);
      packed.end();
      writePacked(context);
      return null;
    }
    default:
      return writeMembers(context, set);
  }
}

function* writeMembers(context: EncodeContext, set: SetValue): Steps {
  const { size } = set;
  writeLength(context.sink, size);
  let members = set[Symbol.iterator]();
  for (let done = 0; done < size;) {
    const end = Math.min(size, done + STEP);
    for (; done < end; done++) writeString(context, members.next().value);
    if ((yield) !== KEEP) continue;
    members = set.toArray().slice(done).values();
    yield;
  }
}

function writeIntset(context: EncodeContext, set: SetValue): void {
  const { packed } = context;
  const members = set.toArray();
  // In ascending order: the first and the last are the widest.
  const width = members.length === 0
    ? 2
    : Math.max(widthOf(members[0]), widthOf(members[members.length - 1]));
  packed.length = 0;
  packed.uint32(width);
  packed.uint32(members.length);
  for (const member of members) {
    const value = parseInteger(member)!;
    if (width === 8) packed.int64(value);
    else if (width === 4) packed.uint32(Number(value));
    else packed.uint16(Number(value));
  }
  writePacked(context);
}

function widthOf(member: string): 2 | 4 | 8 {
  const value = parseInteger(member)!;
  if (value >= -0x8000 && value <= 0x7fff) return 2;
  return value >= -0x80000000 && value <= 0x7fffffff ? 4 : 8;
}
