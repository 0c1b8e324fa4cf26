/**
 * Commands that save the data: SAVE and BGSAVE.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { opt, token } from "../../command/arguments.ts";
import { defineCommand } from "../../command/command.ts";
import { OK, RedisError, type Reply, SimpleString, syntaxError } from "../../resp/reply.ts";
import { isWord } from "../parse.ts";
import type { AdminContext, ServerCommand } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"aof" | "persistence">;

const STARTED = new SimpleString("Background saving started");
const SCHEDULED = new SimpleString("Background saving scheduled");

function inProgress(): RedisError {
  return new RedisError("ERR Background save already in progress");
}

function runSave(context: Needs): Reply {
  const { journal, services: { persistence } } = context;
  if (persistence.saving) throw inProgress();
  // A save resets the count of changes, which must not count as a change.
  journal.suppress();
  // A real server gives no more detail; the reason is in the log.
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

function runBgSave(context: Needs, args: readonly ByteString[]): Reply {
  const { services: { persistence, aof } } = context;
  const schedule = args.length > 1;
  if (schedule && (args.length > 2 || !isWord(args[1], "SCHEDULE"))) throw syntaxError();
  if (persistence.saving) throw inProgress();
  // Within a transaction the data are not what they will be at its end.
  if (context.client.caller.inTransaction || (aof.rewriting && schedule)) {
    persistence.scheduled = true;
    return SCHEDULED;
  }
  if (aof.rewriting) {
    throw new RedisError(
      "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in " +
        "order to schedule a BGSAVE whenever possible.",
    );
  }
  persistence.startBackground();
  return STARTED;
}

const bgSave = defineCommand({
  name: "bgsave",
  summary: "Begins to save all data to disk while clients go on.",
  since: "1.0.0",
  group: "server",
  complexity: "O(1); the save itself takes O(N) beside the commands that go on",
  arity: -1,
  flags: ["admin", "noscript", "no_async_loading"],
  acl: ["@admin", "@slow", "@dangerous"],
  history: [["3.2.2", "The SCHEDULE option came."]],
  args: [opt(token("SCHEDULE", { since: "3.2.2" }))],
  run: runBgSave,
});

/** The commands that save. */
export const persistenceCommands: readonly ServerCommand[] = [save, bgSave];
