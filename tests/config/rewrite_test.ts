/** CONFIG REWRITE, side by side with a real server. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromBytes, fromText, toBytes } from "../../src/bytes/bytes.ts";
import { Config } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/file.ts";
import { rewriteFile, rewriteText, SIGNATURE } from "../../src/config/rewrite.ts";
import { findRedisServer, freePort } from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";
import { configSet, needing, withRedis } from "./support.ts";

const redis = findRedisServer();

interface Case {
  /** What stands in the file behind the lines that let a test server start. */
  file: string;
  /** Names and values to set before the rewrite. */
  set: string[];
  /** The default user as a real server describes it, when the file changes it. */
  user?: string;
}

const CASES: Case[] = [
  { file: "", set: [] },
  { file: "hz 10", set: ["hz", "11"] },
  { file: "\n\n\n# a comment\n\n\n\n   # another  \n\n", set: ["timeout", "5"] },
  { file: `${SIGNATURE}\nhz 20\n`, set: ["hz", "10", "timeout", "5"] },
  { file: `HZ 12\nhz 13\n\nhz 14\n# end`, set: [] },
  {
    file: "slave-read-only yes\nslave-priority 5\nmin-slaves-to-write 2\nlua-time-limit 7\n",
    set: ["replica-priority", "9", "min-slaves-to-write", "0"],
  },
  { file: "save 900 1\nsave 60 1000\nsave 5 5\n", set: ["save", "1 2"] },
  { file: "save 900 1\n", set: ["save", "1 2 3 4 5 6"] },
  { file: "save 900 1\nsave 1 1\n", set: ["save", ""] },
  {
    file: "client-output-buffer-limit pubsub 1 1 1\n",
    set: ["client-output-buffer-limit", "slave 5mb 1gb 7"],
  },
  {
    file: "client-output-buffer-limit normal 0 0 0 replica 1 1 1 pubsub 1 1 1\n# x\n" +
      "client-output-buffer-limit replica 268435456 67108864 60\n",
    set: ["client-output-buffer-limit", "pubsub 33554432 8388608 60"],
  },
  {
    file: "maxmemory 100mb\nproto-max-bulk-len 2097152\nmaxmemory-clients 10%\n",
    set: ["maxmemory", "1048577", "repl-backlog-size", "1gb", "maxmemory-clients", "0"],
  },
  {
    file: "masteruser bob\nmasterauth x\nreplica-announce-ip 1.2.3.4\n",
    set: ["masterauth", 'a "b"\\ \x01\xff é', "masteruser", "", "replica-announce-ip", ""],
  },
  {
    file: "shutdown-on-sigint nosave force\nnotify-keyspace-events KEA\noom-score-adj no\n",
    set: ["shutdown-on-sigterm", "force now", "notify-keyspace-events", "", "loglevel", "warning"],
  },
  {
    file: 'latency-tracking-info-percentiles 1 2 3\nproc-title-template "{title} {port}"\n',
    set: ["latency-tracking-info-percentiles", "", "oom-score-adj-values", "0 1 2"],
  },
  {
    file: 'include inc.conf\nrename-command flushall ""\nrename-command SAVE SAFE\ntimeout 7\n',
    set: ["timeout", "0", "slowlog-log-slower-than", "-1"],
  },
  {
    file: "list-max-ziplist-value 5\nlua-replicate-commands yes\nunixsocketperm 700\nlogfile ''\n",
    set: ["appendfsync", "no", "hash-max-ziplist-entries", "9223372036854775807"],
  },
  {
    file: "user default on nopass ~* &* +@all\ntls-cert-file ''\ncluster-config-file x.conf\n",
    set: ["maxclients", "500", "slowlog-max-len", "0", "cluster-announce-hostname", "a.b"],
    user: "default on nopass sanitize-payload ~* &* +@all",
  },
];

/** The default user as a real server describes it. */
const USER = "default on nopass ~* &* +@all";

function sortedLines(content: string): string[] {
  return content.split("\n").sort();
}

/** The lines that stood in the file, in order, and those added, whose order a real server shuffles. */
function parts(content: string): { kept: string[]; added: string[] } {
  const lines = content.split("\n");
  const at = lines.lastIndexOf("") === lines.length - 1 ? lines.indexOf(SIGNATURE) + 1 : 0;
  return { kept: lines.slice(0, at), added: lines.slice(at).sort() };
}

function withoutUsers(content: string): string {
  return content.split("\n").filter((line) => !line.startsWith("user ")).join("\n");
}

function ours(directory: string, path: string, port: number, set: string[]): Config {
  const config = new Config(directory);
  const content = withoutUsers(fromBytes(Deno.readFileSync(path)));
  loadConfig(config, { options: content, renameCommand: () => null });
  assertEquals(config.assign("port", [`${port}`]), null);
  const pairs: [string, string][] = [];
  for (let i = 0; i < set.length; i += 2) pairs.push([set[i], set[i + 1]]);
  assertEquals(config.setMany(pairs), null);
  return config;
}

Deno.test({
  name: needing(redis, "a rewritten file is the one that a real server writes"),
  ignore: redis === undefined,
  async fn() {
    for (const { file, set, user = USER } of CASES) {
      await using directory = await TempDir.create();
      const path = `${directory.path}/redis.conf`;
      await Deno.writeTextFile(`${directory.path}/inc.conf`, "hz 50\n");
      const content = fromText(file.replace("include ", `include ${directory.path}/`));
      await Deno.writeFile(path, toBytes(content));

      const port = freePort();
      const config = ours(directory.path, path, port, set);
      const mine = rewriteText(config, content, { users: [user] });
      const mineAgain = rewriteText(config, mine, { users: [user] });

      const argv = [path, "--port", `${port}`, "--dir", directory.path];
      const read = async () => fromBytes(await Deno.readFile(path));
      await withRedis(argv, { path: redis!, cwd: directory.path, port }, async (client) => {
        if (set.length > 0) assertEquals(await configSet(client, ...set), "OK", set.join(" "));
        assertEquals(await client.call("CONFIG", "REWRITE"), "+OK\r\n");
        assertEquals(parts(mine), parts(await read()), file);
        // A second time nothing changes but what the first one left over.
        assertEquals(await client.call("CONFIG", "REWRITE"), "+OK\r\n");
        assertEquals(sortedLines(mineAgain), sortedLines(await read()), file);
      });

      // A new server with the file is as the old one was.
      const next = new Config(directory.path);
      await Deno.writeFile(path, toBytes(rewriteText(config, withoutUsers(content))));
      loadConfig(next, { file: path, renameCommand: () => null });
      assertEquals(next.get(["*"]), config.get(["*"]), file);
    }
  },
});

Deno.test("rewriting keeps comments, order and what it does not understand", () => {
  const config = new Config("/");
  config.assign("hz", ["77"]);
  config.assign("save", [""]);
  const content = [
    "# Mine",
    "timeout 0",
    "hz 10",
    'nonsense "',
    "unknown-directive 5",
    "user alice on",
    "include other.conf",
    "hz 11",
    "bind 127.0.0.1 -::1",
    "",
  ].join("\n");
  assertEquals(rewriteText(config, content).split("\n"), [
    "# Mine",
    "timeout 0",
    "hz 77",
    '# ??? nonsense "',
    "# ??? unknown-directive 5",
    "user alice on",
    "include other.conf",
    "",
    SIGNATURE,
    "latency-tracking-info-percentiles 50 99 99.9",
    'dir "/"',
    'save ""',
    "",
  ]);
});

Deno.test("without a file there is nothing to rewrite", () => {
  assertEquals(rewriteFile(new Config()), "ERR The server is running without a config file");
});

Deno.test("the file is replaced as a whole, keeps its permissions and leaves nothing behind", async () => {
  await using directory = await TempDir.create();
  const path = `${directory.path}/redis.conf`;
  await Deno.writeTextFile(path, "requirepass secret\n", { mode: 0o600 });
  const config = new Config(directory.path);
  loadConfig(config, { file: path });
  assertEquals(config.setMany([["requirepass", 'new "one"'], ["hz", "20"]]), null);
  assertEquals(rewriteFile(config), null);
  const content = await Deno.readTextFile(path);
  assertMatch(content, /^requirepass "new \\"one\\""\n/);
  assert(content.includes("\nhz 20\n"));
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  assertEquals([...Deno.readDirSync(directory.path)].map(({ name }) => name), ["redis.conf"]);

  // A file that has gone is written anew; one that cannot be written is an error.
  await Deno.remove(path);
  assertEquals(rewriteFile(config), null);
  assert((await Deno.readTextFile(path)).startsWith(SIGNATURE));
  await Deno.remove(path);
  await Deno.mkdir(path);
  assertEquals(rewriteFile(config), "ERR Rewriting config file: Is a directory");
  await Deno.remove(path);

  // What the temporary file has for itself, permissions and existence, is not left over.
  await Deno.writeTextFile(path, "hz 5\n", { mode: 0o640 });
  await Deno.chmod(path, 0o640);
  assertEquals(rewriteFile(config), null);
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o640);
  const rename = Deno.renameSync;
  Deno.renameSync = () => {
    throw new Deno.errors.PermissionDenied("Operation not permitted (os error 1): rename");
  };
  try {
    assertEquals(rewriteFile(config), "ERR Rewriting config file: Operation not permitted");
  } finally {
    Deno.renameSync = rename;
  }
  config.file = `${directory.path}/gone/redis.conf`;
  assertEquals(rewriteFile(config), "ERR Rewriting config file: No such file or directory");
  assertEquals([...Deno.readDirSync(directory.path)].map(({ name }) => name), ["redis.conf"]);
});

Deno.test("a rewrite of everything says every directive, and reads back as what it was", async () => {
  await using directory = await TempDir.create();
  const file = `${directory.path}/redis.conf`;
  await Deno.writeTextFile(file, `dir ${directory.path}\nhz 20\n`);
  const config = new Config();
  loadConfig(config, { file });
  assertEquals(rewriteFile(config, { all: true }), null);
  const text = await Deno.readTextFile(file);
  for (const line of ["hz 20", "port 6379", "appendonly no", "acl-pubsub-default resetchannels"]) {
    assertMatch(text, new RegExp(`^${line}$`, "m"));
  }
  const again = new Config();
  loadConfig(again, { file });
  assertEquals(again.get(["*"]), config.get(["*"]));
});
