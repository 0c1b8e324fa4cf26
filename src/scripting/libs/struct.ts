/**
 * The `struct` library: C structures packed into strings and taken out again, laid out as on a
 * 64-bit machine (`long` and `size_t` are 8 bytes).
 *
 * @module
 */

import { STRING, TYPE } from "../engine/layout.ts";
import type { LuaMachine, ServerFunction } from "../engine/machine.ts";
import { Output } from "../engine/output.ts";
import type { Pointer } from "../wasm/module.ts";
import { toInt64, toUint64 } from "./c_numbers.ts";

const INT_MAX = 2147483647;
const MOST_INTEGER_BYTES = 32;
/** Strictest alignment that `!` alone asks for. */
const NATIVE_ALIGNMENT = 8;

const scratch = new DataView(new ArrayBuffer(8));

/** Goes through a format; `position` is where the next element would stand. */
class Format {
  at = 0;
  bigEndian = false;
  #alignment = 1;
  readonly #text: string;

  constructor(readonly machine: LuaMachine, readonly L: Pointer) {
    const text = machine.readString(machine.checkString(L, 1));
    const end = text.indexOf("\0");
    this.#text = end < 0 ? text : text.substring(0, end);
  }

  get done(): boolean {
    return this.at >= this.#text.length;
  }

  next(): string {
    return this.#text[this.at++];
  }

  #digit(): boolean {
    const code = this.#text.charCodeAt(this.at);
    return code >= 48 && code <= 57;
  }

  #number(otherwise: number): number {
    if (!this.#digit()) return otherwise;
    let value = 0;
    do {
      value = value * 10 + this.#text.charCodeAt(this.at++) - 48;
      if (value > INT_MAX) this.machine.raise(this.L, "integral size overflow");
    } while (this.#digit());
    return value;
  }

  /** Size in bytes of an option, with the digits behind it. */
  size(option: string): number {
    switch (option) {
      case "B":
      case "b":
      case "x":
        return 1;
      case "H":
      case "h":
        return 2;
      case "L":
      case "l":
      case "T":
      case "d":
        return 8;
      case "f":
        return 4;
      case "c":
        return this.#number(1);
      case "i":
      case "I": {
        const size = this.#number(4);
        if (size > MOST_INTEGER_BYTES) {
          const limit = MOST_INTEGER_BYTES;
          this.machine.raise(this.L, `integral size ${size} is larger than limit of ${limit}`);
        }
        return size;
      }
      default:
        return 0;
    }
  }

  /** Bytes to skip before an element. C's arithmetic, also for sizes that are no power of 2. */
  padding(position: number, option: string, size: number): number {
    if (size === 0 || option === "c") return 0;
    const unit = Math.min(size, this.#alignment);
    return (unit - (position & (unit - 1))) & (unit - 1);
  }

  /** An option that is no element. */
  control(option: string): void {
    if (option === " ") return;
    if (option === ">") this.bigEndian = true;
    else if (option === "<") this.bigEndian = false;
    else if (option === "!") {
      const alignment = this.#number(NATIVE_ALIGNMENT);
      if (alignment <= 0 || (alignment & (alignment - 1)) !== 0) {
        this.machine.raise(this.L, `alignment ${alignment} is not a power of 2`);
      }
      this.#alignment = alignment;
    } else this.machine.argumentError(this.L, 1, `invalid format option '${option}'`);
  }
}

const isInteger = (option: string) => "bBhHlLTiI".includes(option);
const isLetterOrDigit = (option: string) => /[A-Za-z0-9]/.test(option);

function putInteger(out: Output, value: number, bigEndian: boolean, size: number): void {
  scratch.setBigUint64(0, value < 0 ? toInt64(value) : toUint64(value), true);
  out.reserve(size);
  const { u8 } = out.machine;
  for (let i = 0; i < size; i++) {
    u8[out.at + (bigEndian ? size - 1 - i : i)] = i < 8 ? scratch.getUint8(i) : 0;
  }
  out.at += size;
}

function getInteger(u8: Uint8Array, at: number, format: Format, option: string, size: number) {
  let word = 0n;
  for (let i = 0; i < size; i++) {
    const byte = u8[format.bigEndian ? at + i : at + size - 1 - i];
    word = BigInt.asUintN(64, (word << 8n) | BigInt(byte));
  }
  // As in C, only a..z is signed, and a shift counts modulo 64.
  if (option < "a") return Number(word);
  const mask = BigInt.asUintN(64, (2n ** 64n - 1n) << BigInt((size * 8 - 1) & 63));
  if ((word & mask) !== 0n) word |= mask;
  return Number(BigInt.asIntN(64, word));
}

/** `struct.size(format)` */
function size(machine: LuaMachine, L: Pointer): number {
  const format = new Format(machine, L);
  let position = 0;
  while (!format.done) {
    const option = format.next();
    const size = format.size(option);
    position += format.padding(position, option, size);
    if (option === "s") machine.argumentError(L, 1, "option 's' has no fixed size");
    if (option === "c" && size === 0) {
      machine.argumentError(L, 1, "option 'c0' has no fixed size");
    }
    if (!isLetterOrDigit(option)) format.control(option);
    position += size;
  }
  machine.lua.lua_pushnumber(L, position);
  return 1;
}

/** `struct.unpack(format, data, position)` */
function unpack(machine: LuaMachine, L: Pointer): number {
  const { lua } = machine;
  const format = new Format(machine, L);
  const data = machine.checkString(L, 2);
  const length = machine.stringLength(data);
  const type = machine.type(L, 3);
  const first = type <= TYPE.nil ? 1 : Math.trunc(machine.checkNumber(L, 3));
  if (first === 0) machine.argumentError(L, 3, "offset must be 1 or greater");
  // An unsigned number in C: what is below zero is far beyond the data.
  let position = first - 1;
  if (position < 0) position += 2 ** 64;
  let results = 0;
  const need = (size: number) => {
    if (!(size <= length && position <= length - size)) {
      machine.argumentError(L, 2, "data string too short");
    }
  };
  while (!format.done) {
    const option = format.next();
    let size = format.size(option);
    if (position <= length) position += format.padding(position, option, size);
    need(size);
    machine.ensureStack(L, 2, "too many results");
    const { u8 } = machine;
    const at = data + STRING.bytes + position;
    if (isInteger(option)) {
      lua.lua_pushnumber(L, getInteger(u8, at, format, option, size));
      results++;
    } else if (option === "f" || option === "d") {
      for (let i = 0; i < size; i++) scratch.setUint8(i, u8[at + i]);
      const little = !format.bigEndian;
      lua.lua_pushnumber(
        L,
        size === 4 ? scratch.getFloat32(0, little) : scratch.getFloat64(0, little),
      );
      results++;
    } else if (option === "c") {
      if (size === 0) {
        if (results === 0 || lua.lua_isnumber(L, -1) === 0) {
          machine.raise(L, "format 'c0' needs a previous size");
        }
        size = Number(toUint64(lua.lua_tonumber(L, -1)));
        lua.lua_settop(L, -2);
        results--;
        need(size);
      }
      lua.lua_pushlstring(L, at, size);
      results++;
    } else if (option === "s") {
      const end = u8.indexOf(0, at);
      if (end < 0 || end >= data + STRING.bytes + length) {
        machine.raise(L, "unfinished string in data");
      }
      lua.lua_pushlstring(L, at, end - at);
      size = end - at + 1;
      results++;
    } else if (option !== "x") format.control(option);
    position += size;
  }
  lua.lua_pushnumber(L, position + 1);
  return results + 1;
}

/** `struct.pack(format, …)` */
function packer(machine: LuaMachine): ServerFunction {
  const out = new Output(machine);
  return (_, L) => {
    const format = new Format(machine, L);
    // A mark between the arguments and the rest, as the original keeps one: a missing argument is
    // nil rather than nothing.
    machine.lua.lua_pushnil(L);
    out.begin(L);
    let index = 2;
    while (!format.done) {
      const option = format.next();
      let size = format.size(option);
      let padding = format.padding(out.length, option, size);
      for (; padding > 0; padding--) out.byte(0);
      if (isInteger(option)) {
        putInteger(out, machine.checkNumber(L, index++), format.bigEndian, size);
      } else if (option === "x") out.byte(0);
      else if (option === "f" || option === "d") {
        const value = machine.checkNumber(L, index++);
        if (size === 4) scratch.setFloat32(0, value, !format.bigEndian);
        else scratch.setFloat64(0, value, !format.bigEndian);
        for (let i = 0; i < size; i++) out.byte(scratch.getUint8(i));
      } else if (option === "c" || option === "s") {
        const string = machine.checkString(L, index++);
        const length = machine.stringLength(string);
        if (size === 0) size = length;
        if (length < size) machine.argumentError(L, index, "string too short");
        out.copy(string + STRING.bytes, size);
        if (option === "s") out.byte(0);
      } else format.control(option);
    }
    out.push();
    return 1;
  };
}

/** The functions by name. */
export function structLibrary(machine: LuaMachine): Record<string, ServerFunction> {
  return { pack: packer(machine), unpack, size };
}
