/**
 * The `cmsgpack` library: Lua values as MessagePack, and back. Several values make a stream.
 *
 * Tables with exactly the keys 1..n become arrays, others maps, an empty one an array. Numbers
 * without a fraction become integers, others floats of the shortest kind that holds them. Tables
 * nested 16 deep become nil; so does what MessagePack has no type for.
 *
 * Source: https://github.com/msgpack/msgpack/blob/master/spec.md
 *
 * @module
 */

import { NODE, STRING, TABLE, TYPE, VALUE } from "../engine/layout.ts";
import type { LuaMachine, ServerFunction } from "../engine/machine.ts";
import { getElement } from "../engine/tables.ts";
import { Output } from "../engine/output.ts";
import type { Pointer } from "../wasm/module.ts";

const MOST_NESTING = 16;
const INT64_EDGE = 2 ** 63;
const scratch = new DataView(new ArrayBuffer(8));

/** Writes values into an {@linkcode Output}. */
class Packer {
  readonly #machine: LuaMachine;
  readonly #out: Output;

  constructor(machine: LuaMachine) {
    this.#machine = machine;
    this.#out = new Output(machine);
  }

  /** `cmsgpack.pack(…)` */
  readonly pack: ServerFunction = (machine, L) => {
    const count = machine.count(L);
    if (count === 0) machine.argumentError(L, 0, "MessagePack pack needs input.");
    this.#out.begin(L);
    for (let i = 1; i <= count; i++) this.#value(machine.slot(L, i), 0);
    this.#out.push();
    return 1;
  };

  #value(at: Pointer, level: number): void {
    const machine = this.#machine;
    switch (machine.tag(at)) {
      case TYPE.string: {
        const string = machine.u32[at >> 2];
        const length = machine.stringLength(string);
        if (length < 32) this.#out.byte(0xa0 | length);
        else if (length <= 0xff) this.#head8(0xd9, length);
        else if (length <= 0xffff) this.#head16(0xda, length);
        else this.#head32(0xdb, length);
        this.#out.copy(string + STRING.bytes, length);
        return;
      }
      case TYPE.number:
        return this.#number(machine.f64[at >> 3]);
      case TYPE.boolean:
        return this.#out.byte(machine.u32[at >> 2] === 0 ? 0xc2 : 0xc3);
      case TYPE.table:
        if (level < MOST_NESTING) return this.#table(machine.u32[at >> 2], level + 1);
    }
    this.#out.byte(0xc0);
  }

  #head8(code: number, value: number): void {
    this.#out.byte(code);
    this.#out.byte(value & 0xff);
  }

  #head16(code: number, value: number): void {
    this.#head8(code, value >> 8);
    this.#out.byte(value & 0xff);
  }

  #head32(code: number, value: number): void {
    this.#head16(code, value >>> 16);
    this.#out.byte((value >>> 8) & 0xff);
    this.#out.byte(value & 0xff);
  }

  #scratch(code: number, count: number): void {
    this.#out.byte(code);
    for (let i = 0; i < count; i++) this.#out.byte(scratch.getUint8(i));
  }

  #number(value: number): void {
    if (!Number.isInteger(value) || value < -INT64_EDGE || value >= INT64_EDGE) {
      if (Math.fround(value) === value) {
        scratch.setFloat32(0, value);
        this.#scratch(0xca, 4);
      } else {
        scratch.setFloat64(0, value);
        this.#scratch(0xcb, 8);
      }
    } else if (value >= 0) {
      if (value <= 127) this.#out.byte(value);
      else if (value <= 0xff) this.#head8(0xcc, value);
      else if (value <= 0xffff) this.#head16(0xcd, value);
      else if (value <= 0xffffffff) this.#head32(0xce, value);
      else this.#long(0xcf, value);
    } else if (value >= -32) this.#out.byte(value & 0xff);
    else if (value >= -128) this.#head8(0xd0, value);
    else if (value >= -32768) this.#head16(0xd1, value);
    else if (value >= -2147483648) this.#head32(0xd2, value);
    else this.#long(0xd3, value);
  }

  #long(code: number, value: number): void {
    scratch.setBigInt64(0, BigInt(value));
    this.#scratch(code, 8);
  }

  #table(table: Pointer, level: number): void {
    const { u8, u32, i32, f64 } = this.#machine;
    const arraySize = i32[(table + TABLE.arraySize) >> 2];
    const array = u32[(table + TABLE.array) >> 2];
    const nodeCount = 1 << u8[table + TABLE.log2Nodes];
    const nodes = u32[(table + TABLE.nodes) >> 2];
    // How many entries, and are they exactly 1..n?
    let count = 0;
    let highest = 0;
    let isArray = true;
    for (let i = 0; i < arraySize; i++) {
      if (i32[(array + i * VALUE.size + VALUE.tag) >> 2] !== TYPE.nil) {
        count++;
        highest = i + 1;
      }
    }
    for (let n = 0; n < nodeCount; n++) {
      const node = nodes + n * NODE.size;
      if (i32[(node + VALUE.tag) >> 2] === TYPE.nil) continue;
      count++;
      if (!isArray) continue;
      const key = f64[(node + NODE.key) >> 3];
      isArray = i32[(node + NODE.keyTag) >> 2] === TYPE.number && key > 0 && (key | 0) === key;
      if (isArray && key > highest) highest = key;
    }
    if (isArray && highest === count) {
      this.#arrayHead(count);
      for (let i = 1; i <= count; i++) this.#value(getElement(this.#machine, table, i), level);
      return;
    }
    this.#mapHead(count);
    for (let i = 0; i < arraySize; i++) {
      const value = array + i * VALUE.size;
      if (i32[(value + VALUE.tag) >> 2] === TYPE.nil) continue;
      this.#number(i + 1);
      this.#value(value, level);
    }
    // The memory may have grown meanwhile: its views are asked for anew.
    for (let n = 0; n < nodeCount; n++) {
      const node = nodes + n * NODE.size;
      if (this.#machine.tag(node) === TYPE.nil) continue;
      this.#value(node + NODE.key, level);
      this.#value(node, level);
    }
  }

  #arrayHead(count: number): void {
    if (count <= 15) this.#out.byte(0x90 | count);
    else if (count <= 0xffff) this.#head16(0xdc, count);
    else this.#head32(0xdd, count);
  }

  #mapHead(count: number): void {
    if (count <= 15) this.#out.byte(0x80 | count);
    else if (count <= 0xffff) this.#head16(0xde, count);
    else this.#head32(0xdf, count);
  }
}

const EOF = "Missing bytes in input.";
const BAD_FORMAT = "Bad data format in input.";

/** Reads values out of a string that stands on the Lua stack. */
class Unpacker {
  #at: Pointer;
  /** Tables that wait for entries: values still wanted, and the last index or -1 for a map. */
  #depth = 0;
  /** How many of them are arrays. */
  #arrays = 0;
  readonly #wanted: number[] = [];
  readonly #kinds: number[] = [];

  constructor(
    readonly machine: LuaMachine,
    readonly L: Pointer,
    start: Pointer,
    readonly end: Pointer,
  ) {
    this.#at = start;
  }

  get left(): number {
    return this.end - this.#at;
  }

  #need(count: number): void {
    if (this.left < count) this.machine.raise(this.L, EOF);
  }

  /** The big-endian number of `size` bytes behind the first. */
  #unsigned(size: number): number {
    this.#need(1 + size);
    const { u8 } = this.machine;
    let value = 0;
    for (let i = 1; i <= size; i++) value = value * 256 + u8[this.#at + i];
    return value;
  }

  #push(value: number, length: number): void {
    this.machine.lua.lua_pushnumber(this.L, value);
    this.#at += length;
  }

  #string(head: number, length: number): void {
    this.#need(head + length);
    this.machine.lua.lua_pushlstring(this.L, this.#at + head, length);
    this.#at += head + length;
  }

  #load(size: number): DataView {
    this.#need(1 + size);
    for (let i = 0; i < size; i++) scratch.setUint8(i, this.machine.u8[this.#at + 1 + i]);
    return scratch;
  }

  /** Push an empty table and remember that `count` entries are to follow. */
  #open(head: number, count: number, isMap: boolean): void {
    this.#at += head;
    this.machine.lua.lua_createtable(this.L, 0, 0);
    if (!isMap) {
      this.machine.ensureStack(this.L, this.#arrays + 1, "in function mp_decode_to_lua_array");
    }
    if (count === 0) return;
    this.#depth++;
    if (!isMap) this.#arrays++;
    this.#wanted.push(isMap ? 2 * count : count);
    this.#kinds.push(isMap ? -1 : 0);
  }

  /** Push the next value, with all that it holds. Nesting costs no stack of ours. O(its size). */
  value(): void {
    const { machine, L } = this;
    const { lua } = machine;
    do {
      const depth = this.#depth;
      this.#token();
      // A table that was just opened waits for its entries; all else is complete.
      let complete = this.#depth === depth;
      while (complete && this.#depth > 0) {
        const top = this.#depth - 1;
        const kind = this.#kinds[top];
        const left = --this.#wanted[top];
        if (kind >= 0) lua.lua_rawseti(L, -2, this.#kinds[top] = kind + 1);
        else if ((left & 1) === 0) lua.lua_rawset(L, -3);
        complete = left === 0;
        if (complete) {
          this.#depth = top;
          if (kind >= 0) this.#arrays--;
          this.#kinds.pop();
          this.#wanted.pop();
        }
      }
    } while (this.#depth > 0);
  }

  /** Push a value without parts, or open a table. */
  #token(): void {
    this.#need(1);
    const { machine, L } = this;
    const { lua } = machine;
    // The original keeps an index beside each array.
    machine.ensureStack(
      L,
      this.#arrays + 1,
      "too many return values at once; use unpack_one or unpack_limit instead.",
    );
    const code = machine.u8[this.#at];
    if (code < 0x80) return this.#push(code, 1);
    if (code >= 0xe0) return this.#push(code - 256, 1);
    if (code < 0x90) return this.#open(1, code & 0xf, true);
    if (code < 0xa0) return this.#open(1, code & 0xf, false);
    if (code < 0xc0) return this.#string(1, code & 0x1f);
    switch (code) {
      case 0xc0:
        lua.lua_pushnil(L);
        this.#at++;
        return;
      case 0xc2:
      case 0xc3:
        lua.lua_pushboolean(L, code & 1);
        this.#at++;
        return;
      case 0xca:
        return this.#push(this.#load(4).getFloat32(0), 5);
      case 0xcb:
        return this.#push(this.#load(8).getFloat64(0), 9);
      case 0xcc:
        return this.#push(this.#unsigned(1), 2);
      case 0xcd:
        return this.#push(this.#unsigned(2), 3);
      case 0xce:
        return this.#push(this.#unsigned(4), 5);
      case 0xcf: // Through a signed integer, as the original goes.
      case 0xd3:
        return this.#push(Number(this.#load(8).getBigInt64(0)), 9);
      case 0xd0:
        return this.#push(this.#load(1).getInt8(0), 2);
      case 0xd1:
        return this.#push(this.#load(2).getInt16(0), 3);
      case 0xd2:
        return this.#push(this.#load(4).getInt32(0), 5);
      case 0xd9:
        return this.#string(2, this.#unsigned(1));
      case 0xda:
        return this.#string(3, this.#unsigned(2));
      case 0xdb:
        return this.#string(5, this.#unsigned(4));
      case 0xdc:
        return this.#open(3, this.#unsigned(2), false);
      case 0xdd:
        return this.#open(5, this.#unsigned(4), false);
      case 0xde:
        return this.#open(3, this.#unsigned(2), true);
      case 0xdf:
        return this.#open(5, this.#unsigned(4), true);
      default:
        machine.raise(L, BAD_FORMAT);
    }
  }
}

/** Values from `offset` on, at most `limit` of them; with the offset behind them, or all. */
function unpack(machine: LuaMachine, L: Pointer, limit: number, offset: number): number {
  const all = limit === 0 && offset === 0;
  const string = machine.checkString(L, 1);
  const length = machine.stringLength(string);
  if (offset < 0 || limit < 0) {
    machine.raise(
      L,
      `Invalid request to unpack with offset of ${offset | 0} and limit of ${length}.`,
    );
  }
  if (offset > length) {
    machine.raise(L, `Start offset ${offset | 0} greater than input length ${length}.`);
  }
  const start = string + STRING.bytes;
  const reader = new Unpacker(machine, L, start + offset, start + length);
  let count = 0;
  const most = all ? 0x7fffffff : limit;
  for (; reader.left > 0 && count < most; count++) reader.value();
  if (all) return count;
  machine.ensureStack(L, 1, "in function mp_unpack_full");
  machine.lua.lua_pushnumber(L, reader.left === 0 ? -1 : length - reader.left);
  machine.lua.lua_insert(L, 2);
  return count + 1;
}

function optionalInteger(machine: LuaMachine, L: Pointer, index: number): number {
  return machine.type(L, index) <= TYPE.nil ? 0 : Math.trunc(machine.checkNumber(L, index));
}

/** The functions by name. */
export function cmsgpackLibrary(machine: LuaMachine): Record<string, ServerFunction> {
  return {
    pack: new Packer(machine).pack,
    unpack: (machine, L) => unpack(machine, L, 0, 0),
    unpack_one: (machine, L) => {
      const offset = optionalInteger(machine, L, 2);
      if (machine.count(L) > 1) machine.lua.lua_settop(L, 1);
      return unpack(machine, L, 1, offset);
    },
    unpack_limit: (machine, L) => {
      const limit = Math.trunc(machine.checkNumber(L, 2));
      const offset = optionalInteger(machine, L, 3);
      if (machine.count(L) > 1) machine.lua.lua_settop(L, 1);
      return unpack(machine, L, limit, offset);
    },
  };
}
