/**
 * The HyperLogLog commands: estimates of how many different elements were added to a key.
 *
 * @module
 */

import type { Command } from "../../command/command.ts";
import { countingCommands } from "./count.ts";
import { debuggingCommands } from "./debug.ts";
import type { Context } from "../../command/context.ts";

/** Every HyperLogLog command. */
export const hyperLogLogCommands: readonly Command<Context>[] = [
  ...countingCommands,
  ...debuggingCommands,
];
