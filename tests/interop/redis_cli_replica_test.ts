/**
 * redis-cli in the roles of a replica: it fetches a snapshot, and it listens to the stream.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { findExecutable, startRedeno, startSubject } from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";

const CLI = findExecutable("redis-cli");
const why = CLI === undefined ? " (no redis-cli on PATH)" : "";
const ARGS = ["--repl-diskless-sync-delay", "0", "--save", ""];

Deno.test({
  name: `redis-cli --rdb fetches a snapshot that a server loads${why}`,
  ignore: CLI === undefined,
  async fn() {
    for (const diskless of ["yes", "no"]) {
      await using directory = await TempDir.create();
      await using server = await startSubject({
        args: [...ARGS, "--repl-diskless-sync", diskless],
      });
      const client = await server.connect();
      await client.call("RPUSH", "list", "a", "b", "c");
      await client.call("SET", "text", "x".repeat(100_000));
      const digest = await client.call("DEBUG", "DIGEST");
      const { success, stderr } = await new Deno.Command(CLI!, {
        args: ["-p", `${server.port}`, "--rdb", `${directory.path}/dump.rdb`],
      }).output();
      assertEquals(success, true, new TextDecoder().decode(stderr));
      await using copy = await startRedeno({ args: ["--dir", directory.path, ...ARGS] });
      const other = await copy.connect();
      assertEquals(await other.call("DEBUG", "DIGEST"), digest);
      await Promise.all([client.close(), other.close()]);
    }
  },
});

Deno.test({
  name: `redis-cli --replica shows what is written${why}`,
  ignore: CLI === undefined,
  async fn() {
    await using server = await startSubject({ args: ARGS });
    const client = await server.connect();
    await client.call("SET", "before", "1");
    const child = new Deno.Command(CLI!, {
      args: ["-p", `${server.port}`, "--replica"],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    let shown = "";
    try {
      const online = async () =>
        (await client.call("INFO", "replication")).includes("state=online");
      while (!await online()) await new Promise((resolve) => setTimeout(resolve, 10));
      await client.call("SET", "after", "2");
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        shown += text;
        if (shown.includes('"after"')) break;
      }
    } finally {
      child.kill("SIGKILL");
      await child.status;
    }
    assertStringIncludes(shown, '"SET","after","2"');
    await client.close();
  },
});
