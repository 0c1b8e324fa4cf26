/**
 * What is read straight from Lua's memory is what Lua's own interface tells.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { TYPE } from "../../src/scripting/engine/layout.ts";
import { LuaMachine } from "../../src/scripting/engine/machine.ts";
import { Entries, getElement, getNamed, hasNames } from "../../src/scripting/engine/tables.ts";
import { mulberry32 } from "../support/prng.ts";

function newMachine(): LuaMachine {
  return new LuaMachine({
    interrupt: () => 0,
    suspend: () => Promise.resolve(0),
    finish() {},
  }, 64 * 1024 * 1024);
}

/** Push a random key: an integer of any size, a fraction, a string, a boolean. */
function pushKey(machine: LuaMachine, random: ReturnType<typeof mulberry32>): void {
  const { lua, main: L } = machine;
  switch (random.int(5)) {
    case 0:
      return lua.lua_pushnumber(L, 1 + random.int(40));
    case 1:
      return lua.lua_pushnumber(L, Math.floor((random.next() - 0.5) * 2 ** random.int(60)));
    case 2:
      return lua.lua_pushnumber(L, random.next());
    case 3:
      return machine.pushString(L, "key".repeat(random.int(30)) + random.int(50));
    default:
      return lua.lua_pushboolean(L, random.int(2));
  }
}

Deno.test("layout: tables read from memory are those that lua_next and lua_rawget give", () => {
  const machine = newMachine();
  const { lua, main: L } = machine;
  const random = mulberry32(7);
  for (let round = 0; round < 300; round++) {
    lua.lua_settop(L, 0);
    lua.lua_createtable(L, random.int(8), random.int(8));
    for (let n = random.int(60); n > 0; n--) {
      pushKey(machine, random);
      if (random.int(4) === 0) lua.lua_pushnil(L);
      else lua.lua_pushnumber(L, n);
      lua.lua_rawset(L, 1);
    }
    const table = machine.u32[machine.slot(L, 1) >> 2];
    const entries = new Entries(machine, table);
    lua.lua_pushnil(L);
    while (lua.lua_next(L, 1) !== 0) {
      assert(entries.advance());
      const [key, value] = [machine.slot(L, 2), machine.slot(L, 3)];
      assertEquals(machine.f64[entries.value >> 3], machine.f64[value >> 3]);
      if (entries.key === 0) assertEquals(entries.index, machine.f64[key >> 3]);
      else {
        assertEquals(machine.tag(entries.key), machine.tag(key));
        assertEquals(machine.u32[entries.key >> 2], machine.u32[key >> 2]);
        assert(hasNames(machine, table));
      }
      if (machine.tag(key) === TYPE.string) {
        assertEquals(getNamed(machine, table, machine.u32[key >> 2]), entries.value);
      }
      lua.lua_settop(L, 2);
    }
    assert(!entries.advance());
    for (let index = 1; index < 60; index++) {
      lua.lua_rawgeti(L, 1, index);
      const found = getElement(machine, table, index);
      assertEquals(found === 0, machine.tag(machine.top(L)) === TYPE.nil);
      if (found !== 0) {
        assertEquals(machine.f64[found >> 3], machine.f64[machine.top(L) >> 3]);
      }
      lua.lua_settop(L, 1);
    }
  }
});

Deno.test("layout: the stack, strings and marks", () => {
  const machine = newMachine();
  const { lua, main: L } = machine;
  machine.pushString(L, "text\0\xff");
  lua.lua_pushnumber(L, 2.5);
  lua.lua_pushboolean(L, 1);
  assertEquals(machine.count(L), lua.lua_gettop(L));
  assertEquals([1, 2, 3, 4].map((i) => machine.type(L, i)), [4, 3, 1, -1]);
  const string = machine.u32[machine.slot(L, 1) >> 2];
  assertEquals(machine.readString(string), "text\0\xff");
  assertEquals(machine.readString(string), "text\0\xff");
  assertEquals(machine.stringLength(string), 6);
  assertEquals(machine.f64[machine.slot(L, 2) >> 3], 2.5);
  lua.lua_createtable(L, 0, 0);
  const table = machine.u32[machine.top(L) >> 2];
  assertEquals(lua.lua_topointer(L, -1), table);
  machine.setReadonly(table, true);
  assert(machine.isReadonly(table));
  lua.lua_gc(L, 2, 0);
  assert(machine.isReadonly(table));
  machine.setReadonly(table, false);
  assert(!machine.isReadonly(table));
});
