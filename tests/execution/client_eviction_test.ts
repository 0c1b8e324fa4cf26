import { PRIMARY } from "../../src/session/caller.ts";
import { assertEquals } from "@std/assert";
import type { ReplicaSession } from "../../src/replication/replica_session.ts";
import { evictClients } from "../../src/session/client_eviction.ts";
import { TestServer } from "./support.ts";

Deno.test("maxmemory-clients spares replicas, the primary and those with NO-EVICT, and counts none", () => {
  const server = new TestServer();
  server.config.assign("maxmemory-clients", ["1mb"]);
  const busy = (name: string, bytes: number) => {
    const client = server.connect(name);
    client.run("MULTI");
    client.run(`ECHO ${"x".repeat(bytes)}`);
    return client;
  };
  const replica = busy("replica", 5_000_000);
  replica.client.replica = { queued: 0 } as ReplicaSession;
  const primary = busy("primary", 5_000_000);
  primary.client.caller = PRIMARY;
  const spared = server.connect("spared");
  spared.run("CLIENT NO-EVICT on");
  spared.run("MULTI");
  spared.run(`ECHO ${"x".repeat(5_000_000)}`);
  const small = busy("small", 400_000);
  evictClients(server);
  for (const { client } of [replica, primary, spared, small]) assertEquals(client.closed, false);
  const [second, largest] = [busy("second", 500_000), busy("largest", 600_000)];
  evictClients(server);
  assertEquals([small, second, largest].map(({ client }) => client.closed), [false, false, true]);
  assertEquals(server.stats.evictedClients, 1);
});
