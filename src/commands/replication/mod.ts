/**
 * The commands that servers send each other to replicate.
 *
 * @module
 */

import { failoverCommand } from "./failover.ts";
import { replicaOfCommands } from "./replicaof.ts";
import { replConfCommand } from "./replconf.ts";
import { roleCommand } from "./role.ts";
import { psyncCommand, syncCommand } from "./sync.ts";
import type { ServerCommand } from "../services.ts";

/** The commands of replication. */
export const replicationCommands: readonly ServerCommand[] = [
  ...replicaOfCommands,
  failoverCommand,
  roleCommand,
  syncCommand,
  psyncCommand,
  replConfCommand,
];
