/**
 * REPLCONF: what a replica and its primary tell each other beside the data.
 *
 * Options come in pairs and are handled in order; ACK and GETACK, which are messages rather than
 * settings, get no answer, and end the command.
 *
 * @module
 */

import { asciiLower, type ByteString } from "../../bytes/bytes.ts";
import { parseInteger } from "../../bytes/int.ts";
import { detach } from "../../bytes/latin1.ts";
import { splitArgs } from "../../bytes/split_args.ts";
import { defineCommand } from "../../command/command.ts";
import { ReplicaOptions } from "../../session/replica_options.ts";
import { NO_REPLY, OK, RedisError, type Reply, syntaxError } from "../../resp/reply.ts";
import { parseIntArg } from "../parse.ts";
import type { AdminContext } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"replication">;

/** An address is not taken when it is longer than a host's name may be. */
const LONGEST_ADDRESS = 255;

/** A replica says how far it is. */
function acknowledge(context: Needs, args: readonly ByteString[], at: number): Reply {
  const { client: { replica } } = context;
  const position = parseInteger(args[at + 1]);
  if (replica === null || position === null) return NO_REPLY;
  let aofPosition: number | null = null;
  if (at + 3 < args.length && asciiLower(args[at + 2]) === "fack") {
    const parsed = parseInteger(args[at + 3]);
    if (parsed === null) return NO_REPLY;
    aofPosition = Number(parsed);
  }
  context.services.replication.replicas.acknowledged(replica, Number(position), aofPosition);
  return NO_REPLY;
}

/** What is to be in the snapshot; all else is not. */
function filter(options: ReplicaOptions, text: ByteString): void {
  const words = splitArgs(text);
  if (words === null) throw new RedisError("ERR Missing rdb-filter-only values");
  options.withoutData = options.withoutFunctions = true;
  for (const word of words) {
    if (asciiLower(word) !== "functions") {
      throw new RedisError(`ERR Unsupported rdb-filter-only option: ${word}`);
    }
    options.withoutFunctions = false;
  }
}

function runReplConf(context: Needs, args: readonly ByteString[]): Reply {
  if (args.length % 2 === 0) throw syntaxError();
  const options = context.client.replicaOptions ??= new ReplicaOptions();
  for (let i = 1; i < args.length; i += 2) {
    const value = args[i + 1];
    switch (asciiLower(args[i])) {
      case "listening-port":
        options.port = parseIntArg(value);
        break;
      case "ip-address":
        if (value.length > LONGEST_ADDRESS) {
          throw new RedisError(
            `ERR REPLCONF ip-address provided by replica instance is too long: ${value.length} ` +
              "bytes",
          );
        }
        options.address = detach(value);
        break;
      case "capa":
        // What is not known is no mistake: newer replicas can do more.
        if (asciiLower(value) === "eof") options.eof = true;
        else if (asciiLower(value) === "psync2") options.psync2 = true;
        break;
      case "ack":
        return acknowledge(context, args, i);
      case "getack":
        // Only a replica answers, and only its primary.
        return NO_REPLY;
      case "rdb-only": {
        const only = parseIntArg(value);
        if (only !== 0 && only !== 1) {
          throw new RedisError("ERR value is out of range, value must between 0 and 1");
        }
        options.rdbOnly = only === 1;
        break;
      }
      case "rdb-filter-only":
        filter(options, value);
        break;
      case "version":
        options.version = value;
        break;
      default:
        throw new RedisError(`ERR Unrecognized REPLCONF option: ${args[i]}`);
    }
  }
  return OK;
}

/** REPLCONF. */
export const replConfCommand = defineCommand({
  name: "replconf",
  isInternal: true,
  summary: "Tells a primary about a replica, or how far it is.",
  since: "3.0.0",
  group: "server",
  complexity: "O(1)",
  arity: -1,
  flags: ["admin", "noscript", "loading", "stale", "allow_busy"],
  acl: ["@admin", "@slow", "@dangerous"],
  run: runReplConf,
});
