/**
 * ROLE: INFO's section on replication in short.
 *
 * Source: https://redis.io/docs/latest/commands/role/
 *
 * @module
 */

import { defineCommand } from "../../command/command.ts";
import type { Reply } from "../../resp/reply.ts";
import type { AdminContext } from "../services.ts";

/** ROLE. */
export const roleCommand = defineCommand({
  name: "role",
  summary: "Answers the server's role in replication.",
  since: "2.8.12",
  group: "server",
  complexity: "O(1)",
  arity: 1,
  flags: ["noscript", "loading", "stale", "fast"],
  acl: ["@admin", "@fast", "@dangerous"],
  run({ services: { replication } }: AdminContext<"replication">): Reply {
    const { link, stream, replicas } = replication;
    if (link !== null) {
      const position = link.state === "connected" ? stream.end : -1;
      return ["slave", link.host, link.port, link.state, position];
    }
    const online = [...replicas.sessions].filter(({ state }) => state === "online");
    return [
      "master",
      stream.end,
      online.map((session) => [
        session.address,
        `${session.port}`,
        `${session.ackPosition}`,
      ]),
    ];
  },
});
