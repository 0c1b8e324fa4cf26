/**
 * Connections to other servers, for questions and answers with time limits (MIGRATE).
 *
 * Each operation has its own time limit. A connection on which one failed is closed, as nobody knows
 * any more where in the conversation it stands. All that is open, or about to be, closes with the
 * server.
 *
 * @module
 */

import { type ByteString, fromBytes } from "../bytes/bytes.ts";
import type { Clock } from "../clock/clock.ts";
import type { Duplex, Transport } from "./transport.ts";

/**
 * How a connection failed. `unreachable`: there is no way to the address, or no such name; `refused`:
 * nobody listens there; `timeout`: it took too long; `closed`: the connection ended.
 */
export type OutgoingFailure = "unreachable" | "refused" | "timeout" | "closed";

/** A connection failed; it must not be used any more. */
export class OutgoingError extends Error {
  override name = "OutgoingError";

  constructor(readonly failure: OutgoingFailure) {
    super(`outgoing connection: ${failure}`);
  }
}

/** A connection to another server. Its methods reject with {@linkcode OutgoingError}. */
export interface Outgoing {
  /** Send bytes, all of them. Fails when that takes longer than `timeoutMs` milliseconds. */
  write(bytes: Uint8Array, timeoutMs: number): Promise<void>;
  /** The next line without its end. Fails when it takes longer than `timeoutMs` milliseconds. */
  readLine(timeoutMs: number): Promise<ByteString>;
  /** Close it; what goes on with it fails. */
  close(): void;
}

/** Where to connect to. */
export interface OutgoingTarget {
  readonly hostname: string;
  readonly port: number;
  /** Longest wait, in milliseconds. */
  readonly timeoutMs: number;
}

/** Makes connections to other servers. */
export interface Dialler {
  /**
   * Connect to a server.
   *
   * @throws OutgoingError when that fails
   */
  connect(target: OutgoingTarget): Promise<Outgoing>;
}

const READ_SIZE = 4 * 1024;
/** A line that is longer is no reply of a server. */
const LONGEST_LINE = 64 * 1024;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Makes connections and closes them all at the end. */
export class OutgoingConnections implements Dialler {
  readonly #clock: Clock;
  readonly #transport: Transport;
  readonly #open = new Set<Duplex>();
  readonly #closing = new AbortController();

  constructor(clock: Clock, transport: Transport) {
    this.#clock = clock;
    this.#transport = transport;
  }

  /**
   * Connect to a server.
   *
   * @throws OutgoingError when that fails
   */
  async connect({ hostname, port, timeoutMs }: OutgoingTarget): Promise<Outgoing> {
    if (hostname === "" || port < 0 || port > 65535) throw new OutgoingError("unreachable");
    // Nobody can listen there, and platforms do not take it for a port.
    if (port === 0) throw new OutgoingError("refused");
    const late = new AbortController();
    const timer = this.#clock.after(timeoutMs, () => late.abort());
    const signal = AbortSignal.any([late.signal, this.#closing.signal]);
    let conn: Duplex;
    try {
      conn = await this.#transport.connect({ transport: "tcp", hostname, port }, signal);
    } catch (error) {
      if (late.signal.aborted) throw new OutgoingError("timeout");
      const refused = error instanceof Deno.errors.ConnectionRefused ||
        error instanceof Deno.errors.ConnectionReset;
      throw new OutgoingError(refused ? "refused" : "unreachable");
    } finally {
      timer.cancel();
    }
    if (this.#closing.signal.aborted) {
      conn.close();
      throw new OutgoingError("closed");
    }
    this.#open.add(conn);
    return new Connected(this.#clock, conn, () => this.#open.delete(conn));
  }

  /** Close all connections; no more can be made. */
  close(): void {
    this.#closing.abort();
    for (const conn of this.#open) conn.close();
    this.#open.clear();
  }
}

class Connected implements Outgoing {
  readonly #clock: Clock;
  readonly #conn: Duplex;
  readonly #forget: () => boolean;
  readonly #buffer = new Uint8Array(READ_SIZE);
  /** What has come and was not asked for yet. */
  #pending: ByteString = "";
  /** Why it was closed from this side. */
  #failure: "timeout" | "closed" = "closed";

  constructor(clock: Clock, conn: Duplex, forget: () => boolean) {
    this.#clock = clock;
    this.#conn = conn;
    this.#forget = forget;
  }

  write(bytes: Uint8Array, timeoutMs: number): Promise<void> {
    return this.#within(timeoutMs, async () => {
      while (bytes.length > 0) bytes = bytes.subarray(await this.#conn.write(bytes));
    });
  }

  readLine(timeoutMs: number): Promise<ByteString> {
    const ready = this.#takeLine(0);
    if (ready !== null) return Promise.resolve(ready);
    return this.#within(timeoutMs, async () => {
      for (;;) {
        const count = await this.#conn.read(this.#buffer);
        const searched = this.#pending.length;
        if (count === null || searched > LONGEST_LINE) throw new OutgoingError("closed");
        this.#pending += fromBytes(this.#buffer, 0, count);
        const line = this.#takeLine(searched);
        if (line !== null) return line;
      }
    });
  }

  /** Take the first line out of what has come; there is no end of one before `from`. */
  #takeLine(from: number): ByteString | null {
    const end = this.#pending.indexOf(String.fromCharCode(LINE_FEED), from);
    if (end < 0) return null;
    const bare = end > 0 && this.#pending.charCodeAt(end - 1) === CARRIAGE_RETURN ? end - 1 : end;
    const line = this.#pending.slice(0, bare);
    this.#pending = this.#pending.slice(end + 1);
    return line;
  }

  /** Run one operation, which fails when its time is up. */
  async #within<T>(timeoutMs: number, operation: () => Promise<T>): Promise<T> {
    const timer = this.#clock.after(timeoutMs, () => {
      this.#failure = "timeout";
      this.close();
    });
    try {
      return await operation();
    } catch {
      this.close();
      throw new OutgoingError(this.#failure);
    } finally {
      timer.cancel();
    }
  }

  close(): void {
    // Whoever closes all has closed this one already.
    if (this.#forget()) this.#conn.close();
  }
}
