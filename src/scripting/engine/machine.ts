/**
 * One Lua state and the hands to move values in and out of it. Knows nothing of Redis.
 *
 * Strings go through a scratch area of Lua's memory; values are read straight from the stack (see
 * layout.ts). A function of the server is registered once and called through one dispatcher; it
 * raises an error by throwing {@linkcode LUA_ERROR} with the error value on top of the stack, and
 * errors that Lua raises while it runs pass through it as exceptions: it must have nothing to undo.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { ByteString } from "../../bytes/bytes.ts";
import { writeLatin1 } from "../../bytes/latin1.ts";
import {
  C_FUNCTION,
  type GlueImports,
  instantiate,
  type LuaExports,
  type LuaInstance,
  type Pointer,
} from "../wasm/module.ts";
import { CALL_INFO, CLOSURE, COUNTER, OBJECT, STATE, STRING, TYPE, VALUE } from "./layout.ts";

/**
 * A function of the server: takes its arguments from the stack, gives the number of results (or what
 * the function of the glue that it is called through knows, see glue.wat).
 */
export type ServerFunction = (machine: LuaMachine, L: Pointer) => number;

/** Thrown by functions of the server; the error value is on top of the Lua stack. */
export const LUA_ERROR: unique symbol = Symbol("Lua error");

/** Pseudo-indexes of Lua's interface. */
export const REGISTRY = -10000;
export const GLOBALS = -10002;

/** Masks of lua_sethook. */
const HOOK_LINE = 4;
const HOOK_COUNT = 8;
/** Loops, jumps and calls between two looks at the clock: some tens of microseconds. */
const INSTRUCTIONS = 1000;
/** Steps of string matching between two looks at the clock. */
const PATTERN_STEPS = 1000;

/** Bytes for strings on their way in; longer ones get a block of their own. */
const SCRATCH = 64 * 1024;
/** Strings read up to this length are looked up among those read before. */
const CACHED_LENGTH = 40;
const CACHE_SIZE = 1024;
/** The longest string of JavaScript. */
const LONGEST = 536_870_888;

/** Buffer's one-byte decoder, which its type declarations leave out. */
interface Latin1Buffer {
  latin1Slice(start: number, end: number): ByteString;
}

/** What the machine asks of its owner. */
export interface MachineOwner {
  interrupt(L: Pointer): number;
  suspend(L: Pointer): Promise<number>;
  finish(status: number): void;
}

/** A Lua state. */
export class LuaMachine {
  readonly lua: LuaExports;
  /** The main thread. */
  readonly main: Pointer;
  /** Views of Lua's memory; replaced when it grows, which any call into Lua may cause. */
  u8!: Uint8Array<ArrayBuffer>;
  u32!: Uint32Array<ArrayBuffer>;
  i32!: Int32Array<ArrayBuffer>;
  f64!: Float64Array<ArrayBuffer>;
  /** Eight words that calls may return things in. */
  readonly words: Pointer;

  readonly #instance: LuaInstance;
  readonly #functions: ServerFunction[] = [];
  readonly #scratch: Pointer;
  #latin1!: Latin1Buffer;
  #refused = false;
  readonly #cachePointers = new Int32Array(CACHE_SIZE);
  readonly #cacheStrings: ByteString[] = new Array(CACHE_SIZE).fill("");

  /** @param limit the most memory it may take, in bytes */
  constructor(owner: MachineOwner, limit: number) {
    const imports: GlueImports = {
      dispatch: (L) => this.#dispatch(L),
      interrupt: (L) => owner.interrupt(L),
      suspend: (L) => owner.suspend(L),
      finish: (status) => owner.finish(status),
      grown: () => this.#view(),
      refused: () => {
        this.#refused = true;
      },
    };
    this.#instance = instantiate(imports, limit);
    this.#view();
    this.lua = this.#instance.lua;
    this.words = this.lua.malloc(32);
    this.#scratch = this.lua.malloc(SCRATCH);
    this.main = this.lua.luaL_newstate();
  }

  /** Bytes of memory that the instance has; it never shrinks. */
  get capacity(): number {
    return this.u8.length;
  }

  /** Was memory refused since this was asked last? */
  takeRefusal(): boolean {
    const refused = this.#refused;
    this.#refused = false;
    return refused;
  }

  /** lua_pcall in which the script can be suspended; see {@linkcode LuaInstance.run}. */
  runSuspendable(args: number, results: number, handler: number): Promise<unknown> {
    return this.#instance.run(this.main, args, results, handler);
  }

  #view(): void {
    const buffer = this.#instance.memory.buffer as ArrayBuffer;
    this.u8 = new Uint8Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.#latin1 = Buffer.from(buffer) as unknown as Latin1Buffer;
  }

  /** Address of an upvalue of the C function that runs; they are counted from 1. */
  upvalue(L: Pointer, index: number): Pointer {
    const { u32 } = this;
    const slot = u32[(u32[(L + STATE.callInfo) >> 2] + CALL_INFO.function) >> 2];
    return u32[slot >> 2] + CLOSURE.upvalues + (index - 1) * VALUE.size;
  }

  #dispatch(L: Pointer): number {
    const id = this.f64[this.upvalue(L, 1) >> 3];
    try {
      return this.#functions[id](this, L);
    } catch (error) {
      if (error === LUA_ERROR) return -1;
      throw error;
    }
  }

  // Arguments of a function of the server.

  /** Number of values on the stack. */
  count(L: Pointer): number {
    return (this.u32[(L + STATE.top) >> 2] - this.u32[(L + STATE.base) >> 2]) / VALUE.size;
  }

  /** Address of the value at an index from 1 on; it may lie beyond the top. */
  slot(L: Pointer, index: number): Pointer {
    return this.u32[(L + STATE.base) >> 2] + (index - 1) * VALUE.size;
  }

  /** Address of the value on top. */
  top(L: Pointer): Pointer {
    return this.u32[(L + STATE.top) >> 2] - VALUE.size;
  }

  /** Leave `count` values on the stack, no more than are there. */
  drop(L: Pointer, count: number): void {
    this.u32[(L + STATE.top) >> 2] = this.slot(L, count + 1);
  }

  /** Type tag of the argument; -1 when there is none. */
  type(L: Pointer, index: number): number {
    const at = this.slot(L, index);
    return at < this.u32[(L + STATE.top) >> 2] ? this.i32[(at + VALUE.tag) >> 2] : -1;
  }

  /** Type tag of the value at an address. */
  tag(value: Pointer): number {
    return this.i32[(value + VALUE.tag) >> 2];
  }

  /** The string object that the argument is, or becomes (numbers do); raises what C would. */
  checkString(L: Pointer, index: number): Pointer {
    if (this.type(L, index) !== TYPE.string) this.lua.luaL_checklstring(L, index, 0);
    return this.u32[this.slot(L, index) >> 2];
  }

  /** The argument as a number; raises what C would. */
  checkNumber(L: Pointer, index: number): number {
    if (this.type(L, index) === TYPE.number) return this.f64[this.slot(L, index) >> 3];
    return this.lua.luaL_checknumber(L, index);
  }

  /** `bad argument #index to 'name' (text)` */
  argumentError(L: Pointer, index: number, text: string): never {
    this.lua.luaL_argerror(L, index, this.#terminated(text));
    throw LUA_ERROR;
  }

  /** `bad argument #index to 'name' (wanted expected, got …)` */
  typeError(L: Pointer, index: number, wanted: string): never {
    this.lua.luaL_typerror(L, index, this.#terminated(wanted));
    throw LUA_ERROR;
  }

  /** Raise a text, with the position of the caller in front as luaL_error puts it. */
  raise(L: Pointer, text: ByteString): never {
    this.lua.luaL_where(L, 1);
    this.pushString(L, text);
    this.lua.lua_concat(L, 2);
    throw LUA_ERROR;
  }

  /** Room for `slots` more values, or Lua's error. */
  ensureStack(L: Pointer, slots: number, text: string): void {
    if (this.lua.lua_checkstack(L, slots) === 0) {
      this.raise(L, `stack overflow (${text})`);
    }
  }

  // Strings.

  /** Length in bytes of a string object. */
  stringLength(string: Pointer): number {
    return this.u32[(string + STRING.length) >> 2];
  }

  /** A string object as a byte string. O(n). */
  readString(string: Pointer): ByteString {
    const { u8 } = this;
    const length = this.u32[(string + STRING.length) >> 2];
    const start = string + STRING.bytes;
    if (length > CACHED_LENGTH) {
      if (length > LONGEST) throw new RangeError("string too long for this server");
      return this.#latin1.latin1Slice(start, start + length);
    }
    const place = (string >> 3) & (CACHE_SIZE - 1);
    if (this.#cachePointers[place] === string) {
      const known = this.#cacheStrings[place];
      if (known.length === length) {
        let i = 0;
        while (i < length && u8[start + i] === known.charCodeAt(i)) i++;
        if (i === length) return known;
      }
    }
    const text = this.#latin1.latin1Slice(start, start + length);
    this.#cachePointers[place] = string;
    this.#cacheStrings[place] = text;
    return text;
  }

  /** Bytes of Lua's memory as a byte string. O(n). */
  readBytes(start: Pointer, end: Pointer): ByteString {
    if (end - start > LONGEST) throw new RangeError("string too long for this server");
    return this.#latin1.latin1Slice(start, end);
  }

  /** Push a byte string. O(n). */
  pushString(L: Pointer, text: ByteString): void {
    const length = text.length;
    if (length <= SCRATCH) {
      writeLatin1(text, this.u8, this.#scratch);
      this.lua.lua_pushlstring(L, this.#scratch, length);
      return;
    }
    const block = this.lua.malloc(length);
    if (block === 0) this.outOfMemory(L);
    try {
      writeLatin1(text, this.u8, block);
      this.lua.lua_pushlstring(L, block, length);
    } finally {
      this.lua.free(block);
    }
  }

  /** Push bytes as a string. O(n). */
  pushBytes(L: Pointer, bytes: Uint8Array): void {
    const block = this.lua.malloc(Math.max(1, bytes.length));
    if (block === 0) this.outOfMemory(L);
    try {
      this.u8.set(bytes, block);
      this.lua.lua_pushlstring(L, block, bytes.length);
    } finally {
      this.lua.free(block);
    }
  }

  /** Raise the error that Lua raises when memory is short. */
  outOfMemory(L: Pointer): never {
    this.pushString(L, "not enough memory");
    throw LUA_ERROR;
  }

  /** A short text with a NUL behind it, in the scratch area. */
  #terminated(text: string): Pointer {
    const length = Math.min(text.length, SCRATCH - 1);
    writeLatin1(text.substring(0, length), this.u8, this.#scratch);
    this.u8[this.#scratch + length] = 0;
    return this.#scratch;
  }

  // Tables and functions.

  /** Push the value at an address. */
  pushSlot(L: Pointer, value: Pointer): void {
    this.lua.lua_pushnil(L);
    const at = this.top(L) >> 2;
    const from = value >> 2;
    this.u32[at] = this.u32[from];
    this.u32[at + 1] = this.u32[from + 1];
    this.u32[at + 2] = this.u32[from + 2];
  }

  /** `table[name] = top`, without metamethods; pops the value. The table is at `index` before. */
  setField(L: Pointer, index: number, name: string): void {
    this.pushString(L, name);
    this.lua.lua_insert(L, -2);
    this.lua.lua_rawset(L, index < 0 && index > REGISTRY ? index - 1 : index);
  }

  /** Push `table[name]`, without metamethods. */
  getField(L: Pointer, index: number, name: string): void {
    this.pushString(L, name);
    this.lua.lua_rawget(L, index < 0 && index > REGISTRY ? index - 1 : index);
  }

  /** Make a function of the server known for good; gives the number that it is called by. */
  register(fn: ServerFunction): number {
    return this.#functions.push(fn) - 1;
  }

  /**
   * Push a function of the server.
   *
   * @param cFunction the function of the glue that it is called through
   * @param original index of the C function that the glue's function stands before
   */
  pushFunction(
    L: Pointer,
    fn: ServerFunction | null,
    cFunction: number = C_FUNCTION.dispatch,
    original = 0,
  ): void {
    this.lua.lua_pushnumber(L, fn === null ? -1 : this.register(fn));
    this.lua.lua_pushnumber(L, original);
    this.lua.lua_pushcclosure(L, cFunction, 2);
  }

  /** Let nobody change a table, or change it again; the mark is one that glue.wat looks at. */
  setReadonly(table: Pointer, on: boolean): void {
    if (on) this.u8[table + OBJECT.marks] |= OBJECT.readonlyMark;
    else this.u8[table + OBJECT.marks] &= ~OBJECT.readonlyMark;
  }

  /** Let the garbage collector believe that a userdata's finalizer has run. */
  setFinalized(userdata: Pointer): void {
    this.u8[userdata + OBJECT.marks] |= OBJECT.finalizedMark;
  }

  /** Have the owner asked for the first time; threads that scripts make inherit the hook. */
  startHook(): void {
    this.lua.lua_sethook(this.main, C_FUNCTION.hook, HOOK_COUNT, 1);
    this.restCounters(this.main);
  }

  /** The owner was asked in this thread: ask again in a while. */
  restCounters(L: Pointer): void {
    this.u8[L + STATE.hookMask] = 0;
    this.u32[COUNTER.instructions >> 2] = INSTRUCTIONS;
    this.u32[COUNTER.patternSteps >> 2] = PATTERN_STEPS;
  }

  /** Have the owner asked at every instruction: a script is to end, whatever it catches. */
  hookEverything(L: Pointer): void {
    this.lua.lua_sethook(L, C_FUNCTION.hook, HOOK_COUNT | HOOK_LINE, 1);
    this.u32[COUNTER.instructions >> 2] = this.u32[COUNTER.patternSteps >> 2] = 1;
  }

  isReadonly(table: Pointer): boolean {
    return (this.u8[table + OBJECT.marks] & OBJECT.readonlyMark) !== 0;
  }

  /** Compile source text; pushes the function, or the error text and returns false. */
  load(L: Pointer, source: ByteString, name: string): boolean {
    const length = source.length;
    const block = this.lua.malloc(length + 1);
    if (block === 0) {
      this.pushString(L, "not enough memory");
      return false;
    }
    try {
      writeLatin1(source, this.u8, block);
      return this.lua.luaL_loadbuffer(L, block, length, this.#terminated(name)) === 0;
    } finally {
      this.lua.free(block);
    }
  }
}
