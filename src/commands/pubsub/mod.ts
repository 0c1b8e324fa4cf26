/**
 * The commands of published messages.
 *
 * @module
 */

import type { Command } from "../../command/command.ts";
import { publishCommands } from "./publish.ts";
import { subscribeCommands } from "./subscribe.ts";

/** All of them. */
export const pubsubCommands: readonly Command[] = [...subscribeCommands, ...publishCommands];
