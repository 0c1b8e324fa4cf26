/**
 * Keyspaces to save in tests, and what is compared of files that were saved.
 *
 * @module
 */

import "../../src/datatypes/mod.ts";
import { ManualClock } from "../../src/clock/clock.ts";
import { ByteMap } from "../../src/keyspace/byte_map/byte_map.ts";
import { Keyspace } from "../../src/keyspace/keyspace.ts";
import type { SaveOptions } from "../../src/rdb/save/save.ts";
import type { WriteVersion } from "../../src/rdb/encode/value.ts";
import type { CanonicalContent } from "./canonical.ts";

/** An empty keyspace whose clock stands still. */
export function newKeyspace(ms = 0): Keyspace {
  const clock = new ManualClock();
  if (ms !== 0) clock.ms = ms;
  return new Keyspace({ clock, databases: 16, newTable: () => new ByteMap() });
}

/** How to save without any frills. */
export function saveOptions(keyspace: Keyspace, path: string, version: WriteVersion): SaveOptions {
  return {
    keyspace,
    path,
    version,
    compress: true,
    checksum: true,
    incrementalSync: true,
    access: null,
    aux: [],
    functions: [],
  };
}

/** What files of this version and later ones say. */
export function content(from: CanonicalContent, version: number): unknown {
  const dbs = structuredClone(from.dbs);
  for (const keys of Object.values(dbs)) {
    for (const key of keys) {
      delete key.encoding;
      delete key.idle_s;
      delete key.freq;
      if (key.type === "set" || key.type === "hash") (key.value as string[]).sort();
      if (typeof key.value !== "object" || Array.isArray(key.value)) continue;
      for (const group of key.value.groups) {
        if (version < 10) group.entries_read = null;
        for (const consumer of group.consumers) {
          if (version < 11) consumer.active_time = null;
        }
      }
      if (version < 10) {
        key.value.entries_added = null;
        key.value.max_deleted_id = null;
      }
    }
  }
  return dbs;
}
