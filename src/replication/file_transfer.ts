/**
 * The second half of a full synchronisation with a file: sending the file to one replica.
 *
 * The file is opened at once: another save may put a new one in its place, and this one stays what
 * it is.
 *
 * @module
 */

import type { ReplicaSession } from "./replica_session.ts";

/** Bytes that are read at a time. */
const CHUNK_BYTES = 256 * 1024;

/** A file on its way to a replica. */
export class FileTransfer {
  readonly #session: ReplicaSession;
  readonly #file: Deno.FsFile;
  readonly #onEnd: (error: unknown) => void;
  #left: number;

  /**
   * @param onEnd called when all is sent, or with what has gone wrong; never when the replica is gone
   * before
   * @throws Error when the file cannot be opened
   */
  constructor(session: ReplicaSession, path: string, onEnd: (error: unknown) => void) {
    this.#session = session;
    this.#file = Deno.openSync(path, { read: true });
    this.#onEnd = onEnd;
    this.#left = this.#file.statSync().size;
    session.say(`$${this.#left}\r\n`);
    void this.#run();
  }

  async #run(): Promise<void> {
    const session = this.#session;
    try {
      using file = this.#file;
      while (this.#left > 0 && !session.client.closed) {
        const buffer = new Uint8Array(Math.min(CHUNK_BYTES, this.#left));
        const count = await file.read(buffer);
        if (count === null) throw new Error("premature EOF");
        this.#left -= count;
        await this.#sent(buffer.subarray(0, count));
      }
    } catch (error) {
      if (!session.client.closed) this.#onEnd(error);
      return;
    }
    session.onDrained = null;
    if (!session.client.closed) this.#onEnd(null);
  }

  /** Send bytes, and wait until they are taken or the replica is gone. */
  #sent(bytes: Uint8Array): Promise<void> {
    const session = this.#session;
    if (session.client.closed) return Promise.resolve();
    return new Promise((resolve) => {
      session.onDrained = resolve;
      session.push(bytes);
    });
  }
}
