/**
 * File names that a user gets wrong: what the program does is what Redis 7.2.6 does.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RawClient } from "../support/raw_client.ts";
import { TempDir } from "../support/temp.ts";
import { LocalServer, runToEnd } from "./support.ts";
import { until } from "../support/until.ts";

Deno.test("an empty dbfilename: the start is empty, and saves fail", async () => {
  await using dir = await TempDir.create();
  await using local = await LocalServer.start({
    ...{ dir: dir.path, dbfilename: "", "enable-debug-command": "yes" },
  });
  await using client = await local.connect();
  assertEquals(await client.call("DBSIZE"), ":0\r\n");
  await client.call("SET", "k", "v");
  const moving = new RegExp(
    ` # Error moving temp DB file temp-\\d+(-bg)?\\.rdb on the final destination  ` +
      `\\(in server root dir ${dir.path}\\): No such file or directory\n`,
    "g",
  );
  assertEquals(await client.call("SAVE"), "-ERR\r\n");
  assertMatch(local.log, moving);
  assertEquals(await client.call("BGSAVE"), "+Background saving started\r\n");
  await until(() => local.log.includes("Background saving error"), "the save fails");
  assertEquals(local.log.match(moving)?.length, 2);
  assertEquals(await client.call("DEBUG", "RELOAD"), "-ERR\r\n");
  assertEquals(
    await client.call("DEBUG", "RELOAD", "NOSAVE", "NOFLUSH"),
    "-ERR Error trying to load the RDB dump, check server logs.\r\n",
  );
  assertEquals(
    await client.call("SHUTDOWN", "SAVE"),
    "-ERR Errors trying to SHUTDOWN. Check logs.\r\n",
  );
  assertEquals(await client.call("GET", "k"), "$1\r\nv\r\n");
  assertEquals([...Deno.readDirSync(dir.path)], []);
});

Deno.test({
  name: "a Unix socket's path may be as long as the system takes it, and no longer",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using dir = await TempDir.create();
    const path = `${dir.path}/`.padEnd(107, "s");
    await using local = await LocalServer.start({ unixsocket: path });
    using conn = await Deno.connect({ transport: "unix", path });
    await conn.write(new TextEncoder().encode("PING\r\n"));
    assertEquals(await conn.read(new Uint8Array(10)), 7);
    assertStringIncludes(local.log, "Ready to accept connections unix");
    const { code, stdout } = await runToEnd([
      ...["--port", "0", "--dir", dir.path, "--unixsocket", `${path}s`],
    ]);
    assertEquals(code, 1);
    assertStringIncludes(
      stdout,
      " # Failed opening Unix socket: unix socket path too long (108), must be under 108\n",
    );
  },
});

Deno.test({
  name: "a backlog that the system does not grant is a matter for the log",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const most = Number(await Deno.readTextFile("/proc/sys/net/core/somaxconn"));
    for (const [backlog, told] of [[most, false], [most + 1, true]] as const) {
      await using local = await LocalServer.start({ "tcp-backlog": `${backlog}` });
      await using client = await RawClient.connect(local.server.port);
      assertEquals(await client.call("PING"), "+PONG\r\n");
      const text = ` # WARNING: The TCP backlog setting of ${backlog} cannot be enforced because ` +
        `/proc/sys/net/core/somaxconn is set to the lower value of ${most}.\n`;
      assert(local.log.includes(text) === told, local.log);
    }
  },
});
