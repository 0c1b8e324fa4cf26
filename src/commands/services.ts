/**
 * The parts of the server that commands which administer it work with, by name. A handler says which of
 * them it needs, in the type of its context.
 *
 * @module
 */

import type { Acl } from "../acl/acl.ts";
import type { AppendOnlyFile } from "../aof/append_only_file.ts";
import type { Clock } from "../clock/clock.ts";
import type { Command } from "../command/command.ts";
import type { Context } from "../command/context.ts";
import type { Registry } from "../command/registry.ts";
import type { Config } from "../config/config.ts";
import type { DebugSwitches } from "../execution/debug_switches.ts";
import type { Executor } from "../execution/executor.ts";
import type { Gates } from "../execution/gates.ts";
import type { MemoryGuard } from "../execution/memory_guard.ts";
import type { Blocking } from "../execution/blocking.ts";
import type { Pause } from "../execution/pause.ts";
import type { Journal } from "../journal/journal.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { Logger } from "../log/logger.ts";
import type { HeldKeys } from "../migration/held_keys.ts";
import type { Peers } from "../migration/peers.ts";
import type { CommandTimer } from "../observe/command_timer.ts";
import type { Resources } from "../observe/resources.ts";
import type { Stats } from "../observe/stats.ts";
import type { DiskGate } from "../persistence/disk_gate.ts";
import type { Loading } from "../persistence/loading.ts";
import type { Persistence } from "../persistence/persistence.ts";
import type { PubSub } from "../pubsub/pubsub.ts";
import type { Replication } from "../replication/replication.ts";
import type { WriteWaits } from "../replication/write_waits.ts";
import type { Engines } from "../scripting/engines.ts";
import type { Libraries } from "../scripting/libraries.ts";
import type { ScriptRunner } from "../scripting/runner.ts";
import type { Scripts } from "../scripting/scripts.ts";
import type { Client } from "../session/client.ts";
import type { Clients } from "../session/clients.ts";
import type { WatchTable } from "../session/watch.ts";

/** What SHUTDOWN was asked for. */
export interface ShutdownRequest {
  /** Save before the end, do not, or (undefined) as the save points say. */
  save?: boolean;
  /** Do not wait for replicas. */
  now?: boolean;
  /** End even if saving fails. */
  force?: boolean;
  /** Who asked, for the log: a signal's name, or undefined for a client. */
  signal?: string;
  /** Called when a shutdown that has begun is cancelled or fails: the server goes on. */
  onStay?: () => void;
}

/** What commands ask of the program around the server. */
export interface Host {
  /** Unix milliseconds at which a shutdown that waits will wait no longer; null without one. */
  readonly shutdownMs: number | null;
  /**
   * Shut down in order: at once, or when the replicas have all that was written.
   *
   * @returns false when the data cannot be saved, and the server goes on; why is in the log
   */
  shutdown(request: ShutdownRequest): boolean;
  /** End at once, with an error, and without another reply to anybody. */
  abandon(): void;
  /** Cancel a shutdown that has begun. @returns false when there is none */
  abortShutdown(): boolean;
  /** What the process uses now. */
  resources(): Resources;
  /** The listening addresses, as INFO's `listenerN` fields show them. */
  listeners(): readonly string[];
}

/** The parts by name. */
export interface Services {
  readonly acl: Acl;
  readonly aof: AppendOnlyFile;
  readonly blocking: Blocking;
  readonly clients: Clients;
  readonly clock: Clock;
  readonly config: Config;
  readonly disk: DiskGate;
  readonly engines: Engines;
  readonly executor: Executor;
  readonly libraries: Libraries;
  readonly gates: Gates;
  readonly held: HeldKeys;
  readonly host: Host;
  readonly journal: Journal;
  readonly keyspace: Keyspace;
  readonly loading: Loading;
  readonly log: Logger;
  readonly memory: MemoryGuard;
  readonly pause: Pause;
  readonly peers: Peers;
  readonly persistence: Persistence;
  readonly pubsub: PubSub;
  readonly registry: Registry;
  readonly replication: Replication;
  /** 40 hex digits that name this run. */
  readonly runId: string;
  /** Unix milliseconds. */
  readonly startedMs: number;
  readonly scriptRunner: ScriptRunner;
  readonly scripts: Scripts;
  readonly stats: Stats;
  readonly switches: DebugSwitches;
  readonly timer: CommandTimer;
  readonly watch: WatchTable;
  readonly writeWaits: WriteWaits;
}

/** What the handler of a command that administers gets: the whole client, and the parts it names. */
export interface AdminContext<Names extends keyof Services = never> extends Context {
  readonly client: Client;
  readonly blocking: Blocking;
  readonly services: Pick<Services, Names>;
}

/** A command of this server, whichever parts its handler names. */
export type ServerCommand = Command<AdminContext<keyof Services>>;
