/**
 * The `redis` table that scripts see: calls of commands, replies, the log, settings of the run.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { formatDouble } from "../bytes/double.ts";
import { sha1Hex } from "../bytes/sha1.ts";
import { ErrorReply, RedisError, type Reply } from "../resp/reply.ts";
import { REDIS_VERSION } from "../version.ts";
import type { Converter } from "./convert.ts";
import { TYPE } from "./engine/layout.ts";
import { LUA_ERROR, type LuaMachine, REGISTRY, type ServerFunction } from "./engine/machine.ts";
import { Entries, getElement } from "./engine/tables.ts";
import type { FunctionDefinition, ScriptHost, ScriptLogLevel } from "./host.ts";
import type { Pointer } from "./wasm/module.ts";

const LOG_LEVELS: ScriptLogLevel[] = ["debug", "verbose", "notice", "warning"];
const REPLICATION_FLAGS = 3;

/** Flags that a function may be registered with. */
const FUNCTION_FLAGS = [
  ...["no-writes", "allow-oom", "allow-stale", "no-cluster", "allow-cross-slot-keys"],
];

/** What the run that is going on looks like from here. */
export interface RunState {
  /** The server; null while nothing runs. */
  host: ScriptHost | null;
  /** What replies look like to the script. */
  protocol: 2 | 3;
  /** A library is being loaded. */
  isLoading: boolean;
  /** Make a function out of a registry reference. */
  adopt(ref: number): FunctionDefinition["callback"];
}

/** 7.2.6 as one number: a byte for each part. */
function versionNumber(): number {
  const [major, minor, patch] = REDIS_VERSION.split(".").map(Number);
  return (major << 16) | (minor << 8) | patch;
}

/** A number as a command's argument: integers in full, others with the fewest digits. */
function numberText(machine: LuaMachine, at: Pointer): ByteString {
  const value = machine.f64[at >> 3];
  if ((value | 0) === value) return String(value | 0);
  if (value !== value) return machine.i32[(at + 4) >> 2] < 0 ? "-nan" : "nan";
  return formatDouble(value);
}

/** The functions, for one Lua state. */
export class RedisApi {
  readonly #machine: LuaMachine;
  readonly #converter: Converter;
  readonly #state: RunState;

  constructor(machine: LuaMachine, converter: Converter, state: RunState) {
    this.#machine = machine;
    this.#converter = converter;
    this.#state = state;
  }

  /** Functions of a script; those for debugging are there for EVAL only. */
  functions(kind: "eval" | "function"): Record<string, ServerFunction> {
    const common: Record<string, ServerFunction> = {
      call: (_, L) => this.#call(L, true),
      pcall: (_, L) => this.#call(L, false),
      log: (_, L) => this.#log(L),
      setresp: (_, L) => this.#setProtocol(L),
      sha1hex: (_, L) => this.#sha1hex(L),
      error_reply: (_, L) => this.#errorReply(L),
      status_reply: (_, L) => this.#statusReply(L),
      set_repl: (_, L) => this.#setReplication(L),
      acl_check_cmd: (_, L) => this.#checkAcl(L),
    };
    if (kind === "function") return common;
    const yes: ServerFunction = (machine, L) => {
      machine.lua.lua_pushboolean(L, 1);
      return 1;
    };
    const no: ServerFunction = (machine, L) => {
      machine.lua.lua_pushboolean(L, 0);
      return 1;
    };
    return { ...common, breakpoint: no, debug: () => 0, replicate_commands: yes };
  }

  /** Functions that a library has while it loads. */
  loadingFunctions(): Record<string, ServerFunction> {
    return {
      register_function: (_, L) => this.#register(L),
      log: (_, L) => this.#log(L),
    };
  }

  /** Constants of a script. */
  constants(): Record<string, number | string> {
    const replication = { REPL_NONE: 0, REPL_AOF: 1, REPL_SLAVE: 2, REPL_REPLICA: 2, REPL_ALL: 3 };
    return { ...this.loadingConstants(), ...replication };
  }

  /** Constants that a library has while it loads. */
  loadingConstants(): Record<string, number | string> {
    const levels = { LOG_DEBUG: 0, LOG_VERBOSE: 1, LOG_NOTICE: 2, LOG_WARNING: 3 };
    return { ...levels, REDIS_VERSION, REDIS_VERSION_NUM: versionNumber() };
  }

  /** Raise an error of this library: a table, as those of commands are. */
  #raise(L: Pointer, text: ByteString): never {
    this.#converter.pushError(L, text);
    throw LUA_ERROR;
  }

  #host(): ScriptHost {
    const { host } = this.#state;
    if (host === null) throw new Error("a script function ran outside of a script");
    return host;
  }

  /** All arguments as a command's; null with an error pushed when they are none. */
  #arguments(L: Pointer): ByteString[] | null {
    const machine = this.#machine;
    const count = machine.count(L);
    if (count === 0) {
      const text = "Please specify at least one argument for this redis lib call";
      this.#converter.pushError(L, text);
      return null;
    }
    const args: ByteString[] = new Array(count);
    let at = machine.slot(L, 1);
    for (let i = 0; i < count; i++, at += 16) {
      const tag = machine.tag(at);
      if (tag === TYPE.string) args[i] = machine.readString(machine.u32[at >> 2]);
      else if (tag === TYPE.number) args[i] = numberText(machine, at);
      else {
        machine.drop(L, 0);
        const text = "Lua redis lib command arguments must be strings or integers";
        this.#converter.pushError(L, text);
        return null;
      }
    }
    machine.drop(L, 0);
    return args;
  }

  #call(L: Pointer, raises: boolean): number {
    const args = this.#arguments(L);
    if (args === null) return raises ? -1 : 1;
    let reply: Reply;
    try {
      reply = this.#host().call(args);
    } catch (error) {
      if (!(error instanceof RedisError)) throw error;
      reply = new ErrorReply(error.message);
    }
    this.#converter.push(L, reply, this.#state.protocol);
    return raises && reply instanceof ErrorReply ? -1 : 1;
  }

  #log(L: Pointer): number {
    const machine = this.#machine;
    const count = machine.count(L);
    if (count < 2) this.#raise(L, "redis.log() requires two arguments or more.");
    if (machine.lua.lua_isnumber(L, 1) === 0) {
      this.#raise(L, "First argument must be a number (log level).");
    }
    const level = Math.trunc(machine.lua.lua_tonumber(L, 1));
    if (!(level >= 0 && level <= 3)) this.#raise(L, "Invalid debug level.");
    let text = "";
    for (let i = 2; i <= count; i++) {
      const type = machine.type(L, i);
      if (type !== TYPE.string && type !== TYPE.number) continue;
      if (i > 2) text += " ";
      text += machine.readString(machine.checkString(L, i));
    }
    this.#host().log(LOG_LEVELS[level], text);
    return 0;
  }

  #setProtocol(L: Pointer): number {
    const machine = this.#machine;
    if (machine.count(L) !== 1) this.#raise(L, "redis.setresp() requires one argument.");
    const version = Math.trunc(machine.lua.lua_tonumber(L, 1));
    if (version !== 2 && version !== 3) this.#raise(L, "RESP version must be 2 or 3.");
    this.#state.protocol = version;
    this.#host().setProtocol(version);
    return 0;
  }

  #sha1hex(L: Pointer): number {
    const machine = this.#machine;
    if (machine.count(L) !== 1) this.#raise(L, "wrong number of arguments");
    const type = machine.type(L, 1);
    const isText = type === TYPE.string || type === TYPE.number;
    machine.pushString(L, sha1Hex(isText ? machine.readString(machine.checkString(L, 1)) : ""));
    return 1;
  }

  /** The one argument of a function that makes a reply; null with an error pushed. */
  #oneString(L: Pointer): ByteString | null {
    const machine = this.#machine;
    if (machine.count(L) === 1 && machine.type(L, 1) === TYPE.string) {
      return machine.readString(machine.checkString(L, 1));
    }
    this.#converter.pushError(L, "wrong number or type of arguments");
    return null;
  }

  #errorReply(L: Pointer): number {
    const text = this.#oneString(L);
    if (text === null) return 1;
    this.#converter.pushError(L, text.startsWith("-") ? text : `-${text}`);
    return 1;
  }

  #statusReply(L: Pointer): number {
    if (this.#oneString(L) === null) return 1;
    const machine = this.#machine;
    machine.lua.lua_createtable(L, 0, 1);
    machine.lua.lua_pushvalue(L, 1);
    machine.setField(L, -2, "ok");
    return 1;
  }

  #setReplication(L: Pointer): number {
    const machine = this.#machine;
    if (machine.count(L) !== 1) this.#raise(L, "redis.set_repl() requires one argument.");
    const flags = Math.trunc(machine.lua.lua_tonumber(L, 1)) | 0;
    if ((flags & ~REPLICATION_FLAGS) !== 0) {
      const names = "REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE";
      this.#raise(L, `Invalid replication flags. Use ${names}.`);
    }
    this.#host().setReplication(flags);
    return 0;
  }

  #checkAcl(L: Pointer): number {
    const args = this.#arguments(L);
    if (args === null) return -1;
    let allowed: boolean;
    try {
      allowed = this.#host().checkAcl(args);
    } catch (error) {
      if (!(error instanceof RedisError)) throw error;
      this.#raise(L, "Invalid command passed to redis.acl_check_cmd()");
    }
    this.#machine.lua.lua_pushboolean(L, allowed ? 1 : 0);
    return 1;
  }

  // redis.register_function

  #register(L: Pointer): number {
    if (!this.#state.isLoading) {
      this.#raise(L, "redis.register_function can only be called on FUNCTION LOAD command");
    }
    const count = this.#machine.count(L);
    if (count < 1 || count > 2) {
      this.#raise(L, "wrong number of arguments to redis.register_function");
    }
    const definition = count === 1 ? this.#named(L) : this.#positional(L);
    try {
      this.#host().registerFunction(definition);
    } catch (error) {
      this.#machine.lua.luaL_unref(L, REGISTRY, definition.callback.ref);
      if (!(error instanceof RedisError)) throw error;
      this.#raise(L, `-${error.message}`);
    }
    return 0;
  }

  /** A string or a number on top of the stack as text; null for other values. */
  #topText(L: Pointer): ByteString | null {
    const machine = this.#machine;
    const tag = machine.tag(machine.top(L));
    if (tag !== TYPE.string && tag !== TYPE.number) return null;
    if (tag === TYPE.number) machine.lua.lua_tolstring(L, -1, machine.words);
    return machine.readString(machine.u32[machine.top(L) >> 2]);
  }

  #positional(L: Pointer): FunctionDefinition {
    const machine = this.#machine;
    machine.lua.lua_pushvalue(L, 1);
    const name = this.#topText(L);
    if (name === null) this.#raise(L, "first argument to redis.register_function must be a string");
    machine.lua.lua_settop(L, 2);
    if (machine.type(L, 2) !== TYPE.function) {
      this.#raise(L, "second argument to redis.register_function must be a function");
    }
    const callback = this.#state.adopt(machine.lua.luaL_ref(L, REGISTRY));
    return { name, description: null, flags: [], callback };
  }

  #named(L: Pointer): FunctionDefinition {
    const machine = this.#machine;
    if (machine.type(L, 1) !== TYPE.table) {
      this.#raise(
        L,
        "calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).",
      );
    }
    let name: ByteString | null = null;
    let description: ByteString | null = null;
    let flags: string[] = [];
    let callbackSlot: Pointer = 0;
    const entries = new Entries(machine, machine.u32[machine.slot(L, 1) >> 2]);
    while (entries.advance()) {
      const keyTag = entries.key === 0 ? TYPE.number : machine.tag(entries.key);
      if (keyTag !== TYPE.string && keyTag !== TYPE.number) {
        this.#raise(L, "named argument key given to redis.register_function is not a string");
      }
      const key = keyTag === TYPE.number
        ? ""
        : machine.readString(machine.u32[entries.key >> 2]).toLowerCase();
      if (key === "function_name") {
        name = this.#valueText(entries.value);
        if (name === null) {
          this.#raise(
            L,
            "function_name argument given to redis.register_function must be a string",
          );
        }
      } else if (key === "description") {
        description = this.#valueText(entries.value);
        if (description === null) {
          this.#raise(L, "description argument given to redis.register_function must be a string");
        }
      } else if (key === "callback") {
        if (machine.tag(entries.value) !== TYPE.function) {
          this.#raise(L, "callback argument given to redis.register_function must be a function");
        }
        callbackSlot = entries.value;
      } else if (key === "flags") {
        if (machine.tag(entries.value) !== TYPE.table) {
          this.#raise(
            L,
            "flags argument to redis.register_function must be a table representing function flags",
          );
        }
        const read = this.#flags(machine.u32[entries.value >> 2]);
        if (read === null) this.#raise(L, "unknown flag given");
        flags = read;
      } else this.#raise(L, "unknown argument given to redis.register_function");
    }
    if (name === null) this.#raise(L, "redis.register_function must get a function name argument");
    if (callbackSlot === 0) {
      this.#raise(L, "redis.register_function must get a callback argument");
    }
    machine.pushSlot(L, callbackSlot);
    const callback = this.#state.adopt(machine.lua.luaL_ref(L, REGISTRY));
    return { name, description, flags, callback };
  }

  /** A string or a number at an address as text; null for other values. */
  #valueText(value: Pointer): ByteString | null {
    const machine = this.#machine;
    const tag = machine.tag(value);
    if (tag === TYPE.string) return machine.readString(machine.u32[value >> 2]);
    return tag === TYPE.number ? formatDouble(machine.f64[value >> 3]) : null;
  }

  /** Flags as a list without repetition; null when one is unknown. */
  #flags(table: Pointer): string[] | null {
    const machine = this.#machine;
    const flags: string[] = [];
    for (let i = 1;; i++) {
      const value = getElement(machine, table, i);
      if (value === 0) return flags;
      const flag = this.#valueText(value)?.toLowerCase();
      if (flag === undefined || !FUNCTION_FLAGS.includes(flag)) return null;
      if (!flags.includes(flag)) flags.push(flag);
    }
  }
}
