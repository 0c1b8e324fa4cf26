/**
 * The settings of the `cjson` library and the functions that change them. They hold for all scripts
 * of an engine, as in a real server.
 *
 * @module
 */

import { TYPE } from "../engine/layout.ts";
import type { LuaMachine, ServerFunction } from "../engine/machine.ts";
import type { Pointer } from "../wasm/module.ts";

/** Bytes that the settings of one module table take. */
export const CONFIG_BYTES = 36;

/** A setting: its number, and its value in the beginning. Those that are on or off are 1 or 0. */
const SETTINGS = {
  sparseConvert: [0, 0],
  sparseRatio: [1, 2],
  sparseSafe: [2, 10],
  encodeMaxDepth: [3, 1000],
  decodeMaxDepth: [4, 1000],
  /** 0: refuse them, 1: write them, 2: write null. */
  encodeInvalidNumbers: [5, 0],
  decodeInvalidNumbers: [6, 1],
  keepBuffer: [7, 1],
  precision: [8, 14],
} as const;

type Setting = keyof typeof SETTINGS;

/**
 * Settings of the module table whose function runs. They stand in Lua's memory, so that
 * `cjson.new` can make module tables that the garbage collector takes away again.
 */
export class CjsonConfig {
  #at = 0;

  constructor(readonly machine: LuaMachine) {}

  /** From now on, the settings of the function that runs in this thread: its second upvalue. */
  use(L: Pointer): void {
    this.#at = this.machine.f64[this.machine.upvalue(L, 2) >> 3] >> 2;
  }

  get(setting: Setting): number {
    return this.machine.i32[this.#at + SETTINGS[setting][0]];
  }

  set(setting: Setting, value: number): void {
    this.machine.i32[this.#at + SETTINGS[setting][0]] = value;
  }

  /** Fill in what holds in the beginning. */
  reset(at: Pointer): void {
    for (const [number, value] of Object.values(SETTINGS)) {
      this.machine.i32[(at >> 2) + number] = value;
    }
  }
}

const INT_MAX = 2147483647;
const OFF_ON = ["off", "on"];

/** No more arguments than `count`; missing ones become nil. */
function padArguments(machine: LuaMachine, L: Pointer, count: number): void {
  const given = machine.count(L);
  if (given > count) machine.argumentError(L, count + 1, "found too many arguments");
  for (let i = given; i < count; i++) machine.lua.lua_pushnil(L);
}

function integerOption(
  machine: LuaMachine,
  L: Pointer,
  index: number,
  least: number,
  most: number,
  now: number,
): number {
  let value = now;
  if (machine.type(L, index) !== TYPE.nil) {
    const number = machine.checkNumber(L, index);
    value = Number.isFinite(number) ? Number(BigInt.asIntN(32, BigInt(Math.trunc(number)))) : 0;
    if (value < least || value > most) {
      machine.argumentError(L, 1, `expected integer between ${least} and ${most}`);
    }
  }
  machine.lua.lua_pushnumber(L, value);
  return value;
}

function choiceOption(
  machine: LuaMachine,
  L: Pointer,
  index: number,
  options: string[],
  now: number,
): number {
  let value = now;
  const type = machine.type(L, index);
  if (type === TYPE.boolean) value = machine.lua.lua_toboolean(L, index);
  else if (type !== TYPE.nil) {
    const text = machine.readString(machine.checkString(L, index)).split("\0", 1)[0];
    value = options.indexOf(text);
    if (value < 0) machine.argumentError(L, index, `invalid option '${text}'`);
  }
  if (value <= 1) machine.lua.lua_pushboolean(L, value);
  else machine.pushString(L, options[value]);
  return value;
}

/** The functions that read and change the settings, by name. */
export function configFunctions(config: CjsonConfig): Record<string, ServerFunction> {
  const setInteger = (L: Pointer, index: number, setting: Setting, least: number, most = INT_MAX) =>
    config.set(
      setting,
      integerOption(config.machine, L, index, least, most, config.get(setting)),
    );
  const setChoice = (L: Pointer, setting: Setting, options = OFF_ON) =>
    config.set(setting, choiceOption(config.machine, L, 1, options, config.get(setting)));

  /** A function with up to `count` arguments, and as many results. */
  const option = (count: number, change: (L: Pointer) => void): ServerFunction => (machine, L) => {
    config.use(L);
    padArguments(machine, L, count);
    change(L);
    return count;
  };
  return {
    encode_sparse_array: option(3, (L) => {
      setChoice(L, "sparseConvert");
      setInteger(L, 2, "sparseRatio", 0);
      setInteger(L, 3, "sparseSafe", 0);
    }),
    encode_max_depth: option(1, (L) => setInteger(L, 1, "encodeMaxDepth", 1)),
    decode_max_depth: option(1, (L) => setInteger(L, 1, "decodeMaxDepth", 1)),
    encode_number_precision: option(1, (L) => setInteger(L, 1, "precision", 1, 14)),
    encode_keep_buffer: option(1, (L) => setChoice(L, "keepBuffer")),
    encode_invalid_numbers: option(
      1,
      (L) => setChoice(L, "encodeInvalidNumbers", ["off", "on", "null"]),
    ),
    decode_invalid_numbers: option(1, (L) => setChoice(L, "decodeInvalidNumbers")),
  };
}
