/**
 * The list commands.
 *
 * @module
 */

import type { Command } from "../../command/command.ts";
import { blockingPopCommands } from "./blocking_pop.ts";
import { editCommands } from "./edit.ts";
import { moveCommands } from "./move.ts";
import { pushPopCommands } from "./push_pop.ts";
import { readCommands } from "./read.ts";
import type { Context } from "../../command/context.ts";

/** Every list command. */
export const listCommands: readonly Command<Context>[] = [
  ...pushPopCommands,
  ...readCommands,
  ...editCommands,
  ...moveCommands,
  ...blockingPopCommands,
];
