/**
 * The list commands.
 *
 * @module
 */

import type { Command } from "../../dispatch/command.ts";
import { pushPopCommands } from "./push_pop.ts";
import { readCommands } from "./read.ts";

/** Every list command. */
export const listCommands: readonly Command[] = [
  ...pushPopCommands,
  ...readCommands,
];
