/**
 * Looking inside: PFDEBUG and PFSELFTEST.
 *
 * @module
 */

import { asciiUpper, type ByteString } from "../../bytes/bytes.ts";
import { key, string } from "../../command/arguments.ts";
import type { Client } from "../../session/client.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { OK, RedisError, type Reply, SimpleString } from "../../resp/reply.ts";
import { refusingBroken, StoredHyperLogLog } from "./stored.ts";
import { selfTest } from "./self_test.ts";

/** Make it dense. @returns whether it was not; that is replicated, but nobody is told */
function makeDense(client: Client, stored: StoredHyperLogLog): boolean {
  if (stored.hll.encoding === "dense") return false;
  stored.hll.toDense();
  stored.save();
  client.engine.keyspace.dirty++;
  return true;
}

function debug(client: Client, args: readonly ByteString[]): Reply {
  const value = client.db.getForWrite(args[2]);
  if (value === undefined) throw new RedisError("ERR The specified key does not exist");
  const stored = StoredHyperLogLog.open(client, args[2], value);
  switch (asciiUpper(args[1])) {
    case "GETREG":
      makeDense(client, stored);
      return Array.from(stored.hll.registers());
    case "DECODE": {
      const runs = stored.hll.describe();
      if (runs === null) throw new RedisError("ERR HLL encoding is not sparse");
      return runs;
    }
    case "ENCODING":
      return new SimpleString(stored.hll.encoding);
    case "TODENSE":
      return makeDense(client, stored) ? 1 : 0;
    default:
      throw new RedisError(`ERR Unknown PFDEBUG subcommand '${args[1]}'`);
  }
}

const pfDebug = defineCommand({
  name: "pfdebug",
  isInternal: true,
  summary: "Shows the inside of a HyperLogLog, for tests.",
  since: "2.8.9",
  group: "hyperloglog",
  complexity: "O(1), with a large constant",
  arity: 3,
  flags: ["write", "denyoom", "admin"],
  acl: ["@write", "@hyperloglog", "@admin", "@slow", "@dangerous"],
  keys: [keyRange("RW access", { at: 2 })],
  args: [string("subcommand"), key("key")],
  run: refusingBroken(debug),
});

const pfSelfTest = defineCommand({
  name: "pfselftest",
  isInternal: true,
  summary: "Checks that estimates are as good as they should be, in both encodings.",
  since: "2.8.9",
  group: "hyperloglog",
  complexity: "O(1), with a very large constant",
  arity: 1,
  flags: ["admin"],
  acl: ["@hyperloglog", "@admin", "@slow", "@dangerous"],
  run(client) {
    const fault = selfTest(client.engine.keyspace.random);
    if (fault !== null) throw new RedisError(`TESTFAILED ${fault}`);
    return OK;
  },
});

/** The commands for those who look after the structure. */
export const debuggingCommands: readonly Command[] = [pfDebug, pfSelfTest];
