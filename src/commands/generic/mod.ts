/**
 * The generic commands: those on keys whatever they hold.
 *
 * @module
 */

import { dumpCommands } from "./dump.ts";
import { expireCommands } from "./expire.ts";
import { keyCommands } from "./keys.ts";
import { migrateCommand } from "./migrate.ts";
import { movingCommands } from "./moving.ts";
import { objectCommand } from "./object.ts";
import { sortCommands } from "./sort.ts";
import { ttlCommands } from "./ttl.ts";
import { waitCommand } from "./wait.ts";
import type { ServerCommand } from "../services.ts";

/** The generic commands. */
export const genericCommands: readonly ServerCommand[] = [
  ...keyCommands,
  ...movingCommands,
  ...dumpCommands,
  migrateCommand,
  objectCommand,
  ...expireCommands,
  ...ttlCommands,
  ...sortCommands,
  waitCommand,
];
