/**
 * Looking things up in Lua tables without a call into Lua, and without metamethods.
 *
 * @module
 */

import type { Pointer } from "../wasm/module.ts";
import { NODE, STRING, TABLE, TYPE, VALUE } from "./layout.ts";
import type { LuaMachine } from "./machine.ts";

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** Address of `table[index]`, for a positive integer; 0 when it is nil. O(1). */
export function getElement(machine: LuaMachine, table: Pointer, index: number): Pointer {
  const { u32, i32, f64 } = machine;
  if (index <= u32[(table + TABLE.arraySize) >> 2]) {
    const value = u32[(table + TABLE.array) >> 2] + (index - 1) * VALUE.size;
    return i32[(value + VALUE.tag) >> 2] === TYPE.nil ? 0 : value;
  }
  double[0] = index;
  const size = 1 << machine.u8[table + TABLE.log2Nodes];
  const place = ((words[0] + words[1]) >>> 0) % ((size - 1) | 1);
  let node = u32[(table + TABLE.nodes) >> 2] + place * NODE.size;
  while (node !== 0) {
    if (f64[(node + NODE.key) >> 3] === index && i32[(node + NODE.keyTag) >> 2] === TYPE.number) {
      return i32[(node + VALUE.tag) >> 2] === TYPE.nil ? 0 : node;
    }
    node = u32[(node + NODE.next) >> 2];
  }
  return 0;
}

/** Address of `table[name]`, for a string object; 0 when it is nil. O(1). */
export function getNamed(machine: LuaMachine, table: Pointer, name: Pointer): Pointer {
  const { u32, i32 } = machine;
  const mask = (1 << machine.u8[table + TABLE.log2Nodes]) - 1;
  const place = u32[(name + STRING.hash) >> 2] & mask;
  let node = u32[(table + TABLE.nodes) >> 2] + place * NODE.size;
  while (node !== 0) {
    if (u32[(node + NODE.key) >> 2] === name && i32[(node + NODE.keyTag) >> 2] === TYPE.string) {
      return i32[(node + VALUE.tag) >> 2] === TYPE.nil ? 0 : node;
    }
    node = u32[(node + NODE.next) >> 2];
  }
  return 0;
}

/** Has the table any entry outside of its array part? Cheap, and true when in doubt. */
export function hasNames(machine: LuaMachine, table: Pointer): boolean {
  if (machine.u8[table + TABLE.log2Nodes] !== 0) return true;
  return machine.tag(machine.u32[(table + TABLE.nodes) >> 2]) !== TYPE.nil;
}

/**
 * Address of each value of a table in the order of `next`, with the address of its key; the key is
 * 0 for an element of the array part, whose index is `index`.
 */
export class Entries {
  key: Pointer = 0;
  value: Pointer = 0;
  index = 0;
  #next = 0;

  constructor(readonly machine: LuaMachine, readonly table: Pointer) {}

  /** Go to the next entry; false at the end. */
  advance(): boolean {
    const { machine, table } = this;
    const arraySize = machine.u32[(table + TABLE.arraySize) >> 2];
    const array = machine.u32[(table + TABLE.array) >> 2];
    while (this.#next < arraySize) {
      this.value = array + this.#next++ * VALUE.size;
      if (machine.tag(this.value) === TYPE.nil) continue;
      this.key = 0;
      this.index = this.#next;
      return true;
    }
    const nodes = machine.u32[(table + TABLE.nodes) >> 2];
    const end = arraySize + (1 << machine.u8[table + TABLE.log2Nodes]);
    while (this.#next < end) {
      this.value = nodes + (this.#next++ - arraySize) * NODE.size;
      if (machine.tag(this.value) === TYPE.nil) continue;
      this.key = this.value + NODE.key;
      return true;
    }
    return false;
  }
}
