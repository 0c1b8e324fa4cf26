/**
 * The set commands.
 *
 * @module
 */

import type { Command } from "../../dispatch/command.ts";
import { memberCommands } from "./members.ts";

/** Every set command. */
export const setCommands: readonly Command[] = [
  ...memberCommands,
];
