/**
 * What a script says of itself in its first line: `#!lua name=… flags=no-writes,allow-stale`.
 *
 * A script without such a line is as scripts were before Redis 7: what it may do is found out call by
 * call. One with it is refused as a whole where a call that it may make would be.
 *
 * Source: https://redis.io/docs/latest/develop/programmability/lua-api/#script_flags
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { splitArgs } from "../bytes/split_args.ts";
import { RedisError } from "../resp/reply.ts";

/** The flags in the order in which FUNCTION LIST shows them. */
export const SCRIPT_FLAGS = [
  "no-writes",
  "allow-oom",
  "allow-stale",
  "no-cluster",
  "allow-cross-slot-keys",
] as const;

/** A flag. */
export type ScriptFlag = typeof SCRIPT_FLAGS[number];

/** The first line of a script. */
export interface Shebang {
  /** Null without one: the script is of the old kind. */
  readonly flags: ReadonlySet<ScriptFlag> | null;
  /** The code behind it, whose lines have the numbers that they have in the whole. */
  readonly code: ByteString;
}

/** Whether a word is a flag. */
export function isScriptFlag(word: string): word is ScriptFlag {
  return (SCRIPT_FLAGS as readonly string[]).includes(word);
}

/**
 * Take the first line of a script for EVAL apart. O(its length)
 *
 * @throws RedisError when it begins with `#!` and makes no sense
 */
export function parseShebang(script: ByteString): Shebang {
  if (!script.startsWith("#!")) return { flags: null, code: script };
  const end = script.indexOf("\n");
  if (end < 0) throw new RedisError("ERR Invalid script shebang");
  const words = splitArgs(script.slice(0, end));
  if (words === null || words.length === 0) {
    throw new RedisError("ERR Invalid engine in script shebang");
  }
  if (words[0] !== "#!lua") {
    throw new RedisError(`ERR Unexpected engine in script shebang: ${words[0]}`);
  }
  const flags = new Set<ScriptFlag>();
  for (const word of words.slice(1)) {
    if (!word.startsWith("flags=")) {
      throw new RedisError(`ERR Unknown lua shebang option: ${word}`);
    }
    const named = word.slice("flags=".length);
    for (const flag of named === "" ? [] : named.split(",")) {
      if (!isScriptFlag(flag)) {
        throw new RedisError(`ERR Unexpected flag in script shebang: ${flag}`);
      }
      flags.add(flag);
    }
  }
  return { flags, code: script.slice(end) };
}

/** What a library says of itself. */
export interface LibraryHeader {
  readonly engine: ByteString;
  readonly name: ByteString;
  /** The code behind the first line, whose end is kept for the line numbers. */
  readonly code: ByteString;
}

/** Whether a library or a function may be called so. */
export function isLibraryName(name: ByteString): boolean {
  return /^[A-Za-z0-9_]+$/.test(name);
}

/**
 * Take the first line of a library apart. O(its length)
 *
 * @throws RedisError when there is none, or it makes no sense
 */
export function parseLibraryHeader(source: ByteString): LibraryHeader {
  if (!source.startsWith("#!")) throw new RedisError("ERR Missing library metadata");
  const end = source.indexOf("\n");
  if (end < 0) throw new RedisError("ERR Invalid library metadata");
  const words = splitArgs(source.slice(0, end));
  if (words === null || words.length === 0) throw new RedisError("ERR Invalid library metadata");
  let name: ByteString | null = null;
  for (const word of words.slice(1)) {
    if (!/^name=/i.test(word)) {
      throw new RedisError(`ERR Invalid metadata value given: ${word}`);
    }
    if (name !== null) {
      throw new RedisError("ERR Invalid metadata value, name argument was given multiple times");
    }
    name = word.slice("name=".length);
  }
  if (name === null) throw new RedisError("ERR Library name was not given");
  return { engine: words[0].slice(2), name, code: source.slice(end) };
}
