/**
 * The link of a replica to its primary: it connects, finds out by the handshake what is missing,
 * receives it, and then applies the stream. When the connection breaks, it begins again until it is
 * stopped.
 *
 * Where the data stand is not kept here but in {@linkcode Replication} (id, end of the stream,
 * selected database): a link that comes back, or one to another primary, goes on from there.
 *
 * One attempt is one run of `#converse`, whatever stage it reaches; it ends when its connection is
 * closed. The regular work (once a second) looks whether the primary is silent for too long, says
 * how far this server is, and tries again after a failure.
 *
 * The wording of the log lines is a real server's, as monitoring looks for it.
 *
 * @module
 */

import { type ByteString, toText } from "../bytes/bytes.ts";
import { PRIMARY } from "../session/caller.ts";
import type { Client } from "../session/client.ts";
import type { ReplicationNeeds } from "./needs.ts";
import { encodeCommand } from "../resp/encoder.ts";
import { StreamApplier } from "./applier.ts";
import { FullSync } from "./full_sync.ts";
import { type Agreement, shakeHands } from "./handshake.ts";
import { LinkConnection, LinkError } from "./link_connection.ts";
import { randomId } from "./id.ts";
import type { Replication } from "./replication.ts";
import { SyncedOffsets } from "./synced_offsets.ts";
import { eventLoopTurn } from "../clock/turn.ts";

/** What this works with. */
type Parts = Pick<
  ReplicationNeeds,
  | "aof"
  | "blocking"
  | "clients"
  | "clock"
  | "config"
  | "executor"
  | "host"
  | "journal"
  | "keyspace"
  | "gates"
  | "libraries"
  | "loading"
  | "log"
  | "pause"
  | "persistence"
  | "registry"
  | "replication"
  | "stats"
  | "transport"
>;

/** Where a link stands, as ROLE names it. */
export type LinkState = "connect" | "connecting" | "handshake" | "sync" | "connected";

/** What a failure at a stage is called. */
const FAILURES: Record<LinkState, string> = {
  connect: "Unable to connect to MASTER",
  connecting: "Error condition on socket for SYNC",
  handshake: "Failed to read response from the server",
  sync: "I/O error trying to sync with MASTER",
  connected: "Error reading from MASTER",
};

/** Tries to turn the append-only file on again after a synchronisation, one a second. */
const AOF_TRIES = 10;
const SECOND_MS = 1000;

/** Follows one primary. */
export class PrimaryLink {
  readonly host: ByteString;
  readonly port: number;
  state: LinkState = "connect";
  /** Unix milliseconds at which the primary was heard of last; 0 when it never was. */
  lastInteractionMs = 0;
  /** Unix milliseconds since which the link is down; 0 when it is up or never was. */
  downSinceMs = 0;

  readonly #parts: Parts;
  readonly #replication: Replication;
  #running = false;
  /** Ends the attempt under way; null when there is none. */
  #attempt: AbortController | null = null;
  #attemptMs = 0;
  /** Unix milliseconds of the last attempt that began at once. */
  #hurriedMs = 0;
  #connection: LinkConnection | null = null;
  #sync: FullSync | null = null;
  #client: Client | null = null;
  #applier: StreamApplier | null = null;
  /** The primary knows positions, and can go on from one later. */
  #resumable = false;
  readonly #synced = new SyncedOffsets();
  #restartAof = 0;

  constructor(
    parts: Parts,
    replication: Replication,
    { host, port }: { host: ByteString; port: number },
  ) {
    this.#parts = parts;
    this.#replication = replication;
    this.host = host;
    this.port = port;
  }

  /** Bytes of the stream that have come, whether applied or not. */
  get readOffset(): number {
    return this.#replication.stream.end + (this.#applier?.pendingBytes ?? 0);
  }

  /** The full synchronisation under way. */
  get transfer(): FullSync | null {
    return this.#sync;
  }

  /** Seconds since something came of the full synchronisation under way; -1 without one. */
  get transferIdleSeconds(): number {
    return this.#sync === null || this.#connection === null
      ? -1
      : Math.max(0, Math.floor((this.#parts.clock.ms - this.#connection.lastReadMs) / SECOND_MS));
  }

  /** Begin to connect. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#connect();
  }

  /** Close the link for good. */
  stop(): void {
    this.#running = false;
    this.#restartAof = 0;
    const attempt = this.#attempt;
    this.#attempt = null;
    const wasConnected = this.#client !== null;
    this.#disconnected();
    this.state = "connect";
    attempt?.abort();
    if (wasConnected) this.#logLoss();
  }

  /** The regular work, once a second. */
  tick(): void {
    if (!this.#running) return;
    if (this.#restartAof > 0) this.#startAof();
    if (this.#attempt === null) this.#connect();
    else if (this.#isSilent()) this.#timedOut();
    else if (this.#client !== null) this.acknowledge();
    // While data are loaded, commands cannot be sent: an empty line says that this server lives.
    else if (this.#sync?.loading) this.#connection?.write("\n");
  }

  /** Tell the primary how far this server is. */
  acknowledge(): void {
    if (this.#client === null || !this.#resumable) return;
    const { aof, journal } = this.#parts;
    const { stream } = this.#replication;
    const args = ["REPLCONF", "ACK", String(stream.end)];
    if (aof.enabled) {
      this.#synced.reached(journal.position, stream.end);
      const synced = this.#synced.synced(aof.syncedPosition);
      if (synced >= 0) args.push("FACK", String(synced));
    }
    this.#connection?.write(encodeCommand(args));
  }

  #isSilent(): boolean {
    const { clock, config: { values } } = this.#parts;
    if (this.#sync?.received || this.#parts.pause.holds(true)) return false;
    const since = this.#connection?.lastReadMs ?? this.#attemptMs;
    return clock.ms - since > values.replTimeout * SECOND_MS;
  }

  #timedOut(): void {
    const { log } = this.#parts;
    switch (this.state) {
      case "connected":
        log.warning("MASTER timeout: no data nor PING received...");
        break;
      case "sync":
        log.warning(
          "Timeout receiving bulk data from MASTER... If the problem persists try to set the " +
            "'repl-timeout' parameter in redis.conf to a larger value.",
        );
        break;
      default:
        log.warning("Timeout connecting to the MASTER...");
    }
    const connected = this.#client !== null;
    const attempt = this.#attempt;
    this.#attempt = null;
    this.#end(connected);
    attempt?.abort();
  }

  /** @param how for the log */
  #connect(how = "Connecting", why = ""): void {
    const { log, clock } = this.#parts;
    log.notice(`${how} to MASTER ${toText(this.host)}:${this.port}${why}`);
    log.notice("MASTER <-> REPLICA sync started");
    this.state = "connecting";
    this.#attemptMs = clock.tick();
    const attempt = new AbortController();
    this.#attempt = attempt;
    void this.#attend(attempt);
  }

  /** One attempt from its beginning to its end. */
  async #attend(attempt: AbortController): Promise<void> {
    const { log } = this.#parts;
    let failure = "";
    let fault = "";
    try {
      await this.#converse(attempt.signal);
    } catch (error) {
      if (error instanceof LinkError) failure = error.message;
      else fault = error instanceof Error ? error.stack ?? error.message : String(error);
    }
    // It may have been ended from outside, and another one begun.
    if (this.#attempt !== attempt) return;
    this.#attempt = null;
    const { state } = this;
    const wasConnected = this.#client !== null;
    if (failure !== "" && !wasConnected) {
      log.warning(`${FAILURES[state]}: ${failure}`);
    }
    // A fault of this server, not of the link.
    if (fault !== "") log.warning(`Following the master failed: ${fault}`);
    this.#end(wasConnected || state === "sync");
  }

  /**
   * An attempt is over: clean up behind it.
   *
   * @param again whether the next one begins at once, if none has done so only just
   */
  #end(again: boolean): void {
    const { clock } = this.#parts;
    const wasConnected = this.#client !== null;
    this.#disconnected();
    this.state = "connect";
    if (wasConnected) this.#logLoss();
    // Otherwise a primary that closes at once would be connected to without a pause.
    if (!again || clock.tick() - this.#hurriedMs < SECOND_MS) return;
    this.#hurriedMs = clock.ms;
    this.#connect("Reconnecting", wasConnected ? "" : " after failure");
  }

  #logLoss(): void {
    const { log } = this.#parts;
    log.notice("Connection with master lost.");
    if (this.#replication.canResume) log.notice("Caching the disconnected master state.");
  }

  #disconnected(): void {
    const { clock } = this.#parts;
    const client = this.#client;
    this.#client = null;
    this.#applier = null;
    this.#sync = null;
    if (client !== null) {
      this.downSinceMs = clock.tick();
      if (!this.#resumable) this.#replication.canResume = false;
      client.closed = true;
      this.#parts.clients.remove(client);
    }
    this.#connection?.close();
    this.#connection = null;
  }

  /** Connect, agree, receive, follow. Ends by an error, or when nothing more is to be done. */
  async #converse(signal: AbortSignal): Promise<void> {
    const parts = this.#parts;
    const { log } = parts;
    const connection = await LinkConnection.connect(parts, {
      hostname: toText(this.host),
      port: this.port,
      signal,
    });
    this.#connection = connection;
    log.notice("Non blocking connect for SYNC fired the event.");
    this.state = "handshake";
    const { id, stream, canResume } = this.#replication;
    const standing = canResume ? { id, position: stream.end } : null;
    const agreement = await shakeHands(parts, connection, standing);
    signal.throwIfAborted();
    if (agreement.kind === "continue") {
      this.#replication.continued(agreement.id);
      this.#resumable = true;
      log.notice("MASTER <-> REPLICA sync: Master accepted a Partial Resynchronization.");
    } else {
      await this.#copy(agreement, connection, signal);
    }
    await this.#follow(connection, signal);
  }

  /** Let the primary's data take the place of those that are here. */
  async #copy(
    agreement: Agreement,
    connection: LinkConnection,
    signal: AbortSignal,
  ): Promise<void> {
    const parts = this.#parts;
    const replication = this.#replication;
    const full = agreement.kind === "full" ? agreement : null;
    this.state = "sync";
    this.#sync = new FullSync({
      parts,
      replication,
      connection,
      signal,
      sameHistory: full?.id === replication.id,
    });
    const db = await this.#sync.run();
    signal.throwIfAborted();
    this.#sync = null;
    this.#resumable = full !== null;
    replication.copied(full?.id ?? randomId(), full?.position ?? 0);
    replication.linkDb = db;
    parts.log.notice("MASTER <-> REPLICA sync: Finished with success");
  }

  /** Apply what the primary sends, until that ends. */
  async #follow(connection: LinkConnection, signal: AbortSignal): Promise<void> {
    const parts = this.#parts;
    const replication = this.#replication;
    const client = parts.clients.create(PRIMARY, connection);
    client.select(replication.linkDb);
    const applier = new StreamApplier({
      parts,
      replication,
      client,
      onQuestion: () => this.acknowledge(),
    });
    this.#client = client;
    this.#applier = applier;
    this.state = "connected";
    this.downSinceMs = 0;
    this.lastInteractionMs = connection.lastReadMs;
    // The primary waits for this before it sends more.
    this.acknowledge();
    if (parts.blocking.hasReady) parts.blocking.serve();
    if (parts.config.values.appendonly && !parts.aof.enabled) {
      this.#restartAof = AOF_TRIES;
      this.#startAof();
    }
    // There is no waiting for the engine of libraries between two commands of the primary.
    await parts.libraries.prepare();
    while (this.#client === client) {
      const chunk = await connection.read();
      if (signal.aborted) return;
      await this.#scriptsEnd(client, signal);
      if (signal.aborted || client.closed) return;
      const held = applier.isHeld;
      this.lastInteractionMs = connection.lastReadMs;
      if (!applier.apply(chunk)) {
        // Where the primary stands cannot be told any more.
        replication.canResume = false;
        this.#resumable = false;
        return;
      }
      this.#applied(connection, applier);
      if (!held && applier.isHeld) this.#resumeLater(connection, applier, client, signal);
    }
  }

  /** While a slow script runs nothing may change in its midst. */
  async #scriptsEnd(client: Client, signal: AbortSignal): Promise<void> {
    const { gates } = this.#parts;
    while (gates.isRaised("busy") && !signal.aborted && !client.closed) await eventLoopTurn();
  }

  #applied(connection: LinkConnection, applier: StreamApplier): void {
    const { aof, journal } = this.#parts;
    connection.queryBytes = applier.pendingBytes;
    if (aof.enabled) this.#synced.reached(journal.position, this.#replication.stream.end);
  }

  /** Go on when the pause is over that holds what the primary has sent; more may come meanwhile. */
  #resumeLater(
    connection: LinkConnection,
    applier: StreamApplier,
    client: Client,
    signal: AbortSignal,
  ): void {
    this.#parts.pause.whenWritable(async () => {
      await this.#scriptsEnd(client, signal);
      if (signal.aborted || client.closed) return;
      applier.resume();
      this.#applied(connection, applier);
      // A new pause may have begun in between.
      if (applier.isHeld) this.#resumeLater(connection, applier, client, signal);
    });
  }

  /** The append-only file begins anew with the data that have come. */
  #startAof(): void {
    const { aof, config, host, log } = this.#parts;
    if (!config.values.appendonly || aof.enabled) {
      this.#restartAof = 0;
      return;
    }
    try {
      aof.apply(false);
      this.#restartAof = 0;
    } catch {
      log.warning(
        "Failed enabling the AOF after successful master synchronization! Trying it again in one " +
          "second.",
      );
      if (--this.#restartAof > 0) return;
      log.warning(
        "FATAL: this replica instance finished the synchronization with its master, but the AOF " +
          "can't be turned on. Exiting now.",
      );
      host.abandon();
    }
  }
}
