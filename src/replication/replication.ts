/**
 * A server's place in replication: primary or replica, and which history its data belongs to.
 *
 * A history has an id of 40 hex digits and grows by the bytes of the replication stream: a server is
 * known by id and position, and whoever is at the same position of the same history has the same
 * data. A replica takes its primary's id. A replica that is promoted begins a history of its own, and
 * remembers the one that it comes from, up to where it left it (`secondId`): its former fellows can go
 * on from there without copying all the data.
 *
 * The two sides are elsewhere: `replicas.ts` serves the replicas of this server, and
 * `primary_link.ts` follows a primary. A replica does both: it passes on what it receives, byte for
 * byte.
 *
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Client } from "../session/client.ts";
import type { Command } from "../command/command.ts";
import type { Engine } from "../execution/engine.ts";
import { ErrorReply } from "../resp/reply.ts";
import { Failover } from "./failover.ts";
import { Feed } from "./feed.ts";
import { randomId } from "./id.ts";
import { OwnExpiries } from "./own_expiries.ts";
import { PrimaryLink } from "./primary_link.ts";
import { Replicas } from "./replicas.ts";
import { ReplicationStream } from "./stream.ts";

export { randomId };

/** The id of no history. */
export const NO_ID = "0".repeat(40);

const READONLY = new ErrorReply("READONLY You can't write against a read only replica.");
const NOREPLICAS = new ErrorReply("NOREPLICAS Not enough good replicas to write.");
const MASTERDOWN = new ErrorReply(
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
);

const ROLE_CHANGED =
  "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)";

/** Where a file says that its data comes from. */
export interface SavedPosition {
  readonly id: string;
  /** Bytes of the stream that are in the data. */
  readonly position: number;
  /** The database that the stream had selected there. */
  readonly db: number;
}

/** Replication of one server. */
export class Replication {
  readonly stream: ReplicationStream;
  readonly feed: Feed;
  readonly replicas: Replicas;
  readonly failover: Failover;
  /** What this server's own clients let expire, while it is a replica that they may write to. */
  readonly ownExpiries = new OwnExpiries();
  /** 40 hex digits that name the history of this data. */
  id: string = randomId();
  /** The history that this one comes from. */
  secondId: string = NO_ID;
  /** The first byte, counted from 1, that the second history does not share; -1 without one. */
  secondOffset = -1;
  /** Whether there is a backlog: the stream holds what passed. */
  backlogActive = false;
  /** The database that the primary's stream has selected; its next command runs there. */
  linkDb = 0;
  /**
   * Whether `id` and the stream's end say where the data stands, so that a primary may be asked to go
   * on from there.
   */
  canResume = false;
  /** Whether commands need the looks of {@linkcode refusesWrite} and {@linkcode refusesStale}. */
  restricts = false;

  readonly #engine: Engine;
  #link: PrimaryLink | null = null;
  /** Whether the data was loaded and links may be made. */
  #started = false;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.stream = new ReplicationStream(engine.config.values.replBacklogSize);
    this.replicas = new Replicas(engine, this);
    this.failover = new Failover(engine, this);
    this.feed = new Feed(engine.journal, this.stream, () => this.replicas.streamGrew());
  }

  /** The link to the primary; null for a primary. */
  get link(): PrimaryLink | null {
    return this.#link;
  }

  /** Whether this server follows another one. */
  get isReplica(): boolean {
    return this.#link !== null;
  }

  /** Hold what passes from now on. As long as this server is a primary, its effects go there. */
  activateBacklog(): void {
    if (!this.backlogActive) {
      this.backlogActive = true;
      // Nobody knows what was missed: nobody may go on from before this moment.
      if (!this.isReplica) this.renameHistory();
      this.stream.reset(this.stream.end);
    }
    if (!this.isReplica) this.feed.start();
  }

  /** Hold nothing any more. */
  releaseBacklog(): void {
    this.backlogActive = false;
    this.feed.stop();
    this.stream.reset(this.stream.end);
    this.renameHistory();
  }

  /** Take a new id: nobody can go on from what was before. */
  renameHistory(): void {
    this.id = randomId();
    this.secondId = NO_ID;
    this.secondOffset = -1;
  }

  /** The data is loaded: begin to follow the primary that the configuration names. */
  start(): void {
    this.#started = true;
    this.#link?.start();
  }

  /** Whether links go on: the server is past its start, and not ending. */
  get active(): boolean {
    return this.#started;
  }

  /** End all links, for good. */
  stop(): void {
    this.#started = false;
    this.#link?.stop();
    this.replicas.disconnectAll();
  }

  /** Take over where the loaded file says that its data comes from. Before {@linkcode start}. */
  loaded(saved: SavedPosition | null): void {
    if (saved === null) return;
    this.stream.reset(saved.position);
    this.linkDb = saved.db;
    if (this.isReplica) {
      this.id = saved.id;
      this.canResume = true;
    } else {
      // A primary that comes back: its replicas may go on where they were.
      this.secondId = saved.id;
      this.secondOffset = saved.position + 1;
      this.backlogActive = true;
      this.feed.start();
    }
    this.replicas.idleSinceMs = this.#engine.clock.ms;
  }

  /** What a file that is saved now should say; null when nobody can go on from it. */
  get savedPosition(): SavedPosition | null {
    const { id, stream, feed } = this;
    if (this.isReplica) {
      return this.canResume ? { id, position: stream.end, db: this.linkDb } : null;
    }
    if (!this.backlogActive) return null;
    return { id, position: stream.end, db: Math.max(0, feed.selectedDb) };
  }

  /** Follow a primary, another one than before or the first. */
  follow(host: ByteString, port: number): void {
    const engine = this.#engine;
    const before = this.#link;
    before?.stop();
    if (before === null) {
      if (this.#started) {
        // The data stands where this server's own history does.
        this.canResume = true;
        engine.log.notice(
          "Before turning into a replica, using my own master parameters to synthesize a cached " +
            "master: I may be able to synchronize with the new master with just a partial transfer.",
        );
      }
      this.feed.stop();
    }
    engine.config.assign("replicaof", [host, String(port)]);
    this.#link = new PrimaryLink(engine, this, { host, port });
    this.#roleChanged();
    engine.blocking.failAll(ROLE_CHANGED);
    engine.writeWaits.failAll(ROLE_CHANGED);
    if (this.#started) this.#link.start();
  }

  /** Be a primary: begin a history of one's own. Nothing happens to one that is. */
  promote(): void {
    if (this.#link === null) return;
    this.#link.stop();
    this.#link = null;
    this.#engine.config.assign("replicaof", ["no", "one"]);
    this.#shiftId();
    this.canResume = false;
    this.ownExpiries.clear();
    // They learn the new id when they come back.
    this.replicas.disconnectAll();
    this.replicas.idleSinceMs = this.#engine.clock.ms;
    this.feed.forgetSelected();
    if (this.backlogActive) this.feed.start();
    this.#roleChanged();
    // A synchronisation that did not come to its end may have turned it off.
    if (this.#engine.config.values.appendonly && !this.#engine.aof.enabled) {
      this.#engine.aof.apply(this.#engine.depth > 1);
    }
  }

  #shiftId(): void {
    this.secondId = this.id;
    this.secondOffset = this.stream.end + 1;
    this.id = randomId();
    this.#engine.log.notice(
      `Setting secondary replication ID to ${this.secondId}, valid up to offset: ` +
        `${this.secondOffset}. New replication ID is ${this.id}`,
    );
  }

  /** As a replica: all data was copied from the primary and stands at this position. */
  copied(id: string, position: number): void {
    this.id = id;
    this.secondId = NO_ID;
    this.secondOffset = -1;
    this.stream.reset(position);
    this.backlogActive = true;
    this.canResume = true;
  }

  /** As a replica: the primary goes on from where the data stands, maybe under another id. */
  continued(id: string): void {
    this.backlogActive = true;
    if (id === this.id) return;
    this.secondId = this.id;
    this.secondOffset = this.stream.end + 1;
    this.id = id;
    this.replicas.disconnectAll();
  }

  /** The configuration or the replicas changed: see which looks commands need. */
  refresh(): void {
    const { values } = this.#engine.config;
    this.restricts = this.isReplica || this.replicas.count > 0 ||
      (values.minReplicasToWrite > 0 && values.minReplicasMaxLag > 0);
  }

  #roleChanged(): void {
    const { keyspace, pause, log } = this.#engine;
    keyspace.hidesExpired = this.isReplica || pause.stopsWrites;
    log.role = this.isReplica ? "S" : "M";
    this.refresh();
  }

  /** @returns the error for a command that may not write here and now, or null */
  refusesWrite(client: Client, command: Command): ErrorReply | null {
    const { values } = this.#engine.config;
    const writes = command.isWrite ||
      (command.name === "exec" && client.transaction !== null && client.transaction.writes);
    if (!writes) return null;
    if (this.isReplica) return values.replicaReadOnly ? READONLY : null;
    const { minReplicasToWrite, minReplicasMaxLag } = values;
    if (
      minReplicasToWrite > 0 && minReplicasMaxLag > 0 && this.replicas.good < minReplicasToWrite
    ) {
      return NOREPLICAS;
    }
    return null;
  }

  /** @returns the error for a command that would answer from data that may be old, or null */
  refusesStale({ transaction }: Client, command: Command): ErrorReply | null {
    const link = this.#link;
    if (
      link === null || link.state === "connected" ||
      this.#engine.config.values.replicaServeStaleData
    ) {
      return null;
    }
    const fine = command.allowStale && (command.name !== "exec" || transaction === null ||
      transaction.queue.every((queued) => queued.command.allowStale));
    return fine ? null : MASTERDOWN;
  }

  /** The regular work, once a second. */
  tick(): void {
    this.#link?.tick();
    this.replicas.tick();
  }
}
