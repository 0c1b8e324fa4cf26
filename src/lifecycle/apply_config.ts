/**
 * What directives mean for the parts of a running server that keep a copy of their values, at the
 * start and at every CONFIG SET. Everything else reads `config.values` when it needs it.
 *
 * @module
 */

import type { ChangeListener } from "../config/config.ts";
import type { Parts } from "../parts.ts";
import { ListenError, type Listeners } from "../net/listeners.ts";

/** Bring the parts in line with the configuration. */
export function applyConfig(parts: Parts): void {
  const { values } = parts.config;
  const { limits, access } = parts.keyspace;
  limits.hashMaxListpackEntries = values.hashMaxListpackEntries;
  limits.hashMaxListpackValue = values.hashMaxListpackValue;
  limits.listMaxListpackSize = values.listMaxListpackSize;
  limits.setMaxIntsetEntries = values.setMaxIntsetEntries;
  limits.setMaxListpackEntries = values.setMaxListpackEntries;
  limits.setMaxListpackValue = values.setMaxListpackValue;
  limits.zsetMaxListpackEntries = values.zsetMaxListpackEntries;
  limits.zsetMaxListpackValue = values.zsetMaxListpackValue;
  limits.streamNodeMaxBytes = values.streamNodeMaxBytes;
  limits.streamNodeMaxEntries = values.streamNodeMaxEntries;
  access.lfu = values.maxmemoryPolicy.endsWith("-lfu");
  access.logFactor = values.lfuLogFactor;
  access.decayMinutes = values.lfuDecayTime;
  parts.notifications.publish(values.notifyKeyspaceEvents);
  parts.log.level = values.loglevel;
  parts.replication.refresh();
}

/** Follow CONFIG SET from now on. */
export function watchConfig(parts: Parts, listeners: Listeners): void {
  const { config } = parts;
  config.onChange([
    "hash-max-listpack-entries",
    "hash-max-listpack-value",
    "list-max-listpack-size",
    "set-max-intset-entries",
    "set-max-listpack-entries",
    "set-max-listpack-value",
    "zset-max-listpack-entries",
    "zset-max-listpack-value",
    "stream-node-max-bytes",
    "stream-node-max-entries",
    "maxmemory-policy",
    "lfu-log-factor",
    "lfu-decay-time",
    "notify-keyspace-events",
    "loglevel",
  ], () => applyConfig(parts));
  config.onChange(["maxmemory", "maxmemory-policy"], () => parts.memory.limitsChanged());
  config.onChange(["requirepass"], ({ requirepass }) => parts.acl.requirePassword(requirepass));
  const { replication } = parts;
  config.onChange(
    ["repl-backlog-size"],
    ({ replBacklogSize }) => replication.stream.resize(replBacklogSize),
  );
  const listening = (refusal: string): ChangeListener => ({ bind, port, tcpBacklog }) => {
    if (port === 0) return listeners.stopTcp();
    try {
      listeners.listenTcp(bind, port, tcpBacklog);
    } catch (error) {
      // The reason is in the log.
      throw error instanceof ListenError ? new Error(refusal) : error;
    }
  };
  config.onChange(["port"], listening("Unable to listen on this port. Check server logs."));
  config.onChange(["bind"], listening("Failed to bind to specified addresses."));
}
