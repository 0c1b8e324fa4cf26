/**
 * FAILOVER: a primary and one of its replicas exchange their roles without losing a write.
 *
 * Writes pause until the replica has acknowledged all there is; then this server becomes a replica of
 * it, and asks it within the handshake (`PSYNC … FAILOVER`) to be the primary. If the replica refuses,
 * this server is a primary again. The pause ends when one of the two is certain.
 *
 * Source: https://redis.io/docs/latest/commands/failover/
 *
 * @module
 */

import { type ByteString, toText } from "../bytes/bytes.ts";
import type { ReplicationNeeds } from "./needs.ts";
import { RedisError } from "../resp/reply.ts";
import type { ReplicaSession } from "./replica_session.ts";
import type { Replication } from "./replication.ts";

/** What this works with. */
type Parts = Pick<ReplicationNeeds, "clock" | "log" | "pause">;

/** Where a failover stands, as INFO names it. */
export type FailoverState = "no-failover" | "waiting-for-sync" | "failover-in-progress";

/** What FAILOVER was asked for. */
export interface FailoverRequest {
  /** The replica that is to be the primary; the first that has caught up when absent. */
  readonly target?: { readonly host: ByteString; readonly port: number };
  /** Milliseconds to wait for it to catch up; for ever when absent. */
  readonly timeoutMs?: number;
  /** Go on with it when the time is up, though it has not caught up. */
  readonly force: boolean;
}

/** The failover of one server. */
export class Failover {
  readonly #parts: Parts;
  readonly #replication: Replication;
  #state: FailoverState = "no-failover";
  #request: FailoverRequest = { force: false };
  /** Unix milliseconds at which waiting ends. */
  #deadlineMs = Infinity;

  constructor(parts: Parts, replication: Replication) {
    this.#parts = parts;
    this.#replication = replication;
  }

  /** Where it stands. */
  get state(): FailoverState {
    return this.#state;
  }

  /** Whether the handshake with the next primary has to ask it to be one. */
  get inProgress(): boolean {
    return this.#state === "failover-in-progress";
  }

  /** Begin. @throws RedisError when that cannot be */
  start(request: FailoverRequest): void {
    const { replicas, isReplica } = this.#replication;
    const { log, clock, pause } = this.#parts;
    const { target, timeoutMs, force } = request;
    if (this.#state !== "no-failover") throw new RedisError("ERR FAILOVER already in progress.");
    if (isReplica) {
      throw new RedisError("ERR FAILOVER is not valid when server is a replica.");
    }
    if (replicas.count === 0) throw new RedisError("ERR FAILOVER requires connected replicas.");
    if (force && (timeoutMs === undefined || target === undefined)) {
      throw new RedisError(
        "ERR FAILOVER with force option requires both a timeout and target HOST and IP.",
      );
    }
    if (target !== undefined) {
      const session = this.#find(target);
      if (session === undefined) {
        throw new RedisError("ERR FAILOVER target HOST and PORT is not a replica.");
      }
      if (session.state !== "online") {
        throw new RedisError("ERR FAILOVER target replica is not online.");
      }
      log.notice(`FAILOVER requested to ${toText(target.host)}:${target.port}.`);
    } else {
      log.notice("FAILOVER requested.");
    }
    this.#request = request;
    this.#deadlineMs = timeoutMs === undefined ? Infinity : clock.ms + timeoutMs;
    this.#state = "waiting-for-sync";
    pause.startFailover();
    replicas.askPositions();
  }

  /** Give it up, because the user says so. @throws RedisError when there is none */
  abort(): void {
    if (this.#state === "no-failover") throw new RedisError("ERR No failover in progress.");
    this.fail("Failover manually aborted");
  }

  /** Give it up. */
  fail(reason: string): void {
    if (this.#state === "no-failover") return;
    this.#parts.log.notice(`Aborting failover: ${reason}`);
    const begun = this.inProgress;
    this.#end();
    if (begun) this.#replication.promote();
  }

  /** The other server is the primary now. */
  succeeded(): void {
    if (this.inProgress) this.#end();
  }

  #end(): void {
    this.#state = "no-failover";
    this.#parts.pause.endFailover();
  }

  /** Look whether the replica has caught up, or the time is up. Called often while one waits. */
  tick(): void {
    if (this.#state !== "waiting-for-sync") return;
    const { clock } = this.#parts;
    const { target, force } = this.#request;
    if (clock.ms >= this.#deadlineMs) {
      if (!force || target === undefined) {
        return this.fail("Replica never caught up before timeout");
      }
      this.#parts.log.notice(
        `Failover to ${toText(target.host)}:${target.port} time out exceeded, failing over.`,
      );
      return this.#handOver(target);
    }
    const session = this.#caughtUp();
    if (session === undefined) return;
    this.#parts.log.notice(
      `Failover target ${toText(session.address)}:${session.port} is synced, failing over.`,
    );
    this.#handOver({ host: session.address, port: session.port });
  }

  #caughtUp(): ReplicaSession | undefined {
    const { replicas, stream } = this.#replication;
    const { target } = this.#request;
    const isCurrent = (session: ReplicaSession) =>
      session.state === "online" && session.ackPosition === stream.end;
    if (target === undefined) return [...replicas.sessions].find(isCurrent);
    const session = this.#find(target);
    return session !== undefined && isCurrent(session) ? session : undefined;
  }

  #find({ host, port }: { host: ByteString; port: number }): ReplicaSession | undefined {
    return [...this.#replication.replicas.sessions].find((session) =>
      session.address === host && session.port === port
    );
  }

  #handOver({ host, port }: { host: ByteString; port: number }): void {
    this.#state = "failover-in-progress";
    this.#replication.follow(host, port);
  }
}
