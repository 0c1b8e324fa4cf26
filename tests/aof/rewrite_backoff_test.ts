import { assertEquals } from "@std/assert";
import { RewriteBackoff } from "../../src/aof/rewrite_backoff.ts";
import { Logger } from "../../src/log/logger.ts";
import { fromBytes } from "../../src/bytes/bytes.ts";
import { TempDir } from "../support/temp.ts";
import { AofServer } from "./support.ts";

const MINUTE = 60_000;

Deno.test("aof: rewrites that keep failing wait one minute, two, four, and an hour at most", () => {
  const lines: string[] = [];
  const backoff = new RewriteBackoff(new Logger({ sink: (line) => lines.push(fromBytes(line)) }));
  let now = 0;
  for (let i = 0; i < 3; i++) {
    assertEquals(backoff.holds(now), false);
    backoff.failed();
  }
  for (const minutes of [1, 2, 4, 8, 16, 32, 60, 60]) {
    assertEquals(backoff.holds(now), true, `${minutes}`);
    assertEquals(lines.pop()?.endsWith(`will retry in ${minutes} minutes\n`), true, `${minutes}`);
    now += minutes * MINUTE - 1;
    assertEquals(backoff.holds(now), true);
    now += 1;
    assertEquals(backoff.holds(now), false);
    backoff.failed();
  }
  backoff.succeeded();
  assertEquals(backoff.holds(now), false);
  for (let i = 0; i < 3; i++) backoff.failed();
  backoff.holds(now);
  assertEquals(lines.pop()?.endsWith("will retry in 1 minutes\n"), true);
});

Deno.test("aof: no-appendfsync-on-rewrite holds for saves in the background, too", async () => {
  for (const without of [false, true]) {
    await using dir = await TempDir.create();
    await using server = new AofServer(dir.path, {
      ...{ appendfsync: "everysec", "no-appendfsync-on-rewrite": without ? "yes" : "no" },
      ...{ "rdb-key-save-delay": "1000000000" },
    });
    await server.start();
    for (let i = 0; i < 100; i++) server.run("SET", `k${i}`, "v");
    await server.written();
    server.parts.persistence.startBackground();
    server.run("SET", "k", "v");
    await server.written();
    for (let second = 0; second < 3; second++) {
      server.clock.advance(1000);
      server.aof.tick();
      while (server.aof.syncing) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assertEquals(server.parts.persistence.background !== null, true);
    const { position } = server.parts.journal;
    assertEquals(server.aof.syncedPosition >= position, !without);
    server.parts.persistence.cancelBackground();
  }
});
