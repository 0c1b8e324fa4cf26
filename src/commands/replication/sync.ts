/**
 * SYNC and PSYNC: a client asks for the data, to be a replica.
 *
 * @module
 */

import { asciiLower } from "../../bytes/bytes.ts";
import { integer, string } from "../../command/arguments.ts";
import { clientLine } from "../../session/client_info.ts";
import { defineCommand } from "../../command/command.ts";
import { RedisError } from "../../resp/reply.ts";
import { isWord } from "../parse.ts";
import type { AdminContext } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"log" | "replication">;

/** SYNC. */
export const syncCommand = defineCommand({
  name: "sync",
  summary: "Asks to be a replica, in the way that came before PSYNC: with all data.",
  since: "1.0.0",
  group: "server",
  arity: 1,
  flags: ["admin", "noscript", "no_async_loading", "no_multi"],
  acl: ["@admin", "@slow", "@dangerous"],
  run: (context: Needs) => context.services.replication.replicas.accept(context.client, null),
});

/** A primary that hands over its role: this server, its replica, is the primary from now on. */
function takeOver(context: Needs, id: string): void {
  const { services: { log, replication } } = context;
  log.notice(`Failover request received for replid ${id}.`);
  if (!replication.isReplica) {
    throw new RedisError("ERR PSYNC FAILOVER can't be sent to a master.");
  }
  if (asciiLower(id) !== replication.id) {
    throw new RedisError("ERR PSYNC FAILOVER replid must match my replid.");
  }
  replication.promote();
  log.notice(`MASTER MODE enabled (failover request from '${clientLine(context.client)}')`);
}

/** PSYNC. */
export const psyncCommand = defineCommand({
  name: "psync",
  summary: "Asks to be a replica, from where the client's data stands if that can be.",
  since: "2.8.0",
  group: "server",
  arity: -3,
  flags: ["admin", "noscript", "no_async_loading", "no_multi"],
  acl: ["@admin", "@slow", "@dangerous"],
  args: [string("replicationid"), integer("offset")],
  run(context: Needs, args) {
    const [, id, offset] = args;
    if (context.client.replica === null && args.length > 3 && isWord(args[3], "FAILOVER")) {
      takeOver(context, id);
    }
    return context.services.replication.replicas.accept(context.client, { id, offset });
  },
});
