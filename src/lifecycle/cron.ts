/**
 * The server's regular work: rates, expiry, idle clients, output limits.
 *
 * @module
 */

import type { Clock, Timer } from "../clock/clock.ts";
import type { Services } from "../commands/services.ts";
import { clientLine } from "../session/client_info.ts";
import { expireStep } from "../keyspace/active_expire.ts";
import { expireFieldsStep } from "../keyspace/field_expire.ts";
import type { Connection } from "../net/connection.ts";

/** Longest time that one step of active expiry takes, in milliseconds. */
const EXPIRE_BUDGET_MS = 2;
/** Pause between two steps of active expiry while more is due: clients get their turn. */
const EXPIRE_GAP_MS = 1;

/** The parts that have regular work. */
type Needs = Pick<
  Services,
  | "blocking"
  | "clock"
  | "config"
  | "gates"
  | "keyspace"
  | "loading"
  | "log"
  | "memory"
  | "pause"
  | "persistence"
  | "replication"
  | "stats"
  | "switches"
>;

/** Runs the regular work until it is stopped. */
export class Cron {
  readonly #parts: Needs;
  readonly #clock: Clock;
  readonly #connections: Iterable<Connection>;
  #tick: Timer | null = null;
  #expiry: Timer | null = null;
  #hz = 0;
  /** Turns since the work that is done once a second. */
  #turns = 0;

  constructor(parts: Needs, connections: Iterable<Connection>) {
    this.#parts = parts;
    this.#clock = parts.clock;
    this.#connections = connections;
  }

  /** Begin. */
  start(): void {
    this.#hz = this.#parts.config.values.hz;
    this.#tick = this.#clock.every(1000 / this.#hz, () => this.#run());
  }

  /** End. */
  stop(): void {
    this.#tick?.cancel();
    this.#expiry?.cancel();
    this.#tick = null;
    this.#expiry = null;
  }

  #run(): void {
    const { stats, config } = this.#parts;
    this.#clock.tick();
    const now = this.#clock.monotonic();
    stats.opsRate.sample(stats.commandsProcessed, now);
    stats.inputRate.sample(stats.inputBytes, now);
    stats.outputRate.sample(stats.outputBytes, now);
    stats.replicationInputRate.sample(stats.replicationInputBytes, now);
    stats.replicationOutputRate.sample(stats.replicationOutputBytes, now);
    stats.readRate.sample(stats.readsProcessed, now);
    // A slow script runs: nothing may change in its midst, and no snapshot may show it.
    if (this.#parts.gates.isRaised("busy")) return;
    this.#parts.replication.failover.tick();
    this.#parts.memory.tick();
    this.#parts.persistence.tick();
    if (this.#expiry === null) this.#expire();
    if (++this.#turns >= this.#hz) {
      this.#turns = 0;
      this.#parts.replication.tick();
    }
    this.#checkClients();
    if (config.values.hz !== this.#hz) {
      this.#tick?.cancel();
      this.start();
    }
  }

  #expire(): void {
    const { switches, blocking, pause, loading, replication, stats } = this.#parts;
    this.#expiry = null;
    if (!switches.activeExpire || pause.stopsWrites || loading.active) return;
    if (this.#parts.gates.isRaised("busy")) return;
    // A replica waits until its primary says that a key is gone.
    if (replication.isReplica) return replication.ownExpiries.step(EXPIRE_BUDGET_MS);
    const started = this.#clock.monotonic();
    const keysDone = expireStep(this.#parts.keyspace, EXPIRE_BUDGET_MS);
    const fieldsDone = expireFieldsStep(this.#parts.keyspace, EXPIRE_BUDGET_MS);
    stats.activeExpireCycleMs += this.#clock.monotonic() - started;
    // A client may wait for a stream to go.
    if (blocking.hasReady) blocking.serve();
    if (keysDone && fieldsDone) return;
    stats.expiredTimeCapReached++;
    this.#expiry = this.#clock.after(EXPIRE_GAP_MS, () => this.#expire());
  }

  #checkClients(): void {
    const { config, log } = this.#parts;
    const idleMs = config.values.timeout * 1000;
    for (const connection of this.#connections) {
      const { client } = connection;
      // Its last write may not have ended yet.
      if (client.closed) continue;
      if (
        idleMs > 0 && client.blocked === null && client.subscriptions === null &&
        client.replica === null &&
        this.#clock.ms - client.lastInteractionMs > idleMs
      ) {
        log.verbose(`Closing idle client: ${clientLine(client)}`);
        connection.close();
      } else if (connection.outputBytes > 0) {
        connection.checkOutputLimit();
      }
    }
  }
}
