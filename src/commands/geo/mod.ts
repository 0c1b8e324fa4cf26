/**
 * The geo commands: places as members of a sorted set, whose scores say where they are.
 *
 * @module
 */

import type { Command } from "../../command/command.ts";
import { pointCommands } from "./points.ts";
import { radiusCommands } from "./radius.ts";
import { searchCommands } from "./search.ts";
import type { Context } from "../../command/context.ts";

/** Every geo command. */
export const geoCommands: readonly Command<Context>[] = [
  ...pointCommands,
  ...radiusCommands,
  ...searchCommands,
];
