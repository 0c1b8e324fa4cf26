/**
 * Standard output holds data only, and the rest goes to standard error; what fails before there is
 * data, too.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { fromBytes } from "../../src/bytes/bytes.ts";
import { freePort } from "../support/servers.ts";
import { answering, array, bulk, runOn, TestIo } from "./support.ts";

Deno.test("a mode needs a login; nothing is asked without one", async () => {
  const modes = [
    ["--scan"],
    ["--bigkeys"],
    ["--memkeys"],
    ["--hotkeys"],
    ["--stat"],
    ["--latency"],
    ["--latency-dist"],
    ["--lru-test", "5"],
    ["--pipe"],
    ["--replica"],
    ["--slave"],
    ["--rdb", "x"],
    ["--functions-rdb", "x"],
    ["--eval", "x"],
  ];
  using subject = answering({
    AUTH: "-WRONGPASS no\r\n",
    SELECT: "-ERR DB index is out of range\r\n",
    HELLO: "-NOPROTO no\r\n",
  });
  const refusals: [string[], string][] = [
    [["--no-auth-warning", "-a", "x"], "AUTH failed: WRONGPASS no\n"],
    [["-n", "99"], "SELECT 99 failed: ERR DB index is out of range\n"],
    [["-3"], "HELLO 3 failed: NOPROTO no\n"],
  ];
  const unused = String(freePort());
  for (const mode of modes) {
    for (const [args, err] of refusals) {
      const io = new TestIo("");
      assertEquals(await runOn(subject, [...args, ...mode], io), { code: 1, out: "", err });
    }
    assertEquals(await runOn(subject, ["-p", unused, ...mode]), {
      code: 1,
      out: "",
      err: `Could not connect to Redis at 127.0.0.1:${unused}: Connection refused\n`,
    });
  }
  assertEquals(
    new Set(subject.commands.map(([name]) => name)),
    new Set(["AUTH", "SELECT", "HELLO"]),
  );
  // JSON only wishes for RESP3.
  using older = answering({ HELLO: "-ERR unknown command\r\n", SCAN: "*2\r\n$1\r\n0\r\n*0\r\n" });
  assertEquals(await runOn(older, ["--scan", "--json"]), {
    code: 0,
    out: "",
    err: "HELLO 3 failed: ERR unknown command\n",
  });
});

Deno.test("machine-readable output holds nothing but data", async () => {
  const subscribed = array([bulk("subscribe"), bulk("c"), ":1\r\n"]);
  const io = new TestIo("");
  for (
    const [mode, expected] of [
      ["--csv", '"subscribe","c",1\n'],
      ["--json", '["subscribe","c",1]\n'],
      ["--quoted-json", '["subscribe","c",1]\n'],
      ["--no-raw", '1) "subscribe"\n2) "c"\n3) (integer) 1\n'],
      ["--raw", "subscribe\nc\n1\n"],
    ]
  ) {
    using subject = answering({ subscribe: subscribed, HELLO: "-ERR no\r\n" });
    io.out = "";
    const running = runOn(subject, [mode, "-2", "subscribe", "c"], io);
    await io.until((out) => out.length >= expected.length);
    subject[Symbol.dispose]();
    await running;
    assertEquals(io.out, expected);
  }
  using subject = answering({
    get: () => {
      slow.clock += 700;
      return "$-1\r\n";
    },
    HELLO: "-ERR no\r\n",
  });
  let slow = new TestIo();
  const lines = 'get "a\n0 x\n:x\n:set y\nrestart\nget a\n';
  const notes = "Invalid argument(s)\nInvalid redis-cli repeat command option value.\n" +
    "unknown redis-cli internal command ':x'\nunknown redis-cli preference 'y'\n" +
    "Use 'restart' only in Lua debugging mode.\n";
  for (
    const [mode, out, err] of [
      ["--csv", "NULL\n", notes],
      ["--json", "null\n", "HELLO 3 failed: ERR no\n" + notes],
      ["--quoted-json", "null\n", "HELLO 3 failed: ERR no\n" + notes],
      // Here they stand in the place of a reply, as with redis-cli.
      ["--raw", notes + "\n", ""],
      ["--no-raw", notes + "(nil)\n", "(0.70s)\n"],
    ]
  ) {
    slow = new TestIo(lines);
    assertEquals(await runOn(subject, [mode], slow), { code: 0, out, err });
  }
  // Someone who looks at it gets it all in one place.
  slow = new TestIo("get a\n");
  slow.variables = { FAKETTY: "1" };
  assertEquals((await runOn(subject, [], slow)).out, "(nil)\n(0.70s)\n");
});

Deno.test("a password is asked for where it is seen, and not where data goes", async () => {
  using subject = answering({ AUTH: "+OK\r\n", get: "$-1\r\n" });
  const io = new TestIo("pw\r");
  io.stdinIsTerminal = true;
  const { out, err } = await runOn(subject, ["--csv", "--askpass", "get", "a"], io);
  assertEquals([out, err], ["NULL\n", "Please input password: **\n"]);
  assertEquals(subject.commands[0], ["AUTH", "pw"]);
});

Deno.test("errors of the server are bytes, and stay what they are", async () => {
  using subject = answering({ AUTH: "-ERR \xc3\xa9\xff\r\n", get: "-ERR \xc3\xa9\r\n" });
  const args = ["--no-auth-warning", "-a", "x", "-e", "get", "a"];
  assertEquals((await runOn(subject, args)).err, "AUTH failed: ERR \xc3\xa9\xff\nERR \xc3\xa9\n");
  assertEquals(fromBytes(new TextEncoder().encode("é")), "\xc3\xa9");
});
