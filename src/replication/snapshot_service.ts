/**
 * Snapshots for replicas that need all data: when one begins, how it gets to them, and who shares it.
 *
 * Replicas that arrive together share one snapshot: those that come while it waits to begin, and with
 * a file between also those that come while it is made, as long as the stream still holds what came
 * since. Without a file (the default) the beginning waits a little for more of them to arrive.
 *
 * There is one snapshot at a time: those for replicas wait for a save in the background or a
 * rewrite of the append-only file to end.
 *
 * @module
 */

import type { Timer } from "../clock/clock.ts";
import type { ReplicationNeeds } from "./needs.ts";
import type { WriteVersion } from "../rdb/encode/value.ts";
import { FileTransfer } from "./file_transfer.ts";
import type { ReplicaSession } from "./replica_session.ts";
import type { Replication } from "./replication.ts";
import { SocketTransfer } from "./socket_transfer.ts";

/** What this works with. */
type Parts = Pick<
  ReplicationNeeds,
  "clock" | "config" | "keyspace" | "loading" | "log" | "persistence" | "stats"
>;

/** The snapshots of one server that its replicas get. */
export class SnapshotService {
  readonly #parts: Parts;
  readonly #replication: Replication;
  /** Those whose snapshot has not begun. */
  readonly #waiting = new Set<ReplicaSession>();
  /** Those whose snapshot is being saved. */
  readonly #saving = new Set<ReplicaSession>();
  #transfer: SocketTransfer | null = null;
  #timer: Timer | null = null;
  /** Whether the file was written for replicas. */
  #wroteFile = false;

  constructor(parts: Parts, replication: Replication) {
    this.#parts = parts;
    this.#replication = replication;
  }

  /** Whether a snapshot is on its way to replicas without a file between. */
  get transferring(): boolean {
    return this.#transfer !== null;
  }

  /** A replica needs all data. */
  add(session: ReplicaSession): void {
    const { log, persistence } = this.#parts;
    this.#waiting.add(session);
    if (persistence.background !== null) {
      if (this.#attach(session)) log.notice("Waiting for end of BGSAVE for SYNC");
      else {
        log.notice(
          "Can't attach the replica to the current BGSAVE. Waiting for next BGSAVE for SYNC",
        );
      }
    } else if (this.#transfer !== null) {
      log.notice("Current BGSAVE has socket target. Waiting for next BGSAVE for SYNC");
    } else if (this.#delayMs(session) > 0) {
      log.notice("Delay next BGSAVE for diskless SYNC");
      this.startDue();
    } else if (this.#busy) {
      log.notice(
        "No BGSAVE in progress, but another BG operation is active. BGSAVE for replication delayed",
      );
    } else this.startDue();
  }

  /** Let a replica share the save that goes on. @returns whether it can */
  #attach(session: ReplicaSession): boolean {
    const saving = this.#parts.persistence.backgroundPosition;
    if (saving === null || session.options.filters) return false;
    if (saving.version > session.options.rdbVersion) return false;
    if (!this.#hold(session, saving.position)) return false;
    this.#saving.add(session);
    return true;
  }

  /** Whether its snapshot is sent without a file if all who share it can take it so. */
  #diskless({ options }: ReplicaSession): boolean {
    return options.eof && (this.#parts.config.values.replDisklessSync || options.filters);
  }

  /** Milliseconds that its snapshot waits for more replicas. */
  #delayMs(session: ReplicaSession): number {
    const { replDisklessSync, replDisklessSyncDelay } = this.#parts.config.values;
    return replDisklessSync && session.options.eof ? replDisklessSyncDelay * 1000 : 0;
  }

  get #busy(): boolean {
    const { keyspace, loading, persistence } = this.#parts;
    return keyspace.snapshot !== null || loading.active || persistence.background !== null;
  }

  /** Begin a snapshot if one is due and can be. */
  startDue(): void {
    const [first] = this.#waiting;
    if (first === undefined || this.#busy || this.#transfer !== null) return;
    const group = [...this.#waiting].filter(({ options }) => options.wantsSame(first.options));
    const wait = this.#untilDue(group);
    this.#timer?.cancel();
    this.#timer = null;
    if (wait > 0) {
      this.#timer = this.#parts.clock.after(wait, () => {
        this.#parts.clock.tick();
        this.startDue();
      });
      return;
    }
    const diskless = group.every((session) => this.#diskless(session));
    const target = diskless ? "replicas sockets" : "disk";
    this.#parts.log.notice(`Starting BGSAVE for SYNC with target: ${target}`);
    if (diskless) this.#startTransfer(group);
    else this.#startSave(group);
  }

  /** Milliseconds until a group's snapshot should begin. */
  #untilDue(group: readonly ReplicaSession[]): number {
    const { config: { values }, clock } = this.#parts;
    const most = values.replDisklessSyncMaxReplicas;
    if (most > 0 && group.length >= most) return 0;
    let least = Infinity;
    for (const session of group) {
      const due = session.askedMs + this.#delayMs(session) - clock.ms;
      if (due < least) least = due;
    }
    return least;
  }

  /** The newest version that all of a group read, and that is wanted. */
  #version(group: readonly ReplicaSession[]): WriteVersion {
    let version = this.#parts.config.values.rdbVersion as WriteVersion;
    for (const { options } of group) {
      if (options.rdbVersion < version) version = options.rdbVersion;
    }
    return version;
  }

  /**
   * The snapshot of this replica stands at `position` of the stream: say so, and let it go on behind
   * that later.
   *
   * @returns false when the stream does not hold what is behind that any more
   */
  #hold(session: ReplicaSession, position: number): boolean {
    const { id, stream } = this.#replication;
    const reader = stream.reader(position);
    if (reader === null) return false;
    this.#waiting.delete(session);
    session.phase = "saving";
    session.progressMs = this.#parts.clock.ms;
    session.hold(reader);
    if (!session.old) session.say(`+FULLRESYNC ${id} ${position}\r\n`);
    return true;
  }

  #startTransfer(group: readonly ReplicaSession[]): void {
    const { persistence, config, log, stats } = this.#parts;
    const { feed, stream } = this.#replication;
    const { withoutData, withoutFunctions } = group[0].options;
    feed.forgetSelected();
    for (const session of group) this.#hold(session, stream.end);
    const save = persistence.replicationOptions({ version: this.#version(group) });
    this.#transfer = new SocketTransfer({
      save: withoutFunctions ? { ...save, functions: [] } : save,
      data: !withoutData,
      sessions: group,
      keyDelayMs: () => Math.max(0, config.values.rdbKeySaveDelay / 1000),
      activity: () => stats.commandsProcessed,
      onEnd: (sessions, error) => {
        this.#transfer = null;
        if (error === null) this.#transferred(sessions);
        else this.#notTransferred(sessions, error);
        this.startDue();
      },
    });
    log.notice(`Background RDB transfer started by pid ${Deno.pid}`);
  }

  #transferred(sessions: readonly ReplicaSession[]): void {
    const { log } = this.#parts;
    log.notice(
      `Diskless rdb transfer, done reading from pipe, ${sessions.length} replicas still up.`,
    );
    log.notice("Background RDB transfer terminated with success");
    for (const session of sessions) {
      log.notice(
        `Streamed RDB transfer with replica ${session.name} succeeded (socket). Waiting for ` +
          "REPLCONF ACK from slave to enable streaming",
      );
      // Until it has found the mark, it could take what comes behind for a part of the snapshot: so it
      // has to say something first.
      this.#online(session);
    }
  }

  #notTransferred(sessions: readonly ReplicaSession[], error: unknown): void {
    const { log } = this.#parts;
    log.warning(error instanceof Error ? error.stack ?? error.message : String(error));
    log.warning("Background transfer error");
    for (const session of sessions) session.close();
  }

  #startSave(group: readonly ReplicaSession[]): void {
    const { persistence } = this.#parts;
    this.#wroteFile = true;
    persistence.startBackground({ version: this.#version(group) });
    for (const session of group) {
      this.#hold(session, this.#replication.stream.end);
      this.#saving.add(session);
    }
  }

  /** A save in the background is over; it has written the file at `path`, or (null) it has not. */
  saved(path: string | null): void {
    const sessions = [...this.#saving];
    this.#saving.clear();
    for (const session of sessions) {
      if (path === null) {
        this.#parts.log.warning("SYNC failed. BGSAVE child returned an error");
        session.close();
      } else this.#send(session, path);
    }
    // Not at once: the code that cancelled the save may be about to save, or to stop.
    this.#parts.clock.after(0, () => this.startDue());
  }

  #send(session: ReplicaSession, path: string): void {
    const { log } = this.#parts;
    const failed = (error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      log.warning(`SYNC failed. Can't open/stat DB after BGSAVE: ${reason}`);
      session.close();
    };
    session.phase = "sending";
    session.progressMs = this.#parts.clock.ms;
    try {
      new FileTransfer(session, path, (error) => {
        if (error !== null) return failed(error);
        this.#online(session);
        session.stream();
      });
    } catch (error) {
      failed(error);
    }
  }

  #online(session: ReplicaSession): void {
    const { log } = this.#parts;
    if (session.options.rdbOnly) {
      log.notice(
        `RDB transfer completed, rdb only replica (${session.name}) should be disconnected asap`,
      );
      session.close();
      return;
    }
    session.goOnline();
    this.#replication.replicas.countGood();
    log.notice(`Synchronization with replica ${session.name} succeeded`);
  }

  /** A replica is gone. */
  remove(session: ReplicaSession): void {
    this.#waiting.delete(session);
    this.#saving.delete(session);
    this.#transfer?.remove(session);
  }

  /** The regular work, once a second. */
  tick(): void {
    for (const session of this.#waiting) session.keepAlive();
    for (const session of this.#saving) session.keepAlive();
    this.#dropStalled();
    this.startDue();
    this.#removeFile();
  }

  /** Close replicas that have taken nothing of a snapshot for too long. */
  #dropStalled(): void {
    const { clock, config, log } = this.#parts;
    const timeoutMs = config.values.replTimeout * 1000;
    for (const session of [...this.#replication.replicas.sessions]) {
      const receiving = session.phase === "sending" || this.#transfer?.sessions.has(session);
      if (!receiving || session.queued === 0) continue;
      if (clock.ms - session.progressMs <= timeoutMs) continue;
      log.warning(`Disconnecting timedout replica (full sync): ${session.name}`);
      session.close();
    }
  }

  /** Remove the file that only replicas needed, where that is wanted. */
  #removeFile(): void {
    const { config, log, persistence } = this.#parts;
    const { values } = config;
    if (!this.#wroteFile || !values.rdbDelSyncFiles) return;
    if (values.appendonly || persistence.hasSavePoints) {
      this.#wroteFile = false;
      return;
    }
    for (const { phase } of this.#replication.replicas.sessions) if (phase !== "online") return;
    this.#wroteFile = false;
    log.notice(
      `Removing the RDB file ${values.dbfilename} used to feed replicas in a persistence-less ` +
        "instance",
    );
    try {
      Deno.removeSync(config.path(values.dbfilename));
    } catch {
      // Somebody has removed it before.
    }
  }
}
