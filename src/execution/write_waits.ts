/**
 * Clients that wait until what they wrote is elsewhere: on the disk, or with replicas (WAIT, WAITAOF).
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Reply } from "../resp/reply.ts";
import type { BlockedState } from "./blocking.ts";
import type { Client } from "../session/client.ts";
import type { Engine } from "./engine.ts";

/** What a client waits for. */
export interface WriteWait {
  /** Milliseconds; 0 for ever. */
  readonly timeoutMs: number;
  /** Whether it has waited long enough. */
  readonly done: () => boolean;
  /** Makes the reply, once it has or its time is up. */
  readonly reply: () => Reply;
  /** The error that ends the waiting, when it can come to nothing any more; null while it can. */
  readonly refusal?: () => ByteString | null;
}

/** The waiting clients of a server. */
export class WriteWaits {
  readonly #engine: Engine;
  readonly #waiting = new Map<Client, { wait: WriteWait; state: BlockedState }>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Whether all that a client wrote is on the disk. */
  isSynced(client: Client): boolean {
    const { aof } = this.#engine;
    return aof.enabled && aof.syncedPosition >= client.writePosition;
  }

  /** Block a client that has to wait; it is answered by {@linkcode WriteWaits.serve}, or by time. */
  block(client: Client, args: readonly ByteString[], wait: WriteWait): Reply {
    const { timeoutMs, reply } = wait;
    const result = this.#engine.blocking.block(client, args, {
      keys: [],
      timeoutMs,
      retry: () => undefined,
      onTimeout: reply,
    });
    const state = client.blocked;
    if (state !== null) this.#waiting.set(client, { wait, state });
    return result;
  }

  /** Something may have come through: answer those who have what they wait for. O(those who wait). */
  serve(): void {
    for (const [client, { wait, state }] of this.#waiting) {
      // Its time was up, or it is gone.
      if (client.blocked !== state) {
        this.#waiting.delete(client);
        continue;
      }
      const refusal = wait.refusal?.() ?? null;
      if (refusal === null && !wait.done()) continue;
      this.#waiting.delete(client);
      if (refusal === null) this.#engine.blocking.timeout(client);
      else this.#engine.blocking.fail(client, refusal);
    }
  }

  /** This server becomes a replica: nobody's writes are waited for any more. */
  failAll(error: ByteString): void {
    for (const [client, { state }] of this.#waiting) {
      if (client.blocked !== state) continue;
      client.closeAfterReply = true;
      this.#engine.blocking.fail(client, error);
    }
    this.#waiting.clear();
  }
}
