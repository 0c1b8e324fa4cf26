/**
 * The memory figures that INFO, MEMORY STATS and MEMORY DOCTOR show.
 *
 * What a real server calls its allocator is here the sum of the key tables' pages, V8's heap and the
 * clients' buffers: "allocated" is in use, "active" is held by them, "resident" is what the process
 * has grown by since it was started, and what it took then is the overhead over that.
 *
 * Source: https://redis.io/docs/latest/commands/memory-stats/
 *
 * @module
 */

import type { Resources } from "../../observe/resources.ts";
import type { Services } from "../services.ts";

/** Figures of one database, in bytes. */
export interface DatabaseMemory {
  readonly index: number;
  /** Index and columns. */
  readonly main: number;
  /** Expiry times. */
  readonly expires: number;
}

/** Figures of a server, in bytes unless they say otherwise. */
export interface MemoryReport {
  readonly resources: Resources;
  readonly used: number;
  readonly peak: number;
  readonly startup: number;
  readonly clients: number;
  readonly databases: readonly DatabaseMemory[];
  /** All that is not data. */
  readonly overhead: number;
  readonly dataset: number;
  /** Share of the data in what was added since the start, in percent. */
  readonly datasetPercent: number;
  readonly keys: number;
  readonly bytesPerKey: number;
  readonly active: number;
  readonly resident: number;
}

/** Gather all figures now. O(databases + clients + pages). */
export function reportMemory(parts: Services): MemoryReport {
  const { memory, keyspace, host } = parts;
  const { meter } = memory;
  meter.sample();
  const { used, clients } = meter;
  if (used > memory.peak) memory.peak = used;
  const { startup } = memory;
  const resources = host.resources();
  let overhead = startup + clients;
  let held = meter.objects + clients;
  const databases: DatabaseMemory[] = [];
  for (const { index, table } of keyspace.databases) {
    if (table.size === 0) continue;
    const stats = table.stats();
    const expires = table.expiring * 8;
    const main = Math.max(0, stats.index + stats.columns - expires);
    databases.push({ index, main, expires });
    overhead += main + expires;
    held += table.heldBytes;
  }
  const added = Math.max(0, used - startup);
  const dataset = Math.max(0, used - overhead);
  const keys = keyspace.size;
  const active = Math.max(used, held);
  return {
    resources,
    used,
    peak: memory.peak,
    startup,
    clients,
    databases,
    overhead: used - dataset,
    dataset,
    datasetPercent: added === 0 ? 0 : Math.min(100, dataset / added * 100),
    keys,
    bytesPerKey: keys === 0 ? 0 : Math.floor(added / keys),
    active,
    resident: Math.max(active, resources.resident - memory.startupResident),
  };
}
