/**
 * The commands of published messages.
 *
 * @module
 */

import { publishCommands } from "./publish.ts";
import { subscribeCommands } from "./subscribe.ts";
import type { ServerCommand } from "../services.ts";

/** All of them. */
export const pubsubCommands: readonly ServerCommand[] = [...subscribeCommands, ...publishCommands];
