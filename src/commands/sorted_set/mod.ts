/**
 * The sorted set commands.
 *
 * @module
 */

import type { Command } from "../../dispatch/command.ts";
import { addCommands } from "./add.ts";
import { memberCommands } from "./members.ts";
import { rangeCommands } from "./range.ts";
import { removeCommands } from "./remove.ts";

/** Every sorted set command. */
export const sortedSetCommands: readonly Command[] = [
  ...addCommands,
  ...memberCommands,
  ...rangeCommands,
  ...removeCommands,
];
