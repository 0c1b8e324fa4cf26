/**
 * WAIT: until replicas have taken the client's writes.
 *
 * Replicas say once a second how far they are. WAIT does not wait for that: it asks them, by a
 * command in the stream after the writes.
 *
 * @module
 */

import { integer } from "../../command/arguments.ts";
import { defineCommand } from "../../command/command.ts";
import { RedisError } from "../../resp/reply.ts";
import { parseTimeoutMillis } from "../blocking_timeout.ts";
import { parseIntArg } from "../parse.ts";
import type { AdminContext } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"replication" | "writeWaits">;

/** WAIT. */
export const waitCommand = defineCommand({
  name: "wait",
  summary:
    "Waits until so many replicas have taken the client's writes, and counts those that have.",
  since: "3.0.0",
  group: "generic",
  complexity: "O(1)",
  arity: 3,
  flags: [],
  acl: ["@slow", "@connection"],
  tips: ["request_policy:all_shards", "response_policy:agg_min"],
  args: [integer("numreplicas"), integer("timeout")],
  run(context: Needs, args) {
    const { clock, services: { writeWaits, replication } } = context;
    const { replicas } = replication;
    if (replication.isReplica) {
      throw new RedisError(
        "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if " +
          "a replica is configured to be writable (which is not the default) writes to replicas " +
          "are just local and are not propagated.",
      );
    }
    const wanted = parseIntArg(args[1]);
    const timeoutMs = parseTimeoutMillis(args[2], clock.ms);
    const reply = () => replicas.holding(context.client.writeOffset);
    const done = () => reply() >= wanted;
    if (done() || context.client.caller.inTransaction) return reply();
    const result = writeWaits.block(context.client, args, { timeoutMs, done, reply });
    replicas.askPositions();
    return result;
  },
});
