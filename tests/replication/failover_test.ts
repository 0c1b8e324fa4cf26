/**
 * FAILOVER between servers of both makes, and what it refuses.
 */

import { assertEquals } from "@std/assert";
import { assertEqualData, HAS_REDIS, type Make, Node, untilSynced } from "./support.ts";
import { until } from "../support/until.ts";
import { logsOf } from "./support.ts";

async function role(node: Node): Promise<string | undefined> {
  return (await node.info("replication")).get("role");
}

async function failoverState(node: Node): Promise<string | undefined> {
  return (await node.info("replication")).get("master_failover_state");
}

async function errors(node: Node, commands: readonly string[]): Promise<string[]> {
  const texts: string[] = [];
  for (const command of commands) {
    const message = await node.call(...command.split(" ")).then(
      ({ text }) => `${text}`,
      (error: Error) => error.message.replace(/^.*?: /, ""),
    );
    texts.push(message);
  }
  return texts;
}

for (const makes of [["redeno", "real"], ["real", "redeno"], ["redeno", "redeno"]] as Make[][]) {
  Deno.test({
    name: `FAILOVER from ${makes.join(" to ")} and back loses nothing`,
    ignore: makes.includes("real") && !HAS_REDIS,
    async fn() {
      await using first = await Node.start("first", makes[0]);
      await using second = await Node.start("second", makes[1]);
      const nodes = [first, second];
      await second.follow(first.server.port);
      await untilSynced(first, [second]);
      for (const [old, next] of [[first, second], [second, first]]) {
        await using writer = await old.server.connect();
        await old.call("SET", `of ${old.name}`, "1");
        const { port } = next.server;
        await old.call("FAILOVER", "TO", "127.0.0.1", `${port}`, "TIMEOUT", "10000");
        // A write that comes now waits, and finds a replica then.
        const late = writer.call("SET", "late", "1");
        await until(async () => await role(next) === "master", "the other takes over", {
          logs: () => logsOf(nodes),
        });
        await untilSynced(next, [old]);
        assertEquals(await failoverState(old), "no-failover");
        const reply = await late;
        if (reply.startsWith("-")) {
          assertEquals(reply, "-READONLY You can't write against a read only replica.\r\n");
        }
        await next.call("SET", `of ${next.name}`, "2");
        await untilSynced(next, [old]);
        await assertEqualData(next, [old]);
        // Nobody had to copy all data again.
        assertEquals(await next.count("stats", "sync_full"), next === first ? 1 : 0);
        assertEquals(await next.count("stats", "sync_partial_ok"), 1);
      }
    },
  });
}

Deno.test({
  name: "FAILOVER refuses what a real server refuses",
  ignore: !HAS_REDIS,
  async fn() {
    const ask = async (make: Make) => {
      await using primary = await Node.start("primary", make);
      const alone = await errors(primary, ["FAILOVER", "FAILOVER ABORT"]);
      await using replica = await Node.start("replica", make);
      await replica.follow(primary.server.port);
      await untilSynced(primary, [replica]);
      return [
        ...alone,
        ...await errors(primary, [
          "FAILOVER TO 1 2",
          "FAILOVER ABORT ABORT",
          "FAILOVER TIMEOUT 0",
          "FAILOVER TIMEOUT -1",
          "FAILOVER TIMEOUT x",
          "FAILOVER FORCE",
          "FAILOVER TO 127.0.0.1 1 FORCE",
          "FAILOVER TO 127.0.0.1 1 TIMEOUT 100 x",
          "FAILOVER TO 127.0.0.1 x",
          "FAILOVER TO 127.0.0.1",
          "FAILOVER TO 127.0.0.1 1 TO 127.0.0.1 1",
        ]),
        ...await errors(replica, ["FAILOVER", "FAILOVER ABORT"]),
      ];
    };
    const [expected, actual] = await Promise.all([ask("real"), ask("redeno")]);
    assertEquals(actual, expected);
  },
});

Deno.test("FAILOVER ends without a change when it is aborted or the time is up", async () => {
  await using primary = await Node.start("primary", "redeno");
  await using replica = await Node.start("replica", "redeno");
  await replica.follow(primary.server.port);
  await untilSynced(primary, [replica]);
  const port = `${replica.server.port}`;
  for (const how of ["abort", "time"]) {
    // It cannot say that it has caught up.
    const asleep = replica.call("DEBUG", "SLEEP", "1");
    await primary.call("SET", "k", how);
    await primary.call(
      "FAILOVER",
      ...["TO", "127.0.0.1", port, "TIMEOUT", how === "time" ? "100" : "60000"],
    );
    assertEquals(await failoverState(primary), "waiting-for-sync");
    assertEquals((await primary.info("clients")).get("paused_reason"), "failover_in_progress");
    if (how === "abort") await primary.call("FAILOVER", "ABORT");
    await until(async () => await failoverState(primary) === "no-failover", "it is off");
    assertEquals(await role(primary), "master");
    await primary.call("SET", "k", "after");
    await asleep;
    await untilSynced(primary, [replica]);
  }
});
