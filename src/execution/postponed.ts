/**
 * Commands that wait until something is over, and then run anew from the beginning of the pipeline:
 * nothing of them has happened yet.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { NO_REPLY, type Reply } from "../resp/reply.ts";
import type { BlockedState } from "./blocking.ts";
import type { Client } from "../session/client.ts";
import type { Engine } from "./engine.ts";

/** Clients whose commands wait for the same thing. */
export class Postponed {
  readonly #engine: Engine;
  readonly #kind: BlockedState["kind"];
  #commands = new Map<Client, ByteString[]>();

  /** @param kind why they wait */
  constructor(engine: Engine, kind: BlockedState["kind"]) {
    this.#engine = engine;
    this.#kind = kind;
  }

  /** Number of clients that wait. */
  get size(): number {
    return this.#commands.size;
  }

  /** Let a client's command wait. @returns no reply */
  add(client: Client, args: ByteString[]): Reply {
    client.blocked = {
      kind: this.#kind,
      db: client.db,
      request: { keys: [], timeoutMs: 0, retry: () => undefined, onTimeout: () => NO_REPLY },
      command: client.lastCommand,
      args,
      deadline: null,
      micros: 0,
    };
    this.#commands.set(client, args);
    return NO_REPLY;
  }

  /** Forget a client that is gone. */
  forget(client: Client): void {
    this.#commands.delete(client);
  }

  /**
   * Run all, in the order in which they came; one that has to wait after all is added again. Then
   * serve blocked clients, who were not served meanwhile.
   */
  run(): void {
    const engine = this.#engine;
    const commands = this.#commands;
    this.#commands = new Map();
    for (const [client, args] of commands) {
      if (client.closed) continue;
      client.blocked = null;
      const reply = engine.execute(client, args);
      if (reply !== NO_REPLY) client.connection?.send(reply);
      if (client.blocked === null) client.connection?.resume();
    }
    for (const db of engine.keyspace.databases) engine.blocking.allReady(db);
    engine.blocking.serve();
  }
}
