/**
 * A replica that does as the test says: it shakes hands, takes the snapshot when it is told to, and
 * gives back the very bytes that its primary sends.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { encodeCommand, fromBytes, toBytes } from "../support/resp.ts";

/** A snapshot as it came. */
export interface Received {
  /** `$EOF:` with a mark, or `$` with a length. */
  readonly kind: "mark" | "length";
  readonly rdb: string;
}

/** One end of a replication link, by hand. */
export class FakeReplica implements AsyncDisposable {
  readonly #conn: Deno.TcpConn;
  #text = "";
  #closed = false;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Connect to a port of this machine. */
  static async connect(port: number): Promise<FakeReplica> {
    return new FakeReplica(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Connect, and ask for all data as newer replicas do. */
  static async full(port: number, ...replconf: string[]): Promise<FakeReplica> {
    const replica = await FakeReplica.connect(port);
    await replica.call("REPLCONF", "capa", "eof", "capa", "psync2", ...replconf);
    await replica.send("PSYNC", "?", "-1");
    return replica;
  }

  /** Read some more. @returns false at the end of the connection */
  async read(timeoutMs = 10_000): Promise<boolean> {
    if (this.#closed) return false;
    const timer = setTimeout(() => this.#conn.close(), timeoutMs);
    const chunk = new Uint8Array(64 * 1024);
    try {
      const count = await this.#conn.read(chunk);
      if (count !== null) {
        this.#text += fromBytes(chunk, 0, count);
        return true;
      }
    } catch {
      // Reset, or closed by the time limit.
    } finally {
      clearTimeout(timer);
    }
    this.#closed = true;
    return false;
  }

  /** The next bytes up to and with `end`. */
  async until(end: string): Promise<string> {
    for (let from = 0;;) {
      const at = this.#text.indexOf(end, from);
      if (at >= 0) return this.#take(at + end.length);
      from = Math.max(0, this.#text.length - end.length);
      if (!await this.read()) {
        throw new Error(`no ${JSON.stringify(end)} in ${JSON.stringify(this.#text.slice(0, 300))}`);
      }
    }
  }

  /** So many bytes. */
  async bytes(count: number): Promise<string> {
    while (this.#text.length < count) {
      if (!await this.read()) throw new Error(`the end after ${this.#text.length} of ${count}`);
    }
    return this.#take(count);
  }

  #take(count: number): string {
    const taken = this.#text.slice(0, count);
    this.#text = this.#text.slice(count);
    return taken;
  }

  /** What has come and was not asked for. */
  get rest(): string {
    return this.#text;
  }

  /** The next line, without the empty ones that keep the link alive. */
  async line(): Promise<string> {
    for (;;) {
      const line = (await this.until("\n")).trimEnd();
      if (line !== "") return line;
    }
  }

  async send(...args: string[]): Promise<void> {
    await this.raw(encodeCommand(args));
  }

  /** Send bytes as they are. */
  async raw(text: string): Promise<void> {
    let bytes: Uint8Array = toBytes(text);
    while (bytes.length > 0) bytes = bytes.subarray(await this.#conn.write(bytes));
  }

  /** Send a command, and read a line. */
  async call(...args: string[]): Promise<string> {
    await this.send(...args);
    return await this.line();
  }

  /** Say how far it is. */
  ack(position: number): Promise<void> {
    return this.send("REPLCONF", "ACK", `${position}`);
  }

  /** The line `+FULLRESYNC id offset`, taken apart. */
  async fullResync(): Promise<{ id: string; offset: number }> {
    const line = await this.line();
    const match = /^\+FULLRESYNC ([0-9a-f]{40}) (\d+)$/.exec(line);
    if (match === null) throw new Error(`no FULLRESYNC: ${line}`);
    return { id: match[1], offset: Number(match[2]) };
  }

  /** The snapshot. */
  async snapshot(): Promise<Received> {
    const line = await this.line();
    const mark = /^\$EOF:([0-9a-f]{40})$/.exec(line)?.[1];
    if (mark !== undefined) {
      const text = await this.until(mark);
      return { kind: "mark", rdb: text.slice(0, -mark.length) };
    }
    const length = /^\$(\d+)$/.exec(line)?.[1];
    if (length === undefined) throw new Error(`no snapshot: ${line}`);
    return { kind: "length", rdb: await this.bytes(Number(length)) };
  }

  /** Whether the other end closes the connection. What comes before that is in `rest`. */
  async closed(timeoutMs = 5000): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    while (performance.now() < deadline) {
      if (!await this.read(timeoutMs)) return performance.now() < deadline;
    }
    return false;
  }

  close(): void {
    try {
      this.#conn.close();
    } catch {
      // It is already.
    }
    this.#closed = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve(this.close());
  }
}

/** Commands as they stand in the stream. */
export function stream(...commands: string[]): string {
  return commands.map((line) => encodeCommand(line.split(" "))).join("");
}

/** The next bytes are these. */
export async function expectStream(replica: FakeReplica, expected: string): Promise<void> {
  assertEquals(await replica.bytes(expected.length), expected);
}
