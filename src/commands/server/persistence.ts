/**
 * Commands that save the data: SAVE.
 *
 * @module
 */

import type { Client } from "../../dispatch/client.ts";
import { type Command, defineCommand } from "../../dispatch/command.ts";
import { OK, RedisError, type Reply } from "../../resp/reply.ts";

function runSave(client: Client): Reply {
  const { persistence, journal } = client.engine;
  // Saving sets the count of changes back, which must not be taken for a change.
  journal.suppress();
  // A real server says no more than this; the reason is in the log.
  if (!persistence.save()) throw new RedisError("ERR");
  return OK;
}

const save = defineCommand({
  name: "save",
  summary: "Saves all data to disk while every client waits.",
  since: "1.0.0",
  group: "server",
  complexity: "O(N) where N is the number of keys in all databases",
  arity: 1,
  flags: ["admin", "noscript", "no_async_loading", "no_multi"],
  acl: ["@admin", "@slow", "@dangerous"],
  run: runSave,
});

/** The commands that save. */
export const persistenceCommands: readonly Command[] = [save];
