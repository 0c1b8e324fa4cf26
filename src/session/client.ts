/**
 * The state of one client: what it selected, negotiated, queued and waits for.
 *
 * A client has a connection when it came over a socket; scripts, the journal's replay and the
 * in-process interface run commands as clients without one.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Database } from "../keyspace/database.ts";
import { NO_REPLY, type Reply } from "../resp/reply.ts";
import type { ReplicaOptions } from "../replication/replica_options.ts";
import type { ReplicaSession } from "../replication/replica_session.ts";
import type { BlockedState } from "../execution/blocking.ts";
import type { Command } from "../command/command.ts";
import type { Engine } from "../execution/engine.ts";
import type { Subscriptions } from "../pubsub/pubsub.ts";

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
   */
  sendEncoded(encoded: ByteString): void;
  /** Close now; what was not sent is dropped. */
  close(): void;
  /** A command that had postponed the client is through: go on with the requests behind it. */
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

/** A transaction that is being queued. */
export interface Transaction {
  readonly queue: QueuedCommand[];
  /** A command was refused while queuing: EXEC will abort. */
  aborted: boolean;
  /** Bytes of the queued arguments. */
  bytes: number;
  /** Whether a queued command writes. */
  writes: boolean;
  /** Whether a queued command may leave something for replicas (PUBLISH, PFCOUNT). */
  mayReplicate: boolean;
  /** Whether a queued command has to be refused when there is no memory. */
  denyOom: boolean;
}

/** One client. */
export class Client {
  readonly id: number;
  readonly engine: Engine;
  readonly connection: ClientConnection | null;
  readonly createdMs: number;

  db: Database;
  protocol: 2 | 3 = 2;
  name: ByteString = "";
  libraryName: ByteString = "";
  libraryVersion: ByteString = "";
  user: ByteString = "default";
  /** It gave a password, or came when none was asked for. */
  authenticated = false;

  replyMode: ReplyMode = "on";
  /** Close once the replies so far are sent. */
  closeAfterReply = false;
  /** Closed, or about to be: no more of its commands run. */
  closed = false;
  noEvict = false;
  noTouch = false;

  transaction: Transaction | null = null;
  /** Its transaction is running: nothing may block now. */
  inExec = false;
  /** A watched key changed: EXEC will answer null. */
  watchBroken = false;
  /** Number of keys that it watches. */
  watching = 0;
  blocked: BlockedState | null = null;
  /** What it listens to; null when that is nothing. */
  subscriptions: Subscriptions | null = null;

  /** What it has said of itself as a replica, before or while it is one. */
  replicaOptions: ReplicaOptions | null = null;
  /** What it is as a replica of this server; null when it is none. */
  replica: ReplicaSession | null = null;
  /** It is the link to this server's primary. */
  isPrimary = false;

  /** Where the journal stood after the last change that this client made. */
  writePosition = 0;
  /** Where the replication stream stood then. */
  writeOffset = 0;
  lastCommand: Command | null = null;
  /** Unix milliseconds of the last request. */
  lastInteractionMs: number;

  constructor(engine: Engine, id: number, connection: ClientConnection | null) {
    this.engine = engine;
    this.id = id;
    this.connection = connection;
    this.db = engine.keyspace.databases[0];
    this.createdMs = engine.clock.ms;
    this.lastInteractionMs = this.createdMs;
  }

  /** It changed something: the journal and the replication stream stand here behind that. */
  wrote(position: number, offset: number): void {
    this.writePosition = position;
    this.writeOffset = offset;
  }

  /** Whether it has to authenticate before it may do anything. */
  get mustAuthenticate(): boolean {
    return !this.authenticated && this.engine.config.values.requirepass !== "";
  }

  /**
   * Make another database the selected one.
   *
   * @returns false when there is no such database
   */
  select(index: number): boolean {
    const db = this.engine.keyspace.databases[index];
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
