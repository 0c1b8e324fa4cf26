/**
 * The state of one client: what it selected, negotiated, queued and waits for.
 *
 * A client has a connection when it came over a socket; the replay of files and the program around the
 * server run commands as clients without one. What kind of caller it is, `caller.ts` says.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { readsEverything } from "../acl/check.ts";
import type { User } from "../acl/user.ts";
import type { Clock } from "../clock/clock.ts";
import type { Database } from "../keyspace/database.ts";
import { argumentsLength } from "../resp/large_arguments.ts";
import { NO_REPLY, type Reply } from "../resp/reply.ts";
import type { BlockedState } from "./blocked.ts";
import type { Command } from "../command/command.ts";
import { GATE } from "../command/gates.ts";
import { type Caller, PRIMARY } from "./caller.ts";
import type { ReplicaOptions } from "./replica_options.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** A client as a replica of this server, as far as code outside of replication may know it. */
export interface ReplicaRole {
  /** Replies that wait to be sent, in bytes. */
  readonly queued: number;
  /** A command of the replica was answered; null for a push. */
  answered(reply: Reply | null): void;
  /** The connection is gone. */
  closed(): void;
}

/** Where a replica's connection takes its output from. */
export interface OutputSource {
  /** The next bytes to send, which stay as they are until they are sent; empty when there are none. */
  peek(): Uint8Array;
  /** So many of them were sent. */
  advance(count: number): void;
  /** Bytes that wait in this server's memory for the peer to take them, for the output limits. */
  readonly pending: number;
}

/** The socket side of a client, as far as commands may touch it. */
export interface ClientConnection {
  /** `ip:port`, or the path of a Unix socket with `:0`. */
  readonly address: string;
  /** The address on this side, in the same form. */
  readonly localAddress: string;
  /** Whether the peer is on this machine (loopback or a Unix socket). */
  readonly isLocal: boolean;
  /** Whether this is a Unix socket. */
  readonly isUnix: boolean;
  /** A number that is unique among open connections; shown as `fd`. */
  readonly fd: number;
  /** Request bytes that wait for the rest of their command. */
  readonly queryBytes: number;
  /** Size of the buffer that requests are read into. */
  readonly queryCapacity: number;
  /** Reply bytes that were not taken by the peer yet. */
  readonly outputBytes: number;
  /** Whether a write to the peer is under way. */
  readonly isWriting: boolean;
  /** Whether there are replies that are not on their way to the peer yet. */
  readonly hasPendingReplies: boolean;
  /** Send what there is at once (true), or wait a little for more (TCP_NODELAY). */
  setNoDelay(on: boolean): void;
  /**
   * Take output from a source from now on, whenever there are no replies to send (a replica's
   * connection); null for none.
   */
  setSource(source: OutputSource | null): void;
  /** The source has more than before. */
  sourceGrew(): void;
  /** Send a reply out of turn (a push, the answer to a blocked command). */
  send(reply: Reply): void;
  /**
   * Send what is encoded already, a push, whatever CLIENT REPLY says; while a command of this
   * client runs, it goes out behind that command's reply.
   *
   * @param encoded pieces, one behind the other
   */
  sendEncoded(encoded: readonly ByteString[]): void;
  /** Close now; what was not sent is dropped. */
  close(): void;
  /** The client's postponed command has run: go on with the requests after it. */
  resume(): void;
}

/**
 * What CLIENT REPLY says. SKIP goes through two states: its own answer is left out ("skip-next"),
 * then that of the next command ("skip").
 */
export type ReplyMode = "on" | "off" | "skip-next" | "skip";

/** A command queued by MULTI. */
export interface QueuedCommand {
  readonly command: Command;
  readonly args: ByteString[];
}

/** A transaction that runs, and may wait for the work of one of its commands. */
export interface StartedTransaction {
  readonly client: Client;
  readonly exec: Command;
  readonly queue: readonly QueuedCommand[];
  /** Replies of the commands that have run. */
  readonly replies: Reply[];
}

/** A transaction that is being queued. */
export class Transaction {
  readonly queue: QueuedCommand[] = [];
  /** A command was refused while queuing: EXEC will abort. */
  aborted = false;
  /** Bytes of the queued arguments. */
  bytes = 0;
  /** The gates that concern its EXEC for what is queued. */
  gates = 0;

  /** Queue a command. O(arguments) */
  add(command: Command, args: ByteString[]): void {
    this.bytes += argumentsLength(args);
    this.gates |= command.queuedGates;
    this.queue.push({ command, args });
  }
}

/** What a client is made with. */
export interface ClientOptions {
  readonly id: number;
  readonly caller: Caller;
  readonly connection: ClientConnection | null;
  /** The databases that it can select; the first one is selected. */
  readonly databases: readonly Database[];
  readonly clock: Clock;
}

/** One client. */
export class Client {
  readonly id: number;
  readonly connection: ClientConnection | null;
  /** The time as the server knows it. */
  readonly clock: Clock;
  readonly createdMs: number;
  /** What kind of caller it is for the executor; another one while its transaction runs. */
  caller: Caller;
  /** The gates that are up for this client alone. */
  gates = 0;

  db: Database;
  name: ByteString = "";
  libraryName: ByteString = "";
  libraryVersion: ByteString = "";
  replyMode: ReplyMode = "on";
  /** Close once the replies so far are sent. */
  closeAfterReply = false;
  /** Closed, or about to be: no more of its commands run. */
  closed = false;
  noEvict = false;
  noTouch = false;

  /** A watched key changed: EXEC will answer null. */
  watchBroken = false;
  /** Number of keys that it watches. */
  watching = 0;
  /** Why it waits; null while it does not. Set by `Blocking` alone. */
  blocked: BlockedState | null = null;
  /** What handlers get that run for it; see {@linkcode Context}. Set by who makes the client. */
  context: unknown = null;

  /** What it has said of itself as a replica, before or while it is one. */
  replicaOptions: ReplicaOptions | null = null;

  /** Where the journal stood after the last change that this client made. */
  writePosition = 0;
  /** Where the replication stream stood then. */
  writeOffset = 0;
  lastCommand: Command | null = null;
  /** The transaction that runs now. */
  running: Transaction | null = null;
  /** Unix milliseconds of the last request. */
  lastInteractionMs: number;

  readonly #databases: readonly Database[];
  #protocol: 2 | 3 = 2;
  #authenticated = false;
  #user: User | null = null;
  #transaction: Transaction | null = null;
  #subscriptions: Subscriptions | null = null;
  #replica: ReplicaRole | null = null;

  constructor({ id, caller, connection, databases, clock }: ClientOptions) {
    this.id = id;
    this.caller = caller;
    this.connection = connection;
    this.#databases = databases;
    this.db = databases[0];
    this.clock = clock;
    this.createdMs = clock.ms;
    this.lastInteractionMs = clock.ms;
    this.authenticated = false;
  }

  #gate(bit: number, up: boolean): void {
    this.gates = up ? this.gates | bit : this.gates & ~bit;
  }

  /** The version of RESP that it speaks. */
  get protocol(): 2 | 3 {
    return this.#protocol;
  }

  set protocol(version: 2 | 3) {
    this.#protocol = version;
    this.#gate(GATE.subscribed, this.#subscriptions !== null && version === 2);
  }

  /** It gave the password, or connected when there was none. */
  get authenticated(): boolean {
    return this.#authenticated;
  }

  set authenticated(done: boolean) {
    this.#authenticated = done;
    this.#gate(GATE.authentication, !done);
  }

  /** Who it is to access control; null for whoever obeys nobody. */
  get user(): User | null {
    return this.#user;
  }

  set user(user: User | null) {
    this.#user = user;
    this.rightsChanged();
  }

  /** Its user may do more, or less, than before. */
  rightsChanged(): void {
    this.#gate(GATE.acl, this.#user !== null && this.#user.limited);
  }

  /** Whether its user may run a command and read every key besides. */
  readsEverything(command: Command, args: readonly ByteString[]): boolean {
    return this.#user === null || !this.#user.limited ||
      readsEverything(this.#user, command, args);
  }

  /** The transaction that is being queued; null when there is none. */
  get transaction(): Transaction | null {
    return this.#transaction;
  }

  set transaction(transaction: Transaction | null) {
    this.#transaction = transaction;
    this.#gate(GATE.transaction, transaction !== null);
  }

  /** What it listens to; null when that is nothing. */
  get subscriptions(): Subscriptions | null {
    return this.#subscriptions;
  }

  set subscriptions(subscriptions: Subscriptions | null) {
    this.#subscriptions = subscriptions;
    this.#gate(GATE.subscribed, subscriptions !== null && this.#protocol === 2);
  }

  /** What it is as a replica of this server; null when it is none. */
  get replica(): ReplicaRole | null {
    return this.#replica;
  }

  set replica(replica: ReplicaRole | null) {
    this.#replica = replica;
    this.#gate(GATE["replica-client"], replica !== null);
  }

  /** Whether its transaction is running: nothing may block now. */
  get inExec(): boolean {
    return this.caller.inTransaction;
  }

  /** Whether it is the link to this server's primary. */
  get isPrimary(): boolean {
    return this.caller === PRIMARY || this.caller === PRIMARY.queued;
  }

  /** It changed something; the positions of the journal and the replication stream after that. */
  wrote(position: number, offset: number): void {
    this.writePosition = position;
    this.writeOffset = offset;
  }

  /**
   * Make another database the selected one.
   *
   * @returns false when there is no such database
   */
  select(index: number): boolean {
    const db = this.#databases[index];
    if (db === undefined) return false;
    this.db = db;
    return true;
  }

  /** A reply as CLIENT REPLY lets it through, which it also moves on to its next state. */
  filterReply(reply: Reply): Reply {
    switch (this.replyMode) {
      case "on":
        return reply;
      case "off":
        return NO_REPLY;
      case "skip-next":
        this.replyMode = "skip";
        return NO_REPLY;
      case "skip":
        this.replyMode = "on";
        return NO_REPLY;
    }
  }

  /** Close the client's connection; it may be the client that is running a command. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.connection?.close();
  }
}
