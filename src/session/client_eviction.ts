/**
 * `maxmemory-clients`: when all clients together take too much, the largest ones are closed.
 *
 * Source: https://redis.io/docs/latest/develop/reference/clients/#client-eviction
 *
 * @module
 */

import type { Config } from "../config/config.ts";
import type { Logger } from "../log/logger.ts";
import type { Client } from "./client.ts";
import { clientLine } from "./client_info.ts";
import { clientMemory } from "./client_memory.ts";

/** What eviction of clients needs of the server. */
export interface ClientEvictionNeeds {
  readonly config: Config;
  readonly log: Logger;
  readonly clients: { values(): Iterable<Client> };
  readonly stats: { evictedClients: number };
}

/** The least that the limit can be. */
const LEAST_LIMIT = 128 * 1024;

/** What all clients may take, in bytes; 0 for no limit. A negative setting is a percentage. */
function limitOf({ config: { values } }: ClientEvictionNeeds): number {
  const { maxmemory, maxmemoryClients } = values;
  const limit = maxmemoryClients < 0
    ? Math.floor(maxmemory * -maxmemoryClients / 100)
    : maxmemoryClients;
  return limit === 0 ? 0 : Math.max(limit, LEAST_LIMIT);
}

/** Close the largest clients while all together take more than they may. O(clients log clients). */
export function evictClients(parts: ClientEvictionNeeds): void {
  const limit = limitOf(parts);
  if (limit === 0) return;
  let sum = 0;
  const candidates: { client: Client; bytes: number }[] = [];
  for (const client of parts.clients.values()) {
    if (client.noEvict || client.closed || client.replica !== null || client.isPrimary) continue;
    const bytes = clientMemory(client);
    sum += bytes;
    candidates.push({ client, bytes });
  }
  if (sum <= limit) return;
  candidates.sort((a, b) => b.bytes - a.bytes);
  for (const { client, bytes } of candidates) {
    if (sum <= limit) return;
    parts.log.notice(`Evicting client: ${clientLine(client)}`);
    client.close();
    parts.stats.evictedClients++;
    sum -= bytes;
  }
}
