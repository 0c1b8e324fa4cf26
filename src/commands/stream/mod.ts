/**
 * The stream commands.
 *
 * @module
 */

import { streamClaimCommands } from "./claim.ts";
import { xgroup } from "./group.ts";
import { xinfo } from "./info.ts";
import { xpending } from "./pending.ts";
import { streamRangeCommands } from "./range.ts";
import { xread } from "./read.ts";
import { streamReadGroupCommands } from "./read_group.ts";
import { xsetid } from "./set_id.ts";
import { streamWriteCommands } from "./write.ts";
import type { ServerCommand } from "../services.ts";

/** All commands on streams. */
export const streamCommands: readonly ServerCommand[] = [
  ...streamWriteCommands,
  ...streamRangeCommands,
  xsetid,
  xread,
  xgroup,
  ...streamReadGroupCommands,
  ...streamClaimCommands,
  xpending,
  xinfo,
];
