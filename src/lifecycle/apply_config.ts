/**
 * What directives mean for the parts of a running server that keep a copy of their values, at the
 * start and at every CONFIG SET. Everything else reads `config.values` when it needs it.
 *
 * @module
 */

import type { ChangeListener } from "../config/config.ts";
import type { Services } from "../commands/services.ts";
import type { Notifications } from "../pubsub/notifications.ts";
import { ListenError } from "../net/bind.ts";
import type { Listeners } from "../net/listeners.ts";

/** The parts that follow the configuration. */
type Needs =
  & Pick<Services, "acl" | "config" | "keyspace" | "log" | "memory" | "replication">
  & { readonly notifications: Notifications };

/** Bring the parts in line with the configuration. */
export function applyConfig(parts: Needs): void {
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
export function watchConfig(parts: Needs, listeners: Listeners): void {
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
    const refuse = (error: unknown) => {
      // The reason is in the log.
      throw error instanceof ListenError ? new Error(refusal) : error;
    };
    try {
      return listeners.changeTcp(bind, port, tcpBacklog)?.catch(refuse);
    } catch (error) {
      return refuse(error);
    }
  };
  config.onChange(["port"], listening("Unable to listen on this port. Check server logs."));
  config.onChange(["bind"], listening("Failed to bind to specified addresses."));
}
