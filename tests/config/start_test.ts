/** Command lines and configuration files, side by side with a real server started with them. */

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { fromText } from "../../src/bytes/bytes.ts";
import { parseArguments } from "../../src/config/argv.ts";
import { Config } from "../../src/config/config.ts";
import { ConfigError, ConfigOpenError, loadConfig } from "../../src/config/file.ts";
import { findRedisServer, freePort } from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";
import { commonNames, needing, shown, withRedis } from "./support.ts";

const redis = findRedisServer();

function renameCommand(from: string, to: string): string | null {
  const commands = ["get", "set", "flushall", "config"];
  if (!commands.includes(from.toLowerCase())) return "No such command in rename-command";
  return commands.includes(to.toLowerCase()) ? "Target command name already exists" : null;
}

/** Our configuration for a command line, or the text that it fails with. */
function ours(argv: string[], directory: string, stdin = ""): Config | string {
  const parsed = parseArguments(argv);
  if (parsed.kind !== "run") return parsed.kind;
  const config = new Config(directory);
  try {
    loadConfig(config, {
      file: parsed.file === null ? null : `${directory}/${parsed.file}`,
      stdin: parsed.stdin ? stdin : "",
      options: parsed.options,
      renameCommand,
    });
    return config;
  } catch (error) {
    if (error instanceof ConfigError) return error.format("7.0.15");
    throw error;
  }
}

/** The output of a real server that does not start. */
async function failure(argv: string[], directory: string, stdin = ""): Promise<string> {
  const child = new Deno.Command(redis!, {
    args: argv,
    cwd: directory,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
  await writer.close().catch(() => {});
  const { stdout, stderr } = await child.output();
  clearTimeout(timer);
  const fatal = new TextDecoder().decode(stderr);
  if (fatal !== "") return fatal;
  const log = new TextDecoder().decode(stdout);
  return /# (Fatal error.*\n)/.exec(log)?.[1] ?? `it started: ${log}`;
}

const FILES: Record<string, string> = {
  "save2.conf": "save 900 1\nsave 60 2\n",
  "save-cleared.conf": 'save 900 1\nsave ""\n',
  "save-restarted.conf": 'save ""\nsave 60 1\n',
  "mixed.conf":
    "# a comment\n\n  TIMEOUT 5   \n\tmaxmemory 1gb\r\nslave-priority 3\nappendonly no\n" +
    "client-output-buffer-limit normal 1 2 3\nclient-output-buffer-limit replica 4 5 6\n" +
    'masterauth "a \\x41\\n\\"b\\" c"\nmasteruser \'it\\\'s\'\nlua-replicate-commands yes\n' +
    "rename-command FLUSHALL \"\"\ninclude inc.conf\nhz 11\ninclude 'inc-*.conf'\ninclude no-*.conf",
  "inc.conf": "hz 12\nlatency-tracking-info-percentiles 1 2 3\n",
  "inc-b.conf": "hz 14\nslowlog-max-len 1\n",
  "inc-a.conf": "hz 13\nslowlog-max-len 2\n",
  "wild.conf": "hz 15\ntimeout 1\ninclude *-hidden.conf\ninclude .?-hidden.con[f]\n",
  ".a-hidden.conf": "timeout 9\n",
  ".b-hidden.conf": "hz 16\n",
  "wild-star.conf": "hz 15\ntimeout 1\ninclude *-hidden.conf\n",
  "bad-line.conf": "\n# c\nport 1 2\n",
  "bad-include.conf": "hz 5\ninclude gone.conf\n",
  "bad-nested.conf": "hz 5\ninclude bad-line.conf\n",
  "unbalanced.conf": 'requirepass "abc\n',
  "no-newline.conf": "hz 9",
  "blank.conf": "  \n\n",
};

/** Command lines that start a server; `--port` and `--dir` come in front. */
const GOOD: { argv: string[]; file?: string; stdin?: string }[] = [
  { argv: [] },
  {
    argv: ["--save", "900", "1", "--save", "", "--bind", "127.0.0.1", "--logfile", "--x"],
  },
  { argv: ["--save", '3600  1 "300" 10', "--loglevel", "Verbose", "--HZ", "7"] },
  { argv: ["--save", "--hz", "20"] },
  { argv: ["--hz 5", "--save"] },
  {
    argv: [
      ["--shutdown-on-sigint", "nosave", "force", "--shutdown-on-sigterm", "now force"],
      ["--client-output-buffer-limit", "normal", "1", "1", "1", "replica", "3mb", "3", "3"],
      ["--oom-score-adj-values", "1", "2", "3", "--notify-keyspace-events", "KEA"],
      ["--unixsocketperm", " 0770", "--hz", "1000", "--maxmemory-clients", "5%"],
      ["--latency-tracking-info-percentiles", "", "--enable-debug-command", "local"],
      ["--masterauth", "a'b\"c d\\é", "--list-max-ziplist-value", "1", "--pidfile", ""],
      ["--include", "gone*", "--databases", "3", "--repl-backlog-size", "1"],
      ["--slave-read-only", "no", "--replica-read-only", "yes", "--slaveof", "NO", "ONE"],
    ].flat(),
  },
  { argv: ["--save 3600", "1", "--latency-tracking-info-percentiles", "1 2"] },
  { argv: ["--unixsocketperm", "", "--save", '3600 "', "--client-output-buffer-limit"] },
  { argv: ["--save", "1", "1", "-"], stdin: "save 2 2\nhz 33" },
  { file: "save2.conf", argv: ["--save", "1", "1"] },
  { file: "save2.conf", argv: ["--save", ""] },
  { file: "save-cleared.conf", argv: [] },
  { file: "save-restarted.conf", argv: [] },
  { file: "mixed.conf", argv: [] },
  { file: "wild.conf", argv: [] },
  { file: "wild-star.conf", argv: [] },
  { file: "no-newline.conf", argv: ["--timeout", "3", "-"], stdin: "\nhz 44\ntimeout 2" },
  { file: "blank.conf", argv: [] },
];

Deno.test({
  name: needing(redis, "what a command line sets: the values of a real server"),
  ignore: redis === undefined,
  async fn() {
    await using directory = await TempDir.create();
    for (const [name, content] of Object.entries(FILES)) {
      await Deno.writeTextFile(`${directory.path}/${name}`, content);
    }
    for (const { argv, file, stdin = "" } of GOOD) {
      const port = freePort();
      const front = ["--port", `${port}`, "--dir", directory.path];
      const whole = file === undefined ? [...front, ...argv] : [file, ...front, ...argv];
      const config = ours(whole, directory.path, stdin);
      if (typeof config === "string") throw new Error(`${whole.join(" ")}: ${config}`);
      // Where the log goes to a file there is nothing to wait for on standard output.
      const waited = whole.includes("--x") ? withoutLog(whole) : whole;
      const theirs = await withRedis(
        waited,
        { path: redis!, cwd: directory.path, port, stdin },
        commonNames,
      );
      const mine = shown(config, theirs.keys());
      if (waited !== whole) {
        assertEquals(mine.get("logfile"), "--x");
        theirs.set("logfile", "--x");
      }
      if (!whole.includes("--bind")) theirs.set("bind", "127.0.0.1 -::1");
      assertEquals(mine, theirs, whole.join(" "));
    }
  },
});

function withoutLog(argv: string[]): string[] {
  const at = argv.indexOf("--logfile");
  return argv.toSpliced(at, 2);
}

/** Command lines that stop a server. */
const BAD: string[][] = [
  ["--hz"],
  ["--hz", "5", "6"],
  ["--hz", "--hz"],
  ["--hz", "5 6"],
  ["--hz 5", "6"],
  ["--hz", "-", "5"],
  ["--hz", '5"'],
  ['--hz "5'],
  ['--hz 5 "'],
  ["--hz", "5\n6"],
  ["--save", "3600 1 300 10", "60", "1"],
  ["--save", "3600", "1", "300 10"],
  ["--save", '"3600 1" 60'],
  ["--save", '3600 "1 300" 10'],
  ["--save", "0", "1"],
  ["--dir", ".", "--logfile", "gone/x"],
  ["--unixsocketperm", "9"],
  ["--unixsocketperm", "1777"],
  ["--unixsocketperm", "-1"],
  ["--notify-keyspace-events", "K", "E"],
  ["--notify-keyspace-events", "q"],
  ["--oom-score-adj-values", "1", "2"],
  ["--client-output-buffer-limit", ""],
  ["--client-output-buffer-limit", "normal", "1"],
  ["--shutdown-on-sigint", ""],
  ["--shutdown-on-sigint", "save", "nosave"],
  ["--replicaof", "a", "b", "c"],
  ["--replicaof", "a", "x"],
  ["--replicaof", "a", "77777"],
  ["--appendfilename", "a/b"],
  ["--appendfilename", ""],
  ["--appenddirname", "a/b"],
  ["--appenddirname", ""],
  ["--dbfilename", "a/b"],
  ["--dir", "gone"],
  ["--dir", ""],
  ["--dir", "save2.conf"],
  ["--foo", "bar"],
  ["--foo", "bar", "x\x01y é"],
  ["--foo"],
  ["--", "x"],
  ["--rename-command", "foo", "bar"],
  ["--rename-command", "get"],
  ["--rename-command", "get", "set"],
  ["--user"],
  ["--loadmodule"],
  ["--include", "/gone/x"],
  ["--include"],
  ["--a.b"],
  ["--list-max-ziplist-value", "1", "2"],
  ["-x", "--port"],
  ["-x"],
  ["--latency-tracking-info-percentiles", "1 2", "3"],
  ["--requirepass"],
  ["--databases", "0"],
  ["--maxclients", "4294967296"],
  ["--loglevel", "loud", "--port", "x"],
  ["--enable-debug-command", "maybe"],
  ["--maxmemory", "1tb"],
  ["-", "--port", "x"],
  ["--port", "x", "-"],
  ["bad-line.conf"],
  ["bad-include.conf"],
  ["bad-nested.conf"],
  ["unbalanced.conf"],
  ["gone.conf"],
  ["save2.conf", "bad-line.conf"],
  ["save2.conf", "-", "--hz", "1"],
  ["save2.conf", "other", "--hz", "1"],
  ["no-newline.conf", "--port", "x"],
];

Deno.test({
  name: needing(redis, "what is wrong with a command line: the texts of a real server"),
  ignore: redis === undefined,
  async fn() {
    await using directory = await TempDir.create();
    for (const [name, content] of Object.entries(FILES)) {
      await Deno.writeTextFile(`${directory.path}/${name}`, content);
    }
    for (const argv of BAD) {
      // 7.2 knows a log level more, and says so.
      const mine = ours(argv, directory.path, "# in\nhz 7");
      const text = typeof mine === "string" ? mine.replace(", nothing\n", "\n") : "it started";
      assertEquals(text, await failure(argv, directory.path, "# in\nhz 7"), argv.join(" "));
    }
  },
});

Deno.test("version, help and what is refused are known by the first argument", () => {
  assertEquals(parseArguments(["-v", "x"]).kind, "version");
  assertEquals(parseArguments(["--version"]).kind, "version");
  assertEquals(parseArguments(["-h"]).kind, "help");
  assertEquals(parseArguments(["--help"]).kind, "help");
  assertEquals(parseArguments(["--test-memory", "1"]).kind, "error");
  assertEquals(parseArguments(["--check-system"]).kind, "error");
  assertEquals(parseArguments(["x.conf", "--sentinel"]).kind, "error");
  assertEquals(parseArguments(["x.conf", "--version"]).kind, "run");
  assertEquals(parseArguments([]), { kind: "run", file: null, stdin: false, options: "" });
  assertEquals(parseArguments(["-"]), { kind: "run", file: null, stdin: true, options: "" });
});

Deno.test("what a real server does and this one cannot stops the start, saying so", () => {
  for (
    const argv of [
      ["--daemonize", "yes"],
      ["--cluster-enabled", "yes"],
      ["--tls-port", "6380"],
      ["--supervised", "systemd"],
      ["--syslog-enabled", "yes"],
      ["--loadmodule", "/x.so"],
      ["--some.module-option", "1"],
    ]
  ) {
    const text = ours(argv, Deno.cwd());
    if (typeof text !== "string") throw new Error(`${argv.join(" ")} was taken`);
    assertStringIncludes(text, `>>> '${argv[0].slice(2)} `);
    assertStringIncludes(text, "\nthis server ");
  }
});

Deno.test("a file that includes itself is found out", async () => {
  await using directory = await TempDir.create();
  await Deno.writeTextFile(`${directory.path}/loop.conf`, "hz 5\n\ninclude loop.conf\n");
  const error = assertThrows(
    () => loadConfig(new Config(directory.path), { file: `${directory.path}/loop.conf` }),
    ConfigError,
  );
  assertEquals(error.place, { line: 3, text: "include loop.conf" });
});

Deno.test("an unreadable file is an error of its own, with the path and the system's reason", () => {
  const error = assertThrows(
    () => loadConfig(new Config(), { file: "/gone/redis.conf" }),
    ConfigOpenError,
  );
  assertEquals(
    error.format("7.2.6"),
    "Fatal error, can't open config file '/gone/redis.conf': No such file or directory\n",
  );
});

Deno.test("paths in the configuration start in dir, and files may have any name", async () => {
  await using directory = await TempDir.create();
  const inner = `${directory.path}/dätä dir`;
  await Deno.mkdir(inner);
  await Deno.writeTextFile(`${inner}/mö.conf`, "hz 21\n");
  const config = new Config(directory.path);
  loadConfig(config, {
    options: fromText('dir "dätä dir"\ninclude mö.conf\nlogfile mö.log\nunixsocket ../s.sock'),
  });
  assertEquals(config.values.hz, 21);
  assertEquals(config.values.dir, fromText(inner));
  assertEquals(config.path(config.values.unixsocket), `${directory.path}/s.sock`);
  assertEquals((await Deno.stat(`${inner}/mö.log`)).isFile, true);
});
