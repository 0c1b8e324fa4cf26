import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { toBytes } from "../../src/bytes/bytes.ts";
import { ManualClock } from "../../src/clock/clock.ts";
import { file, length, string } from "../rdb/writers.ts";
import { RawClient } from "../support/raw_client.ts";
import { parseReply } from "../support/resp.ts";
import { freePort } from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";
import { LocalServer, Program } from "./support.ts";
import { until } from "../support/until.ts";

const LOADING = "-LOADING Redis is loading the dataset in memory\r\n";

/** The fields of an INFO section. */
async function info(client: RawClient, section: string): Promise<Map<string, string>> {
  const text = parseReply(await client.call("INFO", section)).text ?? "";
  const lines = text.split("\r\n").filter((line) => line.includes(":"));
  return new Map(lines.map((line) => line.split(/:(.*)/s).slice(0, 2) as [string, string]));
}

/** A dump that comes as slowly as a test wants: a named pipe in a directory of its own. */
class SlowDump implements AsyncDisposable {
  readonly #directory: TempDir;
  #pipe: Deno.FsFile | null = null;

  private constructor(directory: TempDir) {
    this.#directory = directory;
  }

  static async create(): Promise<SlowDump> {
    const directory = await TempDir.create();
    const { success } = await new Deno.Command("mkfifo", { args: [`${directory.path}/dump.rdb`] })
      .output();
    assert(success);
    return new SlowDump(directory);
  }

  get dir(): string {
    return this.#directory.path;
  }

  /** Write a part; the first one waits for the server to open the file. */
  async write(part: string): Promise<void> {
    this.#pipe ??= await Deno.open(`${this.dir}/dump.rdb`, { write: true });
    let rest: Uint8Array = toBytes(part);
    while (rest.length > 0) rest = rest.subarray(await this.#pipe.write(rest));
  }

  /** The names of the files beside the dump, which must still be the pipe. */
  async others(): Promise<string[]> {
    assert((await Deno.lstat(`${this.dir}/dump.rdb`)).isFifo);
    return Array.from(Deno.readDirSync(this.dir), ({ name }) => name)
      .filter((name) => name !== "dump.rdb");
  }

  /** Write no more. */
  close(): void {
    this.#pipe?.close();
    this.#pipe = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#directory[Symbol.asyncDispose]();
  }
}

const windows = Deno.build.os === "windows";
const pastKey = "\xfc\x01\0\0\0\0\0\0\0" + "\0" + string("past") + string("value");

Deno.test({
  name: "while a dump loads, clients are told so; then all of it is there",
  ignore: windows,
  async fn() {
    await using dump = await SlowDump.create();
    await using local = LocalServer.make({ dir: dump.dir });
    const begun = local.server.begin();
    await using client = await local.connect();
    await dump.write("REDIS0009" + "\xfa" + string("redis-ver") + string("5.0.0") + "\xfe\0");
    await dump.write("\0" + string("one") + string("1") + pastKey);
    const loaded = async () => (await info(client, "persistence")).get("loading_loaded_bytes");
    await until(async () => Number(await loaded()) > 50, "the first part");

    const fields = await info(client, "persistence");
    assertEquals(fields.get("loading"), "1");
    assertEquals(fields.get("async_loading"), "0");
    assertEquals(fields.get("loading_total_bytes"), "0");
    const now = Date.now() / 1000;
    assert(Math.abs(Number(fields.get("loading_start_time")) - now) < 30);
    assertMatch(fields.get("loading_eta_seconds") ?? "", /^\d+$/);
    assertMatch(fields.get("loading_loaded_perc") ?? "", /^\d+\.\d\d$/);
    assert(fields.has("loading_rdb_used_mem"));

    for (
      const request of ["GET one", "SET one 2", "PING", "DBSIZE", "DEL one", "FLUSHALL", "XADD"]
    ) {
      const reply = await client.call(...request.split(" "));
      const arity = "-ERR wrong number of arguments for 'xadd' command\r\n";
      assertEquals(reply, request === "XADD" ? arity : LOADING, request);
    }
    // What needs no data goes on.
    assertMatch(await client.call("CLIENT", "ID"), /^:\d+\r\n$/);
    assertEquals(await client.call("SELECT", "1"), "+OK\r\n");
    assertEquals(await client.call("SELECT", "0"), "+OK\r\n");
    assertMatch(await client.call("TIME"), /^\*2\r\n/);
    assertMatch(await client.call("ROLE"), /^\*3\r\n\$6\r\nmaster\r\n/);
    assertEquals(await client.call("CONFIG", "SET", "hz", "12"), "+OK\r\n");
    assertEquals(await client.call("MULTI"), "+OK\r\n");
    assertEquals(await client.call("GET", "one"), LOADING);
    assertMatch(await client.call("EXEC"), /^-EXECABORT /);
    assertStringIncludes(await client.call("INFO", "errorstats"), "errorstat_LOADING:count=7\r\n");

    await dump.write("\0" + string("two") + string("2"));
    await dump.write("\x01" + string("list") + length(2) + string("a") + string("b") + "\xff");
    await dump.write("\0".repeat(8));
    dump.close();
    await begun;
    assertEquals(await client.call("GET", "one"), "$1\r\n1\r\n");
    assertEquals(await client.call("GET", "two"), "$1\r\n2\r\n");
    assertEquals(await client.call("LRANGE", "list", "0", "-1"), "*2\r\n$1\r\na\r\n$1\r\nb\r\n");
    assertEquals(await client.call("DBSIZE"), ":3\r\n");
    const after = await info(client, "persistence");
    assertEquals(after.get("loading"), "0");
    assertEquals(after.get("rdb_last_load_keys_loaded"), "3");
    assertEquals(after.get("rdb_last_load_keys_expired"), "1");
    assertEquals(after.get("rdb_changes_since_last_save"), "0");
    assertEquals([...after.keys()].filter((name) => name.startsWith("loading_")), []);
    assertStringIncludes(local.log, " * Loading RDB produced by version 5.0.0\n");
    assertStringIncludes(local.log, " * Done loading RDB, keys loaded: 3, keys expired: 1.\n");
  },
});

Deno.test({
  name: "a dump that breaks off is found out at its end, and nobody is served",
  ignore: windows,
  async fn() {
    await using dump = await SlowDump.create();
    await using program = new Program(
      ["--port", `${freePort()}`, "--bind", "127.0.0.1", "--dir", dump.dir, "--save", ""],
    );
    await program.logs("Server initialized");
    await dump.write("REDIS0009" + "\xfe\0" + "\0" + string("one") + string("1"));
    dump.close();
    assertEquals(await program.exitCode(), 1);
    assertMatch(program.stdout, /# Unexpected EOF reading RDB file at byte offset 18 \(file /);
    assert(!program.stdout.includes("Ready to accept connections"));
  },
});

for (const how of ["SHUTDOWN NOSAVE", "SHUTDOWN SAVE", "SIGTERM"]) {
  Deno.test({
    name: `${how} ends a server that is loading, and the dump stays as it is`,
    ignore: windows,
    async fn() {
      await using dump = await SlowDump.create();
      const port = freePort();
      await using program = new Program([
        ...["--port", `${port}`, "--bind", "127.0.0.1", "--dir", dump.dir, "--save", "1 1"],
        ...["--pidfile", "x.pid"],
      ]);
      await program.logs("Server initialized");
      await using client = await RawClient.connect(port);
      await dump.write("REDIS0009" + "\xfe\0" + "\0" + string("one") + string("1"));
      const [command, option] = how.split(" ");
      if (option === undefined) program.kill("SIGTERM");
      else await client.send(command, option);
      assertEquals(await program.exitCode(), 0);
      assert(await client.closedByPeer());
      assertEquals(client.take(), "");
      assertStringIncludes(program.stdout, "bye bye...\n");
      assert(!program.stdout.includes("Saving"), program.stdout);
      assertEquals(
        program.stdout.includes("Received shutdown signal during loading, scheduling shutdown."),
        how === "SIGTERM",
      );
      assertEquals(await dump.others(), []);
    },
  });
}

Deno.test("the progress of a large dump can be followed, and clients are answered meanwhile", async () => {
  await using directory = await TempDir.create();
  const keys = 60_000;
  const parts: string[] = [];
  for (let i = 0; i < keys; i++) {
    parts.push("\0" + string(`key:${i}`) + string(`value:${i}:`.padEnd(200, "x")));
  }
  const bytes = file("\xfe\0" + parts.join(""));
  await Deno.writeFile(`${directory.path}/dump.rdb`, bytes);
  await using local = LocalServer.make({ dir: directory.path });
  let begun = false;
  const begin = local.server.begin().then(() => begun = true);
  await using client = await local.connect();
  const seen: number[] = [];
  while (!begun) {
    const fields = await info(client, "persistence");
    if (fields.get("loading") === "0") break;
    assertEquals(fields.get("loading_total_bytes"), `${bytes.length}`);
    const at = Number(fields.get("loading_loaded_bytes"));
    assertEquals(fields.get("loading_loaded_perc"), (at / bytes.length * 100).toFixed(2));
    seen.push(at);
  }
  await begin;
  // Between two pieces of the file there is always time for a client.
  assert(new Set(seen).size > 5, seen.join());
  assertEquals(seen, [...seen].sort((a, b) => a - b));
  assertEquals(await client.call("DBSIZE"), `:${keys}\r\n`);
  for (let i = 0; i < keys; i += 9973) {
    const value = `value:${i}:`.padEnd(200, "x");
    assertEquals(await client.call("GET", `key:${i}`), `$200\r\n${value}\r\n`);
  }
});

Deno.test("a server that is stopped while it loads leaves the rest of the file alone", async () => {
  await using directory = await TempDir.create();
  const value = string("v".repeat(1000));
  let keys = "";
  for (let i = 0; i < 20_000; i++) keys += "\0" + string(`key:${i}`) + value;
  await Deno.writeFile(`${directory.path}/dump.rdb`, file(keys));
  const local = LocalServer.make({ dir: directory.path }, new ManualClock());
  const { server } = local;
  const begun = server.begin();
  await until(() => (server.parts.loading.state?.loadedKeys ?? 0) > 0, "a key");
  server.shutdown({ save: true });
  await begun;
  assertEquals(await server.stopped, 0);
  assert(!local.log.includes("Ready to accept connections"));
  const { size } = server.parts.keyspace;
  await until(() => !server.parts.loading.active, "the end of the load");
  assert(server.parts.keyspace.size < 20_000 && server.parts.keyspace.size - size < 1000);
});

Deno.test("key-load-delay: a load takes so much longer a key", async () => {
  await using directory = await TempDir.create();
  const keys = Array.from({ length: 500 }, (_, i) => `\0${string(`k${i}`)}${string("v")}`).join("");
  await Deno.writeFile(`${directory.path}/dump.rdb`, file(keys));
  for (const [delay, leastMs] of [["1000", 500], ["-1000", 0]] as const) {
    await using program = new Program([
      ...["--port", `${freePort()}`, "--bind", "127.0.0.1", "--dir", directory.path],
      ...["--save", "", "--key-load-delay", delay],
    ]);
    await program.logs("Ready to accept connections");
    const seconds = Number(/DB loaded from disk: ([\d.]+) seconds/.exec(program.stdout)?.[1]);
    assert(seconds * 1000 >= leastMs, `${seconds} s with ${delay}`);
    assertStringIncludes(program.stdout, "keys loaded: 500");
  }
});
