/**
 * The `bit` library: operations on 32-bit integers. Numbers are taken modulo 2^32, rounded to the
 * nearest integer, halves to even.
 *
 * @module
 */

import { TYPE } from "../engine/layout.ts";
import type { LuaMachine, ServerFunction } from "../engine/machine.ts";
import type { Pointer } from "../wasm/module.ts";

/** 2^52 + 2^51: adding it to a number leaves the integer nearest to it in the low bits. */
const MAGIC = 6755399441055744;
const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

/** The argument as a signed 32-bit integer; raises when it is no number. */
function argument(machine: LuaMachine, L: Pointer, index: number): number {
  const type = machine.type(L, index);
  if (type === TYPE.number) {
    const value = machine.f64[machine.slot(L, index) >> 3];
    const small = value | 0;
    if (small === value) return small;
    double[0] = value + MAGIC;
    return words[0];
  }
  if (type === -1 || machine.lua.lua_isnumber(L, index) === 0) {
    machine.typeError(L, index, "number");
  }
  double[0] = machine.lua.lua_tonumber(L, index) + MAGIC;
  return words[0];
}

function fold(operate: (a: number, b: number) => number): ServerFunction {
  return (machine, L) => {
    let value = argument(machine, L, 1);
    for (let i = machine.count(L); i > 1; i--) value = operate(value, argument(machine, L, i));
    machine.lua.lua_pushnumber(L, value);
    return 1;
  };
}

function unary(operate: (a: number) => number): ServerFunction {
  return (machine, L) => {
    machine.lua.lua_pushnumber(L, operate(argument(machine, L, 1)));
    return 1;
  };
}

function shift(operate: (a: number, n: number) => number): ServerFunction {
  return (machine, L) => {
    const value = argument(machine, L, 1);
    machine.lua.lua_pushnumber(L, operate(value, argument(machine, L, 2) & 31) | 0);
    return 1;
  };
}

const swap = (a: number) => (a >>> 24) | (a >>> 8) & 0xff00 | (a & 0xff00) << 8 | a << 24;

/** `bit.tohex(x, n)`: the last |n| hexadecimal digits, in upper case when n is negative. */
function tohex(machine: LuaMachine, L: Pointer): number {
  const value = argument(machine, L, 1);
  const digits = machine.type(L, 2) === -1 ? 8 : argument(machine, L, 2);
  const count = Math.min(Math.abs(digits), 8);
  const hex = (value >>> 0).toString(16).padStart(8, "0").substring(8 - count);
  machine.pushString(L, digits < 0 ? hex.toUpperCase() : hex);
  return 1;
}

/** The functions by name. */
export const BIT: Record<string, ServerFunction> = {
  tobit: unary((a) => a),
  bnot: unary((a) => ~a),
  band: fold((a, b) => a & b),
  bor: fold((a, b) => a | b),
  bxor: fold((a, b) => a ^ b),
  lshift: shift((a, n) => a << n),
  rshift: shift((a, n) => a >>> n),
  arshift: shift((a, n) => a >> n),
  rol: shift((a, n) => (a << n) | (a >>> (32 - n))),
  ror: shift((a, n) => (a >>> n) | (a << (32 - n))),
  bswap: unary(swap),
  tohex,
};
