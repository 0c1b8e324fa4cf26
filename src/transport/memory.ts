/**
 * Connections within the process: what is written at one end is read at the other.
 *
 * A write ends when its bytes have been read, so a reader that lags holds its writer back as a full
 * socket would. Bytes are copied once, from the writer's buffer into the reader's.
 *
 * @module
 */

import type { Address, Duplex } from "./transport.ts";

const HERE: Address = { transport: "memory" };

/** One direction: at most one write waits at a time for reads that take its bytes. */
class Pipe {
  #bytes: Uint8Array = new Uint8Array(0);
  #taken: (() => void) | null = null;
  #readable: (() => void) | null = null;
  /** Nothing more will be written. */
  #ended = false;
  /** Nothing more will be read. */
  #abandoned = false;

  async write(bytes: Uint8Array): Promise<number> {
    if (this.#ended) throw new Deno.errors.BadResource("The connection is closed");
    if (this.#abandoned) throw new Deno.errors.BrokenPipe("The other end is closed");
    if (bytes.length === 0) return 0;
    this.#bytes = bytes;
    const taken = new Promise<void>((resolve) => this.#taken = resolve);
    this.#readable?.();
    await taken;
    if (this.#bytes.length > 0) throw new Deno.errors.BrokenPipe("The connection was closed");
    return bytes.length;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#bytes.length === 0) {
      if (this.#abandoned) throw new Deno.errors.BadResource("The connection is closed");
      if (this.#ended) return null;
      await new Promise<void>((resolve) => this.#readable = resolve);
      this.#readable = null;
    }
    if (this.#abandoned) throw new Deno.errors.BadResource("The connection is closed");
    const count = Math.min(buffer.length, this.#bytes.length);
    buffer.set(this.#bytes.subarray(0, count));
    this.#bytes = this.#bytes.subarray(count);
    if (this.#bytes.length === 0) this.#taken?.();
    return count;
  }

  /** The writer has closed. */
  end(): void {
    this.#ended = true;
    this.#taken?.();
    this.#readable?.();
  }

  /** The reader has closed. */
  abandon(): void {
    this.#abandoned = true;
    this.#taken?.();
    this.#readable?.();
  }
}

class MemoryDuplex implements Duplex {
  readonly local: Address = HERE;
  readonly remote: Address = HERE;
  readonly isLocal = true;
  readonly #input: Pipe;
  readonly #output: Pipe;
  #closed = false;

  constructor(input: Pipe, output: Pipe) {
    this.#input = input;
    this.#output = output;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.#input.read(buffer);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#output.write(bytes);
  }

  close(): void {
    if (this.#closed) throw new Deno.errors.BadResource("The connection is closed");
    this.#closed = true;
    this.#output.end();
    this.#input.abandon();
  }

  setNoDelay(): void {}

  setKeepAlive(): void {}
}

/**
 * Make a connection within the process.
 *
 * @returns its two ends
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const [here, there] = memoryPair();
 * const writing = here.write(new TextEncoder().encode("PING\r\n"));
 * const buffer = new Uint8Array(16);
 * assertEquals(await there.read(buffer), 6);
 * assertEquals(await writing, 6);
 * ```
 */
export function memoryPair(): [Duplex, Duplex] {
  const one = new Pipe();
  const other = new Pipe();
  return [new MemoryDuplex(one, other), new MemoryDuplex(other, one)];
}
