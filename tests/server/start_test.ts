import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { REDENO_VERSION, REDIS_VERSION } from "../../src/version.ts";
import { FIXTURES } from "../rdb/fixtures.ts";
import { RawClient } from "../support/raw_client.ts";
import { parseReply } from "../support/resp.ts";
import { freePort } from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";
import { inPairs, Program, runToEnd } from "./support.ts";
import { until } from "../support/until.ts";

async function setting(client: RawClient, name: string): Promise<string | null | undefined> {
  return parseReply(await client.call("CONFIG", "GET", name)).items?.[1]?.text;
}

/** The texts stand in `log`, in this order. */
function assertInOrder(log: string, texts: readonly string[]): void {
  let at = 0;
  for (const text of texts) {
    const found = log.indexOf(text, at);
    assert(found >= 0, `${JSON.stringify(text)} is not there, or too early:\n${log}`);
    at = found + text.length;
  }
}

Deno.test("file, standard input and options start a server, which says so and ends at SIGTERM", async () => {
  await using directory = await TempDir.create();
  const port = freePort();
  const file = `${directory.path}/my redis.conf`;
  await Deno.writeTextFile(
    file,
    `# a comment\nport 1\nhz 11\ntimeout 77\nmaxclients 123\ndir ${directory.path}\n`,
  );
  const argv = [file, "--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "-"];
  await using program = new Program(argv, { stdin: "hz 22\nmaxclients 321\nport 2\n" });
  await program.logs("Ready to accept connections");
  await using client = await RawClient.connect(port);
  assertEquals(await setting(client, "hz"), "22");
  assertEquals(await setting(client, "timeout"), "77");
  assertEquals(await setting(client, "maxclients"), "321");
  assertEquals(await setting(client, "port"), `${port}`);
  assertEquals(await setting(client, "save"), "");
  assertEquals(await setting(client, "dir"), directory.path);
  const info = await client.call("INFO", "server");
  assertStringIncludes(info, `\r\nprocess_id:${program.pid}\r\n`);
  assertStringIncludes(info, `\r\nconfig_file:${file}\r\n`);
  assertStringIncludes(info, `\r\ntcp_port:${port}\r\n`);
  program.kill("SIGTERM");
  assertEquals(await program.exitCode(), 0);
  assert(await client.closedByPeer());
  const { pid, stdout, stderr } = program;
  assertEquals(stderr, "");
  assertInOrder(stdout, [
    `${pid}:C `,
    "* oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo\n",
    ` * Redis version=${REDIS_VERSION}, bits=64, commit=00000000, modified=0, pid=${pid}, just `,
    " * Configuration loaded\n",
    `Redeno ${REDENO_VERSION}, compatible with Redis ${REDIS_VERSION} (00000000/0) 64 bit\n`,
    "Running in standalone mode\n",
    `Port: ${port}\n`,
    `PID: ${pid}\n`,
    `${pid}:M `,
    " * Server initialized\n",
    " * Ready to accept connections tcp\n",
    " Received SIGTERM scheduling shutdown...\n",
    " * User requested shutdown...\n",
    " # Redis is now ready to exit, bye bye...\n",
  ]);
  assertMatch(stdout, /^\d+:C \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3} \* /);
});

Deno.test("shutdown-on-sigterm and shutdown-on-sigint say whether to save", async () => {
  const ends = [
    { signal: "SIGTERM", argv: ["--save", "", "--shutdown-on-sigterm", "save"], saved: true },
    {
      signal: "SIGTERM",
      argv: ["--save", "900 1", "--shutdown-on-sigterm", "nosave"],
      saved: false,
    },
    { signal: "SIGINT", argv: ["--save", "", "--shutdown-on-sigint", "save force"], saved: true },
    { signal: "SIGINT", argv: ["--save", "", "--shutdown-on-sigterm", "save"], saved: false },
  ] as const;
  await inPairs(ends, async ({ signal, argv, saved }) => {
    await using directory = await TempDir.create();
    const port = freePort();
    const where = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", directory.path];
    await using program = new Program([...where, ...argv]);
    await program.logs("Ready to accept connections");
    await using client = await RawClient.connect(port);
    await client.call("SET", "k", "v");
    program.kill(signal);
    assertEquals(await program.exitCode(), 0);
    const files = Array.from(Deno.readDirSync(directory.path), ({ name }) => name);
    assertEquals(files, saved ? ["dump.rdb"] : [], `${signal} ${argv.join(" ")}`);
  });
});

Deno.test("without a file it says so; it loads the dump that is there, and ends at SIGINT", async () => {
  await using directory = await TempDir.create();
  await Deno.copyFile(new URL("7.2.6/nocompress.rdb", FIXTURES), `${directory.path}/x.rdb`);
  const port = freePort();
  await using program = new Program(
    ["--port", `${port}`, "--bind", "127.0.0.1", "--dbfilename", "x.rdb", "--save", ""],
    { cwd: directory.path },
  );
  await program.logs("Ready to accept connections");
  await using client = await RawClient.connect(port);
  assertEquals(await client.call("DBSIZE"), ":10\r\n");
  assertEquals(await setting(client, "dir"), directory.path);
  program.kill("SIGINT");
  assertEquals(await program.exitCode(), 0);
  assertInOrder(program.stdout, [
    " # Warning: no config file specified, using the default config. In order to specify a config ",
    " * Server initialized\n",
    " * Loading RDB produced by version 7.2.6\n",
    " * RDB age ",
    " * RDB memory usage when created ",
    " * Done loading RDB, keys loaded: 10, keys expired: 0.\n",
    " * DB loaded from disk: ",
    " seconds\n",
    " * Ready to accept connections tcp\n",
    " Received SIGINT scheduling shutdown...\n",
    " * User requested shutdown...\n",
    " # Redis is now ready to exit, bye bye...\n",
  ]);
});

Deno.test({
  name: "pid file, log file and Unix socket come, with permissions, and go at SHUTDOWN",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using directory = await TempDir.create();
    const { path } = directory;
    const port = freePort();
    await using program = new Program([
      ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", path, "--pidfile", "my.pid"],
      ["--logfile", "my.log", "--unixsocket", "sö.sock", "--unixsocketperm", "740"],
      ["--enable-protected-configs", "yes"],
    ].flat());
    // Its log is a file: the pid file is written once the sockets are there.
    const started = async () => {
      const log = await Deno.readTextFile(`${path}/my.log`).catch(() => "");
      return log.includes("Ready to accept connections unix\n");
    };
    await until(started, "the log");
    assertEquals(await Deno.readTextFile(`${path}/my.pid`), `${program.pid}\n`);
    const socket = await Deno.stat(`${path}/sö.sock`);
    assertEquals(socket.isSocket, true);
    assertEquals((socket.mode ?? 0) & 0o777, 0o740);
    {
      using unix = await Deno.connect({ transport: "unix", path: `${path}/sö.sock` });
      await unix.write(new TextEncoder().encode("CLIENT INFO\r\n"));
      const buffer = new Uint8Array(4096);
      const count = await unix.read(buffer);
      const line = new TextDecoder().decode(buffer.subarray(0, count ?? 0));
      assertMatch(line, / addr=sö\.sock:0 laddr=sö\.sock:0 .* flags=U /);
    }
    await using client = await RawClient.connect(port);
    // Elsewhere since: what is to be removed is still found.
    assertEquals(await client.call("CONFIG", "SET", "dir", "/"), "+OK\r\n");
    await client.send("SHUTDOWN", "NOSAVE");
    assert(await client.closedByPeer());
    assertEquals(client.take(), "");
    assertEquals(await program.exitCode(), 0);
    assertEquals(program.stdout + program.stderr, "");
    assertInOrder(await Deno.readTextFile(`${path}/my.log`), [
      `PID: ${program.pid}\n`,
      " * Ready to accept connections tcp\n",
      " * Ready to accept connections unix\n",
      " * User requested shutdown...\n",
      " * Removing the pid file.\n",
      " * Removing the unix socket file.\n",
      " # Redis is now ready to exit, bye bye...\n",
    ]);
    const left = Array.from(Deno.readDirSync(path), ({ name }) => name);
    assertEquals(left, ["my.log"]);
  },
});

/** What a start that fails over its configuration prints. */
function fatal(line: number, text: string, reason: string): string {
  return `\n*** FATAL CONFIG FILE ERROR (Redis ${REDIS_VERSION}) ***\n` +
    `Reading the configuration file, at line ${line}\n>>> '${text}'\n${reason}\n`;
}

Deno.test("a start that cannot be ends with status 1 and a reason", async () => {
  await using directory = await TempDir.create();
  const { path } = directory;
  await Deno.writeTextFile(`${path}/bad.conf`, "# one\nhz 10\n\nmaxmemory lots\n");
  using busy = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = busy.addr;
  const dir = ["--dir", path, "--bind", "127.0.0.1"];
  await Deno.mkdir(`${path}/folder.rdb`);
  const cases: { argv: string[]; stdin?: string; stderr?: string; stdout?: RegExp }[] = [
    {
      argv: ["--foo", "bar"],
      stderr: fatal(2, 'foo "bar"', "Bad directive or wrong number of arguments"),
    },
    {
      argv: [`${path}/bad.conf`, "--hz", "1"],
      stderr: fatal(
        4,
        "maxmemory lots",
        "argument must be a memory value",
      ),
    },
    {
      argv: ["-"],
      stdin: "hz 5\nhz many",
      stderr: fatal(2, "hz many", "argument couldn't be parsed into an integer"),
    },
    {
      argv: [`${path}/gone.conf`],
      stdout: new RegExp(
        `^\\d+:C .* # Fatal error, can't open config file '${path}/gone.conf': ` +
          "No such file or directory\n$",
      ),
    },
    {
      argv: ["--daemonize", "yes"],
      stderr: fatal(
        2,
        'daemonize "yes"',
        "this server cannot put itself into the background: start it with '&', nohup or a service manager",
      ),
    },
    {
      argv: ["--cluster-enabled", "yes"],
      stderr: fatal(2, 'cluster-enabled "yes"', "this server cannot be a cluster node"),
    },
    {
      argv: [...dir, "--port", `${port}`],
      stdout: new RegExp(
        `\\d+:M .* # Warning: Could not create server TCP listening socket 127.0.0.1:${port}: ` +
          "bind: Address already in use\n" +
          `\\d+:M .* # Failed listening on port ${port} \\(tcp\\), aborting\\.\n$`,
      ),
    },
    {
      argv: ["--port", "0", "--dir", path],
      stdout: /\d+:M .* # Configured to not listen anywhere, exiting\.\n$/,
    },
    {
      argv: ["--port", "0", "--dir", path, "--unixsocket", "gone/s.sock", "--pidfile", "p.pid"],
      stdout: /\d+:M .* # Failed opening Unix socket: bind: No such file or directory\n$/,
    },
    {
      argv: [...dir, "--port", `${freePort()}`, "--dbfilename", "folder.rdb", "--pidfile", "p.pid"],
      stdout: new RegExp(
        `# Error reading ${path}/folder\\.rdb: Is a directory\n` +
          ".* # Fatal error loading the DB, check server logs\\. Exiting\\.\n$",
      ),
    },
  ];
  await inPairs(cases, async ({ argv, stdin, stderr, stdout }) => {
    const outcome = await runToEnd(argv, { stdin });
    const what = `${argv.join(" ")}\n${outcome.stdout}${outcome.stderr}`;
    assertEquals(outcome.code, 1, what);
    assertEquals(outcome.stderr, stderr ?? "", what);
    if (stdout === undefined) assertEquals(outcome.stdout, "", what);
    else assertMatch(outcome.stdout, stdout, what);
  });
  const left = Array.from(Deno.readDirSync(path), ({ name }) => name).sort();
  assertEquals(left, ["bad.conf", "folder.rdb"]);
});

Deno.test("version and help go to standard output", async () => {
  await inPairs(["--version", "-v", "--help", "-h"], async (option) => {
    const { code, stdout, stderr } = await runToEnd([option]);
    assertEquals([code, stderr], [0, ""]);
    if (option.includes("v")) {
      assertMatch(stdout, new RegExp(`^Redeno server v=${REDENO_VERSION} redis=${REDIS_VERSION} `));
      assertEquals(stdout.split("\n").length, 2);
    } else {
      assert(stdout.startsWith("Usage: redeno "), stdout);
      assertStringIncludes(stdout, "\n  --maxmemory ");
    }
  });
});
