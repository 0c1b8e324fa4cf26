/**
 * The replicas of this server: accepting them, how far each is, and who waits for that.
 *
 * A replica that comes back names the history of its data and where it stands in it. If that is this
 * server's history, or the one that it comes from, and the stream still holds all that came since,
 * the replica goes on from there; else it gets all data (`snapshot_service.ts`).
 *
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/
 *
 * @module
 */

import { asciiLower, type ByteString, fromText } from "../bytes/bytes.ts";
import { parseInteger } from "../bytes/int.ts";
import type { Client, ReplicaRole } from "../session/client.ts";
import { clientLine } from "../session/client_info.ts";
import { clientMemory } from "../session/client_memory.ts";
import type { ReplicationNeeds } from "./needs.ts";
import { ErrorReply, NO_REPLY, RedisError, type Reply } from "../resp/reply.ts";
import { ReplicaOptions } from "../session/replica_options.ts";
import { replicaName, ReplicaSession, type SessionOwner } from "./replica_session.ts";
import type { Replication } from "./replication.ts";
import { SnapshotService } from "./snapshot_service.ts";
import type { StreamReader } from "./stream.ts";

/** What this works with. */
type Parts = Pick<
  ReplicationNeeds,
  "clock" | "config" | "keyspace" | "loading" | "log" | "persistence" | "stats" | "writeWaits"
>;

/** What PSYNC asks for. */
export interface ContinueRequest {
  /** The history that the replica's data belongs to; `?` for none. */
  readonly id: ByteString;
  /** The number of the first byte that it wants, counted from one. */
  readonly offset: ByteString;
}

/** The replicas of one server. */
export class Replicas implements SessionOwner {
  /** All of them, in whatever state, in the order in which they came. */
  readonly sessions: ReadonlySet<ReplicaSession>;
  /** Unix milliseconds since which there is no replica. */
  idleSinceMs = 0;
  /** Replicas that are online and heard of within `min-replicas-max-lag`. */
  good = 0;

  readonly #parts: Parts;
  readonly #replication: Replication;
  readonly #sessions = new Set<ReplicaSession>();
  readonly #snapshots: SnapshotService;
  /** Seconds since the last PING went into the stream. */
  #sincePing = 0;
  #askScheduled = false;
  #serveScheduled = false;

  constructor(parts: Parts, replication: Replication) {
    this.#parts = parts;
    this.#replication = replication;
    this.sessions = this.#sessions;
    this.#snapshots = new SnapshotService(parts, replication);
  }

  /** Number of replicas, in whatever state. */
  get count(): number {
    return this.#sessions.size;
  }

  /** Whether a snapshot is on its way to replicas without a file between. */
  get transferring(): boolean {
    return this.#snapshots.transferring;
  }

  /**
   * A client asks to be a replica: with SYNC, or with PSYNC and where it stands.
   *
   * @returns no reply, as what it gets from now on is no reply
   * @throws RedisError when it cannot be one now
   */
  accept(client: Client, request: ContinueRequest | null): Reply {
    if (client.replica !== null) return NO_REPLY;
    const { log, stats } = this.#parts;
    const { failover, link } = this.#replication;
    const { connection } = client;
    if (connection === null) throw new RedisError("ERR SYNC needs a connection");
    if (failover.state !== "no-failover") {
      throw new RedisError("NOMASTERLINK Can't SYNC while failing over");
    }
    if (link !== null && link.state !== "connected") {
      throw new RedisError("NOMASTERLINK Can't SYNC while not connected with my master");
    }
    if (connection.hasPendingReplies) {
      throw new RedisError("ERR SYNC and PSYNC are invalid with pending output");
    }
    const options = client.replicaOptions ?? new ReplicaOptions();
    if (options.filters && !options.eof) {
      throw new RedisError("ERR Filtered replica requires EOF capability");
    }
    const name = replicaName(client, options);
    log.notice(`Replica ${name} asks for synchronization`);
    let reader: StreamReader | null = null;
    if (request !== null) {
      const offset = parseInteger(request.offset);
      if (offset === null) {
        log.warning(`Replica ${name} asks for synchronization but with a wrong offset`);
        throw new RedisError("ERR value is not an integer or out of range");
      }
      reader = this.#find(request.id, Number(offset), name);
    }
    const session = new ReplicaSession(client, this, options, request === null);
    this.#add(session);
    if (reader !== null) {
      stats.partialSyncs++;
      this.#continue(session, reader);
      return NO_REPLY;
    }
    if (request !== null && !request.id.startsWith("?")) stats.failedPartialSyncs++;
    stats.fullSyncs++;
    this.#activateBacklog();
    this.#snapshots.add(session);
    return NO_REPLY;
  }

  #add(session: ReplicaSession): void {
    const { client } = session;
    client.replica = session;
    this.#sessions.add(session);
    client.connection!.setNoDelay(!this.#parts.config.values.replDisableTcpNodelay);
    client.connection!.setSource(session);
    this.countGood();
  }

  /** Where a replica can go on; null when it needs all data. Why is in the log. */
  #find(id: ByteString, offset: number, name: ByteString): StreamReader | null {
    const { log } = this.#parts;
    const { id: current, secondId, secondOffset, backlogActive, stream } = this.#replication;
    const wanted = asciiLower(id);
    const second = wanted === secondId;
    if (wanted !== current && (!second || offset > secondOffset)) {
      if (id.startsWith("?")) log.notice(`Full resync requested by replica ${name}`);
      else if (second) {
        log.notice(
          "Partial resynchronization not accepted: Requested offset for second ID was " +
            `${offset}, but I can reply up to ${secondOffset}`,
        );
      } else {
        log.notice(
          "Partial resynchronization not accepted: Replication ID mismatch (Replica asked for " +
            `'${id}', my replication IDs are '${current}' and '${secondId}')`,
        );
      }
      return null;
    }
    const reader = backlogActive ? stream.reader(offset - 1) : null;
    if (reader !== null) {
      log.notice(
        `Partial resynchronization request from ${name} accepted. Sending ${reader.pending} ` +
          `bytes of backlog starting from offset ${offset}.`,
      );
      return reader;
    }
    log.notice(
      `Unable to partial resync with replica ${name} for lack of backlog (Replica request was: ` +
        `${offset}).`,
    );
    if (offset > stream.end + 1) {
      log.warning(
        `Warning: replica ${name} tried to PSYNC with an offset that is greater than the master ` +
          "replication offset.",
      );
    }
    return null;
  }

  #continue(session: ReplicaSession, reader: StreamReader): void {
    session.say(
      session.options.psync2 ? `+CONTINUE ${this.#replication.id}\r\n` : "+CONTINUE\r\n",
    );
    session.hold(reader);
    session.goOnline();
    session.stream();
    this.countGood();
  }

  #activateBacklog(): void {
    const replication = this.#replication;
    if (replication.backlogActive) return;
    replication.activateBacklog();
    const { id, secondId } = replication;
    this.#parts.log.notice(
      `Replication backlog created, my new replication IDs are '${id}' and '${secondId}'`,
    );
  }

  /** The stream has grown. */
  streamGrew(): void {
    for (const session of this.#sessions) {
      if (session.streaming) session.client.connection?.sourceGrew();
    }
  }

  /** A save in the background is over; it has written the file at `path`, or (null) it has not. */
  saved(path: string | null): void {
    this.#snapshots.saved(path);
  }

  /** A replica says how far it is, and maybe how much of that is on its disk. */
  acknowledged(session: ReplicaRole, position: number, aofPosition: number | null): void {
    if (!(session instanceof ReplicaSession)) return;
    if (position > session.ackPosition) session.ackPosition = position;
    if (aofPosition !== null && aofPosition > session.aofPosition) {
      session.aofPosition = aofPosition;
    }
    session.ackMs = this.#parts.clock.ms;
    if (session.phase === "online") session.stream();
    if (this.#serveScheduled) return;
    this.#serveScheduled = true;
    queueMicrotask(() => {
      this.#serveScheduled = false;
      this.#parts.writeWaits.serve();
      this.#replication.failover.tick();
    });
  }

  /**
   * Bytes of memory: of the backlog, of the replicas (what the slowest keeps alive beyond the backlog
   * included), and of the stream in all. O(replicas + blocks).
   */
  memory(): { backlog: number; replicas: number; stream: number } {
    const { backlogActive, stream } = this.#replication;
    const backlog = backlogActive ? stream.memory : 0;
    let longest = 0;
    let replicas = 0;
    for (const { client, pending } of this.#sessions) {
      replicas += clientMemory(client);
      longest = Math.max(longest, pending);
    }
    const beyond = Math.max(0, longest - stream.length);
    return { backlog, replicas: replicas + beyond, stream: backlog + beyond };
  }

  /** Number of replicas that have the stream up to a position. */
  holding(position: number): number {
    let count = 0;
    for (const { phase, ackPosition } of this.#sessions) {
      if (phase === "online" && ackPosition >= position) count++;
    }
    return count;
  }

  /** Number of replicas that have the stream up to a position on their disk. */
  flushed(position: number): number {
    let count = 0;
    for (const { phase, aofPosition } of this.#sessions) {
      if (phase === "online" && aofPosition >= position) count++;
    }
    return count;
  }

  /** Ask the replicas how far they are, once a turn of the event loop. */
  askPositions(): void {
    if (this.#askScheduled) return;
    this.#askScheduled = true;
    queueMicrotask(() => {
      this.#askScheduled = false;
      if (this.count > 0 && !this.#replication.isReplica) {
        this.#replication.feed.send(["REPLCONF", "GETACK", "*"]);
      }
    });
  }

  /** Close all connections to replicas. */
  disconnectAll(): void {
    for (const session of [...this.#sessions]) session.close();
  }

  sessionClosed(session: ReplicaSession): void {
    // At the end of the server it is no news.
    if (this.#replication.active) {
      this.#parts.log.notice(`Connection with replica ${session.name} lost.`);
    }
    this.#sessions.delete(session);
    this.#snapshots.remove(session);
    if (this.count === 0) this.idleSinceMs = this.#parts.clock.ms;
    this.countGood();
  }

  sessionAnswered(session: ReplicaSession, reply: Reply | null): void {
    const { log } = this.#parts;
    const { client } = session;
    if (client.closed) return;
    const name = client.lastCommand?.name ?? "<unknown>";
    log.warning(
      `Replica generated a reply to command '${name}', disconnecting it: ${clientLine(client)}`,
    );
    if (reply instanceof ErrorReply) {
      log.warning(
        "== CRITICAL == This master is sending an error to its replica: " +
          `'${reply.text.replace(/^ERR /, "")}' after processing the command '${name}'`,
      );
    }
    session.close();
  }

  /** Count the good replicas anew. */
  countGood(): void {
    const { minReplicasToWrite, minReplicasMaxLag } = this.#parts.config.values;
    this.good = 0;
    if (minReplicasToWrite === 0 || minReplicasMaxLag === 0) return;
    for (const { phase, lag } of this.#sessions) {
      if (phase === "online" && lag <= minReplicasMaxLag) this.good++;
    }
  }

  /** The regular work, once a second. */
  tick(): void {
    this.#ping();
    this.#snapshots.tick();
    this.#dropSilent();
    this.#freeBacklog();
    this.countGood();
  }

  /** Let replicas know that the link is alive. A replica's own replicas get its primary's pings. */
  #ping(): void {
    const { values } = this.#parts.config;
    const { failover, feed, isReplica } = this.#replication;
    if (++this.#sincePing < values.replPingReplicaPeriod) return;
    this.#sincePing = 0;
    // During a failover the replica's position has to meet this server's.
    if (this.count === 0 || isReplica || failover.state !== "no-failover") return;
    feed.send(["ping"]);
  }

  /** Close replicas that were not heard of for too long. */
  #dropSilent(): void {
    const { clock, config, log } = this.#parts;
    const timeoutMs = config.values.replTimeout * 1000;
    for (const session of [...this.#sessions]) {
      if (session.phase !== "online" || session.old) continue;
      if (clock.ms - session.ackMs <= timeoutMs) continue;
      log.warning(`Disconnecting timedout replica (streaming sync): ${session.name}`);
      session.close();
    }
  }

  /** Drop the backlog when there were no replicas for long enough. */
  #freeBacklog(): void {
    const { clock, config, log } = this.#parts;
    const replication = this.#replication;
    const seconds = config.values.replBacklogTtl;
    if (this.count > 0 || seconds === 0 || !replication.backlogActive || replication.isReplica) {
      return;
    }
    if (clock.ms - this.idleSinceMs <= seconds * 1000) return;
    replication.releaseBacklog();
    log.notice(
      fromText(`Replication backlog freed after ${seconds} seconds without connected replicas.`),
    );
  }
}
