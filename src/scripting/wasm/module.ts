/**
 * Lua's interpreter as a WebAssembly instance. The modules are compiled once a process, when the
 * first script comes; each instance has a memory, a state and globals of its own.
 *
 * Nothing of the machine is given to it: no files, no environment, no time zone.
 *
 * @module
 */

import { GLUE, LUA } from "./lua51.ts";

/** `lua_State *` and all other pointers are addresses in the instance's memory. */
export type Pointer = number;

/** The functions of Lua's C interface (and of its C library) that the engine calls. */
export interface LuaExports {
  malloc(size: number): Pointer;
  realloc(block: Pointer, size: number): Pointer;
  free(block: Pointer): void;
  luaL_newstate(): Pointer;
  lua_gc(L: Pointer, what: number, data: number): number;
  lua_gettop(L: Pointer): number;
  lua_settop(L: Pointer, index: number): void;
  lua_checkstack(L: Pointer, slots: number): number;
  lua_pushvalue(L: Pointer, index: number): void;
  lua_insert(L: Pointer, index: number): void;
  lua_remove(L: Pointer, index: number): void;
  lua_replace(L: Pointer, index: number): void;
  lua_type(L: Pointer, index: number): number;
  lua_isnumber(L: Pointer, index: number): number;
  lua_toboolean(L: Pointer, index: number): number;
  lua_tonumber(L: Pointer, index: number): number;
  lua_tolstring(L: Pointer, index: number, length: Pointer): Pointer;
  lua_newuserdata(L: Pointer, size: number): Pointer;
  lua_touserdata(L: Pointer, index: number): Pointer;
  lua_topointer(L: Pointer, index: number): Pointer;
  lua_tocfunction(L: Pointer, index: number): number;
  lua_pushnil(L: Pointer): void;
  lua_pushnumber(L: Pointer, value: number): void;
  lua_pushboolean(L: Pointer, value: number): void;
  lua_pushlightuserdata(L: Pointer, value: Pointer): void;
  lua_pushlstring(L: Pointer, text: Pointer, length: number): void;
  lua_pushcclosure(L: Pointer, tableIndex: number, upvalues: number): void;
  lua_createtable(L: Pointer, array: number, hash: number): void;
  lua_gettable(L: Pointer, index: number): void;
  lua_rawget(L: Pointer, index: number): void;
  lua_rawset(L: Pointer, index: number): void;
  lua_rawgeti(L: Pointer, index: number, key: number): void;
  lua_rawseti(L: Pointer, index: number, key: number): void;
  lua_next(L: Pointer, index: number): number;
  lua_getmetatable(L: Pointer, index: number): number;
  lua_setmetatable(L: Pointer, index: number): number;
  lua_call(L: Pointer, args: number, results: number): void;
  lua_pcall(L: Pointer, args: number, results: number, handler: number): number;
  lua_concat(L: Pointer, count: number): void;
  lua_sethook(L: Pointer, hook: number, mask: number, count: number): number;
  luaL_loadbuffer(L: Pointer, code: Pointer, size: number, name: Pointer): number;
  luaL_ref(L: Pointer, table: number): number;
  luaL_unref(L: Pointer, table: number, ref: number): void;
  luaL_where(L: Pointer, level: number): void;
  luaL_argerror(L: Pointer, argument: number, text: Pointer): number;
  luaL_typerror(L: Pointer, argument: number, text: Pointer): number;
  luaL_checklstring(L: Pointer, argument: number, length: Pointer): Pointer;
  luaL_checknumber(L: Pointer, argument: number): number;
  luaL_checkstack(L: Pointer, slots: number, text: Pointer): void;
}

/** What the glue asks of its owner; see glue.wat. */
export interface GlueImports {
  /** A function of the server was called: the number of its results, or -1 with an error on top. */
  dispatch(L: Pointer): number;
  /** 0: go on; 1: raise the error on top of the stack; 2: suspend, then ask again. */
  interrupt(L: Pointer): number;
  /** What the suspended script waits for. */
  suspend(L: Pointer): Promise<number>;
  /** {@linkcode LuaInstance.run} has ended, with lua_pcall's status. */
  finish(status: number): void;
  /** The memory has grown: views of it are void. */
  grown(): void;
  /** More memory was asked for than there may be. */
  refused(): void;
}

/** C functions of the glue, by their index in the function table. */
export const C_FUNCTION = {
  dispatch: 288,
  hook: 289,
  pcall: 290,
  clamped: 291,
  wrapped: 292,
  format: 293,
  tonumber: 294,
  tostring: 295,
} as const;

/** C functions of Lua that open its libraries, by their index in the function table. */
export const OPENER = {
  luaopen_base: 304,
  luaopen_table: 305,
  luaopen_string: 306,
  luaopen_math: 307,
  luaopen_debug: 308,
} as const;

/** Functions of Lua that the glue calls, in the order of their table indexes. */
const CALLED_BY_GLUE = [
  ...["stackSave", "stackRestore", "setThrew", "lua_error", "lua_pcall", "lua_gettop"],
  ...["lua_type", "lua_tonumber", "luaL_where", "lua_pushstring", "lua_concat", "lua_topointer"],
  ...["luaL_checkany", "lua_pushboolean", "lua_insert", "lua_remove", "lua_getfield"],
  ...["lua_isstring", "lua_replace", "lua_pushnumber"],
];
const FIRST_CALLED = 256;
const TABLE_SIZE = 320;

/** Pages of 64 KB: what the module begins with, and the most it may have. */
const FIRST_PAGES = 256;
const PAGE = 65536;
const DECLARED_PAGES = 32768;
/** Its allocator loses its way near 2 GB, where addresses would become negative. */
const MOST_PAGES = 28672;

/** JavaScript Promise Integration, which the compiler's library does not declare yet. */
interface PromiseIntegration {
  promising(fn: unknown): (...args: number[]) => Promise<unknown>;
  Suspending: new (fn: (L: Pointer) => Promise<number>) => (L: Pointer) => number;
}

interface Base64 {
  fromBase64(text: string): Uint8Array<ArrayBuffer>;
}

interface Modules {
  lua: WebAssembly.Module;
  glue: WebAssembly.Module;
}

let modules: Modules | undefined;

/** Compile both modules, once a process. Some milliseconds. */
function compiled(): Modules {
  const decode = (text: string) =>
    new WebAssembly.Module((Uint8Array as unknown as Base64).fromBase64(text));
  return modules ??= { lua: decode(LUA), glue: decode(GLUE) };
}

/** Lua raised an error where nothing could catch it: there was no memory for a value. */
export class LuaPanic extends Error {
  override name = "LuaPanic";
}

/** An instance of the interpreter. */
export interface LuaInstance {
  readonly lua: LuaExports;
  readonly memory: WebAssembly.Memory;
  /**
   * lua_pcall such that the script can be suspended. `finish` has been called when this returns,
   * unless the script was suspended or the instance broke: then the promise tells of its end.
   */
  run(L: Pointer, args: number, results: number, handler: number): Promise<unknown>;
}

/**
 * Make an instance. About half a millisecond once the modules are compiled.
 *
 * @param limit the most memory it may take, in bytes; beyond it scripts see "not enough memory"
 */
export function instantiate(imports: GlueImports, limit: number): LuaInstance {
  const { promising, Suspending } = WebAssembly as unknown as PromiseIntegration;
  const { lua, glue } = compiled();
  const memory = new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: DECLARED_PAGES });
  const table = new WebAssembly.Table({ element: "anyfunc", initial: TABLE_SIZE });
  const mostPages = Math.min(MOST_PAGES, Math.floor(limit / PAGE));

  const glued = new WebAssembly.Instance(glue, {
    js: {
      memory,
      table,
      dispatch: imports.dispatch,
      interrupt: imports.interrupt,
      suspend: new Suspending(imports.suspend),
      finish: imports.finish,
    },
  }).exports as Record<string, CallableFunction>;

  const resize = (wanted: number): number => {
    const pages = memory.buffer.byteLength / PAGE;
    const needed = Math.ceil(wanted / PAGE);
    try {
      if (needed > mostPages) throw new RangeError("more than the limit");
      memory.grow(Math.min(Math.max(needed, Math.ceil(pages * 1.25)), mostPages) - pages);
    } catch {
      imports.refused();
      return 0;
    }
    imports.grown();
    return 1;
  };
  const copy = (target: number, source: number, length: number) => {
    new Uint8Array(memory.buffer).copyWithin(target, source, source + length);
  };
  const noEnvironment = (count: Pointer, size: Pointer) => {
    const words = new Uint32Array(memory.buffer);
    words[count >> 2] = words[size >> 2] = 0;
    return 0;
  };
  const failing = () => -1;
  const nothing = () => {};
  const exports = new WebAssembly.Instance(lua, {
    js: { memory, table },
    env: {
      exit: (status: number) => {
        throw new LuaPanic(`Lua gave up (${status})`);
      },
      invoke_vii: glued.invoke_vii,
      _emscripten_throw_longjmp: glued.throw,
      emscripten_resize_heap: resize,
      emscripten_memcpy_js: copy,
      emscripten_date_now: () => 0,
      _emscripten_get_now_is_monotonic: () => 1,
      // Of no use to a script; patched code calls these three (see tests/scripting/embed).
      __syscall_rmdir: glued.readonly,
      _emscripten_system: glued.pattern_step,
      _localtime_js: glued.set_metatable,
      ...{ strftime: failing, __syscall_openat: failing, __syscall_fcntl64: failing },
      ...{ __syscall_ioctl: failing, __syscall_dup3: failing, __syscall_unlinkat: failing },
      ...{ __syscall_renameat: failing, __syscall_readlinkat: failing, _mktime_js: failing },
      ...{ _tzset_js: nothing, _gmtime_js: nothing },
    },
    wasi_snapshot_preview1: {
      ...{ fd_write: failing, fd_read: failing, fd_close: failing, fd_seek: failing },
      ...{ environ_sizes_get: noEnvironment, environ_get: failing },
    },
  }).exports as Record<string, CallableFunction>;

  CALLED_BY_GLUE.forEach((name, n) => table.set(FIRST_CALLED + n, exports[name]));
  for (const [name, index] of Object.entries(C_FUNCTION)) table.set(index, glued[name]);
  for (const [name, index] of Object.entries(OPENER)) table.set(index, exports[name]);
  exports.__wasm_call_ctors();
  return {
    lua: exports as unknown as LuaExports,
    memory,
    run: promising(glued.run),
  };
}
