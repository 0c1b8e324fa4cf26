/**
 * Running scripts and functions: what they may do, what their calls go through, and what others get
 * while one of them is slow.
 *
 * A script runs as one command. Its calls go to the executor as calls of a client of its own, whose
 * caller is `script`; what a gate would say to them is asked here, as a script that has written must
 * not fail half way for a reason that lies with the server. The effects of all calls leave the journal
 * together, when the command ends.
 *
 * From `busy-reply-threshold` on a script is slow: it is suspended now and then, so that the server's
 * sockets are served, and every other command is refused until it ends or is killed. Time stands still
 * for it all the while.
 *
 * Source: https://redis.io/docs/latest/develop/programmability/eval-intro/
 *
 * @module
 */

import type { Acl } from "../acl/acl.ts";
import type { ByteString } from "../bytes/bytes.ts";
import type { Clock } from "../clock/clock.ts";
import { eventLoopTurn } from "../clock/turn.ts";
import type { Command } from "../command/command.ts";
import { GATE, gateBits } from "../command/gates.ts";
import type { Config } from "../config/config.ts";
import type { AclGate } from "../execution/acl_gate.ts";
import type { Blocking } from "../execution/blocking.ts";
import type { DebugSwitches } from "../execution/debug_switches.ts";
import type { Executor } from "../execution/executor.ts";
import type { Gates } from "../execution/gates.ts";
import type { Journal } from "../journal/journal.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { Logger } from "../log/logger.ts";
import type { Stats } from "../observe/stats.ts";
import type { DiskGate } from "../persistence/disk_gate.ts";
import {
  ErrorReply,
  MultiReply,
  NO_REPLY,
  NoReply,
  RedisError,
  type Reply,
} from "../resp/reply.ts";
import type { BlockedState } from "../session/blocked.ts";
import { OBEYED_SCRIPT, SCRIPT } from "../session/caller.ts";
import type { Client } from "../session/client.ts";
import type { Clients } from "../session/clients.ts";
import type { Registry } from "../command/registry.ts";
import type { ScriptFlag } from "./flags.ts";
import type {
  ScriptFunction,
  ScriptHost,
  ScriptLogLevel,
  ScriptOutcome,
  ScriptRun,
} from "./host.ts";

const SLOW_SCRIPT = new ErrorReply(
  "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
);
const SLOW_FUNCTION = new ErrorReply(
  "BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.",
);
const OUT_OF_MEMORY = "OOM command not allowed when used memory > 'maxmemory'.";

/** What the runner needs of the server. */
export interface RunnerNeeds {
  readonly clock: Clock;
  readonly config: Config;
  readonly log: Logger;
  readonly registry: Registry;
  readonly stats: Stats;
  readonly gates: Gates;
  readonly executor: Executor;
  readonly journal: Journal;
  readonly keyspace: Keyspace;
  readonly clients: Clients;
  readonly blocking: Blocking;
  readonly disk: DiskGate;
  readonly switches: DebugSwitches;
  readonly replication: {
    readonly isReplica: boolean;
    readonly link: { readonly state: string } | null;
    readonly replicas: { readonly good: number };
  };
  readonly acl: Acl;
  readonly aclGate: AclGate;
}

/** What a script or a function is, and how it was called. */
export interface ScriptCall {
  readonly client: Client;
  /** The whole command, for FUNCTION STATS. */
  readonly command: readonly ByteString[];
  /** The sha of a script, the name of a function. */
  readonly name: ByteString;
  /** Null for a script of the old kind, which says nothing of itself. */
  readonly flags: ReadonlySet<ScriptFlag> | null;
  readonly isEval: boolean;
  /** EVAL_RO and the like. */
  readonly readOnly: boolean;
  readonly script: ScriptFunction;
  readonly keys: ByteString[];
  readonly args: ByteString[];
  readonly run: (run: ScriptRun) => ScriptOutcome | Promise<ScriptOutcome>;
}

/** A script that runs. */
interface Running {
  readonly call: ScriptCall;
  readonly startedMs: number;
  /** Unix time in microseconds. */
  readonly startedMicros: number;
  readonly mayWrite: boolean;
  readonly allowsOom: boolean;
  /** Memory was short when it began. */
  readonly outOfMemory: boolean;
  /** It has changed data: it cannot be stopped half way. */
  dirty: boolean;
  killed: boolean;
  slow: boolean;
  /** Ends the standstill of time; null while it is not slow. */
  resumeTime: (() => void) | null;
}

/** Runs the scripts and functions of one server, one at a time. */
export class ScriptRunner implements ScriptHost {
  readonly #parts: RunnerNeeds;
  #client: Client | null = null;
  #running: Running | null = null;

  constructor(parts: RunnerNeeds) {
    this.#parts = parts;
    const { gates } = parts;
    gates.install("busy", () => this.busyError);
    gates.install("request", (client, command, args) => {
      const asked = (command as Command<unknown>).spec.gatesOfRequest!(client.context, args);
      const bits = asked & gates.raised & client.caller.gates;
      if ((bits & GATE.memory) !== 0) return new ErrorReply(OUT_OF_MEMORY);
      return bits === 0 ? null : gates.ask(bits, client, command, args);
    });
    gates.set("request", true);
  }

  /** The script that runs; null when none does. */
  get running(): Pick<Running, "call" | "startedMs" | "startedMicros"> | null {
    return this.#running;
  }

  /** Whether a slow script has others wait for it. */
  get isSlow(): boolean {
    return this.#running?.slow ?? false;
  }

  /** What others get while a script is slow. */
  get busyError(): ErrorReply {
    return this.#running?.call.isEval ? SLOW_SCRIPT : SLOW_FUNCTION;
  }

  /**
   * Run a script or a function.
   *
   * @returns its reply; `NO_REPLY` when it is slow: the client then waits for it
   * @throws RedisError when it may not run here and now
   */
  run(call: ScriptCall): Reply {
    if (this.#running !== null) throw new RedisError(NOT_FROM_SCRIPT);
    this.#check(call);
    const { client, flags } = call;
    const writes = !call.readOnly && !(flags?.has("no-writes") ?? false);
    const running: Running = this.#running = {
      call,
      startedMs: this.#parts.clock.monotonic(),
      startedMicros: this.#parts.clock.micros(),
      mayWrite: writes,
      allowsOom: flags?.has("allow-oom") ?? false,
      outOfMemory: this.#isOutOfMemory,
      dirty: false,
      killed: false,
      slow: false,
      resumeTime: null,
    };
    const own = this.#client ??= this.#parts.clients.create(SCRIPT, null);
    own.caller = client.caller.obeyed ? OBEYED_SCRIPT : SCRIPT;
    own.db = client.db;
    own.protocol = 2;
    own.user = client.user;
    own.authenticated = true;
    own.noTouch = client.noTouch;
    own.transaction = null;
    const limits = {
      now: () => this.#parts.clock.monotonic(),
      slowAfter: this.#parts.config.values.busyReplyThreshold,
      pause: () => this.#pause(running),
    };
    // Who cannot wait for its reply gets the script run in one go. The loader of a file can wait.
    if (client.connection === null && client.caller.name !== "file") limits.slowAfter = 0;
    let outcome: ScriptOutcome | Promise<ScriptOutcome>;
    try {
      outcome = call.run({
        script: call.script,
        name: call.name,
        keys: call.keys,
        args: call.args,
        host: this,
        limits,
      });
    } catch (error) {
      this.#end(running);
      throw error;
    }
    if (!(outcome instanceof Promise)) return this.#finish(running, outcome);
    return this.#wait(running, outcome);
  }

  /** Refuse a script as a whole that says what it does, where that cannot be done. */
  #check({ client, flags, readOnly }: ScriptCall): void {
    const { replication, config: { values }, disk } = this.#parts;
    const { obeyed } = client.caller;
    const stale = replication.isReplica && replication.link?.state !== "connected" &&
      !values.replicaServeStaleData;
    if (flags === null) {
      if (!stale) return;
      throw new RedisError(
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
      );
    }
    if (stale && !flags.has("allow-stale")) {
      throw new RedisError(
        "MASTERDOWN Link with MASTER is down, replica-serve-stale-data is set to 'no' and " +
          "'allow-stale' flag is not set on the script.",
      );
    }
    if (!flags.has("no-writes")) {
      if (replication.isReplica && values.replicaReadOnly && !obeyed) {
        throw new RedisError(
          "READONLY Can not run script with write flag on readonly replica",
        );
      }
      if (disk.refusal !== null && !obeyed) throw new RedisError(disk.scriptRefusal!);
      if (readOnly) {
        throw new RedisError("ERR Can not execute a script with write flag using *_ro command.");
      }
      if (this.#lacksReplicas) throw new RedisError(NO_REPLICAS);
    }
    if (
      this.#isOutOfMemory && !obeyed && !flags.has("allow-oom") && !flags.has("no-writes")
    ) {
      throw new RedisError(
        "OOM allow-oom flag is not set on the script, can not run it when used memory > " +
          "'maxmemory'",
      );
    }
  }

  get #isOutOfMemory(): boolean {
    return (this.#parts.gates.raised & GATE.memory) !== 0;
  }

  get #lacksReplicas(): boolean {
    const { gates, replication, config: { values } } = this.#parts;
    return (gates.raised & GATE.replicas) !== 0 &&
      replication.replicas.good < values.minReplicasToWrite;
  }

  // What a script asks of the server while it runs.

  call(args: ByteString[]): Reply {
    const { registry, executor, stats } = this.#parts;
    const running = this.#running!;
    const client = this.#client!;
    const found = registry.resolve(args);
    const command = found?.subcommands !== undefined && args.length > 1 ? undefined : found;
    const refusal = this.#refusal(running, client, command, args);
    if (refusal !== null) {
      stats.countError(refusal);
      if (command !== undefined) registry.stats(command).rejected++;
      return new ErrorReply(refusal, true);
    }
    if (command!.isWrite) running.dirty = true;
    const reply = executor.call(client, command!, args);
    // A script gets one reply: what else commands say is for connections.
    if (reply instanceof MultiReply) return reply.replies[0] ?? null;
    return reply instanceof NoReply ? null : reply;
  }

  /** @returns why a script may not run a command now; null when it may */
  #refusal(
    running: Running,
    client: Client,
    command: Command | undefined,
    args: readonly ByteString[],
  ): ByteString | null {
    if (command === undefined) return "ERR Unknown Redis command called from script";
    if (!command.acceptsArgumentCount(args.length)) {
      return "ERR Wrong number of args calling Redis command from script";
    }
    const { switches, aclGate, replication, config: { values } } = this.#parts;
    // Another script, or the end of all libraries, would take the ground from under this one.
    if (command.noScript && (switches.deniesScriptCommands || command.spec.group === "scripting")) {
      return NOT_FROM_SCRIPT;
    }
    if (
      !command.allowStale && replication.isReplica && !values.replicaServeStaleData &&
      replication.link?.state !== "connected"
    ) {
      return "ERR Can not execute the command on a stale replica";
    }
    const by = running.call.client;
    if ((by.gates & GATE.acl) !== 0) {
      const denied = aclGate.admitScripted(by, command, args);
      if (denied !== null) return `ERR ${denied}`;
    }
    if (!running.mayWrite && (command.isWrite || command.mayReplicate)) {
      return "ERR Write commands are not allowed from read-only scripts.";
    }
    if (running.dirty) return null;
    if (command.isWrite) {
      const { raised } = this.#parts.gates;
      if ((raised & WRITE_GATES) !== 0) {
        const { obeyed } = client.caller;
        if (replication.isReplica && values.replicaReadOnly && !obeyed) {
          return "READONLY You can't write against a read only replica.";
        }
        const { refusal } = this.#parts.disk;
        if (refusal !== null && !obeyed) return refusal.text;
        if (this.#lacksReplicas) return NO_REPLICAS;
      }
    }
    const short = running.outOfMemory && command.denyOom && !running.allowsOom;
    return short && !client.caller.obeyed ? OUT_OF_MEMORY : null;
  }

  log(level: ScriptLogLevel, text: ByteString): void {
    this.#parts.log[level](text);
  }

  setProtocol(version: 2 | 3): void {
    this.#client!.protocol = version;
  }

  setReplication(flags: number): void {
    this.#parts.journal.targets = flags;
  }

  checkAcl(args: ByteString[]): boolean {
    const command = this.#parts.registry.resolve(args);
    if (command === undefined) {
      throw new RedisError("ERR Invalid command passed to redis.acl_check_cmd()");
    }
    const { user } = this.#running!.call.client;
    return user === null || this.#parts.acl.check(user, command, args) === null;
  }

  registerFunction(): void {
    throw new RedisError(
      "ERR redis.register_function can only be called on FUNCTION LOAD command",
    );
  }

  // How it ends.

  #end(running: Running): void {
    const { blocking, gates, journal } = this.#parts;
    this.#running = null;
    journal.targets = ALL_TARGETS;
    running.resumeTime?.();
    gates.set("busy", false);
    blocking.hold(false);
    // Its calls have left their effects, each for itself.
    journal.suppress();
  }

  #finish(running: Running, { reply, errors }: ScriptOutcome): Reply {
    this.#end(running);
    const { registry, stats } = this.#parts;
    for (const { text, counted } of errors) if (!counted) stats.countError(text);
    const { lastCommand } = running.call.client;
    if (errors.length > 0 && lastCommand !== null) registry.stats(lastCommand).failed++;
    return reply instanceof ErrorReply ? new ErrorReply(reply.text, true) : reply;
  }

  /** The script is slow: its client waits, and its effects stay together until it ends. */
  #wait(running: Running, outcome: Promise<ScriptOutcome>): Reply {
    const { blocking, executor, journal } = this.#parts;
    const { client, command } = running.call;
    journal.begin();
    // Its calls leave their effects, each for itself.
    journal.suppress();
    blocking.hold(true);
    let ended: ScriptOutcome | null = null;
    const state: BlockedState = blocking.beginWork(client, command, () => {
      const reply = this.#finish(running, ended!);
      return reply;
    });
    outcome.then((result) => {
      ended = result;
      blocking.finishWork(client, state);
      journal.end();
      if (running.dirty) executor.wroteLate(client);
    });
    return NO_REPLY;
  }

  /** A slow script lets the event loop run. @returns why it has to end; null when it goes on */
  async #pause(running: Running): Promise<ByteString | null> {
    const { call, startedMs } = running;
    if (!running.slow) {
      running.slow = true;
      const { clock, gates, log } = this.#parts;
      const elapsed = Math.floor(clock.monotonic() - startedMs);
      log.warning(
        `Slow script detected: still in execution after ${elapsed} milliseconds. You can try ` +
          `killing the script using the ${call.isEval ? "SCRIPT" : "FUNCTION"} KILL command. ` +
          `Script name is: ${call.name}.`,
      );
      running.resumeTime = clock.hold();
      gates.set("busy", true);
    }
    await eventLoopTurn();
    if (!running.killed) return null;
    this.#parts.log.notice("Lua script killed by user with SCRIPT KILL.");
    return "Script killed by user with SCRIPT KILL...";
  }

  /**
   * Kill the script that runs.
   *
   * @param isEval whether SCRIPT KILL asks, or FUNCTION KILL
   * @throws RedisError when it cannot be killed
   */
  kill(isEval: boolean): void {
    const running = this.#running;
    if (running === null) {
      throw new RedisError("NOTBUSY No scripts in execution right now.");
    }
    if (running.call.client.caller.obeyed) {
      throw new RedisError(
        "UNKILLABLE The busy script was sent by a master instance in the context of replication " +
          "and cannot be killed.",
      );
    }
    if (running.dirty) {
      throw new RedisError(
        "UNKILLABLE Sorry the script already executed write commands against the dataset. You can " +
          "either wait the script termination or kill the server in a hard way using the SHUTDOWN " +
          "NOSAVE command.",
      );
    }
    if (isEval !== running.call.isEval) throw new RedisError(this.busyError.text);
    running.killed = true;
  }
}

const NOT_FROM_SCRIPT = "ERR This Redis command is not allowed from script";
const NO_REPLICAS = "NOREPLICAS Not enough good replicas to write.";
const WRITE_GATES = gateBits("disk", "replicas", "readonly");
/** Effects go to the append-only file (1) and to replicas (2). */
const ALL_TARGETS = 3;
