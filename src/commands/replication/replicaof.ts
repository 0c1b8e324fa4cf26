/**
 * REPLICAOF, and its older name SLAVEOF: become a replica, or a primary.
 *
 * @module
 */

import { asciiLower, type ByteString, toText } from "../../bytes/bytes.ts";
import { detach } from "../../bytes/latin1.ts";
import { block, integer, oneof, string, token } from "../../command/arguments.ts";
import { clientLine } from "../../session/client_info.ts";
import { type CommandSpec, defineCommand } from "../../command/command.ts";
import { OK, RedisError, type Reply, SimpleString } from "../../resp/reply.ts";
import { parseRangeArg } from "../parse.ts";
import type { AdminContext, ServerCommand } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"log" | "replication">;

const common = {
  group: "server",
  complexity: "O(1)",
  arity: 3,
  flags: ["admin", "noscript", "stale", "no_async_loading"],
  acl: ["@admin", "@slow", "@dangerous"],
  args: [
    oneof("args", [
      block("host-port", [string("host"), integer("port")]),
      block("no-one", [token("NO"), token("ONE")]),
    ]),
  ],
  run: replicaOf,
} satisfies Partial<CommandSpec<Needs>>;

function replicaOf(context: Needs, args: readonly ByteString[]): Reply {
  const { services: { log, replication } } = context;
  const [, host, port] = args;
  if (replication.failover.state !== "no-failover") {
    throw new RedisError("ERR REPLICAOF not allowed while failing over.");
  }
  if (asciiLower(host) === "no" && asciiLower(port) === "one") {
    if (replication.isReplica) {
      replication.promote();
      log.notice(`MASTER MODE enabled (user request from '${clientLine(context.client)}')`);
    }
    return OK;
  }
  if (context.client.replica !== null) {
    throw new RedisError("ERR Command is not valid when client is a replica.");
  }
  const number = parseRangeArg(port, 0, 65535, "ERR Invalid master port");
  const { link } = replication;
  if (link !== null && asciiLower(link.host) === asciiLower(host) && link.port === number) {
    log.notice(
      "REPLICAOF would result into synchronization with the master we are already connected with. " +
        "No operation performed.",
    );
    return new SimpleString("OK Already connected to specified master");
  }
  replication.follow(detach(host), number);
  log.notice(
    `REPLICAOF ${toText(host)}:${number} enabled (user request from '${
      clientLine(context.client)
    }')`,
  );
  return OK;
}

/** The commands that choose a primary. */
export const replicaOfCommands: readonly ServerCommand[] = [
  defineCommand({
    ...common,
    name: "replicaof",
    summary: "Makes the server follow a primary and take its data, or be a primary itself.",
    since: "5.0.0",
  }),
  defineCommand({
    ...common,
    name: "slaveof",
    summary: "The older name of REPLICAOF.",
    since: "1.0.0",
    deprecatedSince: "5.0.0",
    replacedBy: "`REPLICAOF`",
  }),
];
