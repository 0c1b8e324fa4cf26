/**
 * SYNC and PSYNC: a client asks to be a replica.
 *
 * @module
 */

import { asciiLower } from "../../bytes/bytes.ts";
import { integer, string } from "../../command/arguments.ts";
import type { Client } from "../../session/client.ts";
import { clientLine } from "../../session/client_info.ts";
import { defineCommand } from "../../command/command.ts";
import { RedisError } from "../../resp/reply.ts";
import { isWord } from "../parse.ts";

/** SYNC. */
export const syncCommand = defineCommand({
  name: "sync",
  summary: "Asks to be a replica, in the way that came before PSYNC: with all data.",
  since: "1.0.0",
  group: "server",
  arity: 1,
  flags: ["admin", "noscript", "no_async_loading", "no_multi"],
  acl: ["@admin", "@slow", "@dangerous"],
  run: (client) => client.engine.replication.replicas.accept(client, null),
});

/** A primary that hands over its role: this server, its replica, is the primary from now on. */
function takeOver(client: Client, id: string): void {
  const { log, replication } = client.engine;
  log.notice(`Failover request received for replid ${id}.`);
  if (!replication.isReplica) {
    throw new RedisError("ERR PSYNC FAILOVER can't be sent to a master.");
  }
  if (asciiLower(id) !== replication.id) {
    throw new RedisError("ERR PSYNC FAILOVER replid must match my replid.");
  }
  replication.promote();
  log.notice(`MASTER MODE enabled (failover request from '${clientLine(client)}')`);
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
  run(client, args) {
    const [, id, offset] = args;
    if (client.replica === null && args.length > 3 && isWord(args[3], "FAILOVER")) {
      takeOver(client, id);
    }
    return client.engine.replication.replicas.accept(client, { id, offset });
  },
});
