/**
 * A program with servers in it, for `embedded_test.ts`. Its argument says, as JSON, how to start the
 * first one and which commands to send it, one after the other; it prints the replies as JSON. With
 * `replica`, a second server follows the first one, and gets the commands.
 *
 * @module
 */

import { startServer } from "../../src/mod.ts";
import { RawClient } from "../support/raw_client.ts";
import { until } from "../support/until.ts";

/** What to do. */
export interface Plan {
  config?: Record<string, string>;
  signals?: boolean;
  replica?: boolean;
  commands: string[];
  /** Go on until a signal ends the server. */
  stay?: boolean;
}

async function main({ config, signals, replica, commands, stay }: Plan): Promise<void> {
  await using server = await startServer({ port: 0, config, signals });
  let client = await RawClient.connect(server.port);
  await using stack = new AsyncDisposableStack();
  if (replica) {
    await client.call("SET", "from", "primary");
    const second = stack.use(await startServer({ port: 0, config }));
    await client.close();
    client = await RawClient.connect(second.port);
    await client.call("REPLICAOF", "127.0.0.1", `${server.port}`);
    await until(
      async () => (await client.call("INFO", "replication")).includes("link_status:up"),
      "the replica is in step",
    );
  }
  const replies: string[] = [];
  for (const command of commands) replies.push(await client.call(...command.split(" ")));
  // A save in the background has its end, too.
  await until(
    async () => (await client.call("INFO", "persistence")).includes("bgsave_in_progress:0"),
    "no save in the background",
  );
  console.log(JSON.stringify(replies));
  if (stay) console.log(`code ${await server.stopped}`);
  await client.close();
}

if (import.meta.main) await main(JSON.parse(Deno.args[0]));
