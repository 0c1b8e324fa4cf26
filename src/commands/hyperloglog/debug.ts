/**
 * Tools for tests of the structure: PFDEBUG and PFSELFTEST.
 *
 * @module
 */

import { asciiUpper, type ByteString } from "../../bytes/bytes.ts";
import { key, string } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { OK, RedisError, type Reply, SimpleString } from "../../resp/reply.ts";
import { refusingBroken, StoredHyperLogLog } from "./stored.ts";
import { selfTest } from "./self_test.ts";

/** Make it dense. @returns whether it was not; the change is replicated, but there is no event */
function makeDense(context: Context, stored: StoredHyperLogLog): boolean {
  if (stored.hll.encoding === "dense") return false;
  stored.hll.toDense();
  stored.save();
  context.keyspace.changes++;
  return true;
}

function debug(context: Context, args: readonly ByteString[]): Reply {
  const value = context.db.getForWrite(args[2]);
  if (value === undefined) throw new RedisError("ERR The specified key does not exist");
  const stored = StoredHyperLogLog.open(context, args[2], value);
  switch (asciiUpper(args[1])) {
    case "GETREG":
      makeDense(context, stored);
      return Array.from(stored.hll.registers());
    case "DECODE": {
      const runs = stored.hll.describe();
      if (runs === null) throw new RedisError("ERR HLL encoding is not sparse");
      return runs;
    }
    case "ENCODING":
      return new SimpleString(stored.hll.encoding);
    case "TODENSE":
      return makeDense(context, stored) ? 1 : 0;
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
  run(context) {
    const fault = selfTest(context.keyspace.random);
    if (fault !== null) throw new RedisError(`TESTFAILED ${fault}`);
    return OK;
  },
});

/** PFDEBUG and PFSELFTEST. */
export const debuggingCommands: readonly Command<Context>[] = [pfDebug, pfSelfTest];
