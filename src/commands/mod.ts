/**
 * All commands, group by group: what a server's registry is filled with.
 *
 * @module
 */

import { aclCommand } from "./server/acl.ts";
import { aofCommands } from "./server/aof.ts";
import { bitmapCommands } from "./bitmap/mod.ts";
import { clientCommand } from "./connection/client.ts";
import { sessionCommands } from "./connection/session.ts";
import { genericCommands } from "./generic/mod.ts";
import { geoCommands } from "./geo/mod.ts";
import { hyperLogLogCommands } from "./hyperloglog/mod.ts";
import { listCommands } from "./list/mod.ts";
import { hashCommands } from "./hash/mod.ts";
import { commandCommand } from "./server/command.ts";
import { configCommand } from "./server/config.ts";
import { databaseCommands } from "./server/databases.ts";
import { debugCommand } from "./server/debug.ts";
import { memoryCommand } from "./server/memory.ts";
import { infoCommand } from "./server/info.ts";
import { persistenceCommands } from "./server/persistence.ts";
import { pubsubCommands } from "./pubsub/mod.ts";
import { replicationCommands } from "./replication/mod.ts";
import { evalCommands } from "./scripting/eval.ts";
import { functionCommand } from "./scripting/function.ts";
import { scriptCommand } from "./scripting/script.ts";
import { setCommands } from "./set/mod.ts";
import { sortedSetCommands } from "./sorted_set/mod.ts";
import { streamCommands } from "./stream/mod.ts";
import { stringCommands } from "./string/mod.ts";
import { transactionCommands } from "./transactions.ts";
import type { ServerCommand } from "./services.ts";

/** Every command. */
export const allCommands: readonly ServerCommand[] = [
  ...sessionCommands,
  aclCommand,
  clientCommand,
  commandCommand,
  configCommand,
  debugCommand,
  infoCommand,
  memoryCommand,
  ...databaseCommands,
  ...persistenceCommands,
  ...replicationCommands,
  ...genericCommands,
  ...aofCommands,
  ...bitmapCommands,
  ...hyperLogLogCommands,
  ...geoCommands,
  ...listCommands,
  ...hashCommands,
  ...setCommands,
  ...sortedSetCommands,
  ...streamCommands,
  ...stringCommands,
  ...pubsubCommands,
  ...transactionCommands,
  ...evalCommands,
  scriptCommand,
  functionCommand,
];
