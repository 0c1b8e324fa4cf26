/**
 * The commands that servers send each other to replicate.
 *
 * @module
 */

import type { Command } from "../../dispatch/command.ts";
import { replConfCommand } from "./replconf.ts";
import { psyncCommand, syncCommand } from "./sync.ts";

/** The commands of replication. */
export const replicationCommands: readonly Command[] = [syncCommand, psyncCommand, replConfCommand];
