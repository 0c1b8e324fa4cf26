/**
 * Which functions can only run for a short time? A run that can be suspended costs about a
 * microsecond more than one that cannot, which is most of what a short script takes; and most
 * scripts are short: a comparison, a few commands.
 *
 * A function is brief when its code goes forward only, makes no functions, and reaches none but
 * those of the server and of the libraries that end soon. What is in doubt is not brief.
 *
 * Source: Lua 5.1's instructions, lopcodes.h.
 *
 * @module
 */

import type { Pointer } from "../wasm/module.ts";
import { CLOSURE, PROTOTYPE, TYPE, VALUE } from "./layout.ts";
import type { LuaMachine } from "./machine.ts";

const OP = {
  getUpvalue: 4,
  getGlobal: 5,
  getTable: 6,
  self: 11,
  jump: 22,
  forLoop: 31,
  genericForLoop: 33,
  closure: 36,
} as const;

/** Globals that lead to nothing but functions that end soon, these names apart. */
const GLOBAL_NAMES = new Set([
  ...["KEYS", "ARGV", "redis", "server", "cjson", "cmsgpack", "bit", "struct", "string", "table"],
  ...["math", "tonumber", "tostring", "type", "error", "assert", "pcall", "unpack", "select"],
]);

/** Functions that can take long, or that call others. */
const LONG_NAMES = new Set([
  ...["find", "match", "gmatch", "gfind", "gsub", "rep", "sort", "foreach", "foreachi", "dump"],
]);

const MOST_INSTRUCTIONS = 10_000;
const FIRST_CONSTANT = 256;
/** A jump's distance is stored with this added. */
const JUMP_BIAS = 131071;

/** Is the function at this address (a closure of Lua's) brief? O(its code). */
export function isBrief(machine: LuaMachine, closure: Pointer): boolean {
  const { u8, u32, i32 } = machine;
  if (u8[closure + CLOSURE.isC] !== 0 || u8[closure + CLOSURE.upvalueCount] !== 0) return false;
  const prototype = u32[(closure + CLOSURE.prototype) >> 2];
  const size = i32[(prototype + PROTOTYPE.codeSize) >> 2];
  if (i32[(prototype + PROTOTYPE.functionCount) >> 2] !== 0 || size > MOST_INSTRUCTIONS) {
    return false;
  }
  const constants = u32[(prototype + PROTOTYPE.constants) >> 2];
  /** The text of a constant; null when it is no string. */
  const text = (index: number) => {
    const value = constants + index * VALUE.size;
    return machine.tag(value) === TYPE.string ? machine.readString(u32[value >> 2]) : null;
  };
  const code = u32[(prototype + PROTOTYPE.code) >> 2];
  for (let i = 0; i < size; i++) {
    const instruction = u32[(code >> 2) + i];
    switch (instruction & 0x3f) {
      case OP.getUpvalue:
      case OP.forLoop:
      case OP.genericForLoop:
      case OP.closure:
        return false;
      case OP.jump:
        if ((instruction >>> 14) < JUMP_BIAS) return false;
        break;
      case OP.getGlobal:
        if (!GLOBAL_NAMES.has(text(instruction >>> 14) ?? "")) return false;
        break;
      case OP.getTable:
      case OP.self: {
        const key = (instruction >>> 14) & 0x1ff;
        if (key < FIRST_CONSTANT) return false;
        const name = text(key - FIRST_CONSTANT);
        if (name !== null && LONG_NAMES.has(name)) return false;
      }
    }
  }
  return true;
}
