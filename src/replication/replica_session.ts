/**
 * One replica of this server.
 *
 * @module
 */

/** A replica as its primary sees it. */
export class ReplicaSession {
  /** Its connection is gone. */
  closed(): void {}
}
