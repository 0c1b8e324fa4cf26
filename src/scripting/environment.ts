/**
 * What scripts and functions find in Lua: its libraries without those that reach the machine, those
 * of Redis, and a locked door: globals and libraries are read only, and a name that does not exist
 * is an error.
 *
 * A state serves either EVAL's scripts or the functions of libraries, as in a real server.
 *
 * @module
 */

import { Converter } from "./convert.ts";
import { NODE, TABLE, TYPE, VALUE } from "./engine/layout.ts";
import { GLOBALS, type LuaMachine, REGISTRY, type ServerFunction } from "./engine/machine.ts";
import { getNamed } from "./engine/tables.ts";
import { BIT } from "./libs/bit.ts";
import { cjsonModules } from "./libs/cjson.ts";
import { cmsgpackLibrary } from "./libs/cmsgpack.ts";
import { randomFunctions, type ScriptRandom } from "./libs/random.ts";
import { structLibrary } from "./libs/struct.ts";
import { wideFormat, wideToNumber } from "./libs/wide_integers.ts";
import { RedisApi, type RunState } from "./redis_api.ts";
import { C_FUNCTION, OPENER, type Pointer } from "./wasm/module.ts";

/** Scripts of EVAL, or functions of libraries. */
export type EngineKind = "eval" | "function";

/** What an environment is made with. */
export interface EnvironmentOptions {
  kind: EngineKind;
  state: RunState;
  random: ScriptRandom;
  /** Monotonic milliseconds, for os.clock. */
  now(): number;
}

/** What the engine needs of a finished environment. */
export interface Environment {
  converter: Converter;
  /** Registry reference of the function that makes a table of any error. */
  errorHandler: number;
  /** The table of globals that code is compiled with. */
  globals: Pointer;
  /** Where the names KEYS and ARGV stand as keys of the globals; 0 for functions. */
  keysName: Pointer;
  argvName: Pointer;
  /** Globals that a library has while it loads, and those of its functions: registry references. */
  loadingGlobals: number;
  functionGlobals: number;
  /** The table whose __index is one of those two. */
  globalsMetatable: Pointer;
}

/** Names that Lua's libraries bring and scripts do not have. */
const REMOVED = ["dofile", "loadfile", "print"];

/** Adds the place of an error to it; the names of its fields are known to error replies. */
const ERROR_HANDLER = `
local getinfo = debug.getinfo
debug = nil
return function (problem)
  local where = getinfo(2, "Sl")
  if where and where.what == "C" then where = getinfo(3, "Sl") end
  if type(problem) ~= "table" then problem = { err = "ERR " .. tostring(problem) } end
  if where then
    problem.source = where.source
    problem.line = where.currentline
  end
  return problem
end`;

/** Add functions and constants to the table on top of the stack. */
function fill(
  machine: LuaMachine,
  functions: Record<string, ServerFunction>,
  constants: Record<string, string | number> = {},
): void {
  const L = machine.main;
  for (const [name, fn] of Object.entries(functions)) {
    machine.pushFunction(L, fn);
    machine.setField(L, -2, name);
  }
  for (const [name, value] of Object.entries(constants)) {
    if (typeof value === "number") machine.lua.lua_pushnumber(L, value);
    else machine.pushString(L, value);
    machine.setField(L, -2, name);
  }
}

/** Make a global table. */
function library(
  machine: LuaMachine,
  name: string,
  functions: Record<string, ServerFunction>,
  constants: Record<string, string | number> = {},
): void {
  machine.lua.lua_createtable(machine.main, 0, 0);
  fill(machine, functions, constants);
  machine.setField(machine.main, GLOBALS, name);
}

function openLibraries(machine: LuaMachine): void {
  const { lua, main: L } = machine;
  for (const [name, index] of Object.entries(OPENER)) {
    lua.lua_pushcclosure(L, index, 0);
    machine.pushString(L, name === "luaopen_base" ? "" : name.substring("luaopen_".length));
    lua.lua_call(L, 1, 0);
  }
  for (const name of REMOVED) {
    lua.lua_pushnil(L);
    machine.setField(L, GLOBALS, name);
  }
}

/** Put a function of the glue in front of the function `name` of the table on top. */
function standBefore(
  machine: LuaMachine,
  name: string,
  cFunction: number,
  fn: ServerFunction | null,
): void {
  const L = machine.main;
  machine.getField(L, -1, name);
  const original = machine.lua.lua_tocfunction(L, -1);
  machine.lua.lua_settop(L, -2);
  machine.pushFunction(L, fn, cFunction, original);
  machine.setField(L, -2, name);
}

/** What this build of Lua does otherwise than that of a 64-bit server; see glue.wat. */
function widenIntegers(machine: LuaMachine): void {
  const { lua, main: L } = machine;
  machine.getField(L, GLOBALS, "string");
  for (const name of ["sub", "byte", "find", "match"]) {
    standBefore(machine, name, C_FUNCTION.clamped, null);
  }
  for (const name of ["rep", "gsub"]) standBefore(machine, name, C_FUNCTION.wrapped, null);
  standBefore(machine, "format", C_FUNCTION.format, wideFormat);
  lua.lua_settop(L, -2);
  lua.lua_pushvalue(L, GLOBALS);
  standBefore(machine, "tonumber", C_FUNCTION.tonumber, wideToNumber);
  standBefore(machine, "tostring", C_FUNCTION.tostring, null);
  lua.lua_settop(L, -2);
}

/**
 * newproxy without finalizers: a `__gc` function would run wherever memory is taken, with hooks
 * off, so that no limit and no SCRIPT KILL could end it.
 */
function tameProxies(machine: LuaMachine): void {
  const { lua, main: L } = machine;
  machine.getField(L, GLOBALS, "newproxy");
  const original = lua.luaL_ref(L, REGISTRY);
  machine.pushFunction(L, (_, thread) => {
    const count = machine.count(thread);
    lua.lua_rawgeti(thread, REGISTRY, original);
    lua.lua_insert(thread, 1);
    // The original is a C function that calls no other: nothing can be suspended within.
    if (lua.lua_pcall(thread, count, 1, 0) !== 0) {
      machine.argumentError(thread, 1, "boolean or proxy expected");
    }
    machine.setFinalized(machine.u32[machine.top(thread) >> 2]);
    return 1;
  });
  machine.setField(L, GLOBALS, "newproxy");
}

function addLibraries(machine: LuaMachine, options: EnvironmentOptions): void {
  const { lua, main: L } = machine;
  lua.lua_pushcclosure(L, C_FUNCTION.pcall, 0);
  machine.setField(L, GLOBALS, "pcall");
  library(machine, "os", {
    clock: (_, thread) => {
      lua.lua_pushnumber(thread, options.now() / 1000);
      return 1;
    },
  });
  machine.getField(L, GLOBALS, "math");
  fill(machine, randomFunctions(options.random));
  lua.lua_settop(L, -2);
  library(machine, "bit", BIT);
  library(machine, "struct", structLibrary(machine));
  library(machine, "cmsgpack", cmsgpackLibrary(machine), {
    _NAME: "cmsgpack",
    _VERSION: "lua-cmsgpack 0.4.0",
    _COPYRIGHT: "Copyright (C) 2012, Salvatore Sanfilippo",
    _DESCRIPTION: "MessagePack C implementation for Lua",
  });
  cjsonModules(machine)(L);
  machine.setField(L, GLOBALS, "cjson");
}

/** Set a metatable on the table on top, with which reading an unknown name is an error. */
function refuseUnknownNames(machine: LuaMachine): void {
  const { lua, main: L } = machine;
  lua.lua_createtable(L, 0, 1);
  machine.pushFunction(L, (_, thread) => {
    if (machine.count(thread) !== 2) {
      machine.raise(thread, "Wrong number of arguments to luaProtectedTableError");
    }
    const type = machine.type(thread, 2);
    if (type !== TYPE.string && type !== TYPE.number) {
      machine.raise(
        thread,
        "Second argument to luaProtectedTableError must be a string or number",
      );
    }
    const name = machine.readString(machine.checkString(thread, 2)).split("\0", 1)[0];
    machine.raise(
      thread,
      `Script attempted to access nonexistent global variable '${name}'`,
    );
  });
  machine.setField(L, -2, "__index");
  lua.lua_setmetatable(L, -2);
}

/** Make a table read only, and all tables that it leads to. */
function protect(machine: LuaMachine, table: Pointer): void {
  if (machine.isReadonly(table)) return;
  machine.setReadonly(table, true);
  const inner: Pointer[] = [];
  const look = (value: Pointer) => {
    if (machine.tag(value) === TYPE.table) inner.push(machine.u32[value >> 2]);
  };
  const array = machine.u32[(table + TABLE.array) >> 2];
  for (let i = machine.u32[(table + TABLE.arraySize) >> 2] - 1; i >= 0; i--) {
    look(array + i * VALUE.size);
  }
  const nodes = machine.u32[(table + TABLE.nodes) >> 2];
  for (let n = (1 << machine.u8[table + TABLE.log2Nodes]) - 1; n >= 0; n--) {
    look(nodes + n * NODE.size);
  }
  const metatable = machine.u32[(table + TABLE.metatable) >> 2];
  if (metatable !== 0) inner.push(metatable);
  for (const next of inner) protect(machine, next);
}

function topTable(machine: LuaMachine): Pointer {
  return machine.u32[machine.top(machine.main) >> 2];
}

/** Compile and run a text that returns one value, which is left on the stack. */
function evaluate(machine: LuaMachine, source: string, name: string): void {
  const { lua, main: L } = machine;
  if (!machine.load(L, source, name) || lua.lua_pcall(L, 0, 1, 0) !== 0) {
    throw new Error("the environment of scripts cannot be made");
  }
}

/** Build everything in a new state. Some hundred microseconds. */
export function buildEnvironment(machine: LuaMachine, options: EnvironmentOptions): Environment {
  const { lua, main: L } = machine;
  const { kind } = options;
  openLibraries(machine);
  widenIntegers(machine);
  tameProxies(machine);
  addLibraries(machine, options);
  const converter = new Converter(machine);
  const api = new RedisApi(machine, converter, options.state);

  library(machine, "redis", api.functions(kind), api.constants());
  machine.getField(L, GLOBALS, "redis");
  machine.setField(L, GLOBALS, "server");

  evaluate(machine, ERROR_HANDLER, "@err_handler_def");
  lua.lua_pushvalue(L, -1);
  const errorHandler = lua.luaL_ref(L, REGISTRY);
  if (kind === "eval") machine.setField(L, GLOBALS, "__redis__err__handler");
  else lua.lua_settop(L, -2);

  // The metatable of strings is reached through any string.
  machine.pushString(L, "");
  lua.lua_getmetatable(L, -1);
  protect(machine, topTable(machine));
  lua.lua_settop(L, -3);

  lua.lua_pushvalue(L, GLOBALS);
  refuseUnknownNames(machine);
  // Room for KEYS and ARGV, which are set while the table is locked otherwise.
  const names = kind === "eval" ? ["KEYS", "ARGV"] : [];
  for (const name of names) {
    lua.lua_createtable(L, 0, 0);
    machine.setField(L, GLOBALS, name);
  }
  protect(machine, topTable(machine));
  const globals = topTable(machine);
  const [keysName = 0, argvName = 0] = names.map((name) => {
    machine.pushString(L, name);
    const place = getNamed(machine, globals, topTable(machine)) + NODE.key;
    lua.lua_settop(L, -2);
    return place;
  });
  const environment: Environment = {
    ...{ converter, errorHandler, globals, keysName, argvName },
    ...{ loadingGlobals: 0, functionGlobals: 0, globalsMetatable: 0 },
  };
  if (kind === "eval") lua.lua_settop(L, -2);
  else nestGlobals(machine, api, environment);
  machine.startHook();
  lua.lua_settop(L, 0);
  return environment;
}

/**
 * For functions: the globals that code sees are an empty table, whose metatable leads to those
 * above, or while a library loads to the little that it may use then.
 */
function nestGlobals(machine: LuaMachine, api: RedisApi, environment: Environment): void {
  const { lua, main: L } = machine;
  environment.functionGlobals = lua.luaL_ref(L, REGISTRY);

  lua.lua_createtable(L, 0, 0);
  for (const name of ["redis", "server"]) {
    lua.lua_createtable(L, 0, 0);
    fill(machine, api.loadingFunctions(), api.loadingConstants());
    refuseUnknownNames(machine);
    machine.setField(L, -2, name);
  }
  refuseUnknownNames(machine);
  protect(machine, topTable(machine));
  environment.loadingGlobals = lua.luaL_ref(L, REGISTRY);

  lua.lua_createtable(L, 0, 0);
  environment.globals = topTable(machine);
  lua.lua_createtable(L, 0, 0);
  environment.globalsMetatable = topTable(machine);
  lua.lua_rawgeti(L, REGISTRY, environment.functionGlobals);
  machine.setField(L, -2, "__index");
  machine.setReadonly(environment.globalsMetatable, true);
  lua.lua_setmetatable(L, -2);
  machine.setReadonly(environment.globals, true);
  lua.lua_replace(L, GLOBALS);
}
