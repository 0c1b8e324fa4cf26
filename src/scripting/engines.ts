/**
 * The Lua engines of a server: one for scripts, one for functions, made when the first script comes.
 *
 * The module that holds Lua is loaded then, which takes some milliseconds and cannot be waited for
 * within a command: until it is there, commands that need it wait as they do for a pause.
 *
 * @module
 */

import type { Gates } from "../execution/gates.ts";
import { Postponed, type PostponedNeeds } from "../execution/postponed.ts";
import { RedisError } from "../resp/reply.ts";
import type { LuaEngine } from "./engine.ts";
import type { EngineKind } from "./environment.ts";

/** Makes the engines. */
export type EngineFactory = (kind: EngineKind) => LuaEngine;

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
  #eval: LuaEngine | null = null;
  #function: LuaEngine | null = null;

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
  get scripts(): LuaEngine {
    return this.#eval ??= this.#make("eval");
  }

  /** The engine of functions. @throws RedisError when it is not there yet */
  get functions(): LuaEngine {
    return this.#function ??= this.#make("function");
  }

  #make(kind: EngineKind): LuaEngine {
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
