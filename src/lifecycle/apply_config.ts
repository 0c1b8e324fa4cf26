/**
 * What directives mean for the parts of a running server that keep a copy of their values, at the
 * start and at every CONFIG SET. Everything else reads `config.values` when it needs it.
 *
 * @module
 */

import type { ChangeListener } from "../config/config.ts";
import type { Engine } from "../execution/engine.ts";
import { ListenError } from "../net/bind.ts";
import type { Listeners } from "../net/listeners.ts";

/** Bring the engine in line with the configuration. */
export function applyConfig(engine: Engine): void {
  const { values } = engine.config;
  const { limits, access } = engine.keyspace;
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
  engine.notifiedEvents = values.notifyKeyspaceEvents;
  engine.log.level = values.loglevel;
  engine.replication.refresh();
}

/** Follow CONFIG SET from now on. */
export function watchConfig(engine: Engine, listeners: Listeners): void {
  const { config } = engine;
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
  ], () => applyConfig(engine));
  config.onChange(["maxmemory", "maxmemory-policy"], () => engine.memory.limitsChanged());
  const { replication } = engine;
  config.onChange(
    ["repl-backlog-size"],
    ({ replBacklogSize }) => replication.stream.resize(replBacklogSize),
  );
  config.onChange(["min-replicas-to-write", "min-replicas-max-lag"], () => {
    replication.replicas.countGood();
    replication.refresh();
  });
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
