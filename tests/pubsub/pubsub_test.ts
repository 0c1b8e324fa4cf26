/**
 * What of published messages a case beside a real server cannot tell: listeners that do not keep
 * up, and that a message is encoded once.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { startServer } from "../../src/mod.ts";
import type { Client, ClientConnection } from "../../src/session/client.ts";
import { PubSub } from "../../src/pubsub/pubsub.ts";
import { RawClient } from "../support/raw_client.ts";
import { parseReply } from "../support/resp.ts";

/** A client that remembers what it was sent. */
function listener(protocol: 2 | 3): { client: Client; sent: string[] } {
  const sent: string[] = [];
  const connection = { sendEncoded: (encoded: string[]) => sent.push(encoded.join("")) };
  const client = {
    protocol,
    subscriptions: null,
    connection: connection as unknown as ClientConnection,
  };
  return { client: client as unknown as Client, sent };
}

Deno.test("each listener gets the message in its own protocol version", () => {
  const pubsub = new PubSub();
  const old = [listener(2), listener(2)];
  const young = [listener(3), listener(3)];
  for (const { client } of [...old, ...young]) pubsub.subscribe(client, "channel", "ch");
  pubsub.subscribe(young[0].client, "pattern", "c?");
  assertEquals(pubsub.publish("ch", "hello"), 5);
  const tail = "3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$5\r\nhello\r\n";
  for (const { sent } of old) assertEquals(sent, [`*${tail}`]);
  assertEquals(young[1].sent, [`>${tail}`]);
  assertEquals(young[0].sent, [
    `>${tail}`,
    ">4\r\n$8\r\npmessage\r\n$2\r\nc?\r\n$2\r\nch\r\n$5\r\nhello\r\n",
  ]);
});

Deno.test("subscriptions are counted, and leave nothing behind", () => {
  const pubsub = new PubSub();
  const [a, b] = [listener(2).client, listener(3).client];
  pubsub.subscribe(a, "channel", "x");
  pubsub.subscribe(a, "channel", "x");
  pubsub.subscribe(a, "pattern", "x");
  pubsub.subscribe(b, "channel", "x");
  pubsub.subscribe(b, "shard", "x");
  assertEquals(pubsub.clients, 2);
  assertEquals([a.subscriptions?.count("channel"), a.subscriptions?.count("shard")], [2, 0]);
  assertEquals([b.subscriptions?.count("channel"), b.subscriptions?.count("shard")], [1, 1]);
  assertEquals(pubsub.listeners("channel", "x"), 2);
  pubsub.unsubscribe(a, "shard", "x");
  pubsub.unsubscribe(a, "channel", "x");
  pubsub.unsubscribe(a, "pattern", "x");
  assertEquals(a.subscriptions, null);
  assert(pubsub.active);
  pubsub.forget(b);
  pubsub.forget(b);
  assert(!pubsub.active);
  for (const kind of ["channel", "pattern", "shard"] as const) assertEquals(pubsub.size(kind), 0);
  assertEquals(pubsub.publish("x", "m"), 0);
});

Deno.test("a listener that does not read is closed at the limit of its class", async () => {
  await using server = await startServer({
    port: 0,
    config: { "client-output-buffer-limit": ["pubsub", "4mb", "0", "0"] },
  });
  await using publisher = await RawClient.connect(server.port);
  using deaf = await Deno.connect({ port: server.port });
  await deaf.write(new TextEncoder().encode("SUBSCRIBE ch\r\n"));
  while (await publisher.call("PUBLISH", "ch", "x") === ":0\r\n");
  const message = "m".repeat(100_000);
  let sent = 0;
  while (await publisher.call("PUBLISH", "ch", message) === ":1\r\n") sent++;
  // The kernel's buffers took some of it, too.
  assert(sent >= 40 && sent < 400, `closed after ${sent} messages`);
  const info = parseReply(await publisher.call("INFO", "stats")).text!;
  assert(info.includes("client_output_buffer_limit_disconnections:1\r\n"));
});

Deno.test("a listener is not closed for being idle", async () => {
  await using server = await startServer({ port: 0, config: { timeout: "1", hz: "100" } });
  await using idle = await RawClient.connect(server.port);
  await using listening = await RawClient.connect(server.port);
  await listening.call("SUBSCRIBE", "ch");
  assert(await idle.closedByPeer());
  await using publisher = await RawClient.connect(server.port);
  assertEquals(await publisher.call("PUBLISH", "ch", "x"), ":1\r\n");
});
