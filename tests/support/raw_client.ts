/**
 * A client that sends bytes and gives back the exact bytes of each reply, as strings with one char
 * a byte.
 *
 * @module
 */

import { encodeCommand, fromBytes, ReplyScanner, toBytes } from "./resp.ts";

/** The server closed the connection where a reply was awaited. */
export class ClosedError extends Error {
  override name = "ClosedError";
}

/** No whole reply came in time. */
export class TimeoutError extends Error {
  override name = "TimeoutError";
}

/** One connection to a server on the loopback interface. */
export class RawClient implements AsyncDisposable {
  readonly #conn: Deno.TcpConn;
  readonly #pump: Promise<void>;
  #buffer = new Uint8Array(64 * 1024);
  #start = 0;
  #end = 0;
  #closed = false;
  #wake: (() => void) | undefined;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    conn.setNoDelay(true);
    this.#pump = this.#run();
  }

  /** Connect to a port of this machine. */
  static async connect(port: number): Promise<RawClient> {
    return new RawClient(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** This end as the server's CLIENT LIST writes it. */
  get address(): string {
    const { hostname, port } = this.#conn.localAddr;
    return `${hostname}:${port}`;
  }

  /** Has the server closed the connection? (What it sent before may still be read.) */
  get closed(): boolean {
    return this.#closed;
  }

  async #run(): Promise<void> {
    const chunk = new Uint8Array(64 * 1024);
    try {
      for (;;) {
        const n = await this.#conn.read(chunk);
        if (n === null) break;
        this.#append(chunk.subarray(0, n));
        this.#wake?.();
      }
    } catch {
      // A reset or our own close(): either way nothing more will come.
    }
    this.#closed = true;
    this.#wake?.();
  }

  #append(bytes: Uint8Array): void {
    const size = this.#end - this.#start;
    if (this.#end + bytes.length > this.#buffer.length) {
      const room = Math.max(this.#buffer.length, 2 * (size + bytes.length));
      const grown = new Uint8Array(room);
      grown.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = grown;
      this.#start = 0;
      this.#end = size;
    }
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Send bytes as they are. Rejects when the connection is gone. */
  async sendRaw(bytes: string): Promise<void> {
    let rest: Uint8Array = toBytes(bytes);
    while (rest.length > 0) rest = rest.subarray(await this.#conn.write(rest));
  }

  /** Send one command as an array of bulk strings. */
  send(...args: string[]): Promise<void> {
    return this.sendRaw(encodeCommand(args));
  }

  /** Send one command and read its reply. */
  async call(...args: string[]): Promise<string> {
    await this.send(...args);
    return await this.readReply();
  }

  /**
   * The bytes of exactly one reply.
   *
   * @throws ClosedError or TimeoutError
   */
  async readReply(timeoutMs = 10_000): Promise<string> {
    const scanner = new ReplyScanner();
    let size: number | undefined;
    await this.#until(timeoutMs, () => {
      size = scanner.scan(this.#buffer.subarray(this.#start), this.#end - this.#start);
      return size !== undefined;
    });
    if (size === undefined) throw new ClosedError("closed by the server");
    const reply = fromBytes(this.#buffer, this.#start, this.#start + size);
    this.#start += size;
    return reply;
  }

  /** All that has come and was not read yet. */
  take(): string {
    const rest = fromBytes(this.#buffer, this.#start, this.#end);
    this.#start = this.#end = 0;
    return rest;
  }

  /** Wait until the server closes the connection; false when it did not in time. */
  async closedByPeer(timeoutMs = 10_000): Promise<boolean> {
    try {
      await this.#until(timeoutMs, () => false);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    }
    return this.#closed;
  }

  /** Wait until `done` holds (asked after every arrival), the connection closes or time is up. */
  async #until(timeoutMs: number, done: () => boolean): Promise<void> {
    if (done() || this.#closed) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(
      () => reject(new TimeoutError(`no reply within ${timeoutMs} ms`)),
      timeoutMs,
    );
    this.#wake = () => {
      try {
        if (done() || this.#closed) resolve();
      } catch (error) {
        reject(error);
      }
    };
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#wake = undefined;
    }
  }

  /** Close this end. */
  async close(): Promise<void> {
    try {
      this.#conn.close();
    } catch {
      // Closed already.
    }
    await this.#pump;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
