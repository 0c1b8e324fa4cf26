/**
 * The hash commands.
 *
 * @module
 */

import type { Command } from "../../dispatch/command.ts";
import { fieldCommands } from "./fields.ts";
import { wholeHashCommands } from "./whole.ts";

/** Every hash command. */
export const hashCommands: readonly Command[] = [
  ...fieldCommands,
  ...wholeHashCommands,
];
