/**
 * The hash commands.
 *
 * @module
 */

import type { Command } from "../../command/command.ts";
import { fieldExpireCommands } from "./expire.ts";
import { fieldCommands } from "./fields.ts";
import { hashNumberCommands } from "./numbers.ts";
import { fieldTtlCommands } from "./ttl.ts";
import { wholeHashCommands } from "./whole.ts";
import type { Context } from "../../command/context.ts";

/** Every hash command. */
export const hashCommands: readonly Command<Context>[] = [
  ...fieldCommands,
  ...wholeHashCommands,
  ...hashNumberCommands,
  ...fieldExpireCommands,
  ...fieldTtlCommands,
];
