/**
 * Clients that wait: for a key to hold something (BLPOP, XREAD BLOCK), or for a pause to end.
 *
 * A blocked command is tried again, as a whole, when a key that it waits for may have become ready;
 * it then either answers or goes on waiting. Clients that wait for the same key are served in the
 * order in which they came. Serving happens after the command (or transaction) that made the key
 * ready has run to its end, and what is served may make further keys ready: the loop goes on until
 * nothing is ready any more, so that chains settle in one step.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Timer } from "../clock/clock.ts";
import type { Database } from "../keyspace/database.ts";
import { ErrorReply, NO_REPLY, type Reply } from "../resp/reply.ts";
import type { Client } from "./client.ts";
import type { Command } from "./command.ts";

/** What a handler asks for when it cannot answer yet. */
export interface BlockRequest {
  /** Keys of the client's database to wait for. */
  readonly keys: readonly ByteString[];
  /** Milliseconds to wait; 0 for ever. */
  readonly timeoutMs: number;
  /**
   * Try again.
   *
   * @returns undefined to go on waiting
   */
  readonly retry: () => Reply | undefined;
  /** The reply when the time is up, or CLIENT UNBLOCK … TIMEOUT came. */
  readonly onTimeout: () => Reply;
  /** Wait for a key to be deleted too (XREADGROUP). */
  readonly wakeOnDelete?: boolean;
}

/** Why a client waits. */
export interface BlockedState {
  readonly kind: "keys" | "pause";
  readonly db: Database;
  readonly request: BlockRequest;
  readonly command: Command | null;
  readonly args: readonly ByteString[];
  readonly timer: Timer | null;
}

/** Runs a retry as the client's command, with all that belongs to running a command. */
export type RunRetry = (state: BlockedState) => Reply | undefined;

/** The blocked clients of a server. */
export class Blocking {
  #waiting = new Map<Database, Map<ByteString, Set<Client>>>();
  #ready = new Map<Database, Set<ByteString>>();
  #serving = false;
  readonly #runRetry: RunRetry;

  /** Number of clients that are blocked on keys. */
  count = 0;
  /** Number of clients whose block has a timeout. */
  withTimeout = 0;

  constructor(runRetry: RunRetry) {
    this.#runRetry = runRetry;
  }

  /** Number of keys that clients are blocked on. */
  get keys(): number {
    let sum = 0;
    for (const keys of this.#waiting.values()) sum += keys.size;
    return sum;
  }

  /** Number of keys whose deletion some client waits for too. */
  get keysOnDelete(): number {
    let sum = 0;
    for (const keys of this.#waiting.values()) {
      for (const clients of keys.values()) {
        for (const client of clients) {
          if (client.blocked?.request.wakeOnDelete) {
            sum++;
            break;
          }
        }
      }
    }
    return sum;
  }

  /**
   * Block a client; its handler returns what this returns.
   *
   * @param args the command that blocked, for those who ask what the client is doing
   */
  block(client: Client, args: readonly ByteString[], request: BlockRequest): Reply {
    const { clock } = client.engine;
    const timer = request.timeoutMs > 0
      ? clock.after(request.timeoutMs, () => this.timeout(client))
      : null;
    client.blocked = {
      kind: "keys",
      db: client.db,
      request,
      command: client.lastCommand,
      args,
      timer,
    };
    this.count++;
    if (timer !== null) this.withTimeout++;
    let keys = this.#waiting.get(client.db);
    if (keys === undefined) this.#waiting.set(client.db, keys = new Map());
    for (const key of request.keys) {
      const clients = keys.get(key);
      if (clients === undefined) keys.set(key, new Set([client]));
      else clients.add(client);
    }
    client.db.blockedKeys = keys.size;
    return NO_REPLY;
  }

  /** A key may have become ready; its clients are served at the next {@linkcode serve}. */
  ready(db: Database, key: ByteString): void {
    if (this.#waiting.get(db)?.has(key) !== true) return;
    const keys = this.#ready.get(db);
    if (keys === undefined) this.#ready.set(db, new Set([key]));
    else keys.add(key);
  }

  /** All keys of a database may have become ready (SWAPDB). */
  allReady(db: Database): void {
    const keys = this.#waiting.get(db);
    if (keys === undefined) return;
    for (const key of keys.keys()) this.ready(db, key);
  }

  /** Whether {@linkcode serve} has something to do. */
  get hasReady(): boolean {
    return this.#ready.size > 0;
  }

  /** Serve the clients of all keys that became ready. */
  serve(): void {
    if (this.#serving) return;
    this.#serving = true;
    try {
      while (this.#ready.size > 0) {
        const ready = this.#ready;
        this.#ready = new Map();
        for (const [db, keys] of ready) {
          for (const key of keys) this.#serveKey(db, key);
        }
      }
    } finally {
      this.#serving = false;
    }
  }

  #serveKey(db: Database, key: ByteString): void {
    const clients = this.#waiting.get(db)?.get(key);
    if (clients === undefined) return;
    for (const client of [...clients]) {
      const state = client.blocked;
      if (state === null || state.db !== db) continue;
      const reply = this.#runRetry(state);
      if (reply !== undefined) this.#release(client, reply);
    }
  }

  /** The client's time is up. */
  timeout(client: Client): void {
    const state = client.blocked;
    if (state !== null) this.#release(client, state.request.onTimeout());
  }

  /** Unblock a client with an error (CLIENT UNBLOCK … ERROR, a role change). */
  fail(client: Client, error: ByteString): void {
    if (client.blocked !== null) this.#release(client, new ErrorReply(error));
  }

  /** Forget a client that is gone. */
  forget(client: Client): void {
    const state = client.blocked;
    if (state === null) return;
    client.blocked = null;
    state.timer?.cancel();
    if (state.kind !== "keys") return;
    this.count--;
    if (state.timer !== null) this.withTimeout--;
    const keys = this.#waiting.get(state.db)!;
    for (const key of state.request.keys) {
      const clients = keys.get(key);
      if (clients?.delete(client) && clients.size === 0) keys.delete(key);
    }
    state.db.blockedKeys = keys.size;
  }

  #release(client: Client, reply: Reply): void {
    this.forget(client);
    client.connection?.send(reply);
    client.connection?.resume();
  }
}
