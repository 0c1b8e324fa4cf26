/**
 * The set commands.
 *
 * @module
 */

import type { Command } from "../../command/command.ts";
import { combiningCommands } from "./combine.ts";
import { memberCommands } from "./members.ts";
import { randomMemberCommands } from "./random.ts";
import type { Context } from "../../command/context.ts";

/** Every set command. */
export const setCommands: readonly Command<Context>[] = [
  ...memberCommands,
  ...randomMemberCommands,
  ...combiningCommands,
];
