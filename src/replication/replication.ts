/**
 * The state of replication: whether this server is a primary or a replica, and which history its
 * data belongs to.
 *
 * A history has an id of 40 hex digits and grows by the bytes of the replication stream: servers at
 * the same position of the same history have the same data. A replica takes its primary's id. A
 * replica that is promoted begins a history of its own, and remembers the one that it comes from,
 * up to where it left it (`secondId`): the other replicas of the old primary can go on from there
 * without copying all the data.
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
import type { ReplicationNeeds } from "./needs.ts";
import type { SavedPosition } from "../persistence/needs.ts";
import { ErrorReply } from "../resp/reply.ts";
import { Failover } from "./failover.ts";
import { Feed } from "./feed.ts";
import { randomId } from "./id.ts";
import { OwnExpiries } from "./own_expiries.ts";
import { PrimaryLink } from "./primary_link.ts";
import { Replicas } from "./replicas.ts";
import { readSavedPosition } from "./saved_position.ts";
import { ReplicationStream } from "./stream.ts";

/** What this works with. */
type Parts = Pick<
  ReplicationNeeds,
  | "aof"
  | "blocking"
  | "clients"
  | "clock"
  | "config"
  | "executor"
  | "gates"
  | "host"
  | "journal"
  | "keyspace"
  | "libraries"
  | "loading"
  | "log"
  | "observers"
  | "pause"
  | "persistence"
  | "registry"
  | "replication"
  | "stats"
  | "transport"
  | "writeWaits"
>;

export { randomId };

/** The id of no history. */
export const NO_ID = "0".repeat(40);

const READONLY = new ErrorReply("READONLY You can't write against a read only replica.");
const REPLICA_AND_KEYS = new ErrorReply("ERR Replica can't interact with the keyspace");
const NOREPLICAS = new ErrorReply("NOREPLICAS Not enough good replicas to write.");
const MASTERDOWN = new ErrorReply(
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
);

const ROLE_CHANGED =
  "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)";

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

  readonly #parts: Parts;
  #link: PrimaryLink | null = null;
  #endWatch: (() => void) | null = null;
  /** Whether the data was loaded and links may be made. */
  #started = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#installGates();
    this.stream = new ReplicationStream(parts.config.values.replBacklogSize);
    this.replicas = new Replicas(parts, this);
    this.failover = new Failover(parts, this);
    this.feed = new Feed({
      journal: parts.journal,
      stream: this.stream,
      onGrowth: () => this.replicas.streamGrew(),
      onBroken: (error) => this.#streamBroken(error),
    });
  }

  /** The link to the primary; null for a primary. */
  get link(): PrimaryLink | null {
    return this.#link;
  }

  /** Whether this server follows another one. */
  get isReplica(): boolean {
    return this.#link !== null;
  }

  /** Begin the backlog. While this server is a primary, its effects go there. */
  activateBacklog(): void {
    if (!this.backlogActive) {
      this.backlogActive = true;
      // What was written before is not in the backlog: no replica may continue from before this
      // moment.
      if (!this.isReplica) this.renameHistory();
      this.stream.reset(this.stream.end);
    }
    if (!this.isReplica) this.feed.start();
  }

  /** The stream lacks something: nobody may go on from it, here or later. */
  #streamBroken(error: unknown): void {
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    this.#parts.log.warning(
      `Effects could not be put into the replication stream; replicas have to copy all: ${text}`,
    );
    this.stream.reset(this.stream.end);
    this.renameHistory();
    this.replicas.disconnectAll();
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
  loaded(aux: ReadonlyMap<ByteString, ByteString>): void {
    const saved = readSavedPosition(aux, this.#parts.keyspace.databases.length);
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
    this.replicas.idleSinceMs = this.#parts.clock.ms;
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
    const parts = this.#parts;
    const before = this.#link;
    before?.stop();
    if (before === null) {
      if (this.#started) {
        // The data stands where this server's own history does.
        this.canResume = true;
        parts.log.notice(
          "Before turning into a replica, using my own master parameters to synthesize a cached " +
            "master: I may be able to synchronize with the new master with just a partial transfer.",
        );
      }
      this.feed.stop();
    }
    parts.config.assign("replicaof", [host, String(port)]);
    this.#link = new PrimaryLink(parts, this, { host, port });
    this.#roleChanged();
    parts.blocking.failAll(ROLE_CHANGED);
    parts.writeWaits.failAll(ROLE_CHANGED);
    if (this.#started) this.#link.start();
  }

  /** Become a primary and begin a new history; nothing happens to a server that is one. */
  promote(): void {
    if (this.#link === null) return;
    this.#link.stop();
    this.#link = null;
    this.#parts.config.assign("replicaof", ["no", "one"]);
    this.#shiftId();
    this.canResume = false;
    this.ownExpiries.clear();
    // They learn the new id when they come back.
    this.replicas.disconnectAll();
    this.replicas.idleSinceMs = this.#parts.clock.ms;
    this.feed.forgetSelected();
    if (this.backlogActive) this.feed.start();
    this.#roleChanged();
    // A synchronisation that did not come to its end may have turned it off.
    if (this.#parts.config.values.appendonly && !this.#parts.aof.enabled) {
      this.#parts.aof.apply(this.#parts.executor.isNested);
    }
  }

  #shiftId(): void {
    this.secondId = this.id;
    this.secondOffset = this.stream.end + 1;
    this.id = randomId();
    this.#parts.log.notice(
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

  /** Install the gates that depend on replication. */
  #installGates(): void {
    const { gates, config } = this.#parts;
    gates.install("readonly", () => READONLY);
    gates.install(
      "replicas",
      () => this.replicas.good < config.values.minReplicasToWrite ? NOREPLICAS : null,
    );
    gates.install("stale", () => this.#link?.state === "connected" ? null : MASTERDOWN);
    gates.install("replica-client", () => REPLICA_AND_KEYS);
    config.onChange(["replica-read-only", "replica-serve-stale-data"], () => this.refresh());
    config.onChange(["min-replicas-to-write", "min-replicas-max-lag"], () => {
      this.replicas.countGood();
      this.refresh();
    });
  }

  /** The role or the configuration changed: raise the gates that matter now, and lower the others. */
  refresh(): void {
    const { gates, config: { values }, observers } = this.#parts;
    gates.set("readonly", this.isReplica && values.replicaReadOnly);
    gates.set("stale", this.isReplica && !values.replicaServeStaleData);
    gates.set(
      "replicas",
      !this.isReplica && values.minReplicasToWrite > 0 && values.minReplicasMaxLag > 0,
    );
    const writable = this.isReplica && !values.replicaReadOnly;
    if (writable) this.#endWatch ??= observers.add(this.ownExpiries);
    else {
      this.#endWatch?.();
      this.#endWatch = null;
    }
  }

  #roleChanged(): void {
    const { keyspace, log } = this.#parts;
    keyspace.hideExpired("replica", this.isReplica);
    log.role = this.isReplica ? "S" : "M";
    this.refresh();
  }

  /** The regular work, once a second. */
  tick(): void {
    this.#link?.tick();
    this.replicas.tick();
  }
}
