/**
 * One replica of this server: where it stands, and what its connection sends next.
 *
 * A replica first gets what is put into its queue: the answer to its request, and a snapshot. Then it
 * reads the stream from the place that belongs to the snapshot, at its own pace. The place is taken
 * when the snapshot is, so that the stream holds what comes behind it.
 *
 * @module
 */

import { type ByteString, toBytes } from "../bytes/bytes.ts";
import { hostOf, joinAddress } from "../bytes/address.ts";
import type { Client, OutputSource, ReplicaRole } from "../session/client.ts";
import type { Reply } from "../resp/reply.ts";
import type { ReplicaOptions } from "../session/replica_options.ts";
import type { StreamReader } from "./stream.ts";

/**
 * How far a replica is. `waiting`: for a snapshot to begin; `saving`: its snapshot is being made (and
 * sent, without a file between); `sending`: a snapshot's file is being sent; `online`: it has all.
 */
export type ReplicaPhase = "waiting" | "saving" | "sending" | "online";

/** A replica's state as INFO shows it. */
export type ReplicaState = "wait_bgsave" | "send_bulk" | "online";

/** Whom a session tells. */
export interface SessionOwner {
  /** Its connection is gone. */
  sessionClosed(session: ReplicaSession): void;
  /** A reply to it, or (null) a pushed message, was about to be sent: a replica gets neither. */
  sessionAnswered(session: ReplicaSession, reply: Reply | null): void;
}

const NOTHING = new Uint8Array(0);
const LINE_FEED = new Uint8Array([10]);

/** A replica as its primary sees it. */
export class ReplicaSession implements OutputSource, ReplicaRole {
  readonly client: Client;
  readonly options: ReplicaOptions;
  /** It asked with SYNC, the older command: it never says how far it is. */
  readonly old: boolean;
  phase: ReplicaPhase = "waiting";
  /** Position up to which it has the stream, as it said last. */
  ackPosition = 0;
  /** Position up to which it has the stream on its disk. */
  aofPosition = 0;
  /** Unix milliseconds of when it said so, or of when it came online. */
  ackMs = 0;
  /** Unix milliseconds of when it asked for the data. */
  readonly askedMs: number;
  /** Unix milliseconds of when it took something of a snapshot. */
  progressMs: number;
  /** Called when all that was queued is sent, or never will be. */
  onDrained: (() => void) | null = null;

  readonly #owner: SessionOwner;
  /** What goes out before the stream. */
  #queue: Uint8Array[] = [];
  #queued = 0;
  /** Bytes of the first piece that are sent. */
  #sent = 0;
  #reader: StreamReader | null = null;
  #streaming = false;

  constructor(client: Client, owner: SessionOwner, options: ReplicaOptions, old: boolean) {
    this.client = client;
    this.#owner = owner;
    this.options = options;
    this.old = old;
    this.askedMs = client.clock.ms;
    this.progressMs = this.askedMs;
  }

  /** Its state as INFO shows it. */
  get state(): ReplicaState {
    if (this.phase === "online") return "online";
    return this.phase === "sending" ? "send_bulk" : "wait_bgsave";
  }

  /** The address that it is known by. */
  get address(): ByteString {
    return peerAddress(this.client, this.options);
  }

  /** The port that it says it listens on; 0 when it does not. */
  get port(): number {
    return this.options.port;
  }

  /** How the log names it. */
  get name(): ByteString {
    return replicaName(this.client, this.options);
  }

  /** Seconds since it was heard of; 0 unless it is online. */
  get lag(): number {
    if (this.phase !== "online") return 0;
    return Math.max(0, Math.floor((this.client.clock.ms - this.ackMs) / 1000));
  }

  /** Whether commands go out to it. */
  get streaming(): boolean {
    return this.#streaming;
  }

  /** Bytes that are queued and not sent. */
  get queued(): number {
    return this.#queued;
  }

  /** Bytes of the stream that it has not taken: this server's memory keeps them for it. */
  get pending(): number {
    return this.#reader?.pending ?? 0;
  }

  /** Send text. */
  say(text: ByteString): void {
    this.push(toBytes(text));
  }

  /** Send bytes, which must stay as they are. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.client.closed) return;
    this.#queue.push(bytes);
    this.#queued += bytes.length;
    this.client.connection?.sourceGrew();
  }

  /** Show a peer that waits for a snapshot that this server is alive. */
  keepAlive(): void {
    if (this.#queued === 0) this.push(LINE_FEED);
  }

  /** The stream goes on from there, once {@linkcode ReplicaSession.goOnline} says so. */
  hold(reader: StreamReader): void {
    this.#reader = reader;
  }

  /** It has all data up to its place in the stream. */
  goOnline(): void {
    this.phase = "online";
    this.onDrained = null;
    this.ackMs = this.client.clock.ms;
  }

  /** Let the stream go out. */
  stream(): void {
    if (this.#streaming || this.#reader === null) return;
    this.#streaming = true;
    this.client.connection?.sourceGrew();
  }

  peek(): Uint8Array {
    if (this.#queued > 0) {
      const first = this.#queue[0];
      return this.#sent === 0 ? first : first.subarray(this.#sent);
    }
    return this.#streaming ? this.#reader!.peek() : NOTHING;
  }

  advance(count: number): void {
    if (this.#queued === 0) {
      this.#reader?.advance(count);
      return;
    }
    this.progressMs = this.client.clock.ms;
    this.#queued -= count;
    this.#sent += count;
    if (this.#sent < this.#queue[0].length) return;
    this.#sent = 0;
    this.#queue.shift();
    if (this.#queued === 0) this.onDrained?.();
  }

  /** A reply was about to be sent to it, or (null) a push. */
  answered(reply: Reply | null): void {
    this.#owner.sessionAnswered(this, reply);
  }

  /** Its connection is gone. */
  closed(): void {
    this.#queue = [];
    this.#queued = 0;
    this.#reader = null;
    this.#streaming = false;
    const waiting = this.onDrained;
    this.onDrained = null;
    waiting?.();
    this.#owner.sessionClosed(this);
  }

  /** Close its connection. */
  close(): void {
    this.client.close();
  }
}

/** The address that a replica is known by, or that a client comes from. */
function peerAddress({ connection }: Client, options: ReplicaOptions | null): ByteString {
  if (options !== null && options.address !== "") return options.address;
  return hostOf(connection?.address ?? "");
}

/** How the log names a replica, or a client that may become one. */
export function replicaName(client: Client, options: ReplicaOptions | null): ByteString {
  if (client.connection === null || client.connection.isUnix) return `client id #${client.id}`;
  const address = peerAddress(client, options);
  const port = options?.port ?? 0;
  if (port === 0) return `${address}:<unknown-replica-port>`;
  return joinAddress(address, port);
}
