import { assert, assertEquals } from "@std/assert";
import type { Host } from "../../src/commands/services.ts";
import { processResources } from "../../src/lifecycle/resources.ts";
import { TestServer } from "../execution/support.ts";
import { LocalServer } from "../server/support.ts";
import { parseReply } from "../support/resp.ts";
import { TempDir } from "../support/temp.ts";

Deno.test("after a save that failed the save points wait more than five seconds", () => {
  const server = new TestServer();
  Object.assign(server, { host: { resources: processResources } as Host });
  server.config.assign("save", ["1 1"]);
  // Without a name no save goes well.
  server.config.assign("dbfilename", [""]);
  const { clock, persistence } = server;
  const passing = (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      clock.advance(1000);
      clock.tick();
      persistence.tick();
    }
    clock.advance(1);
    return persistence.saves;
  };
  server.run("SET k v");
  assertEquals(passing(1), 0);
  assertEquals(passing(1), 1);
  assert(!persistence.lastWentWell);
  assertEquals(passing(5), 1);
  assertEquals(passing(1), 2);
  assertEquals(passing(5), 2);
  assertEquals(passing(1), 3);
});

Deno.test("the snapshot keeps what the eviction policy goes by, and nothing else", async () => {
  for (
    const [policy, option, question, kept] of [
      ["allkeys-lfu", ["FREQ", "100"], "FREQ", true],
      ["volatile-lfu", ["FREQ", "100"], "FREQ", true],
      ["allkeys-lru", ["IDLETIME", "1000"], "IDLETIME", true],
      ["noeviction", ["IDLETIME", "1000"], "IDLETIME", false],
    ] as const
  ) {
    await using dir = await TempDir.create();
    await using local = await LocalServer.start({
      ...{ dir: dir.path, "maxmemory-policy": policy, "enable-debug-command": "yes" },
    });
    await using client = await local.connect();
    await client.call("SET", "k", "v");
    const payload = parseReply(await client.call("DUMP", "k")).text!;
    await client.call("RESTORE", "k", "0", payload, "REPLACE", ...option);
    assertEquals(await client.call("DEBUG", "RELOAD"), "+OK\r\n");
    const value = Number((await client.call("OBJECT", question, "k")).slice(1));
    assertEquals(value >= Number(option[1]), kept, `${policy}: ${value}`);
  }
});
