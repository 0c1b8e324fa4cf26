/**
 * WAIT: until replicas have taken the client's writes.
 *
 * This server has no replicas, so none ever acknowledges: asked for none, WAIT answers at once, and
 * otherwise when its time is up, as a real server without replicas does.
 *
 * @module
 */

import { integer } from "../../dispatch/arguments.ts";
import { defineCommand } from "../../dispatch/command.ts";
import { parseTimeoutMillis } from "../blocking_timeout.ts";
import { parseIntArg } from "../parse.ts";

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
  run(client, args) {
    const { clock, blocking } = client.engine;
    const wanted = parseIntArg(args[1]);
    const timeoutMs = parseTimeoutMillis(args[2], clock.ms);
    if (wanted <= 0) return 0;
    return blocking.block(client, args, {
      keys: [],
      timeoutMs,
      retry: () => undefined,
      onTimeout: () => 0,
    });
  },
});
