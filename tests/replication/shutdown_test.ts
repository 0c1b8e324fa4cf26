/** A shutdown waits for replicas that lag behind. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FakeReplica } from "./fake_replica.ts";
import { Primary, sessions } from "./local_primary.ts";
import { until } from "../support/until.ts";

/** A replica that is online and has said so. */
async function attach(local: Primary): Promise<FakeReplica> {
  const replica = await FakeReplica.full(local.port, "listening-port", "6390");
  const { offset } = await replica.fullResync();
  await replica.snapshot();
  await replica.ack(offset);
  await until(() => sessions(local)[0]?.streaming === true, "online");
  return replica;
}

Deno.test("writes wait with the shutdown until replicas have all; then it ends", async () => {
  await using local = await Primary.start();
  await using client = await local.connect();
  await using writer = await local.connect();
  await using replica = await attach(local);
  await client.call("SET", "a", "1");
  await client.send("SHUTDOWN");
  await until(() => local.log.includes("Waiting for replicas before shutting down."), "it waits");
  await writer.send("SET", "a", "2");
  await using reader = await local.connect();
  assertEquals(await reader.call("GET", "a"), "$1\r\n1\r\n");
  assertMatch(await reader.call("INFO", "server"), /\r\nshutdown_in_milliseconds:\d+\r\n/);
  assertMatch(await reader.call("INFO", "clients"), /\r\npaused_reason:shutdown_in_progress\r\n/);
  await replica.ack(local.server.parts.replication.stream.end);
  assertEquals(await local.server.stopped, 0);
  assertStringIncludes(local.log, "1 of 1 replicas are in sync when shutting down.");
  assertEquals(await client.closedByPeer(), true);
  assertEquals(client.take(), "");
});

Deno.test("it waits no longer than shutdown-timeout", async () => {
  await using local = await Primary.start({ "shutdown-timeout": "1" });
  await using client = await local.connect();
  await using _replica = await attach(local);
  await client.call("SET", "a", "1");
  await client.send("SHUTDOWN");
  assertEquals(await local.server.stopped, 0);
  assertMatch(
    local.log,
    /Lagging replica 127\.0\.0\.1:6390 reported offset 87 behind master, lag=[1-9], state=online\./,
  );
  assertStringIncludes(local.log, "0 of 1 replicas are in sync when shutting down.");
});

Deno.test("NOW, a timeout of 0, and replicas in step: no wait", async () => {
  for (const how of ["now", "never", "in step"]) {
    await using local = await Primary.start(how === "never" ? { "shutdown-timeout": "0" } : {});
    await using client = await local.connect();
    await using _replica = await attach(local);
    if (how !== "in step") await client.call("SET", "a", "1");
    await client.send("SHUTDOWN", "NOSAVE", ...how === "now" ? ["NOW"] : []);
    assertEquals(await local.server.stopped, 0);
    assertEquals(local.log.includes("Waiting for replicas"), false);
  }
});

Deno.test("a shutdown that waits can be called off", async () => {
  await using local = await Primary.start();
  await using client = await local.connect();
  await using second = await local.connect();
  await using other = await local.connect();
  await using _replica = await attach(local);
  await client.call("SET", "a", "1");
  await client.send("SHUTDOWN");
  await second.send("SHUTDOWN", "NOSAVE");
  await until(() => local.log.includes("Waiting for replicas before shutting down."), "it waits");
  const { clients } = local.server.parts;
  await until(
    () => [...clients.values()].filter(({ blocked }) => blocked !== null).length === 2,
    "both wait",
  );
  assertEquals(await other.call("SHUTDOWN", "ABORT"), "+OK\r\n");
  const error = "-ERR Errors trying to SHUTDOWN. Check logs.\r\n";
  assertEquals(await client.readReply(), error);
  assertEquals(await second.readReply(), error);
  assertStringIncludes(local.log, "Shutdown manually aborted.");
  assertEquals(await client.call("SET", "a", "2"), "+OK\r\n");
  assertEquals(await other.call("SHUTDOWN", "ABORT"), "-ERR No shutdown in progress.\r\n");
});

Deno.test("the last replica that lags behind goes away: the wait is over", async () => {
  await using local = await Primary.start();
  await using client = await local.connect();
  const replica = await attach(local);
  await client.call("SET", "a", "1");
  await client.send("SHUTDOWN");
  await until(() => local.log.includes("Waiting for replicas before shutting down."), "it waits");
  replica.close();
  assertEquals(await local.server.stopped, 0);
});
