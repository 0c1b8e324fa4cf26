/**
 * Servers within another program: they leave files and signals alone unless told.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { startServer } from "../../src/mod.ts";
import { FIXTURES } from "../rdb/fixtures.ts";
import { RawClient } from "../support/raw_client.ts";
import { TempDir } from "../support/temp.ts";
import type { Plan } from "./embedded_program.ts";
import { until } from "../support/until.ts";

/** A program of its own in a directory with a dump in it. */
class Guest implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #ended: Promise<void>;
  #output = "";

  /** @param permissions beyond what every server needs */
  constructor(dir: string, plan: Plan, permissions: readonly string[] = []) {
    const program = new URL("embedded_program.ts", import.meta.url).pathname;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-prompt", "--allow-net", "--allow-sys", "--allow-read", ...permissions],
        ...[program, JSON.stringify(plan)],
      ],
      cwd: dir,
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#ended = this.#follow();
  }

  async #follow(): Promise<void> {
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      this.#output += text;
    }
  }

  get output(): string {
    return this.#output;
  }

  /** Everything that it printed, once it has ended. */
  async end(): Promise<Deno.CommandStatus> {
    await this.#ended;
    return await this.#child.status;
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.end();
  }
}

async function withDump(): Promise<TempDir> {
  const dir = await TempDir.create();
  await Deno.copyFile(new URL("7.2.6/nocompress.rdb", FIXTURES), `${dir.path}/dump.rdb`);
  return dir;
}

function filesIn(dir: string): string[] {
  return [...Deno.readDirSync(dir)].map(({ name, isDirectory }) => name + (isDirectory ? "/" : ""))
    .sort();
}

const COMMANDS = ["DBSIZE", "SET a b", "SAVE", "BGSAVE", "LASTSAVE", "GET a"];

Deno.test("embedded: unless told a server reads no dump and may be forbidden to write", async () => {
  await using dir = await withDump();
  const before = await Deno.readFile(`${dir.path}/dump.rdb`);
  await using guest = new Guest(dir.path, { commands: COMMANDS });
  const { code } = await guest.end();
  assertEquals(code, 0);
  const replies = JSON.parse(guest.output);
  assertMatch(replies.splice(4, 1)[0], /^:\d+\r\n$/);
  assertEquals(replies, [
    ":0\r\n",
    "+OK\r\n",
    "-ERR\r\n",
    "+Background saving started\r\n",
    "$1\r\nb\r\n",
  ]);
  assertEquals(filesIn(dir.path), ["dump.rdb"]);
  assertEquals(await Deno.readFile(`${dir.path}/dump.rdb`), before);
});

Deno.test("embedded: a replica and its primary need no files either", async () => {
  await using dir = await withDump();
  await using guest = new Guest(dir.path, { replica: true, commands: ["DBSIZE", "GET from"] });
  assertEquals((await guest.end()).code, 0);
  assertEquals(JSON.parse(guest.output), [":1\r\n", "$7\r\nprimary\r\n"]);
  assertEquals(filesIn(dir.path), ["dump.rdb"]);
});

/** What each directive turns on. */
const told: { config: Record<string, string>; keys: number; saves: boolean; files: string[] }[] = [
  { config: { dir: "." }, keys: 10, saves: true, files: [] },
  { config: { dbfilename: "dump.rdb" }, keys: 10, saves: true, files: [] },
  { config: { dbfilename: "other.rdb" }, keys: 0, saves: true, files: ["other.rdb"] },
  { config: { appendonly: "yes" }, keys: 0, saves: false, files: ["appendonlydir/"] },
  { config: { logfile: "my.log" }, keys: 0, saves: false, files: ["my.log"] },
  // It is removed at the end.
  { config: { pidfile: "my.pid" }, keys: 0, saves: false, files: [] },
];

Deno.test("embedded: directives turn on what they say, and nothing else", async () => {
  for (const { config, keys, saves, files } of told) {
    const what = JSON.stringify(config);
    await using dir = await withDump();
    await using guest = new Guest(dir.path, { config, commands: COMMANDS }, ["--allow-write"]);
    assertEquals((await guest.end()).code, 0, what);
    const replies = JSON.parse(guest.output);
    assertEquals(replies[0], `:${keys}\r\n`, what);
    assertEquals(replies[2], saves ? "+OK\r\n" : "-ERR\r\n", what);
    assertEquals(filesIn(dir.path), [...files, "dump.rdb"].sort(), what);
  }
});

Deno.test({
  name: "embedded: signals are the program's own unless told",
  ignore: Deno.build.os === "windows",
  async fn() {
    for (const signals of [false, true]) {
      await using dir = await withDump();
      const config = { dbfilename: "mine.rdb", save: "900 1", pidfile: "my.pid" };
      const plan = { signals, config, commands: ["SET a b"], stay: true };
      await using guest = new Guest(dir.path, plan, ["--allow-write"]);
      await until(() => guest.output !== "", "the server runs");
      assert(filesIn(dir.path).includes("my.pid"));
      if (signals) guest.kill("SIGHUP");
      guest.kill("SIGTERM");
      const { signal, code } = await guest.end();
      assertEquals(signal, signals ? null : "SIGTERM");
      assertEquals(code, signals ? 0 : 143);
      assertEquals(guest.output.includes("\ncode 0\n"), signals);
      assertEquals(filesIn(dir.path).includes("mine.rdb"), signals);
    }
  },
});

Deno.test("embedded: a log that cannot be written is an error", async () => {
  await assertRejects(
    () => startServer({ port: 0, config: { logfile: "/nowhere/at/all.log" } }),
    Error,
    "Can't open the log file: No such file or directory",
  );
});

Deno.test("embedded: what has stopped listens to signals no more", async () => {
  for (let round = 0; round < 3; round++) {
    const server = await startServer({ port: 0, signals: true });
    await using client = await RawClient.connect(server.port);
    assertEquals(await client.call("PING"), "+PONG\r\n");
    await server.stop();
    assertEquals(await server.stopped, 0);
  }
  // The test runner would complain of listeners that are left.
});
