/**
 * The socket to a primary: bytes and lines in, small commands out.
 *
 * It did not come through a listener: only the link reads from it, and replies to commands are
 * dropped, as a primary expects none. To the rest of the server (CLIENT LIST and KILL) it looks
 * like any client's connection.
 *
 * Reading has no time limit of its own: the owner closes the connection when {@linkcode
 * LinkConnection.lastReadMs} is too long ago, which ends a read under way.
 *
 * @module
 */

import { type ByteString, fromBytes, toBytes } from "../bytes/bytes.ts";
import { osReason } from "../config/os_error.ts";
import { joinAddress } from "../bytes/address.ts";
import type { ClientConnection } from "../session/client.ts";
import type { ReplicationNeeds } from "./needs.ts";
import type { Address, Duplex } from "../transport/transport.ts";

/** What this works with. */
type Parts = Pick<ReplicationNeeds, "clock" | "config" | "stats" | "transport">;

const READ_SIZE = 64 * 1024;
/** A longer line is no reply of a server. */
const LONGEST_LINE = 64 * 1024;
const LINE_FEED = 10;
/** Stands for a file descriptor, which the platform does not show; listeners begin behind it. */
const FD = 7;

/** A connection ended, or never came about. The message is the reason. */
export class LinkError extends Error {
  override name = "LinkError";
}

/** A connection to a primary. */
export class LinkConnection implements ClientConnection {
  readonly address: string;
  readonly localAddress: string;
  readonly isLocal: boolean = false;
  readonly isUnix: boolean = false;
  readonly fd: number = FD;
  readonly queryCapacity: number = READ_SIZE;
  /** Bytes of commands that are not complete. */
  queryBytes = 0;
  /** Unix milliseconds at which something came, or the connection was made. */
  lastReadMs: number;

  readonly #parts: Parts;
  readonly #conn: Duplex;
  readonly #buffer = new Uint8Array(READ_SIZE);
  /** What was read and not taken is between these. */
  #start = 0;
  #end = 0;
  #output: ByteString = "";
  #writing = false;
  #closed = false;
  #failure = "connection lost";

  get hasPendingReplies(): boolean {
    return this.#output !== "";
  }

  setNoDelay(on: boolean): void {
    this.#conn.setNoDelay(on);
  }

  private constructor(parts: Parts, conn: Duplex) {
    this.#parts = parts;
    this.#conn = conn;
    this.address = formatEnd(conn.remote);
    this.localAddress = formatEnd(conn.local);
    this.lastReadMs = parts.clock.tick();
  }

  /**
   * Connect.
   *
   * @param signal gives up when it aborts
   * @throws LinkError
   */
  static async connect(
    parts: Parts,
    { hostname, port, signal }: { hostname: string; port: number; signal: AbortSignal },
  ): Promise<LinkConnection> {
    // Nobody can listen there, and platforms do not take it for a port.
    if (port === 0) throw new LinkError("Connection refused");
    let conn: Duplex;
    try {
      conn = await parts.transport.connect({ transport: "tcp", hostname, port }, signal);
    } catch (error) {
      throw new LinkError(osReason(error));
    }
    if (signal.aborted) {
      conn.close();
      throw new LinkError("given up");
    }
    conn.setNoDelay(true);
    if (parts.config.values.tcpKeepalive > 0) conn.setKeepAlive(true);
    return new LinkConnection(parts, conn);
  }

  get outputBytes(): number {
    return this.#output.length;
  }

  get isWriting(): boolean {
    return this.#writing;
  }

  /** Whether it was closed on this side. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Bytes that have come and were not taken. */
  get buffered(): number {
    return this.#end - this.#start;
  }

  /** Wait for bytes. @throws LinkError at the end of the connection */
  async #fill(): Promise<void> {
    let count: number | null;
    try {
      count = await this.#conn.read(this.#buffer);
    } catch (error) {
      if (!this.#closed) this.#failure = osReason(error);
      count = null;
    }
    if (count === null || this.#closed) throw new LinkError(this.#failure);
    this.#start = 0;
    this.#end = count;
    const { clock, stats } = this.#parts;
    this.lastReadMs = clock.tick();
    stats.replicationInputBytes += count;
    stats.readsProcessed++;
  }

  /**
   * The next bytes: a view that is valid until the next read.
   *
   * @param limit how many at most; at least one
   * @throws LinkError when the connection ends before one
   */
  async read(limit = Infinity): Promise<Uint8Array> {
    if (this.#start === this.#end) await this.#fill();
    const start = this.#start;
    this.#start = Math.min(this.#end, start + limit);
    return this.#buffer.subarray(start, this.#start);
  }

  /**
   * The next line without its end.
   *
   * @throws LinkError when the connection ends before that, or the line does not end
   */
  async readLine(): Promise<ByteString> {
    let line = "";
    for (;;) {
      if (this.#start === this.#end) await this.#fill();
      const found = this.#buffer.subarray(0, this.#end).indexOf(LINE_FEED, this.#start);
      const end = found < 0 ? this.#end : found;
      line += fromBytes(this.#buffer, this.#start, end);
      this.#start = found < 0 ? end : end + 1;
      if (found >= 0) return line.endsWith("\r") ? line.slice(0, -1) : line;
      if (line.length > LONGEST_LINE) throw new LinkError("the line is too long");
    }
  }

  /** Send something; when the connection cannot take it, that shows when reading. */
  write(text: ByteString): void {
    if (this.#closed) return;
    this.#output += text;
    if (!this.#writing) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#writing = true;
    try {
      while (this.#output !== "" && !this.#closed) {
        let bytes: Uint8Array = toBytes(this.#output);
        this.#output = "";
        while (bytes.length > 0) bytes = bytes.subarray(await this.#conn.write(bytes));
      }
    } catch (error) {
      if (!this.#closed) this.#failure = osReason(error);
      this.close();
    }
    this.#writing = false;
  }

  setSource(): void {}

  sourceGrew(): void {}

  send(): void {}

  sendEncoded(): void {}

  resume(): void {}

  /** Close it; a read under way fails. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#output = "";
    try {
      this.#conn.close();
    } catch {
      // It was closed by the peer's reset already.
    }
  }
}

function formatEnd(address: Address): string {
  return address.transport === "tcp" ? joinAddress(address.hostname, address.port) : "";
}
