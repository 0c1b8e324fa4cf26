/**
 * INFO's section on replication.
 *
 * Source: https://redis.io/docs/latest/commands/info/
 *
 * @module
 */

import type { Services } from "../services.ts";
import type { PrimaryLink } from "../../replication/primary_link.ts";
import type { Field } from "./info_field.ts";

/** The fields of the section. */
export function replicationSection(parts: Services): Field[] {
  const { replication, config } = parts;
  const { link, stream, replicas, backlogActive } = replication;
  return [
    ["role", link === null ? "master" : "slave"],
    ...link === null ? [] : linkFields(parts, link),
    ["connected_slaves", replicas.count],
    ...missingReplicas(parts),
    ...[...replicas.sessions].map((session, i): Field => [
      `slave${i}`,
      `ip=${session.address},port=${session.port},state=${session.state},` +
      `offset=${session.ackPosition},lag=${session.lag}`,
    ]),
    ["master_failover_state", replication.failover.state],
    ["master_replid", replication.id],
    ["master_replid2", replication.secondId],
    ["master_repl_offset", stream.end],
    ["second_repl_offset", replication.secondOffset],
    ["repl_backlog_active", backlogActive ? 1 : 0],
    ["repl_backlog_size", config.values.replBacklogSize],
    ["repl_backlog_first_byte_offset", backlogActive ? stream.start + 1 : 0],
    ["repl_backlog_histlen", backlogActive ? stream.length : 0],
  ];
}

function missingReplicas({ replication, config }: Services): Field[] {
  const { minReplicasToWrite, minReplicasMaxLag } = config.values;
  if (minReplicasToWrite === 0 || minReplicasMaxLag === 0) return [];
  return [["min_slaves_good_slaves", replication.replicas.good]];
}

function linkFields({ replication, config, clock }: Services, link: PrimaryLink): Field[] {
  const { values } = config;
  const seconds = (sinceMs: number) => Math.max(0, Math.floor((clock.ms - sinceMs) / 1000));
  const fields: Field[] = [
    ["master_host", link.host],
    ["master_port", link.port],
    ["master_link_status", link.state === "connected" ? "up" : "down"],
    [
      "master_last_io_seconds_ago",
      link.state === "connected" ? seconds(link.lastInteractionMs) : -1,
    ],
    ["master_sync_in_progress", link.transfer === null ? 0 : 1],
    ["slave_read_repl_offset", link.readOffset],
    ["slave_repl_offset", replication.stream.end],
  ];
  if (link.transfer !== null) {
    const { totalBytes, readBytes } = link.transfer;
    fields.push(
      ["master_sync_total_bytes", totalBytes],
      ["master_sync_read_bytes", readBytes],
      ["master_sync_left_bytes", totalBytes - readBytes],
      ["master_sync_perc", totalBytes > 0 ? (readBytes / totalBytes * 100).toFixed(2) : "0.00"],
      ["master_sync_last_io_seconds_ago", link.transferIdleSeconds],
    );
  }
  if (link.state !== "connected") {
    fields.push([
      "master_link_down_since_seconds",
      link.downSinceMs === 0 ? -1 : seconds(link.downSinceMs),
    ]);
  }
  fields.push(
    ["slave_priority", values.replicaPriority],
    ["slave_read_only", values.replicaReadOnly ? 1 : 0],
    ["replica_announced", values.replicaAnnounced ? 1 : 0],
  );
  return fields;
}
