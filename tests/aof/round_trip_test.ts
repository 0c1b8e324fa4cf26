/**
 * Every recorded append-only file there and back: this server loads and rewrites it, a real one loads
 * that and rewrites it, and this one loads that, with the same DEBUG DIGEST at each stop.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { ManualClock } from "../../src/clock/clock.ts";
import { findRedisServer, startRedis } from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";
import { AofServer, copyFixture, fixtureNames, readExpected, settingsOf } from "./support.ts";
import { until } from "../support/until.ts";

const installed = findRedisServer() !== undefined;

/** Commands after the rewrite, so that there is an incremental file with something in it. */
const MORE = [
  ["SET", "after the rewrite", "1"],
  ["RPUSH", "after:list", "a", "b"],
  ["XADD", "after:stream", "1-1", "f", "v"],
];

function digestOf(server: AofServer): string {
  const { text } = server.run("DEBUG", "DIGEST") as { text: string };
  return `+${text}\r\n`;
}

/** Whether a part of the recorded file is a dump that Redis 7.0 does not read. */
function hasNewerDump(folder: string): boolean {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) {
      if (hasNewerDump(path)) return true;
    } else if (/^REDIS00(1[1-9])/.test(Deno.readTextFileSync(path).slice(0, 9))) return true;
  }
  return false;
}

for (const name of fixtureNames()) {
  const label = `aof: ${name} keeps its digest between this server and a real one`;
  Deno.test({
    name: installed ? label : `${label} (ignored: no redis-server on PATH)`,
    ignore: !installed,
    async fn() {
      const recorded = settingsOf(readExpected(name).source.config);
      const own = { ...recorded, "enable-debug-command": "yes", "rdb-version": "10" };
      const flags = Object.entries(recorded).flatMap(([key, value]) => [`--${key}`, value]);
      let direct = false;
      for (const preamble of ["yes", "no"]) {
        await using dir = await TempDir.create();
        copyFixture(name, dir.path);
        const args = ["--dir", dir.path, "--appendonly", "yes", ...flags];
        let want: string;
        {
          const settings = { ...own, "aof-use-rdb-preamble": preamble };
          await using server = new AofServer(dir.path, settings, new ManualClock(Date.now()));
          assert(await server.start(), server.lines.join("\n"));
          want = digestOf(server);
          if (preamble === "yes" && !hasNewerDump(dir.path)) {
            await using copy = await TempDir.create();
            copyFixture(name, copy.path);
            await using real = await startRedis({ args: [...args, "--dir", copy.path] });
            await using client = await real.connect();
            assertEquals(await client.call("DEBUG", "DIGEST"), want, "both read what is recorded");
            direct = true;
          }
          server.run("BGREWRITEAOF");
          while (server.aof.rewriting) {
            server.clock.advance(1);
            await new Promise((resolve) => setTimeout(resolve, 0));
          }
          for (const command of MORE) server.run(...command);
          want = digestOf(server);
        }
        {
          await using real = await startRedis({
            args: [...args, "--aof-use-rdb-preamble", preamble],
          });
          await using client = await real.connect();
          assertEquals(await client.call("DEBUG", "DIGEST"), want, `preamble ${preamble}`);
          await client.call("BGREWRITEAOF");
          await until(async () =>
            /aof_rewrite_in_progress:0\r\naof_rewrite_scheduled:0/.test(
              await client.call("INFO", "persistence"),
            ), "the rewrite");
          for (const [, key] of MORE) await client.call("COPY", key, `copy of ${key}`);
          want = await client.call("DEBUG", "DIGEST");
        }
        await using server = new AofServer(dir.path, own, new ManualClock(Date.now()));
        assert(await server.start(), server.lines.join("\n"));
        assertEquals(digestOf(server), want, `this one reads the real one's, preamble ${preamble}`);
      }
      assert(direct || name.startsWith("7."), "a file of an older server is read by both");
    },
  });
}
