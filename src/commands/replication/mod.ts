/**
 * The commands that servers send each other to replicate.
 *
 * @module
 */

import type { Command } from "../../command/command.ts";
import { failoverCommand } from "./failover.ts";
import { replicaOfCommands } from "./replicaof.ts";
import { replConfCommand } from "./replconf.ts";
import { roleCommand } from "./role.ts";
import { psyncCommand, syncCommand } from "./sync.ts";

/** The commands of replication. */
export const replicationCommands: readonly Command[] = [
  ...replicaOfCommands,
  failoverCommand,
  roleCommand,
  syncCommand,
  psyncCommand,
  replConfCommand,
];
