/**
 * Clients that wait until their writes are on the disk or with replicas (WAIT, WAITAOF).
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Reply } from "../resp/reply.ts";
import type { BlockedState } from "../session/blocked.ts";
import type { Client } from "../session/client.ts";
import type { ReplicationNeeds } from "./needs.ts";

/** What this works with. */
type Parts = Pick<ReplicationNeeds, "aof" | "blocking">;

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
  readonly #parts: Parts;
  readonly #waiting = new Map<Client, { wait: WriteWait; state: BlockedState }>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether all that a client wrote is on the disk. */
  isSynced(client: Client): boolean {
    const { aof } = this.#parts;
    return aof.enabled && aof.syncedPosition >= client.writePosition;
  }

  /** Block a client that has to wait; it is answered by {@linkcode WriteWaits.serve}, or by time. */
  block(client: Client, args: readonly ByteString[], wait: WriteWait): Reply {
    const { timeoutMs, reply } = wait;
    const result = this.#parts.blocking.block(client, args, {
      keys: [],
      timeoutMs,
      retry: () => undefined,
      onTimeout: reply,
    });
    const state = client.blocked;
    if (state !== null) this.#waiting.set(client, { wait, state });
    return result;
  }

  /**
   * The disk or a replica may have more: answer the clients whose writes are there. O(waiting
   * clients).
   */
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
      if (refusal === null) this.#parts.blocking.timeout(client);
      else this.#parts.blocking.fail(client, refusal);
    }
  }

  /** This server becomes a replica: nobody's writes are waited for any more. */
  failAll(error: ByteString): void {
    for (const [client, { state }] of this.#waiting) {
      if (client.blocked !== state) continue;
      client.closeAfterReply = true;
      this.#parts.blocking.fail(client, error);
    }
    this.#waiting.clear();
  }
}
