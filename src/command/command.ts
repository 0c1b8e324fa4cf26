/**
 * What a command is: one literal with all of its facts and its handler.
 *
 * COMMAND INFO/DOCS/GETKEYS, arity errors, the access categories, the hints of the command-line
 * client and the command table in the documentation derive from these literals; nothing else lists
 * commands.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Context, Handler } from "./context.ts";
import type { Argument } from "./arguments.ts";
import { gatesOf, queuedGatesOf } from "./gates.ts";
import { KeyAccess } from "./key_access.ts";
import type { LatencyHistogram } from "./latency_histogram.ts";
import {
  findKeys,
  type KeyReference,
  type KeySpec,
  type LegacyRange,
  legacyRange,
  listKeys,
} from "./key_specs.ts";

/** Flags of a command, as COMMAND INFO shows them. */
export type CommandFlag =
  | "admin"
  | "allow_busy"
  | "asking"
  | "blocking"
  | "denyoom"
  | "fast"
  | "loading"
  | "may_replicate"
  | "movablekeys"
  | "no_async_loading"
  | "no_auth"
  | "no_mandatory_keys"
  | "no_multi"
  | "noscript"
  | "pubsub"
  | "readonly"
  | "skip_monitor"
  | "skip_slowlog"
  | "stale"
  | "write";

/** Groups of commands, as COMMAND DOCS names them. */
export type CommandGroup =
  | "bitmap"
  | "cluster"
  | "connection"
  | "generic"
  | "geo"
  | "hash"
  | "hyperloglog"
  | "list"
  | "pubsub"
  | "scripting"
  | "server"
  | "set"
  | "sorted-set"
  | "stream"
  | "string"
  | "transactions";

/** Where a command's channels stand, for access control: from the first argument on. */
export interface ChannelArguments {
  /** Only the first argument is one; otherwise all are. */
  readonly one?: boolean;
  /** They are patterns. */
  readonly patterns?: boolean;
}

/**
 * The facts of a command.
 *
 * @typeParam C what its handler needs; more than {@linkcode Context} for one that administers
 */
export interface CommandSpec<C = Context> {
  /** Lower case; a subcommand's is `container|name`. */
  readonly name: string;
  readonly summary: string;
  readonly since: string;
  readonly group: CommandGroup;
  readonly complexity?: string;
  /** Number of arguments with the name; negative: at least that many. */
  readonly arity: number;
  readonly flags: readonly CommandFlag[];
  /** Access categories, with their `@`. */
  readonly acl: readonly string[];
  readonly keys?: readonly KeySpec[];
  /** The channels that its user must be allowed. */
  readonly channels?: ChannelArguments;
  readonly tips?: readonly string[];
  readonly args?: readonly Argument[];
  /** Version and what changed in it. */
  readonly history?: readonly (readonly [version: string, change: string])[];
  readonly deprecatedSince?: string;
  readonly replacedBy?: string;
  /** For servers and for tests of servers, not for clients. */
  readonly isInternal?: boolean;
  /** Runs at once inside MULTI instead of being queued. */
  readonly immediateInMulti?: boolean;
  /** May be sent by a RESP2 connection that listens to published messages. */
  readonly whileSubscribed?: boolean;
  /** A further condition on running it. @returns the error line, or null when it may run */
  readonly requires?: (context: C) => string | null;
  /** Compiles or runs scripts. */
  readonly needsEngine?: boolean;
  /** The gates that concern a request for what its arguments say, beside those of the flags. */
  readonly gatesOfRequest?: (context: C, args: readonly ByteString[]) => number;
  /** Finds the keys where the key specs cannot. */
  readonly getKeys?: (args: readonly ByteString[]) => KeyReference[] | null;
  readonly subcommands?: readonly Command<C>[];
  /** Absent only in containers, which have nothing to run without a subcommand. */
  readonly run?: Handler<C>;
}

/** Numbers that INFO commandstats shows of one command. */
export interface CommandStats {
  calls: number;
  /** Time spent in the handler, in microseconds. */
  micros: number;
  /** Refused before the handler ran (arity, authentication, …). */
  rejected: number;
  /** The handler answered with an error. */
  failed: number;
  /** How long the calls took; null while `latency-tracking` is off. */
  latency: LatencyHistogram | null;
}

/** The id of the next command. */
let nextId = 0;

/**
 * A command: its spec, with what the executor asks on every call computed once.
 *
 * @typeParam C what its handler needs; without it only the facts of a command can be used
 */
export class Command<C = never> {
  readonly spec: CommandSpec<C>;
  /** A small number of its own, in this process. */
  readonly id: number = nextId++;
  readonly name: string;
  readonly arity: number;
  readonly run: Handler<C> | undefined;
  readonly isWrite: boolean;
  readonly isReadOnly: boolean;
  readonly denyOom: boolean;
  readonly noAuth: boolean;
  readonly allowLoading: boolean;
  readonly noAsyncLoading: boolean;
  readonly allowStale: boolean;
  readonly noMulti: boolean;
  readonly noScript: boolean;
  readonly mayReplicate: boolean;
  readonly immediateInMulti: boolean;
  readonly whileSubscribed: boolean;
  readonly allowBusy: boolean;
  readonly needsEngine: boolean;
  readonly hasRequestGates: boolean;
  readonly skipMonitor: boolean;
  readonly skipSlowlog: boolean;
  readonly isConditional: boolean;
  /** The gates that concern it, and those that concern the EXEC of a transaction with it. */
  readonly gates: number;
  readonly queuedGates: number;
  readonly keySpecs: readonly KeySpec[];
  /** What it does with which keys. */
  readonly keyAccess: KeyAccess;
  readonly channels: ChannelArguments | null;
  readonly legacyRange: LegacyRange;
  readonly subcommands: ReadonlyMap<string, Command<C>> | undefined;
  readonly #keys: readonly KeySpec[];

  constructor(spec: CommandSpec<C>) {
    this.spec = spec;
    this.name = spec.name;
    this.arity = spec.arity;
    this.run = spec.run;
    const has = (flag: CommandFlag) => spec.flags.includes(flag);
    this.isWrite = has("write");
    this.isReadOnly = has("readonly");
    this.denyOom = has("denyoom");
    this.noAuth = has("no_auth");
    this.allowLoading = has("loading");
    this.noAsyncLoading = has("no_async_loading");
    this.allowStale = has("stale");
    this.noMulti = has("no_multi");
    this.noScript = has("noscript");
    this.mayReplicate = has("may_replicate");
    this.immediateInMulti = spec.immediateInMulti ?? false;
    this.whileSubscribed = spec.whileSubscribed ?? false;
    this.skipMonitor = has("skip_monitor");
    this.skipSlowlog = has("skip_slowlog");
    this.allowBusy = has("allow_busy");
    this.needsEngine = spec.needsEngine ?? false;
    this.hasRequestGates = spec.gatesOfRequest !== undefined;
    this.isConditional = spec.requires !== undefined;
    this.gates = gatesOf(this);
    this.queuedGates = queuedGatesOf(this);
    this.keySpecs = spec.keys ?? [];
    // Shard channels stand where keys do, and are none.
    this.#keys = this.keySpecs.filter(({ flags }) => !flags.includes("not_key"));
    this.keyAccess = new KeyAccess(
      this.#keys,
      (args) => this.keysOf(args),
      spec.getKeys === undefined,
    );
    this.channels = spec.channels ?? null;
    this.legacyRange = legacyRange(this.keySpecs);
    this.subcommands = spec.subcommands === undefined ? undefined : new Map(
      spec.subcommands.map((sub) => [sub.name.slice(sub.name.indexOf("|") + 1), sub]),
    );
  }

  /**
   * Where the keys of a request stand. O(arguments)
   *
   * @param args a request with a number of arguments that this command accepts
   * @returns null when they cannot be told
   */
  keysOf(args: readonly ByteString[]): KeyReference[] | null {
    if (this.spec.getKeys !== undefined) return this.spec.getKeys(args);
    return findKeys(this.#keys, args);
  }

  /**
   * The keys of a request as COMMAND GETKEYS gives them: none when a real server has none to tell,
   * though it may run the request.
   */
  listedKeys(args: readonly ByteString[]): KeyReference[] {
    return listKeys(this.#keys, args, this.spec.getKeys);
  }

  /** Whether `count` arguments (the name included) are right for this command. */
  acceptsArgumentCount(count: number): boolean {
    return this.arity >= 0 ? count === this.arity : count >= -this.arity;
  }
}

/**
 * Define a command. The module of a command group exports its commands as one array, which
 * `commands/mod.ts` puts into the registry.
 *
 * @throws Error when the literal contradicts itself (no handler and no subcommands)
 */
export function defineCommand<C extends Context = Context>(spec: CommandSpec<C>): Command<C> {
  if (spec.run === undefined && spec.subcommands === undefined) {
    throw new Error(`the command ${spec.name} has nothing to run`);
  }
  return new Command(spec);
}
