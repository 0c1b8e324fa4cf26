/**
 * The sorted set commands.
 *
 * @module
 */

import type { Command } from "../../command/command.ts";
import { addCommands } from "./add.ts";
import { combiningCommands } from "./combine.ts";
import { memberCommands } from "./members.ts";
import { popCommands } from "./pop.ts";
import { rangeCommands } from "./range.ts";
import { removeCommands } from "./remove.ts";
import { samplingCommands } from "./sampling.ts";
import type { Context } from "../../command/context.ts";

/** Every sorted set command. */
export const sortedSetCommands: readonly Command<Context>[] = [
  ...addCommands,
  ...memberCommands,
  ...rangeCommands,
  ...removeCommands,
  ...popCommands,
  ...combiningCommands,
  ...samplingCommands,
];
