/**
 * Commands on whole databases and on the server's life: DBSIZE, FLUSHDB, FLUSHALL, SWAPDB, TIME,
 * LASTSAVE, SHUTDOWN, ROLE.
 *
 * @module
 */

import { asciiUpper, type ByteString } from "../../bytes/bytes.ts";
import { parseInteger } from "../../bytes/int.ts";
import { integer, oneof, opt, token } from "../../command/arguments.ts";
import { defineCommand } from "../../command/command.ts";
import type { BlockedState } from "../../session/blocked.ts";
import { NO_REPLY, OK, RedisError, type Reply, syntaxError } from "../../resp/reply.ts";
import type { AdminContext, ServerCommand, ShutdownRequest } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"host" | "persistence" | "scriptRunner">;

const dbSize = defineCommand({
  name: "dbsize",
  summary: "Counts the keys of the selected database.",
  since: "1.0.0",
  group: "server",
  complexity: "O(1)",
  arity: 1,
  flags: ["readonly", "fast"],
  acl: ["@keyspace", "@read", "@fast"],
  tips: ["request_policy:all_shards", "response_policy:agg_sum"],
  run: (context: Needs) => context.db.size,
});

/** Both forms free memory in the background here: the table is dropped, not emptied. */
function checkFlushOption(args: readonly ByteString[]): void {
  if (args.length === 1) return;
  const option = asciiUpper(args[1]);
  if (args.length > 2 || (option !== "ASYNC" && option !== "SYNC")) throw syntaxError();
}

/**
 * Account for a flush, which is journaled even when it removed nothing here.
 *
 * @param all whether of all databases: then what was saved is gone as well
 */
function flushed(context: Needs, args: readonly ByteString[], count: number, all: boolean): void {
  const { keyspace, journal, services: { persistence } } = context;
  keyspace.changes += count;
  // A save would reset the count of changes, by which the journal sees that there are some.
  if (journal.active && (count === 0 || all)) journal.replace(context.db.index, args);
  if (all) persistence.flushed();
}

const flushArguments = [
  opt(oneof("flush-type", [
    token("ASYNC", { since: "4.0.0" }),
    token("SYNC", { since: "6.2.0" }),
  ])),
];

const flushAll = defineCommand({
  name: "flushall",
  summary: "Removes all keys of all databases.",
  since: "1.0.0",
  group: "server",
  complexity: "O(1); memory is returned by the collector later",
  arity: -1,
  flags: ["write"],
  acl: ["@keyspace", "@write", "@slow", "@dangerous"],
  tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
  history: [["4.0.0", "The ASYNC option came."], ["6.2.0", "The SYNC option came."]],
  args: flushArguments,
  run(context: Needs, args) {
    checkFlushOption(args);
    flushed(context, args, context.keyspace.clearAll(), true);
    return OK;
  },
});

const flushDb = defineCommand({
  name: "flushdb",
  summary: "Removes all keys of the selected database.",
  since: "1.0.0",
  group: "server",
  complexity: "O(1); memory is returned by the collector later",
  arity: -1,
  flags: ["write"],
  acl: ["@keyspace", "@write", "@slow", "@dangerous"],
  tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
  history: [["4.0.0", "The ASYNC option came."], ["6.2.0", "The SYNC option came."]],
  args: flushArguments,
  run(context: Needs, args) {
    checkFlushOption(args);
    flushed(context, args, context.db.clear(), false);
    return OK;
  },
});

const swapDb = defineCommand({
  name: "swapdb",
  summary: "Exchanges the contents of two databases.",
  since: "4.0.0",
  group: "server",
  complexity: "O(N) where N is the number of keys that clients watch or wait for in them",
  arity: 3,
  flags: ["write", "fast"],
  acl: ["@keyspace", "@write", "@fast", "@dangerous"],
  args: [integer("index1"), integer("index2")],
  run(context: Needs, args) {
    const first = databaseIndex(args[1], "ERR invalid first DB index");
    const second = databaseIndex(args[2], "ERR invalid second DB index");
    const { keyspace } = context;
    const a = keyspace.databases[first];
    const b = keyspace.databases[second];
    if (a === undefined || b === undefined) {
      throw new RedisError("ERR DB index is out of range");
    }
    if (a !== b) keyspace.swap(a, b);
    keyspace.changes++;
    return OK;
  },
});

function databaseIndex(text: ByteString, error: string): number {
  const index = parseInteger(text);
  if (index === null || index < -(2 ** 31) || index >= 2 ** 31) throw new RedisError(error);
  return Number(index);
}

const time = defineCommand({
  name: "time",
  summary: "Answers the server's time: unix seconds, and microseconds within the second.",
  since: "2.6.0",
  group: "server",
  complexity: "O(1)",
  arity: 1,
  flags: ["loading", "stale", "fast"],
  acl: ["@fast"],
  tips: ["nondeterministic_output"],
  run(context: Needs) {
    // Time stands still within a script.
    const { running } = context.services.scriptRunner;
    const inScript = running !== null && context.client.caller.name === "script";
    const micros = inScript ? running.startedMicros : context.clock.micros();
    return [String(Math.floor(micros / 1e6)), String(micros % 1e6)];
  },
});

const lastSave = defineCommand({
  name: "lastsave",
  summary: "Answers the unix time of the last successful save.",
  since: "1.0.0",
  group: "server",
  complexity: "O(1)",
  arity: 1,
  flags: ["loading", "stale", "fast"],
  acl: ["@admin", "@fast", "@dangerous"],
  tips: ["nondeterministic_output"],
  run: (context: Needs) => context.services.persistence.lastSave,
});

const shutdown = defineCommand({
  name: "shutdown",
  summary: "Stops the server in order, saving first when save points are set.",
  since: "1.0.0",
  group: "server",
  complexity: "O(N) when saving, where N is the number of keys, else O(1)",
  arity: -1,
  flags: ["admin", "noscript", "loading", "stale", "no_multi", "allow_busy"],
  acl: ["@admin", "@slow", "@dangerous"],
  history: [["7.0.0", "The options NOW, FORCE and ABORT came."]],
  args: [
    opt(oneof("save-selector", [token("NOSAVE"), token("SAVE")])),
    opt(token("NOW", { since: "7.0.0" })),
    opt(token("FORCE", { since: "7.0.0" })),
    opt(token("ABORT", { since: "7.0.0" })),
  ],
  run(context: Needs, args) {
    const request: ShutdownRequest = {};
    let abort = false;
    for (const arg of args.slice(1)) {
      const option = asciiUpper(arg);
      if (option === "NOSAVE" && request.save === undefined) request.save = false;
      else if (option === "SAVE" && request.save === undefined) request.save = true;
      else if (option === "NOW") request.now = true;
      else if (option === "FORCE") request.force = true;
      else if (option === "ABORT") abort = true;
      else throw syntaxError();
    }
    if (abort) return abortShutdown(context, args);
    const { scriptRunner } = context.services;
    // A script that is slow would be cut off in the middle of its writes.
    if (scriptRunner.isSlow && request.save !== false) {
      throw new RedisError(scriptRunner.busyError.text);
    }
    return beginShutdown(context, args, request);
  },
});

function beginShutdown(
  context: Needs,
  args: readonly ByteString[],
  request: ShutdownRequest,
): Reply {
  if (context.client.connection === null && !request.now) {
    throw new RedisError(
      "ERR SHUTDOWN without NOW or ABORT isn't allowed for DENY BLOCKING client",
    );
  }
  const { blocking, services: { host } } = context;
  const failed = () => new RedisError("ERR Errors trying to SHUTDOWN. Check logs.");
  let state: BlockedState | null = null;
  const onStay = () => {
    if (state !== null) blocking.finishWork(context.client, state);
  };
  if (!host.shutdown({ ...request, onStay })) throw failed();
  if (context.client.connection === null || context.client.closed) return NO_REPLY;
  // The shutdown waits for replicas.
  state = blocking.beginWork(context.client, args, () => {
    throw failed();
  });
  return NO_REPLY;
}

function abortShutdown(context: Needs, args: readonly ByteString[]): Reply {
  if (args.length > 2) throw syntaxError();
  if (!context.services.host.abortShutdown()) throw new RedisError("ERR No shutdown in progress.");
  return OK;
}

/** The commands on databases and the server's life. */
export const databaseCommands: readonly ServerCommand[] = [
  dbSize,
  flushAll,
  flushDb,
  swapDb,
  time,
  lastSave,
  shutdown,
];
