/**
 * The commands of the README that move data to a real server and back, run by a shell as they stand
 * there, only with other ports.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { RawClient } from "../support/raw_client.ts";
import { parseReply } from "../support/resp.ts";
import { findExecutable, findRedisServer, freePort, REPOSITORY } from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";
import { Node } from "./sentinel.ts";

const HEADING = "### Moving on to Redis or Valkey, and back\n";

const missing = Deno.build.os === "windows"
  ? " (ignored: no shell)"
  : findRedisServer() === undefined || findExecutable("redis-cli") === undefined
  ? " (ignored: no redis-server or redis-cli on PATH)"
  : "";

/** The blocks of commands below the heading. */
async function blocks(): Promise<string[]> {
  const readme = await Deno.readTextFile(`${REPOSITORY}README.md`);
  const section = readme.split(HEADING)[1]?.split(/^##/m)[0] ?? "";
  return [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => match[1]);
}

async function ask(port: number, ...args: string[]): Promise<string | null> {
  await using client = await RawClient.connect(port);
  return parseReply(await client.call(...args)).text;
}

Deno.test({
  name: `moving to a real server and back, with the README's commands${missing}`,
  ignore: missing !== "",
  fn: async () => {
    await using dir = await TempDir.create();
    const [there, back] = await blocks();
    assert(there !== undefined && back !== undefined, "the README has both ways");
    const real = freePort();
    await using first = await Node.create({
      name: "first",
      kind: "redeno",
      config: 'save ""\nrepl-diskless-sync-delay 0\nenable-debug-command yes\n',
    });
    const run = async (script: string) => {
      const text = script
        .replaceAll("6379", `${first.port}`).replaceAll("6380", `${real}`)
        .replaceAll("main.ts", `${REPOSITORY}main.ts`)
        .replaceAll("deno run", `${Deno.execPath()} run`)
        // What the test alone wants: less waiting, and a digest to compare.
        .replaceAll("sleep 1", "sleep 0.1")
        .replaceAll("redis-server", "redis-server --repl-diskless-sync-delay 0")
        .replaceAll("--replicaof", "--enable-debug-command yes --replicaof");
      const { code } = await new Deno.Command("timeout", {
        // The servers that it starts go on when it has ended, so nothing may wait for their output.
        args: ["30", "sh", "-ec", `exec >>log 2>&1\n${text}`],
        cwd: dir.path,
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).output();
      const log = await Deno.readTextFile(`${dir.path}/log`);
      assertEquals(code, 0, `${text}\n${log}\n${first.log}`);
    };
    try {
      for (let i = 0; i < 100; i++) await ask(first.port, "RPUSH", `list:${i % 10}`, `${i}`);
      const digest = await ask(first.port, "DEBUG", "DIGEST");
      await run(there);
      assertEquals(await ask(real, "DEBUG", "DIGEST"), digest);
      await ask(real, "SET", "new", "1");
      const later = await ask(real, "DEBUG", "DIGEST");
      // The old server has ended, else its port were taken.
      await first.end("SIGTERM");
      await run(back);
      assertEquals(await ask(first.port, "DEBUG", "DIGEST"), later);
      assertEquals(await ask(first.port, "SET", "newer", "1"), "OK");
      await assertGone(real);
    } finally {
      for (const port of [first.port, real]) await ask(port, "SHUTDOWN", "NOSAVE").catch(() => {});
    }
  },
});

async function assertGone(port: number): Promise<void> {
  const open = await RawClient.connect(port).then((client) => client.close()).then(() => true)
    .catch(() => false);
  assert(!open, `nothing listens on port ${port} any more`);
}
