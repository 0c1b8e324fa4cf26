/**
 * Clients that wait until what they wrote is on the disk (WAITAOF).
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Reply } from "../resp/reply.ts";
import type { Client } from "./client.ts";
import type { Engine } from "./engine.ts";

/** The waiting clients of a server. */
export class DiskWaits {
  readonly #engine: Engine;
  readonly #waiting = new Set<Client>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Whether all that a client wrote is on the disk. */
  isSynced(client: Client): boolean {
    const { aof } = this.#engine;
    return aof.enabled && aof.syncedPosition >= client.writePosition;
  }

  /**
   * Block a client until all that it wrote is on the disk.
   *
   * @param endless whether it waits for something else that cannot come: only time ends it
   * @param reply makes the reply once that is so, or the time is up
   */
  block(
    client: Client,
    args: readonly ByteString[],
    options: { timeoutMs: number; endless: boolean; reply: () => Reply },
  ): Reply {
    const { timeoutMs, endless, reply } = options;
    const result = this.#engine.blocking.block(client, args, {
      keys: [],
      timeoutMs,
      retry: () => undefined,
      onTimeout: reply,
    });
    if (client.blocked !== null && !endless) this.#waiting.add(client);
    return result;
  }

  /** More is on the disk: answer those who waited for it. O(clients that wait). */
  serve(): void {
    for (const client of this.#waiting) {
      if (client.closed || client.blocked === null) this.#waiting.delete(client);
      else if (this.isSynced(client)) {
        this.#waiting.delete(client);
        this.#engine.blocking.timeout(client);
      }
    }
  }
}
