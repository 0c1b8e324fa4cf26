/**
 * The `cjson` module table. `cjson.new` makes another one with settings of its own.
 *
 * @module
 */

import type { LuaMachine } from "../engine/machine.ts";
import { C_FUNCTION, type Pointer } from "../wasm/module.ts";
import { CjsonConfig, CONFIG_BYTES, configFunctions } from "./cjson_config.ts";
import { cjsonDecoder } from "./cjson_decode.ts";
import { cjsonEncoder } from "./cjson_encode.ts";

/** Push a new module table, in any thread. */
export function cjsonModules(machine: LuaMachine): (L: Pointer) => void {
  const { lua } = machine;
  const config = new CjsonConfig(machine);
  const functions = Object.entries({
    encode: cjsonEncoder(machine, config),
    decode: cjsonDecoder(machine, config),
    ...configFunctions(config),
    new: (_: LuaMachine, L: Pointer): number => {
      push(L);
      return 1;
    },
  }).map(([name, fn]) => ({ name, id: machine.register(fn) }));

  const push = (L: Pointer) => {
    machine.ensureStack(L, 8, "cjson");
    config.reset(lua.lua_newuserdata(L, CONFIG_BYTES));
    const settings = lua.lua_touserdata(L, -1);
    lua.lua_createtable(L, 0, 16);
    for (const { name, id } of functions) {
      lua.lua_pushnumber(L, id);
      lua.lua_pushnumber(L, settings);
      lua.lua_pushvalue(L, -4); // Keeps the settings alive.
      lua.lua_pushcclosure(L, C_FUNCTION.dispatch, 3);
      machine.setField(L, -2, name);
    }
    for (const [name, text] of [["_NAME", "cjson"], ["_VERSION", "2.1.0"]]) {
      machine.pushString(L, text);
      machine.setField(L, -2, name);
    }
    lua.lua_pushlightuserdata(L, 0);
    machine.setField(L, -2, "null");
    lua.lua_remove(L, -2);
  };
  return push;
}
