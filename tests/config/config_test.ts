/** The rules of a configuration object that need no real server. */

import { assertEquals, assertThrows } from "@std/assert";
import { fromText } from "../../src/bytes/bytes.ts";
import { Config } from "../../src/config/config.ts";
import { formatSize, parseLoose, parseSize } from "../../src/config/numbers.ts";
import { DIRECTIVES } from "../../src/config/table.ts";
import { mulberry32 } from "../support/prng.ts";
import { TempDir } from "../support/temp.ts";

Deno.test("listeners hear of changes once, with all values in place, and of nothing else", () => {
  const config = new Config();
  const heard: string[] = [];
  config.onChange(["hz", "timeout"], ({ hz, timeout }) => heard.push(`${hz} ${timeout}`));
  const end = config.onChange(["replica-priority"], () => heard.push("priority"));
  assertEquals(config.setMany([["hz", "20"], ["timeout", "5"], ["maxclients", "7"]]), null);
  assertEquals(config.setMany([["maxclients", "8"]]), null);
  assertEquals(config.setMany([["hz", "20"], ["timeout", "5"]]), null);
  assertEquals(config.setMany([["slave-priority", "3"]]), null);
  end();
  assertEquals(config.setMany([["slave-priority", "4"]]), null);
  assertEquals(config.assign("hz", ["30"]), null);
  assertEquals(heard, ["20 5", "priority"]);
});

Deno.test("a listener may refuse: all is undone and those told hear of the old values", () => {
  const config = new Config();
  const heard: string[] = [];
  config.onChange(["hz"], ({ hz }) => heard.push(`hz ${hz}`));
  config.onChange(["port", "bind"], ({ port }) => {
    heard.push(`port ${port}`);
    if (port === 1) throw new Error("Unable to listen on this port. Check server logs.");
  });
  config.onChange(["timeout"], ({ timeout }) => heard.push(`timeout ${timeout}`));
  assertEquals(
    config.setMany([["hz", "20"], ["port", "1"], ["timeout", "5"]]),
    "ERR CONFIG SET failed (possibly related to argument 'port') - " +
      "Unable to listen on this port. Check server logs.",
  );
  assertEquals(heard, ["hz 20", "port 1", "hz 10", "port 6379"]);
  assertEquals(config.get(["hz", "port", "timeout"]), ["port", "6379", "timeout", "0", "hz", "10"]);
});

Deno.test("what a failing CONFIG SET had set before is undone, whatever the value's kind", () => {
  const config = new Config();
  const all = config.get(["*"]);
  const good: [string, string][] = [
    ["save", "1 1"],
    ["client-output-buffer-limit", "normal 1 1 1"],
    ["notify-keyspace-events", "AKE"],
    ["latency-tracking-info-percentiles", "5"],
    ["maxmemory", "1gb"],
    ["masterauth", "x"],
  ];
  const before = structuredClone({ ...config.values });
  assertEquals(
    config.setMany([...good, ["hz", "x"]]),
    "ERR CONFIG SET failed (possibly related to argument 'hz') - " +
      "argument couldn't be parsed into an integer",
  );
  assertEquals(config.get(["*"]), all);
  assertEquals({ ...config.values }, before);
  assertEquals(config.setMany(good), null);
  assertEquals(config.values.save, [{ seconds: 1, changes: 1 }]);
  assertEquals(config.values.maxmemory, 2 ** 30);
});

Deno.test("a change that only the value shows is a change", () => {
  const config = new Config();
  let changes = 0;
  config.onChange(["notify-keyspace-events"], () => changes++);
  config.setMany([["notify-keyspace-events", "A"]]);
  config.setMany([["notify-keyspace-events", "An"]]);
  assertEquals([changes, config.text("notify-keyspace-events")], [2, "A"]);
});

Deno.test("protected, loading, refused and secret directives", async () => {
  await using directory = await TempDir.create();
  const config = new Config(directory.path);
  const set = (name: string, value: string, options = {}) =>
    config.setMany([[name, value]], options);
  const prefix = (name: string) => `ERR CONFIG SET failed (possibly related to argument '${name}')`;
  assertEquals(set("dbfilename", "x"), `${prefix("dbfilename")} - can't set protected config`);
  config.assign("enable-protected-configs", ["local"]);
  assertEquals(
    set("dbfilename", "x", { local: false }),
    `${prefix("dbfilename")} - can't set protected config`,
  );
  assertEquals(set("dbfilename", "x", { local: true }), null);
  assertEquals(
    set("dir", ".", { local: true, loading: true }),
    "LOADING Redis is loading the dataset in memory",
  );
  assertEquals(set("hz", "5", { loading: true }), null);
  assertEquals(
    set("tls-replication", "yes"),
    `${prefix("tls-replication")} - this server does not replicate with TLS`,
  );
  assertEquals(set("tls-replication", "no"), null);
  assertEquals(config.isSensitive("RequirePass"), true);
  assertEquals(config.isSensitive("hz"), false);
  assertEquals(config.isSensitive("no-such-thing"), false);
});

Deno.test("what 7.2 added: log level nothing, limits of set listpacks, locale, node name", () => {
  const config = new Config();
  assertEquals(
    config.setMany([
      ["loglevel", "NOTHING"],
      ["set-max-listpack-entries", "3"],
      ["set-max-listpack-value", "1kb"],
      ["cluster-announce-human-nodename", "node-1 (main)".replace(/[()]/g, "_")],
      ["locale-collate", "C"],
    ]),
    null,
  );
  const { loglevel, setMaxListpackEntries, setMaxListpackValue } = config.values;
  assertEquals([loglevel, setMaxListpackEntries, setMaxListpackValue], ["nothing", 3, 1024]);
  assertEquals(
    config.setMany([["cluster-announce-human-nodename", "a;b"]]),
    "ERR CONFIG SET failed (possibly related to argument 'cluster-announce-human-nodename') - " +
      "Announced human node name contained invalid character",
  );
});

Deno.test("dir is the server's own: two configurations do not disturb each other", async () => {
  await using one = await TempDir.create();
  await using two = await TempDir.create();
  await Deno.mkdir(`${one.path}/sub`);
  const cwd = Deno.cwd();
  const [a, b] = [new Config(one.path), new Config(two.path)];
  a.assign("enable-protected-configs", ["yes"]);
  assertEquals(a.setMany([["dir", "sub/../sub/."]]), null);
  assertEquals([a.text("dir"), b.text("dir")], [fromText(`${one.path}/sub`), fromText(two.path)]);
  assertEquals(a.setMany([["dir", ".."]]), null);
  assertEquals(a.path("dump.rdb"), `${one.path}/dump.rdb`);
  assertEquals(a.path("/x/dump.rdb"), "/x/dump.rdb");
  assertEquals(Deno.cwd(), cwd);
  assertThrows(() => new Config(`${one.path}/gone`), Error, "No such file or directory");
});

Deno.test("sizes: what is written reads back, and units count as they should", () => {
  const { next } = mulberry32(20);
  for (let i = 0; i < 2000; i++) {
    const bytes = BigInt(Math.floor(next() * 2 ** 30)) << BigInt(Math.floor(next() * 33));
    assertEquals(parseSize(formatSize(bytes)), bytes);
  }
  assertEquals(["5", "5b", "5k", "5Kb", "5m", "5mB", "5G", "5gb"].map(parseSize), [
    5n,
    5n,
    5000n,
    5120n,
    5_000_000n,
    5242880n,
    5_000_000_000n,
    5368709120n,
  ]);
  assertEquals([parseLoose(" +7"), parseLoose("7 "), parseLoose("17", 8)], [7n, null, 15n]);
});

Deno.test("random words never leave a configuration half changed", () => {
  const config = new Config();
  const { int, pick } = mulberry32(7);
  const names = DIRECTIVES.filter(({ name }) => name !== "dir").map(({ name }) => name);
  const words = ["yes", "no", "1", "0", "-1", "1mb", "x", "", "1 1", "a b c", "default", "notice"];
  let accepted = 0;
  for (let i = 0; i < 1000; i++) {
    const before = config.get(["*"]);
    const pairs = Array.from(
      { length: 1 + int(3) },
      () => [pick(names), pick(words)] as const,
    );
    if (config.setMany(pairs) !== null) assertEquals(config.get(["*"]), before);
    else accepted++;
  }
  assertEquals(accepted > 50, true, `${accepted} were accepted`);
});
