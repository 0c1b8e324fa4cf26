/**
 * WAIT with no, one and two replicas: the same requests to a real primary and to Redeno give the
 * same replies.
 */

import { assertEquals } from "@std/assert";
import { HAS_REDIS, type Make, Node, untilSynced } from "./support.ts";
import { until } from "../support/until.ts";
import { logsOf } from "./support.ts";

/** Replies as texts, errors included. */
async function ask(node: Node, ...commands: string[]): Promise<string[]> {
  const texts: string[] = [];
  for (const command of commands) {
    try {
      const reply = await node.call(...command.split(" "));
      texts.push((reply.items ?? [reply]).map(({ text }) => `${text}`).join(" "));
    } catch (error) {
      texts.push((error as Error).message.replace(/^.*?: /, ""));
    }
  }
  return texts;
}

async function withReplicas(primaryMake: Make, replicaMakes: readonly Make[]): Promise<string[]> {
  await using primary = await Node.start("primary", primaryMake);
  const replicas: Node[] = [];
  await using stack = new AsyncDisposableStack();
  for (const [i, make] of replicaMakes.entries()) {
    const replica = stack.use(await Node.start(`replica ${i}`, make));
    replicas.push(replica);
    await replica.follow(primary.server.port);
  }
  await untilSynced(primary, replicas);
  const count = replicas.length;
  // Not with a WAIT that asks the replicas: the question itself would have to be acknowledged next.
  await until(
    async () => Number((await primary.call("WAIT", "0", "0")).text) === count,
    "all acknowledge",
    { logs: () => logsOf([primary, ...replicas]) },
  );
  const texts = await ask(
    primary,
    "SET k v",
    `WAIT ${count} 0`,
    `WAIT ${count + 1} 30`,
    "WAIT 1 -1",
    "WAIT x 0",
    "WAIT 1 x",
    "WAIT 1",
  );
  // A transaction does not wait. A real server counts against the place of the client's last command,
  // even of one that only read, and a replica's answer to GETACK stops short of the question.
  const transaction = ["MULTI", "WAIT 0 0", `WAIT ${count + 2} 0`, "GET k", "EXEC"];
  await until(
    async () => (await ask(primary, ...transaction)).pop() === `${count} ${count} v`,
    "a transaction sees that all have acknowledged",
    { logs: () => logsOf([primary, ...replicas]) },
  );
  const [late] = replicas;
  if (late !== undefined) {
    // Stopped by the system, it is silent from now on, however busy the machine is.
    late.server.kill("SIGSTOP");
    texts.push(...await ask(primary, "SET k w", `WAIT ${count} 1000`));
    late.server.kill("SIGCONT");
    texts.push(...await ask(primary, `WAIT ${count} 0`), ...await ask(late, "WAIT 0 0"));
  }
  return texts;
}

const GROUPS: [Make[], Make[]][] = [
  [[], []],
  [["real"], ["redeno"]],
  [["real", "real"], ["real", "redeno"]],
];

for (const [real, redeno] of GROUPS) {
  Deno.test({
    name: `WAIT answers with ${real.length} replicas as a real server does`,
    ignore: !HAS_REDIS,
    async fn() {
      const [expected, actual] = await Promise.all([
        withReplicas("real", real),
        withReplicas("redeno", redeno),
      ]);
      assertEquals(actual, expected);
    },
  });
}
