/**
 * One connection: requests in, replies out.
 *
 * Reading: `read` into one buffer of the connection's own, and from there through the decoder's
 * `TransformStream`, within which each chunk's commands run in one go; their replies leave in one
 * write. (Piping a `ReadableStream` through it, and reading what comes out, took half as much
 * processor time again for a client that sends one request at a time.)
 *
 * Writing does not hold up reading: while a write is under way, replies gather in the encoder, and
 * go out together when it ends. A peer that sends without reading therefore does not block itself,
 * as with a real server; what it makes us hold is bounded by `client-output-buffer-limit`.
 *
 * A blocked client's connection goes on reading, so that its end is noticed; what arrives waits in
 * the decoder. In the same way a peer that pipelines requests and does not take the answers is held
 * back: while much waits to be sent to it, its further requests wait, which take less memory than
 * their answers. It is not held back when that could be noticed: when there is a limit for its
 * output, which it would never come to, or when it sends so much that it may not read before all is
 * sent.
 *
 * An exception in here costs this one connection, whoever's command it came with.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Acl } from "../acl/acl.ts";
import { joinAddress, plainHost } from "../bytes/address.ts";
import type { Clock } from "../clock/clock.ts";
import type { Config } from "../config/config.ts";
import type { Executor } from "../execution/executor.ts";
import type { Logger } from "../log/logger.ts";
import type { Stats } from "../observe/stats.ts";
import { CLIENT } from "../session/caller.ts";
import type { Client, ClientConnection, OutputSource } from "../session/client.ts";
import type { Clients } from "../session/clients.ts";
import { type RequestBatch, RequestDecoder, type RequestLimits } from "../resp/decoder.ts";
import { RequestDecoderStream } from "../resp/decoder_stream.ts";
import { ReplyEncoder } from "../resp/encoder.ts";
import { ErrorReply, NO_REPLY, type Reply } from "../resp/reply.ts";
import type { OutputLimit } from "../config/special.ts";
import { clientLine } from "../session/client_info.ts";
import type { Address, Duplex } from "../transport/transport.ts";

/** Read buffers begin small, as most connections are idle most of the time. */
const FIRST_READ_SIZE = 4 * 1024;
const LARGEST_READ_SIZE = 64 * 1024;
/** Replies of one chunk's commands are sent in pieces when they get larger than this. */
const FLUSH_AT = 256 * 1024;
/** No more requests are run while more than this waits to be sent, until half of it is sent. */
const HOLD_AT = 32 * 1024 * 1024;
/** They are run nevertheless when more than this of them waits. */
const HOLD_INPUT = 64 * 1024 * 1024;

const INTERNAL_ERROR = new ErrorReply("ERR internal error, see the server's log");

/** What connections need of the server. */
export interface ConnectionNeeds {
  readonly clock: Clock;
  readonly config: Config;
  readonly log: Logger;
  readonly stats: Stats;
  readonly clients: Clients;
  readonly executor: Executor;
  readonly acl: Acl;
  /** Replies may have to wait for what they answer to. */
  readonly aof: { readonly holdsReplies: boolean; whenWritten(call: () => void): void };
}

/** What a connection is made with. */
export interface ConnectionOptions {
  parts: ConnectionNeeds;
  conn: Duplex;
  /** Unique among the open connections. */
  fd: number;
  /** For a Unix socket: its path. */
  unixPath?: string;
}

/** The configuration's limits as they are when the decoder asks. */
class LiveLimits implements RequestLimits {
  readonly #parts: ConnectionNeeds;
  readonly #client: Client;

  constructor(parts: ConnectionNeeds, client: Client) {
    this.#parts = parts;
    this.#client = client;
  }

  get maxBulkLength(): number {
    return this.#parts.config.values.protoMaxBulkLen;
  }

  get maxQueryBuffer(): number {
    return this.#parts.config.values.clientQueryBufferLimit;
  }

  get authenticated(): boolean {
    return !this.#parts.acl.asks(this.#client);
  }
}

/** A client's socket. */
export class Connection implements ClientConnection {
  readonly fd: number;
  readonly address: string;
  readonly localAddress: string;
  readonly isLocal: boolean;
  readonly isUnix: boolean;
  readonly client: Client;

  readonly #parts: ConnectionNeeds;
  readonly #conn: Duplex;
  readonly #encoder = new ReplyEncoder();
  readonly #decoder: RequestDecoder;
  #readBuffer = new Uint8Array(FIRST_READ_SIZE);

  #batch: RequestBatch | null = null;
  /** The bytes that a write is under way for. */
  #writing: Uint8Array | null = null;
  #flushScheduled = false;
  /** Commands of this client are being run, and pushes to it that came meanwhile. */
  #draining = false;
  #pushes: ByteString[] = [];
  /** The peer has ended its side: there will be no more requests. */
  #ended = false;
  /** Requests wait until the peer has taken what there is for it. */
  #heldBack = false;
  /** No more commands are run; the socket closes once the output is out. */
  #closing = false;
  #closed = false;
  #overSoftLimitSince = 0;
  /** Where output comes from when there are no replies to send. */
  #source: OutputSource | null = null;
  /** What is being written comes from there. */
  #fromSource = false;

  constructor(options: ConnectionOptions) {
    const { parts, conn, fd, unixPath } = options;
    this.#parts = parts;
    this.#conn = conn;
    this.fd = fd;
    this.isUnix = unixPath !== undefined;
    this.address = unixPath === undefined ? formatAddress(conn.remote) : `${unixPath}:0`;
    this.localAddress = unixPath === undefined ? formatAddress(conn.local) : `${unixPath}:0`;
    this.isLocal = conn.isLocal;
    this.client = parts.clients.create(CLIENT, this);
    this.#decoder = new RequestDecoder(new LiveLimits(parts, this.client));
  }

  get queryBytes(): number {
    return this.#decoder.bufferedBytes;
  }

  get queryCapacity(): number {
    return this.#readBuffer.length;
  }

  get outputBytes(): number {
    const writing = this.#fromSource ? 0 : this.#writing?.length ?? 0;
    return this.#encoder.pendingBytes + writing + (this.#source?.pending ?? 0);
  }

  get isWriting(): boolean {
    return this.#writing !== null;
  }

  get hasPendingReplies(): boolean {
    return this.#encoder.pendingBytes > 0;
  }

  setNoDelay(on: boolean): void {
    this.#conn.setNoDelay(on);
  }

  /** Serve the connection until it ends. Never throws. */
  async run(): Promise<void> {
    const requests = new RequestDecoderStream(this.#decoder, (batch) => this.#take(batch));
    const writer = requests.writable.getWriter();
    try {
      await writer.ready;
      while (!this.#closing && !this.#closed) {
        const chunk = await this.#read();
        if (chunk === null) break;
        const fed = this.#decoder.fedBytes;
        const written = writer.write(chunk);
        written.catch(this.#failed);
        // Without backpressure, which nothing here makes, the transform runs within `write`; the
        // buffer may be used again at once, and there is nothing to wait for.
        if (this.#decoder.fedBytes === fed) await written;
      }
    } catch {
      // The socket was reset, or closed on our side: both end here.
      this.close();
    }
    this.#ended = true;
    // A peer that only sends may have shut down its side: its replies still go out.
    if (this.client.blocked !== null) this.close();
    else if (this.#heldBack) this.#guarded(() => this.#drain());
    this.#guarded(() => this.#closeWhenSent());
  }

  #take(batch: RequestBatch): void {
    this.#batch = batch;
    if (this.#heldBack && this.#holdsBack()) return;
    this.#drain();
  }

  /** Something threw that should not have: nobody else must notice. */
  readonly #failed = (error: unknown): void => {
    if (this.#closed) return;
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    this.#parts.stats.unhandledErrors++;
    this.#parts.log.warning(
      `Internal error, closing the connection: ${clientLine(this.client)}: ${text}`,
    );
    this.close();
  };

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Wait for bytes: a view on the read buffer, valid until the next call; null at the end. */
  async #read(): Promise<Uint8Array | null> {
    const target = this.#decoder.target;
    const buffer = target ?? this.#readBuffer;
    const count = await this.#conn.read(buffer);
    if (count === null) return null;
    const { stats } = this.#parts;
    stats.inputBytes += count;
    stats.readsProcessed++;
    if (count > stats.maxInputBuffer) stats.maxInputBuffer = count;
    if (count < buffer.length) return buffer.subarray(0, count);
    if (target === null && count < LARGEST_READ_SIZE) {
      this.#readBuffer = new Uint8Array(count * 4);
    }
    return buffer;
  }

  /** Run the commands that have arrived, until one blocks. */
  #drain(): void {
    const { client } = this;
    const batch = this.#batch;
    if (batch === null) return;
    this.#heldBack = false;
    this.#parts.executor.beginBatch();
    this.#draining = true;
    try {
      while (client.blocked === null && !this.#closing && !this.#closed) {
        const args = batch.next();
        if (args === null) {
          this.#batchEnded(batch);
          break;
        }
        let reply = this.#parts.executor.execute(client, args);
        // The mode of a command that blocked is applied to its reply when that comes.
        if (client.replyMode !== "on" && client.blocked === null) reply = client.filterReply(reply);
        if (reply !== NO_REPLY) {
          if (client.replica === null) this.#write(reply);
          else client.replica.answered(reply);
        }
        if (this.#pushes.length > 0) this.#writePushes();
        if (client.closeAfterReply) this.#closing = true;
        if (this.#encoder.pendingBytes > FLUSH_AT) {
          this.#flush();
          if (this.#holdsBack()) {
            this.#heldBack = true;
            break;
          }
        }
      }
    } finally {
      this.#draining = false;
      this.#parts.executor.endBatch();
    }
    this.#flush();
  }

  /** Whether requests wait until the peer has taken what there is for it. See the module's text. */
  #holdsBack(): boolean {
    if (this.outputBytes < HOLD_AT || this.#ended || this.#decoder.bufferedBytes > HOLD_INPUT) {
      return false;
    }
    const { client } = this;
    const { clientOutputBufferLimit: { normal }, maxmemoryClients } = this.#parts.config.values;
    return normal.hard === 0 && normal.soft === 0 && maxmemoryClients === 0 &&
      client.replica === null && client.subscriptions === null;
  }

  #batchEnded(batch: RequestBatch): void {
    if (batch.error !== null) {
      const error = new ErrorReply(`ERR ${batch.error}`);
      this.#parts.stats.countError(error.text);
      this.#parts.log.verbose(
        `${batch.error}. Closing the connection: ${clientLine(this.client)}`,
      );
      this.#write(error);
      this.client.closeAfterReply = true;
      this.#closing = true;
    } else if (batch.queryBufferExceeded) {
      this.#parts.stats.queryBufferDisconnections++;
      this.#parts.log.warning(
        `Closing client that reached max query buffer length: ${clientLine(this.client)}`,
      );
      this.close();
    }
  }

  #write(reply: Reply): void {
    const encoder = this.#encoder;
    encoder.protocol = this.client.protocol;
    try {
      encoder.write(reply);
    } catch (error) {
      if (encoder.broken) throw error;
      const text = error instanceof Error ? error.stack ?? error.message : String(error);
      this.#parts.log.warning(
        `Internal error in a reply of '${this.client.lastCommand?.name}': ${text}`,
      );
      encoder.write(INTERNAL_ERROR);
    }
  }

  send(reply: Reply): void {
    if (this.#closed || reply === NO_REPLY) return;
    if (this.client.replyMode !== "on") reply = this.client.filterReply(reply);
    if (reply === NO_REPLY) return;
    if (this.client.replica !== null) return this.client.replica.answered(reply);
    try {
      this.#write(reply);
    } catch (error) {
      return this.#failed(error);
    }
    this.#flushSoon();
  }

  sendEncoded(encoded: readonly ByteString[]): void {
    if (this.#closed || this.#closing) return;
    if (this.client.replica !== null) return this.client.replica.answered(null);
    try {
      if (this.#draining) {
        for (const piece of encoded) this.#pushes.push(piece);
        return;
      }
      for (const piece of encoded) this.#encoder.writeRaw(piece);
      if (this.#encoder.pendingBytes > FLUSH_AT) this.#flush();
      else this.#flushSoon();
    } catch (error) {
      this.#failed(error);
    }
  }

  setSource(source: OutputSource | null): void {
    this.#source = source;
    if (source !== null) this.#flushSoon();
  }

  sourceGrew(): void {
    if (this.#writing === null) this.#guarded(() => this.#flush());
    else this.checkOutputLimit();
  }

  #writePushes(): void {
    const pushes = this.#pushes;
    this.#pushes = [];
    for (const piece of pushes) this.#encoder.writeRaw(piece);
  }

  #flushSoon(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    queueMicrotask(this.#flushNow);
  }

  #flushNow = (): void => {
    this.#flushScheduled = false;
    try {
      this.#flush();
    } catch (error) {
      this.#failed(error);
    }
  };

  resume(): void {
    // Not at once: the command that set the client free is still running.
    queueMicrotask(() =>
      this.#guarded(() => this.client.closeAfterReply ? this.#closeWhenSent() : this.#drain())
    );
  }

  #flush(): void {
    if (this.#closed) return;
    const { aof } = this.#parts;
    if (aof.holdsReplies) {
      // What they answer to has to be in the append-only file first.
      if (this.#flushScheduled) return;
      this.#flushScheduled = true;
      aof.whenWritten(this.#flushNow);
      return;
    }
    if (this.#writing !== null || this.#encoder.pendingBytes > 0) this.checkOutputLimit();
    if (this.#closed || this.#writing !== null) return;
    if (this.#encoder.pendingBytes === 0) {
      if (this.#source !== null && !this.#closing) this.#sendFromSource(this.#source);
      else if (this.#closing) this.close();
      return;
    }
    const bytes = this.#encoder.take();
    this.#writing = bytes;
    this.#conn.write(bytes).then(this.#written, this.#writeFailed);
  }

  #sendFromSource(source: OutputSource): void {
    const bytes = source.peek();
    if (bytes.length === 0) return;
    this.#writing = bytes;
    this.#fromSource = true;
    this.#conn.write(bytes).then(this.#written, this.#writeFailed);
  }

  #written = (count: number): void => {
    try {
      this.#wrote(count);
    } catch (error) {
      this.#failed(error);
    }
  };

  #wrote(count: number): void {
    const { stats } = this.#parts;
    stats.outputBytes += count;
    stats.writesProcessed++;
    const bytes = this.#writing!;
    if (this.#fromSource) {
      this.#fromSource = false;
      this.#writing = null;
      stats.replicationOutputBytes += count;
      this.#source?.advance(count);
      if (this.#overSoftLimitSince !== 0) this.#noteDrained();
      this.#flush();
      return;
    }
    if (count < bytes.length && !this.#closed) {
      this.#writing = bytes.subarray(count);
      this.#conn.write(this.#writing).then(this.#written, this.#writeFailed);
    } else {
      this.#writing = null;
      this.#encoder.recycle(bytes);
      if (this.#encoder.pendingBytes > 0 || this.#closing) this.#flush();
    }
    if (this.#overSoftLimitSince !== 0) this.#noteDrained();
    if (this.#heldBack && this.outputBytes < HOLD_AT / 2) this.#drain();
  }

  #writeFailed = (): void => {
    this.#writing = null;
    this.close();
  };

  /** The limit for the output of this kind of client. */
  get #outputLimit(): OutputLimit {
    const limits = this.#parts.config.values.clientOutputBufferLimit;
    if (this.client.replica !== null) return limits.replica;
    return this.client.subscriptions === null ? limits.normal : limits.pubsub;
  }

  /** The time over the soft limit begins anew once there is less. */
  #noteDrained(): void {
    if (this.outputBytes <= this.#outputLimit.soft) this.#overSoftLimitSince = 0;
  }

  /** Close the connection if it holds more output than its kind of client may. */
  checkOutputLimit(): void {
    const limit = this.#outputLimit;
    const bytes = this.outputBytes;
    const { stats, clock, config } = this.#parts;
    if (bytes > stats.maxOutputBuffer) stats.maxOutputBuffer = bytes;
    if (limit.hard === 0 && limit.soft === 0) return;
    // What the backlog holds anyway costs nothing, and a replica that is closed could ask for it.
    const free = this.client.replica === null ? 0 : config.values.replBacklogSize;
    let exceeded = limit.hard > 0 && bytes > Math.max(limit.hard, free);
    if (limit.soft > 0 && bytes > limit.soft) {
      if (this.#overSoftLimitSince === 0) this.#overSoftLimitSince = clock.ms;
      else if (clock.ms - this.#overSoftLimitSince > limit.seconds * 1000) exceeded = true;
    } else {
      this.#overSoftLimitSince = 0;
    }
    if (!exceeded) return;
    stats.outputBufferDisconnections++;
    this.#parts.log.warning(
      `Client ${clientLine(this.client)} scheduled to be closed ASAP for overcoming of output ` +
        "buffer limits.",
    );
    this.close();
  }

  #closeWhenSent(): void {
    if (this.#closed) return;
    this.#closing = true;
    this.#flush();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#encoder.clear();
    this.#parts.clients.remove(this.client);
    try {
      this.#conn.close();
    } catch {
      // It was closed by the peer's reset already.
    }
  }
}

function formatAddress(address: Address): string {
  if (address.transport === "tcp") return joinAddress(plainHost(address.hostname), address.port);
  return `${address.transport === "unix" ? address.path : "memory"}:0`;
}
