/**
 * A server in this process that replicas come to.
 *
 * @module
 */

import type { ReplicaSession } from "../../src/replication/replica_session.ts";
import type { Server } from "../../src/server.ts";
import { LocalServer } from "../server/support.ts";
import type { RawClient } from "../support/raw_client.ts";
import { TempDir } from "../support/temp.ts";

const QUICK = { "repl-diskless-sync-delay": "0", "repl-ping-replica-period": "3600" };

/** A server with a directory of its own. */
export class Primary implements AsyncDisposable {
  readonly server: Server;
  readonly #local: LocalServer;
  readonly #dir: TempDir;

  private constructor(local: LocalServer, dir: TempDir) {
    this.server = local.server;
    this.#local = local;
    this.#dir = dir;
  }

  static async start(directives: Record<string, string> = {}): Promise<Primary> {
    const dir = await TempDir.create();
    return new Primary(await LocalServer.start({ ...QUICK, dir: dir.path, ...directives }), dir);
  }

  get port(): number {
    return this.server.port;
  }

  get log(): string {
    return this.#local.log;
  }

  /** Path of its snapshot. */
  get file(): string {
    return `${this.#dir.path}/none.rdb`;
  }

  connect(): Promise<RawClient> {
    return this.#local.connect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#local[Symbol.asyncDispose]();
    await this.#dir[Symbol.asyncDispose]();
  }
}

/** Its replicas. */
export function sessions(local: Primary): ReplicaSession[] {
  return [...local.server.parts.replication.replicas.sessions];
}
