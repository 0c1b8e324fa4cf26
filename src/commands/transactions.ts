/**
 * MULTI, EXEC, DISCARD, WATCH, UNWATCH.
 *
 * The executor queues commands; here transactions begin and end. A command that was refused while
 * queuing makes EXEC abort; one that fails while it runs does not stop those behind it.
 *
 * Source: https://redis.io/docs/latest/develop/interact/transactions/
 *
 * @module
 */

import { key, many } from "../command/arguments.ts";
import { type CommandSpec, defineCommand } from "../command/command.ts";
import { keyRange } from "../command/key_specs.ts";
import { NULL_ARRAY, OK, RedisError, type Reply } from "../resp/reply.ts";
import { detach } from "../bytes/latin1.ts";
import { Transaction } from "../session/client.ts";
import type { AdminContext, ServerCommand } from "./services.ts";

/** What these commands work with. */
type Needs = AdminContext<"executor" | "watch">;

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
  run(context: Needs) {
    if (context.client.transaction !== null) {
      throw new RedisError("ERR MULTI calls can not be nested");
    }
    context.client.transaction = new Transaction();
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
  run(context: Needs) {
    if (context.client.transaction === null) throw new RedisError("ERR DISCARD without MULTI");
    context.client.transaction = null;
    context.services.watch.unwatch(context.client);
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

function runTransaction({ client, services }: Needs): Reply {
  const { transaction } = client;
  const { watch, executor } = services;
  if (transaction === null) throw new RedisError("ERR EXEC without MULTI");
  const broken = client.watchBroken || watch.anyExpired(client);
  watch.unwatch(client);
  if (transaction.aborted || broken) client.transaction = null;
  if (transaction.aborted) {
    throw new RedisError("EXECABORT Transaction discarded because of previous errors.");
  }
  return broken ? NULL_ARRAY : executor.runTransaction(client);
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
  run(context: Needs, args) {
    if (context.client.transaction !== null) {
      throw new RedisError("ERR WATCH inside MULTI is not allowed");
    }
    // The transaction will fail whatever happens now: there is nothing more to watch.
    if (context.client.watchBroken) return OK;
    for (let i = 1; i < args.length; i++) {
      context.services.watch.watch(context.client, detach(args[i]));
    }
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
  run(context: Needs) {
    context.services.watch.unwatch(context.client);
    return OK;
  },
});

/** The transaction commands. */
export const transactionCommands: readonly ServerCommand[] = [
  multi,
  exec,
  discard,
  watch,
  unwatch,
];
