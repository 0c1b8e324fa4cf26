/**
 * The replicas of this server.
 *
 * @module
 */

import type { Engine } from "../dispatch/engine.ts";
import type { Replication } from "./replication.ts";

/** The replicas of one server. */
export class Replicas {
  /** Unix milliseconds since which there is no replica. */
  idleSinceMs = 0;
  /** Replicas that are online and heard of within `min-replicas-max-lag`. */
  good = 0;

  constructor(_engine: Engine, _replication: Replication) {}

  /** Number of replicas, in whatever state. */
  get count(): number {
    return 0;
  }

  /** The stream has grown. */
  streamGrew(): void {}

  /** Close all connections to replicas. */
  disconnectAll(): void {}

  /** The regular work, once a second. */
  tick(): void {}
}
