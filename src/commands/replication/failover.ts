/**
 * FAILOVER: see `src/replication/failover.ts` for what happens.
 *
 * @module
 */

import { asciiLower, type ByteString } from "../../bytes/bytes.ts";
import { detach } from "../../bytes/latin1.ts";
import { block, integer, opt, string, token } from "../../command/arguments.ts";
import type { AdminContext } from "../services.ts";
import { defineCommand } from "../../command/command.ts";
import { OK, RedisError, type Reply, syntaxError } from "../../resp/reply.ts";
import { parseIntArg } from "../parse.ts";

function runFailover(
  { services: { replication } }: AdminContext<"replication">,
  args: readonly ByteString[],
): Reply {
  const { failover } = replication;
  if (args.length === 2 && asciiLower(args[1]) === "abort") {
    failover.abort();
    return OK;
  }
  let target: { host: ByteString; port: number } | undefined;
  let timeoutMs: number | undefined;
  let force = false;
  for (let i = 1; i < args.length; i++) {
    const word = asciiLower(args[i]);
    if (word === "timeout" && i + 1 < args.length && timeoutMs === undefined) {
      timeoutMs = parseIntArg(args[++i]);
      if (timeoutMs <= 0) throw new RedisError("ERR FAILOVER timeout must be greater than 0");
    } else if (word === "to" && i + 2 < args.length && target === undefined) {
      target = { host: detach(args[i + 1]), port: parseIntArg(args[i + 2]) };
      i += 2;
    } else if (word === "force" && !force) {
      force = true;
    } else {
      throw syntaxError();
    }
  }
  failover.start({ target, timeoutMs, force });
  return OK;
}

/** FAILOVER. */
export const failoverCommand = defineCommand({
  name: "failover",
  summary: "Hands the role of the primary to a replica, without losing a write.",
  since: "6.2.0",
  group: "server",
  complexity: "O(1)",
  arity: -1,
  flags: ["admin", "noscript", "stale"],
  acl: ["@admin", "@slow", "@dangerous"],
  args: [
    opt(block("target", [string("host"), integer("port"), opt(token("FORCE"))], { token: "TO" })),
    opt(token("ABORT")),
    opt(integer("milliseconds", { token: "TIMEOUT" })),
  ],
  run: runFailover,
});
