/**
 * Commands that wait until something is over, and then run from their beginning, gates included:
 * they have had no effect yet.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import { NO_REPLY, type Reply } from "../resp/reply.ts";
import type { Client } from "../session/client.ts";
import type { Blocking } from "./blocking.ts";

/** What postponed commands need of the server. */
export interface PostponedNeeds {
  readonly keyspace: Keyspace;
  readonly blocking: Blocking;
  readonly executor: { execute(client: Client, args: ByteString[]): Reply };
}

/** Clients whose commands wait for the same thing. */
export class Postponed {
  readonly #parts: PostponedNeeds;
  readonly #kind: "pause" | "held" | "engine";
  #commands = new Map<Client, ByteString[]>();

  /** @param kind why they wait */
  constructor(parts: PostponedNeeds, kind: "pause" | "held" | "engine") {
    this.#parts = parts;
    this.#kind = kind;
  }

  /** Number of clients that wait. */
  get size(): number {
    return this.#commands.size;
  }

  /** Let a client's command wait. @returns no reply */
  add(client: Client, args: ByteString[]): Reply {
    this.#parts.blocking.postpone(client, this.#kind, args);
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
    const { blocking, executor, keyspace } = this.#parts;
    const commands = this.#commands;
    this.#commands = new Map();
    for (const [client, args] of commands) {
      if (client.closed) continue;
      blocking.release(client);
      const reply = executor.execute(client, args);
      if (reply !== NO_REPLY) client.connection?.send(reply);
      if (client.blocked === null) client.connection?.resume();
    }
    for (const db of keyspace.databases) blocking.allReady(db);
    blocking.serve();
  }
}
