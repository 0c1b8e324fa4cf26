/**
 * The parts of a server without its sockets, and how they are put together. Nothing below this file
 * knows all of them: each part declares, in a small interface, the few that it works with, and its
 * constructor gets this object.
 *
 * A part reads the others from this object when it runs, not when it is made, so parts may need
 * each other. The order below only has to give constructors what they read at once.
 *
 * @module
 */

import { Acl } from "./acl/acl.ts";
import { AppendOnlyFile } from "./aof/append_only_file.ts";
import type { Clock } from "./clock/clock.ts";
import type { Registry } from "./command/registry.ts";
import type { AdminContext, Host, ServerCommand, Services } from "./commands/services.ts";
import type { Config } from "./config/config.ts";
import "./datatypes/mod.ts";
import { AclGate } from "./execution/acl_gate.ts";
import { Blocking } from "./execution/blocking.ts";
import { DebugSwitches } from "./execution/debug_switches.ts";
import { Executor } from "./execution/executor.ts";
import { Gates } from "./execution/gates.ts";
import { MemoryGuard } from "./execution/memory_guard.ts";
import { Observers } from "./execution/observers.ts";
import { Pause } from "./execution/pause.ts";
import { notWhileSubscribed } from "./execution/refusals.ts";
import { Journal } from "./journal/journal.ts";
import { RemovalEffects } from "./journal/removals.ts";
import { type HeapProbe, V8Probe } from "./keyspace/heap_probe.ts";
import type { Database } from "./keyspace/database.ts";
import type { KeyTable } from "./keyspace/key_table.ts";
import { Keyspace } from "./keyspace/keyspace.ts";
import type { Logger } from "./log/logger.ts";
import { HeldKeys } from "./migration/held_keys.ts";
import { Peers } from "./migration/peers.ts";
import { CommandTimer } from "./observe/command_timer.ts";
import { Stats } from "./observe/stats.ts";
import { ServerAofHost } from "./persistence/aof_host.ts";
import { DiskGate } from "./persistence/disk_gate.ts";
import { Loading } from "./persistence/loading.ts";
import { Persistence } from "./persistence/persistence.ts";
import { Notifications } from "./pubsub/notifications.ts";
import { PubSub } from "./pubsub/pubsub.ts";
import { randomId, Replication } from "./replication/replication.ts";
import { WriteWaits } from "./replication/write_waits.ts";
import { ErrorReply } from "./resp/reply.ts";
import { type EngineFactory, Engines } from "./scripting/engines.ts";
import { Libraries } from "./scripting/libraries.ts";
import { ScriptRunner } from "./scripting/runner.ts";
import { Scripts } from "./scripting/scripts.ts";
import { CLIENT, LOCAL } from "./session/caller.ts";
import type { Client, ClientConnection } from "./session/client.ts";
import { Clients } from "./session/clients.ts";
import { UserClients } from "./session/user_clients.ts";
import { WatchTable } from "./session/watch.ts";
import type { Dialler } from "./transport/outgoing.ts";
import type { Transport } from "./transport/transport.ts";

/** What a server is made of. */
export interface PartsOptions {
  clock: Clock;
  config: Config;
  log: Logger;
  host: Host;
  dialler: Dialler;
  transport: Transport;
  registry: Registry;
  newTable: () => KeyTable;
  /** The heap that the data is on; V8's of this process when absent. */
  heap?: HeapProbe;
  /** In [0, 1); `Math.random` when absent. */
  random?: () => number;
}

const NOAUTH = new ErrorReply("NOAUTH Authentication required.");
const NOT_IN_TRANSACTION = new ErrorReply("ERR Command not allowed inside a transaction");

/** The context of one client's commands. */
class ClientContext implements AdminContext<keyof Services> {
  readonly keyspace: Keyspace;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly config: Config;
  readonly blocking: Blocking;

  constructor(readonly client: Client, readonly services: Parts) {
    this.keyspace = services.keyspace;
    this.journal = services.journal;
    this.clock = services.clock;
    this.config = services.config;
    this.blocking = services.blocking;
  }

  get db(): Database {
    return this.client.db;
  }
}

/** All parts of one server. */
export class Parts implements Services {
  readonly clock: Clock;
  readonly config: Config;
  readonly log: Logger;
  readonly host: Host;
  readonly dialler: Dialler;
  readonly transport: Transport;
  readonly registry: Registry;
  readonly startedMs: number;
  readonly runId = randomId();
  readonly switches = new DebugSwitches();
  readonly stats = new Stats();
  readonly gates = new Gates();
  readonly observers = new Observers();
  readonly journal = new Journal();
  readonly pubsub = new PubSub();
  readonly timer: CommandTimer;
  readonly keyspace: Keyspace;
  readonly acl: Acl;
  readonly aclGate: AclGate;
  readonly clients: Clients;
  readonly watch: WatchTable;
  readonly blocking: Blocking;
  readonly loading: Loading;
  readonly notifications: Notifications;
  readonly pause: Pause;
  readonly held: HeldKeys;
  readonly memory: MemoryGuard;
  readonly persistence: Persistence;
  readonly aof: AppendOnlyFile;
  readonly disk: DiskGate;
  readonly writeWaits: WriteWaits;
  readonly peers: Peers;
  readonly replication: Replication;
  readonly executor: Executor;
  readonly engines: Engines;
  readonly scripts: Scripts;
  readonly libraries: Libraries;
  readonly scriptRunner: ScriptRunner;

  constructor(options: PartsOptions) {
    const { clock, config, log } = options;
    this.clock = clock;
    this.config = config;
    this.log = log;
    this.host = options.host;
    this.dialler = options.dialler;
    this.transport = options.transport;
    this.registry = options.registry;
    this.startedMs = clock.tick();
    this.timer = new CommandTimer(clock, config, this.registry, this.stats);
    this.keyspace = new Keyspace({
      clock,
      databases: config.values.databases,
      newTable: options.newTable,
      random: options.random,
    });
    this.acl = new Acl({ clock, config, log, commands: this.registry.originals });
    this.aclGate = new AclGate(this);
    this.clients = new Clients(this, (client) => new ClientContext(client, this));
    this.acl.effects = new UserClients(this);
    this.watch = new WatchTable(this.keyspace.listeners);
    this.blocking = new Blocking(this);
    this.loading = new Loading(this.gates);
    this.notifications = new Notifications(this);
    this.pause = new Pause(this);
    this.held = new HeldKeys(this);
    this.memory = new MemoryGuard(this, options.heap ?? new V8Probe());
    this.persistence = new Persistence(this);
    this.aof = new AppendOnlyFile({
      clock,
      config,
      log,
      journal: this.journal,
      host: new ServerAofHost(this),
      writeDelayMs: () => this.switches.aofFlushDelayMs,
    });
    this.disk = new DiskGate(this);
    this.writeWaits = new WriteWaits(this);
    this.peers = new Peers(this);
    this.replication = new Replication(this);
    this.executor = new Executor(this);
    this.engines = new Engines(this, () => this.#loadEngines());
    this.scripts = new Scripts(this.engines);
    this.libraries = new Libraries(this);
    this.scriptRunner = new ScriptRunner(this);
    this.#installGates();
    const { listeners } = this.keyspace;
    listeners.set(this.blocking, true);
    listeners.set(this.notifications, true);
    listeners.set(new RemovalEffects(this.journal, config), true);
    this.journal.onSinkFailure = (error) => {
      const text = error instanceof Error ? error.stack ?? error.message : String(error);
      log.warning(`Internal error, effects of a write are lost: ${text}`);
      this.effectsLost();
    };
    this.clients.onDeparture((client) => this.#forget(client));
  }

  /** Gates whose answer depends on the command or the client alone. */
  #installGates(): void {
    const { gates } = this;
    gates.install("condition", (client, command) => {
      const refusal = (command as ServerCommand).spec.requires!(
        client.context as AdminContext<keyof Services>,
      );
      return refusal === null ? null : new ErrorReply(refusal);
    });
    gates.set("condition", true);
    gates.install("authentication", (client) => this.acl.asks(client) ? NOAUTH : null);
    gates.install("transaction", () => NOT_IN_TRANSACTION);
    gates.install("acl", (client, command, args) => this.aclGate.admit(client, command, args));
    gates.install("subscribed", (_client, command) => notWhileSubscribed(command));
  }

  /** A client is gone. */
  #forget(client: Client): void {
    client.replica?.closed();
    this.blocking.forget(client);
    this.pause.forget(client);
    this.held.forget(client);
    this.engines.forget(client);
    this.watch.unwatch(client);
    this.pubsub.forget(client);
  }

  /** Load the module that holds Lua. Scripts and functions share a sequence of random numbers. */
  async #loadEngines(): Promise<EngineFactory> {
    const [{ LuaEngine }, { ScriptRandom }] = await Promise.all([
      import("./scripting/engine.ts"),
      import("./scripting/libs/random.ts"),
    ]);
    const random = new ScriptRandom();
    return (kind) => new LuaEngine({ kind, random, now: () => this.clock.monotonic() });
  }

  /** How far the replication stream goes. */
  get stream(): { readonly end: number } {
    return this.replication.stream;
  }

  /**
   * An exception has kept effects from the append-only file or the replicas: writes stop until all
   * data was saved as a whole, and replicas need a full synchronisation.
   */
  effectsLost(): void {
    this.disk.lost();
    this.replication.renameHistory();
    this.replication.replicas.disconnectAll();
    if (this.aof.enabled) this.aof.rewriteScheduled = true;
  }

  /** Make a client: of a connection, or (null) of the program around the server. */
  createClient(connection: ClientConnection | null): Client {
    return this.clients.create(connection === null ? LOCAL : CLIENT, connection);
  }
}
