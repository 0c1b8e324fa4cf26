/**
 * What scripts need of the server, and what the server gets of them. The engine knows no commands,
 * no sockets and no keyspace: it is given a host with each run.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { ErrorReply, Reply } from "../resp/reply.ts";

/** Levels of `redis.log`, by their number. */
export type ScriptLogLevel = "debug" | "verbose" | "notice" | "warning";

/** What `redis.register_function` was given. */
export interface FunctionDefinition {
  name: ByteString;
  description: ByteString | null;
  /** In lower case, each known, none twice. */
  flags: string[];
  /** The function itself, to be run by {@linkcode LuaEngine.run}. */
  callback: ScriptFunction;
}

/** Where the calls of a script go. */
export interface ScriptHost {
  /**
   * Run a command. An error comes back as an ErrorReply, or is thrown as a RedisError: `redis.call`
   * raises it in Lua, `redis.pcall` gives a table.
   */
  call(args: ByteString[]): Reply;
  log(level: ScriptLogLevel, text: ByteString): void;
  /** `redis.setresp`: commands reply in this version from now on. */
  setProtocol(version: 2 | 3): void;
  /** `redis.set_repl`: a sum of 1 (AOF) and 2 (replicas). */
  setReplication(flags: number): void;
  /** May the user run this command? Throws a RedisError when there is no such command. */
  checkAcl(args: ByteString[]): boolean;
  /** A library registers a function; throws a RedisError when it is refused. */
  registerFunction(definition: FunctionDefinition): void;
}

/** When a script is slow, and what happens then. */
export interface RunLimits {
  /** Monotonic time in milliseconds. */
  now(): number;
  /** A script is slow from this many milliseconds on; 0: never. */
  slowAfter: number;
  /**
   * Called while the script is slow, each time it has run for a slice: the event loop runs until
   * the promise resolves.
   *
   * @returns null: go on; a text: end the script with this error, which no pcall keeps
   */
  pause(): Promise<ByteString | null>;
  /**
   * An error that ends the script once it is slow, without a pause (FUNCTION LOAD's time limit).
   * `pause` is not called then.
   */
  timeout?: ByteString;
}

/** A compiled script or a registered function, which belongs to the engine that made it. */
export interface ScriptFunction {
  /** Registry reference in the engine's present instance. */
  ref: number;
  /** The instance that `ref` is of; it changes when the engine starts anew. */
  generation: number;
  /** Can it only run for a short time? Then it runs without the means to be suspended. */
  brief: boolean;
}

/** One run of a script or a function. */
export interface ScriptRun {
  script: ScriptFunction;
  /** What its errors call it: the sha of a script, the name of a function. */
  name: ByteString;
  keys: ByteString[];
  args: ByteString[];
  host: ScriptHost;
  limits: RunLimits;
}

/** How a run ended. */
export interface ScriptOutcome {
  /** What the client gets. */
  reply: Reply;
  /** Errors in the reply; those of commands have been counted. */
  errors: readonly ErrorReply[];
  /** The script ended with an error, rather than returning one. */
  failed: boolean;
}
