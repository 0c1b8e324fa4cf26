/**
 * Scripts run by the engine with a {@linkcode FakeHost}, and what a client would get of it.
 *
 * @module
 */

import { sha1Hex } from "../../src/bytes/sha1.ts";
import { ReplyEncoder } from "../../src/resp/encoder.ts";
import { ErrorReply, RedisError, type Reply } from "../../src/resp/reply.ts";
import { LuaEngine } from "../../src/scripting/engine.ts";
import type { RunLimits, ScriptFunction, ScriptOutcome } from "../../src/scripting/host.ts";
import { FakeHost } from "./fake_host.ts";

/** Limits that nothing reaches. */
export const NO_LIMITS: RunLimits = {
  now: () => performance.now(),
  slowAfter: 0,
  pause: () => Promise.resolve(null),
};

/** An engine for EVAL with a server of its own. */
export class Subject {
  readonly host = new FakeHost();
  readonly engine: LuaEngine;
  readonly #scripts = new Map<string, ScriptFunction>();

  constructor(memoryLimit?: number) {
    this.engine = new LuaEngine({ kind: "eval", now: () => performance.now(), memoryLimit });
  }

  /** Run a script as EVAL does; it must end before the limit. */
  outcome(source: string, keys: string[] = [], args: string[] = []): ScriptOutcome {
    const outcome = this.start(source, keys, args, NO_LIMITS);
    if (outcome instanceof Promise) throw new Error("the script was suspended");
    return outcome;
  }

  /** Begin to run a script; a promise when it is slow. */
  start(
    source: string,
    keys: string[],
    args: string[],
    limits: RunLimits,
  ): ScriptOutcome | Promise<ScriptOutcome> {
    const name = sha1Hex(source);
    let script = this.#scripts.get(name);
    try {
      if (script === undefined) this.#scripts.set(name, script = this.engine.compile(source));
    } catch (error) {
      if (!(error instanceof RedisError)) throw error;
      const reply = new ErrorReply(error.message);
      return { reply, failed: true, errors: [reply] };
    }
    return this.engine.run({ script, name, keys, args, host: this.host, limits });
  }

  /** The reply to a script. */
  reply(source: string, keys: string[] = [], args: string[] = []): Reply {
    return this.outcome(source, keys, args).reply;
  }

  /** The reply to a script in the protocol's form. */
  encoded(source: string, keys: string[] = [], args: string[] = [], protocol: 2 | 3 = 2): string {
    return ReplyEncoder.encode(this.reply(source, keys, args), protocol).join("");
  }

  /** The reply to a script that does not come again. */
  encodedOnce(source: string): string {
    const encoded = this.encoded(source);
    const name = sha1Hex(source);
    const script = this.#scripts.get(name);
    if (script !== undefined) this.engine.release(script);
    this.#scripts.delete(name);
    return encoded;
  }
}
