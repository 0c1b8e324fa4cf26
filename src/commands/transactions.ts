/**
 * MULTI, EXEC, DISCARD, WATCH, UNWATCH.
 *
 * Queuing itself is the pipeline's; here transactions begin and end. A command that was refused
 * while queuing makes EXEC abort; one that fails while it runs does not stop those behind it.
 *
 * Source: https://redis.io/docs/latest/develop/interact/transactions/
 *
 * @module
 */

import { key, many } from "../command/arguments.ts";
import type { Client } from "../session/client.ts";
import { type Command, type CommandSpec, defineCommand } from "../command/command.ts";
import { keyRange } from "../command/key_specs.ts";
import { NULL_ARRAY, OK, RedisError, type Reply } from "../resp/reply.ts";
import { detach } from "../bytes/latin1.ts";

const common = {
  group: "transactions",
  flags: ["noscript", "loading", "stale", "fast", "allow_busy"],
  acl: ["@fast", "@transaction"],
} satisfies Partial<CommandSpec>;

const multi = defineCommand({
  ...common,
  name: "multi",
  summary: "Begins a transaction: the commands that follow are queued.",
  since: "1.2.0",
  complexity: "O(1)",
  arity: 1,
  immediateInMulti: true,
  run(client) {
    if (client.transaction !== null) throw new RedisError("ERR MULTI calls can not be nested");
    client.transaction = {
      queue: [],
      aborted: false,
      bytes: 0,
      writes: false,
      mayReplicate: false,
      denyOom: false,
    };
    return OK;
  },
});

const discard = defineCommand({
  ...common,
  name: "discard",
  summary: "Drops a transaction.",
  since: "2.0.0",
  complexity: "O(N) where N is the number of queued commands",
  arity: 1,
  immediateInMulti: true,
  run(client) {
    if (client.transaction === null) throw new RedisError("ERR DISCARD without MULTI");
    client.transaction = null;
    client.engine.watch.unwatch(client);
    return OK;
  },
});

const exec = defineCommand({
  ...common,
  name: "exec",
  summary: "Runs the queued commands, one behind the other, with nothing in between.",
  since: "1.2.0",
  complexity: "Depends on the queued commands.",
  arity: 1,
  flags: ["noscript", "loading", "stale", "skip_slowlog"],
  acl: ["@slow", "@transaction"],
  immediateInMulti: true,
  run: runTransaction,
});

function runTransaction(client: Client): Reply {
  const { transaction, engine } = client;
  if (transaction === null) throw new RedisError("ERR EXEC without MULTI");
  const broken = client.watchBroken || engine.watch.anyExpired(client);
  client.transaction = null;
  engine.watch.unwatch(client);
  if (transaction.aborted) {
    throw new RedisError("EXECABORT Transaction discarded because of previous errors.");
  }
  if (broken) return NULL_ARRAY;
  client.inExec = true;
  const replies: Reply[] = [];
  for (const { command, args } of transaction.queue) {
    client.lastCommand = command;
    replies.push(engine.call(client, command, args));
  }
  client.inExec = false;
  client.lastCommand = exec;
  // Its commands have left their effects, each for itself.
  engine.journal.suppress();
  return replies;
}

const watch = defineCommand({
  ...common,
  name: "watch",
  summary: "Makes the next transaction depend on keys staying as they are.",
  since: "2.2.0",
  complexity: "O(1) for every key.",
  arity: -2,
  keys: [keyRange("RO", { last: -1 })],
  args: [many(key("key"))],
  immediateInMulti: true,
  run(client, args) {
    if (client.transaction !== null) {
      throw new RedisError("ERR WATCH inside MULTI is not allowed");
    }
    // Once broken the transaction cannot be mended: there is nothing more to watch.
    if (client.watchBroken) return OK;
    for (let i = 1; i < args.length; i++) client.engine.watch.watch(client, detach(args[i]));
    return OK;
  },
});

const unwatch = defineCommand({
  ...common,
  name: "unwatch",
  summary: "Forgets the watched keys.",
  since: "2.2.0",
  complexity: "O(1)",
  arity: 1,
  run(client) {
    client.engine.watch.unwatch(client);
    return OK;
  },
});

/** The transaction commands. */
export const transactionCommands: readonly Command[] = [
  multi,
  exec,
  discard,
  watch,
  unwatch,
];
