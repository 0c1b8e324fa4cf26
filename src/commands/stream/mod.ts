/**
 * The stream commands.
 *
 * @module
 */

import type { Command } from "../../dispatch/command.ts";
import { streamRangeCommands } from "./range.ts";
import { xread } from "./read.ts";
import { streamWriteCommands } from "./write.ts";

/** All commands on streams. */
export const streamCommands: readonly Command[] = [
  ...streamWriteCommands,
  ...streamRangeCommands,
  xread,
];
