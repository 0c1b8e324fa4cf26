/**
 * The string commands.
 *
 * @module
 */

import type { Command } from "../../command/command.ts";
import { lcsCommands } from "./lcs.ts";
import { numberCommands } from "./numbers.ts";
import { partCommands } from "./parts.ts";
import { severalCommands } from "./several.ts";
import { setGetCommands } from "./set_get.ts";
import type { Context } from "../../command/context.ts";

/** Every string command. */
export const stringCommands: readonly Command<Context>[] = [
  ...setGetCommands,
  ...numberCommands,
  ...partCommands,
  ...severalCommands,
  ...lcsCommands,
];
