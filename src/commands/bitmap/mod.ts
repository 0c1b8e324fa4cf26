/**
 * The bitmap commands: strings as rows of bits, bit 0 being the highest of the first byte.
 *
 * @module
 */

import type { Command } from "../../command/command.ts";
import { bitCommands } from "./bit.ts";
import { fieldCommands } from "./bitfield.ts";
import { bitOpCommands } from "./bitop.ts";
import { countCommands } from "./count.ts";
import type { Context } from "../../command/context.ts";

/** Every bitmap command. */
export const bitmapCommands: readonly Command<Context>[] = [
  ...bitCommands,
  ...countCommands,
  ...bitOpCommands,
  ...fieldCommands,
];
