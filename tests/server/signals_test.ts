/**
 * What signals do to the program: which ones it outlives, and that only a second SIGINT while a
 * shutdown is under way ends it without order. `real` texts and exit codes are those of Redis 7.2.6.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RawClient } from "../support/raw_client.ts";
import { freePort } from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";
import { inPairs, Program } from "./support.ts";
import { until } from "../support/until.ts";

/** Windows has other signals, which processes cannot send to each other. */
const ignore = Deno.build.os === "windows";

/** Start the program in a directory. */
async function start(dir: string, argv: readonly string[] = []) {
  const port = freePort();
  const where = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", dir];
  const program = new Program([...where, "--save", "900 1", ...argv]);
  await program.logs("Ready to accept connections");
  return { program, port };
}

/** The log's lines from a length on, without process id, role and time. */
function linesFrom(program: Program, length: number): string[] {
  return program.stdout.slice(length).trimEnd().split("\n").map((line) =>
    line.replace(/^\d+:M .*?\.\d{3} /, "").replace(/^\d+:(signal-handler) \(\d{10,}\)/, "$1")
  );
}

/** A connection that the server takes for a replica that is far behind, and waits for. */
async function laggingReplica(port: number): Promise<RawClient> {
  const replica = await RawClient.connect(port);
  await replica.call("REPLCONF", "listening-port", "1");
  await replica.send("PSYNC", "?", "-1");
  await using other = await RawClient.connect(port);
  await until(
    async () => (await other.call("INFO", "replication")).includes("state=online"),
    "an online replica",
  );
  await other.call("SET", "k", "v");
  return replica;
}

Deno.test({
  name: "signals that a real server outlives do nothing",
  ignore,
  async fn() {
    await using dir = await TempDir.create();
    const { program, port } = await start(dir.path);
    await using _ = program;
    await using client = await RawClient.connect(port);
    await client.call("SET", "k", "v");
    const { length } = program.stdout;
    for (
      const signal of [
        "SIGHUP",
        "SIGHUP",
        "SIGALRM",
        "SIGPIPE",
        "SIGWINCH",
        "SIGCHLD",
        "SIGURG",
        "SIGCONT",
      ] as const
    ) {
      program.kill(signal);
      assertEquals(await client.call("PING"), "+PONG\r\n", signal);
    }
    assertEquals(linesFrom(program, length), [""]);
    program.kill("SIGTERM");
    assertEquals(await program.exitCode(), 0);
    assertEquals(linesFrom(program, length), [
      "signal-handler Received SIGTERM scheduling shutdown...",
      "* User requested shutdown...",
      "* Saving the final RDB snapshot before exiting.",
      "* DB saved on disk",
      "# Redis is now ready to exit, bye bye...",
    ]);
  },
});

/** What happens one after the other while a replica lags; a second SIGINT must come last. */
const sequences: { steps: string[]; code: number }[] = [
  { steps: ["SIGTERM", "SIGTERM", "SIGTERM", "SIGINT"], code: 1 },
  { steps: ["SIGINT", "SIGTERM", "SIGINT"], code: 1 },
  { steps: ["SHUTDOWN", "SIGINT", "SIGINT"], code: 1 },
  { steps: ["SHUTDOWN", "SIGTERM", "ABORT", "SIGINT", "ABORT", "SIGINT", "ABORT"], code: 0 },
  { steps: ["SIGTERM", "ABORT", "SIGTERM", "ABORT"], code: 0 },
];

Deno.test({
  name: "while a shutdown waits, SIGTERM joins it and SIGINT insists, unless it was called off",
  ignore,
  fn: () =>
    inPairs(sequences, async ({ steps, code }) => {
      const what = steps.join(" ");
      await using dir = await TempDir.create();
      const { program, port } = await start(dir.path, [
        ...["--repl-diskless-sync-delay", "0", "--shutdown-timeout", "1000"],
      ]);
      await using _ = program;
      const replica = await laggingReplica(port);
      await using asking = await RawClient.connect(port);
      await using client = await RawClient.connect(port);
      const seen = (text: string) => program.stdout.split(text).length - 1;
      for (const step of steps) {
        const before = seen("signal-handler");
        if (step === "SHUTDOWN") {
          await asking.send("SHUTDOWN");
          await program.logs("Waiting for replicas before shutting down.");
        } else if (step === "ABORT") {
          assertEquals(await client.call("SHUTDOWN", "ABORT"), "+OK\r\n", what);
        } else {
          program.kill(step as Deno.Signal);
          await until(() => seen("signal-handler") > before, `${step} in the log (${what})`);
        }
      }
      if (code === 0) {
        await replica.close();
        await until(
          async () => (await client.call("INFO", "replication")).includes("connected_slaves:0"),
          "no replica",
        );
        program.kill("SIGTERM");
      }
      assertEquals(await program.exitCode(), code, what);
      assertEquals(seen("You insist... exiting now."), code, what);
      if (code === 1) {
        assertMatch(program.stdout, /\d:signal-handler \(\d+\) You insist\.\.\. exiting now\.\n$/);
      }
      await replica.close();
    }),
});

Deno.test({
  name: "signals never end a server whose save fails, unless forced",
  ignore,
  async fn() {
    await using dir = await TempDir.create();
    const { program, port } = await start(dir.path, ["--appendonly", "yes"]);
    await using _ = program;
    await using client = await RawClient.connect(port);
    await client.call("SET", "k", "v");
    let appended = 0;
    await Deno.mkdir(`${dir.path}/dump.rdb`);
    const failed = "Errors trying to shut down the server. Check the logs for more information.";
    for (const signal of ["SIGTERM", "SIGTERM", "SIGINT", "SIGINT", "SIGTERM"] as const) {
      const { length } = program.stdout;
      program.kill(signal);
      await until(() => program.stdout.slice(length).includes(failed), `${signal} fails`);
      const lines = linesFrom(program, length);
      assertStringIncludes(lines[4], "# Error moving temp DB file temp-");
      lines.splice(4, 1);
      assertEquals(lines, [
        `signal-handler Received ${signal} scheduling shutdown...`,
        "* User requested shutdown...",
        "* Calling fsync() on the AOF file.",
        "* Saving the final RDB snapshot before exiting.",
        "# Error trying to save the DB, can't exit.",
        `# ${failed}`,
      ]);
      assertEquals(await client.call("APPEND", "k", "v"), `:${1 + ++appended}\r\n`);
    }
    // The append-only file has gone on meanwhile.
    await client.call("CONFIG", "SET", "shutdown-on-sigint", "force");
    const { length } = program.stdout;
    program.kill("SIGINT");
    assertEquals(await program.exitCode(), 0);
    assert(linesFrom(program, length).includes("# Error trying to save the DB. Exit anyway."));
    const again = await start(dir.path, ["--appendonly", "yes", "--save", ""]);
    await using second = again.program;
    await using reader = await RawClient.connect(again.port);
    assertEquals(await reader.call("GET", "k"), "$6\r\nvvvvvv\r\n");
    second.kill("SIGTERM");
    assertEquals(await second.exitCode(), 0);
  },
});
