/**
 * The commands of the append-only file: rewriting it, and waiting until it is on the disk.
 *
 * @module
 */

import { integer } from "../../command/arguments.ts";
import { defineCommand } from "../../command/command.ts";
import { RedisError, type Reply, SimpleString } from "../../resp/reply.ts";
import { parseTimeoutMillis } from "../blocking_timeout.ts";
import { parseIntArg, parseRangeArg } from "../parse.ts";
import type { AdminContext, ServerCommand } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"aof" | "replication" | "writeWaits">;

const STARTED = new SimpleString("Background append only file rewriting started");
const SCHEDULED = new SimpleString("Background append only file rewriting scheduled");

const bgrewriteaof = defineCommand({
  name: "bgrewriteaof",
  summary: "Rewrites the append-only file in the background.",
  since: "1.0.0",
  group: "server",
  complexity: "O(1)",
  arity: 1,
  flags: ["admin", "noscript", "no_async_loading"],
  acl: ["@admin", "@slow", "@dangerous"],
  run({ client, services: { aof } }: Needs) {
    if (aof.rewriting) {
      throw new RedisError("ERR Background append only file rewriting already in progress");
    }
    // What a transaction has done so far has not been journaled: the new base would have it twice.
    if (client.inExec || aof.mustWait) {
      aof.scheduleRewrite();
      return SCHEDULED;
    }
    if (aof.rewrite()) return STARTED;
    throw new RedisError(
      "ERR Can't execute an AOF background rewriting. Please check the server logs for more " +
        "information.",
    );
  },
});

const NOT_POSITIVE = "ERR value is out of range, must be positive";
const NO_FILE = "ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.";

const waitaof = defineCommand({
  name: "waitaof",
  summary: "Waits until the client's writes are on the disks of this server and of replicas.",
  since: "7.2.0",
  group: "generic",
  complexity: "O(1)",
  arity: 4,
  flags: ["noscript"],
  acl: ["@slow", "@connection"],
  tips: ["request_policy:all_shards", "response_policy:agg_min"],
  args: [integer("numlocal"), integer("numreplicas"), integer("timeout")],
  run(context: Needs, args) {
    const { config, services: { writeWaits, replication } } = context;
    const local = parseIntArg(args[1]);
    if (local < 0 || local > 1) {
      throw new RedisError("ERR value is out of range, value must between 0 and 1");
    }
    const replicas = parseRangeArg(args[2], 0, Infinity, NOT_POSITIVE);
    const timeoutMs = parseTimeoutMillis(args[3], context.clock.ms);
    if (replication.isReplica) {
      throw new RedisError(
        "ERR WAITAOF cannot be used with replica instances. Please also note that writes to " +
          "replicas are just local and are not propagated.",
      );
    }
    // It may be turned off while a client waits.
    const refusal = () => local > 0 && !config.values.appendonly ? NO_FILE : null;
    if (refusal() !== null) throw new RedisError(NO_FILE);
    const done = () =>
      replication.replicas.flushed(context.client.writeOffset) >= replicas &&
      (local === 0 || writeWaits.isSynced(context.client));
    const reply = () => acknowledged(context);
    if (done()) return reply();
    const result = writeWaits.block(context.client, args, { timeoutMs, done, reply, refusal });
    replication.replicas.askPositions();
    return result;
  },
});

/** How many have the client's writes on the disk: this server, and replicas. */
function acknowledged(context: Needs): Reply {
  const { services: { writeWaits, replication } } = context;
  return [
    writeWaits.isSynced(context.client) ? 1 : 0,
    replication.replicas.flushed(context.client.writeOffset),
  ];
}

/** The commands of the append-only file. */
export const aofCommands: readonly ServerCommand[] = [bgrewriteaof, waitaof];
