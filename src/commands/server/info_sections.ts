/**
 * The sections of INFO, each a list of fields in the order of a real server.
 *
 * Tools look for fields by name, so all of Redis 7.2 are there; those about what this server does
 * not do (threads, forks, defragmentation) are truly zero. Allocator figures are V8's.
 *
 * Source: https://redis.io/docs/latest/commands/info/
 *
 * @module
 */

import type { Services } from "../services.ts";
import type { Field, Section } from "./info_field.ts";
import { replicationSection } from "./info_replication.ts";
import { reportMemory } from "./memory_report.ts";
import { REDENO_VERSION, REDIS_VERSION } from "../../version.ts";

/** A size as INFO's `_human` fields show it: `1.04M`. */
export function humanBytes(bytes: number): string {
  const units = ["B", "K", "M", "G", "T", "P"];
  let power = 0;
  let value = bytes;
  while (value >= 1024 && power < units.length - 1) {
    value /= 1024;
    power++;
  }
  return power === 0 ? `${Math.round(value)}B` : `${value.toFixed(2)}${units[power]}`;
}

function percent(part: number, whole: number): string {
  return `${(whole === 0 ? 0 : part / whole * 100).toFixed(2)}%`;
}

function ratio(part: number, whole: number): string {
  return (part / Math.max(1, whole)).toFixed(2);
}

function flag(value: boolean): number {
  return value ? 1 : 0;
}

function server(parts: Services): Field[] {
  const { clock, config, host } = parts;
  const uptime = Math.max(0, Math.floor((clock.ms - parts.startedMs) / 1000));
  const arch = Deno.build.arch;
  return [
    ["redis_version", REDIS_VERSION],
    ["redis_git_sha1", "00000000"],
    ["redis_git_dirty", 0],
    ["redis_build_id", "0"],
    ["redis_mode", "standalone"],
    ["os", `${osName()} ${Deno.osRelease()} ${arch}`],
    ["arch_bits", 64],
    ["monotonic_clock", "platform"],
    ["multiplexing_api", "tokio"],
    ["atomicvar_api", "none"],
    ["gcc_version", "0.0.0"],
    ["process_id", Deno.pid],
    ["process_supervised", "no"],
    ["run_id", parts.runId],
    ["tcp_port", config.values.port],
    ["server_time_usec", clock.micros()],
    ["uptime_in_seconds", uptime],
    ["uptime_in_days", Math.floor(uptime / 86400)],
    ["hz", config.values.hz],
    ["configured_hz", config.values.hz],
    ["lru_clock", parts.keyspace.access.lruClock()],
    ["executable", Deno.execPath()],
    ["config_file", config.file ?? ""],
    ["io_threads_active", 0],
    ...parts.host.shutdownMs === null
      ? []
      : [["shutdown_in_milliseconds", Math.max(0, parts.host.shutdownMs - clock.ms)] as const],
    ...host.listeners().map((line, index): Field => [`listener${index}`, line]),
    ["redeno_version", REDENO_VERSION],
    ["deno_version", Deno.version.deno],
    ["v8_version", Deno.version.v8],
  ];
}

function osName(): string {
  const { os } = Deno.build;
  return os === "darwin" ? "Darwin" : os[0].toUpperCase() + os.slice(1);
}

function clients(parts: Services): Field[] {
  const { blocking, stats, watch } = parts;
  return [
    ["connected_clients", parts.clients.size - parts.replication.replicas.count],
    ["cluster_connections", 0],
    ["maxclients", parts.config.values.maxclients],
    ["client_recent_max_input_buffer", stats.maxInputBuffer],
    ["client_recent_max_output_buffer", stats.maxOutputBuffer],
    ["blocked_clients", blocking.count + parts.pause.postponed + parts.held.waiting],
    ["tracking_clients", 0],
    ["clients_in_timeout_table", blocking.withTimeout],
    ["total_watched_keys", watch.keys],
    ["watching_clients", watch.clients],
    ["total_blocking_keys", blocking.keys],
    ["total_blocking_keys_on_nokey", blocking.keysOnDelete],
    ["paused_reason", parts.pause.reason],
    ["paused_actions", parts.pause.kind],
    ["paused_timeout_milliseconds", parts.pause.remainingMs],
  ];
}

/** Bytes that scripts and functions take: the interpreters, and what is kept beside them. */
function scriptingMemory({ engines, scripts, libraries }: Services) {
  return {
    evalVm: engines.memory.scripts,
    functionVm: engines.memory.functions,
    evalCache: scripts.bytes,
    functionCache: libraries.bytes,
  };
}

function memory(parts: Services): Field[] {
  const { config: { values: { maxmemory, maxmemoryPolicy } }, memory } = parts;
  const report = reportMemory(parts);
  const buffers = parts.replication.replicas.memory();
  const { used, peak, startup, overhead, dataset, active, resident } = report;
  const scripting = scriptingMemory(parts);
  const { resident: rss, heapUsed, heapTotal, external, machineMemory } = report.resources;
  return [
    ["used_memory", used],
    ["used_memory_human", humanBytes(used)],
    ["used_memory_rss", rss],
    ["used_memory_rss_human", humanBytes(rss)],
    ["used_memory_peak", peak],
    ["used_memory_peak_human", humanBytes(peak)],
    ["used_memory_peak_perc", percent(used, peak)],
    ["used_memory_overhead", overhead],
    ["used_memory_startup", startup],
    ["used_memory_dataset", dataset],
    ["used_memory_dataset_perc", `${report.datasetPercent.toFixed(2)}%`],
    ["allocator_allocated", used],
    ["allocator_active", active],
    ["allocator_resident", resident],
    ["total_system_memory", machineMemory],
    ["total_system_memory_human", humanBytes(machineMemory)],
    ["used_memory_lua", scripting.evalVm],
    ["used_memory_vm_eval", scripting.evalVm],
    ["used_memory_lua_human", humanBytes(scripting.evalVm)],
    ["used_memory_scripts_eval", scripting.evalCache],
    ["number_of_cached_scripts", parts.scripts.size],
    ["number_of_functions", parts.libraries.functionCount],
    ["number_of_libraries", parts.libraries.size],
    ["used_memory_vm_functions", scripting.functionVm],
    ["used_memory_vm_total", scripting.evalVm + scripting.functionVm],
    ["used_memory_vm_total_human", humanBytes(scripting.evalVm + scripting.functionVm)],
    ["used_memory_functions", scripting.functionCache],
    ["used_memory_scripts", scripting.evalCache + scripting.functionCache],
    ["used_memory_scripts_human", humanBytes(scripting.evalCache + scripting.functionCache)],
    ["maxmemory", maxmemory],
    ["maxmemory_human", humanBytes(maxmemory)],
    ["maxmemory_policy", maxmemoryPolicy],
    ["allocator_frag_ratio", ratio(active, used)],
    ["allocator_frag_bytes", active - used],
    ["allocator_rss_ratio", ratio(resident, active)],
    ["allocator_rss_bytes", resident - active],
    ["rss_overhead_ratio", ratio(rss, resident)],
    ["rss_overhead_bytes", rss - resident],
    ["mem_fragmentation_ratio", ratio(rss, used)],
    ["mem_fragmentation_bytes", rss - used],
    ["mem_not_counted_for_evict", buffers.stream - buffers.backlog + parts.aof.pendingBytes],
    ["mem_replication_backlog", buffers.backlog],
    ["mem_total_replication_buffers", buffers.stream],
    ["mem_clients_slaves", buffers.replicas],
    ["mem_clients_normal", Math.max(0, report.clients - buffers.replicas)],
    ["mem_cluster_links", 0],
    ["mem_aof_buffer", parts.aof.pendingBytes],
    ["mem_allocator", "v8"],
    ["v8_heap_used", heapUsed],
    ["v8_heap_total", heapTotal],
    ["v8_external", external],
    ["v8_heap_limit", memory.meter.heap.limit],
    ["v8_heap_full", flag(memory.heapFull)],
    ["active_defrag_running", 0],
    ["lazyfree_pending_objects", 0],
    ["lazyfreed_objects", 0],
  ];
}

function status(wentWell: boolean): string {
  return wentWell ? "ok" : "err";
}

function persistence(parts: Services): Field[] {
  const { aof, persistence, loading: { state: loading } } = parts;
  const { background } = persistence;
  const keysDone = background?.keysDone ?? 0;
  const keysTotal = background?.keysTotal ?? 0;
  const fields: Field[] = [
    ["loading", flag(loading !== null && !loading.asynchronous)],
    ["async_loading", flag(loading?.asynchronous ?? false)],
    ["current_cow_peak", 0],
    ["current_cow_size", 0],
    ["current_cow_size_age", 0],
    ["current_fork_perc", background === null ? "0.00" : percentOf(keysDone, keysTotal)],
    ["current_save_keys_processed", keysDone],
    ["current_save_keys_total", keysTotal],
    ["rdb_changes_since_last_save", persistence.unsavedChanges],
    ["rdb_bgsave_in_progress", flag(background !== null)],
    ["rdb_last_save_time", persistence.lastSave],
    ["rdb_last_bgsave_status", persistence.lastWentWell ? "ok" : "err"],
    ["rdb_last_bgsave_time_sec", persistence.lastSeconds],
    ["rdb_current_bgsave_time_sec", persistence.currentSeconds],
    ["rdb_saves", persistence.saves],
    ["rdb_last_cow_size", 0],
    ["rdb_last_load_keys_expired", persistence.expiredKeysOnLoad],
    ["rdb_last_load_keys_loaded", persistence.loadedKeys],
    ["aof_enabled", flag(aof.enabled)],
    ["aof_rewrite_in_progress", flag(aof.rewriting)],
    ["aof_rewrite_scheduled", flag(aof.rewriteScheduled)],
    ["aof_last_rewrite_time_sec", aof.lastRewriteSeconds],
    ["aof_current_rewrite_time_sec", aof.rewriteSeconds],
    ["aof_last_bgrewrite_status", status(aof.lastRewriteWentWell)],
    ["aof_rewrites", aof.rewrites],
    ["aof_rewrites_consecutive_failures", aof.consecutiveFailures],
    ["aof_last_write_status", status(aof.error === null)],
    ["aof_last_cow_size", 0],
    ["module_fork_in_progress", 0],
    ["module_fork_last_cow_size", 0],
  ];
  if (aof.enabled) {
    fields.push(
      ["aof_current_size", aof.size],
      ["aof_base_size", aof.baseSize],
      ["aof_pending_rewrite", flag(aof.rewriteScheduled)],
      ["aof_buffer_length", aof.pendingBytes],
      ["aof_pending_bio_fsync", flag(aof.syncing)],
      ["aof_delayed_fsync", aof.delayedSyncs],
    );
  }
  if (loading !== null) {
    const elapsed = Math.max(1, (parts.clock.ms - loading.startedMs) / 1000);
    const speed = loading.loadedBytes / elapsed;
    // The size of a pipe is not known.
    const left = Math.max(0, loading.totalBytes - loading.loadedBytes);
    fields.push(
      ["loading_start_time", Math.floor(loading.startedMs / 1000)],
      ["loading_total_bytes", loading.totalBytes],
      ["loading_rdb_used_mem", 0],
      ["loading_loaded_bytes", loading.loadedBytes],
      ["loading_loaded_perc", percentOf(loading.loadedBytes, loading.totalBytes)],
      ["loading_eta_seconds", speed > 0 ? Math.ceil(left / speed) : 1],
    );
  }
  return fields;
}

function percentOf(part: number, whole: number): string {
  return (whole === 0 ? 0 : part / whole * 100).toFixed(2);
}

function stats(parts: Services): Field[] {
  const { stats, keyspace } = parts;
  const refused = parts.acl.refused.totals;
  return [
    ["total_connections_received", stats.connectionsReceived],
    ["total_commands_processed", stats.commandsProcessed],
    ["instantaneous_ops_per_sec", Math.round(stats.opsRate.perSecond)],
    ["total_net_input_bytes", stats.inputBytes],
    ["total_net_output_bytes", stats.outputBytes],
    ["total_net_repl_input_bytes", stats.replicationInputBytes],
    ["total_net_repl_output_bytes", stats.replicationOutputBytes],
    ["instantaneous_input_kbps", (stats.inputRate.perSecond / 1024).toFixed(2)],
    ["instantaneous_output_kbps", (stats.outputRate.perSecond / 1024).toFixed(2)],
    [
      "instantaneous_input_repl_kbps",
      (stats.replicationInputRate.perSecond / 1024).toFixed(2),
    ],
    [
      "instantaneous_output_repl_kbps",
      (stats.replicationOutputRate.perSecond / 1024).toFixed(2),
    ],
    ["rejected_connections", stats.rejectedConnections],
    ["sync_full", stats.fullSyncs],
    ["sync_partial_ok", stats.partialSyncs],
    ["sync_partial_err", stats.failedPartialSyncs],
    ["expired_keys", keyspace.stats.expiredKeys],
    ["expired_stale_perc", "0.00"],
    ["expired_time_cap_reached_count", stats.expiredTimeCapReached],
    ["expire_cycle_cpu_milliseconds", Math.round(stats.activeExpireCycleMs)],
    ["evicted_keys", keyspace.stats.evictedKeys],
    ["evicted_clients", stats.evictedClients],
    [
      "total_eviction_exceeded_time",
      Math.round(
        stats.evictionExceededMs + parts.memory.currentExceededMs,
      ),
    ],
    ["current_eviction_exceeded_time", Math.round(parts.memory.currentExceededMs)],
    ["keyspace_hits", keyspace.stats.hits],
    ["keyspace_misses", keyspace.stats.misses],
    ["pubsub_channels", parts.pubsub.size("channel")],
    ["pubsub_patterns", parts.pubsub.size("pattern")],
    ["pubsubshard_channels", parts.pubsub.size("shard")],
    ["latest_fork_usec", 0],
    ["total_forks", 0],
    ["migrate_cached_sockets", parts.peers.size],
    ["slave_expires_tracked_keys", parts.replication.ownExpiries.size],
    ["active_defrag_hits", 0],
    ["active_defrag_misses", 0],
    ["active_defrag_key_hits", 0],
    ["active_defrag_key_misses", 0],
    ["total_active_defrag_time", 0],
    ["current_active_defrag_time", 0],
    ["tracking_total_keys", 0],
    ["tracking_total_items", 0],
    ["tracking_total_prefixes", 0],
    ["unexpected_error_replies", stats.unexpectedErrorReplies],
    ["total_error_replies", stats.errorReplies],
    ["dump_payload_sanitizations", 0],
    ["total_reads_processed", stats.readsProcessed],
    ["total_writes_processed", stats.writesProcessed],
    ["io_threaded_reads_processed", 0],
    ["io_threaded_writes_processed", 0],
    ["reply_buffer_shrinks", 0],
    ["reply_buffer_expands", 0],
    ["eventloop_cycles", stats.readsProcessed],
    ["eventloop_duration_sum", Math.round(stats.commandMicros)],
    ["eventloop_duration_cmd_sum", Math.round(stats.commandMicros)],
    ["instantaneous_eventloop_cycles_per_sec", Math.round(stats.readRate.perSecond)],
    ["instantaneous_eventloop_duration_usec", 0],
    ["acl_access_denied_auth", refused.auth],
    ["acl_access_denied_cmd", refused.command],
    ["acl_access_denied_key", refused.key],
    ["acl_access_denied_channel", refused.channel],
    ["client_query_buffer_limit_disconnections", stats.queryBufferDisconnections],
    ["client_output_buffer_limit_disconnections", stats.outputBufferDisconnections],
    ["unhandled_errors", stats.unhandledErrors],
  ];
}

function cpu(parts: Services): Field[] {
  const { cpuUser, cpuSystem } = parts.host.resources();
  return [
    ["used_cpu_sys", cpuSystem.toFixed(6)],
    ["used_cpu_user", cpuUser.toFixed(6)],
    ["used_cpu_sys_children", "0.000000"],
    ["used_cpu_user_children", "0.000000"],
    ["used_cpu_sys_main_thread", cpuSystem.toFixed(6)],
    ["used_cpu_user_main_thread", cpuUser.toFixed(6)],
  ];
}

function commandStats(parts: Services): Field[] {
  return Array.from(parts.registry.allStats(), ([command, stats]): Field => {
    const { calls, micros, rejected, failed } = stats;
    const perCall = (calls === 0 ? 0 : micros / calls).toFixed(2);
    return [
      `cmdstat_${command.name}`,
      `calls=${calls},usec=${Math.round(micros)},usec_per_call=${perCall},` +
      `rejected_calls=${rejected},failed_calls=${failed}`,
    ];
  });
}

function errorStats(parts: Services): Field[] {
  return Array.from(
    parts.stats.errors,
    ([code, count]): Field => [`errorstat_${code}`, `count=${count}`],
  );
}

function latencyStats(parts: Services): Field[] {
  const percentiles = parts.config.values.latencyTrackingInfoPercentiles;
  const fields: Field[] = [];
  for (const [command, { latency }] of parts.registry.allStats()) {
    if (latency === null || latency.total === 0) continue;
    const shown = percentiles.map((p) => `p${p}=${latency.percentile(p).toFixed(3)}`);
    fields.push([`latency_percentiles_usec_${command.name}`, shown.join(",")]);
  }
  return fields;
}

function cluster(): Field[] {
  return [["cluster_enabled", 0]];
}

function keyspaceSection(parts: Services): Field[] {
  const now = parts.clock.ms;
  return parts.keyspace.databases.filter((db) => db.size > 0).map((db): Field => [
    `db${db.index}`,
    `keys=${db.size},expires=${db.table.expiring},avg_ttl=${
      Math.max(0, Math.round(db.table.averageTtl(now)))
    }`,
  ]);
}

/** Every section by its name in lower case, in the order they are shown. */
export const SECTIONS: ReadonlyMap<string, { title: string; section: Section }> = new Map([
  ["server", { title: "Server", section: server }],
  ["clients", { title: "Clients", section: clients }],
  ["memory", { title: "Memory", section: memory }],
  ["persistence", { title: "Persistence", section: persistence }],
  ["stats", { title: "Stats", section: stats }],
  ["replication", { title: "Replication", section: replicationSection }],
  ["cpu", { title: "CPU", section: cpu }],
  ["modules", { title: "Modules", section: () => [] }],
  ["commandstats", { title: "Commandstats", section: commandStats }],
  ["errorstats", { title: "Errorstats", section: errorStats }],
  ["latencystats", { title: "Latencystats", section: latencyStats }],
  ["cluster", { title: "Cluster", section: cluster }],
  ["keyspace", { title: "Keyspace", section: keyspaceSection }],
]);

/** The sections of a plain INFO. */
export const DEFAULT_SECTIONS: readonly string[] = [
  "server",
  "clients",
  "memory",
  "persistence",
  "stats",
  "replication",
  "cpu",
  "modules",
  "errorstats",
  "cluster",
  "keyspace",
];
