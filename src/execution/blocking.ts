/**
 * Clients that wait for a key to hold something (BLPOP, XREAD BLOCK) or to be deleted (XREADGROUP).
 *
 * A blocked command is tried again, as a whole, when a key that it waits for may have become ready;
 * it then either answers or goes on waiting. Clients that wait for the same key are served in the
 * order in which they came; several keys in the order in which they became ready. Serving happens
 * after the command (or transaction) that made the key ready has run to its end, and what is served
 * may make further keys ready: the loop goes on until nothing is ready any more, so that chains are
 * served in one step.
 *
 * Keys are reported as ready more often than needed (whenever they are added, replaced or removed).
 * That is cheap: a database that nobody waits in reports nothing, a key that nobody waits for is
 * dropped here, and a client is tried only when the key holds the type it waits for.
 *
 * Source: https://redis.io/docs/latest/commands/blpop/
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { detach } from "../bytes/latin1.ts";
import type { Clock } from "../clock/clock.ts";
import { Deadlines } from "../clock/deadlines.ts";
import type { Blocker, BlockRequest } from "../command/context.ts";
import type { Database } from "../keyspace/database.ts";
import type { KeyspaceListener } from "../keyspace/listeners.ts";
import { ErrorReply, NO_REPLY, type Reply } from "../resp/reply.ts";
import type { BlockedState, BlockKind } from "../session/blocked.ts";
import type { Client } from "../session/client.ts";
import { typeName } from "../values/value.ts";

/** What blocked clients need of the server. */
export interface BlockingNeeds {
  readonly clock: Clock;
  readonly executor: {
    /** Run a retry, with all that belongs to running a command. */
    retry(client: Client, state: BlockedState): Reply | undefined;
    /** Run what is left of a command whose work is done, and of its transaction. */
    finish(client: Client, state: BlockedState): Reply | undefined;
    /** Count a command that ends without a retry: its time is up, or it fails from outside. */
    blockedEnded(state: BlockedState, reply: Reply): void;
  };
}

/** A request that only its owner ends. */
const NOTHING: BlockRequest = {
  keys: [],
  timeoutMs: 0,
  retry: () => undefined,
  onTimeout: () => NO_REPLY,
};

/** The clients that wait for one key. */
class Waiters {
  readonly clients: Set<Client> = new Set();
  /** How many of them wait for its deletion too. */
  onDelete = 0;
  /** It is in the queue of ready keys. */
  ready = false;

  constructor(readonly db: Database, readonly key: ByteString) {}
}

/** The blocked clients of a server. */
export class Blocking implements Blocker, KeyspaceListener {
  readonly #parts: BlockingNeeds;
  readonly #waiting = new Map<Database, Map<ByteString, Waiters>>();
  readonly #deadlines: Deadlines<Client>;
  #ready: Waiters[] = [];
  #serving = false;
  #held = false;
  #count = 0;

  constructor(parts: BlockingNeeds) {
    this.#parts = parts;
    this.#deadlines = new Deadlines(parts.clock, (client) => this.timeout(client));
  }

  /** Number of clients that are blocked on keys. */
  get count(): number {
    return this.#count;
  }

  /** Number of clients whose block has a timeout. */
  get withTimeout(): number {
    return this.#deadlines.size;
  }

  /** Number of keys that clients are blocked on. */
  get keys(): number {
    let sum = 0;
    for (const keys of this.#waiting.values()) sum += keys.size;
    return sum;
  }

  /** Number of keys whose deletion some client waits for too. O(keys). */
  get keysOnDelete(): number {
    let sum = 0;
    for (const keys of this.#waiting.values()) {
      for (const waiters of keys.values()) if (waiters.onDelete > 0) sum++;
    }
    return sum;
  }

  /**
   * Block a client; its handler returns what this returns.
   *
   * @param args the command that blocks
   */
  block(client: Client, args: readonly ByteString[], request: BlockRequest): Reply {
    if (!client.caller.mayBlock) return request.onTimeout();
    const { db } = client;
    client.blocked = {
      ...this.#state(client, "keys", args.map(detach), request),
      deadline: request.timeoutMs > 0 ? this.#deadlines.add(client, request.timeoutMs) : null,
    };
    this.#count++;
    let keys = this.#waiting.get(db);
    if (keys === undefined) this.#waiting.set(db, keys = new Map());
    for (const key of request.keys) {
      let waiters = keys.get(key);
      if (waiters === undefined) {
        waiters = new Waiters(db, detach(key));
        keys.set(waiters.key, waiters);
      }
      if (waiters.clients.has(client)) continue;
      waiters.clients.add(client);
      if (request.wakeOnDelete) waiters.onDelete++;
    }
    db.blockedKeys = keys.size;
    return NO_REPLY;
  }

  #state(
    client: Client,
    kind: BlockKind,
    args: readonly ByteString[],
    request: BlockRequest,
  ): BlockedState {
    const { db, lastCommand: command } = client;
    return { kind, db, request, command, args, deadline: null, micros: 0 };
  }

  /**
   * Let a client wait until it is set free with {@linkcode Blocking.release}; then its command runs
   * anew. O(1)
   */
  postpone(client: Client, kind: "pause" | "held" | "engine", args: readonly ByteString[]): void {
    client.blocked = this.#state(client, kind, args, NOTHING);
  }

  /** Set a client free that was postponed. O(1) */
  release(client: Client): void {
    client.blocked = null;
  }

  /** A key may have become ready; its clients are served at the next {@linkcode serve}. O(1). */
  ready(db: Database, key: ByteString): void {
    const waiters = this.#waiting.get(db)?.get(key);
    if (waiters !== undefined) this.#enqueue(waiters);
  }

  swapped(a: Database, b: Database): void {
    this.allReady(a);
    this.allReady(b);
  }

  allModified(db: Database, replacement: Database | null): void {
    if (replacement === null) this.#allDeleted(db);
  }

  /** All keys of a database may have become ready (SWAPDB). O(keys waited for). */
  allReady(db: Database): void {
    const keys = this.#waiting.get(db);
    if (keys === undefined) return;
    for (const waiters of keys.values()) this.#enqueue(waiters);
  }

  /** All keys of a database are gone (FLUSHDB). O(keys waited for). */
  #allDeleted(db: Database): void {
    const keys = this.#waiting.get(db);
    if (keys === undefined) return;
    for (const waiters of keys.values()) if (waiters.onDelete > 0) this.#enqueue(waiters);
  }

  #enqueue(waiters: Waiters): void {
    if (waiters.ready) return;
    waiters.ready = true;
    this.#ready.push(waiters);
  }

  /** Whether {@linkcode serve} has something to do. */
  get hasReady(): boolean {
    return this.#ready.length > 0;
  }

  /** Serve nobody (while a slow script is in the middle of its work), or go on. */
  hold(held: boolean): void {
    this.#held = held;
  }

  /** Serve the clients of all keys that became ready. */
  serve(): void {
    if (this.#serving || this.#held) return;
    this.#serving = true;
    try {
      while (this.#ready.length > 0) {
        const ready = this.#ready;
        this.#ready = [];
        for (const waiters of ready) {
          waiters.ready = false;
          this.#serveKey(waiters);
        }
      }
    } finally {
      this.#serving = false;
    }
  }

  #serveKey(waiters: Waiters): void {
    const { db, key } = waiters;
    for (const client of waiters.clients) {
      const state = client.blocked!;
      const { type, wakeOnDelete } = state.request;
      // A key past its time is as good as gone, and stays until a command comes upon it.
      const value = db.isPastItsTime(key) ? undefined : db.peek(key);
      if (value === undefined && waiters.onDelete === 0) return;
      const fits = value !== undefined && (type === undefined || type === typeName(value));
      if (!fits && !wakeOnDelete) continue;
      // What made the key ready may have taken long enough for it to expire.
      this.#parts.clock.tick();
      const reply = this.#parts.executor.retry(client, state);
      if (reply !== undefined) this.#answer(client, reply);
    }
  }

  /** The client's time is up. */
  timeout(client: Client): void {
    if (client.blocked?.kind === "keys") this.#end(client, client.blocked.request.onTimeout());
  }

  /** Unblock a client with an error (CLIENT UNBLOCK … ERROR, a role change). */
  fail(client: Client, error: ByteString): void {
    if (client.blocked?.kind === "keys") this.#end(client, new ErrorReply(error));
  }

  /**
   * Unblock all clients with an error, except those that wait for a pause to end, and then close
   * their connections: what they wait for happens on another server now.
   */
  failAll(error: ByteString): void {
    const clients = new Set<Client>();
    for (const keys of this.#waiting.values()) {
      for (const waiters of keys.values()) {
        for (const client of waiters.clients) clients.add(client);
      }
    }
    for (const client of clients) {
      client.closeAfterReply = true;
      this.fail(client, error);
    }
  }

  /**
   * Let a client wait for work that goes on outside of commands. Nothing but the work's end wakes
   * it: neither time nor CLIENT UNBLOCK.
   *
   * @param finish what is left to do of the command when the work is done; {@linkcode finishWork}
   * calls it, even when the client is gone by then
   */
  beginWork(client: Client, args: readonly ByteString[], finish: () => Reply): BlockedState {
    return client.blocked = this.#state(client, "work", args.map(detach), {
      ...NOTHING,
      retry: finish,
    });
  }

  /** The work is done: run what is left of the command, and answer if the client still waits. */
  finishWork(client: Client, state: BlockedState): void {
    const reply = this.#parts.executor.finish(client, state);
    if (client.blocked === state && reply !== undefined) this.#answer(client, reply);
    this.serve();
  }

  /** Forget a client that is gone. */
  forget(client: Client): void {
    this.#unblock(client);
    // With the last client the timer has to go, too.
    this.#deadlines.rest();
  }

  #end(client: Client, reply: Reply): void {
    this.#parts.executor.blockedEnded(client.blocked!, reply);
    this.#answer(client, reply);
  }

  #answer(client: Client, reply: Reply): void {
    this.#unblock(client);
    client.connection?.send(reply);
    client.connection?.resume();
  }

  #unblock(client: Client): void {
    const state = client.blocked;
    if (state === null) return;
    client.blocked = null;
    if (state.kind !== "keys") return;
    this.#count--;
    if (state.deadline !== null) this.#deadlines.remove(state.deadline);
    const keys = this.#waiting.get(state.db)!;
    for (const key of state.request.keys) {
      const waiters = keys.get(key);
      if (!waiters?.clients.delete(client)) continue;
      if (state.request.wakeOnDelete) waiters.onDelete--;
      if (waiters.clients.size === 0) keys.delete(key);
    }
    state.db.blockedKeys = keys.size;
  }
}
