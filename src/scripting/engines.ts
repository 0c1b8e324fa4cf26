/**
 * The Lua engines of a server: one for scripts, one for functions, made when the first script comes.
 *
 * The module that holds Lua is loaded then, which takes some milliseconds and cannot be waited for
 * within a command: until it is there, commands that need it wait as they do for a pause.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Gates } from "../execution/gates.ts";
import { Postponed, type PostponedNeeds } from "../execution/postponed.ts";
import { RedisError } from "../resp/reply.ts";
import type { FunctionDefinition, ScriptFunction, ScriptOutcome, ScriptRun } from "./host.ts";

/** A Lua engine, as far as the server knows it. */
export interface ScriptEngine {
  /** Compile a script. @throws RedisError with Lua's message */
  compile(code: ByteString): ScriptFunction;
  /** Run a script or a function; a promise when it is slow. */
  run(run: ScriptRun): ScriptOutcome | Promise<ScriptOutcome>;
  /**
   * Run the code of a library, which registers its functions.
   *
   * @param timeoutMs how long it may take; 0 for any time
   * @throws RedisError with the error of the code
   */
  loadLibrary(
    code: ByteString,
    register: (definition: FunctionDefinition) => void,
    timeoutMs: number,
  ): void;
  /** Forget a function. */
  release(script: ScriptFunction): void;
  /** Begin anew: nothing of what was compiled is left. */
  reset(): void;
  /** Bytes of memory that Lua has in use. */
  readonly memoryBytes: number;
}

/** Makes the engines. */
export type EngineFactory = (kind: "eval" | "function") => ScriptEngine;

/** What engines need of the server. */
export interface EnginesNeeds extends PostponedNeeds {
  readonly gates: Gates;
}

/** The engines of one server. */
export class Engines {
  readonly #load: () => Promise<EngineFactory>;
  readonly #waiting: Postponed;
  readonly #parts: EnginesNeeds;
  #factory: EngineFactory | null = null;
  #loading: Promise<void> | null = null;
  #eval: ScriptEngine | null = null;
  #function: ScriptEngine | null = null;

  /** @param load loads the module that makes engines */
  constructor(parts: EnginesNeeds, load: () => Promise<EngineFactory>) {
    this.#parts = parts;
    this.#load = load;
    this.#waiting = new Postponed(parts, "engine");
    parts.gates.install("engine", {
      admit: (client, _command, args) => {
        if (client.connection === null) return null;
        this.#begin();
        return this.#waiting.add(client, args);
      },
      holds: () => true,
    });
    parts.gates.set("engine", true);
  }

  /** Whether scripts can run. */
  get ready(): boolean {
    return this.#factory !== null;
  }

  /** Load the module now. Resolves when scripts can run. */
  prepare(): Promise<void> {
    return this.#loading ??= this.#load().then((factory) => {
      this.#factory = factory;
      this.#parts.gates.set("engine", false);
    });
  }

  #begin(): void {
    if (this.#loading !== null) return;
    this.prepare().then(() => this.#waiting.run());
  }

  /** The engine of scripts. @throws RedisError when it is not there yet */
  get scripts(): ScriptEngine {
    return this.#eval ??= this.#make("eval");
  }

  /** The engine of functions. @throws RedisError when it is not there yet */
  get functions(): ScriptEngine {
    return this.#function ??= this.#make("function");
  }

  #make(kind: "eval" | "function"): ScriptEngine {
    if (this.#factory === null) throw new RedisError("ERR The Lua engine is not loaded yet");
    return this.#factory(kind);
  }

  /** Bytes in use: by scripts, by functions. */
  get memory(): { readonly scripts: number; readonly functions: number } {
    return {
      scripts: this.#eval?.memoryBytes ?? 0,
      functions: this.#function?.memoryBytes ?? 0,
    };
  }

  /** Forget a client that is gone. */
  forget(client: Parameters<Postponed["forget"]>[0]): void {
    this.#waiting.forget(client);
  }
}
