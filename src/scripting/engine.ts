/**
 * The Lua engine: compiles scripts, runs them, and converts what they return. One for EVAL's
 * scripts and one for the functions of libraries, for each server; they share nothing.
 *
 * A script that ends soon ends before `run` returns, so that most cost no turn of the event loop.
 * One that is slow is suspended from time to time (WebAssembly's stack switching), and `run` gives
 * a promise: the caller holds all other commands until it resolves.
 *
 * What could harm the process harms the interpreter's instance only: when one breaks (a C stack that
 * is exhausted, memory that cannot be had at a bad moment), the script gets an error, and the next
 * one a new instance. Scripts are compiled again from their source; libraries are loaded again.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { ErrorReply, RedisError, type Reply } from "../resp/reply.ts";
import { isBrief } from "./engine/brief.ts";
import { STATE } from "./engine/layout.ts";
import { GLOBALS, LuaMachine, REGISTRY } from "./engine/machine.ts";
import { buildEnvironment, type EngineKind, type Environment } from "./environment.ts";
import type {
  FunctionDefinition,
  RunLimits,
  ScriptFunction,
  ScriptHost,
  ScriptOutcome,
  ScriptRun,
} from "./host.ts";
import { ScriptRandom } from "./libs/random.ts";
import { errorReply, errorText, lost } from "./outcome.ts";
import type { RunState } from "./redis_api.ts";
import { LuaPanic, type Pointer } from "./wasm/module.ts";

/** What an engine is made with. */
export interface EngineOptions {
  kind: EngineKind;
  /** Monotonic time in milliseconds. */
  now(): number;
  /** The most memory that Lua may take, in bytes; from 16 MB to 1.75 GB. */
  memoryLimit?: number;
  /** The generator of math.random; the engines of a server share one. */
  random?: ScriptRandom;
}

/** Enough for a string of 512 MB on its way in; a process has more than one engine at most. */
const DEFAULT_MEMORY_LIMIT = 1536 * 1024 * 1024;
/** A slow script runs so long between two turns of the event loop, in milliseconds. */
const SLICE = 10;
/** Runs between two steps of Lua's garbage collector, and the size of such a step. */
const RUNS_PER_STEP = 50;
/** An instance that took more memory than this is given up after the script, if nothing is lost. */
const KEPT_CAPACITY = 128 * 1024 * 1024;

/** lua_gc's commands. */
const GC = { restart: 1, collect: 2, count: 3, step: 5 } as const;
/** lua_pcall's statuses. */
const STATUS = { ok: 0, yielded: 1 } as const;
const RUNNING = -1;

const NONE: readonly ErrorReply[] = [];

/** A script with its source, from which it is compiled again in a new instance. */
interface Source {
  source: ByteString;
}

/** A library that is loaded, and its functions by name. */
interface Library {
  code: ByteString;
  functions: Map<ByteString, ScriptFunction>;
}

/** An interpreter with its environment. */
interface Instance {
  machine: LuaMachine;
  environment: Environment;
}

/** Lua, as a server uses it. */
export class LuaEngine {
  readonly #kind: EngineKind;
  readonly #now: () => number;
  readonly #memoryLimit: number;
  readonly #random: ScriptRandom;
  readonly #sources = new WeakMap<ScriptFunction, Source>();
  readonly #libraries = new Map<ScriptFunction[], Library>();
  readonly #state: RunState;
  #instance: Instance | null = null;
  #generation = 0;
  #runs = 0;

  /** Errors in the result that is being converted. */
  readonly #errors: ErrorReply[] = [];

  // The run that is going on.
  #limits: RunLimits | null = null;
  #status = STATUS.ok as number;
  #isSuspendable = false;
  /** When the script becomes slow, or its slice ends; NaN until the clock was read. */
  #deadline = NaN;
  /** The error that ends the script. */
  #killed: ByteString | null = null;

  constructor(options: EngineOptions) {
    this.#kind = options.kind;
    this.#now = options.now;
    this.#memoryLimit = options.memoryLimit ?? DEFAULT_MEMORY_LIMIT;
    this.#random = options.random ?? new ScriptRandom();
    this.#state = {
      host: null,
      protocol: 2,
      isLoading: false,
      adopt: (ref) => this.#adopt(ref),
    };
  }

  /** Is a script suspended, or running? */
  get isRunning(): boolean {
    return this.#state.host !== null;
  }

  /** Bytes that Lua's objects take; 0 before the first script. */
  get memoryBytes(): number {
    if (this.#instance === null) return 0;
    const { lua, main } = this.#instance.machine;
    return lua.lua_gc(main, GC.count, 0) * 1024;
  }

  /** Bytes of memory that the interpreter has; 0 before the first script. */
  get capacityBytes(): number {
    return this.#instance?.machine.capacity ?? 0;
  }

  /** Forget all scripts and libraries, and all memory. Nothing may run. */
  reset(): void {
    this.#refuseWhileRunning();
    this.#discard();
    this.#libraries.clear();
  }

  #refuseWhileRunning(): void {
    if (this.isRunning) throw new Error("a script is running");
  }

  #discard(): void {
    this.#instance = null;
    this.#generation++;
  }

  // Instances.

  #ready(): Instance {
    return this.#instance ?? this.#start();
  }

  #start(): Instance {
    const machine = new LuaMachine({
      interrupt: (L) => this.#interrupt(L),
      suspend: () => this.#suspend(),
      finish: (status) => {
        this.#status = status;
      },
    }, this.#memoryLimit);
    const environment = buildEnvironment(machine, {
      kind: this.#kind,
      state: this.#state,
      random: this.#random,
      now: this.#now,
    });
    const instance = this.#instance = { machine, environment };
    for (const library of this.#libraries.values()) {
      try {
        this.#reload(library);
      } catch (error) {
        // Its functions stay of the instance before, and calls of them fail.
        if (!(error instanceof RedisError)) throw error;
      }
    }
    return instance;
  }

  /** Make a function of what a registry reference stands for. */
  #adopt(ref: number): ScriptFunction {
    const { machine } = this.#instance!;
    const { lua, main } = machine;
    lua.lua_rawgeti(main, REGISTRY, ref);
    const brief = isBrief(machine, machine.u32[machine.top(main) >> 2]);
    lua.lua_settop(main, -2);
    return { ref, generation: this.#generation, brief };
  }

  // Compiling.

  /**
   * Compile a script of EVAL (without its shebang, but with the line feed behind it).
   *
   * @throws RedisError with Lua's text, as the command gives it
   */
  compile(source: ByteString): ScriptFunction {
    this.#refuseWhileRunning();
    const script = this.#compile(source);
    this.#sources.set(script, { source });
    return script;
  }

  #compile(source: ByteString): ScriptFunction {
    const { machine } = this.#ready();
    const { lua, main } = machine;
    const compiled = machine.load(main, source, "@user_script");
    if (compiled) return this.#adopt(lua.luaL_ref(main, REGISTRY));
    const text = this.#takeText();
    throw new RedisError(`ERR Error compiling script (new function): ${text}`);
  }

  /** The text on top of the stack, which becomes empty. */
  #takeText(): ByteString {
    const { machine } = this.#instance!;
    const { main } = machine;
    const text = machine.readString(machine.u32[machine.top(main) >> 2]);
    machine.lua.lua_settop(main, 0);
    return text.split("\0", 1)[0];
  }

  /** Forget a compiled script. */
  release(script: ScriptFunction): void {
    this.#sources.delete(script);
    if (script.generation !== this.#generation || this.#instance === null) return;
    this.#instance.machine.lua.luaL_unref(this.#instance.machine.main, REGISTRY, script.ref);
  }

  // Libraries.

  /**
   * Run the code of a library (without its first line, but with the line feed behind it) so that
   * it registers its functions with the host.
   *
   * @returns a handle for {@linkcode unloadLibrary}
   * @throws RedisError with the text that FUNCTION LOAD gives
   */
  loadLibrary(code: ByteString, host: ScriptHost, limits: RunLimits): ScriptFunction[] {
    this.#refuseWhileRunning();
    const functions = new Map<ByteString, ScriptFunction>();
    this.#load(code, limits, {
      call: (args) => host.call(args),
      log: (level, text) => host.log(level, text),
      setProtocol: (version) => host.setProtocol(version),
      setReplication: (flags) => host.setReplication(flags),
      checkAcl: (args) => host.checkAcl(args),
      registerFunction: (definition) => {
        host.registerFunction(definition);
        functions.set(definition.name, definition.callback);
      },
    });
    const handle = [...functions.values()];
    this.#libraries.set(handle, { code, functions });
    return handle;
  }

  /** Forget a library and its functions. */
  unloadLibrary(handle: ScriptFunction[]): void {
    if (!this.#libraries.delete(handle)) return;
    for (const fn of handle) this.release(fn);
  }

  /** Load a library anew into a new instance: its functions are the ones that are known. */
  #reload({ code, functions }: Library): void {
    const refuse = () => {
      throw new RedisError("ERR not while a library is loaded again");
    };
    const limits: RunLimits = {
      now: this.#now,
      slowAfter: 0,
      pause: () => Promise.resolve(null),
    };
    const registerFunction = ({ name, callback }: FunctionDefinition) => {
      const known = functions.get(name);
      if (known !== undefined) Object.assign(known, callback);
    };
    const host = { call: refuse, log() {}, setProtocol() {}, setReplication() {} };
    this.#load(code, limits, { ...host, checkAcl: refuse, registerFunction });
  }

  #load(code: ByteString, limits: RunLimits, host: ScriptHost): void {
    const { machine, environment } = this.#ready();
    const { lua, main } = machine;
    this.#setIndex(environment.loadingGlobals);
    try {
      if (!machine.load(main, code, "@user_function")) {
        throw new RedisError(`ERR Error compiling function: ${this.#takeText()}`);
      }
      this.#begin(host, limits, false);
      this.#state.isLoading = true;
      const status = this.#guarded(() => lua.lua_pcall(main, 0, 0, 0));
      if (status === STATUS.ok) return;
      const text = errorText(machine, environment.converter);
      throw new RedisError(`ERR Error registering functions: ${text}`);
    } finally {
      this.#state.isLoading = false;
      if (this.#instance !== null) {
        this.#end();
        this.#setIndex(environment.functionGlobals);
      }
    }
  }

  /** What the globals of functions lead to. */
  #setIndex(globals: number): void {
    const { machine, environment } = this.#instance!;
    const { lua, main } = machine;
    machine.setReadonly(environment.globalsMetatable, false);
    lua.lua_getmetatable(main, GLOBALS);
    lua.lua_rawgeti(main, REGISTRY, globals);
    machine.setField(main, -2, "__index");
    lua.lua_settop(main, -2);
    machine.setReadonly(environment.globalsMetatable, true);
  }

  // Running.

  /**
   * Run a script or a function.
   *
   * @returns its outcome; a promise of it when the script is slow. Errors of the host that are no
   *   RedisError come out as they are, thrown or as a rejection.
   */
  run(run: ScriptRun): ScriptOutcome | Promise<ScriptOutcome> {
    this.#refuseWhileRunning();
    const { machine, environment } = this.#ready();
    const { lua, main } = machine;
    const { script, keys, args } = run;
    if (script.generation !== this.#generation && !this.#renew(script)) return lost(run.name);
    this.#begin(run.host, run.limits, !script.brief);
    try {
      lua.lua_rawgeti(main, REGISTRY, environment.errorHandler);
      if (this.#kind === "eval") {
        machine.setReadonly(environment.globals, false);
        this.#setGlobal(environment.keysName, keys);
        this.#setGlobal(environment.argvName, args);
        machine.setReadonly(environment.globals, true);
      }
      lua.lua_rawgeti(main, REGISTRY, script.ref);
      if (this.#kind === "function") {
        this.#pushStrings(keys);
        this.#pushStrings(args);
      }
    } catch (error) {
      return this.#broken(run, error);
    }
    const count = this.#kind === "eval" ? 0 : 2;
    if (script.brief) {
      try {
        this.#status = lua.lua_pcall(main, count, 1, 1);
      } catch (error) {
        return this.#broken(run, error);
      }
      return this.#conclude(run);
    }
    this.#status = RUNNING;
    const ended = machine.runSuspendable(count, 1, 1);
    if (this.#status !== RUNNING) return this.#conclude(run);
    return ended.then(() => this.#conclude(run), (error) => this.#broken(run, error));
  }

  /** Compile a script again that was compiled in an instance that is gone. */
  #renew(script: ScriptFunction): boolean {
    const known = this.#sources.get(script);
    if (known === undefined) return false;
    Object.assign(script, this.#compile(known.source));
    return true;
  }

  #pushStrings(strings: ByteString[]): void {
    const { machine } = this.#instance!;
    const { lua, main } = machine;
    lua.lua_createtable(main, strings.length, 0);
    for (let i = 0; i < strings.length; i++) {
      machine.pushString(main, strings[i]);
      lua.lua_rawseti(main, -2, i + 1);
    }
  }

  /** @param name address of a value that is the name */
  #setGlobal(name: Pointer, strings: ByteString[]): void {
    const { machine } = this.#instance!;
    machine.pushSlot(machine.main, name);
    this.#pushStrings(strings);
    machine.lua.lua_rawset(machine.main, GLOBALS);
  }

  #begin(host: ScriptHost, limits: RunLimits, isSuspendable: boolean): void {
    this.#state.host = host;
    this.#state.protocol = 2;
    this.#limits = limits;
    this.#isSuspendable = isSuspendable;
    this.#deadline = NaN;
    this.#killed = null;
  }

  /** Leave the state as the next run wants to find it. */
  #end(): void {
    const { machine, environment } = this.#instance!;
    const { lua, main } = machine;
    this.#state.host = null;
    this.#limits = null;
    if (this.#killed !== null) machine.startHook();
    lua.lua_settop(main, 0);
    // setfenv(0, …) changes the globals that code is compiled with: for this script only.
    machine.u32[(main + STATE.globals) >> 2] = environment.globals;
    if (++this.#runs % RUNS_PER_STEP === 0) {
      lua.lua_gc(main, GC.restart, 0);
      lua.lua_gc(main, GC.step, RUNS_PER_STEP);
    }
    const refused = machine.takeRefusal();
    if (!refused && machine.capacity <= KEPT_CAPACITY) return;
    // Scripts of EVAL leave nothing behind that the next one could miss. Functions may: for them
    // the memory stays, and Lua looks for what is free in it.
    if (this.#kind === "eval") this.#discard();
    else if (refused) lua.lua_gc(main, GC.collect, 0);
  }

  #conclude(run: ScriptRun): ScriptOutcome {
    const { machine, environment } = this.#instance!;
    const errors: ErrorReply[] = this.#errors;
    errors.length = 0;
    let reply: Reply;
    const failed = this.#status !== STATUS.ok;
    try {
      if (failed) reply = errorReply(machine, environment.converter, run.name, errors);
      else {
        const { protocol } = this.#state;
        reply = environment.converter.toReply(machine.top(machine.main), protocol, errors);
      }
    } finally {
      this.#end();
    }
    return { reply, failed, errors: errors.length === 0 ? NONE : errors.slice() };
  }

  /** An exception that Lua did not raise: the instance is in no state to be used again. */
  #broken(run: ScriptRun, error: unknown): ScriptOutcome {
    const text = this.#giveUp(error);
    const reply = new ErrorReply(`ERR Error running script ${run.name}, ${text}`);
    return { reply, failed: true, errors: [reply] };
  }

  /** Drop the instance; the text of the error, unless it is the host's own. */
  #giveUp(error: unknown): ByteString {
    this.#state.host = null;
    this.#limits = null;
    this.#discard();
    if (error instanceof RangeError) return "stack overflow";
    if (error instanceof WebAssembly.RuntimeError) return "the interpreter failed";
    // An error of Lua's outside of all protection (an exception of WebAssembly's, which is no
    // Error), or its panic: it happens when memory is short.
    if (!(error instanceof Error) || error instanceof LuaPanic) return "not enough memory";
    throw error;
  }

  #guarded(call: () => number): number {
    try {
      return call();
    } catch (error) {
      throw new RedisError(`ERR Error registering functions: ERR ${this.#giveUp(error)}`);
    }
  }

  // Interrupts.

  /** Asked every few thousand instructions: 0 to go on, 1 to raise, 2 to suspend. */
  #interrupt(L: number): number {
    const { machine, environment } = this.#instance!;
    machine.restCounters(L);
    const limits = this.#limits;
    if (limits === null) return 0;
    if (this.#killed === null) {
      const now = limits.now();
      if (this.#deadline !== this.#deadline) {
        this.#deadline = limits.slowAfter > 0 ? now + limits.slowAfter : Infinity;
      }
      if (now < this.#deadline) return 0;
      if (limits.timeout === undefined) return this.#isSuspendable ? 2 : 0;
      this.#killed = limits.timeout;
    }
    machine.hookEverything(L);
    environment.converter.pushError(L, this.#killed);
    return 1;
  }

  async #suspend(): Promise<number> {
    const limits = this.#limits!;
    this.#killed = await limits.pause();
    this.#deadline = limits.now() + SLICE;
    return 0;
  }
}
