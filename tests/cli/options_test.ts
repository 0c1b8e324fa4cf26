/**
 * The client's command line.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { chosenName } from "../../src/cli/modes/mod.ts";
import { ExitRequest, InfoRequest, parseOptions } from "../../src/cli/options.ts";

const parse = (line: string, variables: Record<string, string> = {}, stdoutIsTerminal = false) =>
  parseOptions(line.split(" ").filter((word) => word !== ""), {
    stdoutIsTerminal,
    env: (name) => variables[name],
  });

Deno.test("options end at the first word that is none", () => {
  const { port, command, repeat } = parse("-p 7000 lrange k 0 -1 -r 3");
  assertEquals([port, repeat, command], [7000, 1, ["lrange", "k", "0", "-1", "-r", "3"]]);
});

Deno.test("the output depends on the terminal, unless it is named", () => {
  assertEquals(parse("ping").output, "raw");
  assertEquals(parse("ping", {}, true).output, "standard");
  assertEquals(parse("ping", { FAKETTY: "1" }).output, "standard");
  assertEquals(parse("--raw ping", {}, true).output, "raw");
  assertEquals(parse("--csv --no-raw ping").output, "standard");
  assertEquals([parse("ping").showPushes, parse("ping", {}, true).showPushes], [false, true]);
  assertEquals(parse("--show-pushes No ping", {}, true).showPushes, false);
});

Deno.test("JSON wants RESP3 unless RESP2 is asked for", () => {
  assertEquals(parse("--json ping").resp3, "wished");
  assertEquals(parse("--quoted-json ping").resp3, "wished");
  assertEquals(parse("--json -2 ping").resp3, "no");
  assertEquals(parse("--json -3 ping").resp3, "wanted");
  assertEquals(parse("ping").resp3, "no");
});

Deno.test("passwords: the command line comes before the environment, and is warned of", () => {
  const fromEnvironment = parse("ping", { REDISCLI_AUTH: "e" });
  assertEquals([fromEnvironment.password, fromEnvironment.passwordOnCommandLine], ["e", false]);
  const given = parse("-a p --user u ping", { REDISCLI_AUTH: "e" });
  assertEquals([given.password, given.user, given.passwordOnCommandLine], ["p", "u", true]);
  assertEquals(parse("--no-auth-warning -a p ping").passwordOnCommandLine, false);
});

Deno.test("arguments are bytes: text becomes UTF-8", () => {
  assertEquals(parse("set é €").command, ["set", "\xc3\xa9", "\xe2\x82\xac"]);
});

Deno.test("addresses of the form redis://", () => {
  const parts = (uri: string) => {
    const { hostname, port, user, password, database, tls } = parse(`-u ${uri}`);
    return [hostname, port, user, password, database, tls];
  };
  const plain = undefined;
  assertEquals(parts("redis://h"), ["h", 6379, plain, plain, 0, plain]);
  assertEquals(parts("redis://h:7000/5"), ["h", 7000, plain, plain, 5, plain]);
  assertEquals(parts("redis://p%40ss@h"), ["h", 6379, plain, "p@ss", 0, plain]);
  assertEquals(parts("REDIS://u:p@/2"), ["127.0.0.1", 6379, "u", "p", 2, plain]);
  assertEquals(parts("rediss://[::1]:7000"), ["::1", 7000, plain, plain, 0, {}]);
  assertThrows(() => parts("http://h"), ExitRequest, "Invalid URI scheme");
});

Deno.test("encryption", () => {
  assertEquals(parse("--tls --cacert a.pem --cert c.pem --key k.pem --sni name ping").tls, {
    caFile: "a.pem",
    certFile: "c.pem",
    keyFile: "k.pem",
    serverName: "name",
  });
});

Deno.test("what redis-cli has and this client has not is refused by name", () => {
  for (const option of ["--ldb", "--cluster", "--cluster-yes", "--insecure", "--tls-ciphers"]) {
    assertThrows(
      () => parse(`${option} x`),
      ExitRequest,
      `'${option}' of redis-cli is not supported`,
    );
  }
  assertThrows(() => parse("--nosuch"), ExitRequest, "Unrecognized option or bad number of args");
  assertThrows(() => parse("-p"), ExitRequest, "'-p'");
  assertThrows(() => parse("-p 70000 ping"), ExitRequest, "Invalid server port.");
});

Deno.test("modes and what belongs to them", () => {
  const plain = parse("ping");
  assertEquals([plain.count, plain.pipeTimeout, plain.memkeysSamples], [10, 30, 0]);
  assertEquals(plain.modes, new Set());
  assertEquals(parse("--scan --count 7x --pattern a*").count, 7);
  const history = parse("--latency-history --mono");
  assertEquals([history.modes, history.latencyHistory], [new Set(["latency"]), true]);
  assertEquals(history.monochrome, true);
  assertEquals(parse("--slave").modes, new Set(["replica"]));
  assertEquals(parse("--memkeys-samples 5").memkeysSamples, 5);
  assertEquals(parse("--memkeys-samples 5 --memkeys").memkeysSamples, 0);
  assertEquals(parse("--lru-test 9").lruTestKeys, 9);
  assertEquals(parse("--intrinsic-latency 9").intrinsicSeconds, 9);
  assertEquals(parse("--pipe --pipe-timeout 0").pipeTimeout, 0);
  assertEquals(parse("--functions-rdb f").rdbFile, "f");
  assertThrows(() => parse("--rdb a --functions-rdb b"), ExitRequest, "mutually exclusive");
  assertThrows(
    () => parse("-c -s /x ping"),
    ExitRequest,
    "Options -c and -s are mutually exclusive",
  );
  assertThrows(() => parse("--rdb"), ExitRequest, "bad number of args for: '--rdb'");
});

Deno.test("of several modes the first of redis-cli's order is meant", () => {
  const order = [
    "--latency",
    "--latency-dist",
    "--replica",
    "--rdb x",
    "--pipe",
    "--bigkeys",
    "--memkeys",
    "--hotkeys",
    "--stat",
    "--scan",
    "--lru-test 1",
    "--intrinsic-latency 1",
  ];
  for (let i = 0; i + 1 < order.length; i++) {
    const both = chosenName(parse(`${order[i + 1]} ${order[i]}`));
    assertEquals("--" + both, order[i].split(" ")[0]);
  }
  assertEquals(chosenName(parse("ping")), null);
});

Deno.test("version and usage", () => {
  for (const [line, topic] of [["-v", "version"], ["-p 1 --version", "version"], ["-h", "usage"]]) {
    const error = assertThrows(() => parse(line), InfoRequest);
    assertEquals(error.topic, topic);
  }
  assertThrows(() => parse("--help ping"), InfoRequest, "usage");
});
