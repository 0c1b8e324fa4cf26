/**
 * A server that is just enough for scripts: some commands over a Map, with replies as a real server
 * types them. What it was asked for besides commands is kept for tests to look at.
 *
 * @module
 */

import {
  DoubleReply,
  ErrorReply,
  MapReply,
  OK,
  RedisError,
  type Reply,
  SetReply,
  SimpleString,
} from "../../src/resp/reply.ts";
import type { FunctionDefinition, ScriptHost } from "../../src/scripting/host.ts";

type Value = string | string[] | Map<string, string> | Set<string>;

/** Commands with the number of words they need, or at least need when it is negative. */
const COMMANDS: Record<string, number> = {
  ...{ ping: -1, echo: 2, get: 2, set: -3, del: -2, incr: 2, rpush: -3, lrange: 4, hset: -4 },
  ...{ hget: 3, hgetall: 2, sadd: -3, smembers: 2, zadd: -4, zscore: 3, type: 2, exists: -2 },
  mget: -2,
};

/** Commands over a Map. */
export class FakeHost implements ScriptHost {
  readonly store = new Map<string, Value>();
  readonly logged: string[] = [];
  readonly registered: FunctionDefinition[] = [];
  protocol = 2;
  replication = 3;

  call(args: string[]): Reply {
    const name = args[0].toLowerCase();
    const arity = COMMANDS[name];
    if (arity === undefined) {
      throw new RedisError("ERR Unknown Redis command called from script");
    }
    if (arity < 0 ? args.length < -arity : args.length !== arity) {
      throw new RedisError("ERR Wrong number of args calling Redis command from script");
    }
    const value = this.store.get(args[1]);
    switch (name) {
      case "ping":
        return args.length > 1 ? args[1] : new SimpleString("PONG");
      case "echo":
        return args[1];
      case "get":
        if (value === undefined) return null;
        return typeof value === "string" ? value : wrongType();
      case "set":
        this.store.set(args[1], args[2]);
        return OK;
      case "mget":
        return args.slice(1).map((key) => {
          const each = this.store.get(key);
          return typeof each === "string" ? each : null;
        });
      case "del":
        return args.slice(1).filter((key) => this.store.delete(key)).length;
      case "exists":
        return args.slice(1).filter((key) => this.store.has(key)).length;
      case "incr": {
        if (value !== undefined && !/^-?\d+$/.test(String(value))) {
          return new ErrorReply("ERR value is not an integer or out of range");
        }
        const next = BigInt(String(value ?? 0)) + 1n;
        this.store.set(args[1], String(next));
        return Number.isSafeInteger(Number(next)) ? Number(next) : next;
      }
      case "type":
        return new SimpleString(typeOf(value));
      default:
        return this.#collections(name, args, value);
    }
  }

  #collections(name: string, args: string[], value: Value | undefined): Reply {
    switch (name) {
      case "rpush": {
        const list = (value ?? []) as string[];
        for (const item of args.slice(2)) list.push(item);
        this.store.set(args[1], list);
        return list.length;
      }
      case "lrange":
        if (value !== undefined && !Array.isArray(value)) return wrongType();
        return [...value ?? []];
      case "hset": {
        const hash = (value ?? new Map()) as Map<string, string>;
        for (let i = 2; i < args.length; i += 2) hash.set(args[i], args[i + 1]);
        this.store.set(args[1], hash);
        return hash.size;
      }
      case "hget":
        return (value as Map<string, string> | undefined)?.get(args[2]) ?? null;
      case "hgetall":
        return new MapReply([...(value ?? new Map()) as Map<string, string>].flat());
      case "sadd": {
        const set = (value ?? new Set()) as Set<string>;
        for (const item of args.slice(2)) set.add(item);
        this.store.set(args[1], set);
        return set.size;
      }
      case "smembers":
        return new SetReply([...(value ?? new Set()) as Set<string>]);
      case "zadd": {
        const scores = (value ?? new Map()) as Map<string, string>;
        scores.set(args[3], args[2]);
        this.store.set(args[1], scores);
        return 1;
      }
      default: {
        const score = (value as Map<string, string> | undefined)?.get(args[2]);
        return score === undefined ? null : new DoubleReply(Number(score));
      }
    }
  }

  log(level: string, text: string): void {
    this.logged.push(`${level}: ${text}`);
  }

  setProtocol(version: 2 | 3): void {
    this.protocol = version;
  }

  setReplication(flags: number): void {
    this.replication = flags;
  }

  checkAcl(args: string[]): boolean {
    if (!(args[0].toLowerCase() in COMMANDS)) throw new RedisError("ERR unknown command");
    return true;
  }

  registerFunction(definition: FunctionDefinition): void {
    if (!/^[A-Za-z0-9_]+$/.test(definition.name)) {
      throw new RedisError(
        "ERR Library names can only contain letters, numbers, or underscores(_) and must be at least one character long",
      );
    }
    if (this.registered.some(({ name }) => name === definition.name)) {
      throw new RedisError("ERR Function already exists in the library");
    }
    this.registered.push(definition);
  }
}

function wrongType(): ErrorReply {
  return new ErrorReply("WRONGTYPE Operation against a key holding the wrong kind of value");
}

function typeOf(value: Value | undefined): string {
  if (value === undefined) return "none";
  if (typeof value === "string") return "string";
  return Array.isArray(value) ? "list" : value instanceof Set ? "set" : "hash";
}
