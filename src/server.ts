/**
 * A running server: the parts with its sockets, its files and its regular work.
 *
 * This is the composition root: options go in, a listening server comes out. It does not read the
 * command line and does not end the process; `serve.ts` and `main.ts` do.
 *
 * @module
 */

import { DefinitionError, type UserDefinition } from "./acl/definitions.ts";
import { type Clock, SystemClock } from "./clock/clock.ts";
import { allCommands } from "./commands/mod.ts";
import { Registry } from "./command/registry.ts";
import { toText } from "./bytes/bytes.ts";
import type { Config } from "./config/config.ts";
import { osReason } from "./config/os_error.ts";
import type { Host, ShutdownRequest } from "./commands/services.ts";
import type { KeyTable } from "./keyspace/key_table.ts";
import { ByteMap } from "./keyspace/byte_map/byte_map.ts";
import { prepareCollector } from "./keyspace/heap_probe.ts";
import { applyConfig, watchConfig } from "./lifecycle/apply_config.ts";
import { checkBacklog, logBanner } from "./lifecycle/banner.ts";
import { Cron } from "./lifecycle/cron.ts";
import { prepareAof, startAof } from "./persistence/start_aof.ts";
import { loadDataset } from "./persistence/load_dataset.ts";
import { prepareResources, processResources } from "./lifecycle/resources.ts";
import { ShutdownWait } from "./lifecycle/shutdown_wait.ts";
import type { Logger } from "./log/logger.ts";
import { ListenError } from "./net/bind.ts";
import { Listeners } from "./net/listeners.ts";
import { OutgoingConnections } from "./transport/outgoing.ts";
import { sockets } from "./transport/sockets.ts";
import type { Duplex, Transport } from "./transport/transport.ts";
import type { Resources } from "./observe/resources.ts";
import { Parts } from "./parts.ts";

/** What a server is made of. */
export interface ServerOptions {
  config: Config;
  log: Logger;
  /** The commands; all of them under their own names when absent. */
  registry?: Registry;
  /** Users that the configuration defines. */
  users?: readonly UserDefinition[];
  /** The machine's clock when absent. */
  clock?: Clock;
  /** What carries its bytes; the sockets of the platform when absent. */
  transport?: Transport;
  /** Take port 0 as "any free port" instead of "no TCP". */
  anyPort?: boolean;
  /** Start even where nothing is to be listened on: connections are handed to it. */
  unreachable?: boolean;
  /** Makes the key tables; one outside the V8 heap when absent. */
  newTable?: () => KeyTable;
}

/** A start that failed for a reason that is in the log already. */
export class StartError extends Error {
  override name = "StartError";
}

/** A running server. */
export class Server implements Host {
  readonly parts: Parts;
  readonly #listeners: Listeners;
  readonly #outgoing: OutgoingConnections;
  readonly #cron: Cron;
  readonly #waiting: ShutdownWait;
  readonly #stopped = Promise.withResolvers<number>();
  readonly #anyPort: boolean;
  readonly #unreachable: boolean;
  readonly #users: readonly UserDefinition[];
  readonly #loading = new AbortController();
  /** Full path of the pid file that was written. */
  #pidFile: string | null = null;
  #stopping = false;
  /** Whether the data of the last run is in memory. */
  #loaded = false;

  /** @param options what it is made of; nothing is opened before {@linkcode Server.begin} */
  constructor(options: ServerOptions) {
    const { clock = new SystemClock(), transport = sockets } = options;
    this.#outgoing = new OutgoingConnections(clock, transport);
    this.parts = new Parts({
      clock,
      config: options.config,
      log: options.log,
      host: this,
      dialler: this.#outgoing,
      transport,
      registry: options.registry ?? new Registry(allCommands),
      newTable: options.newTable ?? (() => new ByteMap()),
    });
    this.#waiting = new ShutdownWait(this.parts);
    this.#anyPort = options.anyPort ?? false;
    this.#unreachable = options.unreachable ?? false;
    this.#users = options.users ?? [];
    this.#listeners = new Listeners(this.parts);
    this.#cron = new Cron(this.parts, this.#listeners.connections);
  }

  /** Make a server and let it {@linkcode Server.begin}. */
  static async start(options: ServerOptions): Promise<Server> {
    const server = new Server(options);
    await server.begin();
    return server;
  }

  /**
   * Listen, load the data, then accept commands. Resolves when it is ready, or has been stopped
   * before that.
   *
   * @throws StartError when an address cannot be listened on or a file cannot be loaded; what is
   * wrong is in the log, and nothing is left open
   */
  async begin(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      this.#cron.stop();
      this.#removePidFile();
      this.#listeners.close(true);
      throw error;
    }
  }

  async #start(): Promise<void> {
    const { config, log } = this.parts;
    const { values } = config;
    applyConfig(this.parts);
    watchConfig(this.parts, this.#listeners);
    logBanner(log, { port: values.port, configFile: config.file });
    log.role = "M";
    this.#loadUsers();
    if (values.replicaof !== null) {
      this.parts.replication.follow(values.replicaof.host, values.replicaof.port);
    }
    this.#listen();
    this.#writePidFile();
    checkBacklog(log, values.tcpBacklog);
    this.#cron.start();
    this.parts.memory.started();
    log.notice("Server initialized");
    const { signal } = this.#loading;
    // A server that is stopped does not wait for the file.
    const loaded = await Promise.race([this.#load(signal), this.#stopped.promise]);
    if (this.#stopping) return;
    if (!loaded) throw new StartError("the data cannot be loaded");
    this.#loaded = true;
    this.parts.replication.start();
    void prepareResources();
    void prepareCollector();
    if (this.#listeners.port !== 0) log.notice("Ready to accept connections tcp");
    if (values.unixsocket !== "") log.notice("Ready to accept connections unix");
  }

  /** Make the users before anybody can ask for anything. */
  #loadUsers(): void {
    const { acl, log } = this.parts;
    const stop = (why: string) => {
      log.warning(why);
      throw new StartError("the users cannot be loaded");
    };
    if (acl.hasFile && this.#users.length > 0) {
      stop(
        "Configuring Redis with users defined in redis.conf and at the same setting an ACL file " +
          "path is invalid. This setup is very likely to lead to configuration errors and " +
          "security holes, please define either an ACL file or declare users directly in your " +
          "redis.conf, but not both.",
      );
    }
    try {
      acl.define(this.#users);
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      stop("Critical error while loading ACLs. Exiting.");
    }
    const faults = acl.hasFile ? acl.load(null) : null;
    if (faults !== null) stop(`Aborting Redis startup because of ACL errors: ${toText(faults)}`);
  }

  /** @returns false when the data cannot be loaded, or not be kept as configured */
  async #load(signal: AbortSignal): Promise<boolean> {
    if (!prepareAof(this.parts)) return false;
    if (!this.parts.config.values.appendonly && !await loadDataset(this.parts, signal)) {
      return false;
    }
    return await startAof(this.parts, signal);
  }

  #listen(): void {
    const { log, config } = this.parts;
    const { values } = config;
    let addresses = 0;
    if (values.port !== 0 || this.#anyPort) {
      try {
        addresses = this.#listeners.listenTcp(values.bind, values.port, values.tcpBacklog);
        // From here on 0 means none.
        if (addresses > 0) config.assign("port", [String(this.port)]);
      } catch (error) {
        if (!(error instanceof ListenError)) throw error;
        log.warning(`Failed listening on port ${values.port} (tcp), aborting.`);
        throw new StartError(error.message);
      }
    }
    if (values.unixsocket !== "") {
      try {
        this.#listeners.listenUnix(values.unixsocket, values.unixsocketperm);
        addresses++;
      } catch (error) {
        if (!(error instanceof ListenError)) throw error;
        log.warning(`Failed opening Unix socket: ${error.message}`);
        throw new StartError(error.message);
      }
    }
    if (addresses === 0 && !this.#unreachable) {
      log.warning("Configured to not listen anywhere, exiting.");
      throw new StartError("nothing to listen on");
    }
  }

  #writePidFile(): void {
    const { config, log } = this.parts;
    if (config.values.pidfile === "") return;
    const path = config.path(config.values.pidfile);
    try {
      Deno.writeTextFileSync(path, `${Deno.pid}\n`);
      this.#pidFile = path;
    } catch (error) {
      log.warning(`Failed to write PID file: ${osReason(error)}`);
    }
  }

  #removePidFile(): void {
    if (this.#pidFile === null) return;
    try {
      Deno.removeSync(this.#pidFile);
    } catch {
      // Somebody removed it before.
    }
    this.#pidFile = null;
  }

  /** Resolves with the exit code once the server has stopped. */
  get stopped(): Promise<number> {
    return this.#stopped.promise;
  }

  /** Serve a connection, from wherever it comes. */
  serve(connection: Duplex): void {
    this.#listeners.serve(connection);
  }

  /** The TCP port; 0 when it only listens on a Unix socket. */
  get port(): number {
    return this.#listeners.port;
  }

  listeners(): readonly string[] {
    return this.#listeners.describe();
  }

  get shutdownMs(): number | null {
    return this.#waiting.deadlineMs;
  }

  resources(): Resources {
    return processResources();
  }

  shutdown(request: ShutdownRequest): boolean {
    if (this.#stopping) return true;
    const { log } = this.parts;
    if (request.signal !== undefined && this.#signalled(request.signal)) return true;
    if (this.#waiting.request !== null) {
      this.#waiting.join(request);
      return true;
    }
    log.notice("User requested shutdown...");
    if (!this.#waiting.needed(request)) return this.#finishShutdown(request);
    this.#waiting.begin(request, () => {
      if (!this.#finishShutdown(request)) this.#waiting.cancel();
    });
    return true;
  }

  /** A signal came. @returns whether that has ended the server */
  #signalled(signal: string): boolean {
    const { log, loading } = this.parts;
    // Often from a terminal, by somebody who does not want to wait.
    if (signal === "SIGINT" && this.#waiting.signalled) {
      log.signal("You insist... exiting now.");
      this.abandon();
      return true;
    }
    log.signal(
      loading.active
        ? "Received shutdown signal during loading, scheduling shutdown."
        : signal === "SIGINT" || signal === "SIGTERM"
        ? `Received ${signal} scheduling shutdown...`
        : "Received shutdown signal, scheduling shutdown...",
    );
    return false;
  }

  #finishShutdown(request: ShutdownRequest): boolean {
    const { log, aof, held, persistence } = this.parts;
    held.stop();
    this.#waiting.report();
    persistence.cancelBackground();
    if (!aof.prepareStop(request.force ?? false) || !this.#saveAtEnd(request)) {
      log.warning("Errors trying to shut down the server. Check the logs for more information.");
      return false;
    }
    aof.stop();
    this.#halt();
    if (this.#pidFile !== null) log.notice("Removing the pid file.");
    this.#removePidFile();
    this.#closeSockets();
    log.warning("Redis is now ready to exit, bye bye...");
    this.#stopped.resolve(0);
    return true;
  }

  /**
   * Save as the request or the save points say. What is not loaded yet must not replace the file
   * that it is loaded from.
   */
  #saveAtEnd({ save, force }: ShutdownRequest): boolean {
    const { log, persistence, loading } = this.parts;
    const wanted = save ?? persistence.hasSavePoints;
    if (!wanted || loading.active || !this.#loaded) return true;
    log.notice("Saving the final RDB snapshot before exiting.");
    if (persistence.save()) return true;
    log.warning(`Error trying to save the DB${force ? ". Exit anyway." : ", can't exit."}`);
    return force ?? false;
  }

  abandon(): void {
    if (this.#stopping) return;
    this.#halt();
    // It would leave its temporary file behind.
    this.parts.persistence.background?.cancel();
    this.#removePidFile();
    this.#closeSockets(true);
    this.#stopped.resolve(1);
  }

  /** The shutdown can no longer be called off: stop all work in the background. */
  #halt(): void {
    this.#stopping = true;
    this.#waiting.stop();
    this.#cron.stop();
    this.parts.memory.stop();
    this.#loading.abort();
    this.parts.replication.stop();
  }

  #closeSockets(quiet = false): void {
    this.#listeners.close(quiet);
    this.parts.peers.stop();
    this.#outgoing.close();
  }

  abortShutdown(): boolean {
    if (this.#waiting.request === null) return false;
    this.parts.log.notice("Shutdown manually aborted.");
    this.#waiting.cancel();
    return true;
  }

  /** Stop, and wait until all is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#waiting.request !== null) this.#waiting.cancel();
    this.shutdown({ save: false, now: true, force: true });
    await this.#stopped.promise;
  }
}
