/**
 * The server without its sockets: databases, commands, clients, and the one pipeline that every
 * command goes through.
 *
 * The pipeline of a request: look up → arity → authentication → loading → pause → queue in MULTI →
 * run → statistics → journal → serve blocked clients. A TCP connection, EXEC, a woken client and
 * the in-process interface share it; nothing else runs commands.
 *
 * What it leaves out: sockets and files. `server.ts` puts it together with those.
 *
 * @module
 */

import { AppendOnlyFile } from "../aof/append_only_file.ts";
import type { ByteString } from "../bytes/bytes.ts";
import type { Clock } from "../clock/clock.ts";
import type { Config } from "../config/config.ts";
import { Journal } from "../journal/journal.ts";
import type { Database } from "../keyspace/database.ts";
import { EventClass, type KeyspaceHooks } from "../keyspace/events.ts";
import type { KeyTable } from "../keyspace/key_table.ts";
import { type HeapProbe, V8Probe } from "../keyspace/heap_probe.ts";
import { Keyspace } from "../keyspace/keyspace.ts";
import type { Logger } from "../log/logger.ts";
import { randomId } from "../replication/id.ts";
import { Replication } from "../replication/replication.ts";
import { ErrorReply, NO_REPLY, QUEUED, RedisError, type Reply } from "../resp/reply.ts";
import { EngineAofHost } from "../persistence/aof_host.ts";
import { type BlockedState, Blocking, type BlockingHost } from "./blocking.ts";
import { Client, type ClientConnection } from "../session/client.ts";
import type { Command } from "../command/command.ts";
import { CommandTimer } from "../observe/command_timer.ts";
import { HeldKeys } from "../migration/held_keys.ts";
import { MemoryGuard } from "./memory_guard.ts";
import { Pause } from "./pause.ts";
import { type Outgoing, type OutgoingTarget, Peers } from "../migration/peers.ts";
import { Persistence } from "../persistence/persistence.ts";
import { PubSub } from "../pubsub/pubsub.ts";
import {
  isHttp,
  notWhileSubscribed,
  unknownCommand,
  unknownSubcommand,
  wrongArity,
} from "./refusals.ts";
import type { Registry } from "../command/registry.ts";
import { Stats } from "../observe/stats.ts";
import { WatchTable } from "../session/watch.ts";
import { WriteWaits } from "./write_waits.ts";

/** What SHUTDOWN was asked for. */
export interface ShutdownRequest {
  /** Save before going, do not, or (undefined) as the save points say. */
  save?: boolean;
  /** Do not wait for replicas. */
  now?: boolean;
  /** Go even if saving fails. */
  force?: boolean;
  /** Who asked, for the log: a signal's name, or undefined for a client. */
  signal?: string;
  /** Called when a shutdown that had begun does not come to its end: the server stays. */
  onStay?: () => void;
}

/** What the process uses. */
export interface Resources {
  /** Bytes of physical memory. */
  resident: number;
  /** Bytes in use on the V8 heap. */
  heapUsed: number;
  /** Bytes of the V8 heap, used or not. */
  heapTotal: number;
  /** Bytes outside the V8 heap that belong to JavaScript objects. */
  external: number;
  /** Bytes of memory that the machine has. */
  machineMemory: number;
  /** Seconds of processor time in user mode. */
  cpuUser: number;
  /** Seconds of processor time in the kernel. */
  cpuSystem: number;
}

/** What commands ask of the program around the engine. */
export interface Host {
  /**
   * Shut down in order: at once, or when the replicas have all that was written.
   *
   * @returns false when the data cannot be saved, and the server goes on; why is in the log
   */
  shutdown(request: ShutdownRequest): boolean;
  /** End at once, with an error, and without another reply to anybody. */
  abandon(): void;
  /** Call off a shutdown that has begun. @returns false when there is none */
  abortShutdown(): boolean;
  /** What the process uses now. */
  resources(): Resources;
  /** The listening addresses, as INFO's `listenerN` fields show them. */
  listeners(): readonly string[];
  /**
   * Connect to another server.
   *
   * @throws OutgoingError when that fails
   */
  connect(target: OutgoingTarget): Promise<Outgoing>;
}

/** Progress of loading a snapshot; while there is one, most commands get `-LOADING`. */
export interface LoadingState {
  readonly startedMs: number;
  readonly totalBytes: number;
  /** It goes beside the data, which are served meanwhile: few commands are refused. */
  readonly asynchronous?: boolean;
  loadedBytes: number;
  loadedKeys: number;
}

/** What an engine is made of. */
export interface EngineOptions {
  clock: Clock;
  config: Config;
  log: Logger;
  host: Host;
  registry: Registry;
  newTable: () => KeyTable;
  /** The heap that the data is on; V8's of this process when absent. */
  heap?: HeapProbe;
  random?: () => number;
}

const NOAUTH = new ErrorReply("NOAUTH Authentication required.");
const OUT_OF_MEMORY = new ErrorReply(
  "OOM command not allowed when used memory > 'maxmemory'.",
);
const REPLICA_AND_KEYS = new ErrorReply("ERR Replica can't interact with the keyspace");
const LOADING = new ErrorReply("LOADING Redis is loading the dataset in memory");
const MISCONF = new ErrorReply(
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to " +
    "disk. Commands that may modify the data set are disabled, because this instance is " +
    "configured to report errors during writes if RDB snapshotting fails " +
    "(stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB " +
    "error.",
);

/** A server without its sockets. */
export class Engine implements KeyspaceHooks, BlockingHost {
  readonly clock: Clock;
  readonly config: Config;
  readonly log: Logger;
  readonly host: Host;
  readonly registry: Registry;
  readonly keyspace: Keyspace;
  readonly journal = new Journal();
  readonly stats = new Stats();
  readonly timer: CommandTimer;
  readonly watch = new WatchTable();
  readonly blocking: Blocking;
  readonly pubsub = new PubSub();
  readonly memory: MemoryGuard;
  readonly pause: Pause;
  readonly clients: Map<number, Client> = new Map();
  readonly persistence: Persistence;
  readonly aof: AppendOnlyFile;
  readonly writeWaits = new WriteWaits(this);
  readonly held = new HeldKeys(this);
  readonly peers = new Peers(this);
  readonly startedMs: number;
  /** 40 hex digits that name this run. */
  readonly runId = randomId();
  readonly replication: Replication;
  /** The classes of events that are published, as bits of `EventClass`. */
  notifiedEvents = 0;
  loading: LoadingState | null = null;
  /** Source code of the function libraries in the loaded file. */
  functionLibraries: readonly ByteString[] = [];
  /** Unix milliseconds at which a shutdown that waits will wait no longer; null without one. */
  shutdownMs: number | null = null;
  /** Whether the active side of expiry works (DEBUG SET-ACTIVE-EXPIRE). */
  activeExpire = true;
  /** Whether checksums of RDB files and DUMP payloads count (DEBUG SET-SKIP-CHECKSUM-VALIDATION). */
  verifiesChecksums = true;
  /** Handlers that are running, one inside the other: more than one within EXEC. */
  depth = 0;

  #nextClientId = 1;

  constructor(options: EngineOptions) {
    this.clock = options.clock;
    this.config = options.config;
    this.log = options.log;
    this.host = options.host;
    this.registry = options.registry;
    this.timer = new CommandTimer(this.clock, this.config, this.registry, this.stats);
    this.keyspace = new Keyspace({
      clock: options.clock,
      hooks: this,
      databases: options.config.values.databases,
      newTable: options.newTable,
      random: options.random,
    });
    this.blocking = new Blocking(this);
    this.pause = new Pause(this);
    this.memory = new MemoryGuard(this, options.heap ?? new V8Probe());
    this.startedMs = this.clock.tick();
    this.persistence = new Persistence(this);
    this.aof = new AppendOnlyFile({
      clock: this.clock,
      config: this.config,
      log: this.log,
      journal: this.journal,
      host: new EngineAofHost(this),
    });
    this.replication = new Replication(this);
  }

  /** Make a client. One with a connection counts in CLIENT LIST until it is removed. */
  createClient(connection: ClientConnection | null): Client {
    const client = new Client(this, this.#nextClientId++, connection);
    client.authenticated = this.config.values.requirepass === "";
    if (connection !== null) this.clients.set(client.id, client);
    return client;
  }

  /** Forget a client: its connection is closed. */
  removeClient(client: Client): void {
    client.closed = true;
    this.clients.delete(client.id);
    client.replica?.closed();
    this.blocking.forget(client);
    this.pause.forget(client);
    this.held.forget(client);
    this.watch.unwatch(client);
    this.pubsub.forget(client);
    client.transaction = null;
  }

  /**
   * Run a request through the pipeline.
   *
   * @param args the command's name and arguments; at least one
   * @returns the reply; `NO_REPLY` when there is none now
   */
  execute(client: Client, args: ByteString[]): Reply {
    const command = this.registry.resolve(args);
    client.lastInteractionMs = this.clock.ms;
    if (command === undefined) {
      client.lastCommand = null;
      if (isHttp(args[0])) return this.#refuseHttp(client);
      return this.#reject(client, null, unknownCommand(args));
    }
    client.lastCommand = command;
    if (command.subcommands !== undefined && args.length > 1) {
      return this.#reject(client, command, unknownSubcommand(command, args));
    }
    if (!command.acceptsArgumentCount(args.length)) {
      return this.#reject(client, command, wrongArity(command));
    }
    if (client.mustAuthenticate && !command.noAuth) {
      return this.#reject(client, command, NOAUTH);
    }
    if (command.spec.requires !== undefined) {
      const refusal = command.spec.requires(client);
      if (refusal !== null) return this.#reject(client, command, new ErrorReply(refusal));
    }
    if (--this.memory.credit < 0 && this.memory.refuses(client, command)) {
      return this.#reject(client, command, OUT_OF_MEMORY);
    }
    // Also PING, so that a check of the server's health sees it.
    if (
      (this.persistence.refusesWrites || this.aof.error !== null) &&
      (command.isWrite || command.name === "ping" ||
        (command.name === "exec" && client.transaction !== null && client.transaction.writes))
    ) {
      const refusal = this.persistence.refusesWrites
        ? MISCONF
        : new ErrorReply(`MISCONF Errors writing to the AOF file: ${this.aof.error}`);
      return this.#reject(client, command, refusal);
    }
    const { replication } = this;
    if (replication.restricts) {
      const refusal = replication.refusesWrite(client, command);
      if (refusal !== null) return this.#reject(client, command, refusal);
    }
    if (client.subscriptions !== null && client.protocol === 2 && !command.whileSubscribed) {
      return this.#reject(client, command, notWhileSubscribed(command));
    }
    if (replication.restricts) {
      const refusal = replication.refusesStale(client, command);
      if (refusal !== null) return this.#reject(client, command, refusal);
    }
    if (this.loading !== null && refusedByLoading(client, command, this.loading)) {
      return this.#reject(client, command, LOADING);
    }
    if (
      client.replica !== null && (command.isWrite || command.isReadOnly || command.mayReplicate)
    ) {
      return this.#reject(client, command, REPLICA_AND_KEYS);
    }
    const { transaction } = client;
    if (
      this.pause.active && client.connection !== null && client.replica === null &&
      this.pause.holds(
        command.isWrite || command.mayReplicate ||
          (transaction !== null && command.name === "exec" &&
            (transaction.writes || transaction.mayReplicate)),
      )
    ) {
      return this.pause.postpone(client, args);
    }
    if (this.held.active && client.connection !== null && this.held.stops(client, command, args)) {
      return this.held.postpone(client, args);
    }
    if (transaction !== null && !command.immediateInMulti) {
      if (command.noMulti) {
        return this.#reject(
          client,
          command,
          new ErrorReply("ERR Command not allowed inside a transaction"),
        );
      }
      let bytes = 0;
      for (const arg of args) bytes += arg.length;
      transaction.queue.push({ command, args });
      transaction.bytes += bytes;
      transaction.writes ||= command.isWrite;
      transaction.mayReplicate ||= command.mayReplicate;
      transaction.denyOom ||= command.denyOom;
      return QUEUED;
    }
    return this.call(client, command, args);
  }

  /** A batch of requests begins: time stands still until it ends. */
  beginBatch(): void {
    this.clock.tick();
    this.timer.beginBatch();
  }

  /** A batch of requests ends. */
  endBatch(): void {
    this.timer.endBatch();
  }

  /**
   * Run a command's handler, with statistics and journal. The checks of the pipeline are the
   * caller's: this is for EXEC and for those who stand in for it.
   */
  call(client: Client, command: Command, args: ByteString[]): Reply {
    const { keyspace, journal, timer } = this;
    const dirtyBefore = keyspace.dirty;
    const db = client.db.index;
    const begun = timer.begin(command, this.depth > 0);
    keyspace.noTouch = client.noTouch && command.name !== "touch";
    // Before a replica's own client, where it may write, what is past its time gives way.
    const ownWrite = keyspace.hidesExpired && command.isWrite && !client.isPrimary;
    keyspace.removesHidden = ownWrite;
    journal.begin();
    this.depth++;
    let reply: Reply;
    try {
      reply = command.run!(client, args);
    } catch (error) {
      reply = this.#errorReply(error, command);
    }
    this.depth--;
    // A command that blocks counts when it ends.
    if (client.blocked === null) timer.end(command, begun);
    else client.blocked.micros = timer.suspend(begun);
    if (reply instanceof ErrorReply) this.#countFailure(command, reply);
    const changed = keyspace.dirty !== dirtyBefore;
    journal.commandDone(db, args, changed);
    journal.end();
    if (changed) client.wrote(journal.position, this.replication.stream.end);
    if (ownWrite) {
      keyspace.removesHidden = false;
      if (changed) this.replication.ownExpiries.wrote(client, command, args);
    }
    if (this.depth === 0 && this.blocking.hasReady) this.blocking.serve();
    return reply;
  }

  #countFailure(command: Command, { text }: ErrorReply): void {
    this.registry.stats(command).failed++;
    this.stats.countError(text);
  }

  retryBlocked(client: Client, state: BlockedState): Reply | undefined {
    const { keyspace, journal, clock } = this;
    const { command } = state;
    // It is tried again when the pause ends, or the keys are free.
    if (this.pause.holds(command !== null && (command.isWrite || command.mayReplicate))) {
      return undefined;
    }
    if (this.held.active && command !== null && this.held.touches(command, state.args)) {
      return undefined;
    }
    const dirtyBefore = keyspace.dirty;
    const started = clock.monotonic();
    keyspace.noTouch = client.noTouch;
    journal.begin();
    this.depth++;
    let reply: Reply | undefined;
    try {
      reply = state.request.retry(state.args);
    } catch (error) {
      reply = this.#errorReply(error, command);
    }
    this.depth--;
    state.micros += (clock.monotonic() - started) * 1000;
    if (reply !== undefined) this.blockedEnded(state, reply);
    const changed = keyspace.dirty !== dirtyBefore;
    journal.commandDone(state.db.index, state.args, changed);
    journal.end();
    if (changed) client.wrote(journal.position, this.replication.stream.end);
    return reply;
  }

  blockedEnded(state: BlockedState, reply: Reply): void {
    if (state.command === null) return;
    this.timer.count(state.command, 1, state.micros);
    if (reply instanceof ErrorReply) this.#countFailure(state.command, reply);
  }

  /** An exception as a reply; one that is no RedisError is a bug of ours, and is logged. */
  #errorReply(error: unknown, command: Command | null): ErrorReply {
    if (error instanceof RedisError) return new ErrorReply(error.message);
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    this.log.warning(`Internal error in '${command?.name}': ${text}`);
    return new ErrorReply("ERR internal error, see the server's log");
  }

  /**
   * A browser that was made to talk to this port (cross-protocol scripting): its request must not
   * be taken for commands, so the connection ends at once.
   */
  #refuseHttp(client: Client): Reply {
    this.log.warning(
      "Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: " +
        `commands to Redis. Connection from ${client.connection?.address ?? "?"} aborted.`,
    );
    client.close();
    return NO_REPLY;
  }

  #reject(client: Client, command: Command | null, reply: ErrorReply): ErrorReply {
    if (client.transaction !== null) client.transaction.aborted = true;
    this.stats.countError(reply.text);
    if (command === null) return reply;
    this.registry.stats(command).rejected++;
    if (command.name === "exec") {
      client.transaction = null;
      this.watch.unwatch(client);
      return new ErrorReply(
        `EXECABORT Transaction discarded because of: ${reply.text.replace(/^ERR /, "")}`,
      );
    }
    return reply;
  }

  modified(db: Database, key: ByteString): void {
    if (this.watch.active) this.watch.modified(db, key);
    if (this.held.active) this.held.modified(key);
  }

  allModified(db: Database, replacement: Database | null): void {
    if (replacement === null) this.blocking.allDeleted(db);
    if (this.watch.active) this.watch.allModified(db, replacement);
    if (this.held.active) this.held.allModified();
  }

  swapped(a: Database, b: Database): void {
    this.blocking.allReady(a);
    this.blocking.allReady(b);
  }

  notify(db: Database, eventClass: number, event: string, key: ByteString): void {
    if ((this.notifiedEvents & eventClass) === 0) return;
    // What comes out of a file at the start is no news.
    if (!this.pubsub.active || this.loading !== null) return;
    if ((this.notifiedEvents & EventClass.KEYSPACE) !== 0) {
      this.pubsub.publish(`__keyspace@${db.index}__:${key}`, event);
    }
    if ((this.notifiedEvents & EventClass.KEYEVENT) !== 0) {
      this.pubsub.publish(`__keyevent@${db.index}__:${event}`, key);
    }
  }

  expired(db: Database, key: ByteString): void {
    if (this.journal.active) {
      this.journal.append(db.index, [
        this.config.values.lazyfreeLazyExpire ? "UNLINK" : "DEL",
        key,
      ]);
    }
  }

  evicted(db: Database, key: ByteString): void {
    if (this.journal.active) {
      this.journal.append(db.index, [
        this.config.values.lazyfreeLazyEviction ? "UNLINK" : "DEL",
        key,
      ]);
    }
  }

  fieldsExpired(db: Database, key: ByteString, fields: readonly ByteString[]): void {
    if (this.journal.active) this.journal.append(db.index, ["HDEL", key, ...fields]);
  }

  ready(db: Database, key: ByteString): void {
    this.blocking.ready(db, key);
  }
}

/** Whether a command, or a transaction with it, has to wait for data that are being loaded. */
function refusedByLoading(
  { transaction }: Client,
  command: Command,
  { asynchronous = false }: LoadingState,
): boolean {
  const refused = (each: Command) => asynchronous ? each.noAsyncLoading : !each.allowLoading;
  return refused(command) || (command.name === "exec" && transaction !== null &&
    transaction.queue.some((queued) => refused(queued.command)));
}
