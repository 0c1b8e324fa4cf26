/**
 * Function libraries: code that clients load once and call by name. They are data: files and replicas
 * get their source code.
 *
 * A change is all or nothing: a library that cannot be loaded leaves everything as it was.
 *
 * Source: https://redis.io/docs/latest/develop/programmability/functions-intro/
 *
 * @module
 */

import { asciiLower, type ByteString } from "../bytes/bytes.ts";
import type { Clock } from "../clock/clock.ts";
import { detach } from "../bytes/latin1.ts";
import type { Logger } from "../log/logger.ts";
import { RedisError } from "../resp/reply.ts";
import type { Engines } from "./engines.ts";
import { isLibraryName, isScriptFlag, parseLibraryHeader, type ScriptFlag } from "./flags.ts";
import type { FunctionDefinition, ScriptFunction, ScriptHost } from "./host.ts";

const BAD_NAME =
  "ERR Library names can only contain letters, numbers, or underscores(_) and must be at least " +
  "one character long";
/** Milliseconds that the code of a library may take to load for a client. */
const LOAD_LIMIT_MS = 500;
/** What entries weigh beside their strings. */
const LIBRARY_BYTES = 200;
const FUNCTION_BYTES = 150;

/** A function of a library. */
export interface LibraryFunction {
  readonly name: ByteString;
  readonly description: ByteString | null;
  readonly flags: ReadonlySet<ScriptFlag>;
  readonly compiled: ScriptFunction;
}

/** A library. */
export interface Library {
  readonly name: ByteString;
  readonly source: ByteString;
  readonly functions: ReadonlyMap<ByteString, LibraryFunction>;
  /** What the engine calls it. */
  readonly handle: ScriptFunction[];
}

/** What is to become of libraries that are there when others are restored. */
export type RestorePolicy = "append" | "replace" | "flush";

/** What libraries need of the server. */
export interface LibrariesNeeds {
  readonly clock: Clock;
  readonly log: Logger;
  readonly engines: Engines;
}

/** The libraries of one server. */
export class Libraries {
  readonly #parts: LibrariesNeeds;
  #libraries = new Map<ByteString, Library>();
  /** By their names in lower case. */
  #functions = new Map<ByteString, LibraryFunction>();
  #bytes = 0;

  constructor(parts: LibrariesNeeds) {
    this.#parts = parts;
  }

  get #engines(): Engines {
    return this.#parts.engines;
  }

  /** Whether functions can be loaded without waiting. */
  get ready(): boolean {
    return this.#engines.ready;
  }

  /** Resolves when libraries can be loaded: their engine is not there from the start. */
  prepare(): Promise<void> {
    return this.#engines.prepare();
  }

  /** Number of libraries. */
  get size(): number {
    return this.#libraries.size;
  }

  /** Number of functions. O(libraries) */
  get functionCount(): number {
    let sum = 0;
    for (const { functions } of this.#libraries.values()) sum += functions.size;
    return sum;
  }

  /** Bytes that they take beside the engine. */
  get bytes(): number {
    return this.#bytes;
  }

  /** All libraries. */
  values(): IterableIterator<Library> {
    return this.#libraries.values();
  }

  /** The source code of each library, for files and replicas. */
  get sources(): readonly ByteString[] {
    return Array.from(this.#libraries.values(), ({ source }) => source);
  }

  /** The function of a name, in whatever case. O(1) */
  function(name: ByteString): LibraryFunction | undefined {
    return this.#functions.get(asciiLower(name));
  }

  /**
   * Load a library. O(its length, beside what its code does)
   *
   * @param replace whether one of the same name gives way
   * @param limited whether its code may take half a second only
   * @returns its name
   * @throws RedisError when it cannot be loaded; nothing has changed then
   */
  load(source: ByteString, { replace = false, limited = true } = {}): ByteString {
    const library = this.#make(source, replace ? null : this.#libraries, limited);
    this.#join([library], replace);
    return library.name;
  }

  /**
   * Run the code of a library.
   *
   * @param taken libraries whose names it may not have
   */
  #make(
    source: ByteString,
    taken: ReadonlyMap<ByteString, Library> | null,
    limited: boolean,
  ): Library {
    const { engine: language, name, code } = parseLibraryHeader(source);
    if (!isLibraryName(name)) throw new RedisError(BAD_NAME);
    if (!/^lua$/i.test(language)) throw new RedisError(`ERR Engine '${language}' not found`);
    if (taken?.has(name)) throw new RedisError(`ERR Library '${name}' already exists`);
    const functions = new Map<ByteString, LibraryFunction>();
    const register = (definition: FunctionDefinition) => {
      if (!isLibraryName(definition.name)) throw new RedisError(BAD_NAME);
      if (functions.has(definition.name)) {
        throw new RedisError("ERR Function already exists in the library");
      }
      functions.set(definition.name, {
        name: definition.name,
        description: definition.description,
        flags: new Set(definition.flags.filter(isScriptFlag)),
        compiled: definition.callback,
      });
    };
    const { functions: engine } = this.#engines;
    const handle = engine.loadLibrary(code, loadingHost(this.#parts.log, register), {
      now: () => this.#parts.clock.monotonic(),
      slowAfter: limited ? LOAD_LIMIT_MS : 0,
      pause: () => Promise.resolve(null),
      timeout: "ERR FUNCTION LOAD timeout",
    });
    if (functions.size === 0) {
      engine.unloadLibrary(handle);
      throw new RedisError("ERR No functions registered");
    }
    return { name, source: detach(source), functions, handle };
  }

  /**
   * Take new libraries in.
   *
   * @param replace whether those of the same names give way
   * @throws RedisError when names collide; nothing has changed then
   */
  #join(fresh: readonly Library[], replace: boolean): void {
    const gone = fresh.flatMap(({ name }) => this.#libraries.get(name) ?? []);
    try {
      if (gone.length > 0 && !replace) {
        throw new RedisError(`ERR Library ${gone[0].name} already exists`);
      }
      const leaving = new Set(gone.flatMap(({ functions }) => [...functions.values()]));
      for (const { functions } of fresh) {
        for (const name of functions.keys()) {
          const known = this.#functions.get(asciiLower(name));
          if (known !== undefined && !leaving.has(known)) {
            throw new RedisError(`ERR Function ${name} already exists`);
          }
        }
      }
    } catch (error) {
      for (const library of fresh) this.#release(library);
      throw error;
    }
    for (const library of gone) this.#unlink(library);
    for (const library of fresh) this.#link(library);
  }

  #link(library: Library): void {
    this.#libraries.set(library.name, library);
    for (const [name, each] of library.functions) {
      const lower = asciiLower(name);
      // Names that differ in case alone are two functions of a library; the first one is called.
      if (!this.#functions.has(lower)) this.#functions.set(lower, each);
    }
    this.#bytes += weightOf(library);
  }

  #unlink(library: Library): void {
    this.#libraries.delete(library.name);
    for (const name of library.functions.keys()) this.#functions.delete(asciiLower(name));
    this.#bytes -= weightOf(library);
    this.#release(library);
  }

  #release({ handle }: Library): void {
    this.#engines.functions.unloadLibrary(handle);
  }

  /** Remove a library. @throws RedisError when there is none of that name */
  delete(name: ByteString): void {
    const library = this.#libraries.get(name);
    if (library === undefined) throw new RedisError("ERR Library not found");
    this.#unlink(library);
  }

  /** Remove all. */
  flush(): void {
    this.#libraries.clear();
    this.#functions.clear();
    this.#bytes = 0;
    if (this.#engines.ready) this.#engines.functions.reset();
  }

  /**
   * Take in the libraries of a payload.
   *
   * @throws RedisError when one of them cannot be loaded, or names collide; nothing has changed then
   */
  restore(sources: readonly ByteString[], policy: RestorePolicy): void {
    const fresh = this.#makeAll(sources);
    if (policy === "flush") {
      for (const library of [...this.#libraries.values()]) this.#unlink(library);
    }
    this.#join(fresh, policy === "replace");
  }

  #makeAll(sources: readonly ByteString[]): Library[] {
    const fresh = new Map<ByteString, Library>();
    const names = new Set<ByteString>();
    try {
      for (const source of sources) {
        const library = this.#make(source, fresh, false);
        fresh.set(library.name, library);
        for (const name of library.functions.keys()) {
          if (names.has(name)) throw new RedisError(`ERR Function ${name} already exists`);
          names.add(name);
        }
      }
    } catch (error) {
      for (const library of fresh.values()) this.#release(library);
      throw error;
    }
    return [...fresh.values()];
  }

  /**
   * Hold what a file or a primary has, and nothing else.
   *
   * @throws RedisError when one of them cannot be loaded; nothing has changed then
   */
  replace(sources: readonly ByteString[]): void {
    if (sources.length === 0) this.flush();
    else this.restore(sources, "flush");
  }
}

/** Bytes that a library takes beside the engine. */
function weightOf({ name, source, functions }: Library): number {
  let bytes = LIBRARY_BYTES + name.length + source.length;
  for (const each of functions.values()) {
    bytes += FUNCTION_BYTES + each.name.length + (each.description?.length ?? 0);
  }
  return bytes;
}

/** What the code of a library may ask for while it loads: nothing but to register and to log. */
function loadingHost(
  log: Logger,
  register: (definition: FunctionDefinition) => void,
): ScriptHost {
  const refuse = () => {
    throw new RedisError("ERR redis.call can not be used while a library is loaded");
  };
  return {
    call: refuse,
    log: (level, text) => log[level](text),
    setProtocol: refuse,
    setReplication: refuse,
    checkAcl: refuse,
    registerFunction: register,
  };
}
